/* The SQLite backend's own: connections, statements, the engine. */
#pragma once

#include "store/tables.h"

#include <sqlite3.h>

#define SQLITE_APPLICATION_ID 0x43504d49 /* "CPMI" */
#define SQLITE_SCHEMA_VERSION 3
/* Threads of 37 hours are forgotten together. */
#define THREAD_GENERATION_BITS 27
/* Fully purged slices are added up in this row. */
#define SLICE_CLOSED (-1)

enum sqlite_sql {
	SQL_BEGIN, SQL_COMMIT, SQL_ROLLBACK, SQL_READ,
	SQL_ROW_FIND, SQL_ROW_ADD, SQL_ROW_SET, SQL_ROW_CHANGE, SQL_ROW_TOLD,
	SQL_MESSAGE_ADD, SQL_MESSAGE_FIND,
	SQL_SPOOL_ADD, SQL_SPOOL_FIND, SQL_SPOOL_PURGE,
	SQL_SEEN_FIND, SQL_SEEN_SET, SQL_SEEN_OLD,
	SQL_BIND_ADD, SQL_BIND_DROP, SQL_BIND_FIND, SQL_LANE_OUT,
	SQL_WAITING_FIND, SQL_WAITING_ADD, SQL_WAITING_KEY,
	SQL_WAITING_DROP, SQL_WAITING_KEYS_DROP, SQL_WAITING_OLD,
	SQL_PART_ADD, SQL_PART_LIST, SQL_PART_KNOWN, SQL_PART_KNOW,
	SQL_PART_DROP, SQL_ECHO_OLD,
	SQL_SET_DROP, SQL_SET_MOVE, SQL_PART_FORGET,
	SQL_VALUE_SET, SQL_VALUE_DROP, SQL_VALUES,
	SQL_OLDEST, SQL_PURGE_ROWS, SQL_PURGE_MESSAGES,
	SQL_LEDGER_ADD, SQL_LEDGER_CLOSED, SQL_LEDGER_DROP,
	SQL_LEDGER_SLICE, SQL_LEDGER_NEXT, SQL_LEDGER_COUNT,
	SQL_PROBE, SQL_TRANSPORTS, SQL_LAST_ID, SQL_ATTEMPTS,
	SQL_Q_DUE, SQL_Q_ABOUT, SQL_Q_STATE_OPEN, SQL_Q_STATE_FINAL, SQL_Q_RECENT,
	SQL_Q_AWAITED, SQL_Q_EXPIRED, SQL_THREAD_SET, SQL_THREAD_FIND,
	SQL_THREAD_OLD, SQL_THREAD_SPAN, SQL_Q_SETS, SQL_Q_CHUNK, SQL_Q_COUNTS,
	SQL_Q_OPEN_CHUNK, SQL_Q_OPEN_COUNTS,
	SQL_COUNT
};

#define SQLITE_LOST_MAX 64

/* One thread's connection with its statements, prepared when first wanted. */
struct sqlite_conn {
	sqlite3 *db;
	struct iwf_log *log;
	int told; /* the error last logged, 0 once something was written */
	char *why; /* the writer's: store_base.why, told with the failure */
	uint64_t lost[SQLITE_LOST_MAX]; /* bodies that were told lost, a ring */
	unsigned lost_count;
	sqlite3_stmt *stmts[SQL_COUNT];
};

#define SQLITE_SLICES_MAX 32
struct sqlite_slice {
	int64_t slice;
	int64_t taken, purged;
	uint64_t last_id;
};

struct sqlite_engine {
	struct store_engine engine;
	struct tables tables; /* the committer's steps */
	struct store_base *base;
	struct sqlite_conn write, read, audit, check;
	int lock_fd;
	uint8_t key[16];
	uint64_t last_id;

	/* of the batch: written with its commit */
	int changes_before;
	struct sqlite_slice slices[SQLITE_SLICES_MAX];
	unsigned slice_count;
	unsigned seen_count;      /* message keys added */
	int64_t seen_generation;
	uint64_t *gone;           /* messages whose files are without a row */
	uint32_t gone_count, gone_cap;

	uint64_t sweep_after;     /* where the next purge goes on */
	int64_t echoes_at_ms;     /* they are looked through from then on */
	_Atomic int64_t wal_pages;
	_Atomic int64_t copied_pages; /* of them, by the latest checkpoint */
	int64_t asked_pages;      /* at the latest request of a checkpoint */
	int64_t asked_ms;
	int64_t tried_pages;      /* at the latest try of a restart */
};

/* Ready for binding. NULL only when the database cannot be read. */
sqlite3_stmt *sqlite_stmt(struct sqlite_conn *conn, enum sqlite_sql sql);
/* Runs a statement that gives no rows and resets it. */
enum iwf_err sqlite_run(struct sqlite_conn *conn, sqlite3_stmt *stmt);
/* The next row: *has_row; at the end the statement is reset. */
enum iwf_err sqlite_next(struct sqlite_conn *conn, sqlite3_stmt *stmt,
			 bool *has_row);
/* Runs sql as it stands, for what is not prepared. */
enum iwf_err sqlite_exec(struct sqlite_conn *conn, const char *sql);
/* What a result code means; the process ends when a sync failed, for what the
 * kernel then holds of the file is anybody's guess. */
enum iwf_err sqlite_fate(struct sqlite_conn *conn, int rc);

static inline void bind_id(sqlite3_stmt *stmt, int at, uint64_t value)
{
	sqlite3_bind_int64(stmt, at, (sqlite3_int64)value);
}
void bind_bytes(sqlite3_stmt *stmt, int at, struct iwf_str bytes);
uint32_t column_u32(sqlite3_stmt *stmt, int at);
enum iwf_err sqlite_parts(struct sqlite_conn *conn, uint64_t set_key,
			  struct iwf_arena *arena, struct table_parts *parts);
struct iwf_str column_bytes(sqlite3_stmt *stmt, int at,
			    struct iwf_arena *arena);
/* Columns of SQLITE_ROW_COLUMNS, from 1 and from 0. */
void bind_row(sqlite3_stmt *stmt, const struct table_row *row);
void column_row(sqlite3_stmt *stmt, struct iwf_arena *arena,
		struct table_row *row);

#define SQLITE_ROW_COLUMNS \
	"id,message,kind,state,link,origin,lane,attempts,resends,parts," \
	"coding,sent,good,accepted_at,due_at,expires_at,attempt_at,sent_at," \
	"done_at,told_at,code,remote,text,bound,about"

extern const struct table_ops sqlite_table_ops;

/* sqlite_sweep.c: counted in memory until the commit or the flush. */
enum iwf_err sqlite_count_slice(struct sqlite_engine *eng, uint64_t id,
				int64_t taken, int64_t purged);
enum iwf_err sqlite_flush_slices(struct sqlite_engine *eng);
enum iwf_err sqlite_sweep(struct tables *t, struct store_sweep *sweep);

/* sqlite_schema.c: brings an older database up to date, each step in one
 * transaction. */
struct sqlite_step {
	const char *sql; /* from the version that is its index to the next */
};
extern const struct sqlite_step sqlite_steps[];
enum iwf_err sqlite_migrate(struct sqlite_conn *conn,
			    const struct sqlite_step *steps, int version,
			    struct iwf_why *why);

/* sqlite_checkpoint.c */
void sqlite_watch_wal(struct sqlite_engine *eng);
bool sqlite_rest(struct store_engine *engine);
void sqlite_checkpoint(struct store_engine *engine);

/* sqlite_writeback.c: once a process, before its databases are open; then for
 * what the calling thread writes, on or off. */
void sqlite_writeback_install(void);
void sqlite_writeback_piecewise(bool is_on);

/* sqlite_spool.c: opens the folder and removes what no row names. */
enum iwf_err sqlite_spool_open(struct sqlite_engine *eng, struct iwf_why *why);
enum iwf_err sqlite_spool_add(struct sqlite_conn *conn, uint64_t id,
			      const struct spool_part *part);
enum iwf_err sqlite_find_record(struct sqlite_conn *conn, uint64_t id,
				struct iwf_arena *arena,
				struct spool_record *record);
/* Reads what of the found records lies in the spool; in no transaction. */
enum iwf_err sqlite_complete(struct sqlite_engine *eng,
			     struct sqlite_conn *conn,
			     struct store_query *query);
/* Of messages that were deleted in this range: their files go when that is
 * durable. */
enum iwf_err sqlite_spool_purge(struct sqlite_engine *eng, uint64_t first,
				uint64_t last);

/* sqlite_read.c */
enum iwf_err sqlite_ask(struct store_engine *engine,
			struct store_query *query);
void sqlite_recall(struct store_engine *engine, store_recall_fn *each,
		   void *arg);
void sqlite_transports(struct store_engine *engine, int64_t since_ms,
		       store_transport_fn *each, void *arg);
/* The last id of the next rows behind `after` that one short transaction may
 * look at; 0: there are none. */
enum iwf_err sqlite_chunk_end(struct sqlite_conn *conn, uint64_t after,
			      uint64_t *end);
/* The same among those in a state that is not final. */
enum iwf_err sqlite_open_chunk_end(struct sqlite_conn *conn,
				   enum store_state state, uint64_t after,
				   uint64_t *end);
/* sqlite_audit.c: the queries that look at every row, in short slices. */
enum iwf_err sqlite_ask_counts(struct sqlite_conn *conn,
			       struct store_query *query);
enum iwf_err sqlite_ask_open(struct sqlite_conn *conn,
			     struct store_query *query);
enum iwf_err sqlite_ask_ledger(struct sqlite_conn *conn,
			       struct store_query *query);
