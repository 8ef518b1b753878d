/* See inquire.h. A part is asked about as the message that it became; a list
 * only where one of its messages is meant. */
#include "server/inquire.h"

#include "server/link.h"
#include "server/session.h"
#include "wire/receipt.h"
#include "wire/smpp_time.h"

#include <stdio.h>
#include <stdlib.h>

/* Of one bind, not yet answered. */
#define INQUIRIES_MAX 100

struct server_inquiry {
	struct server_inquiry *next;
	uint64_t number;
	uint32_t session;  /* its number */
	uint32_t sequence;
	char id[SERVER_ID_SIZE]; /* as it was asked */
};

void server_inquiries_destroy(struct server_inquiries *inquiries)
{
	struct server_inquiry *next;

	for (struct server_inquiry *one = inquiries->first; one; one = next) {
		next = one->next;
		free(one);
	}
	inquiries->first = NULL;
}

static uint64_t inquiry_add(struct server_session *session,
			    const struct smpp_pdu *pdu)
{
	struct server_inquiries *all = &session->link->inquiries;
	struct server_inquiry *one = IWF_NEW(struct server_inquiry);

	one->number = ++all->last_number;
	one->session = session->number;
	one->sequence = pdu->header.sequence;
	snprintf(one->id, sizeof(one->id), "%.*s",
		 IWF_STR_ARG(pdu->message_id));
	one->next = all->first;
	all->first = one;
	session->inquiry_count++;
	return one->number;
}

/* The asker, NULL: it is gone and waits for no answer. */
static struct server_session *inquiry_take(struct iwf_link *base, uint64_t tag,
					   struct server_inquiry *to)
{
	struct server_link *link = server_link_of(base);
	struct server_inquiry **at = &link->inquiries.first;
	struct server_inquiry *one;
	struct server_session *session;

	while ((*at)->number != tag)
		at = &(*at)->next;
	one = *at;
	*to = *one;
	*at = one->next;
	free(one);
	session = server_link_find(link, to->session);
	if (session)
		session->inquiry_count--;
	return session;
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

/* 4.8.2: when it is over, and known since when. */
static void state_put(const struct iwf_verdict *verdict, struct smpp_pdu *out,
		      char date[SMPP_TIME_SIZE])
{
	out->message_state = (uint8_t)state_of(verdict->fate);
	out->error_code = (uint8_t)(verdict->code & 0xff);
	if (out->message_state != SMPP_STATE_ENROUTE && verdict->ended_at_ms &&
	    !smpp_time_format_absolute(date, verdict->ended_at_ms))
		out->final_date = iwf_str_from(date);
}

static void on_queried(struct iwf_link *base, uint64_t tag,
		       const struct iwf_verdict *verdict)
{
	struct server_inquiry inquiry;
	struct server_session *session = inquiry_take(base, tag, &inquiry);
	char date[SMPP_TIME_SIZE] = "";
	struct smpp_pdu out = {
		.header = { .id = SMPP_QUERY_SM | SMPP_RESPONSE,
			    .sequence = inquiry.sequence },
		.message_id = iwf_str_from(inquiry.id),
	};

	if (!session)
		return;
	if (verdict->result != IWF_RESULT_ACCEPTED) {
		server_session_write_header(
			session, out.header.id,
			verdict->result == IWF_RESULT_UNMATCHED ?
			SMPP_RINVMSGID : SMPP_RQUERYFAIL, inquiry.sequence);
		return;
	}
	state_put(verdict, &out, date);
	server_session_write(session, &out);
}

static void on_cancelled(struct iwf_link *base, uint64_t tag,
			 const struct iwf_verdict *verdict)
{
	struct server_inquiry inquiry;
	struct server_session *session = inquiry_take(base, tag, &inquiry);
	uint32_t status = SMPP_RCANCELFAIL;

	if (verdict->result == IWF_RESULT_UNMATCHED)
		status = SMPP_RINVMSGID;
	else if (verdict->fate == IWF_FATE_CANCELLED)
		status = SMPP_ROK;
	if (session)
		server_session_write_header(session,
					    SMPP_CANCEL_SM | SMPP_RESPONSE,
					    status, inquiry.sequence);
}

/* The gateway's id of what is meant, 0: it is not known. */
static uint64_t message_find(const struct server_session *session,
			     const struct smpp_pdu *pdu)
{
	const struct server_known *known = &session->link->known;
	uint64_t dest = server_dest_hash(pdu->dest_addr);
	uint64_t id;
	uint32_t part;

	if (!server_id_parse(pdu->message_id, &id, &part))
		return 0;
	if (part || server_known_has(known, id, 0))
		return server_known_message(known, id, part, dest);
	return id;
}

/* ESME_ROK: it may be asked. */
static uint32_t judge(const struct server_session *session,
		      const struct smpp_pdu *pdu, uint64_t *id)
{
	if (!session->link || !(session->role & SERVER_ROLE_SUBMITS))
		return SMPP_RINVBNDSTS;
	if (session->inquiry_count >= INQUIRIES_MAX)
		return SMPP_RTHROTTLED;
	*id = message_find(session, pdu);
	return *id ? SMPP_ROK : SMPP_RINVMSGID;
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
	return true;
}

void server_query(struct server_session *session, const struct smpp_pdu *pdu)
{
	uint64_t id;

	if (!is_taken(session, pdu, &id))
		return;
	iwf_host_inquire(session->link->base.host, id, on_queried,
			 inquiry_add(session, pdu));
}

void server_cancel(struct server_session *session, const struct smpp_pdu *pdu)
{
	uint64_t id;

	if (!is_taken(session, pdu, &id))
		return;
	iwf_host_withdraw(session->link->base.host, id, on_cancelled,
			  inquiry_add(session, pdu));
}
