/* The queries that look at every row, in transactions short enough not to keep
 * the write-ahead log from starting anew. */
#include "store/sqlite.h"

/* Links, kinds and states together: a few hundred at most. */
static struct store_count *find_count(struct store_query *query,
				      const struct store_count *part)
{
	for (uint32_t i = 0; i < query->count_count; i++) {
		struct store_count *count = &query->counts[i];

		if (count->link == part->link && count->kind == part->kind &&
		    count->state == part->state)
			return count;
	}
	return NULL;
}

static void add_count(struct store_query *query, const struct store_count *part)
{
	struct store_count *count = find_count(query, part);
	uint32_t n = query->count_count;

	if (count) {
		count->count += part->count;
		if (part->oldest_ms < count->oldest_ms)
			count->oldest_ms = part->oldest_ms;
		return;
	}
	if (!(n & (n - 1))) {
		struct store_count *more = IWF_ARENA_ARRAY(query->arena,
				struct store_count, n ? 2 * (size_t)n : 1);

		if (n)
			memcpy(more, query->counts, n * sizeof(*more));
		query->counts = more;
	}
	query->counts[n] = *part;
	query->count_count++;
}

static enum iwf_err count_chunk(struct sqlite_conn *conn,
				struct store_query *query, sqlite3_stmt *stmt,
				uint64_t after, uint64_t end)
{
	bool has_row;
	enum iwf_err err;

	bind_id(stmt, 1, after);
	bind_id(stmt, 2, end);
	while (!(err = sqlite_next(conn, stmt, &has_row)) && has_row)
		add_count(query, &(struct store_count){
			.link = (uint32_t)sqlite3_column_int64(stmt, 0),
			.kind = (enum iwf_kind)sqlite3_column_int(stmt, 1),
			.state = (enum store_state)sqlite3_column_int(stmt, 2),
			.count = (uint64_t)sqlite3_column_int64(stmt, 3),
			.oldest_ms = sqlite3_column_int64(stmt, 4),
		});
	return err;
}

enum iwf_err sqlite_ask_counts(struct sqlite_conn *conn,
			       struct store_query *query)
{
	uint64_t after = 0, end = 0;
	enum iwf_err err = sqlite_chunk_end(conn, after, &end);

	while (!err && end) {
		err = count_chunk(conn, query,
				  sqlite_stmt(conn, SQL_Q_COUNTS), after, end);
		after = end;
		if (!err)
			err = sqlite_chunk_end(conn, after, &end);
	}
	return err;
}

static enum iwf_err count_open(struct sqlite_conn *conn,
			       struct store_query *query,
			       enum store_state state)
{
	uint64_t after = 0, end = 0;
	enum iwf_err err = sqlite_open_chunk_end(conn, state, after, &end);

	while (!err && end) {
		sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_Q_OPEN_COUNTS);

		sqlite3_bind_int(stmt, 3, (int)state);
		err = count_chunk(conn, query, stmt, after, end);
		after = end;
		if (!err)
			err = sqlite_open_chunk_end(conn, state, after, &end);
	}
	return err;
}

/* What changes its state meanwhile may be counted twice or not at all. */
enum iwf_err sqlite_ask_open(struct sqlite_conn *conn,
			     struct store_query *query)
{
	enum iwf_err err = IWF_OK;

	for (unsigned i = STORE_QUEUED; !err && i <= STORE_SENT; i++)
		err = count_open(conn, query, (enum store_state)i);
	return err;
}

/* The next slice that either the ledger or a delivery knows. */
static enum iwf_err next_slice(struct sqlite_conn *conn, int64_t after,
			       int64_t *slice, bool *is_there)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_LEDGER_NEXT);
	bool has_row;
	enum iwf_err err;

	sqlite3_bind_int64(stmt, 1, after);
	bind_id(stmt, 2, (uint64_t)(after + 1) << SLICE_BITS);
	err = sqlite_next(conn, stmt, &has_row);
	*is_there = has_row && sqlite3_column_type(stmt, 0) != SQLITE_NULL;
	*slice = has_row ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_reset(stmt);
	return err;
}

static enum iwf_err read_entry(struct sqlite_conn *conn, int64_t slice,
			       struct store_ledger *entry)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_LEDGER_SLICE);
	bool has_row;
	enum iwf_err err;

	sqlite3_bind_int64(stmt, 1, slice);
	err = sqlite_next(conn, stmt, &has_row);
	if (!has_row)
		return err;
	entry->taken = (uint64_t)sqlite3_column_int64(stmt, 0);
	entry->purged = (uint64_t)sqlite3_column_int64(stmt, 1);
	sqlite3_reset(stmt);
	return IWF_OK;
}

static enum iwf_err count_entry(struct sqlite_conn *conn, int64_t slice,
				struct store_ledger *entry)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_LEDGER_COUNT);
	uint64_t first = (uint64_t)slice << SLICE_BITS;
	bool has_row;
	enum iwf_err err;

	bind_id(stmt, 1, first);
	bind_id(stmt, 2, first + (UINT64_C(1) << SLICE_BITS) - 1);
	err = sqlite_next(conn, stmt, &has_row);
	if (has_row)
		entry->counted = (uint64_t)sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return err;
}

static void add_entry(struct store_ledger *sum, int64_t slice,
		      const struct store_ledger *entry)
{
	int64_t imbalance = (int64_t)(entry->taken - entry->purged -
				      entry->counted);

	sum->taken += entry->taken;
	sum->purged += entry->purged;
	sum->counted += entry->counted;
	/* a loss here and a surplus there are two faults, not none */
	sum->imbalance += imbalance < 0 ? -imbalance : imbalance;
	if (imbalance && !sum->bad_slice)
		sum->bad_slice = slice > 0 ? (uint64_t)slice << SLICE_BITS : 1;
}

/* The ledger's row and the recount agree within one transaction. */
static enum iwf_err audit_slice(struct sqlite_conn *conn, int64_t slice,
				struct store_ledger *sum)
{
	struct store_ledger entry = { 0 };
	enum iwf_err err = sqlite_run(conn, sqlite_stmt(conn, SQL_READ));

	if (!err)
		err = read_entry(conn, slice, &entry);
	if (!err && slice >= 0)
		err = count_entry(conn, slice, &entry);
	if (!sqlite3_get_autocommit(conn->db))
		sqlite_run(conn, sqlite_stmt(conn, SQL_ROLLBACK));
	if (!err)
		add_entry(sum, slice, &entry);
	return err;
}

enum iwf_err sqlite_ask_ledger(struct sqlite_conn *conn,
			       struct store_query *query)
{
	int64_t slice = SLICE_CLOSED;
	bool is_there = true;
	enum iwf_err err = IWF_OK;

	while (!err && is_there) {
		err = audit_slice(conn, slice, &query->ledger);
		if (!err)
			err = next_slice(conn, slice, &slice, &is_there);
	}
	return err;
}
