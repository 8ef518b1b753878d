/* Queries on the reader's connection, and what is read before start. */
#include "store/answer.h"
#include "store/sqlite.h"

#include "base/id.h"

/* Rows of one short transaction when a query has to look at all. */
#define CHUNK_ROWS 20000

static enum iwf_err find_record(struct sqlite_conn *conn,
				struct store_query *query,
				struct store_found *found)
{
	struct spool_record record;
	enum iwf_err err = sqlite_find_record(conn, found->row.message_id,
					      query->arena, &record);

	found->record = record.rest;
	found->part = record.part;
	return err;
}

/* Adds the rows of a statement that selects SQLITE_ROW_COLUMNS, until the
 * answer is full. */
static enum iwf_err collect(struct sqlite_conn *conn, sqlite3_stmt *stmt,
			    struct store_query *query)
{
	bool has_row;
	enum iwf_err err;

	while (!(err = sqlite_next(conn, stmt, &has_row)) && has_row) {
		struct store_found *found = answer_add(query);
		struct table_row row = { .bound = IWF_STR_NONE };

		column_row(stmt, query->arena, &row);
		*found = (struct store_found){ .row = row.dlv };
		if (query->with_record)
			err = find_record(conn, query, found);
		if (err || !answer_count(query, found)) {
			sqlite3_reset(stmt);
			break;
		}
	}
	return err;
}

static enum iwf_err ask_due(struct sqlite_conn *conn, struct store_query *query)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_Q_DUE);

	bind_id(stmt, 1, query->link);
	sqlite3_bind_int64(stmt, 2, query->after_due_ms);
	bind_id(stmt, 3, query->after_id);
	sqlite3_bind_int64(stmt, 4, query->until_ms);
	bind_id(stmt, 5, answer_limit(query));
	return collect(conn, stmt, query);
}

static enum iwf_err ask_by_id(struct sqlite_conn *conn, enum sqlite_sql sql,
			      struct store_query *query)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, sql);

	bind_id(stmt, 1, query->id);
	return collect(conn, stmt, query);
}

static enum iwf_err ask_id(struct sqlite_conn *conn, struct store_query *query)
{
	return ask_by_id(conn, SQL_ROW_FIND, query);
}

static enum iwf_err ask_about(struct sqlite_conn *conn,
			      struct store_query *query)
{
	return ask_by_id(conn, SQL_Q_ABOUT, query);
}

static enum iwf_err ask_open(struct sqlite_conn *conn,
			     struct store_query *query)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_Q_STATE_OPEN);

	sqlite3_bind_int(stmt, 1, (int)query->state);
	bind_id(stmt, 2, query->id);
	bind_id(stmt, 3, answer_limit(query));
	return collect(conn, stmt, query);
}

static enum iwf_err find_end(struct sqlite_conn *conn, sqlite3_stmt *stmt,
			     uint64_t after, uint64_t *end)
{
	bool has_row;
	enum iwf_err err;

	bind_id(stmt, 1, after);
	sqlite3_bind_int(stmt, 2, CHUNK_ROWS);
	err = sqlite_next(conn, stmt, &has_row);
	*end = has_row ? (uint64_t)sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_reset(stmt);
	return err;
}

enum iwf_err sqlite_chunk_end(struct sqlite_conn *conn, uint64_t after,
			      uint64_t *end)
{
	return find_end(conn, sqlite_stmt(conn, SQL_Q_CHUNK), after, end);
}

enum iwf_err sqlite_open_chunk_end(struct sqlite_conn *conn,
				   enum store_state state, uint64_t after,
				   uint64_t *end)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_Q_OPEN_CHUNK);

	sqlite3_bind_int(stmt, 3, (int)state);
	return find_end(conn, stmt, after, end);
}

static enum iwf_err ask_state(struct sqlite_conn *conn,
			      struct store_query *query)
{
	uint64_t after = query->id, end = 0;
	enum iwf_err err = IWF_OK;

	if (!store_state_is_final(query->state))
		return ask_open(conn, query);
	while (!err && !query->has_more) {
		sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_Q_STATE_FINAL);

		err = sqlite_chunk_end(conn, after, &end);
		if (err || !end)
			break;
		sqlite3_bind_int(stmt, 1, (int)query->state);
		bind_id(stmt, 2, after);
		bind_id(stmt, 3, answer_limit(query) - query->found_count);
		bind_id(stmt, 4, end);
		err = collect(conn, stmt, query);
		after = end;
	}
	return err;
}

static enum iwf_err ask_recent(struct sqlite_conn *conn,
			       struct store_query *query)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_Q_RECENT);

	bind_id(stmt, 1, query->id ? query->id : INT64_MAX);
	bind_id(stmt, 2, answer_limit(query));
	return collect(conn, stmt, query);
}

/* Ids are in order of time but for the loops' small differences. */
#define ORDER_SLACK_MS 10000

/* What was accepted before at_ms has a smaller id: without it a look at the
 * oldest would read all that wait. */
static uint64_t id_before(int64_t at_ms)
{
	if (at_ms > INT64_MAX >> 22)
		return INT64_MAX;
	return id_at(at_ms + ORDER_SLACK_MS);
}

static enum iwf_err ask_awaited(struct sqlite_conn *conn,
				struct store_query *query)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_Q_AWAITED);

	bind_id(stmt, 1, query->id);
	sqlite3_bind_int64(stmt, 2, query->until_ms);
	bind_id(stmt, 3, answer_limit(query));
	bind_id(stmt, 4, id_before(query->until_ms));
	return collect(conn, stmt, query);
}

static enum iwf_err ask_expired(struct sqlite_conn *conn,
				struct store_query *query)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_Q_EXPIRED);

	sqlite3_bind_int64(stmt, 1, query->until_ms);
	bind_id(stmt, 2, answer_limit(query));
	return collect(conn, stmt, query);
}

static enum iwf_err find_thread(struct sqlite_conn *conn,
				struct store_query *query, int64_t generation)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_THREAD_FIND);
	bool has_row;
	enum iwf_err err;

	sqlite3_bind_int64(stmt, 1, generation);
	bind_id(stmt, 2, query->id);
	sqlite3_bind_int64(stmt, 3, query->until_ms);
	err = sqlite_next(conn, stmt, &has_row);
	if (has_row)
		query->thread = column_bytes(stmt, 0, query->arena);
	sqlite3_reset(stmt);
	return err;
}

/* From the newest generation back: a week is six of them. */
static enum iwf_err ask_thread(struct sqlite_conn *conn,
			       struct store_query *query)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_THREAD_SPAN);
	int64_t oldest = query->until_ms >> THREAD_GENERATION_BITS;
	int64_t newest = 0;
	bool has_row;
	enum iwf_err err = sqlite_next(conn, stmt, &has_row);

	if (has_row) { /* NULL, which reads as 0, when there are none */
		newest = sqlite3_column_int64(stmt, 1);
		if (sqlite3_column_int64(stmt, 0) > oldest)
			oldest = sqlite3_column_int64(stmt, 0);
	}
	sqlite3_reset(stmt);
	for (; !err && newest >= oldest && !query->thread.len; newest--)
		err = find_thread(conn, query, newest);
	return err;
}

enum iwf_err sqlite_parts(struct sqlite_conn *conn, uint64_t set_key,
			  struct iwf_arena *arena, struct table_parts *parts)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_PART_LIST);
	bool has_row;
	enum iwf_err err;

	parts->list = IWF_ARENA_ARRAY(arena, struct table_part, IWF_PARTS_MAX);
	parts->count = 0;
	bind_id(stmt, 1, set_key);
	while (!(err = sqlite_next(conn, stmt, &has_row)) && has_row)
		if (parts->count < IWF_PARTS_MAX)
			parts->list[parts->count++] = (struct table_part){
				.part = column_u32(stmt, 0),
				.parts = column_u32(stmt, 1),
				.link = column_u32(stmt, 2),
				.at_ms = sqlite3_column_int64(stmt, 3),
				.record = column_bytes(stmt, 4, arena),
			};
	return err;
}

static enum iwf_err read_set(struct sqlite_conn *conn,
			     struct store_query *query, struct store_set *set)
{
	struct table_parts parts, echoes;
	enum iwf_err err = sqlite_parts(conn, set->set_key, query->arena,
					&parts);

	if (!err)
		err = sqlite_parts(conn, set->set_key & ~UINT64_C(1),
				   query->arena, &echoes);
	if (err)
		return err;
	set->is_whole = parts_are_whole(&parts);
	set->records = parts_merge(query->arena, &parts, &echoes,
				   &set->record_count);
	return IWF_OK;
}

static enum iwf_err ask_sets(struct sqlite_conn *conn,
			     struct store_query *query)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_Q_SETS);
	uint32_t limit = answer_limit(query) < 1024 ? answer_limit(query) : 1024;
	bool has_row;
	enum iwf_err err;

	query->sets = IWF_ARENA_ARRAY(query->arena, struct store_set, limit);
	sqlite3_bind_int64(stmt, 1, query->until_ms);
	bind_id(stmt, 2, limit);
	while (!(err = sqlite_next(conn, stmt, &has_row)) && has_row)
		query->sets[query->set_count++] = (struct store_set){
			.set_key = (uint64_t)sqlite3_column_int64(stmt, 0),
			.link = (uint32_t)sqlite3_column_int64(stmt, 1),
			.parts = (uint32_t)sqlite3_column_int64(stmt, 2),
		};
	for (uint32_t i = 0; !err && i < query->set_count; i++)
		err = read_set(conn, query, &query->sets[i]);
	return err;
}

typedef enum iwf_err ask_fn(struct sqlite_conn *conn,
			    struct store_query *query);
static ask_fn *const asks[] = {
	[STORE_Q_DUE] = ask_due, [STORE_Q_ID] = ask_id,
	[STORE_Q_ABOUT] = ask_about, [STORE_Q_STATE] = ask_state,
	[STORE_Q_RECENT] = ask_recent, [STORE_Q_AWAITED] = ask_awaited,
	[STORE_Q_EXPIRED] = ask_expired, [STORE_Q_THREAD] = ask_thread,
	[STORE_Q_SETS] = ask_sets, [STORE_Q_OPEN] = sqlite_ask_open,
	[STORE_Q_COUNTS] = sqlite_ask_counts,
	[STORE_Q_LEDGER] = sqlite_ask_ledger,
};

/* A row and its record come from one state of the database; the queries that
 * look at everything begin and end their own transactions. */
static bool is_one_transaction(const struct store_query *query)
{
	return query->kind != STORE_Q_OPEN && !store_is_audit(query);
}

enum iwf_err sqlite_ask(struct store_engine *engine, struct store_query *query)
{
	struct sqlite_engine *eng = (struct sqlite_engine *)engine;
	struct sqlite_conn *conn = store_is_audit(query) ? &eng->audit :
							   &eng->read;
	enum iwf_err err = IWF_OK;

	if (is_one_transaction(query))
		err = sqlite_run(conn, sqlite_stmt(conn, SQL_READ));
	if (!err)
		err = asks[query->kind](conn, query);
	if (!sqlite3_get_autocommit(conn->db))
		sqlite_run(conn, sqlite_stmt(conn, SQL_ROLLBACK));
	return err ? err : sqlite_complete(eng, conn, query);
}

void sqlite_recall(struct store_engine *engine, store_recall_fn *each,
		   void *arg)
{
	struct sqlite_conn *conn = &((struct sqlite_engine *)engine)->write;
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_VALUES);
	struct iwf_arena *arena = iwf_arena_create(0);
	bool has_row;

	while (!sqlite_next(conn, stmt, &has_row) && has_row) {
		struct iwf_str key = column_bytes(stmt, 1, arena);

		each(arg, (uint32_t)sqlite3_column_int64(stmt, 0), key,
		     column_bytes(stmt, 2, arena));
		iwf_arena_reset(arena);
	}
	iwf_arena_destroy(&arena);
}

void sqlite_transports(struct store_engine *engine, int64_t since_ms,
		       store_transport_fn *each, void *arg)
{
	struct sqlite_conn *conn = &((struct sqlite_engine *)engine)->write;
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_TRANSPORTS);
	bool has_row;

	while (!sqlite_next(conn, stmt, &has_row) && has_row) {
		int64_t at_ms = sqlite3_column_int64(stmt, 1);
		uint64_t key = (uint64_t)sqlite3_column_int64(stmt, 2);

		if (at_ms < since_ms - ORDER_SLACK_MS)
			break;
		if (key && at_ms >= since_ms)
			each(arg, key, (uint64_t)sqlite3_column_int64(stmt, 0));
	}
	sqlite3_reset(stmt);
}
