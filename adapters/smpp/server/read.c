/* See read.h. */
#include "server/read.h"

#include "bind/limits.h"
#include "server/door.h"
#include "server/inquire.h"
#include "server/link.h"

static void count(struct server_session *session, enum server_metric metric)
{
	if (session->link)
		iwf_metric_add(&session->link->metrics[metric], 1);
}

static void answer(struct server_session *session, const struct smpp_pdu *pdu,
		   uint32_t status)
{
	server_session_write_header(session, pdu->header.id | SMPP_RESPONSE,
				    status, pdu->header.sequence);
}

static void bind_asked(struct server_session *session,
		       const struct smpp_pdu *pdu)
{
	if (session->link)
		answer(session, pdu, SMPP_RALYBND);
	else
		server_door_bind(session->door, session, pdu);
}

static void enquired(struct server_session *session, const struct smpp_pdu *pdu)
{
	answer(session, pdu, SMPP_ROK);
}

static void enquire_answered(struct server_session *session,
			     const struct smpp_pdu *pdu)
{
	if (pdu->header.sequence == session->enquire_sequence)
		session->enquire_sequence = 0;
}

static void unbind_asked(struct server_session *session,
			 const struct smpp_pdu *pdu)
{
	answer(session, pdu, SMPP_ROK);
	server_session_end(session, "unbound by the application");
}

static void unbind_answered(struct server_session *session,
			    const struct smpp_pdu *pdu)
{
	(void)pdu;
	if (session->is_leaving)
		server_session_end(session, "unbound");
}

static void request_answered(struct server_session *session,
			     const struct smpp_pdu *pdu)
{
	struct smpp_request *request = session->link ?
		smpp_window_take(&session->window, pdu->header.sequence) : NULL;

	if (!request)
		return;
	server_deliver_on_end(session->link, request, SERVER_END_ANSWERED,
			      pdu);
	if (!session->window.count && !session->is_leaving)
		iwf_timer_stop(&session->response_timer);
}

static void nacked(struct server_session *session, const struct smpp_pdu *pdu)
{
	if (session->enquire_sequence == pdu->header.sequence)
		enquire_answered(session, pdu); /* it lives, if it is dumb */
	else
		request_answered(session, pdu);
}

static void submitted(struct server_session *session,
		      const struct smpp_pdu *pdu)
{
	if (!session->link || !(session->role & SERVER_ROLE_SUBMITS))
		answer(session, pdu, SMPP_RINVBNDSTS);
	else
		server_submit(session, pdu);
}

/* What was accepted does not change; it may be cancelled. */
static void replaced(struct server_session *session,
		     const struct smpp_pdu *pdu)
{
	answer(session, pdu, session->link ? SMPP_RREPLACEFAIL :
	       SMPP_RINVBNDSTS);
}

static const struct {
	uint32_t id;
	void (*read)(struct server_session *session,
		     const struct smpp_pdu *pdu);
} readers[] = {
	{ SMPP_SUBMIT_SM, submitted },
	{ SMPP_DELIVER_SM | SMPP_RESPONSE, request_answered },
	{ SMPP_ENQUIRE_LINK, enquired },
	{ SMPP_ENQUIRE_LINK | SMPP_RESPONSE, enquire_answered },
	{ SMPP_DATA_SM, submitted },
	{ SMPP_SUBMIT_MULTI, submitted },
	{ SMPP_QUERY_SM, server_query },
	{ SMPP_CANCEL_SM, server_cancel },
	{ SMPP_REPLACE_SM, replaced },
	{ SMPP_BIND_TRANSCEIVER, bind_asked },
	{ SMPP_BIND_TRANSMITTER, bind_asked },
	{ SMPP_BIND_RECEIVER, bind_asked },
	{ SMPP_UNBIND, unbind_asked },
	{ SMPP_UNBIND | SMPP_RESPONSE, unbind_answered },
	{ SMPP_GENERIC_NACK, nacked },
};

static void pdu_refuse(struct server_session *session,
		       const struct smpp_pdu *pdu, const char *why)
{
	count(session, SERVER_METRIC_BAD_PDU);
	iwf_log_warning(session->log, "bad_pdu", "peer=%s command=%s "
			"sequence=%u status=%s why=\"%s\"",
			session->remote.text, smpp_command_name(pdu->header.id),
			pdu->header.sequence,
			smpp_status_get(pdu->refusal)->name, why);
	if (!smpp_is_response(pdu->header.id))
		server_session_write_header(session, smpp_refusal_id(pdu),
					    pdu->refusal, pdu->header.sequence);
}

static void pdu_read(struct server_session *session, struct iwf_str frame)
{
	struct smpp_pdu pdu;
	struct iwf_why why = { 0 };

	iwf_arena_reset(session->arena);
	if (smpp_pdu_parse(session->arena, frame, &pdu, &why)) {
		pdu_refuse(session, &pdu, why.text);
		return;
	}
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (readers[i].id == pdu.header.id) {
			readers[i].read(session, &pdu);
			return;
		}
	}
	pdu.refusal = SMPP_RINVCMDID;
	pdu_refuse(session, &pdu, "not for an SMSC");
}

/* One generic_nack, then the end: where the next PDU begins nobody knows. */
static void framing_lost(struct server_session *session, struct iwf_str bytes,
			 const struct smpp_header *hdr)
{
	char reason[120];

	smpp_frame_explain(bytes, reason, sizeof(reason));
	count(session, SERVER_METRIC_BAD_PDU);
	if (session->door)
		server_door_count_stranger(session->door);
	iwf_log_warning(session->log, "framing_lost", "peer=%s why=\"%s\"",
			session->remote.text, reason);
	if (!smpp_frame_guess(bytes))
		server_session_write_header(session, SMPP_GENERIC_NACK,
					    SMPP_RINVCMDLEN, hdr->sequence);
	server_session_end(session, reason);
}

static size_t frames_read(struct server_session *session, struct iwf_str bytes)
{
	struct smpp_header hdr;
	enum smpp_frame frame;
	size_t at = 0;

	for (;;) {
		struct iwf_str rest = iwf_str_sub(bytes, at, bytes.len);

		frame = smpp_frame_next(rest, smpp_pdu_max(session->link != NULL),
					&hdr);
		if (frame == SMPP_FRAME_LOST)
			framing_lost(session, rest, &hdr);
		if (frame != SMPP_FRAME_READY)
			return at;
		at += hdr.length;
		pdu_read(session, iwf_str_sub(rest, 0, hdr.length));
		if (!session->stream)
			return bytes.len;
	}
}

size_t server_read(struct server_session *session, struct iwf_str bytes)
{
	size_t at;

	session->heard_ms = iwf_loop_now_ms(session->loop);
	session->is_reading = true;
	at = frames_read(session, bytes);
	if (session->stream &&
	    iwf_stream_unsent_len(session->stream) > SMPP_UNREAD_MAX_LEN)
		server_session_end(session, "it does not read its answers");
	session->is_reading = false;
	if (!session->stream) {
		server_session_free(session);
		return bytes.len;
	}
	if (session->link)
		server_deliver_pump(session->link);
	return at;
}
