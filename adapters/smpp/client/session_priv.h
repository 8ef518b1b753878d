/* What session.c, exchange.c, inbound.c and keepalive.c know of each other. */
#pragma once

#include "bind/limits.h"
#include "client/session.h"

/* A tag: generation, this bit, the SMSC's sequence number. */
#define SMPP_TAG_IS_DATA (1ull << 32)

enum smpp_event {
	SMPP_EVENT_START,
	SMPP_EVENT_TIMER,       /* of the state */
	SMPP_EVENT_OPENED,
	SMPP_EVENT_INVITED,     /* the SMSC has connected to us */
	SMPP_EVENT_OUTBIND,
	SMPP_EVENT_ACCEPTED,    /* bind_resp without a status */
	SMPP_EVENT_LOST,        /* also: refused, timed out, unbearable */
	SMPP_EVENT_STOP,
	SMPP_EVENT_PEER_UNBIND,
	SMPP_EVENT_EMPTY,       /* nothing waits, we leave */
	SMPP_EVENT_PEER_EMPTY,  /* nothing waits, the SMSC leaves */
	SMPP_EVENT_UNBOUND,
	SMPP_EVENT_COUNT
};

void smpp_session_apply(struct smpp_session *session, enum smpp_event event,
			const char *reason);
/* While leaving: the next step when nothing waits any more. */
void smpp_session_settle(struct smpp_session *session);
void smpp_session_watch_response(struct smpp_session *session);
/* What an answer tells of how much the SMSC bears. */
void smpp_session_note_answer(struct smpp_session *session,
			      const struct smpp_request *request,
			      const struct smpp_pdu *pdu);
uint32_t smpp_session_next_sequence(struct smpp_session *session);
enum iwf_err smpp_session_write(struct smpp_session *session,
				const struct smpp_pdu *pdu);
/* A PDU of which only the header matters; nothing without a connection. */
void smpp_session_write_header(struct smpp_session *session, uint32_t id,
			       uint32_t status, uint32_t sequence);

/* Watches the silence of the SMSC from now on; stops with enquire_timer. */
void smpp_keepalive_start(struct smpp_session *session);
/* Reads the PDUs at the start of `bytes`; returns how many octets are read. */
size_t smpp_inbound_read(struct smpp_session *session, struct iwf_str bytes);
