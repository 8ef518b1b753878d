/* The other role: binds to an SMSC, submits at a rate, takes what is
 * delivered, and measures. */
#pragma once

#include "esme/awaited.h"
#include "esme/latency.h"
#include "sim/session.h"
#include "smsc/mo.h"

#define ESME_BUCKETS 4096u
#define ESME_ADDRS_MAX 8

/* One bind that shall stand; session NULL while it does not. */
struct esme_link {
	struct loop_timer timer;
	struct esme *esme;
	struct session *session;
	long tries;
};

/* A submit that waits for its response. */
struct pending {
	TAILQ_ENTRY(pending) in_bucket;
	TAILQ_ENTRY(pending) in_age;
	uint32_t conn_id;
	uint32_t sequence;
	bool wants_receipt;
	int64_t sent_us;
};
TAILQ_HEAD(pending_list, pending);

struct load {
	struct loop_timer pace_timer;
	struct loop_timer sweep_timer;
	struct pending_list by_age;
	struct pending_list buckets[ESME_BUCKETS];
	size_t pending_count;
	/* Of the message whose turn it is. */
	struct mo_parts parts;
	size_t next_part;
	long messages;
	long unanswered;
	/* The rate counts from here. */
	int64_t base_ms;
	long base_messages;
	int64_t first_us;
	int64_t last_us;
	struct latency latency;
};

struct esme {
	struct sim *sim;
	/* What the host's name stands for, tried in turn. */
	struct sockaddr_storage addrs[ESME_ADDRS_MAX];
	size_t addr_count;
	struct esme_link *links;
	size_t link_count;
	struct load load;
	struct awaited awaited;
	struct latency receipt_latency;
	long receipts_delivered;
	long receipts_failed;
	long receipts_intermediate;
	long mo_received;
	bool has_failed;
};

/* Begins to connect. NULL after a message on stderr. */
struct esme *esme_create(struct sim *sim);
void esme_destroy(struct esme **esme);

/* All sent, answered and told, or given up. */
bool esme_is_over(const struct esme *esme);
/* It never bound, or something was not answered or told. */
bool esme_has_failed(const struct esme *esme);
void esme_add_figures(const struct esme *esme, struct figures *figures);
/* What it came to, for people, on stderr. */
void esme_print(const struct esme *esme);

/* The connection stands: binds. */
void esme_on_connected(struct session *session);
/* The connection is gone: it is made again, what was in flight is lost. */
void esme_on_closed(struct session *session);

/* Listens for an SMSC instead. False after a message on stderr. */
bool esme_await(struct esme *esme);
/* Ends the link's connection if it is not bound in time. */
void link_limit(struct esme_link *link);

void load_create(struct esme *esme);
void load_destroy(struct esme *esme);
/* Sends what rate and windows allow. */
void load_pump(struct esme *esme);
void load_forget(struct esme *esme, const struct session *session);
bool load_is_sent(const struct esme *esme);
/* Monotonic microseconds of now, not of the turn. */
int64_t load_now_us(void);
