/* The embedded database behind the store (SQLite, write-ahead log, a sync per
 * commit): opening, batches, closing. */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BUSY_MS 1000
#define AUDIT_CACHE_LEN (512u << 10)
#define CONNS 4

static enum iwf_err why_system(struct iwf_why *why, const char *what,
			       const char *path)
{
	return iwf_why_set(why, IWF_E_IO, 0, "cannot %s %s: %s", what, path,
			   strerror(errno));
}

/* What is synced inside of a folder is lost with a name that was not. */
static bool sync_above(const char *path)
{
	char above[1200];
	const char *slash = strrchr(path, '/');
	int len = slash && slash > path ? (int)(slash - path) : 1;
	int fd;
	bool is_synced;

	snprintf(above, sizeof(above), "%.*s", len, slash ? path : ".");
	fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	is_synced = fsync(fd) == 0;
	close(fd);
	return is_synced;
}

static enum iwf_err make_folder(const char *path, struct iwf_why *why)
{
	char part[1200];
	size_t len = strlen(path);

	if (!len || len >= sizeof(part))
		return iwf_why_set(why, IWF_E_LIMIT, 0, "no or long path");
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i])
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0750) == 0 ? !sync_above(part) :
					     errno != EEXIST)
			return why_system(why, "make the folder", part);
	}
	return IWF_OK;
}

static enum iwf_err lock_folder(struct sqlite_engine *eng, const char *folder,
				struct iwf_why *why)
{
	char path[1300];

	snprintf(path, sizeof(path), "%s/lock", folder);
	eng->lock_fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (eng->lock_fd < 0)
		return why_system(why, "open", path);
	if (flock(eng->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return IWF_OK;
	if (errno != EWOULDBLOCK)
		return why_system(why, "lock", path);
	return iwf_why_set(why, IWF_E_STATE, 0,
			   "another process uses the store in %s", folder);
}

static enum iwf_err why_database(const struct sqlite_conn *conn,
				 enum iwf_err err, struct iwf_why *why)
{
	return iwf_why_set(why, err, 0, "the database: %s",
			   sqlite3_errmsg(conn->db));
}

static enum iwf_err open_conn(struct sqlite_engine *eng,
			      struct sqlite_conn *conn, struct iwf_why *why)
{
	char path[1300];
	int rc;

	snprintf(path, sizeof(path), "%s/store.db", eng->base->conf.path.ptr);
	conn->log = eng->base->log;
	conn->why = conn == &eng->write ? eng->base->why : NULL;
	rc = sqlite3_open_v2(path, &conn->db, SQLITE_OPEN_READWRITE |
			     SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (!conn->db)
		return iwf_why_set(why, IWF_E_IO, 0, "no memory");
	sqlite3_extended_result_codes(conn->db, 1);
	if (rc != SQLITE_OK)
		return why_database(conn, sqlite_fate(conn, rc), why);
	return IWF_OK;
}

/* Who passes over all rows once has no use for much of a cache. */
static uint64_t cache_of(const struct sqlite_engine *eng,
			 const struct sqlite_conn *conn)
{
	uint64_t len = eng->base->conf.cache_len;

	return conn == &eng->audit && len > AUDIT_CACHE_LEN ?
		AUDIT_CACHE_LEN : len;
}

static enum iwf_err set_pragmas(struct sqlite_engine *eng,
				struct sqlite_conn *conn, struct iwf_why *why)
{
	char sql[400];
	enum iwf_err err;

	snprintf(sql, sizeof(sql),
		 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		 "PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0;"
		 "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-%lld;"
		 "PRAGMA journal_size_limit=%d",
		 (long long)(cache_of(eng, conn) / 1024), 64 << 20);
	err = sqlite_exec(conn, sql);
	/* A checkpoint of a connection that has read nothing does nothing. */
	if (!err)
		err = sqlite_exec(conn, "SELECT count(*) FROM meta");
	return err ? why_database(conn, err, why) : IWF_OK;
}

static enum iwf_err open_all(struct sqlite_engine *eng, struct iwf_why *why)
{
	struct sqlite_conn *const conns[CONNS] = {
		&eng->write, &eng->read, &eng->audit, &eng->check,
	};
	enum iwf_err err = open_conn(eng, &eng->write, why);

	if (!err)
		err = sqlite_migrate(&eng->write, sqlite_steps,
				     SQLITE_SCHEMA_VERSION, why);
	for (unsigned i = 0; !err && i < CONNS; i++) {
		if (i)
			err = open_conn(eng, conns[i], why);
		if (!err)
			err = set_pragmas(eng, conns[i], why);
	}
	if (!err)
		sqlite3_busy_timeout(eng->read.db, READ_BUSY_MS);
	if (!err)
		sqlite3_busy_timeout(eng->audit.db, READ_BUSY_MS);
	return err;
}

static enum iwf_err read_number(struct sqlite_conn *conn, enum sqlite_sql sql,
				uint64_t *number)
{
	sqlite3_stmt *stmt = sqlite_stmt(conn, sql);
	bool has_row;
	enum iwf_err err = sqlite_next(conn, stmt, &has_row);

	if (has_row)
		*number = (uint64_t)sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return err;
}

static enum iwf_err read_key(struct sqlite_engine *eng)
{
	sqlite3_stmt *stmt = NULL;
	enum iwf_err err = IWF_E_CORRUPT;

	if (sqlite3_prepare_v2(eng->write.db, "SELECT value FROM meta "
			       "WHERE name='key'", -1, &stmt, NULL) ==
	    SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW &&
	    sqlite3_column_bytes(stmt, 0) == (int)sizeof(eng->key)) {
		memcpy(eng->key, sqlite3_column_blob(stmt, 0),
		       sizeof(eng->key));
		err = IWF_OK;
	}
	sqlite3_finalize(stmt);
	return err;
}

static enum iwf_err recover(struct sqlite_engine *eng,
			    struct store_recovery *recovery,
			    struct iwf_why *why)
{
	enum iwf_err err = read_key(eng);

	if (err)
		return iwf_why_set(why, err, 0, "the store's key is missing");
	err = read_number(&eng->write, SQL_LAST_ID, &eng->last_id);
	if (!err)
		err = read_number(&eng->write, SQL_ATTEMPTS,
				  &recovery->attempts);
	if (err)
		return why_database(&eng->write, err, why);
	recovery->last_id = eng->last_id;
	memcpy(recovery->key, eng->key, sizeof(eng->key));
	return IWF_OK;
}

static void close_conn(struct sqlite_conn *conn)
{
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(conn->stmts[i]);
	sqlite3_close(conn->db);
}

static void close_engine(struct store_engine **engine)
{
	struct sqlite_engine *eng = (struct sqlite_engine *)*engine;

	close_conn(&eng->check);
	close_conn(&eng->audit);
	close_conn(&eng->read);
	/* the last one checkpoints and removes the log */
	close_conn(&eng->write);
	if (eng->lock_fd >= 0)
		close(eng->lock_fd);
	iwf_arena_destroy(&eng->tables.scratch);
	free(eng->gone);
	free(eng);
	*engine = NULL;
}

static enum iwf_err open_engine(struct store_engine **engine,
				struct store_base *base,
				struct store_recovery *recovery,
				struct iwf_why *why)
{
	struct sqlite_engine *eng = IWF_NEW(struct sqlite_engine);
	const char *folder = base->conf.path.ptr;
	enum iwf_err err;

	eng->engine.ops = &sqlite_engine_ops;
	eng->base = base;
	eng->lock_fd = -1;
	eng->tables = (struct tables){
		.ops = &sqlite_table_ops, .conf = &base->conf,
		.key = eng->key, .scratch = iwf_arena_create(16 << 10),
	};
	*engine = &eng->engine;
	err = make_folder(folder, why);
	if (!err)
		err = lock_folder(eng, folder, why);
	sqlite_writeback_install();
	if (!err)
		err = open_all(eng, why);
	if (!err)
		err = recover(eng, recovery, why);
	if (!err)
		err = sqlite_spool_open(eng, why);
	if (err)
		close_engine(engine);
	else
		sqlite_watch_wal(eng);
	return err;
}

static enum iwf_err run_plain(struct sqlite_engine *eng, enum sqlite_sql sql)
{
	return sqlite_run(&eng->write, sqlite_stmt(&eng->write, sql));
}

static void forget_batch(struct sqlite_engine *eng)
{
	eng->slice_count = 0;
	eng->seen_count = 0;
	eng->gone_count = 0;
}

static enum iwf_err begin(struct store_engine *engine)
{
	struct sqlite_engine *eng = (struct sqlite_engine *)engine;

	forget_batch(eng);
	eng->changes_before = sqlite3_total_changes(eng->write.db);
	return run_plain(eng, SQL_BEGIN);
}

static enum iwf_err apply(struct store_engine *engine,
			  struct store_change *change)
{
	return verbs_apply(&((struct sqlite_engine *)engine)->tables, change);
}

/* Twice as many old message keys go as new ones came, so that they never pile
 * up and no batch pays for a whole generation. */
static enum iwf_err drop_seen(struct sqlite_engine *eng)
{
	sqlite3_stmt *stmt = sqlite_stmt(&eng->write, SQL_SEEN_OLD);

	sqlite3_bind_int64(stmt, 1, eng->seen_generation - 1);
	bind_id(stmt, 2, 2 * eng->seen_count);
	return sqlite_run(&eng->write, stmt);
}

static enum iwf_err commit(struct store_engine *engine)
{
	struct sqlite_engine *eng = (struct sqlite_engine *)engine;
	enum iwf_err err = IWF_OK;

	if (eng->seen_count)
		err = drop_seen(eng);
	if (!err)
		err = sqlite_flush_slices(eng);
	if (!err)
		err = run_plain(eng, SQL_COMMIT);
	if (!err && sqlite3_total_changes(eng->write.db) != eng->changes_before)
		eng->write.told = 0;
	if (!err)
		spooler_drop(eng->base->spooler, eng->gone, eng->gone_count);
	return err;
}

static void rollback(struct store_engine *engine)
{
	struct sqlite_engine *eng = (struct sqlite_engine *)engine;

	forget_batch(eng);
	/* some failures have rolled back by themselves */
	if (!sqlite3_get_autocommit(eng->write.db))
		run_plain(eng, SQL_ROLLBACK);
}

static enum iwf_err probe(struct store_engine *engine)
{
	struct sqlite_engine *eng = (struct sqlite_engine *)engine;
	enum iwf_err err = begin(engine);

	if (!err)
		err = run_plain(eng, SQL_PROBE);
	if (!err)
		err = commit(engine);
	if (err)
		rollback(engine);
	return err;
}

const struct store_engine_ops sqlite_engine_ops = {
	.open = open_engine, .close = close_engine,
	.begin = begin, .apply = apply, .commit = commit,
	.rollback = rollback, .rest = sqlite_rest, .probe = probe,
	.checkpoint = sqlite_checkpoint, .ask = sqlite_ask,
	.recall = sqlite_recall, .transports = sqlite_transports,
};
