/* See inquire.h. Ids of parts and of lists are more or less than one message,
 * of which nobody keeps how it stands: they are refused. */
#include "server/inquire.h"

#include "server/link.h"
#include "server/session.h"
#include "wire/receipt.h"

#define ID_LEN 16
/* Of one bind, not yet answered. */
#define INQUIRIES_MAX 100

static bool id_parse(struct iwf_str text, uint64_t *id)
{
	*id = 0;
	if (text.len != ID_LEN)
		return false;
	for (size_t i = 0; i < ID_LEN; i++) {
		char c = text.ptr[i];

		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
		*id = *id << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return true;
}

/* 5.2.28. */
static enum smpp_state state_of(enum iwf_fate fate)
{
	switch (fate) {
	case IWF_FATE_DELIVERED:
	case IWF_FATE_DISPLAYED:
		return SMPP_STATE_DELIVERED;
	case IWF_FATE_FAILED:
		return SMPP_STATE_UNDELIVERABLE;
	case IWF_FATE_EXPIRED:
		return SMPP_STATE_EXPIRED;
	case IWF_FATE_CANCELLED:
		return SMPP_STATE_DELETED;
	default:
		return SMPP_STATE_ENROUTE;
	}
}

static uint64_t tag_of(const struct server_session *session,
		       const struct smpp_pdu *pdu)
{
	return (uint64_t)session->number << 32 | pdu->header.sequence;
}

/* NULL: it is gone and waits for no answer. */
static struct server_session *asker_find(struct iwf_link *base, uint64_t tag)
{
	struct server_session *session =
		server_link_find(server_link_of(base), (uint32_t)(tag >> 32));

	if (session)
		session->inquiry_count--;
	return session;
}

static void on_queried(struct iwf_link *base, uint64_t tag,
		       const struct iwf_verdict *verdict)
{
	struct server_session *session = asker_find(base, tag);
	char id[SERVER_ID_SIZE];
	struct smpp_pdu out = {
		.header = { .id = SMPP_QUERY_SM | SMPP_RESPONSE,
			    .sequence = (uint32_t)tag },
		.message_state = (uint8_t)state_of(verdict->fate),
		.error_code = (uint8_t)(verdict->code & 0xff),
	};

	if (!session)
		return;
	if (verdict->result != IWF_RESULT_ACCEPTED) {
		server_session_write_header(
			session, out.header.id,
			verdict->result == IWF_RESULT_UNMATCHED ?
			SMPP_RINVMSGID : SMPP_RQUERYFAIL, (uint32_t)tag);
		return;
	}
	server_id_format(id, verdict->id, 0);
	out.message_id = iwf_str_from(id);
	server_session_write(session, &out);
}

static void on_cancelled(struct iwf_link *base, uint64_t tag,
			 const struct iwf_verdict *verdict)
{
	struct server_session *session = asker_find(base, tag);
	uint32_t status = SMPP_RCANCELFAIL;

	if (verdict->result == IWF_RESULT_UNMATCHED)
		status = SMPP_RINVMSGID;
	else if (verdict->fate == IWF_FATE_CANCELLED)
		status = SMPP_ROK;
	if (session)
		server_session_write_header(session,
					    SMPP_CANCEL_SM | SMPP_RESPONSE,
					    status, (uint32_t)tag);
}

/* ESME_ROK: it may be asked. */
static uint32_t judge(const struct server_session *session,
		      const struct smpp_pdu *pdu, uint64_t *id)
{
	if (!session->link || !(session->role & SERVER_ROLE_SUBMITS))
		return SMPP_RINVBNDSTS;
	if (session->inquiry_count >= INQUIRIES_MAX)
		return SMPP_RTHROTTLED;
	return id_parse(pdu->message_id, id) ? SMPP_ROK : SMPP_RINVMSGID;
}

/* Whose fate is asked for; false: refused, and that was answered. */
static bool is_taken(struct server_session *session,
		     const struct smpp_pdu *pdu, uint64_t *id)
{
	uint32_t status = judge(session, pdu, id);

	if (status != SMPP_ROK) {
		server_session_write_header(session, pdu->header.id |
					    SMPP_RESPONSE, status,
					    pdu->header.sequence);
		return false;
	}
	session->inquiry_count++;
	return true;
}

void server_query(struct server_session *session, const struct smpp_pdu *pdu)
{
	uint64_t id;

	if (!is_taken(session, pdu, &id))
		return;
	iwf_host_inquire(session->link->base.host, id, on_queried,
			 tag_of(session, pdu));
}

void server_cancel(struct server_session *session, const struct smpp_pdu *pdu)
{
	uint64_t id;

	if (!is_taken(session, pdu, &id))
		return;
	iwf_host_withdraw(session->link->base.host, id, on_cancelled,
			  tag_of(session, pdu));
}
