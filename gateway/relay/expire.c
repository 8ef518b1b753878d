/* What time alone decides: expiry, receipts nobody sends, retention, and the
 * recount of the ledger. */
#include "relay/relay_priv.h"

#define TICK_MS 1000
#define BUSY_TICK_MS 20
#define SWEEP_ROWS 1000
#define EXPIRE_ROWS 256
#define TICKS_PER_COUNT 60
/* A recount that takes long comes so much more seldom: a twentieth of a
 * processor at most. */
#define COUNT_REST_FACTOR 20

/* --- retention --- */

static void on_sweep_again(struct iwf_timer *timer);

static void on_swept(struct iwf_task *task)
{
	struct relay *relay = IWF_CONTAINER(task, struct relay, sweep.task);
	const struct store_sweep *sweep = &relay->sweep.sweep;

	relay->sweeping = false;
	iwf_arena_destroy(&relay->sweep.arena);
	if (relay->sweep.err)
		return;
	if (sweep->unmatched) {
		iwf_metric_add(&relay->values[RELAY_M_RECEIPT_UNMATCHED],
			       sweep->unmatched);
		iwf_log_warning(relay->log, "receipts-unmatched",
				"count=%u reason=\"no message with their id, or "
				"it had ended\"",
				sweep->unmatched);
	}
	if (sweep->purged == SWEEP_ROWS)
		iwf_timer_start(relay->loop, &relay->sweep_timer, BUSY_TICK_MS,
				on_sweep_again);
}

static void sweep(struct relay *relay, int64_t now_ms)
{
	const struct store_conf *conf = &relay->store_conf;

	if (relay->sweeping)
		return;
	relay->sweeping = true;
	relay->sweep = (struct store_change){
		.task.run = on_swept, .loop = relay->loop, .verb = STORE_SWEEP,
		.sweep = { .keep_before_ms = now_ms - conf->keep_ms,
			   .unmatched_before_ms = now_ms - conf->unmatched_ms,
			   .set_before_ms = now_ms - conf->set_ms,
			   .thread_before_ms = now_ms - relay->conf.thread_ms,
			   .max_rows = SWEEP_ROWS },
	};
	store_submit(relay->store, &relay->sweep);
}

/* By itself: the other things a tick looks at are not in such a hurry. */
static void on_sweep_again(struct iwf_timer *timer)
{
	struct relay *relay = IWF_CONTAINER(timer, struct relay, sweep_timer);

	sweep(relay, relay_wall_ms(relay));
}

/* --- expiry --- */

static struct delivery *delivery_for(struct relay *relay,
				     const struct store_found *found)
{
	struct map_node *node = map_find(&relay->active, found->row.id);

	if (node)
		return IWF_CONTAINER(node, struct delivery, node);
	return delivery_load(relay, &found->row, found->record);
}

/* The delivery itself decides; what was read of it may be older. */
static bool is_over(const struct delivery *dlv, int64_t now_ms)
{
	if (dlv->row.state == STORE_SENT)
		return dlv->row.accepted_at_ms <
		       now_ms - dlv->relay->conf.receipt_ms;
	return dlv->row.expires_at_ms <= now_ms;
}

static void expire(struct delivery *dlv, int64_t now_ms)
{
	if (dlv->place == PLACE_HOST || dlv->place == PLACE_ATTEMPT ||
	    dlv->in_flight || store_state_is_final(dlv->row.state))
		return; /* its turn comes when that is over */
	if (!is_over(dlv, now_ms)) {
		delivery_release(&dlv);
		return;
	}
	if (dlv->row.state == STORE_SENT) {
		/* The peer took it and never said more: nothing is invented. */
		dlv->row.state = STORE_FINISHED;
		dlv->row.done_at_ms = now_ms;
		dlv->unbind = true;
		delivery_set_text(dlv, IWF_STR("no receipt came"));
		delivery_save(dlv);
		return;
	}
	outcome_end(dlv, STORE_EXPIRED, dlv->row.state == STORE_UNSURE ?
		    IWF_STR("never answered, may have arrived") :
		    IWF_STR("expired while waiting"));
}

static void on_expired(struct iwf_task *task)
{
	struct relay *relay = IWF_CONTAINER(task, struct relay,
					    expire_query.task);
	struct store_query *query = &relay->expire_query;
	int64_t now_ms = relay_wall_ms(relay);

	relay->asking_expiry = false;
	if (query->kind == STORE_Q_AWAITED)
		relay->awaited_id = query->has_more ?
			query->found[query->found_count - 1].row.id : 0;
	for (uint32_t i = 0; !query->err && i < query->found_count; i++) {
		struct delivery *dlv = delivery_for(relay, &query->found[i]);

		if (dlv)
			expire(dlv, now_ms);
	}
	iwf_arena_destroy(&query->arena);
}

/* By turns: waiting ones past their expiry, sent ones past their receipt. */
static void ask(struct relay *relay, int64_t now_ms)
{
	bool sent = relay->expire_step++ % 2;

	if (relay->asking_expiry)
		return;
	relay->asking_expiry = true;
	relay->expire_query = (struct store_query){
		.task.run = on_expired, .loop = relay->loop,
		.kind = sent ? STORE_Q_AWAITED : STORE_Q_EXPIRED,
		.until_ms = sent ? now_ms - relay->conf.receipt_ms : now_ms,
		.id = sent ? relay->awaited_id : 0,
		.limit = EXPIRE_ROWS, .with_record = true,
		.records_max_len = RELAY_PAGE_LEN,
	};
	store_ask(relay->store, &relay->expire_query);
}

/* --- the ledger --- */

static void rest(struct relay *relay)
{
	int64_t now_ms = iwf_loop_now_ms(relay->loop);

	relay->count_after_ms = now_ms + COUNT_REST_FACTOR *
				(now_ms - relay->count_began_ms);
}

static void on_counted(struct iwf_task *task)
{
	struct relay *relay = IWF_CONTAINER(task, struct relay,
					    ledger_query.task);
	const struct store_ledger *ledger = &relay->ledger_query.ledger;

	relay->counting = false;
	rest(relay);
	if (!relay->ledger_query.err) {
		iwf_metric_set(&relay->values[RELAY_M_IMBALANCE],
			       ledger->imbalance);
		if (ledger->imbalance)
			iwf_log_error(relay->log, "ledger-imbalance",
				      "imbalance=%lld from=%016llx",
				      (long long)ledger->imbalance,
				      (unsigned long long)ledger->bad_slice);
	}
	iwf_arena_destroy(&relay->ledger_query.arena);
}

static void count(struct relay *relay)
{
	int64_t now_ms = iwf_loop_now_ms(relay->loop);

	if (relay->counting || now_ms < relay->count_after_ms)
		return;
	relay->counting = true;
	relay->count_began_ms = now_ms;
	relay->ledger_query = (struct store_query){
		.task.run = on_counted, .loop = relay->loop,
		.kind = STORE_Q_LEDGER,
	};
	store_ask(relay->store, &relay->ledger_query);
}

static void on_tick(struct iwf_timer *timer)
{
	struct relay *relay = IWF_CONTAINER(timer, struct relay, expire_timer);
	int64_t now_ms = relay_wall_ms(relay);

	iwf_timer_start(relay->loop, timer, TICK_MS, on_tick);
	sweep(relay, now_ms);
	untold_forget(relay, now_ms);
	ask(relay, now_ms);
	cancel_expired(relay, now_ms);
	links_retire(relay, now_ms);
	/* What is due by a wall clock that was set has no timer. */
	for (struct queue *queue = relay->queues; queue; queue = queue->next) {
		ahead_expire(queue, now_ms);
		queue_run(queue);
	}
	reroute_tick(relay, now_ms);
	if (relay->expire_step % TICKS_PER_COUNT == 1) {
		count(relay);
		parts_tick(relay, now_ms);
	}
}

void expire_start(struct relay *relay)
{
	iwf_timer_start(relay->loop, &relay->expire_timer, TICK_MS, on_tick);
}

void expire_stop(struct relay *relay)
{
	iwf_timer_stop(&relay->expire_timer);
	iwf_timer_stop(&relay->sweep_timer);
}
