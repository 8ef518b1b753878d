/* Everything that survives a restart: verbs with one meaning for every backend.
 *
 * A change is a self-contained, idempotent record that names its own ids. The
 * committer thread takes what has arrived, applies it in one transaction, syncs
 * once, and only then completes each change on the loop it came from. Nothing
 * reads its own write through the store: who needs an answer gets it in the
 * change. Reads (query.h) run on a thread of their own and see what is committed.
 *
 * Unit of account: a delivery (delivery.h); final ones are kept for `keep_ms`. */
#pragma once

#include "store/query.h"

#include <iwf/log.h>
#include <iwf/metric.h>
#include <iwf/setting.h>

enum store_verb {
	STORE_PUT,      /* a new delivery with its message */
	STORE_UPDATE,   /* new values of a delivery, and what it causes */
	STORE_JOIN,     /* a receipt looks for its delivery, or waits for it */
	STORE_PART,     /* one part of a longer message */
	STORE_REMEMBER, /* a link's small durable value */
	STORE_SWEEP     /* purge and expiry of the store's own rows */
};

struct store_remember {
	uint32_t link;
	struct iwf_str key, value; /* an empty value forgets */
};

/* A new delivery. `row` as it shall stand (state QUEUED or ATTEMPT); `record`
 * is the message (base/record.h). Keys of 0 are not looked at. */
struct spooled;
struct store_put {
	struct store_delivery row;
	struct iwf_str record;
	uint64_t duplicate_key; /* of the message, within duplicate_ms */
	uint64_t transport_key; /* of the request that brought it */
	/* Joins a set: its parts are removed. 0: none. The sum of those parts
	 * (store_parts_sum): if others are there, IWF_E_GONE. 0: any. */
	uint64_t set_key, set_sum;
	/* What an answer to it will belong to (STORE_Q_THREAD); the latest of a
	 * key counts. 0: none. */
	uint64_t thread_key;
	struct iwf_str thread;
	/* Durable with it, also when it is a duplicate; no key: none. */
	struct store_remember cursor;
	struct spooled *spooled; /* the store's own, while it is under way */

	/* answer */
	bool is_duplicate;      /* nothing was written; original says of what */
	uint64_t original;
	enum store_state original_state;
};

#define STORE_BINDS_MAX 4

/* The row's new values, whole; message_id, kind, about, origin and
 * accepted_at_ms stay as they were put. Applying it twice is applying it once; a
 * row that is already final is not changed (`was_final`, and nothing of the
 * update is), except that told_at_ms may be added and that a row goes on from
 * FINISHED to DELIVERED to DISPLAYED.
 * IWF_E_NOT_FOUND: no such row. */
struct store_update {
	struct store_delivery row;
	/* Peer's ids learnt with it, as hashes, each for a part. */
	uint64_t bind_key[STORE_BINDS_MAX];
	uint32_t bind_part[STORE_BINDS_MAX];
	uint32_t bind_count;
	/* The only part of it that may have arrived without an answer: a receipt
	 * whose ids nobody knows settles it by its lane (store_join). 0: none. */
	uint32_t unsure_part;
	/* Of the message, as in store_join; 0: no receipt that waits under a
	 * guess is for it. */
	uint64_t recipient;
	/* Forget every bound id of this delivery (it became final). */
	bool unbind;
	/* The REPORT it causes, durable in the same commit; record empty: none. */
	struct store_put report;
	/* This is a REPORT that the sender's side took: the delivery it is about
	 * gets the time. Of several REPORTs the latest counts. 0: none. */
	uint64_t told;
	int64_t told_at_ms;

	/* answer */
	bool was_final;         /* nothing was changed */
	/* A receipt that had waited for one of the ids just bound, removed from
	 * waiting; owned by the change's arena, empty when none waited. Only
	 * the oldest: while the row is not final, the same update again gives
	 * the next. */
	struct iwf_str waiting;
	uint32_t waiting_part;
	bool waiting_by_lane;  /* it was for the unsure part */
};

#define STORE_KEYS_MAX (IWF_REMOTE_IDS_MAX + 1)

/* A receipt: joined to the delivery that one of its keys is bound to; else to
 * the one delivery of its lane that has an unsure part, if it is the only one,
 * no other of the lane is in ATTEMPT (whose id is yet to come) and the message
 * was not submitted before its attempt; else, when `waiting` is not empty, it
 * becomes a row that waits `unmatched_ms` for its delivery. When several
 * deliveries are bound to the keys, the one whose message's recipient has the
 * key `recipient` (iwf_hash of iwf_address_key) wins, the youngest of several;
 * where none has it, or it is 0, the one that has not ended. More than one: it is
 * ambiguous, neither joined nor kept. The first key is the likeliest, the others
 * are guesses: they join only where the recipient, if given, is the same. */
struct store_join {
	uint64_t key[STORE_KEYS_MAX]; /* at most IWF_REMOTE_IDS_MAX are given */
	uint32_t key_count;
	uint64_t recipient;
	uint64_t lane;         /* of the message it speaks of; 0: not known */
	int64_t submitted_at_ms; /* as the peer tells it; 0: it does not */
	struct iwf_str waiting;
	int64_t now_ms;

	/* answer */
	bool is_joined;
	bool by_lane;          /* its ids are unknown, the part was unsure */
	bool is_ambiguous;
	uint32_t candidates;   /* how many deliveries were bound to the keys */
	uint32_t key_joined;   /* which of the keys it was, from 0 */
	uint32_t part;         /* 0: all of them have this id */
	struct store_delivery row; /* slices owned by the change's arena */
	struct iwf_str record; /* a body in the spool stays there: row.body_err */
};

struct store_part {
	uint64_t set_key;      /* odd */
	/* Of the part itself, odd: what is equal may be a copy. It is kept for
	 * its time in case that the next message under the key lacks it. */
	uint64_t content_key;
	uint32_t part, parts;
	uint32_t link;
	struct iwf_str record;
	int64_t now_ms;
	struct store_remember cursor; /* as of a put */

	/* answer */
	bool is_duplicate;     /* this part was here, and no set lacks it */
	bool is_reused;        /* another part's set had to give way */
	bool is_complete;      /* this part made the set whole: its records */
	struct iwf_str *records; /* in part order, owned by the change's arena */
	uint32_t record_count;
};

/* Tells one list of parts from another; never 0. Any thread. */
uint64_t store_parts_sum(const struct iwf_str *records, uint32_t count);

/* One bounded slice of housekeeping, at most max_rows rows of each kind:
 * deliveries that ended before keep_before_ms with their messages,
 * waiting receipts and tombstones of sets older than theirs. */
struct store_sweep {
	int64_t keep_before_ms;
	int64_t unmatched_before_ms;
	int64_t set_before_ms;
	int64_t thread_before_ms;  /* up to a day and a half more may stay */
	uint32_t max_rows;

	/* answer */
	uint32_t purged;       /* deliveries; max_rows: call again soon */
	uint32_t unmatched;    /* receipts that nobody came for */
};

/* Completed on `loop` through `task` (give task.run). The caller keeps the
 * change and everything it points to until then. err:
 * IWF_OK: durable.
 * IWF_E_FULL (the disk), IWF_E_IO, IWF_E_CORRUPT: the commit failed, or the
 *   spool did (also IWF_E_FULL when too much is on its way there), nothing of
 *   it is durable, and the same change may be submitted again.
 * IWF_E_EXISTS (an id with another record), IWF_E_NOT_FOUND, IWF_E_SYNTAX (a
 *   part outside its set), IWF_E_GONE (other parts are in the set now),
 *   IWF_E_STATE (the database refuses it): this alone, nothing was done.
 * arena is made by the store for answers that need memory (zero it before) and
 * is destroyed by the caller (iwf_arena_destroy accepts NULL in it). */
struct store_change {
	struct iwf_task task;
	struct iwf_loop *loop;
	enum store_verb verb;
	enum iwf_err err;
	struct iwf_arena *arena;
	union {
		struct store_put put;
		struct store_update update;
		struct store_join join;
		struct store_part part;
		struct store_remember remember;
		struct store_sweep sweep;
	};
};

/* Any thread; never fails and never blocks. */
void store_submit(struct store *store, struct store_change *change);
/* Changes submitted and not yet completed, for backpressure. Any thread. */
unsigned store_backlog(const struct store *store);
/* False after a commit failed and until one succeeded (the store tries by
 * itself) and, when the disk was full, the ballast is back: refuse what is
 * new; outcomes may be submitted all the time. */
bool store_is_writable(const struct store *store);

/* ---- life ---- */

enum store_backend { STORE_BACKEND_SQLITE, STORE_BACKEND_RAM };

struct store_conf {
	uint32_t backend;       /* enum store_backend */
	struct iwf_str path;    /* folder of the database, made when missing */
	uint32_t keep_ms;       /* finished deliveries are kept */
	uint32_t duplicate_ms;  /* messages with the same key are one */
	uint32_t unmatched_ms;  /* a receipt waits for its message */
	uint32_t set_ms;        /* a set of parts waits, and they are known */
	uint32_t slow_ms;       /* a commit that takes longer is told; 0: none is */
	uint64_t cache_len;     /* bytes of page cache per connection */
	uint64_t ballast_len;   /* freed when the disk is full */
};
extern const struct iwf_setting store_rows[];

/* What recovery found, read before the first change. */
struct store_recovery {
	uint64_t last_id;       /* no id up to it may be made again */
	uint8_t key[16];        /* random, made with the store, never changes */
	uint64_t attempts;      /* deliveries in ATTEMPT: now unsure */
};

/* Opens or makes the database and migrates an older schema (each step in one
 * transaction). IWF_E_VERSION with a sentence for the operator when it was
 * written by a newer version; IWF_E_STATE when another process holds it;
 * IWF_E_IO, IWF_E_CORRUPT. Before any other thread is started. */
enum iwf_err store_open(struct store **store, const struct store_conf *conf,
			struct iwf_log *log, struct store_recovery *recovery,
			struct iwf_why *why);
/* The number of a configured link's name, the same in every life. Only between
 * open and start, or from the loop that owns reload (it blocks on the disk).
 * 0: it could not be written, or there are more than 65,535. */
uint32_t store_link_number(struct store *store, struct iwf_str name);
/* The name of a number, for humans; "?" when unknown. */
const char *store_link_name(const struct store *store, uint32_t number);
/* Values remembered for a link; borrowed until its next change. Only between
 * open and start: calls `each` for every value of every link. */
typedef void store_recall_fn(void *arg, uint32_t link, struct iwf_str key,
			     struct iwf_str value);
void store_recall(struct store *store, store_recall_fn *each, void *arg);
/* Transport keys of messages accepted since since_ms, for the retransmission
 * answers after a restart; not of those that failed and whose sender knows: the
 * answer was that they did, and a repetition of the request is judged anew. Only
 * between open and start. */
typedef void store_transport_fn(void *arg, uint64_t transport_key, uint64_t id);
void store_recent_transports(struct store *store, int64_t since_ms,
			     store_transport_fn *each, void *arg);
/* Starts the committer, the checkpointer and the reader. */
void store_start(struct store *store);
/* Finishes what was submitted, completes it, checkpoints, ends the threads. What
 * others submit or ask meanwhile and later is never completed: it stays theirs. */
void store_stop(struct store *store);
/* Stops it if it runs. Nobody may use it any more. */
void store_close(struct store **store);

/* Rows of iwf_store_* metrics (commits, changes, syncs, wal bytes, errors...)
 * and their values. */
extern const struct iwf_metric_row store_metric_rows[];
extern const size_t store_metric_count;
struct iwf_metric *store_metrics(struct store *store);
