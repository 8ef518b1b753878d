/* What the gateway knows, as JSON for iwfctl (include/iwf names, times as
 * RFC 3339 text and as milliseconds). Pure: no call asks anything. */
#pragma once

#include "relay/relay.h"

#include <jansson.h>

/* Text of a peer: what is not UTF-8 is mended. */
json_t *view_text(struct iwf_str text);
/* "2026-11-22T15:33:45.120Z"; null for 0. */
json_t *view_time(int64_t at_ms);
/* 16 hex digits, as in the log. */
json_t *view_id(uint64_t id);
/* Masked; full asks for more and gets what the log may write. */
json_t *view_address(const struct iwf_log *log,
		     const struct iwf_address *address, bool full);
/* Lower-case word. */
const char *view_link_state(enum iwf_link_state state);
const char *view_kind(enum iwf_kind kind);
/* The link a delivery came from; what the operator sent came from none. */
const char *view_origin(const struct store *store, uint32_t number);

/* status_json.c: the links, with what waits for each of them; counts NULL: not
 * known. */
json_t *links_json(const struct relay_link_status *links, size_t count,
		   const struct store_query *counts,
		   const struct store *store);
/* Waiting deliveries and the age of the oldest: adds `waiting`,
 * `oldest_waiting_ms`. */
void waiting_json(json_t *to, const struct store_query *counts,
		  int64_t wall_ms);
/* The named counters out of the text of /metrics, as members of `to`; 0 for
 * those that are not there. */
struct view_total {
	const char *name;   /* in the answer */
	const char *metric; /* with iwf_ */
};
void totals_json(json_t *to, struct iwf_str metrics,
		 const struct view_total *totals, size_t count);
/* Sum over the labels; false when there is no such metric. */
bool metric_find(struct iwf_str metrics, const char *name, int64_t *value);

/* queue_json.c: one element per link, kind and state; link NULL: all. */
json_t *queue_json(const struct store_query *counts, const struct store *store,
		   const char *link, int64_t wall_ms);
/* ledger_json.c: accounted by state; with the recount when there is one, else
 * only what is not at its end. */
json_t *ledger_json(const struct store_query *counts,
		    const struct store_ledger *recount, int64_t imbalance);
/* One line of `list`. */
json_t *delivery_json(const struct store_found *found,
		      const struct store *store, const struct iwf_log *log,
		      bool full);

/* trace_json.c: a delivery's steps. links: as they are now, for the hint. */
struct trace_view {
	const struct store *store;
	const struct iwf_log *log;
	const struct relay_link_status *links;
	size_t link_count;
	int64_t wall_ms;
	bool full;
};
json_t *trace_json(const struct trace_view *view,
		   const struct store_found *found);
