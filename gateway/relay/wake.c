/* A recipient can be reached again: what waits on the link for a retry to it is
 * due at once. What waits behind a retry stays behind it. */
#include "relay/relay_priv.h"

#include "base/record.h"

#include <stdlib.h>

#define PAGE 256

static void ask_page(struct queue *queue, int64_t after_due_ms,
		     uint64_t after_id);

static bool is_reachable(const struct queue *queue,
			 const struct iwf_address *to)
{
	uint64_t key = correlate_recipient(queue->relay, to);

	for (unsigned i = 0; i < queue->wake_count; i++)
		if (queue->wakes[i] == key)
			return true;
	return false;
}

static bool is_meant(const struct queue *queue, const struct store_found *found)
{
	const struct iwf_message *msg = record_parse(found->record);
	bool is = msg && is_reachable(queue, &msg->to);

	iwf_message_unref(&msg);
	return is;
}

/* NULL: it is no longer as it was read. */
static struct delivery *waiting_one(struct queue *queue,
				    const struct store_found *found)
{
	struct map_node *node = map_find(&queue->relay->active, found->row.id);
	struct delivery *dlv;

	if (!node)
		return delivery_load(queue->relay, &found->row, found->record);
	dlv = IWF_CONTAINER(node, struct delivery, node);
	return dlv->lane || dlv->was_put || dlv->queue != queue ||
	       dlv->row.state != STORE_QUEUED ? NULL : dlv;
}

static void wake_row(struct queue *queue, const struct store_found *found)
{
	struct delivery *dlv = is_meant(queue, found) ?
		waiting_one(queue, found) : NULL;

	if (!dlv)
		return;
	lane_wake(queue, dlv->row.lane);
	dlv->row.due_at_ms = queue->wake_query.until_ms;
	delivery_save(dlv);
}

static void end(struct queue *queue)
{
	queue->waking = false;
	if (queue->wakes_again)
		wake_start(queue);
	else
		queue->wake_count = 0;
}

static void on_page(struct iwf_task *task)
{
	struct queue *queue = IWF_CONTAINER(task, struct queue,
					    wake_query.task);
	struct store_query *query = &queue->wake_query;
	bool is_full = !query->err && query->has_more;
	int64_t due_ms = 0;
	uint64_t id = 0;

	query->until_ms = relay_wall_ms(queue->relay);
	for (uint32_t i = 0; !query->err && i < query->found_count; i++) {
		due_ms = query->found[i].row.due_at_ms;
		id = query->found[i].row.id;
		wake_row(queue, &query->found[i]);
	}
	iwf_arena_destroy(&query->arena);
	if (is_full)
		ask_page(queue, due_ms, id);
	else
		end(queue);
}

static void ask_page(struct queue *queue, int64_t after_due_ms,
		     uint64_t after_id)
{
	queue->wake_query = (struct store_query){
		.task.run = on_page, .loop = queue->relay->loop,
		.kind = STORE_Q_DUE, .link = queue->number,
		.after_due_ms = after_due_ms, .after_id = after_id,
		.until_ms = INT64_MAX, .limit = PAGE,
		.with_record = true, .records_max_len = RELAY_PAGE_LEN,
	};
	store_ask(queue->relay->store, &queue->wake_query);
}

void wake_start(struct queue *queue)
{
	if (queue->waking) {
		queue->wakes_again = true;
		return;
	}
	queue->waking = true;
	queue->wakes_again = false;
	/* What is due already goes by itself. */
	ask_page(queue, relay_wall_ms(queue->relay), INT64_MAX);
}

struct wake {
	struct iwf_task task;
	struct queue *queue;
	uint64_t recipient;
};

static void on_wake(struct iwf_task *task)
{
	struct wake *wake = IWF_CONTAINER(task, struct wake, task);
	struct queue *queue = wake->queue;

	if (queue->wake_count < QUEUE_WAKES_MAX) {
		queue->wakes[queue->wake_count++] = wake->recipient;
		wake_start(queue);
	}
	free(wake);
}

void iwf_host_wake(struct iwf_host *host, const struct iwf_address *reachable)
{
	struct wake *wake = IWF_NEW(struct wake);

	wake->task.run = on_wake;
	wake->queue = host->queue;
	wake->recipient = correlate_recipient(host->queue->relay, reachable);
	iwf_loop_post(host->queue->relay->loop, &wake->task);
}
