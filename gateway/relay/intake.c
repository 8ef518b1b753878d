/* DOOR IN: every message enters here, from links and from the operator. */
#include "relay/relay_priv.h"

#include <stdlib.h>

#define RETRY_AFTER_SEC 2
/* Told to the peer as it stands. */
#define WHY_BLOCKED "Sender Is Blocked"
#define WHY_REFUSED "Refused By A Routing Rule"

/* --- answering --- */

static void on_done(struct iwf_task *task)
{
	struct intake *intake = IWF_CONTAINER(task, struct intake, task);

	if (intake->done && intake->host->link)
		intake->done(intake->host->link, intake->tag, &intake->verdict);
	if (intake->sent)
		intake->sent(intake->sent_arg, &intake->verdict);
	intake_free(intake);
}

void intake_free(struct intake *intake)
{
	iwf_arena_destroy(&intake->change.arena);
	iwf_buf_free(&intake->record);
	iwf_buf_free(&intake->cursor_key);
	iwf_buf_free(&intake->cursor_value);
	iwf_message_unref((const struct iwf_message **)&intake->msg);
	free(intake);
}

static enum relay_metric metric_of(enum iwf_result result)
{
	switch (result) {
	case IWF_RESULT_ACCEPTED:
		return RELAY_M_ACCEPTED;
	case IWF_RESULT_DUPLICATE:
		return RELAY_M_DUPLICATE;
	case IWF_RESULT_BUSY:
	case IWF_RESULT_ERROR:
		return RELAY_M_BUSY;
	default:
		return RELAY_M_REFUSED;
	}
}

/* Any thread; done follows in a later turn of the edge's loop. */
static void answer(struct intake *intake, enum iwf_result result,
		   const char *why)
{
	struct relay *relay = intake->relay;

	relay_count(relay, metric_of(result));
	intake->verdict.result = result;
	intake->verdict.why = why;
	if (result == IWF_RESULT_BUSY || result == IWF_RESULT_ERROR)
		intake->verdict.retry_after_sec = RETRY_AFTER_SEC;
	intake->task.run = on_done;
	iwf_loop_post(intake->host ? intake->host->loop : relay->loop,
		      &intake->task);
}

void intake_answer(struct intake *intake, enum iwf_result result,
		   const char *why)
{
	/* The copy of what was refused is another message. */
	untold_landed(intake, result == IWF_RESULT_ACCEPTED &&
		      !intake->is_refusal);
	answer(intake, result, why);
}

void intake_finish(struct intake *intake, enum iwf_result result,
		   const char *why)
{
	atomic_fetch_sub(&intake->relay->intake_count, 1);
	intake_answer(intake, result, why);
}

enum iwf_result intake_result_of(enum iwf_err err, const char **why)
{
	if (err == IWF_E_IO || err == IWF_E_FULL || err == IWF_E_CORRUPT) {
		*why = "Store Cannot Be Written";
		return IWF_RESULT_BUSY;
	}
	*why = "Store Refused This Message";
	return IWF_RESULT_ERROR;
}

void intake_fail(struct intake *intake, enum iwf_err err)
{
	const char *why;
	enum iwf_result result = intake_result_of(err, &why);

	intake_finish(intake, result, why);
}

/* --- on the edge's loop: refused here, or to the relay's loop --- */

static const char *busy_reason(struct relay *relay)
{
	if (atomic_load(&relay->draining) || !atomic_load(&relay->started))
		return "Gateway Is Starting Or Stopping";
	if (!store_is_writable(relay->store))
		return "Store Cannot Be Written";
	if (atomic_load(&relay->intake_count) >= relay->conf.intake_max)
		return "Too Many Messages Not Yet Durable";
	return NULL;
}

/* True when it is, and answered as one. */
static bool is_copy(struct intake *intake)
{
	struct relay *relay = intake->relay;
	uint64_t key = untold_key(relay, intake->origin, intake->msg);
	uint64_t original = untold_take(relay, key);

	intake->untold_key = key;
	if (original) {
		/* Told again: that answer, too, may not arrive. */
		intake->verdict.original_id = original;
		intake->verdict.id = original;
		untold_note(relay, key, original);
		intake_finish(intake, IWF_RESULT_DUPLICATE, "accepted before");
		return true;
	}
	if (!untold_is_flying(relay, key))
		return false;
	intake_finish(intake, IWF_RESULT_BUSY, "The Same Is Being Accepted");
	return true;
}

static void take_whole(struct intake *intake)
{
	untold_fly(intake);
	if (thread_is_wanted(intake))
		thread_look(intake);
	else
		intake_route(intake);
}

/* Nothing is kept of it. True when it is refused. */
static bool is_blocked(struct intake *intake)
{
	struct relay *relay = intake->relay;
	struct iwf_log *log = intake->host ? intake->host->log : relay->log;

	if (!route_is_blocked(relay->routes, intake->msg))
		return false;
	relay_count(relay, RELAY_M_BLOCKED);
	iwf_log_info(log, "blocked", "from=%s to=%s",
		     iwf_log_mask(log, &intake->msg->from).text,
		     iwf_log_mask(log, &intake->msg->to).text);
	intake_finish(intake, IWF_RESULT_BLOCKED, WHY_BLOCKED);
	return true;
}

static void on_intake(struct iwf_task *task)
{
	struct intake *intake = IWF_CONTAINER(task, struct intake, task);

	if (is_blocked(intake))
		return;
	if (intake->msg->parts > 1)
		parts_take(intake);
	else if (!is_copy(intake))
		take_whole(intake);
}

void intake_start(struct intake *intake)
{
	struct relay *relay = intake->relay;
	const char *busy = busy_reason(relay);

	if (busy) {
		answer(intake, IWF_RESULT_BUSY, busy);
		return;
	}
	if (intake->msg->body.len > relay->conf.message_max_len) {
		answer(intake, IWF_RESULT_TOO_LARGE, "message is too large");
		return;
	}
	atomic_fetch_add(&relay->intake_count, 1);
	intake->task.run = on_intake;
	iwf_loop_post(relay->loop, &intake->task);
}

/* --- on the relay's loop --- */

/* What makes two messages one: role, sender, recipient, the sender's own id
 * and the content. Without an id of the sender's, nothing does. */
static uint64_t duplicate_key(const struct relay *relay,
			      const struct iwf_message *msg)
{
	struct iwf_buf key = { 0 };
	uint64_t hash;

	if (!msg->peer_id.len)
		return 0;
	iwf_buf_str_put(&key, msg->session_case);
	iwf_buf_u8(&key, 0);
	iwf_address_key(&key, &msg->from);
	iwf_buf_u8(&key, 0);
	iwf_address_key(&key, &msg->to);
	iwf_buf_u8(&key, 0);
	iwf_buf_str_put(&key, msg->peer_id);
	iwf_buf_u8(&key, 0);
	iwf_buf_u64(&key, iwf_hash(relay->key, msg->body));
	hash = iwf_hash(relay->key, iwf_buf_str(&key)) >> 1 | 1;
	iwf_buf_free(&key);
	return hash;
}

/* Of links that share, the one that weighs most for this sender and recipient:
 * who comes or goes moves only its own (highest random weight). A link that is
 * named twice in the rule weighs twice. */
static uint64_t share_weight(const struct queue *queue, unsigned place,
			     const struct iwf_message *msg)
{
	uint64_t lane = delivery_lane_key(queue, msg->kind, &msg->from,
					  &msg->to);

	lane ^= (place + 1) * 0x9E3779B97F4A7C15u;
	lane ^= lane >> 32;
	lane *= 0xD6E8FEB86659FD93u;
	return lane ^ lane >> 32;
}

/* Those that are up come before those that are not, then the first, or the
 * heaviest where they share. */
struct rank {
	struct queue *queue;
	bool is_up;
	uint64_t weight;
};

static bool is_better(const struct rank *one, const struct rank *other)
{
	if (!other->queue || one->is_up != other->is_up)
		return !other->queue || one->is_up;
	return one->weight > other->weight;
}

struct queue *intake_choose(struct relay *relay, const struct iwf_message *msg,
			    uint32_t origin, enum iwf_result *result,
			    const char **why)
{
	struct queue *from = origin ? queue_by_number(relay, origin) : NULL;
	struct rank best = { 0 };
	struct route_choice choice;

	route_select(relay->routes, msg, from ? from->name : "", &choice);
	*result = choice.refused ? IWF_RESULT_BLOCKED : IWF_RESULT_NO_ROUTE;
	*why = choice.refused ? WHY_REFUSED :
				"no route to this recipient";
	for (unsigned i = 0; i < choice.count; i++) {
		struct rank rank = { .queue = queue_find(relay,
					iwf_str_from(choice.names[i])) };

		if (!rank.queue || rank.queue->removed)
			continue;
		if (rank.queue == from) {
			*result = IWF_RESULT_LOOP;
			*why = "would return to where it came from";
			continue;
		}
		rank.is_up = queue_is_up(rank.queue);
		if (choice.shares)
			rank.weight = share_weight(rank.queue, i, msg);
		if (is_better(&rank, &best))
			best = rank;
	}
	return best.queue;
}

struct store_remember intake_cursor(const struct intake *intake)
{
	return (struct store_remember){ intake->origin,
					iwf_buf_str(&intake->cursor_key),
					iwf_buf_str(&intake->cursor_value) };
}

void intake_cursor_set(const struct intake *intake)
{
	struct store_remember cursor = intake_cursor(intake);

	if (cursor.key.len)
		value_set(intake->relay, cursor.link, cursor.key, cursor.value);
}

static void put(struct intake *intake, struct queue *queue)
{
	struct relay *relay = intake->relay;
	/* A joined message has its id already. */
	uint64_t id = intake->set_key ? intake->msg->id :
		id_make(&relay->ids, relay_wall_ms(relay));
	/* A set that is found whole twice is one message; another set under the
	 * same reference is another. */
	struct store_put keys = { .transport_key = intake->msg->transaction,
				  .duplicate_key = intake->set_key ?
					(intake->set_key ^ intake->set_sum) >> 1 | 1 :
					duplicate_key(relay, intake->msg),
				  .set_key = intake->set_key,
				  .cursor = intake_cursor(intake),
				  .set_sum = intake->set_sum };
	struct delivery *dlv;

	intake->msg->id = id;
	intake->verdict.id = id;
	dlv = delivery_create(relay, queue, iwf_message_ref(intake->msg), id);
	dlv->row.origin = intake->origin;
	dlv->intake = intake;
	thread_note(intake, queue, &keys, &dlv->thread);
	if (!queue_admit(queue, dlv))
		queue_put_outside(queue, dlv);
	else if (dlv->place == PLACE_READY && dlv->host->ready.first == dlv &&
		 dispatch_has_room(dlv->host))
		dispatch_attempt(delivery_list_pop(&dlv->host->ready));
	else
		ahead_put(dlv);
	delivery_put(dlv, &keys);
}

void intake_route(struct intake *intake)
{
	struct relay *relay = intake->relay;
	enum iwf_result result;
	const char *why;
	struct queue *queue;

	queue = intake_choose(relay, intake->msg, intake->origin, &result,
			      &why);
	if (queue)
		put(intake, queue);
	else
		intake_finish(intake, result, why);
}

/* --- after the commit --- */

static void undo(struct delivery *dlv, bool was_outside)
{
	struct queue *queue = dlv->queue;

	if (dlv->place == PLACE_ATTEMPT) {
		dlv->host->out--;
		atomic_fetch_add(&dlv->host->taken, 1);
	}
	dlv->row.state = STORE_CANCELLED;
	dlv->dirty = false; /* there is no row */
	lane_leave(dlv);
	if (was_outside)
		queue_put_done(queue, dlv);
	delivery_release(&dlv);
	queue_run(queue);
}

static void go_on(struct delivery *dlv, bool was_outside)
{
	struct queue *queue = dlv->queue;
	struct iwf_host *host = dlv->host;

	if (dlv->dirty) /* it was ahead and was taken back meanwhile */
		delivery_save(dlv);
	if (was_outside) {
		queue_put_done(queue, dlv);
		delivery_release(&dlv);
		return;
	}
	dlv->attempt_durable = dlv->row.state == STORE_ATTEMPT;
	if (dlv->place == PLACE_ATTEMPT)
		dispatch_submit(dlv);
	if (host)
		dispatch_run(host);
}

void intake_on_put(struct delivery *dlv, enum iwf_err err)
{
	const struct store_put *keys = &dlv->change.put;
	struct intake *intake = dlv->intake;
	bool was_outside = !dlv->lane;

	dlv->intake = NULL;
	if (!intake) { /* a REPORT, put with its cause */
		if (err)
			undo(dlv, was_outside);
		else
			go_on(dlv, was_outside);
		return;
	}
	if (err) {
		/* Its parts moved while it was on its way. */
		if (intake->set_key && err == IWF_E_GONE)
			parts_recover(intake->relay);
		intake_fail(intake, err);
		undo(dlv, was_outside);
		return;
	}
	intake_cursor_set(intake);
	if (keys->is_duplicate) {
		intake->verdict.original_id = keys->original;
		intake_finish(intake, IWF_RESULT_DUPLICATE, "accepted before");
		undo(dlv, was_outside);
		return;
	}
	if (!ack_wait(intake, dlv))
		intake_finish(intake, IWF_RESULT_ACCEPTED, "");
	go_on(dlv, was_outside);
}
