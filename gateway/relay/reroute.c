/* What waits for a link that is down for long goes by a later link of its rule;
 * what waits for a link that is gone is routed again. */
#include "relay/relay_priv.h"

#include <stdlib.h>

#define PAGE 256
#define LOOK_AGAIN_MS 30000

static void ask_page(struct queue *queue, int64_t after_due_ms,
		     uint64_t after_id);

/* --- one delivery --- */

/* NULL: it stays where it is. */
static struct queue *other_queue(const struct delivery *dlv)
{
	enum iwf_result result;
	const char *why;
	struct queue *to = intake_choose(dlv->relay, dlv->msg, dlv->row.origin,
					 &result, &why);

	if (!to || to == dlv->queue)
		return NULL;
	return dlv->queue->removed || queue_is_up(to) ? to : NULL;
}

static void move(struct delivery *dlv, struct queue *to)
{
	relay_count(dlv->relay, RELAY_M_REROUTED);
	dlv->queue->moved++;
	delivery_move(dlv, to);
	/* Either way the row goes to its new link in the store. */
	queue_admit(to, dlv);
	delivery_save(dlv);
	queue_run(to);
}

void reroute_one(struct delivery *dlv)
{
	struct queue *queue = dlv->queue, *to = NULL;

	/* A REPORT goes to the link it was asked on or nowhere. */
	if (dlv->msg->kind == IWF_KIND_MESSAGE)
		to = other_queue(dlv);
	if (to)
		move(dlv, to);
	else if (!queue->removed)
		queue_postpone(dlv, relay_wall_ms(dlv->relay));
	else if (dlv->msg->kind == IWF_KIND_MESSAGE)
		outcome_end(dlv, STORE_FAILED,
			    IWF_STR("its link is gone, no other takes it"));
	else
		delivery_save(dlv);
}

/* --- all that waits for a queue --- */

/* Only what waits, and from a link that may come back only what was never
 * given to it. */
static bool may_move(const struct delivery *dlv)
{
	if (dlv->in_flight || dlv->row.state != STORE_QUEUED ||
	    dlv->place == PLACE_ATTEMPT || dlv->place == PLACE_HOST)
		return false;
	return dlv->queue->removed ||
	       (dlv->row.attempts == 0 && dlv->row.resends == 0 &&
		other_queue(dlv));
}

static void take_row(struct queue *queue, const struct store_found *found)
{
	struct map_node *node = map_find(&queue->relay->active, found->row.id);
	struct delivery *dlv = node ?
		IWF_CONTAINER(node, struct delivery, node) :
		delivery_load(queue->relay, &found->row, found->record);

	if (!dlv || dlv->queue != queue)
		return;
	if (dlv->msg->kind == IWF_KIND_REPORT)
		queue->reports_kept++;
	if (dlv->msg->kind == IWF_KIND_REPORT || !may_move(dlv)) {
		delivery_release(&dlv);
		return;
	}
	if (dlv->row.body_err == IWF_E_CORRUPT) {
		outcome_lost(dlv);
		return;
	}
	/* Found by a receipt, which needs no body: with the next look. */
	if (dlv->row.body_err) {
		delivery_release(&dlv);
		return;
	}
	lane_leave(dlv);
	reroute_one(dlv);
}

static void end_moving(struct queue *queue)
{
	queue->moving = false;
	if (queue->moved)
		iwf_log_info(queue->log, "rerouted", "count=%u", queue->moved);
	if (queue->removed && queue->reports_kept && !queue->is_alarmed) {
		iwf_log_error(queue->log, "reports-stay",
			      "count=%u reason=\"link is gone from the "
			      "configuration\"", queue->reports_kept);
		queue->is_alarmed = true;
	}
}

static void on_page(struct iwf_task *task)
{
	struct queue *queue = IWF_CONTAINER(task, struct queue,
					    move_query.task);
	struct store_query *query = &queue->move_query;
	int64_t due_ms = 0;
	uint64_t id = 0;
	/* The link may have come back meanwhile and have sent some of them. */
	bool is_wrong = query->err || (!queue->removed && queue_is_up(queue));
	bool is_full = !is_wrong && query->has_more;

	for (uint32_t i = 0; !is_wrong && i < query->found_count; i++) {
		due_ms = query->found[i].row.due_at_ms;
		id = query->found[i].row.id;
		take_row(queue, &query->found[i]);
	}
	iwf_arena_destroy(&query->arena);
	if (is_full)
		ask_page(queue, due_ms, id);
	else
		end_moving(queue);
}

static void ask_page(struct queue *queue, int64_t after_due_ms,
		     uint64_t after_id)
{
	queue->move_query = (struct store_query){
		.task.run = on_page, .loop = queue->relay->loop,
		.kind = STORE_Q_DUE, .link = queue->number,
		.after_due_ms = after_due_ms, .after_id = after_id,
		.until_ms = INT64_MAX, .limit = PAGE,
		.with_record = true, .records_max_len = RELAY_PAGE_LEN,
	};
	store_ask(queue->relay->store, &queue->move_query);
}

static void look(struct queue *queue, int64_t now_ms)
{
	if (queue->moving)
		return;
	queue->moving = true;
	queue->moved = 0;
	queue->reports_kept = 0;
	queue->move_at_ms = now_ms + LOOK_AGAIN_MS;
	ask_page(queue, 0, 0);
}

/* --- when --- */

static bool has_other(const struct queue *queue)
{
	const struct relay *relay = queue->relay;

	for (struct queue *to = relay->queues; to; to = to->next)
		if (to != queue && queue_is_up(to) &&
		    route_has_both(relay->routes, queue->name, to->name))
			return true;
	return false;
}

static bool is_wanted(const struct queue *queue, int64_t now_ms)
{
	const struct relay *relay = queue->relay;

	if (now_ms < queue->move_at_ms || relay->recovering)
		return false;
	if (queue->removed)
		return true;
	return relay->conf.failover_ms && queue->host_count &&
	       !queue_is_up(queue) &&
	       now_ms - queue_down_since_ms(queue) >= relay->conf.failover_ms &&
	       has_other(queue);
}

void reroute_tick(struct relay *relay, int64_t now_ms)
{
	for (struct queue *queue = relay->queues; queue; queue = queue->next)
		if (is_wanted(queue, now_ms))
			look(queue, now_ms);
}

/* --- those in memory, when a link goes --- */

static int by_id(const void *a, const void *b)
{
	const struct delivery *const *left = a, *const *right = b;

	return (*left)->row.id < (*right)->row.id ? -1 : 1;
}

typedef bool pick_fn(const struct delivery *dlv, const void *arg);

/* Those of the active ones that are picked, oldest first; the caller frees. */
static struct delivery **collect(struct relay *relay, pick_fn *is_picked,
				 const void *arg, size_t *count)
{
	const struct map *active = &relay->active;
	struct delivery **all = iwf_alloc((active->count + 1) * sizeof(*all));

	*count = 0;
	for (size_t i = 0; i < active->bucket_count; i++)
		for (struct map_node *node = active->buckets[i]; node;
		     node = node->next) {
			struct delivery *dlv = IWF_CONTAINER(node,
						struct delivery, node);

			if (is_picked(dlv, arg))
				all[(*count)++] = dlv;
		}
	qsort(all, *count, sizeof(*all), by_id);
	return all;
}

static bool is_waiting(const struct delivery *dlv, const void *queue)
{
	return dlv->queue == queue &&
	       (dlv->place == PLACE_LANE || dlv->place == PLACE_READY);
}

static void take_out(struct delivery *dlv)
{
	lane_leave(dlv);
	if (dlv->in_flight && dlv->was_put)
		/* Not yet durable: found in the store when it is. */
		queue_put_outside(dlv->queue, dlv);
	else
		reroute_one(dlv);
}

void reroute_all(struct queue *queue)
{
	size_t count;
	struct delivery **all = collect(queue->relay, is_waiting, queue,
					&count);

	for (size_t i = 0; i < count; i++)
		take_out(all[i]);
	free(all);
	/* Soon; with the next tick while another look is under way. */
	queue->move_at_ms = 0;
	look(queue, relay_wall_ms(queue->relay));
}

static bool is_unanswered(const struct delivery *dlv, const void *host)
{
	return dlv->host == host && dlv->place == PLACE_HOST;
}

void reroute_abandoned(struct iwf_host *host)
{
	size_t count;
	struct delivery **all = collect(host->queue->relay, is_unanswered, host,
					&count);

	for (size_t i = 0; i < count; i++) {
		if (store_state_is_final(all[i]->row.state))
			outcome_left(all[i]);
		else
			outcome_unsure(all[i]);
	}
	free(all);
}
