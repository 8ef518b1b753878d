/* The audit of a store that was found after a power cut. */
#include "unit/relay/audit.h"

#include "store/sqlite.h"

#include <dirent.h>
#include <stdio.h>

struct audit {
	struct traffic *t;
	size_t at;
	struct store *store;
	sqlite3 *db;
	struct audit_why *why;
	uint8_t has_mark[TRAFFIC_MARKS_MAX];
};

static bool wrong(struct audit *audit, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static bool wrong(struct audit *audit, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(audit->why->text, sizeof(audit->why->text), fmt, args);
	va_end(args);
	return false;
}

/* --- the whole --- */

static uint64_t mix(uint64_t print, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < len; i++)
		print = (print ^ p[i]) * 0x100000001B3u;
	return print;
}

static uint64_t mix_row(uint64_t print, sqlite3_stmt *stmt)
{
	int count = sqlite3_column_count(stmt);

	for (int i = 0; i < count; i++) {
		int type = sqlite3_column_type(stmt, i);

		print = mix(print, &type, sizeof(type));
		print = mix(print, sqlite3_column_blob(stmt, i),
			    (size_t)sqlite3_column_bytes(stmt, i));
	}
	return print;
}

uint64_t audit_print(sqlite3 *db)
{
	static const char *const tables[] = {
		"SELECT * FROM message", "SELECT * FROM spool",
		"SELECT * FROM delivery",
		"SELECT * FROM remote", "SELECT * FROM seen",
		"SELECT * FROM waiting", "SELECT * FROM waiting_key",
		"SELECT * FROM part", "SELECT * FROM joined",
		"SELECT * FROM thread", "SELECT * FROM ledger",
		"SELECT * FROM value WHERE link<>0", NULL,
	};
	uint64_t print = 0xCBF29CE484222325u;
	sqlite3_stmt *stmt;

	for (unsigned i = 0; tables[i]; i++) {
		print = mix(print, &i, sizeof(i));
		if (sqlite3_prepare_v2(db, tables[i], -1, &stmt, NULL))
			return 0;
		while (sqlite3_step(stmt) == SQLITE_ROW)
			print = mix_row(print, stmt);
		sqlite3_finalize(stmt);
	}
	return print;
}

void audit_records(sqlite3 *db, const char *sql, traffic_mark_fn *each,
		   void *arg)
{
	sqlite3_stmt *stmt = NULL;

	sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		traffic_marks(iwf_str_make(sqlite3_column_blob(stmt, 0),
				(size_t)sqlite3_column_bytes(stmt, 0)),
			      each, arg);
	sqlite3_finalize(stmt);
}

/* A number, or -1 when there is none. */
static int64_t number(const struct audit *audit, const char *sql, uint64_t arg)
{
	sqlite3_stmt *stmt = NULL;
	int64_t found = -1;

	if (sqlite3_prepare_v2(audit->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return -2;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)arg);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		found = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return found;
}

static bool is_sound(struct audit *audit)
{
	sqlite3_stmt *stmt = NULL;
	bool is_ok;

	sqlite3_prepare_v2(audit->db, "PRAGMA integrity_check", -1, &stmt,
			   NULL);
	is_ok = sqlite3_step(stmt) == SQLITE_ROW &&
		strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
	if (!is_ok)
		wrong(audit, "integrity_check: %s", sqlite3_errmsg(audit->db));
	sqlite3_finalize(stmt);
	return is_ok;
}

/* The database is as it was after the last commit before the cut, or after the
 * one that was under way. */
static bool is_a_stand(struct audit *audit)
{
	const struct traffic *t = audit->t;
	uint64_t print = audit_print(audit->db);
	unsigned last = 0;

	while (last + 1 < t->stand_count && t->stands[last + 1].at <= audit->at)
		last++;
	for (unsigned i = last; i < t->stand_count && i <= last + 1; i++)
		if (t->stands[i].print == print)
			return true;
	for (unsigned i = 0; i < t->stand_count; i++)
		if (t->stands[i].print == print)
			return wrong(audit, "stands as after commit %u, not %u",
				     i, last);
	return wrong(audit, "stands as after no commit at all");
}

static bool refers_well(struct audit *audit)
{
	static const char *const strays[] = {
		"SELECT count(*) FROM delivery d WHERE NOT EXISTS (SELECT 1 "
		"FROM message m WHERE m.id=CASE d.message WHEN 0 THEN d.id "
		"ELSE d.message END)",
		"SELECT count(*) FROM remote r WHERE NOT EXISTS (SELECT 1 "
		"FROM delivery d WHERE d.id=r.delivery)",
		"SELECT count(*) FROM waiting_key k WHERE NOT EXISTS (SELECT 1 "
		"FROM waiting w WHERE w.id=k.waiting)",
		"SELECT count(*) FROM spool s WHERE NOT EXISTS (SELECT 1 "
		"FROM message m WHERE m.id=s.message)",
		NULL,
	};

	for (unsigned i = 0; strays[i]; i++)
		if (number(audit, strays[i], 0) != 0)
			return wrong(audit, "strays: %s", strays[i]);
	return true;
}

int64_t audit_files(const char *folder)
{
	int64_t count = 0;
	struct dirent *entry;
	char path[128];
	DIR *dir;

	snprintf(path, sizeof(path), "%s/spool", folder);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return count;
}

static bool are_whole(struct audit *audit, const struct store_query *query)
{
	for (uint32_t i = 0; i < query->found_count; i++)
		if (query->found[i].row.body_err)
			return wrong(audit, "the body of %016llx is lost",
				     (unsigned long long)
				     query->found[i].row.id);
	return true;
}

/* Every row of a file finds it whole, no file is without a row. */
static bool has_bodies(struct audit *audit, const char *folder)
{
	struct store_query query = { .kind = STORE_Q_RECENT,
				     .with_record = true,
				     .arena = iwf_arena_create(0) };
	struct store_engine *engine = audit->store->engine;
	bool is_ok = engine->ops->ask(engine, &query) == IWF_OK &&
		     are_whole(audit, &query);

	iwf_arena_destroy(&query.arena);
	if (is_ok && audit_files(folder) !=
		     number(audit, "SELECT count(*) FROM spool", 0))
		return wrong(audit, "files of the spool without a row");
	return is_ok;
}

static bool balances(struct audit *audit)
{
	struct store_query query = { .kind = STORE_Q_LEDGER,
				     .arena = iwf_arena_create(0) };
	struct store_engine *engine = audit->store->engine;
	enum iwf_err err = engine->ops->ask(engine, &query);

	iwf_arena_destroy(&query.arena);
	if (err || query.ledger.imbalance)
		return wrong(audit, "ledger: %lld",
			     (long long)query.ledger.imbalance);
	return true;
}

/* --- the promises --- */

static void on_mark(void *arg, unsigned mark)
{
	((struct audit *)arg)->has_mark[mark] = 1;
}

static bool may_be_gone(const struct audit *audit, unsigned mark)
{
	size_t gone_at = audit->t->gone_at[mark];

	return gone_at && gone_at - 1 <= audit->at;
}

static bool keeps_taken(struct audit *audit, const struct promise *promise)
{
	if (audit->has_mark[promise->mark] ||
	    may_be_gone(audit, promise->mark))
		return true;
	return wrong(audit, "message %u was accepted at step %zu and is lost",
		     promise->mark, promise->at);
}

/* Its delivery is at its end or has a part done, or it waits. */
static bool keeps_receipt(struct audit *audit, const struct promise *promise)
{
	int64_t done = number(audit, "SELECT state>=8 OR good IS NOT NULL "
			      "FROM delivery WHERE id=?1", promise->id);

	if (done != 0 || promise->until_ms < rig_now(audit->t->rig))
		return true; /* no row: it ended and was purged */
	if (number(audit, "SELECT count(*) FROM waiting WHERE ?1=?1", 0) > 0)
		return true;
	return wrong(audit, "receipt r%u was taken at step %zu and is lost",
		     promise->remote, promise->at);
}

static bool keeps_promises(struct audit *audit)
{
	audit_records(audit->db, "SELECT record FROM message UNION ALL "
		      "SELECT record FROM part", on_mark, audit);
	for (unsigned i = 0; i < audit->t->promise_count; i++) {
		const struct promise *promise = &audit->t->promises[i];

		if (promise->at > audit->at)
			continue;
		if (!(promise->kind == PROMISE_RECEIPT ?
		      keeps_receipt(audit, promise) :
		      keeps_taken(audit, promise)))
			return false;
	}
	return true;
}

/* What a link was given and had not answered is unsure: never "not sent". */
static bool knows_jobs(struct audit *audit)
{
	for (unsigned i = 0; i < audit->t->given_count; i++) {
		const struct given *given = &audit->t->given[i];
		int64_t state;

		if (given->at > audit->at || (given->is_answered &&
					      given->answered_at <= audit->at))
			continue;
		state = number(audit, "SELECT state FROM delivery WHERE id=?1",
			       given->id);
		if (state < STORE_ATTEMPT)
			return wrong(audit, "job %016llx was given to its link "
				     "at step %zu, its state is %lld",
				     (unsigned long long)given->id, given->at,
				     (long long)state);
	}
	return true;
}

bool audit_folder(struct traffic *t, const char *folder, size_t at,
		  struct audit_why *why)
{
	struct audit *audit = IWF_NEW(struct audit);
	struct store_conf conf = t->rig->store_conf;
	struct store_recovery recovery;
	struct iwf_why refusal;
	bool is_ok;

	*audit = (struct audit){ .t = t, .at = at, .why = why };
	conf.path = iwf_str_from(folder);
	if (store_open(&audit->store, &conf, t->rig->log, &recovery,
		       &refusal) != IWF_OK) {
		wrong(audit, "cannot be opened: %s", refusal.text);
		free(audit);
		return false;
	}
	audit->db = ((struct sqlite_engine *)audit->store->engine)->read.db;
	is_ok = is_sound(audit) && has_bodies(audit, folder) &&
		keeps_promises(audit) && knows_jobs(audit) &&
		refers_well(audit) && balances(audit) && is_a_stand(audit);
	store_close(&audit->store);
	free(audit);
	return is_ok;
}
