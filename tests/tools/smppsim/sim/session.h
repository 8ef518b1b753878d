/* One connection: framing, bind state, link supervision
 * (SMPP 3.4 2.2, 2.9). */
#pragma once

#include "sim/sim.h"

enum session_state {
	SESSION_OPEN,
	SESSION_BOUND_TX,
	SESSION_BOUND_RX,
	SESSION_BOUND_TRX,
	SESSION_UNBOUND,
};

struct session {
	/* NULL: in clear. */
	struct tls_link *tls;
	struct loop_watch watch;
	struct loop_timer link_timer;
	TAILQ_ENTRY(session) entry;
	struct sim *sim;
	/* Of its system_id; set while bound. */
	struct outbox *outbox;
	struct buf in;
	struct buf out;
	/* A response waiting for the next one (fault reorder). */
	struct buf held;
	enum session_state state;
	uint32_t conn_id;
	uint32_t last_sequence;
	long in_flight;
	char system_id[16];
	/* What it said at binding. */
	uint8_t interface_version;
	char peer[64];
	bool is_enquiring;
	/* It connected to its peer, not the peer to it. */
	bool is_caller;
	/* Of an ESME: esme_on_connected is called once. */
	bool is_connecting;
	/* In the handshake of TLS. */
	bool is_shaking;
	/* Write what is left, then close. */
	bool is_closing;
	/* Closed; freed at the end of the turn. */
	bool is_dead;
	bool is_half_open;
	bool is_stalled;
	/* Octets a second it reads; 0 is as many as come. */
	long read_rate;
	bool is_resting;
	struct loop_timer rest_timer;
	struct transcript_chains chains;
	struct capture_flow flow;
};

/* Takes over the connected descriptor. */
struct session *session_create(struct sim *sim, int fd);

/* Queues octets of whole PDUs; written at the end of the turn. */
void session_write(struct session *session, const struct buf *bytes);
/* Formats and queues a PDU. */
void session_send(struct session *session, const struct pdu *pdu);
/* 1 .. 0x7FFFFFFF, then from 1 again (SMPP 3.4 3.2). */
uint32_t session_next_sequence(struct session *session);
void session_send_enquire_link(struct session *session);
void session_send_unbind(struct session *session);

/* Closes now, or when all is written. What was in flight goes back to the
 * outbox. */
void session_close(struct session *session, const char *why);
void session_close_when_written(struct session *session);

bool session_is_bound(const struct session *session);
/* The peer has something to read or to answer. */
bool session_is_awaited(const struct session *session);
bool session_can_receive(const struct session *session);
struct session *session_find(struct sim *sim, uint32_t conn_id);

/* After faults were removed: reads and writes again. */
void session_recover(struct session *session);
/* Writes what is queued and frees the dead; once per turn. */
void session_settle_all(struct sim *sim);
void session_destroy_all(struct sim *sim);

/* Opens an event with conn and system_id of the session. */
bool session_event(struct session *session, enum event_kind kind);
void session_event_pdu(struct session *session, enum event_kind kind,
		       const struct pdu *pdu);
