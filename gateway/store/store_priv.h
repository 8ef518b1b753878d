/* What the parts of the store share: the engine's table of functions, the
 * threads, the metrics. Nobody outside gateway/store includes it. */
#pragma once

#include "store/spool.h"

#include <pthread.h>
#include <stdatomic.h>

#define STORE_BATCH_MAX 512
#define STORE_WHY_LEN 120

enum store_metric {
	STORE_M_COMMITS,
	STORE_M_FAILURES,
	STORE_M_SLOW,
	STORE_M_CHANGES,
	STORE_M_DUPLICATES,
	STORE_M_PURGED,
	STORE_M_UNMATCHED,
	STORE_M_QUERIES,
	STORE_M_CHECKPOINTS,
	STORE_M_RESTARTS,
	STORE_M_SPOOLED,
	STORE_M_SPOOL_FAILURES,
	STORE_M_SPOOL_BUSY,
	STORE_M_SPOOL_LOST,
	STORE_M_WAL_BYTES,
	STORE_M_BACKLOG,
	STORE_M_WRITABLE,
	STORE_METRICS
};

/* What an engine is given at open; it outlives the engine. */
struct store_base {
	struct store_conf conf;
	struct spooler *spooler;
	struct iwf_log *log;
	struct iwf_metric metrics[STORE_METRICS];
	char why[STORE_WHY_LEN]; /* the committer's latest failure, in words */
};

struct store_engine {
	const struct store_engine_ops *ops;
};

/* One backend. Unless said otherwise calls come from one thread at a time:
 * before start the opener's, then the committer's. */
struct store_engine_ops {
	enum iwf_err (*open)(struct store_engine **engine,
			     struct store_base *base,
			     struct store_recovery *recovery,
			     struct iwf_why *why);
	void (*close)(struct store_engine **engine);
	enum iwf_err (*begin)(struct store_engine *engine);
	/* IWF_OK: applied, or refused in change->err with nothing written.
	 * IWF_E_STATE: this change cannot be applied and may have left
	 * something: roll back, go on without it. Other: the batch fails. */
	enum iwf_err (*apply)(struct store_engine *engine,
			      struct store_change *change);
	enum iwf_err (*commit)(struct store_engine *engine);
	void (*rollback)(struct store_engine *engine);
	/* Between two batches: true when the checkpointer is wanted. */
	bool (*rest)(struct store_engine *engine);
	/* A commit that changes nothing but proves that commits work. */
	enum iwf_err (*probe)(struct store_engine *engine);
	/* The checkpointer's own thread. */
	void (*checkpoint)(struct store_engine *engine);
	/* The reader's own thread, or the auditor's for store_is_audit;
	 * query->arena exists. */
	enum iwf_err (*ask)(struct store_engine *engine,
			    struct store_query *query);
	/* Before start only. */
	void (*recall)(struct store_engine *engine, store_recall_fn *each,
		       void *arg);
	void (*transports)(struct store_engine *engine, int64_t since_ms,
			   store_transport_fn *each, void *arg);
};

extern const struct store_engine_ops sqlite_engine_ops;
extern const struct store_engine_ops ram_engine_ops;

/* The names of links are remembered values of link 0, which no link has:
 * key is the name, value the number in decimal. */
#define STORE_NAMES_LINK 0

/* A line of tasks that one thread waits for. */
struct store_line {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct iwf_task *head;
	struct iwf_task **tail;
	bool is_closed;
};

void line_open(struct store_line *line);
void line_close(struct store_line *line);
/* False: it came behind the end (line_end) and is left alone. */
bool line_push(struct store_line *line, struct iwf_task *task);
/* Everything in line, oldest first; waits at most wait_ms (below 0: for ever)
 * for something. NULL: nothing came, or the end: then *ended is true. */
struct iwf_task *line_take(struct store_line *line, int wait_ms, bool *ended);
/* What comes before is still taken, then line_take tells the end. */
void line_end(struct store_line *line);

/* Large messages on their way to their commit, and the bytes of their bodies;
 * what comes beyond is busy. */
#define SPOOLER_PUTS_MAX 64u
#define SPOOLER_LEN_MAX (64u << 20)

/* A put whose body goes into a file, from its submission to its completion; then,
 * when the file is of no use, its removal. */
struct spooled {
	struct iwf_task task;        /* in the spooler's line */
	struct spooled *next;        /* of those on their way */
	struct store_change *change; /* NULL: the file goes */
	uint64_t id;                 /* the message's */
	struct iwf_str bytes;        /* of the file; the caller's */
	struct spool_record record;
	enum iwf_err err;
	/* Of the file and all puts of its message. */
	bool is_new, is_stored;
};

struct spooler {
	struct spool spool;          /* opened by the engine that has one */
	struct store_line line;
	pthread_mutex_t lock;
	struct spooled *flying;
	unsigned count;
	uint64_t len;
	bool had_failed;             /* the thread's own */
};
void spooler_open(struct spooler *spooler);
/* Files of what is on its way stay for the next start to remove. */
void spooler_close(struct spooler *spooler);
/* True: the change is a put that goes by way of the spool, or is refused. */
bool spooler_take(struct store *store, struct store_change *change);
/* What a line gave: files are made and removed on the calling thread. */
void spooler_work(struct store *store, struct iwf_task *task);
/* A put that went this way has its answer. */
void spooler_done(struct spooler *spooler, struct store_change *change);
/* No row names these messages any more. */
void spooler_drop(struct spooler *spooler, const uint64_t *ids, uint32_t count);

/* A file whose blocks are given back when the disk is full, so that outcomes
 * of what was accepted can still be written. */
struct ballast {
	char *path; /* NULL: there is none */
	uint64_t len;
	bool is_there;
	int64_t tried_at_ms;
};
void ballast_open(struct ballast *ballast, struct iwf_str folder, uint64_t len);
void ballast_close(struct ballast *ballast);
void ballast_free(struct ballast *ballast);
/* Tries again to make it, at most once a second of now_ms and only when the
 * disk has room for more than it. True when it is there. */
bool ballast_regain(struct ballast *ballast, int64_t now_ms);

struct store_names {
	pthread_mutex_t lock;
	char **names; /* by number, from 1 */
	uint32_t count, cap;
};
#define STORE_LINKS_MAX 65535
void names_open(struct store_names *names);
void names_close(struct store_names *names);
/* A store_recall_fn; arg is the names. */
void names_on_value(void *arg, uint32_t link, struct iwf_str key,
		    struct iwf_str value);

struct store {
	struct store_base base;
	struct store_engine *engine;
	struct ballast ballast;
	struct store_line changes;
	struct store_line queries;
	struct store_line audits;
	struct store_line checkpoints;
	struct spooler spooler;
	struct iwf_task checkpoint;   /* in its line when is_asked */
	atomic_bool is_asked;
	pthread_t committer, reader, auditor, checkpointer, spooler_thread;
	bool is_started;
	bool is_stopped;
	bool had_failed;              /* the committer's own */
	atomic_uint backlog;
	atomic_bool is_writable;
	struct store_names names;
};

static inline void store_count(struct store_base *base, enum store_metric m,
			       int64_t n)
{
	iwf_metric_add(&base->metrics[m], n);
}

/* Queries that look at all rows, or at all of a kind that grows for ever. */
static inline bool store_is_audit(const struct store_query *query)
{
	return query->kind == STORE_Q_COUNTS ||
	       query->kind == STORE_Q_LEDGER ||
	       (query->kind == STORE_Q_STATE &&
		store_state_is_final(query->state));
}

/* Thread bodies; arg is the store. */
void *committer_run(void *arg);
int64_t store_monotonic_ms(void);
void *reader_run(void *arg);
void *auditor_run(void *arg);
void *checkpointer_run(void *arg);
void *spooler_run(void *arg);

/* One batch, on the calling thread; every change is completed. */
void committer_commit(struct store *store, struct store_change **changes,
		      unsigned count);
/* The change has its answer and is its owner's again. */
void store_complete(struct store *store, struct store_change *change);
