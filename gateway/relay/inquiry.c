/* What a link asks about the messages that it brought: where one stands, and
 * that it is not wanted any more. Of others' messages it hears nothing. */
#include "relay/relay_priv.h"

#include <stdlib.h>

struct inquiry {
	struct iwf_task task; /* to the relay's loop and back */
	struct relay *relay;
	struct iwf_host *host;
	uint64_t id;
	iwf_done_fn *done;
	uint64_t tag;
	bool is_withdrawal;
	struct store_query query;
	struct iwf_verdict verdict;
};

static void on_done(struct iwf_task *task)
{
	struct inquiry *inquiry = IWF_CONTAINER(task, struct inquiry, task);

	if (inquiry->host->link)
		inquiry->done(inquiry->host->link, inquiry->tag,
			      &inquiry->verdict);
	free(inquiry);
}

static void finish(struct inquiry *inquiry, enum iwf_result result)
{
	atomic_fetch_sub(&inquiry->relay->intake_count, 1);
	inquiry->verdict.result = result;
	inquiry->verdict.id = inquiry->id;
	inquiry->task.run = on_done;
	iwf_loop_post(inquiry->host->loop, &inquiry->task);
}

static void on_cancelled(void *arg, const struct relay_cancelled *what)
{
	struct inquiry *inquiry = arg;

	inquiry->verdict.fate = outcome_fate(what->is);
	finish(inquiry, what->err ? IWF_RESULT_UNMATCHED :
	       IWF_RESULT_ACCEPTED);
}

static void row_read(struct inquiry *inquiry, const struct store_delivery *row)
{
	if (row->origin != inquiry->host->queue->number ||
	    row->kind != IWF_KIND_MESSAGE) {
		finish(inquiry, IWF_RESULT_UNMATCHED);
		return;
	}
	if (inquiry->is_withdrawal) {
		relay_cancel(inquiry->relay, inquiry->id, on_cancelled,
			     inquiry);
		return;
	}
	inquiry->verdict.fate = outcome_fate(row->state);
	inquiry->verdict.code = row->code;
	if (store_state_is_final(row->state))
		inquiry->verdict.ended_at_ms = row->done_at_ms;
	finish(inquiry, IWF_RESULT_ACCEPTED);
}

static void on_found(struct iwf_task *task)
{
	struct inquiry *inquiry = IWF_CONTAINER(task, struct inquiry,
						query.task);
	struct store_query *query = &inquiry->query;

	if (query->err)
		finish(inquiry, IWF_RESULT_BUSY);
	else if (!query->found_count)
		finish(inquiry, IWF_RESULT_UNMATCHED);
	else
		row_read(inquiry, &query->found[0].row);
	iwf_arena_destroy(&query->arena);
}

static void on_asked(struct iwf_task *task)
{
	struct inquiry *inquiry = IWF_CONTAINER(task, struct inquiry, task);
	struct relay *relay = inquiry->relay;

	inquiry->query = (struct store_query){
		.task.run = on_found, .loop = relay->loop, .kind = STORE_Q_ID,
		.id = inquiry->id, .limit = 1,
	};
	store_ask(relay->store, &inquiry->query);
}

static void inquiry_start(struct iwf_host *host, const struct inquiry *what)
{
	struct inquiry *inquiry = IWF_NEW(struct inquiry);

	*inquiry = *what;
	inquiry->host = host;
	inquiry->relay = host->queue->relay;
	inquiry->task.run = on_asked;
	atomic_fetch_add(&inquiry->relay->intake_count, 1);
	iwf_loop_post(inquiry->relay->loop, &inquiry->task);
}

void iwf_host_inquire(struct iwf_host *host, uint64_t id, iwf_done_fn *done,
		      uint64_t tag)
{
	const struct inquiry what = { .id = id, .done = done, .tag = tag };

	inquiry_start(host, &what);
}

void iwf_host_withdraw(struct iwf_host *host, uint64_t id, iwf_done_fn *done,
		       uint64_t tag)
{
	const struct inquiry what = {
		.id = id, .done = done, .tag = tag, .is_withdrawal = true,
	};

	inquiry_start(host, &what);
}
