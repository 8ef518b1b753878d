/* The thread that makes changes durable: many changes, one transaction. */
#include "store/store_priv.h"

#include <stdlib.h>
#include <time.h>

/* How often a store that failed is tried although nobody asks. */
#define PROBE_MS 1000

int64_t store_monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void forget_answers(struct store_change *change)
{
	iwf_arena_destroy(&change->arena);
	change->err = IWF_OK;
}

/* Applies all; a change that cannot be applied is left out and the rest is
 * applied again, for savepoints would cost every batch what none needs. */
static enum iwf_err apply_all(struct store_engine *engine,
			      struct store_change **changes, unsigned count)
{
	enum iwf_err err = engine->ops->begin(engine);
	bool refused[STORE_BATCH_MAX] = { false };

	for (unsigned i = 0; !err && i < count; i++) {
		if (refused[i])
			continue;
		forget_answers(changes[i]);
		err = engine->ops->apply(engine, changes[i]);
		if (err != IWF_E_STATE)
			continue;
		forget_answers(changes[i]);
		changes[i]->err = IWF_E_STATE;
		refused[i] = true;
		engine->ops->rollback(engine);
		err = engine->ops->begin(engine);
		i = (unsigned)-1;
	}
	return err;
}

static void tally_sweep(struct store_base *base, const struct store_sweep *sweep)
{
	store_count(base, STORE_M_PURGED, sweep->purged);
	store_count(base, STORE_M_UNMATCHED, sweep->unmatched);
}

static void tally(struct store_base *base, const struct store_change *change)
{
	if (change->err)
		return;
	store_count(base, STORE_M_CHANGES, 1);
	if (change->verb == STORE_PUT && change->put.is_duplicate)
		store_count(base, STORE_M_DUPLICATES, 1);
	if (change->verb == STORE_SWEEP)
		tally_sweep(base, &change->sweep);
}

void store_complete(struct store *store, struct store_change *change)
{
	if (change->verb == STORE_PUT && change->put.spooled)
		spooler_done(&store->spooler, change);
	atomic_fetch_sub(&store->backlog, 1);
	if (change->loop)
		iwf_loop_post(change->loop, &change->task);
	else
		change->task.run(&change->task);
}

static void set_writable(struct store *store, bool is_writable)
{
	atomic_store(&store->is_writable, is_writable);
	iwf_metric_set(&store->base.metrics[STORE_M_WRITABLE], is_writable);
}

static void on_failure(struct store *store, enum iwf_err err)
{
	store_count(&store->base, STORE_M_FAILURES, 1);
	set_writable(store, false);
	if (err == IWF_E_FULL)
		ballast_free(&store->ballast);
	if (!store->had_failed)
		iwf_log_error(store->base.log, "commit-failed",
			      "error=%s why=\"%s\"", iwf_err_name(err),
			      store->base.why);
	store->had_failed = true;
}

/* What is new stays out until the ballast is back, too: else it would take
 * the room that was made for the outcomes of what was accepted. */
static void on_success(struct store *store)
{
	store_count(&store->base, STORE_M_COMMITS, 1);
	if (!store->had_failed && store->ballast.is_there)
		return;
	if (!ballast_regain(&store->ballast, store_monotonic_ms()))
		return;
	/* A batch that had nothing to write has proved nothing. */
	if (store->had_failed && store->engine->ops->probe(store->engine))
		return;
	if (store->had_failed)
		iwf_log_info(store->base.log, "commit-works-again", "%s", "");
	store->had_failed = false;
	set_writable(store, true);
}

static enum iwf_err commit_in_time(struct store *store)
{
	int64_t began_ms = store_monotonic_ms(), took_ms;
	enum iwf_err err = store->engine->ops->commit(store->engine);

	took_ms = store_monotonic_ms() - began_ms;
	if (err || !store->base.conf.slow_ms ||
	    took_ms <= store->base.conf.slow_ms)
		return err;
	store_count(&store->base, STORE_M_SLOW, 1);
	iwf_log_seldom(store->base.log, "commit-slow", "took_ms=%lld",
		       (long long)took_ms);
	return IWF_OK;
}

void committer_commit(struct store *store, struct store_change **changes,
		      unsigned count)
{
	struct store_engine *engine = store->engine;
	enum iwf_err err = apply_all(engine, changes, count);

	if (!err)
		err = commit_in_time(store);
	if (err) {
		engine->ops->rollback(engine);
		on_failure(store, err);
	} else {
		on_success(store);
	}
	for (unsigned i = 0; i < count; i++) {
		if (err) {
			forget_answers(changes[i]);
			changes[i]->err = err;
		}
		tally(&store->base, changes[i]);
		store_complete(store, changes[i]);
	}
}

static void ask_checkpoint(struct store *store)
{
	if (!atomic_exchange(&store->is_asked, true))
		line_push(&store->checkpoints, &store->checkpoint);
}

static void commit_taken(struct store *store, struct iwf_task *task)
{
	struct store_change *changes[STORE_BATCH_MAX];
	unsigned count = 0;

	while (task && count < STORE_BATCH_MAX) {
		changes[count++] = IWF_CONTAINER(task, struct store_change,
						 task);
		task = task->next;
	}
	committer_commit(store, changes, count);
	if (store->engine->ops->rest(store->engine))
		ask_checkpoint(store);
}

static struct iwf_task *skip(struct iwf_task *task, unsigned count)
{
	while (task && count--)
		task = task->next;
	return task;
}

static void probe(struct store *store)
{
	enum iwf_err err = store->engine->ops->probe(store->engine);

	if (err)
		on_failure(store, err);
	else
		on_success(store);
}

void *committer_run(void *arg)
{
	struct store *store = arg;
	bool ended = false;

	while (!ended) {
		struct iwf_task *task = line_take(&store->changes,
			store->had_failed ? PROBE_MS : -1, &ended);

		if (!task && !ended)
			probe(store);
		while (task) {
			/* a completed change is its owner's again */
			struct iwf_task *rest = skip(task, STORE_BATCH_MAX);

			commit_taken(store, task);
			task = rest;
		}
	}
	return NULL;
}
