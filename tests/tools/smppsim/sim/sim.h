/* The simulator: owns one of each part. */
#pragma once

#include "core/dice.h"
#include "sim/event.h"
#include "sim/fault.h"
#include "core/loop.h"
#include "options.h"

#include <sys/queue.h>

struct session;
struct outbox;
struct reply;
struct message_store;
struct control;

/* Counted since the start; the summary and 'ctl stats' show them. */
struct tally {
	long long connections;
	long long binds;
	long long binds_refused;
	long long submits;
	long long submits_accepted;
	long long submits_refused;
	long long responses;
	long long ids;
	long long receipts_sent;
	long long receipts_acked;
	long long receipts_refused;
	long long receipts_repeated;
	long long receipts_lost;
	long long mo_sent;
	long long mo_acked;
	long long mo_refused;
	long long mo_repeated;
	long long mo_lost;
	long long faults;
	long long bad_pdus;
};

TAILQ_HEAD(session_list, session);
TAILQ_HEAD(outbox_list, outbox);
TAILQ_HEAD(reply_list, reply);

struct sim {
	const struct options *options;
	struct loop *loop;
	struct event_log events;
	struct fault_set faults;
	struct dice dice;
	struct tally tally;
	struct loop_watch listener;
	struct loop_timer timeout;
	struct session_list sessions;
	struct outbox_list outboxes;
	/* Responses held back by a delay. */
	struct reply_list replies;
	struct message_store *messages;
	struct control *control;
	uint32_t last_conn_id;
	uint8_t last_concat_ref;
	bool is_over;
	bool is_timed_out;
};

/* Listens and prints the start line. NULL after a message on stderr if the
 * address or the control socket cannot be had. Borrows options. */
struct sim *sim_create(const struct options *options);
void sim_destroy(struct sim **sim);

/* One turn of the loop and what it left to be written. */
void sim_turn(struct sim *sim);

/* Sends unbind where bound, closes all and writes the summary, the last event.
 * The exit status. */
int sim_finish(struct sim *sim);

/* Asks a fault; counts it and writes its event when it strikes. */
const struct fault *sim_strike(struct sim *sim, enum fault_kind kind,
			       const struct session *session,
			       const struct pdu *pdu);

/* event_open with the time of this turn. */
bool sim_event(struct sim *sim, enum event_kind kind);
/* The counters as members of a JSON object. */
void sim_add_tally(const struct sim *sim, struct buf *line);
