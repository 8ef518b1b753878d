/* Large messages through a store on a disk: what becomes of their files when
 * something fails on the way, before, and behind. */
#include "unit/store/fault_disk.h"
#include "unit/store/fault_vfs.h"
#include "unit/store/letter.h"

#include "store/spool.h"
#include "store/sqlite.h"
#include "support/fake_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int setup(void **state)
{
	struct shelf *shelf = malloc(sizeof(*shelf));

	shelf_make(shelf, STORE_BACKEND_SQLITE);
	*state = shelf;
	return 0;
}

static int teardown(void **state)
{
	fault_disk_set(NULL);
	return shelf_teardown(state);
}

/* --- on the way in --- */

static void refuse_one(struct shelf *shelf, struct fault_disk *fault,
		       const struct fault_case *one)
{
	atomic_store(&fault->error[one->step], one->error);
	letter_must(shelf, letter_put(ID(1), MIB, 1), one->err);
	assert_int_equal(shelf_state(shelf, ID(1)), 0);
	letter_wait_files(shelf, 0);
	atomic_store(&fault->error[one->step], 0);
}

static void test_failures_refuse_the_put(void **state)
{
	static const struct fault_case folder = {
		FAULT_SYNC_FOLDER, EIO, IWF_E_IO,
	};
	struct shelf *shelf = *state;
	struct fault_disk fault = { 0 };

	fault_disk_set(&fault);
	shelf_start(shelf);
	for (unsigned i = 0; i <= FAULT_CASES; i++) {
		refuse_one(shelf, &fault,
			   i < FAULT_CASES ? &fault_cases[i] : &folder);
		/* others are none of its business */
		shelf_put_plain(shelf, ID(10 + i));
		assert_true(store_is_writable(shelf->store));
	}
	assert_int_equal(shelf_metric(shelf, "store_spool_failures_total"),
			 FAULT_CASES + 1);
	letter_must(shelf, letter_put(ID(1), MIB, 1), IWF_OK);
	letter_check(shelf, ID(1), MIB, 1);
	assert_int_equal(shelf_metric(shelf, "store_spooled_total"), 1);
	assert_int_equal(shelf_ledger(shelf).taken, FAULT_CASES + 2);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
	assert_int_equal(store_backlog(shelf->store), 0);
}

/* The file is there and the commit fails: it goes. */
static void test_commit_fails(void **state)
{
	struct shelf *shelf = *state;
	struct fault_vfs fault = { 0 };

	fault_vfs_start(&fault);
	shelf_start(shelf);
	shelf_put_plain(shelf, ID(1));
	atomic_store(&fault.is_full, true);
	letter_must(shelf, letter_put(ID(2), MIB, 1), IWF_E_FULL);
	letter_wait_files(shelf, 0);
	atomic_store(&fault.is_full, false);
	letter_must(shelf, letter_put(ID(2), MIB, 1), IWF_OK);
	letter_check(shelf, ID(2), MIB, 1);
	shelf_close(shelf);
	fault_vfs_stop();
}

static void test_refused_by_the_database(void **state)
{
	struct shelf *shelf = *state;
	struct store_change changes[3] = {
		letter_put(ID(1), MIB, 1), letter_put(ID(2), MIB, 2),
		letter_put(ID(3), MIB, 3),
	};
	char sql[200];

	shelf_start(shelf);
	snprintf(sql, sizeof(sql), "CREATE TRIGGER no BEFORE INSERT ON message "
		 "WHEN new.id=%llu BEGIN SELECT RAISE(ABORT,'no'); END",
		 (unsigned long long)ID(2));
	shelf_meddle(shelf, sql);
	shelf_apply_all(shelf, changes, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(changes[i].err, i == 1 ? IWF_E_STATE : IWF_OK);
		letter_free(&changes[i]);
	}
	letter_wait_files(shelf, 2);
	letter_check(shelf, ID(1), MIB, 1);
	letter_check(shelf, ID(3), MIB, 3);
}

static unsigned count_err(const struct store_change *changes, unsigned count,
			  enum iwf_err err)
{
	unsigned found = 0;

	for (unsigned i = 0; i < count; i++)
		found += changes[i].err == err;
	return found;
}

struct release {
	struct iwf_task task;
	struct fault_disk *fault;
};

static void on_release(struct iwf_task *task)
{
	fault_disk_hold(IWF_CONTAINER(task, struct release, task)->fault,
			false);
}

/* The disk hangs: so many wait for it and no more, small ones pass. */
static void check_bound(struct shelf *shelf, size_t len, unsigned most)
{
	struct store_change *changes = calloc(most + 5, sizeof(*changes));
	struct fault_disk fault = { .is_held = true };
	struct release release = { { .run = on_release }, &fault };
	unsigned files;

	shelf_start(shelf);
	fault_disk_set(&fault);
	for (unsigned i = 0; i < most + 5; i++)
		changes[i] = letter_put(ID(i + 1), len, i);
	/* Runs when all were submitted and the first is waited for. */
	iwf_loop_post(shelf->loop, &release.task);
	shelf_apply_all(shelf, changes, most + 5);
	assert_int_equal(count_err(changes, most, IWF_OK), most);
	assert_int_equal(count_err(changes + most, 5, IWF_E_FULL), 5);
	for (unsigned i = 0; i < most + 5; i++)
		letter_free(&changes[i]);
	assert_int_equal(shelf_metric(shelf, "store_spool_busy_total"), 5);
	files = letter_files(shelf);
	assert_int_equal(files, most);
	/* and there is room again */
	letter_must(shelf, letter_put(ID(1000), len, 9), IWF_OK);
	assert_int_equal(store_backlog(shelf->store), 0);
	free(changes);
}

static void test_bound_of_count(void **state)
{
	check_bound(*state, SPOOL_BODY_MAX + 1, SPOOLER_PUTS_MAX);
}

static void test_bound_of_bytes(void **state)
{
	check_bound(*state, 15 * MIB, 4);
}

static void on_nothing(struct iwf_task *task)
{
	(void)task;
}

static void test_small_ones_pass(void **state)
{
	struct shelf *shelf = *state;
	struct store_change large = letter_put(ID(1), MIB, 1);
	struct fault_disk fault = { .is_held = true };

	fault_disk_set(&fault);
	shelf_start(shelf);
	large.loop = shelf->loop;
	large.task.run = on_nothing;
	store_submit(shelf->store, &large);
	shelf_put_plain(shelf, ID(2));
	assert_int_equal(shelf_state(shelf, ID(1)), 0);
	assert_int_equal(store_backlog(shelf->store), 1);
	fault_disk_hold(&fault, false);
	shelf_close(shelf); /* finishes it */
	fault_disk_set(NULL);
	shelf_open(shelf);
	store_start(shelf->store);
	letter_check(shelf, ID(1), MIB, 1);
	letter_free(&large);
}

/* --- on the way out --- */

static void sweep(struct shelf *shelf)
{
	struct store_change change = { .verb = STORE_SWEEP, .sweep = {
		.keep_before_ms = SHELF_NOW_MS + 1, .max_rows = 100 } };

	shelf_apply(shelf, &change);
	iwf_arena_destroy(&change.arena);
}

/* A row that could not be deleted keeps its file. */
static void test_purge_that_fails(void **state)
{
	struct shelf *shelf = *state;

	shelf_start(shelf);
	letter_must(shelf, letter_put(ID(1), MIB, 1), IWF_OK);
	shelf_set_state(shelf, ID(1), STORE_FAILED);
	shelf_meddle(shelf, "CREATE TRIGGER no BEFORE INSERT ON ledger BEGIN "
		     "SELECT RAISE(ABORT,'no'); END");
	sweep(shelf);
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_FAILED);
	shelf_meddle(shelf, "DROP TRIGGER no");
	/* behind what may have been told to the spool */
	letter_must(shelf, letter_put(ID(2), MIB, 2), IWF_OK);
	assert_int_equal(letter_files(shelf), 2);
	letter_check(shelf, ID(1), MIB, 1);
	sweep(shelf);
	letter_wait_files(shelf, 1);
}

/* A file that could not be removed goes with the next start. */
static void test_removal_that_fails(void **state)
{
	struct shelf *shelf = *state;
	struct fault_disk fault = { .error[FAULT_REMOVE] = EIO };

	shelf_start(shelf);
	letter_must(shelf, letter_put(ID(1), MIB, 1), IWF_OK);
	shelf_set_state(shelf, ID(1), STORE_FAILED);
	fault_disk_set(&fault);
	sweep(shelf);
	shelf_close(shelf);
	fault_disk_set(NULL);
	assert_int_equal(letter_files(shelf), 1);
	shelf_open(shelf);
	assert_int_equal(letter_files(shelf), 0);
}

/* --- at the start --- */

static void leave_file(const struct shelf *shelf, uint64_t id, const char *end)
{
	char path[160], name[176];
	int fd;

	letter_path(shelf, id, path);
	snprintf(name, sizeof(name), "%s%s", path, end);
	fd = open(name, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
}

static void test_orphans_go_others_stay(void **state)
{
	struct shelf *shelf = *state;

	shelf_start(shelf);
	for (unsigned i = 1; i <= 5; i++)
		letter_must(shelf, letter_put(ID(i), MIB, i), IWF_OK);
	shelf_close(shelf);
	leave_file(shelf, ID(77), "");
	leave_file(shelf, ID(78), ".new");
	leave_file(shelf, ID(3), ".new");
	shelf_start(shelf);
	assert_int_equal(letter_files(shelf), 5);
	for (unsigned i = 1; i <= 5; i++)
		letter_check(shelf, ID(i), MIB, i);
}

static void test_no_folder_no_start(void **state)
{
	struct shelf *shelf = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/spool", shelf->folder);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(shelf_try_open(shelf), IWF_E_IO);
	assert_non_null(strstr(shelf->why.text, path));
	unlink(path);
	shelf_open(shelf);
}

/* A store of version 2 had all in the row. */
static void test_large_rows_of_version_2(void **state)
{
	struct shelf *shelf = *state;
	struct store_change change = letter_put(ID(1), MIB, 4);
	struct sqlite_conn conn = { .log = shelf->log };
	char path[128];
	sqlite3_stmt *stmt;

	shelf_start(shelf);
	shelf_put_plain(shelf, ID(1));
	shelf_close(shelf);
	shelf_meddle(shelf, "DROP TABLE spool; PRAGMA user_version=2");
	snprintf(path, sizeof(path), "%s/store.db", shelf->folder);
	assert_int_equal(sqlite3_open(path, &conn.db), SQLITE_OK);
	sqlite3_prepare_v2(conn.db, "UPDATE message SET record=?1", -1, &stmt,
			   NULL);
	bind_bytes(stmt, 1, change.put.record);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
	sqlite3_close(conn.db);
	shelf_start(shelf);
	letter_check(shelf, ID(1), MIB, 4);
	letter_free(&change);
}

/* --- files that are missing or wrong --- */

static void check_lost(struct shelf *shelf, uint64_t id, int64_t lost)
{
	struct store_query query = { .kind = STORE_Q_ID, .id = id,
				     .with_record = true };

	shelf_ask(shelf, &query);
	assert_int_equal(query.found_count, 1);
	assert_int_equal(query.found[0].row.body_err, IWF_E_CORRUPT);
	/* who it was for is still known */
	assert_in_range(query.found[0].record.len, 10, 60);
	assert_int_equal(shelf_metric(shelf, "store_spool_lost_total"), lost);
	iwf_arena_destroy(&query.arena);
}

static void test_lost_and_damaged(void **state)
{
	struct shelf *shelf = *state;
	char path[160];
	int fd;

	shelf_start(shelf);
	for (unsigned i = 1; i <= 4; i++)
		letter_must(shelf, letter_put(ID(i), MIB, i), IWF_OK);
	letter_path(shelf, ID(1), path);
	assert_int_equal(unlink(path), 0);
	letter_path(shelf, ID(2), path);
	assert_int_equal(truncate(path, 1000), 0);
	letter_path(shelf, ID(3), path);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, "x", 1, 77777), 1);
	close(fd);
	for (unsigned i = 1; i <= 3; i++)
		check_lost(shelf, ID(i), i);
	/* seen again, told once */
	for (unsigned i = 1; i <= 3; i++)
		check_lost(shelf, ID(i), 3);
	letter_check(shelf, ID(4), MIB, 4);
}

/* What was purged while somebody reads it is not lost. */
static void test_purged_meanwhile(void **state)
{
	struct shelf *shelf = *state;
	struct store_query query = { .kind = STORE_Q_ID, .id = ID(1),
				     .with_record = true };
	struct sqlite_engine *eng;

	shelf_open(shelf);
	eng = (struct sqlite_engine *)shelf->store->engine;
	query.arena = iwf_arena_create(0);
	query.found_count = 1;
	query.found = IWF_ARENA_NEW(query.arena, struct store_found);
	query.found[0].row.message_id = ID(1);
	query.found[0].part = (struct spool_part){ .len = 70000 };
	assert_int_equal(sqlite_complete(eng, &eng->read, &query), IWF_OK);
	assert_int_equal(query.found[0].row.body_err, IWF_E_CORRUPT);
	assert_int_equal(shelf_metric(shelf, "store_spool_lost_total"), 0);
	iwf_arena_destroy(&query.arena);
}

/* --- many at once; for the thread sanitizer --- */

static void test_many(void **state)
{
	struct shelf *shelf = *state;
	struct store_change changes[60];

	shelf_start(shelf);
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < 60; i++) {
			uint64_t id = ID(100 * round + i + 1);

			changes[i] = letter_put(id, i % 3 ? 100 : 70 * KIB, i);
			changes[i].put.duplicate_key = 1 + i / 6;
			changes[i].put.row.state = STORE_FAILED;
		}
		shelf_apply_all(shelf, changes, 60);
		for (unsigned i = 0; i < 60; i++) {
			assert_int_equal(changes[i].err, IWF_OK);
			letter_free(&changes[i]);
		}
		if (round % 2)
			sweep(shelf);
	}
	sweep(shelf);
	sweep(shelf);
	sweep(shelf);
	letter_wait_files(shelf, 0);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
	assert_int_equal(store_backlog(shelf->store), 0);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_failures_refuse_the_put),
		ROW(test_commit_fails),
		ROW(test_refused_by_the_database),
		ROW(test_bound_of_count),
		ROW(test_bound_of_bytes),
		ROW(test_small_ones_pass),
		ROW(test_purge_that_fails),
		ROW(test_removal_that_fails),
		ROW(test_orphans_go_others_stay),
		ROW(test_no_folder_no_start),
		ROW(test_large_rows_of_version_2),
		ROW(test_lost_and_damaged),
		ROW(test_purged_meanwhile),
		ROW(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
