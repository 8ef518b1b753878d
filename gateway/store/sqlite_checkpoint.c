/* Keeping the write-ahead log short: passively beside the committer, by the
 * committer itself when that did not suffice. */
#include "store/sqlite.h"

#define PAGE_LEN 4096
/* A passive checkpoint is asked for each time the log has grown by this. */
#define PASSIVE_PAGES 1024
/* But not so soon after the last one, for pages that come again meanwhile are
 * copied once; unless it has grown by much. */
#define PASSIVE_AFTER_MS 50
#define PASSIVE_MUCH_PAGES (4 * PASSIVE_PAGES)
/* The committer restarts the log when it is longer than the first, right after a
 * passive one has left it little to copy, as everybody waits meanwhile; when it is
 * longer than the second in any case. It tries again with each further step when
 * a reader was in the way. */
#define RESTART_PAGES ((32 << 20) / PAGE_LEN)
#define RESTART_ANYWAY_PAGES ((64 << 20) / PAGE_LEN)
#define RESTART_LEFT_PAGES (PASSIVE_PAGES / 2)

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

static bool is_time_to_restart(const struct sqlite_engine *eng, int64_t pages)
{
	int64_t copied = atomic_load(&eng->copied_pages);

	if (pages >= RESTART_ANYWAY_PAGES)
		return pages - eng->tried_pages >= PASSIVE_PAGES;
	return pages >= RESTART_PAGES && copied > eng->tried_pages &&
	       pages - copied <= RESTART_LEFT_PAGES;
}

static bool is_time_to_copy(struct sqlite_engine *eng, int64_t pages)
{
	int64_t grown = pages - eng->asked_pages, now_ms;

	if (grown < PASSIVE_PAGES)
		return false;
	now_ms = store_monotonic_ms();
	if (grown < PASSIVE_MUCH_PAGES &&
	    now_ms - eng->asked_ms < PASSIVE_AFTER_MS)
		return false;
	eng->asked_pages = pages;
	eng->asked_ms = now_ms;
	return true;
}

bool sqlite_rest(struct store_engine *engine)
{
	struct sqlite_engine *eng = (struct sqlite_engine *)engine;
	int64_t pages = atomic_load(&eng->wal_pages);

	if (pages < eng->asked_pages) { /* the log began anew */
		eng->asked_pages = eng->tried_pages = 0;
		atomic_store(&eng->copied_pages, 0);
	}
	if (is_time_to_restart(eng, pages)) {
		eng->tried_pages = pages;
		restart(eng);
	}
	return is_time_to_copy(eng, pages);
}

void sqlite_checkpoint(struct store_engine *engine)
{
	struct sqlite_engine *eng = (struct sqlite_engine *)engine;
	int copied = 0, rc;

	sqlite_writeback_piecewise(true);
	rc = sqlite3_wal_checkpoint_v2(eng->check.db, NULL,
		SQLITE_CHECKPOINT_PASSIVE, NULL, &copied);
	sqlite_writeback_piecewise(false);
	if (rc != SQLITE_BUSY)
		sqlite_fate(&eng->check, rc);
	if (rc != SQLITE_OK)
		return;
	eng->check.told = 0;
	atomic_store(&eng->copied_pages, copied);
	store_count(eng->base, STORE_M_CHECKPOINTS, 1);
}
