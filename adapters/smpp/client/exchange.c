/* What goes to and fro on a bind, see session.h: requests of ours and how they
 * end, and our answers to those of the SMSC. */
#include "client/habit.h"
#include "client/session_priv.h"

static void on_response_timer(struct iwf_timer *timer);

void smpp_session_watch_response(struct smpp_session *session)
{
	int64_t wait_ms = smpp_window_wait_ms(&session->window,
					      iwf_loop_now_ms(session->loop));

	if (wait_ms < 0)
		iwf_timer_stop(&session->response_timer);
	else if (!iwf_timer_is_running(&session->response_timer))
		iwf_timer_start(session->loop, &session->response_timer,
				wait_ms, on_response_timer);
}

static void on_response_timer(struct iwf_timer *timer)
{
	struct smpp_session *session =
		IWF_CONTAINER(timer, struct smpp_session, response_timer);
	int64_t now_ms = iwf_loop_now_ms(session->loop);
	struct smpp_request *request;

	while ((request = smpp_window_take_due(&session->window, now_ms))) {
		smpp_pace_on_lost(&session->pace);
		session->ops->on_end(session, request, SMPP_ENDED_TIMEOUT,
				     NULL);
	}
	smpp_session_watch_response(session);
	session->ops->on_room(session);
	smpp_session_settle(session);
}

/* --- requests of ours --- */

unsigned smpp_session_allowed(const struct smpp_session *session)
{
	return session->delay.allowed < session->window.limit ?
		session->delay.allowed : (unsigned)session->window.limit;
}

bool smpp_session_can_send(const struct smpp_session *session)
{
	return session->state == SMPP_SESSION_BOUND &&
		session->role != SMPP_ROLE_RECEIVER &&
		session->window.count < smpp_session_allowed(session) &&
		iwf_stream_unsent_len(session->stream) < SMPP_UNSENT_MAX_LEN;
}

int64_t smpp_session_wait_ms(const struct smpp_session *session)
{
	return smpp_pace_wait_ms(&session->pace,
				 iwf_loop_now_ms(session->loop));
}

enum iwf_err smpp_session_send(struct smpp_session *session,
			       struct smpp_request *request,
			       struct smpp_pdu *pdu)
{
	enum iwf_err err;

	pdu->header.sequence = smpp_session_next_sequence(session);
	err = smpp_session_write(session, pdu);
	if (err)
		return err;
	request->command = pdu->header.id;
	request->sent_ms = iwf_loop_now_ms(session->loop);
	smpp_window_push(&session->window, request, pdu->header.sequence,
			 request->sent_ms + session->conf->response_ms);
	smpp_pace_on_sent(&session->pace, request->sent_ms);
	smpp_delay_on_sent(&session->delay, (uint32_t)session->window.count);
	smpp_session_watch_response(session);
	return IWF_OK;
}

static void throttled(struct smpp_session *session,
		      const struct smpp_request *request, int64_t now_ms)
{
	struct smpp_pace *pace = &session->pace;

	if (!smpp_pace_on_throttled(pace, request->sent_ms, now_ms))
		return;
	smpp_delay_on_throttled(&session->delay, pace->rate);
	iwf_log_debug(session->log, "throttled", "bind=%u rate=%.1f "
		      "allowed=%u", session->number, pace->rate,
		      session->delay.allowed);
}

void smpp_session_note_answer(struct smpp_session *session,
			      const struct smpp_request *request,
			      const struct smpp_pdu *pdu)
{
	const struct smpp_status *status =
		smpp_habit_status(session->conf, pdu->header.status);
	int64_t now_ms = iwf_loop_now_ms(session->loop);
	uint32_t percent;

	if (status->class == SMPP_CLASS_THROTTLE) {
		throttled(session, request, now_ms);
	} else {
		smpp_pace_on_taken(&session->pace, request->sent_ms, now_ms);
		smpp_delay_on_answer(&session->delay, request->sent_ms,
				     now_ms);
	}
	if (smpp_tlv_number(&pdu->tlvs, SMPP_TAG_CONGESTION_STATE, &percent))
		smpp_pace_on_congestion(&session->pace, percent, now_ms);
}

/* --- our answers --- */

bool smpp_session_owns(const struct smpp_session *session, uint64_t tag)
{
	return session->stream && tag >> 33 == session->generation;
}

void smpp_session_answer(struct smpp_session *session, uint64_t tag,
			 uint32_t status)
{
	if (!smpp_session_owns(session, tag))
		return;
	session->deliver_count--;
	iwf_metric_add(&session->metrics[SMPP_METRIC_DELIVER_WAITING], -1);
	smpp_session_write_header(session, (tag & SMPP_TAG_IS_DATA ?
				  SMPP_DATA_SM : SMPP_DELIVER_SM) |
				  SMPP_RESPONSE, status, (uint32_t)tag);
	if (status != SMPP_ROK)
		iwf_metric_add(&session->metrics[SMPP_METRIC_DELIVER_REFUSED],
			       1);
	smpp_session_settle(session);
}
