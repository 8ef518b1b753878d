/* The threads beside the committer: one answers queries, one those that look
 * at every row, for messages wait for the others; one checkpoints. */
#include "store/answer.h"
#include "store/store_priv.h"

static void answer(struct store *store, struct store_query *query)
{
	answer_start(query);
	query->err = store->engine->ops->ask(store->engine, query);
	store_count(&store->base, STORE_M_QUERIES, 1);
	iwf_loop_post(query->loop, &query->task);
}

static void *answer_line(struct store *store, struct store_line *line)
{
	bool ended = false;

	while (!ended) {
		struct iwf_task *task = line_take(line, -1, &ended);

		while (task) {
			struct iwf_task *next = task->next;

			answer(store, IWF_CONTAINER(task, struct store_query,
						    task));
			task = next;
		}
	}
	return NULL;
}

void *reader_run(void *arg)
{
	struct store *store = arg;

	return answer_line(store, &store->queries);
}

void *auditor_run(void *arg)
{
	struct store *store = arg;

	return answer_line(store, &store->audits);
}

void *checkpointer_run(void *arg)
{
	struct store *store = arg;
	bool ended = false;

	while (!ended) {
		if (!line_take(&store->checkpoints, -1, &ended))
			continue;
		store->engine->ops->checkpoint(store->engine);
		atomic_store(&store->is_asked, false);
	}
	return NULL;
}
