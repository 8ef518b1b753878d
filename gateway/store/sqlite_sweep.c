/* The ledger's rows, and housekeeping in small slices. */
#include "store/sqlite.h"

/* Rows looked at for each that may be purged: the oldest may be waiting. */
#define LOOK_FACTOR 8

enum iwf_err sqlite_count_slice(struct sqlite_engine *eng, uint64_t id,
				int64_t taken, int64_t purged)
{
	struct sqlite_slice *slice = eng->slices;
	enum iwf_err err = IWF_OK;
	unsigned i = 0;

	while (i < eng->slice_count && eng->slices[i].slice != slice_of(id))
		i++;
	if (i == SQLITE_SLICES_MAX) {
		err = sqlite_flush_slices(eng);
		i = 0;
	}
	slice += i;
	if (i == eng->slice_count) {
		*slice = (struct sqlite_slice){ .slice = slice_of(id) };
		eng->slice_count++;
	}
	slice->taken += taken;
	slice->purged += purged;
	if (taken && id > slice->last_id)
		slice->last_id = id;
	return err;
}

static enum iwf_err add_slice(struct sqlite_engine *eng,
			      const struct sqlite_slice *slice)
{
	sqlite3_stmt *stmt = sqlite_stmt(&eng->write, SQL_LEDGER_ADD);

	sqlite3_bind_int64(stmt, 1, slice->slice);
	sqlite3_bind_int64(stmt, 2, slice->taken);
	sqlite3_bind_int64(stmt, 3, slice->purged);
	bind_id(stmt, 4, slice->last_id);
	return sqlite_run(&eng->write, stmt);
}

enum iwf_err sqlite_flush_slices(struct sqlite_engine *eng)
{
	enum iwf_err err = IWF_OK;

	for (unsigned i = 0; !err && i < eng->slice_count; i++)
		err = add_slice(eng, &eng->slices[i]);
	eng->slice_count = 0;
	return err;
}

/* A day has 5,400 slices; those with nothing left become one row. One that
 * lost a row behind the ledger's back never is, and keeps showing. */
static enum iwf_err close_slices(struct sqlite_engine *eng)
{
	struct sqlite_conn *conn = &eng->write;
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_LEDGER_CLOSED);
	struct sqlite_slice found[32];
	unsigned count = 0;
	bool has_row;
	enum iwf_err err;

	while (!(err = sqlite_next(conn, stmt, &has_row)) && has_row)
		found[count++] = (struct sqlite_slice){
			.slice = sqlite3_column_int64(stmt, 0),
			.taken = sqlite3_column_int64(stmt, 1),
			.purged = sqlite3_column_int64(stmt, 2),
			.last_id = (uint64_t)sqlite3_column_int64(stmt, 3),
		};
	for (unsigned i = 0; !err && i < count; i++) {
		stmt = sqlite_stmt(conn, SQL_LEDGER_DROP);
		sqlite3_bind_int64(stmt, 1, found[i].slice);
		err = sqlite_run(conn, stmt);
		found[i].slice = SLICE_CLOSED;
		if (!err)
			err = add_slice(eng, &found[i]);
	}
	return err;
}

/* One row that may go, and, when it has neighbours, all of them at once. */
struct run {
	uint64_t first, last;
};

static enum iwf_err purge_range(struct sqlite_conn *conn, enum sqlite_sql sql,
				struct run run)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, sql);

	bind_id(stmt, 1, run.first);
	bind_id(stmt, 2, run.last);
	return sqlite_run(conn, stmt);
}

static enum iwf_err purge_messages(struct sqlite_engine *eng, struct run run)
{
	enum iwf_err err = purge_range(&eng->write, SQL_PURGE_MESSAGES, run);

	return err ? err : sqlite_spool_purge(eng, run.first, run.last);
}

struct old_row {
	uint64_t id, message;
	struct iwf_str bound;
	bool is_purged;
};

static enum iwf_err find_old(struct tables *t, const struct store_sweep *sweep,
			     struct old_row *rows, uint32_t *count)
{
	struct sqlite_engine *eng = IWF_CONTAINER(t, struct sqlite_engine,
						  tables);
	sqlite3_stmt *stmt = sqlite_stmt(&eng->write, SQL_OLDEST);
	uint32_t purged = 0;
	bool has_row;
	enum iwf_err err;

	*count = 0;
	bind_id(stmt, 1, eng->sweep_after);
	bind_id(stmt, 2, sweep->max_rows * LOOK_FACTOR);
	eng->sweep_after = 0;
	while (!(err = sqlite_next(&eng->write, stmt, &has_row)) && has_row) {
		struct old_row *row = &rows[(*count)++];
		int state = sqlite3_column_int(stmt, 2);

		row->id = (uint64_t)sqlite3_column_int64(stmt, 0);
		row->message = (uint64_t)sqlite3_column_int64(stmt, 1);
		row->bound = column_bytes(stmt, 4, t->scratch);
		if (sqlite3_column_int64(stmt, 3) >= sweep->keep_before_ms) {
			--*count;
			sqlite3_reset(stmt);
			return IWF_OK;
		}
		row->is_purged = state >= STORE_FINISHED &&
			sqlite3_column_int64(stmt, 5) < sweep->keep_before_ms;
		purged += row->is_purged;
		if (purged == sweep->max_rows) {
			sqlite3_reset(stmt);
			break;
		}
	}
	if (*count && (purged == sweep->max_rows ||
		       *count == sweep->max_rows * LOOK_FACTOR))
		eng->sweep_after = rows[*count - 1].id;
	return err;
}

/* What hangs on one purged row beside its own message. */
static enum iwf_err purge_belongings(struct tables *t,
				     const struct old_row *row)
{
	struct sqlite_engine *eng = IWF_CONTAINER(t, struct sqlite_engine,
						  tables);
	enum iwf_err err = sqlite_count_slice(eng, row->id, 0, 1);

	for (uint32_t i = 0; !err && i < keys_count(row->bound); i++)
		err = t->ops->bind_drop(t, keys_get(row->bound, i), row->id);
	if (!err && row->message)
		err = purge_messages(eng, (struct run){ row->message,
							row->message });
	return err;
}

static enum iwf_err purge_run(struct tables *t, const struct old_row *rows,
			      uint32_t count)
{
	struct sqlite_engine *eng = IWF_CONTAINER(t, struct sqlite_engine,
						  tables);
	struct run run = { rows[0].id, rows[count - 1].id };
	enum iwf_err err = purge_range(&eng->write, SQL_PURGE_ROWS, run);

	if (!err)
		err = purge_messages(eng, run);
	for (uint32_t i = 0; !err && i < count; i++)
		err = purge_belongings(t, &rows[i]);
	return err;
}

static enum iwf_err purge(struct tables *t, struct store_sweep *sweep)
{
	struct old_row *rows = IWF_ARENA_ARRAY(t->scratch, struct old_row,
				(size_t)sweep->max_rows * LOOK_FACTOR);
	uint32_t count, first = 0;
	enum iwf_err err = find_old(t, sweep, rows, &count);

	while (!err && first < count) {
		uint32_t end = first;

		while (end < count && rows[end].is_purged)
			end++;
		if (end > first)
			err = purge_run(t, &rows[first], end - first);
		sweep->purged += end - first;
		first = end + 1;
	}
	return err;
}

static enum iwf_err drop_waiting(struct tables *t, struct store_sweep *sweep)
{
	struct sqlite_engine *eng = IWF_CONTAINER(t, struct sqlite_engine,
						  tables);
	sqlite3_stmt *stmt = sqlite_stmt(&eng->write, SQL_WAITING_OLD);
	uint64_t *ids = IWF_ARENA_ARRAY(t->scratch, uint64_t, sweep->max_rows);
	uint32_t count = 0;
	bool has_row;
	enum iwf_err err;

	bind_id(stmt, 1, sweep->max_rows);
	while (!(err = sqlite_next(&eng->write, stmt, &has_row)) && has_row)
		if (sqlite3_column_int64(stmt, 1) < sweep->unmatched_before_ms)
			ids[count++] = (uint64_t)sqlite3_column_int64(stmt, 0);
	for (uint32_t i = 0; !err && i < count; i++)
		err = t->ops->waiting_drop(t, ids[i]);
	sweep->unmatched = count;
	return err;
}

/* Looks at every part that waits: once a minute is enough. */
static enum iwf_err drop_echoes(struct sqlite_engine *eng, int64_t before_ms)
{
	sqlite3_stmt *stmt;

	if (before_ms < eng->echoes_at_ms)
		return IWF_OK;
	eng->echoes_at_ms = before_ms + 60000;
	stmt = sqlite_stmt(&eng->write, SQL_ECHO_OLD);
	sqlite3_bind_int64(stmt, 1, before_ms);
	return sqlite_run(&eng->write, stmt);
}

enum iwf_err sqlite_sweep(struct tables *t, struct store_sweep *sweep)
{
	struct sqlite_engine *eng = IWF_CONTAINER(t, struct sqlite_engine,
						  tables);
	sqlite3_stmt *stmt;
	enum iwf_err err = purge(t, sweep);

	if (!err)
		err = sqlite_flush_slices(eng);
	if (!err && sweep->purged)
		err = close_slices(eng);
	if (!err)
		err = drop_waiting(t, sweep);
	if (!err)
		err = drop_echoes(eng, sweep->set_before_ms);
	if (err)
		return err;
	stmt = sqlite_stmt(&eng->write, SQL_PART_FORGET);
	sqlite3_bind_int64(stmt, 1, sweep->set_before_ms);
	bind_id(stmt, 2, sweep->max_rows);
	err = sqlite_run(&eng->write, stmt);
	if (err)
		return err;
	stmt = sqlite_stmt(&eng->write, SQL_THREAD_OLD);
	sqlite3_bind_int64(stmt, 1, sweep->thread_before_ms >>
				    THREAD_GENERATION_BITS);
	/* Each put may leave one, and sweeps come once a second. */
	bind_id(stmt, 2, sweep->max_rows * LOOK_FACTOR);
	return sqlite_run(&eng->write, stmt);
}
