/* DOOR OUT: every fate of a delivery is decided and made durable here. */
#include "relay/relay_priv.h"

static bool awaits_receipt(const struct delivery *dlv)
{
	return dlv->msg->kind == IWF_KIND_MESSAGE &&
	       dlv->msg->want & (IWF_WANT_DELIVERED | IWF_WANT_FAILED |
				 IWF_WANT_DISPLAYED);
}

static void log_end(const struct delivery *dlv)
{
	struct iwf_log *log = dlv->queue->log;

	iwf_log_info(log, "delivery",
		     "msg=%016llx kind=%s state=%s from=%s to=%s attempts=%u "
		     "resends=%u parts=%u code=%u took_ms=%lld text=\"%.*s\"",
		     (unsigned long long)dlv->row.id,
		     dlv->msg->kind == IWF_KIND_REPORT ? "report" : "message",
		     store_state_name(dlv->row.state),
		     iwf_log_mask(log, &dlv->msg->from).text,
		     iwf_log_mask(log, &dlv->msg->to).text, dlv->row.attempts,
		     dlv->row.resends, dlv->row.parts, dlv->row.code,
		     (long long)(relay_wall_ms(dlv->relay) -
				 dlv->row.accepted_at_ms),
		     IWF_STR_ARG(dlv->row.text));
}

/* There is room again, for what is ready or for what waits in the store. */
void outcome_next(struct iwf_host *host)
{
	if (host->queue->behind)
		queue_run(host->queue);
	else
		dispatch_run(host);
}

void outcome_left(struct delivery *dlv)
{
	struct iwf_host *host = dlv->host;

	host->out--;
	dlv->place = PLACE_NOWHERE;
	lane_leave(dlv);
	delivery_release(&dlv);
	outcome_next(host);
}

/* --- final states --- */

static bool is_bad(enum iwf_fate fate)
{
	return fate == IWF_FATE_FAILED || fate == IWF_FATE_EXPIRED ||
	       fate == IWF_FATE_CANCELLED;
}

bool outcome_is_unsent(const struct delivery *dlv)
{
	return !delivery_parts_count(dlv->row.parts_sent) && !dlv->row.resends &&
	       !dlv->has_unsure && dlv->row.state != STORE_UNSURE &&
	       !dlv->row.sent_at_ms;
}

void outcome_finish(struct delivery *dlv, enum store_state state,
		    enum iwf_fate fate, const struct iwf_report *report)
{
	dlv->row.state = state;
	dlv->row.done_at_ms = relay_wall_ms(dlv->relay);
	dlv->unbind = true;
	if (!is_bad(fate) || !ack_refuse(dlv))
		notify_about(dlv, fate, report);
	if (report->text.len)
		delivery_set_text(dlv, report->text);
	/* What the host holds leaves when it is answered. */
	if (dlv->place == PLACE_READY || dlv->place == PLACE_LANE)
		lane_leave(dlv);
	log_end(dlv);
	delivery_save(dlv);
}

enum iwf_fate outcome_fate(enum store_state state)
{
	static const enum iwf_fate fates[] = {
		[STORE_QUEUED] = IWF_FATE_QUEUED,
		[STORE_ATTEMPT] = IWF_FATE_UNSURE,
		[STORE_UNSURE] = IWF_FATE_UNSURE,
		[STORE_SENT] = IWF_FATE_SENT,
		[STORE_FINISHED] = IWF_FATE_SENT,
		[STORE_DELIVERED] = IWF_FATE_DELIVERED,
		[STORE_DISPLAYED] = IWF_FATE_DISPLAYED,
		[STORE_FAILED] = IWF_FATE_FAILED,
		[STORE_EXPIRED] = IWF_FATE_EXPIRED,
		[STORE_CANCELLED] = IWF_FATE_CANCELLED,
	};

	return fates[state];
}

static enum relay_metric metric_of(enum store_state state)
{
	switch (state) {
	case STORE_EXPIRED:
		return RELAY_M_EXPIRED;
	case STORE_DELIVERED:
	case STORE_DISPLAYED:
		return RELAY_M_DELIVERED;
	default:
		return RELAY_M_FAILED;
	}
}

void outcome_end(struct delivery *dlv, enum store_state state,
		 struct iwf_str why)
{
	struct iwf_report report = { .text = why, .code = dlv->row.code,
				     .forbidden = dlv->forbidden };

	relay_count(dlv->relay, metric_of(state));
	outcome_finish(dlv, state, outcome_fate(state), &report);
}

void outcome_unwanted(struct delivery *dlv)
{
	outcome_end(dlv, dlv->unwanted, dlv->unwanted == STORE_EXPIRED ?
		    IWF_STR("expired while its link had it") :
		    IWF_STR("cancelled by the operator"));
}

void outcome_lost(struct delivery *dlv)
{
	outcome_end(dlv, STORE_FAILED,
		    IWF_STR("its content is lost: the file in the store's "
			    "spool is missing or damaged"));
}

/* --- answers to a job --- */

void outcome_begin(struct delivery *dlv)
{
	const struct store_delivery *row = &dlv->row;

	dlv->answers = 0;
	/* What is told by others while it is out does not change this. */
	dlv->answers_awaited = row->parts ?
		row->parts - delivery_parts_count(row->parts_sent) : 0;
	dlv->worst = IWF_FATE_NONE;
	dlv->has_unsure = false;
}

/* A part that failed decides; what may have arrived comes before what did not. */
static int weight(enum iwf_fate fate)
{
	switch (fate) {
	case IWF_FATE_FAILED:
		return 4;
	case IWF_FATE_UNSURE:
		return 3;
	case IWF_FATE_QUEUED:
		return 2;
	case IWF_FATE_SENT:
		return 1;
	default:
		return 0;
	}
}

static bool binds(const struct delivery *dlv)
{
	return awaits_receipt(dlv) || dlv->queue->binds_always;
}

void outcome_note_unsure(struct delivery *dlv)
{
	const struct store_delivery *row = &dlv->row;
	uint32_t part = 1;

	if (row->parts - delivery_parts_count(row->parts_sent) != 1 || !binds(dlv))
		return;
	while (row->parts_sent[(part - 1) / 8] & (1u << (part - 1) % 8))
		part++;
	dlv->unsure_part = part;
}

static void note_parts(struct delivery *dlv, const struct iwf_report *report)
{
	struct store_delivery *row = &dlv->row;
	uint32_t parts = report->parts ? report->parts : 1;
	bool was_known = row->parts;

	if (row->parts && report->parts &&
	    (row->parts != parts || row->coding != report->coding)) {
		/* Cut in another way than before: everything goes again. */
		memset(row->parts_sent, 0, sizeof(row->parts_sent));
		relay_count(dlv->relay, RELAY_M_RECUT);
		dlv->answers_awaited = 0;
		row->parts = 0;
	}
	if (!row->parts && report->parts) {
		row->parts = parts;
		row->coding = report->coding;
		/* Only now it is known that the earlier attempt was of one. */
		if (row->resends && !was_known)
			outcome_note_unsure(dlv);
	}
	if (!dlv->answers_awaited)
		dlv->answers_awaited = parts - delivery_parts_count(row->parts_sent);
}

void outcome_note_sent(struct delivery *dlv, const struct iwf_report *report)
{
	uint32_t count = report->remote_count;
	struct iwf_str id = count ? report->remote_ids[0] : IWF_STR_NONE;

	delivery_part_set(dlv->row.parts_sent, report->part ? report->part : 1);
	delivery_add_remote(dlv, count ? report->remote_ids[count - 1] : id);
	if (id.len && binds(dlv))
		delivery_bind(dlv, correlate_key(dlv->relay, dlv->queue, id),
			      report->part ? report->part : 1);
}

void outcome_mark_sent(struct delivery *dlv, const struct iwf_report *report)
{
	dlv->row.sent_at_ms = relay_wall_ms(dlv->relay);
	dlv->row.state = awaits_receipt(dlv) ? STORE_SENT : STORE_FINISHED;
	relay_count(dlv->relay, RELAY_M_SENT);
	if (dlv->row.state == STORE_FINISHED) {
		dlv->row.done_at_ms = dlv->row.sent_at_ms;
		log_end(dlv);
	}
	if (dlv->queue->interworks)
		notify_about(dlv, IWF_FATE_SENT, report);
}

static void finish_sent(struct delivery *dlv, const struct iwf_report *report)
{
	outcome_mark_sent(dlv, report);
	delivery_save(dlv);
	outcome_left(dlv);
}

/* Back to the head of its lane, the link's own trouble or a resend. */
static void ready_again(struct delivery *dlv, bool still_attempt)
{
	dlv->host->out--;
	if (dlv->host->retired) {
		dlv->place = PLACE_NOWHERE;
		dlv->row.state = STORE_QUEUED;
		lane_leave(dlv);
		reroute_one(dlv);
		return;
	}
	dlv->place = PLACE_READY;
	delivery_list_push_front(&dlv->host->ready, dlv);
	dlv->attempt_durable = still_attempt;
	if (!still_attempt) {
		dlv->row.state = STORE_QUEUED;
		dlv->row.due_at_ms = relay_wall_ms(dlv->relay);
		delivery_save(dlv);
	}
	dispatch_run(dlv->host);
}

static int64_t retry_wait_ms(const struct delivery *dlv)
{
	const struct relay *relay = dlv->relay;
	unsigned step = dlv->row.attempts ? dlv->row.attempts - 1 : 0;

	if (dlv->retry_after_ms)
		return dlv->retry_after_ms;
	return relay->retry_ms[step < relay->retry_count ? step :
			       relay->retry_count - 1];
}

static void finish_queued(struct delivery *dlv)
{
	struct iwf_host *host = dlv->host;
	int64_t now_ms = relay_wall_ms(dlv->relay);
	int64_t due_ms = now_ms + retry_wait_ms(dlv);

	if (dlv->link_trouble) {
		/* The link's trouble, not the message's: give the attempt back,
		 * or a busy hour would expire what nobody looked at. */
		dlv->row.attempts--;
		ready_again(dlv, host->state == IWF_LINK_UP);
		return;
	}
	if (ack_refuse_for_now(dlv, due_ms - now_ms)) {
		/* Its sender keeps it and tries again by itself. */
		outcome_end(dlv, STORE_FAILED, dlv->row.text);
		outcome_left(dlv);
		return;
	}
	relay_count(dlv->relay, RELAY_M_RETRIED);
	if (due_ms > dlv->row.expires_at_ms)
		due_ms = dlv->row.expires_at_ms;
	host->out--;
	dlv->attempt_durable = false;
	dlv->place = PLACE_NOWHERE;
	lane_hold(dlv, now_ms + dlv->relay->conf.lane_hold_ms);
	queue_postpone(dlv, due_ms);
	outcome_next(host);
}

void outcome_possible_duplicate(const struct delivery *dlv)
{
	relay_count(dlv->relay, RELAY_M_POSSIBLE_DUPLICATE);
	iwf_log_info(dlv->queue->log, "possible-duplicate",
		     "msg=%016llx resends=%u",
		     (unsigned long long)dlv->row.id, dlv->row.resends);
}

bool outcome_may_resend(const struct delivery *dlv, uint32_t most)
{
	return dlv->queue->unsure <= RELAY_UNSURE_QUERY &&
	       dlv->row.resends < most;
}

void outcome_unanswered(struct delivery *dlv)
{
	outcome_end(dlv, STORE_FAILED,
		    IWF_STR("sent and not answered: it may have arrived"));
}

void outcome_unsure(struct delivery *dlv)
{
	relay_count(dlv->relay, RELAY_M_UNSURE);
	ahead_hold(dlv->lane);
	outcome_note_unsure(dlv);
	dlv->was_queried = false;
	ack_give_up(dlv);
	if (!dlv->unwanted &&
	    outcome_may_resend(dlv, dlv->relay->conf.resends)) {
		dlv->row.resends++;
		dlv->resend_waits = true;
		dlv->resend_counted = false;
		ready_again(dlv, false);
		return;
	}
	if (dlv->queue->unsure == RELAY_UNSURE_FAIL) {
		outcome_unanswered(dlv);
	} else {
		dlv->row.state = STORE_UNSURE;
		delivery_save(dlv);
	}
	outcome_left(dlv);
}

static void finish_attempt(struct delivery *dlv,
			   const struct iwf_report *report)
{
	if (dlv->worst != IWF_FATE_QUEUED || !dlv->link_trouble)
		dlv->resend_waits = false;
	if (dlv->unwanted && (dlv->worst == IWF_FATE_FAILED ||
			      dlv->worst == IWF_FATE_QUEUED)) {
		outcome_unwanted(dlv);
		outcome_left(dlv);
		return;
	}
	switch (dlv->worst) {
	case IWF_FATE_SENT:
		finish_sent(dlv, report);
		return;
	case IWF_FATE_QUEUED:
		finish_queued(dlv);
		return;
	case IWF_FATE_UNSURE:
		/* A receipt may have told of all that this attempt did not. */
		if (dlv->row.parts &&
		    delivery_parts_count(dlv->row.parts_sent) >= dlv->row.parts)
			finish_sent(dlv, report);
		else
			outcome_unsure(dlv);
		return;
	default:
		outcome_end(dlv, STORE_FAILED, dlv->row.text);
		outcome_left(dlv);
	}
}

static void note_worst(struct delivery *dlv, const struct iwf_report *report)
{
	if (weight(report->fate) <= weight(dlv->worst))
		return;
	dlv->worst = report->fate;
	dlv->row.code = report->code;
	dlv->retry_after_ms = report->retry_after_ms;
	dlv->link_trouble = report->link_trouble;
	dlv->forbidden = report->forbidden;
	delivery_set_text(dlv, report->text);
}

/* What the peer knows of the earlier attempt. */
static void answer_query(struct delivery *dlv, const struct iwf_report *report)
{
	struct iwf_report whole = *report;

	dlv->is_queried = false;
	if (report->fate == IWF_FATE_QUEUED || report->fate == IWF_FATE_UNSURE) {
		/* It cannot tell, or nothing came: so it goes again. Another
		 * place in the inbox, of the same attempt. */
		dlv->was_queried = true;
		dlv->host->attempts++;
		dispatch_submit(dlv);
		return;
	}
	/* No copy went. */
	dlv->row.resends -= dlv->resend_waits;
	dlv->resend_waits = false;
	if (report->fate == IWF_FATE_FAILED) {
		outcome_answer(dlv, report);
		return;
	}
	whole.fate = IWF_FATE_SENT;
	for (uint32_t part = 1; part <= dlv->row.parts; part++)
		delivery_part_set(dlv->row.parts_sent, part);
	outcome_note_sent(dlv, &whole);
	if (!delivery_is_gone(dlv))
		outcome_mark_sent(dlv, &whole);
	if (report->fate != IWF_FATE_SENT)
		outcome_later(dlv, report, 0);
	delivery_save(dlv);
	outcome_left(dlv);
}

void outcome_answer(struct delivery *dlv, const struct iwf_report *report)
{
	if (dlv->is_queried && !report->link_trouble) {
		answer_query(dlv, report);
		return;
	}
	dlv->is_queried = false;
	note_parts(dlv, report);
	note_worst(dlv, report);
	dlv->has_unsure |= report->fate == IWF_FATE_UNSURE;
	if (report->fate == IWF_FATE_SENT)
		outcome_note_sent(dlv, report);
	dlv->answers += report->part ? 1 : dlv->answers_awaited;
	if (dlv->answers < dlv->answers_awaited) {
		if (report->fate == IWF_FATE_SENT)
			delivery_save(dlv);
		return;
	}
	if (store_state_is_final(dlv->row.state)) {
		/* Its fate came by a receipt while the answer was awaited. */
		delivery_save(dlv);
		outcome_left(dlv);
		return;
	}
	finish_attempt(dlv, report);
}
