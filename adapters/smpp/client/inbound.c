/* What an SMSC sends on a bind: framing, answers to our requests, its own
 * requests, and the replies to what makes no sense (SMPP 3.4 3.2, 4.3, 4.11). */
#include "client/session_priv.h"

#include <stdio.h>

static const struct {
	uint32_t status;
	const char *reason;
} refusals[] = {
	{ SMPP_RALYBND, "already bound" },
	{ SMPP_RBINDFAIL, "bind failed" },
	{ SMPP_RINVPASWD, "wrong password" },
	{ SMPP_RINVSYSID, "unknown system_id" },
	{ SMPP_RINVSYSTYP, "wrong system_type" },
	{ SMPP_RINVBNDSTS, "not allowed in this state" },
	{ SMPP_RINVCMDID, "this kind of bind is not supported" },
	{ SMPP_RTHROTTLED, "too many binds" },
	{ SMPP_RSYSERR, "system error at the SMSC" },
};

static const char *refusal_reason(uint32_t status)
{
	for (size_t i = 0; i < IWF_COUNT_OF(refusals); i++)
		if (refusals[i].status == status)
			return refusals[i].reason;
	return "refused";
}

static void bind_refused(struct smpp_session *session, uint32_t status)
{
	char reason[sizeof(session->reason)];

	snprintf(reason, sizeof(reason), "bind refused: %s (%s, 0x%08X)",
		 refusal_reason(status), smpp_status_get(status)->name, status);
	iwf_metric_add(&session->metrics[SMPP_METRIC_BIND_REFUSED], 1);
	iwf_log_warning(session->log, "bind_refused", "bind=%u reason=\"%s\"",
			session->number, reason);
	/* The far end still holds our last session; haste does not help. */
	if (status == SMPP_RALYBND &&
	    session->retry_ms < session->conf->already_bound_ms)
		session->retry_ms = session->conf->already_bound_ms;
	smpp_session_apply(session, SMPP_EVENT_LOST, reason);
}

/* Who tells no version is of SMPP 3.3 (5.3.2.25), or does not care. */
static void bind_accepted(struct smpp_session *session,
			  const struct smpp_pdu *pdu)
{
	session->peer_version = 0;
	smpp_tlv_number(&pdu->tlvs, SMPP_TAG_SC_INTERFACE_VERSION,
			&session->peer_version);
	smpp_session_apply(session, SMPP_EVENT_ACCEPTED, "bound");
}

static void bind_answered(struct smpp_session *session,
			  const struct smpp_pdu *pdu)
{
	if (session->state != SMPP_SESSION_BINDING ||
	    pdu->header.sequence != session->bind_sequence)
		return;
	if (pdu->header.status || pdu->header.id == SMPP_GENERIC_NACK)
		bind_refused(session, pdu->header.status ? pdu->header.status :
			     (uint32_t)SMPP_RBINDFAIL);
	else
		bind_accepted(session, pdu);
}

static void request_answered(struct smpp_session *session,
			     const struct smpp_pdu *pdu)
{
	struct smpp_request *request =
		smpp_window_find(&session->window, pdu->header.sequence);

	/* The number alone is no answer: it must be one to such a request. */
	if (!request || (pdu->header.id != SMPP_GENERIC_NACK &&
			 pdu->header.id != (request->command | SMPP_RESPONSE))) {
		session->ops->on_late(session, pdu);
		return;
	}
	smpp_window_take(&session->window, pdu->header.sequence);
	smpp_session_note_answer(session, request, pdu);
	session->ops->on_end(session, request, SMPP_ENDED_ANSWERED, pdu);
	/* The timer ran for the oldest: it may be early now, never late. */
	if (!session->window.count)
		smpp_session_watch_response(session);
}

static void enquire_answered(struct smpp_session *session,
			     const struct smpp_pdu *pdu)
{
	if (pdu->header.sequence != session->enquire_sequence)
		return;
	session->enquire_sequence = 0;
}

static void unbind_answered(struct smpp_session *session,
			    const struct smpp_pdu *pdu)
{
	(void)pdu;
	smpp_session_apply(session, SMPP_EVENT_UNBOUND, session->reason);
}

/* 4.3: the answer to a request that the SMSC could not read; its number says
 * which, if it says anything. */
static void nack_read(struct smpp_session *session, const struct smpp_pdu *pdu)
{
	uint32_t sequence = pdu->header.sequence;

	iwf_log_warning(session->log, "nacked", "bind=%u sequence=%u status=%s",
			session->number, sequence,
			smpp_status_get(pdu->header.status)->name);
	if (session->state == SMPP_SESSION_BINDING)
		bind_answered(session, pdu);
	else if (session->enquire_sequence == sequence)
		enquire_answered(session, pdu); /* it lives, if it is dumb */
	else if (session->state == SMPP_SESSION_UNBINDING &&
		 session->unbind_sequence == sequence)
		unbind_answered(session, pdu);
	else
		request_answered(session, pdu);
}

static void enquired(struct smpp_session *session, const struct smpp_pdu *pdu)
{
	smpp_session_write_header(session, SMPP_ENQUIRE_LINK | SMPP_RESPONSE,
				  SMPP_ROK, pdu->header.sequence);
}

static void unbind_asked(struct smpp_session *session,
			 const struct smpp_pdu *pdu)
{
	if (session->state != SMPP_SESSION_BOUND &&
	    session->state != SMPP_SESSION_LEAVING) {
		smpp_session_write_header(session, SMPP_UNBIND | SMPP_RESPONSE,
					  SMPP_ROK, pdu->header.sequence);
		smpp_session_apply(session, SMPP_EVENT_LOST,
				   "unbound by the SMSC");
		return;
	}
	session->is_peer_leaving = true;
	session->unbind_peer_sequence = pdu->header.sequence;
	smpp_session_apply(session, SMPP_EVENT_PEER_UNBIND,
			   "unbound by the SMSC");
}

static uint32_t deliver_judge(struct smpp_session *session,
			      const struct smpp_pdu *pdu, uint64_t tag)
{
	if (session->state == SMPP_SESSION_LEAVING ||
	    session->state == SMPP_SESSION_UNBINDING)
		return SMPP_RTHROTTLED;
	if (session->state != SMPP_SESSION_BOUND)
		return SMPP_RINVBNDSTS;
	if (session->deliver_count >= session->conf->deliver_max)
		return SMPP_RTHROTTLED;
	return session->ops->on_deliver(session, pdu, tag);
}

static void delivered(struct smpp_session *session, const struct smpp_pdu *pdu)
{
	uint64_t tag = (uint64_t)session->generation << 33 |
		(pdu->header.id == SMPP_DATA_SM ? SMPP_TAG_IS_DATA : 0) |
		pdu->header.sequence;
	uint32_t status = deliver_judge(session, pdu, tag);

	iwf_metric_add(&session->metrics[SMPP_METRIC_DELIVER_TOTAL], 1);
	iwf_metric_add(&session->metrics[SMPP_METRIC_DELIVER_WAITING], 1);
	session->deliver_count++;
	if (status != SMPP_ANSWER_LATER)
		smpp_session_answer(session, tag, status);
}

static void alerted(struct smpp_session *session, const struct smpp_pdu *pdu)
{
	session->ops->on_alert(session, pdu);
}

/* 4.1.7: nobody answers it but by a bind. */
static void outbound(struct smpp_session *session, const struct smpp_pdu *pdu)
{
	char reason[sizeof(session->reason)];
	uint32_t status = session->state == SMPP_SESSION_INVITED ?
		session->ops->on_outbind(session, pdu) :
		(uint32_t)SMPP_RINVBNDSTS;

	if (status == SMPP_ROK) {
		smpp_session_apply(session, SMPP_EVENT_OUTBIND, "outbind");
		return;
	}
	snprintf(reason, sizeof(reason), "outbind refused: %s",
		 smpp_status_get(status)->name);
	iwf_log_warning(session->log, "outbind_refused",
			"bind=%u reason=\"%s\"", session->number, reason);
	smpp_session_write_header(session, SMPP_GENERIC_NACK, status,
				  pdu->header.sequence);
	if (session->state == SMPP_SESSION_INVITED)
		smpp_session_apply(session, SMPP_EVENT_LOST, reason);
}

static const struct {
	uint32_t id;
	void (*read)(struct smpp_session *session, const struct smpp_pdu *pdu);
} readers[] = {
	{ SMPP_SUBMIT_SM | SMPP_RESPONSE, request_answered },
	{ SMPP_DELIVER_SM, delivered },
	{ SMPP_DATA_SM, delivered },
	{ SMPP_DATA_SM | SMPP_RESPONSE, request_answered },
	{ SMPP_ENQUIRE_LINK, enquired },
	{ SMPP_ENQUIRE_LINK | SMPP_RESPONSE, enquire_answered },
	{ SMPP_QUERY_SM | SMPP_RESPONSE, request_answered },
	{ SMPP_CANCEL_SM | SMPP_RESPONSE, request_answered },
	{ SMPP_GENERIC_NACK, nack_read },
	{ SMPP_BIND_TRANSCEIVER | SMPP_RESPONSE, bind_answered },
	{ SMPP_BIND_TRANSMITTER | SMPP_RESPONSE, bind_answered },
	{ SMPP_BIND_RECEIVER | SMPP_RESPONSE, bind_answered },
	{ SMPP_OUTBIND, outbound },
	{ SMPP_UNBIND, unbind_asked },
	{ SMPP_UNBIND | SMPP_RESPONSE, unbind_answered },
	{ SMPP_ALERT_NOTIFICATION, alerted },
};

static void pdu_refuse(struct smpp_session *session, const struct smpp_pdu *pdu,
		       const char *why)
{
	iwf_metric_add(&session->metrics[SMPP_METRIC_BAD_PDU], 1);
	iwf_log_warning(session->log, "bad_pdu", "bind=%u command=%s "
			"sequence=%u status=%s why=\"%s\"", session->number,
			smpp_command_name(pdu->header.id), pdu->header.sequence,
			smpp_status_get(pdu->refusal)->name, why);
	if (!smpp_is_response(pdu->header.id))
		smpp_session_write_header(session, smpp_refusal_id(pdu),
					  pdu->refusal, pdu->header.sequence);
}

static void pdu_read(struct smpp_session *session, struct iwf_str frame)
{
	struct smpp_pdu pdu;
	struct iwf_why why = { 0 };

	iwf_arena_reset(session->arena);
	if (smpp_codec_unpack(session->codec, session->arena, frame, &pdu,
			      &why) != IWF_OK) {
		pdu_refuse(session, &pdu, why.text);
		return;
	}
	for (size_t i = 0; i < IWF_COUNT_OF(readers); i++) {
		if (readers[i].id == pdu.header.id) {
			readers[i].read(session, &pdu);
			return;
		}
	}
	/* Known, but not for an ESME's ears (4.1.7, 4.4). */
	pdu.refusal = SMPP_RINVCMDID;
	pdu_refuse(session, &pdu, "not for an ESME");
}

/* 3.2 of the stream is lost: one generic_nack, then a new connection. */
static void framing_lost(struct smpp_session *session, struct iwf_str bytes,
			 const struct smpp_header *hdr)
{
	char reason[sizeof(session->reason)];

	smpp_frame_explain(bytes, reason, sizeof(reason));
	iwf_metric_add(&session->metrics[SMPP_METRIC_FRAMING_LOST], 1);
	iwf_log_warning(session->log, "framing_lost", "bind=%u why=\"%s\"",
			session->number, reason);
	smpp_session_write_header(session, SMPP_GENERIC_NACK, SMPP_RINVCMDLEN,
				  hdr->sequence);
	smpp_session_apply(session, SMPP_EVENT_LOST, reason);
}

size_t smpp_inbound_read(struct smpp_session *session, struct iwf_str bytes)
{
	uint32_t generation = session->generation;
	struct smpp_header hdr;
	enum smpp_frame frame;
	size_t at = 0;

	session->heard_ms = iwf_loop_now_ms(session->loop);
	for (;;) {
		struct iwf_str rest = iwf_str_sub(bytes, at, bytes.len);

		frame = smpp_frame_next(rest, smpp_pdu_max(session->state >=
						SMPP_SESSION_BOUND), &hdr);
		if (frame != SMPP_FRAME_READY)
			break;
		at += hdr.length;
		pdu_read(session, iwf_str_sub(rest, 0, hdr.length));
		/* What was read may have ended this connection. */
		if (!session->stream || session->generation != generation)
			return bytes.len;
	}
	if (frame == SMPP_FRAME_LOST) {
		framing_lost(session, iwf_str_sub(bytes, at, bytes.len), &hdr);
		return bytes.len;
	}
	if (iwf_stream_unsent_len(session->stream) > SMPP_UNREAD_MAX_LEN) {
		smpp_session_apply(session, SMPP_EVENT_LOST,
				   "the SMSC does not read its answers");
		return bytes.len;
	}
	session->ops->on_room(session);
	smpp_session_settle(session);
	return at;
}
