/* A configured link's queue: unbounded in the store, a window of it in memory. */
#include "relay/relay_priv.h"

#include <stdio.h>
#include <stdlib.h>

#define LOAD_LIMIT 512
#define LOAD_AGAIN_MS 1000
/* Bodies in memory, whatever the window: large ones wait in the store. */
#define BODIES_MAX_LEN (8ull * RELAY_PAGE_LEN)
#define LAST_ID (UINT64_MAX >> 1)

static void on_timer(struct iwf_timer *timer);
static void set_timer(struct queue *queue, int64_t now_ms);

struct queue *queue_create(struct relay *relay,
			   const struct relay_link_conf *conf)
{
	struct queue *queue = IWF_NEW(struct queue);
	struct iwf_buf scope = { 0 };

	snprintf(queue->name, sizeof(queue->name), "%.*s",
		 IWF_STR_ARG(conf->name));
	queue->relay = relay;
	queue->order = (enum relay_order)conf->order;
	queue->number = store_link_number(relay->store, conf->name);
	queue->behind = true;
	iwf_buf_printf(&scope, "link=%s", queue->name);
	iwf_buf_u8(&scope, 0);
	queue->log = log_child(relay->log, scope.ptr);
	iwf_buf_free(&scope);
	queue->next = relay->queues;
	relay->queues = queue;
	return queue;
}

void queue_destroy(struct queue **queuep)
{
	struct queue *queue = *queuep;

	*queuep = NULL;
	lanes_free(queue);
	log_destroy(&queue->log);
	free(queue->hosts);
	free(queue);
}

struct queue *queue_find(struct relay *relay, struct iwf_str name)
{
	struct queue *queue = relay->queues;

	while (queue && !iwf_str_eq(iwf_str_from(queue->name), name))
		queue = queue->next;
	return queue;
}

struct queue *queue_by_number(struct relay *relay, uint32_t number)
{
	struct queue *queue = relay->queues;

	while (queue && queue->number != number)
		queue = queue->next;
	return queue;
}

bool queue_is_up(const struct queue *queue)
{
	for (unsigned i = 0; i < queue->host_count; i++)
		if (queue->hosts[i]->state == IWF_LINK_UP)
			return true;
	return false;
}

int64_t queue_down_since_ms(const struct queue *queue)
{
	int64_t since_ms = 0;

	for (unsigned i = 0; i < queue->host_count; i++) {
		const struct iwf_host *host = queue->hosts[i];

		if (host->state == IWF_LINK_UP)
			return relay_wall_ms(queue->relay);
		if (host->down_since_ms > since_ms)
			since_ms = host->down_since_ms;
	}
	return since_ms;
}

/* --- into memory, or to the store only --- */

static void note_due(struct queue *queue, int64_t due_ms)
{
	if (!queue->next_due_ms || due_ms < queue->next_due_ms)
		queue->next_due_ms = due_ms;
}

/* What is due later is looked for from now on, before newer ones pass it. */
static void check_due(struct queue *queue, int64_t now_ms)
{
	if (!queue->next_due_ms || queue->next_due_ms > now_ms)
		return;
	queue->next_due_ms = 0;
	queue->behind = true;
	queue->mark++;
}

/* For so many more, and bodies of so many octets. */
static bool has_room(const struct queue *queue, unsigned count, uint64_t len)
{
	return queue->in_memory + count <= queue->relay->conf.window &&
	       queue->in_memory_len + len <= BODIES_MAX_LEN;
}

bool queue_admit(struct queue *queue, struct delivery *dlv)
{
	int64_t now_ms = relay_wall_ms(queue->relay);
	int64_t due_ms = now_ms;

	check_due(queue, now_ms);
	if (lane_is_later(queue, dlv->row.lane, dlv->row.id, now_ms, &due_ms)) {
		dlv->row.due_at_ms = due_ms;
		note_due(queue, due_ms);
		return false;
	}
	if (queue->behind || !queue->host_count ||
	    !has_room(queue, 1, dlv->msg->body.len)) {
		queue->behind = true;
		if (dlv->row.due_at_ms <= queue->loaded_until_ms)
			dlv->row.due_at_ms = queue->loaded_until_ms + 1;
		note_due(queue, dlv->row.due_at_ms);
		return false;
	}
	lane_enter(dlv);
	return true;
}

void queue_put_outside(struct queue *queue, struct delivery *dlv)
{
	delivery_list_push(&queue->outside, dlv);
	queue->mark++;
}

void queue_put_done(struct queue *queue, struct delivery *dlv)
{
	delivery_list_remove(&queue->outside, dlv);
	if (dlv->row.state == STORE_QUEUED)
		queue_left(dlv);
	queue_run(queue);
}

/* Not while a load is under way: it moves the place itself. */
static void rewind_now(struct queue *queue)
{
	if (!queue->rewind_ms || queue->loading)
		return;
	if (queue->rewind_ms <= queue->loaded_until_ms) {
		queue->loaded_until_ms = queue->rewind_ms - 1;
		queue->loaded_id = LAST_ID;
	}
	queue->rewind_ms = 0;
}

void queue_reread(struct queue *queue)
{
	queue->behind = true;
	queue->mark++;
	queue->rewind_ms = 1;
	rewind_now(queue);
}

void queue_left(struct delivery *dlv)
{
	struct queue *queue = dlv->queue;
	int64_t due_ms = dlv->row.due_at_ms;

	if (due_ms <= queue->loaded_until_ms || queue->loading) {
		if (!queue->rewind_ms || due_ms < queue->rewind_ms)
			queue->rewind_ms = due_ms;
		rewind_now(queue);
	}
	note_due(queue, due_ms);
	set_timer(queue, relay_wall_ms(queue->relay));
}

void queue_postpone(struct delivery *dlv, int64_t due_ms)
{
	struct queue *queue = dlv->queue;

	dlv->row.state = STORE_QUEUED;
	dlv->row.due_at_ms = due_ms;
	ack_give_up(dlv);
	lane_leave(dlv);
	note_due(queue, due_ms);
	delivery_save(dlv);
	queue_run(queue);
}

/* --- loading --- */

/* One that waits in the store alone and is held only until this load is over:
 * it is read again, and newer ones must not pass it till then. */
static void pass_over(struct queue *queue, const struct delivery *dlv)
{
	if (dlv->lingers && dlv->row.state == STORE_QUEUED)
		queue->mark++;
}

static void take_row(struct queue *queue, const struct store_found *found)
{
	struct relay *relay = queue->relay;
	struct map_node *active = map_find(&relay->active, found->row.id);
	struct delivery *dlv;
	int64_t due_ms, now_ms = relay_wall_ms(relay);

	queue->loaded_until_ms = found->row.due_at_ms;
	queue->loaded_id = found->row.id;
	if (active) {
		pass_over(queue, IWF_CONTAINER(active, struct delivery, node));
		return;
	}
	dlv = delivery_load(relay, &found->row, found->record);
	if (!dlv)
		return;
	if (dlv->row.expires_at_ms <= now_ms) {
		outcome_end(dlv, STORE_EXPIRED, IWF_STR("expired while waiting"));
		return;
	}
	if (dlv->row.body_err) {
		outcome_lost(dlv);
		return;
	}
	if (lane_is_later(queue, dlv->row.lane, dlv->row.id, now_ms, &due_ms)) {
		queue_postpone(dlv, due_ms);
		return;
	}
	lane_enter(dlv);
	ahead_fill(dlv->lane);
}

/* After a load that came to its end, nothing due is left in the store, unless
 * something was put there meanwhile. */
static void note_loaded(struct queue *queue)
{
	if (queue->query.has_more)
		return;
	if (queue->query.until_ms > queue->loaded_until_ms) {
		queue->loaded_until_ms = queue->query.until_ms;
		queue->loaded_id = LAST_ID;
	}
	if (queue->mark == queue->load_mark && !queue->outside.count)
		queue->behind = false;
}

static void end_loading(struct queue *queue)
{
	iwf_arena_destroy(&queue->query.arena);
	queue->loading = false;
	rewind_now(queue);
	while (queue->gone) {
		struct delivery *dlv = queue->gone;

		queue->gone = dlv->next_gone;
		dlv->lingers = false;
		if (dlv->row.state == STORE_QUEUED && !dlv->lane &&
		    !dlv->in_flight)
			queue_left(dlv);
		delivery_release(&dlv);
	}
	queue_run(queue);
}

static void on_next(struct iwf_task *task)
{
	struct queue *queue = IWF_CONTAINER(task, struct queue, query.task);

	if (!queue->query.err && queue->query.found_count)
		note_due(queue, queue->query.found[0].row.due_at_ms);
	end_loading(queue);
}

/* Nothing due is left: when will there be? */
static void ask_next(struct queue *queue)
{
	iwf_arena_destroy(&queue->query.arena);
	queue->query = (struct store_query){
		.task.run = on_next, .loop = queue->relay->loop,
		.kind = STORE_Q_DUE, .link = queue->number,
		.after_due_ms = queue->loaded_until_ms,
		.after_id = queue->loaded_id, .until_ms = INT64_MAX, .limit = 1,
	};
	store_ask(queue->relay->store, &queue->query);
}

static void on_loaded(struct iwf_task *task)
{
	struct queue *queue = IWF_CONTAINER(task, struct queue, query.task);

	if (queue->query.err) {
		iwf_log_error(queue->log, "load-failed", "err=%s",
			      iwf_err_name(queue->query.err));
		note_due(queue, relay_wall_ms(queue->relay) + LOAD_AGAIN_MS);
		queue->behind = false;
		end_loading(queue);
		return;
	}
	for (uint32_t i = 0; i < queue->query.found_count; i++)
		take_row(queue, &queue->query.found[i]);
	note_loaded(queue);
	if (queue->behind)
		end_loading(queue);
	else
		ask_next(queue);
}

static void load(struct queue *queue)
{
	struct relay *relay = queue->relay;
	int64_t until_ms = relay_wall_ms(relay);

	if (queue->loading || !queue->behind || relay->recovering ||
	    !queue_is_up(queue) ||
	    !has_room(queue, LOAD_LIMIT, RELAY_PAGE_LEN))
		return;
	/* What is on its way to the disk cannot be read yet and must not be
	 * passed over. */
	if (queue->outside.count &&
	    queue->outside.first->row.accepted_at_ms <= until_ms)
		until_ms = queue->outside.first->row.accepted_at_ms - 1;
	if (until_ms <= queue->loaded_until_ms && queue->outside.count)
		return;
	queue->loading = true;
	queue->load_mark = queue->mark;
	queue->query = (struct store_query){
		.task.run = on_loaded, .loop = relay->loop, .kind = STORE_Q_DUE,
		.link = queue->number, .after_due_ms = queue->loaded_until_ms,
		.after_id = queue->loaded_id, .until_ms = until_ms,
		.limit = LOAD_LIMIT, .with_record = true,
		.records_max_len = RELAY_PAGE_LEN,
	};
	store_ask(relay->store, &queue->query);
}

static void set_timer(struct queue *queue, int64_t now_ms)
{
	int64_t at_ms = queue->next_due_ms;

	if (queue->held_first &&
	    (!at_ms || queue->held_first->listed_until_ms < at_ms))
		at_ms = queue->held_first->listed_until_ms;
	if (at_ms)
		iwf_timer_start(queue->relay->loop, &queue->timer,
				at_ms > now_ms ? at_ms - now_ms + 1 : 1,
				on_timer);
}

void queue_run(struct queue *queue)
{
	int64_t now_ms = relay_wall_ms(queue->relay);

	lanes_forget_held(queue, now_ms);
	check_due(queue, now_ms);
	load(queue);
	for (unsigned i = 0; i < queue->host_count; i++)
		dispatch_run(queue->hosts[i]);
	set_timer(queue, now_ms);
}

static void on_timer(struct iwf_timer *timer)
{
	queue_run(IWF_CONTAINER(timer, struct queue, timer));
}
