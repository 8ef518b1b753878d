/* One connection of an application: framing, sequence numbers, timers, and our
 * requests that wait on it (SMPP 3.4 2.2, 2.7, 2.9). Until it has bound it
 * belongs to the door it came by, then to its account. The codec is pdu.h's
 * alone: libsmpp34 has one lock for each module that uses it, and globals. */
#pragma once

#include "bind/window.h"
#include "wire/pdu.h"

#include <iwf/log.h>
#include <iwf/net.h>

struct server_link;
struct server_door;

/* What may be done on it; both: a transceiver. */
enum server_role { SERVER_ROLE_SUBMITS = 1, SERVER_ROLE_HEARS = 2 };

struct server_session {
	struct iwf_stream_owner owner;
	struct server_session *next;
	struct server_door *door;  /* NULL once it has bound */
	struct server_link *link;  /* NULL until it has bound */
	struct iwf_stream *stream; /* NULL: over */
	struct iwf_loop *loop;
	struct iwf_log *log;
	struct iwf_remote remote;
	unsigned role;
	uint32_t number;           /* of the link's sessions, never again */
	uint32_t sequence;         /* the last of ours */
	uint32_t enquire_sequence; /* 0: none is out */
	uint32_t waiting_count;    /* its messages not yet answered */
	uint32_t inquiry_count;    /* its questions about them */
	bool is_reading;           /* freed by who reads, if it ends */
	bool is_leaving;           /* unbind has been said by one of us */
	int64_t heard_ms;
	struct iwf_timer timer;    /* for the bind; then of enquire_link */
	struct iwf_timer response_timer;
	struct smpp_window window;
	struct iwf_arena *arena;   /* of one PDU */
	struct iwf_buf out;        /* of one PDU */
};

struct server_session *server_session_create(struct server_door *door,
					     struct iwf_stream *stream,
					     const struct iwf_remote *remote);
/* Bound: the account's timers and window from now on. */
void server_session_bind(struct server_session *session,
			 struct server_link *link, unsigned role);
/* The connection ends, what waits on it is LOST, its owner forgets it, and it
 * is freed, at once or when it is not read any more. */
void server_session_end(struct server_session *session, const char *reason);
/* Says unbind; ends with its answer or the response timer. */
void server_session_leave(struct server_session *session);

bool server_session_can_send(const struct server_session *session);
/* Gives pdu its sequence number and writes it; the request belongs to the
 * session until server_deliver_on_end. An error is the format's. */
enum iwf_err server_session_send(struct server_session *session,
				 struct smpp_request *request,
				 struct smpp_pdu *pdu);
enum iwf_err server_session_write(struct server_session *session,
				  const struct smpp_pdu *pdu);
/* A PDU of which only the header matters. */
void server_session_write_header(struct server_session *session, uint32_t id,
				 uint32_t status, uint32_t sequence);
