/* Deliveries that are not wanted any more: the operator takes them back, or their
 * time is over while a link has them. What was written stays written; a peer that
 * can be asked may give it up. */
#include "relay/relay_priv.h"

#include <stdlib.h>

/* A link may wait long for its peer's answer; the operator does not. */
#define TELL_AFTER_MS 5000

/* --- to the link --- */

struct stop {
	struct iwf_task task;
	struct iwf_host *host;
	uint64_t job_id;
};

static struct delivery *inbox_take(struct iwf_host *host, uint64_t id)
{
	struct delivery *dlv = host->inbox.first;

	while (dlv && dlv->job.id != id)
		dlv = dlv->next;
	if (dlv)
		delivery_list_remove(&host->inbox, dlv);
	return dlv;
}

/* On the host's loop. */
static void on_stop(struct iwf_task *task)
{
	const struct iwf_report report = { .fate = IWF_FATE_FAILED,
		.text = IWF_STR("not wanted any more") };
	struct stop *stop = IWF_CONTAINER(task, struct stop, task);
	struct iwf_host *host = stop->host;

	if (inbox_take(host, stop->job_id)) {
		atomic_fetch_add(&host->taken, 1);
		iwf_host_report(host, stop->job_id, &report);
	} else if (host->link && host->adapter->ops->cancel) {
		host->adapter->ops->cancel(host->link, stop->job_id);
	}
	free(stop);
}

void cancel_out(struct delivery *dlv, enum store_state ends_as)
{
	struct stop *stop;

	if (dlv->unwanted)
		return;
	dlv->unwanted = ends_as;
	/* On its way to the disk: it will not be given to the link. */
	if (dlv->place != PLACE_HOST)
		return;
	stop = IWF_NEW(struct stop);
	stop->task.run = on_stop;
	stop->host = dlv->host;
	stop->job_id = dlv->row.id;
	iwf_loop_post(dlv->host->loop, &stop->task);
}

/* --- to the peer that has it --- */

struct ask {
	struct iwf_task task;
	struct iwf_host *host;
	struct iwf_job job;
	struct iwf_buf remote;
};

static void ask_free(struct ask *ask)
{
	iwf_message_unref(&ask->job.msg);
	iwf_buf_free(&ask->remote);
	free(ask);
}

/* On the host's loop. */
static void on_ask(struct iwf_task *task)
{
	struct ask *ask = IWF_CONTAINER(task, struct ask, task);
	struct iwf_host *host = ask->host;

	if (host->link && host->link_state == IWF_LINK_UP)
		host->adapter->ops->revoke(host->link, &ask->job);
	ask_free(ask);
}

/* Ops of a lower ABI end before revoke. */
static bool can_ask(const struct delivery *dlv)
{
	const struct queue *queue = dlv->queue;
	const struct iwf_adapter *adapter;

	if (dlv->row.state != STORE_SENT || !dlv->row.remote.len ||
	    !queue->host_count || !queue_is_up(queue))
		return false;
	adapter = queue->hosts[0]->adapter;
	return adapter->abi >= 3 && adapter->ops->revoke;
}

static void ask_peer(struct delivery *dlv)
{
	struct ask *ask = IWF_NEW(struct ask);

	iwf_buf_str_put(&ask->remote, dlv->row.remote);
	ask->host = dispatch_pick(dlv->queue, dlv->row.lane);
	ask->job = (struct iwf_job){
		.id = dlv->row.id, .msg = iwf_message_ref(dlv->msg),
		.attempt = dlv->row.attempts, .parts = dlv->row.parts,
		.coding = dlv->row.coding,
		.remote = iwf_buf_str(&ask->remote),
	};
	ask->task.run = on_ask;
	iwf_loop_post(ask->host->loop, &ask->task);
}

void cancel_expired(struct relay *relay, int64_t now_ms)
{
	for (size_t i = 0; i < relay->active.bucket_count; i++)
		for (struct map_node *node = relay->active.buckets[i]; node;
		     node = node->next) {
			struct delivery *dlv = IWF_CONTAINER(node,
						struct delivery, node);

			if (dlv->place == PLACE_HOST && !dlv->unwanted &&
			    dlv->row.expires_at_ms <= now_ms)
				cancel_out(dlv, STORE_EXPIRED);
		}
}

/* --- for the operator --- */

struct revoke {
	struct iwf_task task;
	struct relay *relay;
	struct revoke *next, **at;     /* relay->revokes */
	struct revoke *next_of;        /* of the same delivery */
	struct delivery *dlv;
	struct iwf_timer timer;
	struct store_query query;
	uint64_t id;
	struct relay_cancelled what;
	relay_cancelled_fn *told;
	void *arg;
};

static void forget(struct revoke *revoke)
{
	struct revoke **at = revoke->dlv ? &revoke->dlv->revokes : NULL;

	while (at && *at != revoke)
		at = &(*at)->next_of;
	if (at)
		*at = revoke->next_of;
	iwf_timer_stop(&revoke->timer);
	*revoke->at = revoke->next;
	if (revoke->next)
		revoke->next->at = revoke->at;
}

static void tell(struct revoke *revoke)
{
	struct delivery *dlv = revoke->dlv;

	if (dlv)
		revoke->what.is = dlv->row.state;
	forget(revoke);
	revoke->told(revoke->arg, &revoke->what);
	free(revoke);
	delivery_release(&dlv);
}

static void on_time_out(struct iwf_timer *timer)
{
	tell(IWF_CONTAINER(timer, struct revoke, timer));
}

/* Told with the next durable change of it. */
static void await(struct revoke *revoke, struct delivery *dlv)
{
	revoke->dlv = dlv;
	revoke->next_of = dlv->revokes;
	dlv->revokes = revoke;
	iwf_timer_start(revoke->relay->loop, &revoke->timer, TELL_AFTER_MS,
			on_time_out);
}

static void revoke_it(struct revoke *revoke, struct delivery *dlv)
{
	bool is_out = dlv->place == PLACE_HOST || dlv->place == PLACE_ATTEMPT;
	bool waits = dlv->row.state == STORE_QUEUED || dlv->ahead_at;

	revoke->what.was = waits ? STORE_QUEUED : dlv->row.state;
	revoke->what.is = revoke->what.was;
	if (can_ask(dlv)) {
		await(revoke, dlv);
		ask_peer(dlv);
		return;
	}
	/* The peer has it, or may have it, or it has ended. */
	if (!waits && !is_out) {
		tell(revoke);
		delivery_release(&dlv);
		return;
	}
	await(revoke, dlv);
	if (is_out) {
		cancel_out(dlv, STORE_CANCELLED);
	} else if (dlv->in_flight && dlv->was_put) {
		/* Nobody was told its id yet, or it is a REPORT being made. */
		revoke->what.err = IWF_E_STATE;
		tell(revoke);
	} else {
		ahead_undo(dlv);
		outcome_end(dlv, STORE_CANCELLED,
			    IWF_STR("cancelled by the operator"));
	}
}

static void on_found(struct iwf_task *task)
{
	struct revoke *revoke = IWF_CONTAINER(task, struct revoke, query.task);
	struct store_query *query = &revoke->query;
	struct map_node *node = map_find(&revoke->relay->active, revoke->id);
	struct delivery *dlv = NULL;

	if (node)
		dlv = IWF_CONTAINER(node, struct delivery, node);
	else if (!query->err && query->found_count)
		dlv = delivery_load(revoke->relay, &query->found[0].row,
				    query->found[0].record);
	if (!dlv)
		revoke->what.err = query->err ? query->err : IWF_E_NOT_FOUND;
	iwf_arena_destroy(&query->arena);
	if (dlv)
		revoke_it(revoke, dlv);
	else
		tell(revoke);
}

static void on_cancel(struct iwf_task *task)
{
	struct revoke *revoke = IWF_CONTAINER(task, struct revoke, task);
	struct relay *relay = revoke->relay;

	revoke->next = relay->revokes;
	revoke->at = &relay->revokes;
	if (revoke->next)
		revoke->next->at = &revoke->next;
	relay->revokes = revoke;
	revoke->query = (struct store_query){
		.task.run = on_found, .loop = relay->loop, .kind = STORE_Q_ID,
		.id = revoke->id, .limit = 1, .with_record = true,
	};
	store_ask(relay->store, &revoke->query);
}

void relay_cancel(struct relay *relay, uint64_t id, relay_cancelled_fn *told,
		  void *arg)
{
	struct revoke *revoke = IWF_NEW(struct revoke);

	revoke->task.run = on_cancel;
	revoke->relay = relay;
	revoke->id = id;
	revoke->told = told;
	revoke->arg = arg;
	iwf_loop_post(relay->loop, &revoke->task);
}

void cancel_saved(struct delivery *dlv)
{
	enum store_state state = dlv->change.update.row.state;

	/* Not yet: ATTEMPT, or a part of it. */
	while (dlv->revokes && state != STORE_ATTEMPT)
		tell(dlv->revokes);
}

void cancel_stop(struct relay *relay)
{
	for (struct revoke *revoke = relay->revokes; revoke;
	     revoke = revoke->next)
		iwf_timer_stop(&revoke->timer);
}

void cancel_free(struct relay *relay)
{
	while (relay->revokes) {
		struct revoke *gone = relay->revokes;

		relay->revokes = gone->next;
		free(gone);
	}
}
