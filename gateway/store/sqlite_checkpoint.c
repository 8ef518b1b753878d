/* Keeping the write-ahead log short: passively beside the committer, by the
 * committer itself when that did not suffice. */
#include "store/sqlite.h"

#define PAGE_LEN 4096
/* A passive checkpoint is asked for each time the log has grown by this. */
#define PASSIVE_PAGES 4096
/* The committer restarts the log when it is longer, and tries again at each
 * further step when a reader was in the way. */
#define RESTART_PAGES ((64 << 20) / PAGE_LEN)

static int on_wal(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct sqlite_engine *eng = arg;

	(void)db;
	(void)name;
	atomic_store(&eng->wal_pages, pages);
	iwf_metric_set(&eng->base->metrics[STORE_M_WAL_BYTES],
		       (int64_t)pages * PAGE_LEN);
	return SQLITE_OK;
}

void sqlite_watch_wal(struct sqlite_engine *eng)
{
	sqlite3_wal_hook(eng->write.db, on_wal, eng);
}

static void restart(struct sqlite_engine *eng)
{
	int rc = sqlite3_wal_checkpoint_v2(eng->write.db, NULL,
		SQLITE_CHECKPOINT_RESTART, NULL, NULL);

	if (rc == SQLITE_BUSY)
		return;
	sqlite_fate(&eng->write, rc);
	if (rc == SQLITE_OK)
		store_count(eng->base, STORE_M_RESTARTS, 1);
}

bool sqlite_rest(struct store_engine *engine)
{
	struct sqlite_engine *eng = (struct sqlite_engine *)engine;
	int64_t pages = atomic_load(&eng->wal_pages);

	if (pages < eng->asked_pages)
		eng->asked_pages = 0; /* the log began anew */
	if (pages - eng->asked_pages < PASSIVE_PAGES)
		return false;
	eng->asked_pages = pages;
	if (pages >= RESTART_PAGES)
		restart(eng);
	return true;
}

void sqlite_checkpoint(struct store_engine *engine)
{
	struct sqlite_engine *eng = (struct sqlite_engine *)engine;
	int rc = sqlite3_wal_checkpoint_v2(eng->check.db, NULL,
		SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

	if (rc != SQLITE_BUSY)
		sqlite_fate(&eng->check, rc);
	if (rc != SQLITE_OK)
		return;
	eng->check.told = 0;
	store_count(eng->base, STORE_M_CHECKPOINTS, 1);
}
