/* One connection to the database: its statements, its errors. */
#include "store/sqlite.h"

#include <stdio.h>
#include <stdlib.h>

/* Numbers that the schema's indexes and the statements here spell out. */
_Static_assert(STORE_QUEUED == 1 && STORE_ATTEMPT == 2 && STORE_UNSURE == 3 &&
	       STORE_SENT == 4 && STORE_FINISHED == 8 && STORE_FAILED == 11,
	       "as in the schema");

/* What of a row changes, as bind_row binds it. */
#define ROW_VALUES "state=?4,link=?5,lane=?7,attempts=?8,resends=?9," \
	"parts=?10,coding=?11,sent=?12,good=?13,due_at=?15,expires_at=?16," \
	"attempt_at=?17,sent_at=?18,done_at=?19,told_at=max(told_at,?20)," \
	"code=?21,remote=?22,text=?23"
#define ROWS "SELECT " SQLITE_ROW_COLUMNS " FROM delivery "
/* Each state by itself, for both at once would be sorted whole. */
#define AWAITED(state) ROWS "INDEXED BY open WHERE state=" state \
	" AND state<8 AND id>?1 AND id<?4 AND accepted_at<?2 " \
	"ORDER BY id LIMIT ?3"

static const char *const sql_text[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_READ] = "BEGIN",

	[SQL_ROW_FIND] = ROWS "WHERE id=?1",
	[SQL_ROW_ADD] = "INSERT INTO delivery(" SQLITE_ROW_COLUMNS ") VALUES "
		"(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,"
		"?18,?19,?20,?21,?22,?23,?24,?25)",
	[SQL_ROW_SET] = "UPDATE delivery SET " ROW_VALUES ",bound=?24 "
		"WHERE id=?1",
	[SQL_ROW_CHANGE] = "UPDATE delivery SET " ROW_VALUES ",bound=CASE "
		"WHEN ?24 IS NULL THEN bound WHEN bound IS NULL THEN ?24 "
		"ELSE CAST(bound||?24 AS BLOB) END WHERE id=?1 AND state<8",
	[SQL_ROW_TOLD] = "UPDATE delivery SET told_at=?2 "
		"WHERE id=?1 AND told_at<?2",
	[SQL_MESSAGE_ADD] = "INSERT OR IGNORE INTO message(id,transport,record)"
		" VALUES(?1,?2,?3)",
	[SQL_MESSAGE_FIND] = "SELECT m.record,s.at,s.len,s.sum FROM message m "
		"LEFT JOIN spool s ON s.message=m.id WHERE m.id=?1",
	[SQL_SPOOL_ADD] = "INSERT OR IGNORE INTO spool(message,at,len,sum)"
		" VALUES(?1,?2,?3,?4)",
	[SQL_SPOOL_FIND] = "SELECT 1 FROM spool WHERE message=?1",
	[SQL_SPOOL_PURGE] = "DELETE FROM spool WHERE message BETWEEN ?1 AND ?2"
		" AND NOT EXISTS(SELECT 1 FROM message m WHERE "
		"m.id=spool.message) RETURNING message",

	/* not IN, which fills a table of its own with the two, each time */
	[SQL_SEEN_FIND] = "SELECT coalesce("
		"(SELECT delivery FROM seen WHERE generation=?1 AND key=?2),"
		"(SELECT delivery FROM seen WHERE generation=?1-1 AND key=?2),"
		"0)",
	[SQL_SEEN_SET] = "INSERT OR REPLACE INTO seen(generation,key,delivery)"
		" VALUES(?1,?2,?3)",
	[SQL_SEEN_OLD] = "DELETE FROM seen WHERE (generation,key) IN (SELECT "
		"generation,key FROM seen WHERE generation<?1 LIMIT ?2)",

	[SQL_BIND_ADD] = "INSERT OR IGNORE INTO remote(key,delivery,part)"
		" VALUES(?1,?2,?3)",
	[SQL_BIND_DROP] = "DELETE FROM remote WHERE key=?1 AND delivery=?2",
	[SQL_BIND_FIND] = "SELECT delivery,part FROM remote WHERE key=?1 "
		"ORDER BY delivery DESC,part DESC LIMIT ?2",

	[SQL_LANE_OUT] = "SELECT 1 FROM delivery INDEXED BY open WHERE state=2 "
		"AND state<8 AND lane=?1 AND id<>?2 LIMIT 1",
	[SQL_WAITING_FIND] = "SELECT w.id,w.record FROM waiting_key k "
		"JOIN waiting w ON w.id=k.waiting WHERE k.key=?1 "
		"ORDER BY k.waiting LIMIT 1",
	[SQL_WAITING_ADD] = "INSERT INTO waiting(at,keys,record)"
		" VALUES(?1,?2,?3)",
	[SQL_WAITING_KEY] = "INSERT OR IGNORE INTO waiting_key(key,waiting)"
		" VALUES(?1,?2)",
	[SQL_WAITING_DROP] = "DELETE FROM waiting WHERE id=?1 RETURNING keys",
	[SQL_WAITING_KEYS_DROP] = "DELETE FROM waiting_key "
		"WHERE key=?1 AND waiting=?2",
	[SQL_WAITING_OLD] = "SELECT id,at FROM waiting ORDER BY id LIMIT ?1",

	[SQL_PART_ADD] = "INSERT OR IGNORE INTO part"
		"(set_key,part,parts,link,at,record) VALUES(?1,?2,?3,?4,?5,?6)",
	[SQL_PART_LIST] = "SELECT part,parts,link,at,record FROM part "
		"WHERE set_key=?1 "
		"ORDER BY part",
	/* The table's name and its column are older than their use. */
	[SQL_PART_KNOWN] = "SELECT at FROM joined WHERE set_key=?1",
	[SQL_PART_KNOW] = "INSERT OR REPLACE INTO joined(set_key,at)"
		" VALUES(?1,?2)",
	[SQL_PART_DROP] = "DELETE FROM part WHERE set_key=?1 AND part=?2",
	/* What is known and waits beside a set has the even key below. */
	[SQL_ECHO_OLD] = "DELETE FROM part WHERE set_key&1=0 AND at<?1 AND "
		"NOT EXISTS(SELECT 1 FROM part s WHERE "
		"s.set_key=part.set_key+1)",
	[SQL_SET_DROP] = "DELETE FROM part WHERE set_key=?1",
	[SQL_SET_MOVE] = "UPDATE OR REPLACE part SET set_key=?2 "
		"WHERE set_key=?1",
	[SQL_PART_FORGET] = "DELETE FROM joined WHERE set_key IN (SELECT set_key "
		"FROM joined WHERE at<?1 ORDER BY at LIMIT ?2)",

	[SQL_VALUE_SET] = "INSERT OR REPLACE INTO value(link,key,value)"
		" VALUES(?1,?2,?3)",
	[SQL_VALUE_DROP] = "DELETE FROM value WHERE link=?1 AND key=?2",
	[SQL_VALUES] = "SELECT link,key,value FROM value ORDER BY link,key",

	[SQL_OLDEST] = "SELECT id,message,state,accepted_at,bound,done_at FROM "
		"delivery WHERE id>?1 ORDER BY id LIMIT ?2",
	[SQL_PURGE_ROWS] = "DELETE FROM delivery WHERE id BETWEEN ?1 AND ?2",
	[SQL_PURGE_MESSAGES] = "DELETE FROM message WHERE id BETWEEN ?1 AND ?2"
		" AND NOT EXISTS(SELECT 1 FROM delivery d WHERE d.id=message.id"
		" AND d.message=0)"
		" AND NOT EXISTS(SELECT 1 FROM delivery d WHERE "
		"d.message=message.id AND d.message<>0)",

	[SQL_LEDGER_ADD] = "INSERT INTO ledger(slice,taken,purged,last_id) "
		"VALUES(?1,?2,?3,?4) ON CONFLICT(slice) DO UPDATE SET "
		"taken=taken+excluded.taken,purged=purged+excluded.purged,"
		"last_id=max(last_id,excluded.last_id)",
	[SQL_LEDGER_CLOSED] = "SELECT slice,taken,purged,last_id FROM ledger "
		"WHERE slice>=0 AND taken=purged AND slice<"
		"(SELECT max(slice) FROM ledger) ORDER BY slice LIMIT 32",
	[SQL_LEDGER_DROP] = "DELETE FROM ledger WHERE slice=?1",
	[SQL_LEDGER_SLICE] = "SELECT taken,purged FROM ledger WHERE slice=?1",
	[SQL_LEDGER_NEXT] = "SELECT min(s) FROM (SELECT min(slice) AS s FROM "
		"ledger WHERE slice>?1 UNION ALL SELECT (SELECT id FROM "
		"delivery WHERE id>=?2 ORDER BY id LIMIT 1)>>36)",
	[SQL_LEDGER_COUNT] = "SELECT count(*) FROM delivery "
		"WHERE id BETWEEN ?1 AND ?2",

	[SQL_PROBE] = "UPDATE meta SET value=value+1 WHERE name='probe'",
	[SQL_TRANSPORTS] = "SELECT d.id,d.accepted_at,m.transport FROM delivery"
		" d JOIN message m ON m.id=d.id WHERE d.state<11 OR d.told_at=0 "
		"ORDER BY d.id DESC",
	[SQL_LAST_ID] = "SELECT max(last_id) FROM ledger",
	[SQL_ATTEMPTS] = "SELECT count(*) FROM delivery WHERE state=2 "
		"AND state<8",

	[SQL_Q_ABOUT] = ROWS "WHERE about=?1 AND about<>0 ORDER BY id",
	[SQL_Q_DUE] = ROWS "WHERE state=1 AND link=?1 AND (due_at,id)>(?2,?3)"
		" AND due_at<=?4 ORDER BY due_at,id LIMIT ?5",
	[SQL_Q_STATE_OPEN] = ROWS "INDEXED BY open WHERE state=?1 AND state<8 "
		"AND id>?2 ORDER BY id LIMIT ?3",
	[SQL_Q_STATE_FINAL] = ROWS "WHERE state=?1 AND id>?2 AND id<=?4 "
		"ORDER BY id LIMIT ?3",
	[SQL_Q_RECENT] = ROWS "WHERE id<?1 ORDER BY id DESC LIMIT ?2",
	[SQL_Q_AWAITED] = "SELECT * FROM (" AWAITED("3") ") UNION ALL "
		"SELECT * FROM (" AWAITED("4") ") ORDER BY id LIMIT ?3",
	[SQL_Q_EXPIRED] = ROWS "INDEXED BY expiry WHERE state IN (1, 3) "
		"AND expires_at<=?1 ORDER BY expires_at LIMIT ?2",
	[SQL_THREAD_SET] = "INSERT OR REPLACE INTO thread"
		"(generation,key,at,value) VALUES(?1,?2,?3,?4)",
	[SQL_THREAD_FIND] = "SELECT value FROM thread WHERE generation=?1 "
		"AND key=?2 AND at>=?3",
	[SQL_THREAD_OLD] = "DELETE FROM thread WHERE (generation,key) IN "
		"(SELECT generation,key FROM thread WHERE generation<?1 "
		"LIMIT ?2)",
	[SQL_THREAD_SPAN] = "SELECT (SELECT min(generation) FROM thread),"
		"(SELECT max(generation) FROM thread)",
	[SQL_Q_SETS] = "SELECT set_key,max(link),max(parts) FROM part "
		"WHERE set_key&1 "
		"GROUP BY set_key HAVING min(at)<?1 LIMIT ?2",
	[SQL_Q_CHUNK] = "SELECT max(id) FROM (SELECT id FROM delivery "
		"WHERE id>?1 ORDER BY id LIMIT ?2)",
	[SQL_Q_COUNTS] = "SELECT link,kind,state,count(*),min(accepted_at) "
		"FROM delivery WHERE id>?1 AND id<=?2 GROUP BY 1,2,3",
	[SQL_Q_OPEN_CHUNK] = "SELECT max(id) FROM (SELECT id FROM delivery "
		"INDEXED BY open WHERE id>?1 AND state=?3 AND state<8 "
		"ORDER BY id LIMIT ?2)",
	/* each by itself: grouping would sort what we add up anyway */
	[SQL_Q_OPEN_COUNTS] = "SELECT link,kind,state,1,accepted_at FROM "
		"delivery INDEXED BY open WHERE id>?1 AND id<=?2 AND state=?3 "
		"AND state<8",
};

/* A disk that fails does so with every attempt: one line is enough. The alarm
 * of the committer's is its own. */
static void tell(struct sqlite_conn *conn, int error)
{
	if (conn->why)
		snprintf(conn->why, STORE_WHY_LEN, "%s",
			 sqlite3_errmsg(conn->db));
	if (error == conn->told)
		return;
	conn->told = error;
	iwf_log_write(conn->log, conn->why ? IWF_LOG_INFO : IWF_LOG_WARNING,
		      "database", "error=%d text=\"%s\"", error,
		      sqlite3_errmsg(conn->db));
}

enum iwf_err sqlite_fate(struct sqlite_conn *conn, int rc)
{
	int extended = sqlite3_extended_errcode(conn->db);

	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return IWF_OK;
	tell(conn, extended);
	if (extended == SQLITE_IOERR_FSYNC ||
	    extended == SQLITE_IOERR_DIR_FSYNC) {
		iwf_log_error(conn->log, "sync-failed", "%s",
			      "the process ends and recovers");
		abort();
	}
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return IWF_E_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return IWF_E_CORRUPT;
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
		return IWF_E_STATE;
	default:
		return IWF_E_IO;
	}
}

sqlite3_stmt *sqlite_stmt(struct sqlite_conn *conn, enum sqlite_sql sql)
{
	sqlite3_stmt **stmt = &conn->stmts[sql];

	if (!*stmt)
		sqlite_fate(conn, sqlite3_prepare_v3(conn->db, sql_text[sql],
			    -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL));
	return *stmt;
}

enum iwf_err sqlite_next(struct sqlite_conn *conn, sqlite3_stmt *stmt,
			 bool *has_row)
{
	int rc = stmt ? sqlite3_step(stmt) : SQLITE_ERROR;
	enum iwf_err err;

	*has_row = rc == SQLITE_ROW;
	if (*has_row)
		return IWF_OK;
	err = sqlite_fate(conn, rc);
	sqlite3_reset(stmt);
	return err;
}

enum iwf_err sqlite_run(struct sqlite_conn *conn, sqlite3_stmt *stmt)
{
	bool has_row;
	enum iwf_err err = sqlite_next(conn, stmt, &has_row);

	if (has_row)
		sqlite3_reset(stmt);
	return err;
}

enum iwf_err sqlite_exec(struct sqlite_conn *conn, const char *sql)
{
	return sqlite_fate(conn, sqlite3_exec(conn->db, sql, NULL, NULL,
					      NULL));
}

/* The bytes stay where they are until the statement has run. */
void bind_bytes(sqlite3_stmt *stmt, int at, struct iwf_str bytes)
{
	if (bytes.len)
		sqlite3_bind_blob64(stmt, at, bytes.ptr, bytes.len,
				    SQLITE_STATIC);
	else
		sqlite3_bind_null(stmt, at);
}

static void bind_text(sqlite3_stmt *stmt, int at, struct iwf_str text)
{
	if (text.len)
		sqlite3_bind_text64(stmt, at, text.ptr, text.len,
				    SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_bind_null(stmt, at);
}

struct iwf_str column_bytes(sqlite3_stmt *stmt, int at, struct iwf_arena *arena)
{
	const void *ptr = sqlite3_column_blob(stmt, at);
	int len = sqlite3_column_bytes(stmt, at);

	if (len <= 0)
		return IWF_STR_NONE;
	return iwf_arena_copy(arena, iwf_str_make(ptr, (size_t)len));
}

/* Most messages have one part: bits beyond the last that is set cost nothing */
static void bind_bits(sqlite3_stmt *stmt, int at, const uint8_t *bits)
{
	size_t len = STORE_PARTS_LEN;

	while (len && !bits[len - 1])
		len--;
	bind_bytes(stmt, at, iwf_str_make(bits, len));
}

static void column_bits(sqlite3_stmt *stmt, int at, uint8_t *bits)
{
	const void *ptr = sqlite3_column_blob(stmt, at);
	size_t len = (size_t)sqlite3_column_bytes(stmt, at);

	memset(bits, 0, STORE_PARTS_LEN);
	if (ptr)
		memcpy(bits, ptr, len < STORE_PARTS_LEN ? len :
							  STORE_PARTS_LEN);
}

void bind_row(sqlite3_stmt *stmt, const struct table_row *row)
{
	const struct store_delivery *dlv = &row->dlv;
	const int64_t numbers[] = {
		(int64_t)dlv->id,
		dlv->message_id == dlv->id ? 0 : (int64_t)dlv->message_id,
		dlv->kind, dlv->state, dlv->link, dlv->origin,
		(int64_t)dlv->lane, dlv->attempts, dlv->resends, dlv->parts,
		dlv->coding,
	};
	const int64_t times[] = {
		dlv->accepted_at_ms, dlv->due_at_ms, dlv->expires_at_ms,
		dlv->attempt_at_ms, dlv->sent_at_ms, dlv->done_at_ms,
		dlv->told_at_ms, dlv->code,
	};

	for (int i = 0; i < 11; i++)
		sqlite3_bind_int64(stmt, 1 + i, numbers[i]);
	bind_bits(stmt, 12, dlv->parts_sent);
	bind_bits(stmt, 13, dlv->parts_good);
	for (int i = 0; i < 8; i++)
		sqlite3_bind_int64(stmt, 14 + i, times[i]);
	bind_text(stmt, 22, dlv->remote);
	bind_text(stmt, 23, dlv->text);
	bind_bytes(stmt, 24, row->bound);
	bind_id(stmt, 25, dlv->about);
}

uint32_t column_u32(sqlite3_stmt *stmt, int at)
{
	return (uint32_t)sqlite3_column_int64(stmt, at);
}

void column_row(sqlite3_stmt *stmt, struct iwf_arena *arena,
		struct table_row *row)
{
	struct store_delivery *dlv = &row->dlv;
	int64_t *const times[] = {
		&dlv->accepted_at_ms, &dlv->due_at_ms, &dlv->expires_at_ms,
		&dlv->attempt_at_ms, &dlv->sent_at_ms, &dlv->done_at_ms,
		&dlv->told_at_ms,
	};

	dlv->id = (uint64_t)sqlite3_column_int64(stmt, 0);
	dlv->message_id = (uint64_t)sqlite3_column_int64(stmt, 1);
	if (!dlv->message_id)
		dlv->message_id = dlv->id;
	dlv->kind = (enum iwf_kind)sqlite3_column_int(stmt, 2);
	dlv->state = (enum store_state)sqlite3_column_int(stmt, 3);
	dlv->link = column_u32(stmt, 4);
	dlv->origin = column_u32(stmt, 5);
	dlv->lane = (uint64_t)sqlite3_column_int64(stmt, 6);
	dlv->attempts = column_u32(stmt, 7);
	dlv->resends = column_u32(stmt, 8);
	dlv->parts = column_u32(stmt, 9);
	dlv->coding = column_u32(stmt, 10);
	column_bits(stmt, 11, dlv->parts_sent);
	column_bits(stmt, 12, dlv->parts_good);
	for (int i = 0; i < 7; i++)
		*times[i] = sqlite3_column_int64(stmt, 13 + i);
	dlv->code = column_u32(stmt, 20);
	dlv->remote = column_bytes(stmt, 21, arena);
	dlv->text = column_bytes(stmt, 22, arena);
	row->bound = column_bytes(stmt, 23, arena);
	dlv->about = (uint64_t)sqlite3_column_int64(stmt, 24);
}
