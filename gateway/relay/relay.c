/* Life of the relay: its loop, its settings, its numbers. */
#include "relay/relay_priv.h"

#include "base/conf.h"
#include "base/loop.h"
#include "base/metric.h"

#include <stdlib.h>
#include <time.h>

#define SAVE_AGAIN_MS 200

const struct iwf_setting relay_rows[] = {
	IWF_ROW_U32(struct relay_conf, window, "window", "4096", 1024, 1000000,
		    "Deliveries of one link held in memory; more wait in the "
		    "store"),
	IWF_ROW_U32(struct relay_conf, intake_max, "intake_max", "8192", 16,
		    1000000, "Messages accepted and not yet durable; above it "
		    "peers are told to come back"),
	IWF_ROW_DURATION(struct relay_conf, validity_ms, "validity", "48h",
			 1000, UINT32_MAX, "Lifetime of a message whose sender "
			 "asked for none"),
	IWF_ROW_DURATION(struct relay_conf, lane_hold_ms, "lane_hold", "60s", 0,
			 86400000, "How long a message's own temporary failure "
			 "keeps later ones of its lane behind"),
	IWF_ROW_DURATION(struct relay_conf, receipt_ms, "receipt_wait", "72h",
			 1000, UINT32_MAX, "How long a receipt is awaited"),
	IWF_ROW_DURATION(struct relay_conf, thread_ms, "thread", "7d", 0,
			 UINT32_MAX, "How long an answer by SMS belongs to the "
			 "conversation of what it answers"),
	IWF_ROW_DURATION(struct relay_conf, failover_ms, "failover_after",
			 "30s", 0, 86400000, "How long messages wait for a link "
			 "that is down before a later one of their rule takes "
			 "them; 0: they wait for it"),
	IWF_ROW_U32(struct relay_conf, resends, "resends", "1", 0, 10,
		    "How often a message that may have arrived is sent again"),
	IWF_ROW_TEXTS(struct relay_conf, retry, "retry",
		      "30s,2m,10m,30m,1h", 16,
		      "Waits after temporary failures; the last one repeats"),
	IWF_ROW_SIZE(struct relay_conf, message_max_len, "message_max",
		     "64KiB", 1024, 16777216, "Largest content of a message"),
	IWF_ROWS_END
};

#define COUNTER(id, metric, sentence) \
	[RELAY_M_##id] = { metric, IWF_METRIC_COUNTER, sentence }
#define GAUGE(id, metric, sentence) \
	[RELAY_M_##id] = { metric, IWF_METRIC_GAUGE, sentence }

static const struct iwf_metric_row relay_metric_rows[RELAY_M_COUNT] = {
	COUNTER(ACCEPTED, "accepted_total", "Messages accepted, durably"),
	COUNTER(DUPLICATE, "duplicate_total",
		"Messages answered as accepted before"),
	COUNTER(REFUSED, "refused_total", "Messages refused for good"),
	COUNTER(BLOCKED, "blocked_total",
		"Of these, because their sender is blocked"),
	COUNTER(ACK_REFUSED, "ack_refused_total",
		"Messages whose failure was their sender's answer"),
	COUNTER(ACK_UNDECIDED, "ack_undecided_total",
		"Answers that waited for an outcome in vain"),
	COUNTER(BUSY, "busy_total", "Messages refused for now"),
	COUNTER(SENT, "sent_total", "Deliveries taken over by their peer"),
	COUNTER(DELIVERED, "delivered_total", "Deliveries reported delivered"),
	COUNTER(FAILED, "failed_total", "Deliveries that failed for good"),
	COUNTER(EXPIRED, "expired_total", "Deliveries that expired"),
	COUNTER(RETRIED, "retried_total",
		"Temporary failures that will be tried again"),
	COUNTER(UNSURE, "unsure_total",
		"Attempts whose answer never came"),
	COUNTER(POSSIBLE_DUPLICATE, "possible_duplicate_total",
		"Messages sent again although they may have arrived"),
	COUNTER(REPORTS, "reports_total", "Reports made for senders"),
	COUNTER(RECEIPT_JOINED, "receipt_joined_total",
		"Receipts that found their message"),
	COUNTER(RECEIPT_SETTLED, "receipt_settled_total",
		"Of these, with an unknown id: told by sender and recipient, "
		"of a message that may have arrived"),
	COUNTER(RECEIPT_WAITING, "receipt_waiting_total",
		"Receipts that came before their message was known"),
	COUNTER(RECEIPT_UNMATCHED, "receipt_unmatched_total",
		"Receipts for which no message was ever found"),
	COUNTER(RECEIPT_AMBIGUOUS, "receipt_ambiguous_total",
		"Of these, because several messages had their id"),
	COUNTER(RECEIPT_CONTRADICTED, "receipt_contradicted_total",
		"Receipts that said another end than the one told before"),
	COUNTER(RECEIPT_LATE, "receipt_late_total",
		"Receipts for deliveries that had ended"),
	COUNTER(PARTS, "parts_total", "Parts of longer messages taken in"),
	COUNTER(PARTS_JOINED, "parts_joined_total", "Sets of parts joined"),
	COUNTER(PARTS_INCOMPLETE, "parts_incomplete_total",
		"Sets delivered although parts were missing"),
	COUNTER(SAVE_RETRIES, "save_retries_total",
		"Changes that had to be written again"),
	GAUGE(IN_MEMORY, "deliveries_in_memory", "Deliveries held in memory"),
	GAUGE(IMBALANCE, "ledger_imbalance",
	      "Deliveries taken in less those accounted for; must be 0"),
	COUNTER(RECUT, "recut_total",
		"Messages cut into other parts than before, sent whole again"),
	COUNTER(REROUTED, "rerouted_total",
		"Waiting messages that went by another link than planned"),
	COUNTER(PARTS_REUSED, "parts_reused_total",
		"Sets that a peer gave up for another under their reference"),
};

static enum iwf_err ladder(const struct iwf_texts *texts, int64_t *ms,
			   unsigned *count, struct iwf_why *why)
{
	for (size_t i = 0; i < texts->count; i++) {
		uint64_t value;

		if (conf_duration_parse(texts->items[i], &value) || !value ||
		    value > UINT32_MAX)
			return iwf_why_set(why, IWF_E_SYNTAX, 0,
					   "retry: \"%.*s\" is no duration",
					   IWF_STR_ARG(texts->items[i]));
		ms[i] = (int64_t)value;
	}
	*count = (unsigned)texts->count;
	return *count ? IWF_OK : iwf_why_set(why, IWF_E_SYNTAX, 0,
					     "retry must not be empty");
}

enum iwf_err relay_check(const struct relay_conf *conf, struct iwf_why *why)
{
	int64_t ms[16];
	unsigned count;

	return ladder(&conf->retry, ms, &count, why);
}

static void on_save_timer(struct iwf_timer *timer)
{
	struct relay *relay = IWF_CONTAINER(timer, struct relay, save_timer);
	struct delivery *dlv;

	while ((dlv = delivery_list_pop(&relay->unsaved)))
		store_submit(relay->store, &dlv->change);
}

void relay_save_later(struct relay *relay, struct delivery *dlv)
{
	delivery_list_push(&relay->unsaved, dlv);
	if (!iwf_timer_is_running(&relay->save_timer))
		iwf_timer_start(relay->loop, &relay->save_timer, SAVE_AGAIN_MS,
				on_save_timer);
}

static void recall_value(void *arg, uint32_t link, struct iwf_str key,
			 struct iwf_str value)
{
	/* Link 0 is the store's own. */
	if (link)
		value_set(arg, link, key, value);
}

struct relay *relay_create(const struct relay_conf *conf,
			   const struct store_conf *store_conf,
			   struct store *store,
			   const struct store_recovery *recovery,
			   struct metrics *metrics, struct iwf_log *log)
{
	struct relay *relay = IWF_NEW(struct relay);

	relay->conf = *conf;
	relay->store_conf = *store_conf;
	IWF_BUG_ON(ladder(&conf->retry, relay->retry_ms, &relay->retry_count,
			  NULL));
	relay->store = store;
	relay->metrics = metrics;
	relay->log = log;
	/* Links come up before relay_start: nothing is loaded until the end of
	 * recovery, whose rows would lie behind the cursor. */
	relay->recovering = true;
	memcpy(relay->key, recovery->key, sizeof(relay->key));
	id_start(&relay->ids, 0, 0, recovery->last_id);
	metrics_add(metrics, relay_metric_rows, RELAY_M_COUNT, relay->values,
		    NULL, NULL);
	relay->loop = loop_create("iwf-relay");
	loop_start(relay->loop);
	store_recall(store, recall_value, relay);
	return relay;
}

struct iwf_loop *relay_loop(struct relay *relay)
{
	return relay->loop;
}

struct take_routes {
	struct relay *relay;
	struct routes *routes;
};

static void take_routes(void *arg)
{
	struct take_routes *take = arg;
	struct routes *old = take->relay->routes;

	take->relay->routes = take->routes;
	routes_destroy(&old);
}

void relay_set_routes(struct relay *relay, struct routes *routes)
{
	struct take_routes take = { relay, routes };

	loop_call(relay->loop, take_routes, &take);
}

static void start(void *arg)
{
	recover_start(arg);
}

void relay_start(struct relay *relay)
{
	loop_call(relay->loop, start, relay);
}

bool relay_is_ready(const struct relay *relay)
{
	return atomic_load(&relay->started) && !atomic_load(&relay->draining);
}

/* --- the end --- */

struct busy {
	struct relay *relay;
	bool is_busy;
};

static void look_busy(void *arg)
{
	struct busy *busy = arg;
	struct relay *relay = busy->relay;

	busy->is_busy = atomic_load(&relay->intake_count) ||
			store_backlog(relay->store);
	for (struct queue *q = relay->queues; q && !busy->is_busy; q = q->next)
		for (unsigned i = 0; i < q->host_count; i++)
			busy->is_busy |= q->hosts[i]->out > 0;
}

static void each_host(struct relay *relay, loop_call_fn *fn)
{
	for (struct queue *q = relay->queues; q; q = q->next)
		for (unsigned i = 0; i < q->host_count; i++)
			loop_call(q->hosts[i]->loop, fn, q->hosts[i]);
	for (struct iwf_host *h = relay->retired; h; h = h->next_retired)
		loop_call(h->loop, fn, h);
}

static void give_up_acks(void *arg)
{
	ack_give_up_all(arg);
}

void relay_drain(struct relay *relay, uint32_t wait_ms)
{
	struct timespec pause = { .tv_nsec = 5000000 };
	struct busy busy = { relay, true };

	atomic_store(&relay->draining, true);
	loop_call(relay->loop, give_up_acks, relay);
	each_host(relay, link_drain_call);
	for (uint32_t waited_ms = 0; waited_ms < wait_ms; waited_ms += 5) {
		loop_call(relay->loop, look_busy, &busy);
		if (!busy.is_busy)
			return;
		nanosleep(&pause, NULL);
	}
}

static void stop(void *arg)
{
	struct relay *relay = arg;

	expire_stop(relay);
	ack_stop(relay);
	cancel_stop(relay);
	iwf_timer_stop(&relay->save_timer);
	iwf_timer_stop(&relay->recover_timer);
	for (struct queue *q = relay->queues; q; q = q->next)
		iwf_timer_stop(&q->timer);
}

void relay_close_links(struct relay *relay)
{
	atomic_store(&relay->draining, true);
	each_host(relay, link_close_call);
	loop_call(relay->loop, stop, relay);
}

static void free_active(struct relay *relay)
{
	struct map_node *node;

	while ((node = map_any(&relay->active))) {
		struct delivery *dlv = IWF_CONTAINER(node, struct delivery,
						     node);

		dlv->in_flight = false;
		dlv->dirty = false;
		dlv->intake = NULL;
		if (dlv->asker)
			intake_free(dlv->asker);
		dlv->asker = NULL;
		dlv->revokes = NULL;
		dlv->lane = NULL;
		dlv->place = PLACE_NOWHERE;
		dlv->lingers = false;
		dlv->queue->loading = false;
		delivery_release(&dlv);
	}
	map_free(&relay->active);
}

void relay_destroy(struct relay **relayp)
{
	struct relay *relay = *relayp;

	if (!relay)
		return;
	*relayp = NULL;
	loop_destroy(&relay->loop);
	free_active(relay);
	while (relay->retired) {
		struct iwf_host *host = relay->retired;

		relay->retired = host->next_retired;
		link_free(host);
	}
	while (relay->queues) {
		struct queue *queue = relay->queues;

		relay->queues = queue->next;
		for (unsigned i = 0; i < queue->host_count; i++)
			link_free(queue->hosts[i]);
		queue_destroy(&queue);
	}
	metrics_remove(relay->metrics, relay->values);
	routes_destroy(&relay->routes);
	while (relay->shared) {
		struct host_shared *shared = relay->shared;

		relay->shared = shared->next;
		free(shared);
	}
	values_free(relay);
	untold_free(relay);
	cancel_free(relay);
	free(relay);
}
