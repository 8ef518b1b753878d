/* The line a message travels. Every message enters by iwf_host_accept and
 * intake.c, every fate by outcome.c; a REPORT is a message on the same line.
 * The relay knows no protocol: links are adapters (include/iwf/adapter.h). */
#pragma once

#include <iwf/adapter.h>

#include "store/store.h"

struct relay;
struct metrics;

struct relay_conf {
	uint32_t window;        /* deliveries of one link held in memory */
	uint32_t intake_max;    /* accepted from peers and not yet durable */
	uint32_t validity_ms;   /* when the sender asked for none */
	uint32_t lane_hold_ms;  /* a temporary failure keeps later ones behind */
	uint32_t receipt_ms;    /* a receipt is awaited */
	uint32_t thread_ms;     /* an answer still belongs to a conversation */
	uint32_t failover_ms;   /* a link is down before another takes over */
	uint32_t resends;       /* of what may have arrived */
	struct iwf_texts retry; /* the ladder of waits; its last repeats */
	uint64_t message_max_len;
};
extern const struct iwf_setting relay_rows[];
/* The ladder's entries are durations. */
enum iwf_err relay_check(const struct relay_conf *conf, struct iwf_why *why);

/* Settings every link has, beside its adapter's own. */
struct relay_link_conf {
	struct iwf_str name;
	uint32_t order;         /* enum relay_order */
	uint32_t ack;           /* enum relay_ack: of what comes by it */
	uint32_t ack_wait_ms;
	uint32_t receipt_parts; /* enum relay_parts: of what goes by it */
	bool ack_refuses;       /* a temporary failure is the answer, too */
	struct iwf_str stand_in; /* number for senders without one */
	uint32_t unsure;        /* enum relay_unsure: what may have arrived */
};
enum iwf_err relay_link_check(const struct relay_link_conf *conf,
			      struct iwf_why *why);
enum relay_order { RELAY_ORDER_LANE, RELAY_ORDER_NONE };
enum relay_ack { RELAY_ACK_COMMIT, RELAY_ACK_OUTCOME };
enum relay_parts { RELAY_PARTS_ALL, RELAY_PARTS_ANY, RELAY_PARTS_LAST };
enum relay_unsure {
	RELAY_UNSURE_RESEND,
	RELAY_UNSURE_QUERY, /* ask first, then as RESEND */
	RELAY_UNSURE_HOLD,
	RELAY_UNSURE_FAIL
};
extern const struct iwf_setting relay_link_rows[];

/* A routing rule; empty fields match everything. */
struct route_conf {
	struct iwf_str match;     /* recipient's number, `*` at its end: prefix */
	struct iwf_str domain;    /* of the recipient */
	struct iwf_str pattern;   /* PCRE2, on the recipient's canonical form */
	struct iwf_str service;   /* ICSI URN or its last part, e.g. "msg" */
	struct iwf_str listener;  /* uri of the SIP listener it came in by */
	struct iwf_str from_link;
	struct iwf_str from;      /* sender's number or name, as match */
	struct iwf_str keyword;   /* first word of the text, without case */
	struct iwf_texts via;     /* links, the first that is up wins; "refuse" */
	bool share; /* spread over all that are up, not the first */
};
extern const struct iwf_setting route_rows[];

/* A sender who is refused before any rule is looked at. */
struct block_conf {
	struct iwf_str from;      /* as in a rule; not empty */
	struct iwf_str to;        /* only to these; empty: to all */
};
extern const struct iwf_setting block_rows[];

/* Compiled rules; immutable. Every `via` must be in link_names. */
struct routes;
enum iwf_err routes_create(struct routes **routes, const struct iwf_list *conf,
			   const struct iwf_texts *link_names, size_t *bad_rule,
			   struct iwf_why *why);
/* Before the rules are given to the relay; blocks are block_conf. */
enum iwf_err routes_add_blocks(struct routes *routes,
			       const struct iwf_list *blocks, size_t *bad_block,
			       struct iwf_why *why);
void routes_destroy(struct routes **routes);

/* Starts the relay's loop. The store is opened and not yet started; both, the
 * log and the metrics outlive the relay. */
struct relay *relay_create(const struct relay_conf *conf,
			   const struct store_conf *store_conf,
			   struct store *store,
			   const struct store_recovery *recovery,
			   struct metrics *metrics, struct iwf_log *log);
struct iwf_loop *relay_loop(struct relay *relay);

/* Adds a configured link before relay_start, or later on reload. Its instances
 * follow; loop NULL means the relay's own. */
struct queue;
struct queue *relay_link_add(struct relay *relay,
			     const struct relay_link_conf *conf);
/* One instance: opens the adapter's link on the loop with conf. */
enum iwf_err relay_link_open(struct relay *relay, struct queue *queue,
			     const struct iwf_adapter *adapter,
			     const void *conf, struct iwf_loop *loop);
/* For an edge that is not opened by its adapter's open (cpm): makes the host on
 * the loop; the edge's link is attached with it. */
struct iwf_host *relay_host_add(struct relay *relay, struct queue *queue,
				const struct iwf_adapter *adapter,
				struct iwf_loop *loop);
void relay_host_attach(struct iwf_host *host, struct iwf_link *link);
/* Reload: new settings for an opened link; or it is gone: drained, closed, its
 * waiting messages routed again. NULL when there is no link of that name. */
struct queue *relay_link_find(struct relay *relay, struct iwf_str name);
void relay_link_reconfigure(struct queue *queue,
			    const struct relay_link_conf *common,
			    const void *conf);
void relay_link_remove(struct relay *relay, struct queue *queue);

/* Takes the rules over; messages routed from now on follow them. */
void relay_set_routes(struct relay *relay, struct routes *routes);
/* Makes what was under way at the last end unsure or ready, then lets the
 * queues run. After the store's start. */
void relay_start(struct relay *relay);
/* New messages are refused as busy; links drain. Returns when nothing is under
 * way any more or after wait_ms. From any thread but the loops. */
void relay_drain(struct relay *relay, uint32_t wait_ms);
/* True once what was under way at the last end is sorted and messages are taken
 * in, until relay_drain. Any thread. */
bool relay_is_ready(const struct relay *relay);
/* Closes every link and stops what time drives; then the store is closed, which
 * completes its changes on the relay's loop, and then the relay destroyed. */
void relay_close_links(struct relay *relay);
void relay_destroy(struct relay **relay);

/* --- for admin --- */

struct relay_link_status {
	char name[64];
	char adapter[16];
	char reason[96];        /* the last one given with the state */
	enum iwf_link_state state;
	uint32_t instances, instances_up;
	uint32_t in_memory;     /* deliveries held for it */
	uint32_t outstanding;   /* given to the adapter and not yet answered */
	int64_t since_ms;       /* wall time of the state */
	bool removed;
};
/* Fills at most max and returns how many there are. Any thread but the loops. */
size_t relay_status(struct relay *relay, struct relay_link_status *status,
		    size_t max);
/* Which links would be tried for the message; text lines for a human. */
void relay_explain(struct relay *relay, const struct iwf_message *msg,
		   struct iwf_buf *text);
/* A delivery is not wanted any more (iwfctl cancel). What waits ends durably as
 * CANCELLED; of what a link has it is asked to stop what is not yet written. */
struct relay_cancelled {
	enum iwf_err err;         /* IWF_E_NOT_FOUND, or the store's */
	enum store_state was;     /* when it was asked for */
	enum store_state is;      /* what became of it, as far as is known */
};
/* On the relay's loop, once; after 5 s at the latest. */
typedef void relay_cancelled_fn(void *arg, const struct relay_cancelled *what);
void relay_cancel(struct relay *relay, uint64_t id, relay_cancelled_fn *told,
		  void *arg);
/* A message of the operator's own (iwfctl send), by the same door. */
typedef void relay_sent_fn(void *arg, const struct iwf_verdict *verdict);
void relay_send(struct relay *relay, const struct iwf_message *msg,
		relay_sent_fn *sent, void *arg);
