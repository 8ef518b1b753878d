/* What can be asked of the store. The reader thread answers with what is
 * committed; a query is completed on `loop` through `task` (give task.run), and
 * the caller keeps it until then. */
#pragma once

#include "store/delivery.h"

#include <iwf/arena.h>
#include <iwf/loop.h>

struct store;

enum store_query_kind {
	STORE_Q_DUE,      /* QUEUED deliveries of `link`, by (due, id) after the
			   * cursor, due not after until_ms, at most `limit` */
	STORE_Q_ID,       /* the delivery `id` */
	STORE_Q_ABOUT,    /* REPORTs caused by delivery `id` */
	STORE_Q_STATE,    /* deliveries in `state` with id > `id`, by id */
	STORE_Q_RECENT,   /* newest deliveries, newest first, id < `id` if given */
	STORE_Q_AWAITED,  /* SENT or UNSURE, accepted before until_ms, id > `id` */
	STORE_Q_EXPIRED,  /* QUEUED or UNSURE whose expires_at_ms is not after
			   * until_ms, at most `limit` */
	STORE_Q_THREAD,   /* the thread of key `id`, kept since until_ms */
	STORE_Q_SETS,     /* sets of parts whose first part came before until_ms */
	STORE_Q_OPEN,     /* how many deliveries that are not at their end, by
			   * state, of each link; finished ones cost nothing */
	STORE_Q_COUNTS,   /* the same of all: looks at every row there is */
	STORE_Q_LEDGER    /* recount against the persisted intake, all slices */
};

/* What of a record lies in the spool. */
struct spool_part {
	uint64_t sum;
	uint32_t at, len;      /* where it belongs; 0: nothing does */
};

struct store_found {
	struct store_delivery row;
	struct iwf_str record; /* empty when not asked for */
	struct spool_part part; /* the store's own */
};

struct store_set {
	uint64_t set_key;
	bool is_whole; /* else parts that may be copies fill its places */
	uint32_t link, parts, record_count;
	struct iwf_str *records; /* in part order, those that came */
};

struct store_count {
	uint32_t link;
	enum iwf_kind kind;
	enum store_state state;
	uint64_t count;
	int64_t oldest_ms;     /* earliest accepted_at_ms among them */
};

struct store_ledger {
	uint64_t taken;        /* deliveries ever put, persisted with each commit */
	uint64_t purged;       /* of these, deleted by sweeps */
	uint64_t counted;      /* rows there are, recounted */
	/* Sum over the slices of |taken - purged - counted|: 0, or rows are
	 * lost or foreign. */
	int64_t imbalance;
	uint64_t bad_slice;    /* first id of the first slice that differs */
};

struct store_query {
	struct iwf_task task;
	struct iwf_loop *loop;
	enum store_query_kind kind;
	uint32_t link;
	enum store_state state;
	uint64_t id;
	int64_t after_due_ms, until_ms;
	uint64_t after_id;
	uint32_t limit;
	bool with_record;
	/* Of records: the answer ends with the row by which they are as long.
	 * 0: they may be of any length. */
	uint64_t records_max_len;

	/* answer; everything is owned by arena, which the caller destroys */
	enum iwf_err err;
	struct iwf_arena *arena;
	struct store_found *found;
	uint32_t found_count;
	uint64_t found_len;    /* of the records in it */
	/* It ended at the limit or at records_max_len: there may be more after
	 * the last row found. */
	bool has_more;
	struct store_set *sets;
	uint32_t set_count;
	struct store_count *counts;
	uint32_t count_count;
	struct iwf_str thread; /* empty: there is none */
	struct store_ledger ledger;
};

void store_ask(struct store *store, struct store_query *query);
