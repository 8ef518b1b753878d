/* The relay itself, and all that its files share. Only on the relay's loop. */
#pragma once

#include "base/id.h"
#include "base/log.h"
#include "relay/delivery.h"
#include "relay/host.h"
#include "relay/intake.h"
#include "relay/outcome.h"
#include "relay/queue.h"

#include <iwf/buf.h>
#include <iwf/random.h>

/* Of records read at once, beside the number of rows: few large bodies. */
#define RELAY_PAGE_LEN (8u << 20)

/* expire.c: what time alone decides. */
void expire_start(struct relay *relay);
void expire_stop(struct relay *relay);

/* reroute.c: what waits for a link that is down for long or gone goes by
 * another one. */
void reroute_tick(struct relay *relay, int64_t now_ms);
/* All that waits for the queue, whose instances are going. */
void reroute_all(struct queue *queue);
/* A retired host is closed: what it never answered may have arrived. */
void reroute_abandoned(struct iwf_host *host);
/* One that its host gave back; it is in no lane. */
void reroute_one(struct delivery *dlv);

/* cancel.c: its link is told that it is unwanted, and answers as ever. */
void cancel_out(struct delivery *dlv, enum store_state ends_as);
/* What links have and whose time is over. */
void cancel_expired(struct relay *relay, int64_t now_ms);
/* It is durable as it stands, or has left its link: who asked is told. */
void cancel_saved(struct delivery *dlv);
void cancel_stop(struct relay *relay);
void cancel_free(struct relay *relay);

/* wake.c: looks through what waits for the queue's reachable recipients. */
void wake_start(struct queue *queue);

/* recover.c: once, at the start. */
void recover_start(struct relay *relay);

/* route.c */
#define ROUTE_LINKS_MAX 8
struct route_choice {
	const char *names[ROUTE_LINKS_MAX];
	unsigned count;
	unsigned rule;    /* which one matched, from 0 */
	bool matched;
	bool refused;     /* by the rule */
	bool shares;      /* by sender and recipient, not the first */
};
bool route_is_blocked(const struct routes *routes,
		      const struct iwf_message *msg);
/* Some rule names both. */
bool route_has_both(const struct routes *routes, const char *link,
		    const char *other);
void route_select(const struct routes *routes, const struct iwf_message *msg,
		  const char *from_link, struct route_choice *choice);

/* value.c */
void value_set(struct relay *relay, uint32_t link, struct iwf_str key,
	       struct iwf_str bytes);
void value_remember(struct relay *relay, uint32_t link, struct iwf_str key,
		    struct iwf_str value);
/* A key and value from an adapter: within their bounds, on the relay's loop. */
void value_check(const struct iwf_host *host, struct iwf_str key,
		 struct iwf_str value);
/* Borrowed until the next remember of that key; empty: none. */
struct iwf_str value_recall(struct relay *relay, uint32_t link,
			    struct iwf_str key);
void values_free(struct relay *relay);

/* link.c: for loop_call on the host's loop */
void link_drain_call(void *host);
void link_close_call(void *host);
void link_free(struct iwf_host *host);
/* Closes retired instances that have answered everything or waited enough. */
void links_retire(struct relay *relay, int64_t now_ms);

/* relay.c: a change that failed is written again a little later. */
void relay_save_later(struct relay *relay, struct delivery *dlv);

/* --- the relay --- */

enum relay_metric {
	RELAY_M_ACCEPTED, RELAY_M_DUPLICATE, RELAY_M_REFUSED, RELAY_M_BUSY,
	RELAY_M_SENT, RELAY_M_DELIVERED, RELAY_M_FAILED, RELAY_M_EXPIRED,
	RELAY_M_RETRIED, RELAY_M_UNSURE, RELAY_M_POSSIBLE_DUPLICATE,
	RELAY_M_REPORTS, RELAY_M_RECEIPT_JOINED, RELAY_M_RECEIPT_WAITING,
	RELAY_M_RECEIPT_UNMATCHED,
	RELAY_M_RECEIPT_AMBIGUOUS, RELAY_M_RECEIPT_CONTRADICTED,
	RELAY_M_RECEIPT_LATE, RELAY_M_PARTS,
	RELAY_M_PARTS_JOINED, RELAY_M_PARTS_INCOMPLETE, RELAY_M_SAVE_RETRIES,
	RELAY_M_IN_MEMORY, RELAY_M_IMBALANCE, RELAY_M_RECUT, RELAY_M_REROUTED,
	RELAY_M_RECEIPT_SETTLED, RELAY_M_BLOCKED, RELAY_M_ACK_REFUSED,
	RELAY_M_ACK_UNDECIDED, RELAY_M_PARTS_REUSED,
	RELAY_M_COUNT
};

struct relay {
	struct relay_conf conf;
	struct store_conf store_conf;
	int64_t retry_ms[16];
	unsigned retry_count;
	struct iwf_loop *loop;
	struct store *store;
	struct iwf_log *log;
	struct metrics *metrics;
	struct iwf_metric values[RELAY_M_COUNT];
	uint8_t key[16];
	struct id_maker ids;
	struct routes *routes;
	struct queue *queues;
	struct iwf_host *retired;
	struct host_shared *shared;
	struct map active;             /* deliveries in memory, by id */
	atomic_uint intake_count;      /* accepts not yet answered */
	atomic_bool draining;
	atomic_bool started;
	bool recovering;
	struct delivery_list unsaved;  /* changes to try again */
	struct iwf_timer save_timer;
	struct iwf_timer expire_timer, sweep_timer;
	struct store_query expire_query;
	struct store_query ledger_query;
	struct store_change sweep;
	bool sweeping, asking_expiry, counting;
	unsigned expire_step;
	int64_t count_began_ms, count_after_ms; /* by the loop's clock */
	uint64_t awaited_id;           /* looked through up to here */
	struct store_query sets_query;
	bool asking_sets, sets_whole_only;
	bool sets_moved; /* while they were asked for */
	struct map values_remembered;  /* see value.c */
	struct map untold;             /* by untold_key */
	struct untold *untold_first, *untold_last; /* by time */
	struct recent recent[UNTOLD_RECENT];
	unsigned recent_next;
	struct intake *flying;         /* messages without an id, under way */
	unsigned flying_cut;           /* of those, is_cut */
	struct intake *waiting_acks;   /* accepted; their answers wait */
	struct revoke *revokes;        /* asked for and not yet told of */
	struct store_query untold_query;
	int64_t untold_since_ms; /* older ones are not of the last moments */
	uint32_t untold_left;    /* rows still to be looked at */
	void (*on_untold)(struct relay *relay);
	struct store_query recover_query;
	struct iwf_timer recover_timer;
};

static inline int64_t relay_wall_ms(const struct relay *relay)
{
	return iwf_loop_wall_ms(relay->loop);
}
static inline void relay_count(struct relay *relay, enum relay_metric metric)
{
	iwf_metric_add(&relay->values[metric], 1);
}
