/* The simulator: owns one of each part. */
#pragma once

#include "core/dice.h"
#include "core/loop.h"
#include "options.h"
#include "sim/event.h"
#include "sim/fault.h"
#include "sim/listener.h"
#include "sim/tally.h"
#include "trace/trace.h"

#include <sys/queue.h>
#include <sys/socket.h>

struct session;
struct outbox;
struct reply;
struct message_store;
struct control;
struct esme;
struct replay;
struct web;
struct tls;

TAILQ_HEAD(session_list, session);
TAILQ_HEAD(outbox_list, outbox);
TAILQ_HEAD(reply_list, reply);

struct sim {
	const struct options *options;
	struct loop *loop;
	struct event_log events;
	struct fault_set faults;
	struct rule_set rules;
	/* That of the message in hand, or NULL. */
	struct rule *rule;
	struct dice dice;
	struct tally tally;
	struct trace trace;
	struct listener listener;
	/* Whom it connected to last. */
	struct sockaddr_storage called;
	struct loop_timer timeout;
	struct loop_timer step_timer;
	size_t next_step;
	int64_t started_ms;
	struct session_list sessions;
	struct outbox_list outboxes;
	/* Responses held back by a delay. */
	struct reply_list replies;
	struct message_store *messages;
	struct control *control;
	struct web *web;
	/* NULL: in clear. */
	struct tls *tls;
	/* What it shall say again, or NULL. */
	struct replay *replay;
	/* NULL: it is an SMSC. */
	struct esme *esme;
	uint32_t last_conn_id;
	uint8_t last_concat_ref;
	bool is_over;
	bool is_timed_out;
};

/* Listens, or connects, and prints the start line. NULL after a message on
 * stderr if the address or the control socket cannot be had. Borrows
 * options. */
struct sim *sim_create(const struct options *options);
void sim_destroy(struct sim **sim);

/* One turn of the loop and what it left to be written. */
void sim_turn(struct sim *sim);

/* Sends unbind where bound, closes all and writes the summary, the last event.
 * The exit status. */
int sim_finish(struct sim *sim);

/* Asks a fault; counts it and writes its event when it strikes. */
struct fault *sim_strike(struct sim *sim, enum fault_kind kind,
			 const struct session *session, const struct pdu *pdu);
/* The same where there is no connection, only whose message it is. */
struct fault *sim_strike_message(struct sim *sim, enum fault_kind kind,
				 const char *system_id);

/* Closes every connection and refuses new ones for so long. */
void sim_go_away(struct sim *sim, long ms);

/* event_open with the time of this turn. */
bool sim_event(struct sim *sim, enum event_kind kind);
/* All that was counted. */
void sim_add_figures(const struct sim *sim, struct figures *figures);
/* The same as members of a JSON object. */
void sim_add_tally(const struct sim *sim, struct buf *line);
