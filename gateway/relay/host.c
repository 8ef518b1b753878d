/* The gateway as a link sees it: what adapters call, carried to the relay's
 * loop and back. */
#include "relay/relay_priv.h"

#include <stdlib.h>

struct iwf_loop *iwf_host_loop(const struct iwf_host *host)
{
	return host->loop;
}

struct iwf_log *iwf_host_log(const struct iwf_host *host)
{
	return host->log;
}

const char *iwf_host_name(const struct iwf_host *host)
{
	return host->queue->name;
}

struct iwf_metric *iwf_host_metrics(const struct iwf_host *host)
{
	return host->metrics;
}

void **iwf_host_shared(struct iwf_host *host)
{
	return &host->shared->place;
}

/* --- state --- */

struct state_news {
	struct iwf_task task;
	struct iwf_host *host;
	enum iwf_link_state state;
	char reason[96];
};

static const char *const state_names[] = {
	[IWF_LINK_DOWN] = "down", [IWF_LINK_CONNECTING] = "connecting",
	[IWF_LINK_UP] = "up", [IWF_LINK_DRAINING] = "draining",
};

/* The store shall know that they only wait: they may expire or go elsewhere. */
static void take_back(struct iwf_host *host)
{
	ahead_take_back(host->queue);
	for (struct delivery *dlv = host->ready.first; dlv; dlv = dlv->next) {
		if (!dlv->attempt_durable)
			continue;
		dlv->attempt_durable = false;
		dlv->row.state = STORE_QUEUED;
		delivery_save(dlv);
	}
}

static void on_state(struct iwf_task *task)
{
	struct state_news *news = IWF_CONTAINER(task, struct state_news, task);
	struct iwf_host *host = news->host;
	bool was_up = host->state == IWF_LINK_UP;

	if (news->state != host->state) {
		host->since_ms = relay_wall_ms(host->queue->relay);
		/* One warning when it is lost, however; not for each attempt
		 * to have it back. */
		iwf_log_write(host->log, was_up &&
			      news->state != IWF_LINK_DRAINING ?
			      IWF_LOG_WARNING : IWF_LOG_INFO, "link-state",
			      "state=%s reason=\"%s\"",
			      state_names[news->state], news->reason);
	}
	if (was_up)
		host->down_since_ms = relay_wall_ms(host->queue->relay);
	host->state = news->state;
	memcpy(host->reason, news->reason, sizeof(host->reason));
	free(news);
	if (host->state != IWF_LINK_UP)
		take_back(host);
	queue_run(host->queue);
}

void iwf_host_state(struct iwf_host *host, enum iwf_link_state state,
		    const char *reason)
{
	struct state_news *news = IWF_NEW(struct state_news);

	host->link_state = state;
	if (state != IWF_LINK_UP)
		iwf_host_room(host, 0);
	news->task.run = on_state;
	news->host = host;
	news->state = state;
	if (reason)
		strncpy(news->reason, reason, sizeof(news->reason) - 1);
	iwf_loop_post(host->queue->relay->loop, &news->task);
}

void iwf_host_drained(struct iwf_host *host)
{
	/* Every job is answered one by one, which tells the same. */
	(void)host;
}

/* --- messages --- */

void iwf_host_accept(struct iwf_host *host, const struct iwf_message *msg,
		     iwf_done_fn *done, uint64_t tag)
{
	const struct iwf_accept accept = { .msg = msg };

	iwf_host_accept_with(host, &accept, done, tag);
}

/* What an adapter's ABI has of a message. */
static struct iwf_message *message_take(const struct iwf_host *host,
					const struct iwf_message *from)
{
	struct iwf_message msg = { 0 };

	memcpy(&msg, from, host->adapter->abi >= 3 ? sizeof(msg) :
	       offsetof(struct iwf_message, anonymous));
	return iwf_message_create(&msg);
}

void iwf_host_accept_with(struct iwf_host *host,
			  const struct iwf_accept *accept, iwf_done_fn *done,
			  uint64_t tag)
{
	struct intake *intake = IWF_NEW(struct intake);

	value_check(host, accept->cursor_key, accept->cursor_value);
	iwf_buf_str_put(&intake->cursor_key, accept->cursor_key);
	iwf_buf_str_put(&intake->cursor_value, accept->cursor_value);
	intake->outcome_ms = accept->outcome_ms;

	intake->relay = host->queue->relay;
	intake->host = host;
	intake->origin = host->queue->number;
	intake->msg = message_take(host, accept->msg);
	intake->done = done;
	intake->tag = tag;
	intake_start(intake);
}

/* --- answers and reports --- */

static struct iwf_address copy_address(struct iwf_arena *arena,
				       const struct iwf_address *address)
{
	return (struct iwf_address){
		address->kind, iwf_arena_copy(arena, address->user),
		iwf_arena_copy(arena, address->domain), IWF_STR_NONE
	};
}

static void on_answer(struct iwf_task *task)
{
	struct receipt *receipt = IWF_CONTAINER(task, struct receipt, task);
	struct map_node *node = map_find(&receipt->relay->active,
					 receipt->job_id);
	struct delivery *dlv = node ?
		IWF_CONTAINER(node, struct delivery, node) : NULL;

	if (dlv && dlv->place == PLACE_HOST && dlv->host == receipt->host)
		outcome_answer(dlv, &receipt->report);
	else
		iwf_log_warning(receipt->host->log, "answer-unexpected",
				"msg=%016llx fate=%s",
				(unsigned long long)receipt->job_id,
				iwf_fate_name(receipt->report.fate));
	receipt_finish(receipt, IWF_RESULT_ACCEPTED, "");
}

static void on_remote(struct iwf_task *task)
{
	correlate_start(IWF_CONTAINER(task, struct receipt, task));
}

struct receipt *receipt_create(struct iwf_host *host,
			       const struct iwf_report *report)
{
	struct receipt *receipt = IWF_NEW(struct receipt);
	struct iwf_report *copy = &receipt->report;

	receipt->relay = host->queue->relay;
	receipt->host = host;
	receipt->arena = iwf_arena_create(256);
	receipt->task.run = on_answer;
	*copy = *report;
	IWF_BUG_ON(report->remote_count > IWF_REMOTE_IDS_MAX);
	for (uint32_t i = 0; i < report->remote_count; i++)
		copy->remote_ids[i] = iwf_arena_copy(receipt->arena,
						     report->remote_ids[i]);
	copy->text = iwf_arena_copy(receipt->arena, report->text);
	copy->from = copy_address(receipt->arena, &report->from);
	copy->to = copy_address(receipt->arena, &report->to);
	return receipt;
}

void iwf_host_report(struct iwf_host *host, uint64_t job_id,
		     const struct iwf_report *report)
{
	struct receipt *receipt = receipt_create(host, report);

	receipt->job_id = job_id;
	iwf_loop_post(host->queue->relay->loop, &receipt->task);
}

static void remote_start(struct receipt *receipt, iwf_done_fn *done,
			 uint64_t tag)
{
	receipt->done = done;
	receipt->tag = tag;
	receipt->task.run = on_remote;
	atomic_fetch_add(&receipt->relay->intake_count, 1);
	iwf_loop_post(receipt->relay->loop, &receipt->task);
}

void iwf_host_report_remote(struct iwf_host *host,
			    const struct iwf_report *report, iwf_done_fn *done,
			    uint64_t tag)
{
	remote_start(receipt_create(host, report), done, tag);
}

void iwf_host_lookup(struct iwf_host *host, const struct iwf_report *which,
		     iwf_done_fn *done, uint64_t tag)
{
	struct receipt *receipt = receipt_create(host, which);

	receipt->is_lookup = true;
	remote_start(receipt, done, tag);
}

static void receipt_free(struct receipt *receipt)
{
	iwf_arena_destroy(&receipt->arena);
	iwf_arena_destroy(&receipt->change.arena);
	iwf_buf_free(&receipt->waiting);
	free(receipt);
}

static void on_receipt_done(struct iwf_task *task)
{
	struct receipt *receipt = IWF_CONTAINER(task, struct receipt, task);

	if (receipt->host->link)
		receipt->done(receipt->host->link, receipt->tag,
			      &receipt->verdict);
	receipt_free(receipt);
}

void receipt_finish(struct receipt *receipt, enum iwf_result result,
		    const char *why)
{
	if (!receipt->job_id)
		atomic_fetch_sub(&receipt->relay->intake_count, 1);
	if (!receipt->done) {
		receipt_free(receipt);
		return;
	}
	receipt->verdict.result = result;
	receipt->verdict.why = why;
	receipt->task.run = on_receipt_done;
	iwf_loop_post(receipt->host->loop, &receipt->task);
}
