/* From a ready delivery to the link: ATTEMPT durable first, never more than the
 * link has room for. */
#include "relay/relay_priv.h"

/* Attempts made ahead of the link's window, so that the window stays full while
 * the next commit is under way. After a crash these count as unsure too. */
#define DISPATCH_AHEAD 256

static bool has_room(const struct iwf_host *host, uint32_t more)
{
	uint32_t ahead = host->attempts - atomic_load(&host->taken);

	return host->state == IWF_LINK_UP &&
	       ahead < atomic_load(&host->room) + more;
}

bool dispatch_has_room(const struct iwf_host *host)
{
	return has_room(host, DISPATCH_AHEAD);
}

/* What was unsure before is attempted when the link takes it at once: a crash
 * counts it as sent again, and what was sent too often is given up. */
static bool has_room_for(const struct iwf_host *host,
			 const struct delivery *dlv)
{
	return has_room(host, dlv->row.resends ? 0 : DISPATCH_AHEAD);
}

struct iwf_host *dispatch_pick(struct queue *queue, uint64_t lane)
{
	IWF_BUG_ON(!queue->host_count);
	return queue->hosts[(lane >> 8) % queue->host_count];
}

/* --- on the host's loop --- */

/* Only a relay that wants room is told: every post may wake a thread. */
static void tell_relay(struct iwf_host *host)
{
	if (atomic_exchange(&host->starved, false) &&
	    !atomic_exchange(&host->news_posted, true))
		iwf_loop_post(host->queue->relay->loop, &host->news);
}

static void answer_unsent(struct iwf_host *host, struct delivery *dlv)
{
	struct iwf_report report = { .fate = IWF_FATE_QUEUED,
				     .link_trouble = true,
				     .text = IWF_STR("link is down") };
	struct receipt *answer = receipt_create(host, &report);

	answer->job_id = dlv->job.id;
	iwf_loop_post(host->queue->relay->loop, &answer->task);
}

static struct delivery *inbox_pop(struct iwf_host *host)
{
	atomic_fetch_add(&host->taken, 1);
	return delivery_list_pop(&host->inbox);
}

/* Ops of a lower ABI end before query. */
static bool can_query(const struct iwf_host *host)
{
	return host->adapter->abi >= 2 && host->adapter->ops->query;
}

static void give(struct iwf_host *host, struct delivery *dlv)
{
	const struct iwf_ops *ops = host->adapter->ops;

	if (dlv->is_queried)
		ops->query(host->link, &dlv->job);
	else
		ops->submit(host->link, &dlv->job);
}

void dispatch_take_inbox(struct iwf_host *host)
{
	while (host->inbox.count) {
		if (host->link_state != IWF_LINK_UP) {
			answer_unsent(host, inbox_pop(host));
			continue;
		}
		if (!atomic_load(&host->room))
			break;
		atomic_fetch_sub(&host->room, 1);
		give(host, inbox_pop(host));
	}
	tell_relay(host);
}

static void on_job(struct iwf_task *task)
{
	struct delivery *dlv = IWF_CONTAINER(task, struct delivery, task);
	struct iwf_host *host = dlv->host;

	delivery_list_push(&host->inbox, dlv);
	dispatch_take_inbox(host);
}

void iwf_host_room(struct iwf_host *host, unsigned jobs)
{
	atomic_store(&host->room, jobs);
	/* Not from inside the link's call: submit would come back into it. */
	tell_relay(host);
	if (host->inbox.count && !host->pump_posted) {
		host->pump_posted = true;
		iwf_loop_post(host->loop, &host->pump);
	}
}

static void on_pump(struct iwf_task *task)
{
	struct iwf_host *host = IWF_CONTAINER(task, struct iwf_host, pump);

	host->pump_posted = false;
	dispatch_take_inbox(host);
}

/* --- on the relay's loop --- */

static void on_news(struct iwf_task *task)
{
	struct iwf_host *host = IWF_CONTAINER(task, struct iwf_host, news);

	atomic_store(&host->news_posted, false);
	if (!host->retired)
		queue_run(host->queue);
}

void dispatch_open(struct iwf_host *host)
{
	host->news.run = on_news;
	host->pump.run = on_pump;
}

void dispatch_submit(struct delivery *dlv)
{
	struct iwf_job *job = &dlv->job;

	if (dlv->unwanted && !delivery_is_gone(dlv))
		outcome_unwanted(dlv);
	if (delivery_is_gone(dlv)) {
		/* A receipt was faster than the commit, or it is not wanted
		 * any more: nothing to send. */
		atomic_fetch_add(&dlv->host->taken, 1);
		outcome_left(dlv);
		return;
	}
	dlv->is_queried = dlv->row.resends && !dlv->was_queried &&
			  dlv->queue->unsure == RELAY_UNSURE_QUERY &&
			  can_query(dlv->host);
	if (dlv->resend_waits && !dlv->resend_counted && !dlv->is_queried) {
		outcome_possible_duplicate(dlv);
		dlv->resend_counted = true;
	}
	dlv->place = PLACE_HOST;
	outcome_begin(dlv);
	job->attempt = dlv->row.attempts;
	job->parts = dlv->row.parts;
	job->coding = dlv->row.coding;
	job->again = dlv->row.resends > 0;
	job->stand_in = thread_needs_stand_in(dlv->queue, dlv->msg) ?
		dlv->queue->stand_in : (struct iwf_address){ 0 };
	iwf_buf_clear(&dlv->job_remote);
	iwf_buf_str_put(&dlv->job_remote, dlv->row.remote);
	job->remote = iwf_buf_str(&dlv->job_remote);
	memcpy(job->parts_done, dlv->row.parts_sent, sizeof(job->parts_done));
	dlv->task.run = on_job;
	iwf_loop_post(dlv->host->loop, &dlv->task);
}

void dispatch_attempt(struct delivery *dlv)
{
	dlv->host->out++;
	dlv->host->attempts++;
	if (!ahead_leave(dlv))
		dlv->row.attempts++;
	dlv->row.state = STORE_ATTEMPT;
	dlv->row.attempt_at_ms = relay_wall_ms(dlv->relay);
	dlv->place = PLACE_ATTEMPT;
}

static void make_attempt(struct delivery *dlv)
{
	bool is_ahead = dlv->ahead_at;

	dispatch_attempt(dlv);
	if (dlv->attempt_durable)
		dispatch_submit(dlv);
	else if (!is_ahead) /* else the change that says so is under way */
		delivery_save(dlv);
}

/* False: nothing can go now, and the host will tell when there is room. */
static bool may_go(struct iwf_host *host)
{
	if (!host->ready.count)
		return false;
	if (has_room_for(host, host->ready.first))
		return true;
	atomic_store(&host->starved, true);
	/* Room that came between the two looks was told to nobody. */
	return has_room_for(host, host->ready.first);
}

void dispatch_run(struct iwf_host *host)
{
	int64_t now_ms = relay_wall_ms(host->queue->relay);

	while (may_go(host)) {
		struct delivery *dlv = host->ready.first;

		if (dlv->in_flight && dlv->was_put && !dlv->ahead_at)
			return; /* its own commit must come first */
		if (dlv->row.expires_at_ms <= now_ms) {
			outcome_end(dlv, STORE_EXPIRED,
				    IWF_STR("expired while waiting"));
			continue;
		}
		delivery_list_pop(&host->ready);
		make_attempt(dlv);
	}
}
