/* One bind: a TCP connection to the SMSC, its framing, its sequence numbers,
 * its timers, and the requests that wait on it (SMPP 3.4 2.2, 2.7, 2.9). It
 * comes back by itself after every loss until it is stopped. What the requests
 * mean is its owner's matter. Runs on the link's loop. */
#pragma once

#include "wire/codec.h"
#include "rows.h"
#include "client/delay.h"
#include "client/pace.h"
#include "bind/window.h"

#include <iwf/log.h>
#include <iwf/net.h>

enum smpp_role {
	SMPP_ROLE_TRANSCEIVER,
	SMPP_ROLE_TRANSMITTER,
	SMPP_ROLE_RECEIVER
};

enum smpp_session_state {
	SMPP_SESSION_NONE, /* in the table: this event is forbidden here */
	SMPP_SESSION_IDLE,
	SMPP_SESSION_WAITING,    /* for the next try */
	SMPP_SESSION_CONNECTING, /* or for the SMSC to connect */
	SMPP_SESSION_INVITED,    /* it has, its outbind is awaited */
	SMPP_SESSION_BINDING,
	SMPP_SESSION_BOUND,
	SMPP_SESSION_LEAVING,    /* answers are awaited, then unbound */
	SMPP_SESSION_UNBINDING,  /* our unbind is on its way */
	SMPP_SESSION_STATES
};

/* How a request ended. */
enum smpp_end {
	SMPP_ENDED_ANSWERED, /* by its answer or by a generic_nack */
	SMPP_ENDED_TIMEOUT,
	SMPP_ENDED_LOST      /* with its connection */
};

/* on_deliver's answer when the real one follows by smpp_session_answer. */
#define SMPP_ANSWER_LATER UINT32_MAX

struct smpp_session;

/* None of them may free the session. */
struct smpp_session_ops {
	/* The state has changed; session->reason says why. */
	void (*on_change)(struct smpp_session *session);
	/* Exactly once for every request sent; pdu only with ANSWERED. */
	void (*on_end)(struct smpp_session *session,
		       struct smpp_request *request, enum smpp_end end,
		       const struct smpp_pdu *pdu);
	/* A submit_sm_resp for no request that waits. */
	void (*on_late)(struct smpp_session *session,
			const struct smpp_pdu *pdu);
	/* deliver_sm or data_sm: a command_status, or SMPP_ANSWER_LATER and
	 * then smpp_session_answer with this tag. The pdu is borrowed. */
	uint32_t (*on_deliver)(struct smpp_session *session,
			       const struct smpp_pdu *pdu, uint64_t tag);
	/* alert_notification, which has no answer (4.12.1). */
	void (*on_alert)(struct smpp_session *session,
			 const struct smpp_pdu *pdu);
	/* The connection ended with deliver_sm that are not yet answered. */
	void (*on_cut)(struct smpp_session *session);
	/* outbind: a command_status, ESME_ROK binds on this connection. */
	uint32_t (*on_outbind)(struct smpp_session *session,
			       const struct smpp_pdu *pdu);
	/* Something happened that may have made room to send. */
	void (*on_room)(struct smpp_session *session);
};

struct smpp_session {
	struct iwf_stream_owner owner;
	const struct smpp_session_ops *ops;
	struct iwf_loop *loop;
	struct iwf_log *log;
	struct iwf_metric *metrics;
	struct smpp_codec *codec;
	const struct smpp_conf *conf;
	struct iwf_tls *const *tls; /* the link's, of the next connection */
	struct iwf_str password;
	unsigned number;           /* of the link's binds, from 1 */
	uint32_t *connection_count; /* of the whole link: makes generations */
	enum smpp_role role;
	uint32_t peer_version;     /* sc_interface_version; 0: not told */

	enum smpp_session_state state;
	bool is_stopping;          /* ends IDLE instead of WAITING */
	bool is_peer_leaving;      /* the SMSC asked to unbind */
	char reason[160];
	struct iwf_stream *stream;
	uint32_t generation;       /* of connections, 31 bits */
	uint32_t sequence;         /* last one used on this connection */
	uint32_t bind_sequence;
	uint32_t enquire_sequence; /* 0: none is out */
	uint32_t unbind_sequence;
	uint32_t unbind_peer_sequence;
	struct smpp_window window;
	struct smpp_pace pace;     /* they outlive connections */
	struct smpp_delay delay;
	unsigned deliver_count;    /* not yet answered by us */
	int64_t heard_ms;          /* last octets of the SMSC */
	int64_t bound_ms;
	uint32_t retry_ms;         /* the next wait */
	uint32_t waited_ms;        /* the last one */
	struct iwf_timer state_timer;
	struct iwf_timer enquire_timer;
	struct iwf_timer response_timer;
	struct iwf_arena *arena;   /* of one PDU */
	struct iwf_buf out;        /* of one PDU */
};

/* The caller has filled ops, loop, log, metrics, codec, tls, number and
 * connection_count; the rest is zero. Starts IDLE. */
void smpp_session_create(struct smpp_session *session);
/* Silent: what still waits ends LOST, a bound SMSC is told unbind. */
void smpp_session_destroy(struct smpp_session *session);

/* From IDLE. conf and password stay valid until IDLE again. */
void smpp_session_start(struct smpp_session *session,
			const struct smpp_conf *conf, struct iwf_str password,
			enum smpp_role role);
/* The SMSC has connected to us. False: this bind awaits no such connection;
 * else it owns the stream, and callbacks find session->owner. */
bool smpp_session_invite(struct smpp_session *session,
			 struct iwf_stream *stream);
/* Sends nothing new, waits for what is out, unbinds, ends IDLE. */
void smpp_session_stop(struct smpp_session *session, const char *reason);

static inline bool smpp_session_is_bound(const struct smpp_session *session)
{
	return session->state == SMPP_SESSION_BOUND;
}
/* Bound, allowed to submit, and neither the window nor the socket is full. */
bool smpp_session_can_send(const struct smpp_session *session);
/* 0: the SMSC will bear one now; else how long to wait, SMPP_PACE_ANSWER until
 * an answer comes. */
int64_t smpp_session_wait_ms(const struct smpp_session *session);
/* How many requests may be out at the same time, now. */
unsigned smpp_session_allowed(const struct smpp_session *session);
/* Gives pdu its sequence number and writes it; the request belongs to the
 * session until on_end. An error is the format's, and nothing was written. */
enum iwf_err smpp_session_send(struct smpp_session *session,
			       struct smpp_request *request,
			       struct smpp_pdu *pdu);
/* Gives the connection up and tries anew, as after a loss. */
void smpp_session_drop(struct smpp_session *session, const char *reason);
/* Other settings while it runs; what is said at binding counts with the next
 * bind, the rest at once. */
void smpp_session_configure(struct smpp_session *session,
			    const struct smpp_conf *conf,
			    struct iwf_str password);
/* Answers a deliver_sm or data_sm; nothing happens when its connection is not
 * there any more. */
void smpp_session_answer(struct smpp_session *session, uint64_t tag,
			 uint32_t status);
/* Is this tag one of the present connection? */
bool smpp_session_owns(const struct smpp_session *session, uint64_t tag);

/* "bound", "waiting" ... */
const char *smpp_session_state_name(enum smpp_session_state state);
