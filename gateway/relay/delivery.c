/* Deliveries in memory, and how their changes reach the store one at a time. */
#include "relay/relay_priv.h"

#include "base/record.h"

#include <stdlib.h>

static char *copy_text(struct iwf_str s)
{
	char *p = iwf_alloc(s.len + 1);

	if (s.len)
		memcpy(p, s.ptr, s.len);
	return p;
}

uint64_t delivery_lane_key(const struct queue *queue, enum iwf_kind kind,
			   const struct iwf_address *from,
			   const struct iwf_address *to)
{
	struct iwf_buf key = { 0 };
	uint64_t hash;

	iwf_buf_u32(&key, queue->number);
	iwf_buf_u8(&key, (uint8_t)kind);
	iwf_address_key(&key, from);
	iwf_buf_u8(&key, 0);
	iwf_address_key(&key, to);
	/* The database holds signed numbers, and 0 is "none". */
	hash = iwf_hash(queue->relay->key, iwf_buf_str(&key)) >> 1 | 1;
	iwf_buf_free(&key);
	return hash;
}

static uint64_t lane_key(const struct queue *queue,
			 const struct iwf_message *msg)
{
	return delivery_lane_key(queue, msg->kind, &msg->from, &msg->to);
}

static struct delivery *delivery_make(struct relay *relay, struct queue *queue,
				      const struct iwf_message *msg,
				      uint64_t id)
{
	struct delivery *dlv = IWF_NEW(struct delivery);

	dlv->relay = relay;
	dlv->queue = queue;
	dlv->msg = msg;
	dlv->job.id = id;
	dlv->job.msg = msg;
	map_put(&relay->active, &dlv->node, id);
	iwf_metric_set(&relay->values[RELAY_M_IN_MEMORY],
		       (int64_t)relay->active.count);
	return dlv;
}

struct delivery *delivery_create(struct relay *relay, struct queue *queue,
				 const struct iwf_message *msg, uint64_t id)
{
	struct delivery *dlv = delivery_make(relay, queue, msg, id);
	int64_t now_ms = relay_wall_ms(relay);

	dlv->row.id = id;
	dlv->row.message_id = id;
	dlv->row.kind = msg->kind;
	dlv->row.state = STORE_QUEUED;
	dlv->row.link = queue->number;
	dlv->row.lane = lane_key(queue, msg);
	dlv->row.accepted_at_ms = now_ms;
	dlv->row.due_at_ms = now_ms;
	dlv->row.expires_at_ms = msg->expires_at_ms ?
		msg->expires_at_ms : now_ms + relay->conf.validity_ms;
	return dlv;
}

struct delivery *delivery_load(struct relay *relay,
			       const struct store_delivery *row,
			       struct iwf_str record)
{
	struct queue *queue = queue_by_number(relay, row->link);
	struct iwf_message *msg = record_parse(record);
	struct delivery *dlv;

	if (!msg || !queue) {
		iwf_log_error(relay->log, "row-unreadable",
			      "id=%016llx link=%u record=%zu",
			      (unsigned long long)row->id, row->link,
			      record.len);
		iwf_message_unref((const struct iwf_message **)&msg);
		return NULL;
	}
	dlv = delivery_make(relay, queue, msg, row->id);
	dlv->row = *row;
	dlv->remote = copy_text(row->remote);
	dlv->text = copy_text(row->text);
	dlv->row.remote.ptr = dlv->remote;
	dlv->row.text.ptr = dlv->text;
	return dlv;
}

void delivery_set_text(struct delivery *dlv, struct iwf_str text)
{
	char *copy = copy_text(iwf_str_sub(text, 0, 250));

	free(dlv->text);
	dlv->text = copy;
	dlv->row.text = iwf_str_from(copy);
}

void delivery_add_remote(struct delivery *dlv, struct iwf_str id)
{
	struct iwf_buf list = { 0 };

	if (!id.len)
		return;
	iwf_buf_str_put(&list, dlv->row.remote);
	if (list.len)
		iwf_buf_u8(&list, ',');
	iwf_buf_str_put(&list, id);
	free(dlv->remote);
	dlv->remote = copy_text(iwf_buf_str(&list));
	dlv->row.remote = iwf_str_make(dlv->remote, list.len);
	iwf_buf_free(&list);
}

void delivery_bind(struct delivery *dlv, uint64_t key, uint32_t part)
{
	size_t count = dlv->bind_count + 1;

	dlv->binds = realloc(dlv->binds, count * sizeof(*dlv->binds));
	IWF_BUG_ON(!dlv->binds);
	dlv->binds[dlv->bind_count++] = (struct bind){ key, part };
}

void delivery_move(struct delivery *dlv, struct queue *to)
{
	struct store_delivery *row = &dlv->row;

	IWF_BUG_ON(dlv->lane || dlv->place != PLACE_NOWHERE);
	dlv->queue = to;
	dlv->host = NULL;
	dlv->attempt_durable = false;
	row->link = to->number;
	row->lane = lane_key(to, dlv->msg);
	row->state = STORE_QUEUED;
	row->due_at_ms = relay_wall_ms(dlv->relay);
	/* Another link cuts in another way. */
	row->parts = 0;
	memset(row->parts_sent, 0, sizeof(row->parts_sent));
}

/* --- changes --- */

static void on_saved(struct iwf_task *task);

static void send_change(struct delivery *dlv, enum store_verb verb)
{
	dlv->in_flight = true;
	dlv->change.task.run = on_saved;
	dlv->change.loop = dlv->relay->loop;
	dlv->change.verb = verb;
	store_submit(dlv->relay->store, &dlv->change);
}

void delivery_put(struct delivery *dlv, struct store_put *keys)
{
	IWF_BUG_ON(dlv->in_flight);
	record_format(&dlv->record, dlv->msg);
	dlv->change.put = *keys;
	dlv->change.put.row = dlv->row;
	dlv->change.put.record = iwf_buf_str(&dlv->record);
	dlv->was_put = true;
	send_change(dlv, STORE_PUT);
}

static void take_binds(struct delivery *dlv, struct store_update *update)
{
	uint32_t count = dlv->bind_count < STORE_BINDS_MAX ? dlv->bind_count :
							     STORE_BINDS_MAX;

	for (uint32_t i = 0; i < count; i++) {
		update->bind_key[i] = dlv->binds[i].key;
		update->bind_part[i] = dlv->binds[i].part;
	}
	update->bind_count = count;
	if (count)
		update->recipient = correlate_recipient(dlv->relay,
							&dlv->msg->to);
	dlv->bind_count -= count;
	if (dlv->bind_count)
		memmove(dlv->binds, dlv->binds + count,
			dlv->bind_count * sizeof(*dlv->binds));
}

static void take_report(struct delivery *dlv, struct store_update *update)
{
	struct delivery *report = dlv->reports;

	dlv->report_flying = report;
	if (!report)
		return;
	dlv->reports = report->next_report;
	record_format(&report->record, report->msg);
	update->report.row = report->row;
	update->report.record = iwf_buf_str(&report->record);
}

/* The committer's thread reads them while dlv may already get new ones. */
static void copy_texts(struct delivery *dlv, struct store_delivery *row)
{
	struct iwf_buf *texts = &dlv->texts;

	texts->len = 0;
	iwf_buf_str_put(texts, dlv->row.remote);
	iwf_buf_str_put(texts, dlv->row.text);
	row->remote = iwf_str_sub(iwf_buf_str(texts), 0, dlv->row.remote.len);
	row->text = iwf_str_sub(iwf_buf_str(texts), dlv->row.remote.len,
				texts->len);
}

/* The sender's side took this REPORT: so the trace of what it is about says. */
static void take_told(const struct delivery *dlv, struct store_update *update)
{
	if (dlv->row.kind != IWF_KIND_REPORT ||
	    dlv->row.state != STORE_FINISHED)
		return;
	update->told = dlv->row.about;
	update->told_at_ms = dlv->row.sent_at_ms;
}

static void send_update(struct delivery *dlv)
{
	struct store_update *update = &dlv->change.update;

	*update = (struct store_update){ .row = dlv->row,
					 .unsure_part = dlv->unsure_part,
					 .unbind = dlv->unbind };
	dlv->unsure_part = 0;
	copy_texts(dlv, &update->row);
	take_binds(dlv, update);
	take_report(dlv, update);
	take_told(dlv, update);
	dlv->dirty = dlv->bind_count || dlv->reports;
	dlv->waiters_flying = dlv->waiters;
	dlv->waiters = NULL;
	send_change(dlv, STORE_UPDATE);
}

void delivery_save(struct delivery *dlv)
{
	if (dlv->in_flight)
		dlv->dirty = true;
	else
		send_update(dlv);
}

static void tell_waiters(struct delivery *dlv)
{
	while (dlv->waiters_flying) {
		struct receipt *receipt = dlv->waiters_flying;

		dlv->waiters_flying = receipt->next;
		receipt_finish(receipt, IWF_RESULT_ACCEPTED, "");
	}
}

/* A REPORT became durable with its cause: it goes its own way from here. Where
 * the store knew a fate already, there is none to tell. */
static void report_saved(struct delivery *dlv, enum iwf_err err)
{
	struct delivery *report = dlv->report_flying;

	dlv->report_flying = NULL;
	if (!report)
		return;
	report->in_flight = false;
	report->was_put = false;
	iwf_buf_free(&report->record);
	if (!err)
		relay_count(dlv->relay, RELAY_M_REPORTS);
	intake_on_put(report, err);
}

/* The store gives one receipt at a time: asked again, it gives the next. */
static void take_waiting(struct delivery *dlv, const struct store_update *update)
{
	if (!update->waiting.len)
		return;
	if (update->waiting_by_lane) {
		correlate_waiting(dlv, update);
		return;
	}
	for (uint32_t i = 0; i < update->bind_count; i++)
		delivery_bind(dlv, update->bind_key[i], update->bind_part[i]);
	correlate_waiting(dlv, update);
	delivery_save(dlv);
}

/* The very attempt that waits for it is durable, not an earlier one; or its
 * fate came meanwhile and it is not made at all. */
static bool may_submit(const struct delivery *dlv,
		       const struct store_update *update)
{
	if (dlv->place != PLACE_ATTEMPT)
		return false;
	return delivery_is_gone(dlv) ||
	       (update->row.state == STORE_ATTEMPT &&
		update->row.attempts == dlv->row.attempts &&
		update->row.resends == dlv->row.resends);
}

static void update_saved(struct delivery *dlv, enum iwf_err err)
{
	struct store_update *update = &dlv->change.update;
	struct iwf_arena *arena = dlv->change.arena;

	/* Still in flight: what the following calls change is saved by the next
	 * change, and dlv outlives them. */
	dlv->change.arena = NULL;
	/* It was read before it ended: nothing more is done with it. */
	if (update->was_final && !store_state_is_final(dlv->row.state))
		dlv->row.state = STORE_CANCELLED;
	report_saved(dlv, update->was_final ? IWF_E_STATE : err);
	tell_waiters(dlv);
	ack_saved(dlv);
	cancel_saved(dlv);
	if (!err)
		take_waiting(dlv, update);
	if (ahead_is_saved(dlv, &update->row))
		dlv->attempt_durable = true;
	if (may_submit(dlv, update)) {
		dlv->attempt_durable = true;
		dispatch_submit(dlv);
	}
	iwf_arena_destroy(&arena);
	dlv->in_flight = false;
	if (dlv->dirty)
		send_update(dlv);
	else if (!err && dlv->row.state == STORE_QUEUED && !dlv->lane)
		queue_left(dlv);
	delivery_release(&dlv);
}

/* Nothing of it is durable: the same change again, a little later. */
static void try_again(struct delivery *dlv)
{
	struct relay *relay = dlv->relay;

	relay_count(relay, RELAY_M_SAVE_RETRIES);
	iwf_arena_destroy(&dlv->change.arena);
	relay_save_later(relay, dlv);
}

/* The store will never take this change: its row was purged, or worse. */
static void give_up(struct delivery *dlv, enum iwf_err err)
{
	iwf_log_error(dlv->queue->log, "change-refused", "msg=%016llx err=%s",
		      (unsigned long long)dlv->row.id, iwf_err_name(err));
	update_saved(dlv, err);
}

static bool is_passing(enum iwf_err err)
{
	return err == IWF_E_IO || err == IWF_E_FULL || err == IWF_E_CORRUPT;
}

static void on_saved(struct iwf_task *task)
{
	struct delivery *dlv = IWF_CONTAINER(task, struct delivery,
					     change.task);
	enum iwf_err err = dlv->change.err;

	if (!dlv->was_put) {
		if (!err)
			update_saved(dlv, err);
		else if (is_passing(err))
			try_again(dlv);
		else
			give_up(dlv, err);
		return;
	}
	dlv->in_flight = false;
	dlv->was_put = false;
	iwf_buf_free(&dlv->record);
	iwf_buf_free(&dlv->thread);
	iwf_arena_destroy(&dlv->change.arena);
	intake_on_put(dlv, err);
}

/* --- the end, and lists --- */

void delivery_release(struct delivery **dlvp)
{
	struct delivery *dlv = *dlvp;

	*dlvp = NULL;
	if (!dlv || dlv->in_flight || dlv->dirty || dlv->intake || dlv->lane ||
	    dlv->lingers || dlv->revokes || dlv->place != PLACE_NOWHERE)
		return;
	ack_give_up(dlv);
	if (dlv->queue->loading) {
		/* What is being read may show it as it was before. */
		dlv->lingers = true;
		dlv->next_gone = dlv->queue->gone;
		dlv->queue->gone = dlv;
		return;
	}
	map_remove(&dlv->relay->active, &dlv->node);
	iwf_metric_set(&dlv->relay->values[RELAY_M_IN_MEMORY],
		       (int64_t)dlv->relay->active.count);
	iwf_message_unref(&dlv->msg);
	iwf_buf_free(&dlv->record);
	iwf_buf_free(&dlv->thread);
	iwf_buf_free(&dlv->texts);
	iwf_buf_free(&dlv->job_remote);
	free(dlv->binds);
	free(dlv->remote);
	free(dlv->text);
	free(dlv);
}

void delivery_list_push(struct delivery_list *list, struct delivery *dlv)
{
	dlv->next = NULL;
	if (list->last)
		list->last->next = dlv;
	else
		list->first = dlv;
	list->last = dlv;
	list->count++;
}

void delivery_list_push_front(struct delivery_list *list, struct delivery *dlv)
{
	dlv->next = list->first;
	list->first = dlv;
	if (!list->last)
		list->last = dlv;
	list->count++;
}

struct delivery *delivery_list_pop(struct delivery_list *list)
{
	struct delivery *dlv = list->first;

	if (!dlv)
		return NULL;
	list->first = dlv->next;
	if (!list->first)
		list->last = NULL;
	list->count--;
	dlv->next = NULL;
	return dlv;
}

void delivery_list_remove(struct delivery_list *list, struct delivery *dlv)
{
	struct delivery *before = NULL;

	for (struct delivery *at = list->first; at != dlv; at = at->next) {
		IWF_BUG_ON(!at);
		before = at;
	}
	if (before)
		before->next = dlv->next;
	else
		list->first = dlv->next;
	if (list->last == dlv)
		list->last = before;
	list->count--;
	dlv->next = NULL;
}
