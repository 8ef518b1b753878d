/* The rows of what lies in the spool: what a record is made whole with, what may
 * be removed. */
#include "store/sqlite.h"

#include <stdio.h>
#include <stdlib.h>

enum iwf_err sqlite_spool_add(struct sqlite_conn *conn, uint64_t id,
			      const struct spool_part *part)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_SPOOL_ADD);

	bind_id(stmt, 1, id);
	bind_id(stmt, 2, part->at);
	bind_id(stmt, 3, part->len);
	bind_id(stmt, 4, part->sum);
	return sqlite_run(conn, stmt);
}

enum iwf_err sqlite_find_record(struct sqlite_conn *conn, uint64_t id,
				struct iwf_arena *arena,
				struct spool_record *record)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_MESSAGE_FIND);
	bool has_row;
	enum iwf_err err;

	*record = (struct spool_record){ .rest = IWF_STR_NONE };
	bind_id(stmt, 1, id);
	err = sqlite_next(conn, stmt, &has_row);
	if (!has_row)
		return err;
	record->rest = column_bytes(stmt, 0, arena);
	record->part = (struct spool_part){
		.at = (uint32_t)sqlite3_column_int64(stmt, 1),
		.len = (uint32_t)sqlite3_column_int64(stmt, 2),
		.sum = (uint64_t)sqlite3_column_int64(stmt, 3),
	};
	sqlite3_reset(stmt);
	return IWF_OK;
}

/* --- reading --- */

static enum iwf_err is_there(struct sqlite_conn *conn, uint64_t id, bool *is)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, SQL_SPOOL_FIND);
	enum iwf_err err;

	bind_id(stmt, 1, id);
	err = sqlite_next(conn, stmt, is);
	sqlite3_reset(stmt);
	return err;
}

/* Several queries come by one before it has come to its end. */
static bool was_told(struct sqlite_conn *conn, uint64_t id)
{
	for (unsigned i = 0; i < SQLITE_LOST_MAX; i++)
		if (conn->lost[i] == id)
			return true;
	conn->lost[conn->lost_count++ % SQLITE_LOST_MAX] = id;
	return false;
}

static enum iwf_err tell_lost(struct sqlite_engine *eng,
			      struct sqlite_conn *conn, uint64_t id,
			      const char *why)
{
	bool is;
	enum iwf_err err = is_there(conn, id, &is);

	/* Purged since the row was read: nothing is lost. */
	if (err || !is || was_told(conn, id))
		return err;
	store_count(eng->base, STORE_M_SPOOL_LOST, 1);
	iwf_log_error(eng->base->log, "body-lost",
		      "msg=%016llx file=\"spool/%016llx %s\"",
		      (unsigned long long)id, (unsigned long long)id, why);
	return IWF_OK;
}

static enum iwf_err complete(struct sqlite_engine *eng,
			     struct sqlite_conn *conn,
			     struct store_query *query,
			     struct store_found *found)
{
	const struct spool_record record = { found->record, found->part };
	uint64_t id = found->row.message_id;
	const char *why;
	enum iwf_err err;

	if (!record.part.len)
		return IWF_OK;
	err = spool_read(&eng->base->spooler->spool, id, &record, query->arena,
			 &found->record, &why);
	if (err != IWF_E_CORRUPT)
		return err;
	found->record = record.rest;
	found->row.body_err = IWF_E_CORRUPT;
	return tell_lost(eng, conn, id, why);
}

enum iwf_err sqlite_complete(struct sqlite_engine *eng,
			     struct sqlite_conn *conn,
			     struct store_query *query)
{
	enum iwf_err err = IWF_OK;

	for (uint32_t i = 0; !err && i < query->found_count; i++)
		err = complete(eng, conn, query, &query->found[i]);
	return err;
}

/* --- removing --- */

static void note_gone(struct sqlite_engine *eng, uint64_t id)
{
	if (eng->gone_count == eng->gone_cap) {
		eng->gone_cap = eng->gone_cap ? 2 * eng->gone_cap : 64;
		eng->gone = realloc(eng->gone,
				    eng->gone_cap * sizeof(*eng->gone));
		IWF_BUG_ON(!eng->gone);
	}
	eng->gone[eng->gone_count++] = id;
}

enum iwf_err sqlite_spool_purge(struct sqlite_engine *eng, uint64_t first,
				uint64_t last)
{
	sqlite3_stmt *stmt = sqlite_stmt(&eng->write, SQL_SPOOL_PURGE);
	bool has_row;
	enum iwf_err err;

	bind_id(stmt, 1, first);
	bind_id(stmt, 2, last);
	while (!(err = sqlite_next(&eng->write, stmt, &has_row)) && has_row)
		note_gone(eng, (uint64_t)sqlite3_column_int64(stmt, 0));
	return err;
}

static enum iwf_err is_wanted(void *arg, uint64_t id, bool *is)
{
	struct sqlite_engine *eng = arg;

	return is_there(&eng->write, id, is);
}

enum iwf_err sqlite_spool_open(struct sqlite_engine *eng, struct iwf_why *why)
{
	struct spool *spool = &eng->base->spooler->spool;
	unsigned removed = 0;
	char path[1300];
	enum iwf_err err;

	snprintf(path, sizeof(path), "%s/spool", eng->base->conf.path.ptr);
	err = spool_open(spool, path, eng->key);
	if (!err)
		err = spool_clean(spool, is_wanted, eng, &removed);
	if (err)
		return iwf_why_set(why, err, 0, "cannot use the folder %s",
				   path);
	if (removed)
		iwf_log_info(eng->base->log, "spool-cleaned",
			     "files=%u reason=\"no row names them\"", removed);
	return IWF_OK;
}
