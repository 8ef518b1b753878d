/* The relay with a store that commits when the test lets it. */
#include "unit/relay/rig.h"

#include "base/conf.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/metric.h"
#include "store/answer.h"
#include "store/store_priv.h"
#include "support/fake_loop.h"

#include <stdio.h>

static const struct iwf_str ladder[] = {
	IWF_STR("30s"), IWF_STR("2m"), IWF_STR("10m"),
	IWF_STR("30m"), IWF_STR("1h"),
};

/* --- the store without threads --- */

static enum iwf_err fail_begin(struct store_engine *engine)
{
	(void)engine;
	return IWF_E_IO;
}

static void no_rollback(struct store_engine *engine)
{
	(void)engine;
}

static unsigned spool(struct rig *rig)
{
	unsigned count = 0;
	bool ended;
	struct iwf_task *tasks = line_take(&rig->store->spooler.line, 0,
					   &ended);

	for (struct iwf_task *task = tasks; task; task = task->next)
		count++;
	spooler_work(rig->store, tasks);
	return count;
}

static unsigned commit(struct rig *rig)
{
	const struct store_engine_ops *ops = rig->store->engine->ops;
	struct store_engine_ops failing = *ops;
	struct store_change *changes[STORE_BATCH_MAX];
	unsigned count = 0, all;
	struct iwf_task *task;
	bool ended;

	if (rig->before_commit)
		rig->before_commit(rig);
	all = spool(rig);
	task = line_take(&rig->store->changes, 0, &ended);
	failing.begin = fail_begin;
	failing.rollback = no_rollback;
	while (task) {
		for (count = 0; task && count < STORE_BATCH_MAX; count++) {
			changes[count] = IWF_CONTAINER(task,
						struct store_change, task);
			task = task->next;
		}
		if (rig->fails_commits)
			rig->store->engine->ops = &failing;
		committer_commit(rig->store, changes, count);
		rig->store->engine->ops = ops;
		all += count;
		if (rig->after_commit)
			rig->after_commit(rig);
	}
	return all;
}

static void ask(struct rig *rig, struct store_query *query)
{
	answer_start(query);
	query->err = rig->store->engine->ops->ask(rig->store->engine, query);
	if (query->found_len > rig->read_max_len)
		rig->read_max_len = query->found_len;
}

static void on_applied(struct iwf_task *task)
{
	struct store_change *change = IWF_CONTAINER(task, struct store_change,
						    task);

	assert_int_equal(change->err, IWF_OK);
	iwf_arena_destroy(&change->arena);
}

void rig_apply(struct rig *rig, struct store_change *change)
{
	change->task.run = on_applied;
	change->loop = NULL;
	atomic_fetch_add(&rig->store->backlog, 1);
	committer_commit(rig->store, &change, 1);
}

static unsigned tell(struct iwf_task *task)
{
	unsigned count = 0;

	for (; task; count++) {
		struct iwf_task *next = task->next;
		struct store_query *query = IWF_CONTAINER(task,
						struct store_query, task);

		iwf_loop_post(query->loop, &query->task);
		task = next;
	}
	return count;
}

static struct iwf_task *read_line(struct rig *rig, struct store_line *line)
{
	bool ended;
	struct iwf_task *all = line_take(line, 0, &ended);

	for (struct iwf_task *task = all; task; task = task->next)
		ask(rig, IWF_CONTAINER(task, struct store_query, task));
	return all;
}

static struct iwf_task *read_all(struct rig *rig)
{
	return read_line(rig, &rig->store->queries);
}

static unsigned answer(struct rig *rig)
{
	unsigned count = tell(rig->slow);

	rig->slow = NULL;
	count += tell(read_line(rig, &rig->store->audits));
	return count + tell(read_all(rig));
}

void rig_read_slowly(struct rig *rig)
{
	rig->holds_answers = true;
	while (!rig->slow && !(rig->slow = read_all(rig)))
		assert_true(fake_loop_turn(rig->loop) > 0);
	rig_turn(rig);
}

void rig_tell(struct rig *rig)
{
	tell(rig->slow);
	rig->slow = NULL;
	rig_turn(rig);
}

/* --- life --- */

struct rig *rig_make(void)
{
	struct rig *rig = rig_make_closed();
	struct iwf_why why;

	assert_int_equal(store_open(&rig->store, &rig->store_conf, rig->log,
				    &rig->recovery, &why), IWF_OK);
	return rig;
}

struct rig *rig_make_closed(void)
{
	const struct log_conf quiet = { .level = IWF_LOG_ERROR };
	struct rig *rig = IWF_NEW(struct rig);

	rig->log = log_create(&quiet);
	rig->metrics = metrics_create();
	rig->store_conf = (struct store_conf){
		.backend = STORE_BACKEND_RAM, .path = IWF_STR("unused"),
		.keep_ms = 20 * DAY, .duplicate_ms = 10 * MIN,
		.unmatched_ms = 10 * MIN, .set_ms = 30 * MIN,
	};
	rig->conf = (struct relay_conf){
		.window = 1024, .intake_max = 100000, .validity_ms = 48 * HOUR,
		.lane_hold_ms = 60 * SEC, .receipt_ms = 72 * HOUR,
		.thread_ms = 7 * DAY, .failover_ms = 30 * SEC, .resends = 1,
		.retry = { ladder, 5 }, .message_max_len = 65536,
	};
	rig->cpm = IWF_NEW(struct fake_link);
	rig->op1 = IWF_NEW(struct fake_link);
	rig->op2 = IWF_NEW(struct fake_link);
	return rig;
}

static void open_op(struct rig *rig, const char *name, struct fake_link *link)
{
	struct relay_link_conf conf = { .name = iwf_str_from(name),
					.unsure = rig->unsure };
	struct queue *queue = relay_link_add(rig->relay, &conf);

	assert_int_equal(relay_link_open(rig->relay, queue, &fake_adapter,
					 link, NULL), IWF_OK);
}

static void start(struct rig *rig)
{
	struct relay_link_conf cpm = { .name = IWF_STR("cpm") };
	struct queue *queue;

	rig->relay = relay_create(&rig->conf, &rig->store_conf, rig->store,
				  &rig->recovery, rig->metrics, rig->log);
	rig->loop = relay_loop(rig->relay);
	if (rig->starts_at_ms)
		fake_loop_set_wall(rig->loop, rig->starts_at_ms);
	queue = relay_link_add(rig->relay, &cpm);
	fake_link_attach(rig->cpm, relay_host_add(rig->relay, queue,
						  &fake_adapter, NULL));
	relay_host_attach(rig->cpm->host, &rig->cpm->link);
}

void rig_open(struct rig *rig)
{
	start(rig);
	open_op(rig, "op1", rig->op1);
	open_op(rig, "op2", rig->op2);
	rig_set_default_routes(rig);
	relay_start(rig->relay);
	rig_turn(rig);
	rig_advance(rig, 100);
}

void rig_links_up(struct rig *rig)
{
	fake_link_up(rig->cpm, RIG_ROOM);
	fake_link_up(rig->op1, RIG_ROOM);
	fake_link_up(rig->op2, RIG_ROOM);
	rig_turn(rig);
}

void rig_stop(struct rig *rig)
{
	bool ended;

	/* What was not committed dies with the process. */
	line_take(&rig->store->changes, 0, &ended);
	line_take(&rig->store->queries, 0, &ended);
	line_take(&rig->store->audits, 0, &ended);
	atomic_store(&rig->store->backlog, 0);
	relay_close_links(rig->relay);
	relay_destroy(&rig->relay);
	line_take(&rig->store->changes, 0, &ended);
	line_take(&rig->store->queries, 0, &ended);
	line_take(&rig->store->audits, 0, &ended);
	fake_link_forget(rig->cpm);
	fake_link_forget(rig->op1);
	fake_link_forget(rig->op2);
}

void rig_crash(struct rig *rig)
{
	struct store_query newest = { .kind = STORE_Q_RECENT, .limit = 1 };

	rig->starts_at_ms = rig_now(rig);
	rig_stop(rig);
	ask(rig, &newest);
	if (newest.found_count)
		rig->recovery.last_id = newest.found[0].row.id;
	iwf_arena_destroy(&newest.arena);
	start(rig);
	if (!rig->leaves_out_op1)
		open_op(rig, "op1", rig->op1);
	open_op(rig, "op2", rig->op2);
	rig_set_default_routes(rig);
	relay_start(rig->relay);
	rig_turn(rig);
	rig_advance(rig, 100);
}

int rig_setup(void **state)
{
	struct rig *rig = rig_make();

	rig_open(rig);
	rig_links_up(rig);
	*state = rig;
	return 0;
}

int rig_teardown(void **state)
{
	struct rig *rig = *state;

	rig->holds_commits = rig->holds_answers = rig->fails_commits = false;
	rig_turn(rig);
	rig_stop(rig);
	store_close(&rig->store);
	metrics_destroy(&rig->metrics);
	log_destroy(&rig->log);
	free(rig->cpm);
	free(rig->op1);
	free(rig->op2);
	free(rig);
	return 0;
}

/* --- rules --- */

void rig_set_routes(struct rig *rig, const struct route_conf *rules,
		    size_t count)
{
	const struct iwf_str names[] = {
		IWF_STR("cpm"), IWF_STR("op1"), IWF_STR("op2"),
	};
	const struct iwf_texts links = { names, 3 };
	const struct iwf_list list = { rules, count };
	struct iwf_why why;
	struct routes *routes;
	size_t bad;

	if (routes_create(&routes, &list, &links, &bad, &why) != IWF_OK)
		fail_msg("rule %zu: %s", bad, why.text);
	relay_set_routes(rig->relay, routes);
}

void rig_set_default_routes(struct rig *rig)
{
	const struct iwf_str ops[] = { IWF_STR("op1"), IWF_STR("op2") };
	const struct iwf_str home[] = { IWF_STR("cpm") };
	const struct route_conf rules[] = {
		{ .from_link = IWF_STR("cpm"), .via = { ops, 2 } },
		{ .via = { home, 1 } },
	};

	rig_set_routes(rig, rules, 2);
}

/* --- time --- */

void rig_turn(struct rig *rig)
{
	unsigned ran;

	do {
		ran = fake_loop_turn(rig->loop);
		if (!rig->holds_commits)
			ran += commit(rig);
		if (!rig->holds_answers)
			ran += answer(rig);
	} while (ran);
}

void rig_commit(struct rig *rig)
{
	commit(rig);
	rig_turn(rig);
}

void rig_advance(struct rig *rig, int64_t ms)
{
	int64_t next_ms;

	rig_turn(rig);
	while ((next_ms = fake_loop_next_ms(rig->loop)) >= 0 && next_ms <= ms) {
		fake_loop_advance(rig->loop, next_ms);
		rig_turn(rig);
		ms -= next_ms;
	}
	fake_loop_advance(rig->loop, ms);
	rig_turn(rig);
}

void rig_jump(struct rig *rig, int64_t ms)
{
	fake_loop_set_wall(rig->loop, rig_now(rig) + ms);
	rig_advance(rig, 5 * SEC);
}

int64_t rig_now(const struct rig *rig)
{
	return iwf_loop_wall_ms(rig->loop);
}

void rig_assert_balance(const struct rig *rig)
{
	for (const struct queue *q = rig->relay->queues; q; q = q->next) {
		assert_int_equal(q->in_memory, 0);
		assert_int_equal(q->outside.count, 0);
		assert_null(q->gone);
		for (unsigned i = 0; i < q->host_count; i++) {
			const struct iwf_host *host = q->hosts[i];

			assert_int_equal(host->out, 0);
			assert_int_equal(host->attempts,
					 atomic_load(&host->taken));
			assert_int_equal(host->ready.count, 0);
			assert_int_equal(host->inbox.count, 0);
		}
	}
	assert_int_equal(rig->relay->active.count, 0);
	assert_int_equal(atomic_load(&rig->relay->intake_count), 0);
	assert_int_equal(store_backlog(rig->store), 0);
}

/* --- messages --- */

struct iwf_address rig_address(unsigned number)
{
	const struct iwf_str users[] = {
		IWF_STR("+49170000"), IWF_STR("+49170001"),
		IWF_STR("+49170002"), IWF_STR("+49170003"),
		IWF_STR("+49170004"), IWF_STR("+49170005"),
		IWF_STR("+49170006"), IWF_STR("+49170007"),
		IWF_STR("+49170008"), IWF_STR("+49170009"),
	};

	IWF_BUG_ON(number > 9);
	return (struct iwf_address){ .kind = IWF_ADDRESS_NUMBER,
				     .user = users[number] };
}

struct iwf_message rig_message(unsigned from, unsigned to)
{
	return (struct iwf_message){
		.kind = IWF_KIND_MESSAGE,
		.want = IWF_WANT_DELIVERED | IWF_WANT_FAILED,
		.from = rig_address(from), .to = rig_address(to),
		.content_type = IWF_STR("text/plain;charset=utf-8"),
		.body = IWF_STR("hello"),
	};
}

uint64_t rig_send_message(struct rig *rig, const struct iwf_message *msg)
{
	uint32_t tag = fake_link_accept(rig->cpm, msg);

	rig_turn(rig);
	assert_int_equal(rig->cpm->verdicts[tag].count, 1);
	return rig_result(rig->cpm, tag) == IWF_RESULT_ACCEPTED ?
		rig->cpm->verdicts[tag].verdict.id : 0;
}

uint64_t rig_send(struct rig *rig, unsigned from, unsigned to)
{
	const struct iwf_message msg = rig_message(from, to);

	return rig_send_message(rig, &msg);
}

enum iwf_result rig_result(const struct fake_link *link, uint32_t tag)
{
	assert_int_equal(link->verdicts[tag].count, 1);
	return link->verdicts[tag].verdict.result;
}

/* --- what the store knows --- */

bool rig_row(struct rig *rig, uint64_t id, struct store_delivery *row)
{
	struct store_query query = { .kind = STORE_Q_ID, .id = id };
	bool is_found;

	ask(rig, &query);
	is_found = query.found_count > 0;
	if (is_found)
		*row = query.found[0].row;
	row->remote = row->text = IWF_STR_NONE;
	iwf_arena_destroy(&query.arena);
	return is_found;
}

enum store_state rig_state(struct rig *rig, uint64_t id)
{
	struct store_delivery row = { 0 };

	return rig_row(rig, id, &row) ? row.state : 0;
}

uint32_t rig_attempts(struct rig *rig, uint64_t id)
{
	struct store_delivery row = { 0 };

	assert_true(rig_row(rig, id, &row));
	return row.attempts;
}

uint64_t rig_count(struct rig *rig, enum iwf_kind kind, enum store_state state)
{
	struct store_query query = { .kind = STORE_Q_COUNTS };
	uint64_t count = 0;

	ask(rig, &query);
	for (uint32_t i = 0; i < query.count_count; i++)
		if (query.counts[i].kind == kind &&
		    query.counts[i].state == state)
			count += query.counts[i].count;
	iwf_arena_destroy(&query.arena);
	return count;
}

int64_t rig_metric(const struct rig *rig, enum relay_metric metric)
{
	return iwf_metric_get(&rig->relay->values[metric]);
}

unsigned rig_told(const struct rig *rig, uint64_t id, enum iwf_fate fate)
{
	unsigned count = 0;

	for (unsigned i = 0; i < rig->cpm->job_count; i++) {
		const struct iwf_message *msg = rig->cpm->jobs[i].msg;

		count += msg->kind == IWF_KIND_REPORT && msg->about == id &&
			 msg->fate == fate;
	}
	return count;
}
