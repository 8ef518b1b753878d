/* The database's tables, and the steps from older ones. */
#include "store/sqlite.h"

#include <stdio.h>

/* Integer keys in order of time wherever possible. `remote` and `seen` are
 * hashes by nature; `delivery` remembers what is bound to it, so that neither
 * needs an index. Columns that are 0 or NULL cost one byte. */
static const char version_1[] =
"CREATE TABLE message ("
" id INTEGER PRIMARY KEY, transport INTEGER, record BLOB);"
"CREATE TABLE delivery ("
" id INTEGER PRIMARY KEY, message INTEGER, kind INTEGER, state INTEGER,"
" link INTEGER, origin INTEGER, lane INTEGER, attempts INTEGER,"
" resends INTEGER, parts INTEGER, coding INTEGER, sent BLOB, good BLOB,"
" accepted_at INTEGER, due_at INTEGER, expires_at INTEGER,"
" attempt_at INTEGER, sent_at INTEGER, done_at INTEGER, told_at INTEGER,"
" code INTEGER, remote TEXT, text TEXT, bound BLOB,"
" about INTEGER);"
/* what waits, and what is not at its end */
"CREATE INDEX due ON delivery(link, due_at, id) WHERE state = 1;"
"CREATE INDEX open ON delivery(state, id) WHERE state < 8;"
/* what may expire before it is sent, or unanswered */
"CREATE INDEX expiry ON delivery(expires_at) WHERE state IN (1, 3);"
/* only REPORTs; only messages for several recipients */
"CREATE INDEX about ON delivery(about) WHERE about <> 0;"
"CREATE INDEX shared ON delivery(message) WHERE message <> 0;"
"CREATE TABLE remote (key INTEGER, delivery INTEGER, part INTEGER,"
" PRIMARY KEY(key, delivery, part)) WITHOUT ROWID;"
"CREATE TABLE seen (generation INTEGER, key INTEGER, delivery INTEGER,"
" PRIMARY KEY(generation, key)) WITHOUT ROWID;"
"CREATE TABLE waiting ("
" id INTEGER PRIMARY KEY, at INTEGER, keys BLOB, record BLOB);"
"CREATE TABLE waiting_key (key INTEGER, waiting INTEGER,"
" PRIMARY KEY(key, waiting)) WITHOUT ROWID;"
"CREATE TABLE part (set_key INTEGER, part INTEGER, parts INTEGER,"
" link INTEGER, at INTEGER, record BLOB,"
" PRIMARY KEY(set_key, part)) WITHOUT ROWID;"
"CREATE TABLE joined (set_key INTEGER PRIMARY KEY, at INTEGER);"
"CREATE INDEX joined_at ON joined(at);"
"CREATE TABLE thread (key INTEGER PRIMARY KEY, at INTEGER, value BLOB);"
/* link 0: the numbers of the links' names */
"CREATE TABLE value (link INTEGER, key TEXT, value BLOB,"
" PRIMARY KEY(link, key)) WITHOUT ROWID;"
/* slice = id >> 36; -1 sums up those that are purged to the last row */
"CREATE TABLE ledger (slice INTEGER PRIMARY KEY, taken INTEGER NOT NULL,"
" purged INTEGER NOT NULL, last_id INTEGER NOT NULL);"
"CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
"INSERT INTO meta VALUES ('schema', 1), ('probe', 0),"
" ('key', randomblob(16));";

/* Threads by time first: what is old lies together and is found at once. What
 * was kept is taken over. */
static const char version_2[] =
"ALTER TABLE thread RENAME TO thread_1;"
"CREATE TABLE thread (generation INTEGER, key INTEGER, at INTEGER,"
" value BLOB, PRIMARY KEY(generation, key)) WITHOUT ROWID;"
"INSERT INTO thread SELECT at>>27, key, at, value FROM thread_1;"
"DROP TABLE thread_1;"
"UPDATE meta SET value=2 WHERE name='schema';";

/* Messages with a part of their record in a file of the spool. */
static const char version_3[] =
"CREATE TABLE spool (message INTEGER PRIMARY KEY, at INTEGER, len INTEGER,"
" sum INTEGER);"
"UPDATE meta SET value=3 WHERE name='schema';";

const struct sqlite_step sqlite_steps[] = {
	{ version_1 }, { version_2 }, { version_3 },
};

static enum iwf_err pragma_get(struct sqlite_conn *conn, const char *sql,
			       int *value)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(conn->db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	*value = rc == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : 0;
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? IWF_OK : sqlite_fate(conn, rc);
}

static enum iwf_err take_step(struct sqlite_conn *conn, const char *sql,
			      int version)
{
	char stamp[96];
	enum iwf_err err = sqlite_exec(conn, "BEGIN IMMEDIATE");

	snprintf(stamp, sizeof(stamp),
		 "PRAGMA application_id=%d; PRAGMA user_version=%d",
		 SQLITE_APPLICATION_ID, version);
	if (!err)
		err = sqlite_exec(conn, sql);
	if (!err)
		err = sqlite_exec(conn, stamp);
	if (!err)
		err = sqlite_exec(conn, "COMMIT");
	if (err && !sqlite3_get_autocommit(conn->db))
		sqlite_exec(conn, "ROLLBACK");
	return err;
}

static enum iwf_err why_database(struct sqlite_conn *conn, enum iwf_err err,
				 struct iwf_why *why)
{
	return iwf_why_set(why, err, 0, "the database: %s",
			   sqlite3_errmsg(conn->db));
}

enum iwf_err sqlite_migrate(struct sqlite_conn *conn,
			    const struct sqlite_step *steps, int version,
			    struct iwf_why *why)
{
	int found = 0, application = 0;
	enum iwf_err err = pragma_get(conn, "PRAGMA user_version", &found);

	if (!err)
		err = pragma_get(conn, "PRAGMA application_id", &application);
	if (err)
		return why_database(conn, err, why);
	if (application && application != SQLITE_APPLICATION_ID)
		return iwf_why_set(why, IWF_E_CORRUPT, 0,
				   "the file belongs to another program");
	if (found > version)
		return iwf_why_set(why, IWF_E_VERSION, 0,
			"the store was written by a newer version of this "
			"program (schema %d, this one knows %d): install that "
			"version or use an empty folder", found, version);
	for (; !err && found < version; found++)
		err = take_step(conn, steps[found].sql, found + 1);
	return err ? why_database(conn, err, why) : IWF_OK;
}
