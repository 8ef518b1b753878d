/* See pump.h. */
#include "client/link.h"

static void vary(struct smpp_pdu *pdu, const struct smpp_draft *draft,
		 enum smpp_again varied)
{
	if (varied == SMPP_AGAIN_STAND_IN)
		smpp_compose_source(pdu, &draft->stand_in);
	if (varied == SMPP_AGAIN_NO_RECEIPT)
		pdu->registered_delivery = 0;
	if (varied == SMPP_AGAIN_NO_VALIDITY)
		pdu->validity_period = IWF_STR_NONE;
}

static void part_write(struct smpp_link *link, struct smpp_session *session,
		       struct smpp_part *part)
{
	struct smpp_sending *sending = part->sending;
	struct smpp_pdu pdu;

	smpp_compose_part(sending->arena, &sending->draft, part->number, &pdu);
	vary(&pdu, &sending->draft, part->varied);
	part->generation = session->generation;
	part->written_at_ms = iwf_loop_wall_ms(link->loop);
	if (smpp_session_send(session, &part->request, &pdu)) {
		part->next = NULL;
		smpp_parts_fail(link, part, SMPP_RSUBMITFAIL,
				"a field does not fit into a submit_sm");
		return;
	}
	link->queue.written_count++;
	iwf_metric_add(&link->metrics[SMPP_METRIC_SUBMIT_TOTAL], 1);
	smpp_meter_on_sent(&link->meter, iwf_loop_now_ms(link->loop));
}

static void on_pump_timer(struct iwf_timer *timer)
{
	smpp_pump(IWF_CONTAINER(timer, struct smpp_link, pump_timer));
}

/* The bind with the least to wait for among those that may send now; NULL, and
 * how long none may. */
static struct smpp_session *session_select(struct smpp_link *link,
					   int64_t *wait_ms)
{
	struct smpp_session *best = NULL;

	*wait_ms = SMPP_PACE_ANSWER;
	for (size_t i = 0; i < link->session_count; i++) {
		struct smpp_session *session = &link->sessions[i];
		int64_t wait;

		if (!smpp_session_can_send(session))
			continue;
		wait = smpp_session_wait_ms(session);
		if (wait < *wait_ms)
			*wait_ms = wait;
		if (!wait && (!best ||
			      session->window.count < best->window.count))
			best = session;
	}
	return best;
}

/* Questions are few, and no short messages to the meter. */
static int64_t ask_all(struct smpp_link *link)
{
	int64_t wait_ms = SMPP_PACE_ANSWER;

	while (link->asks.first && smpp_link_is_up(link)) {
		struct smpp_session *session = session_select(link, &wait_ms);

		if (!session)
			break;
		smpp_ask_write(link, session);
		wait_ms = SMPP_PACE_ANSWER;
	}
	return wait_ms;
}

static int64_t write_all(struct smpp_link *link)
{
	struct smpp_queue *queue = &link->queue;
	int64_t wait_ms = ask_all(link);

	if (link->asks.first)
		return wait_ms;
	while (queue->first && smpp_link_is_up(link)) {
		struct smpp_session *session;

		wait_ms = smpp_meter_wait_ms(&link->meter,
					     iwf_loop_now_ms(link->loop));
		if (wait_ms)
			break;
		session = session_select(link, &wait_ms);
		if (!session)
			break;
		part_write(link, session, smpp_queue_shift(queue));
		wait_ms = SMPP_PACE_ANSWER;
	}
	return wait_ms;
}

/* What the binds bear now: requests at the same time, and a second (0: any one
 * of them has met no limit). */
static void bear(const struct smpp_link *link, size_t *slots, double *rate)
{
	bool is_limited = true;

	*slots = 0;
	*rate = 0;
	for (size_t i = 0; i < link->session_count; i++) {
		const struct smpp_session *session = &link->sessions[i];

		if (!smpp_session_is_bound(session) ||
		    session->role == SMPP_ROLE_RECEIVER)
			continue;
		*slots += smpp_session_allowed(session);
		*rate += session->pace.rate;
		is_limited = is_limited && session->pace.rate > 0;
	}
	if (!is_limited)
		*rate = 0;
	/* What it is given is answered at once. */
	if (link->conf->bind == SMPP_BIND_MODE_RECEIVER)
		*slots = link->conf->window;
}

static void room_tell(struct smpp_link *link)
{
	size_t used = link->queue.waiting_count + link->queue.written_count +
		link->asks.count;
	size_t slots;
	double rate;

	bear(link, &slots, &rate);
	iwf_metric_set(&link->metrics[SMPP_METRIC_WINDOW_USED],
		       (int64_t)link->queue.written_count);
	iwf_metric_set(&link->metrics[SMPP_METRIC_WINDOW_ALLOWED],
		       (int64_t)slots);
	iwf_metric_set(&link->metrics[SMPP_METRIC_RATE], (int64_t)rate);
	iwf_host_room(link->base.host, smpp_link_is_up(link) && slots > used ?
		      (unsigned)(slots - used) : 0);
}

void smpp_pump(struct smpp_link *link)
{
	int64_t wait_ms;

	if (link->is_closing)
		return;
	wait_ms = write_all(link);
	if (wait_ms != SMPP_PACE_ANSWER &&
	    (link->queue.first || link->asks.first))
		iwf_timer_start(link->loop, &link->pump_timer, wait_ms,
				on_pump_timer);
	room_tell(link);
}
