/* What the embedded database adds: it outlives crashes, and says so. */
#include "unit/store/fault_vfs.h"
#include "unit/store/shelf.h"

#include "support/fake_loop.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int setup(void **state)
{
	struct shelf *shelf = malloc(sizeof(*shelf));

	shelf_make(shelf, STORE_BACKEND_SQLITE);
	*state = shelf;
	return 0;
}

static off_t file_len(struct shelf *shelf, const char *name)
{
	struct stat file;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", shelf->folder, name);
	return stat(path, &file) == 0 ? file.st_size : -1;
}

/* ---- opening ---- */

static void test_reopen(void **state)
{
	struct shelf *shelf = *state;
	struct store_delivery row = shelf_row(ID(2));
	uint8_t key[16], none[16] = { 0 };

	shelf_start(shelf);
	assert_int_equal(shelf->recovery.last_id, 0);
	memcpy(key, shelf->recovery.key, sizeof(key));
	assert_memory_not_equal(key, none, sizeof(key));
	shelf_put_plain(shelf, ID(1));
	shelf_put_plain(shelf, ID(2));
	row.state = STORE_ATTEMPT;
	shelf_must(shelf, shelf_update(&row));
	shelf_close(shelf);
	assert_int_equal(file_len(shelf, "store.db-wal"), -1);
	shelf_start(shelf);
	assert_int_equal(shelf->recovery.last_id, ID(2));
	assert_int_equal(shelf->recovery.attempts, 1);
	assert_memory_equal(shelf->recovery.key, key, sizeof(key));
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_QUEUED);
	assert_int_equal(shelf_state(shelf, ID(2)), STORE_ATTEMPT);
}

static void test_last_id_survives_the_purge(void **state)
{
	struct shelf *shelf = *state;
	struct store_change sweep = { .verb = STORE_SWEEP, .sweep = {
		.keep_before_ms = SHELF_NOW_MS + 1, .max_rows = 100 } };

	shelf_start(shelf);
	for (uint64_t i = 1; i <= 50; i++) {
		struct store_change change = shelf_put(i << 36, IWF_STR("r"));

		change.put.row.state = STORE_FINISHED;
		shelf_must(shelf, change);
	}
	shelf_must(shelf, sweep);
	shelf_close(shelf);
	shelf_start(shelf);
	assert_int_equal(shelf->recovery.last_id, UINT64_C(50) << 36);
	assert_int_equal(shelf_ledger(shelf).purged, 50);
	assert_int_equal(shelf_ledger(shelf).counted, 0);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
}

static void test_second_opener_is_refused(void **state)
{
	struct shelf *shelf = *state;
	struct shelf second = *shelf;

	shelf_open(shelf);
	assert_int_equal(shelf_try_open(&second), IWF_E_STATE);
	assert_non_null(strstr(second.why.text, "another process"));
	shelf_close(shelf);
	shelf_open(shelf);
}

/* ---- names and values ---- */

static void on_value(void *arg, uint32_t link, struct iwf_str key,
		     struct iwf_str value)
{
	if (link == 3 && iwf_str_eq(key, IWF_STR("base")) &&
	    iwf_str_eq(value, IWF_STR("hex")))
		*(unsigned *)arg += 1;
	else if (link)
		*(unsigned *)arg += 100;
}

static void test_names_and_values(void **state)
{
	struct shelf *shelf = *state;
	struct store_change value = { .verb = STORE_REMEMBER, .remember = {
		.link = 3, .key = IWF_STR("base"), .value = IWF_STR("dec") } };
	unsigned seen = 0;
	uint32_t a, b;

	shelf_open(shelf);
	a = store_link_number(shelf->store, IWF_STR("smsc-a"));
	store_start(shelf->store);
	b = store_link_number(shelf->store, IWF_STR("smsc-b"));
	assert_true(a && b && a != b);
	shelf_must(shelf, value);
	value.remember.value = IWF_STR("hex");
	shelf_must(shelf, value);
	value.remember.key = IWF_STR("other");
	shelf_must(shelf, value);
	value.remember.value = IWF_STR_NONE;
	shelf_must(shelf, value);
	shelf_close(shelf);
	shelf_open(shelf);
	assert_int_equal(store_link_number(shelf->store, IWF_STR("smsc-b")), b);
	assert_int_equal(store_link_number(shelf->store, IWF_STR("smsc-a")), a);
	assert_string_equal(store_link_name(shelf->store, b), "smsc-b");
	assert_string_equal(store_link_name(shelf->store, 99), "?");
	assert_string_equal(store_link_name(shelf->store, 0), "?");
	store_recall(shelf->store, on_value, &seen);
	assert_int_equal(seen, 1);
}

static void on_transport(void *arg, uint64_t transport_key, uint64_t id)
{
	assert_int_equal(transport_key, UINT64_MAX - id);
	*(uint64_t *)arg += id - ID(0);
}

static void test_recent_transports(void **state)
{
	struct shelf *shelf = *state;
	uint64_t sum = 0;

	struct store_delivery row;

	shelf_start(shelf);
	for (uint64_t i = 1; i <= 6; i++) {
		struct store_change change = shelf_put(ID(i), IWF_STR("r"));

		change.put.transport_key = i != 4 ? UINT64_MAX - ID(i) : 0;
		change.put.row.accepted_at_ms += (int64_t)i * 60000;
		shelf_must(shelf, change);
		row = change.put.row;
		row.state = STORE_FAILED;
		/* told by the answer, which was no acceptance */
		row.told_at_ms = i == 6;
		if (i >= 5)
			shelf_must(shelf, shelf_update(&row));
	}
	shelf_close(shelf);
	shelf_open(shelf);
	store_recent_transports(shelf->store, SHELF_NOW_MS + 120000,
				on_transport, &sum);
	assert_int_equal(sum, 2 + 3 + 5);
}

/* ---- the ledger ---- */

static void test_row_deleted_behind_its_back(void **state)
{
	struct shelf *shelf = *state;
	char sql[128];

	shelf_start(shelf);
	for (uint64_t i = 1; i <= 30; i++)
		shelf_put_plain(shelf, i << 36);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
	snprintf(sql, sizeof(sql), "DELETE FROM delivery WHERE id=%llu",
		 17ULL << 36);
	shelf_meddle(shelf, sql);
	assert_int_equal(shelf_ledger(shelf).imbalance, 1);
	assert_int_equal(shelf_ledger(shelf).bad_slice, UINT64_C(17) << 36);
	assert_int_equal(shelf_ledger(shelf).taken, 30);
	assert_int_equal(shelf_ledger(shelf).counted, 29);
	/* one that nobody put does not make up for it */
	shelf_meddle(shelf, "INSERT INTO delivery(id,state) VALUES(5,1)");
	assert_int_equal(shelf_ledger(shelf).imbalance, 2);
}

static void test_loss_shows_after_everything_is_purged(void **state)
{
	struct shelf *shelf = *state;
	struct store_change sweep = { .verb = STORE_SWEEP, .sweep = {
		.keep_before_ms = SHELF_NOW_MS + 1, .max_rows = 100 } };

	shelf_start(shelf);
	for (uint64_t i = 1; i <= 9; i++) {
		struct store_change change = shelf_put(i << 36, IWF_STR("r"));

		change.put.row.state = STORE_FINISHED;
		shelf_must(shelf, change);
	}
	shelf_meddle(shelf, "DELETE FROM delivery WHERE id>>36=4");
	shelf_must(shelf, sweep);
	assert_int_equal(shelf_ledger(shelf).imbalance, 1);
	assert_int_equal(shelf_ledger(shelf).bad_slice, UINT64_C(4) << 36);
}

/* ---- commits ---- */

static void test_one_commit_for_many(void **state)
{
	struct shelf *shelf = *state;
	struct store_change *changes = calloc(512, sizeof(*changes));
	struct fault_vfs fault = { 0 };
	unsigned syncs;

	fault_vfs_start(&fault);
	shelf_open(shelf);
	syncs = fault.sync_count;
	for (unsigned i = 0; i < 512; i++)
		changes[i] = shelf_put(ID(i + 1), IWF_STR("r"));
	store_start(shelf->store);
	shelf_apply_all(shelf, changes, 512);
	assert_int_equal(shelf_metric(shelf, "store_changes_total"), 512);
	assert_in_range(shelf_metric(shelf, "store_commits_total"), 1, 40);
	/* and a sync for each commit, no less */
	assert_in_range(fault.sync_count - syncs,
			shelf_metric(shelf, "store_commits_total"), 45);
	assert_int_equal(store_backlog(shelf->store), 0);
	shelf_close(shelf);
	fault_vfs_stop();
	free(changes);
}

/* Nothing tells when: it looks, for ten seconds at most. */
static bool wait_until_writable(const struct store *store)
{
	for (int i = 0; i < 1000 && !store_is_writable(store); i++)
		poll(NULL, 0, 10);
	return store_is_writable(store);
}

static void test_disk_full(void **state)
{
	struct shelf *shelf = *state;
	struct store_change change = shelf_put(ID(2), IWF_STR("r"));
	struct fault_vfs fault = { 0 };

	fault_vfs_start(&fault);
	shelf->conf.ballast_len = 64 << 10;
	shelf_start(shelf);
	assert_int_equal(file_len(shelf, "ballast"), 64 << 10);
	shelf_put_plain(shelf, ID(1));
	atomic_store(&fault.is_full, true);
	/* its bytes need a page that is not there */
	change.put.record = iwf_str_make(calloc(1, 1 << 20), 1 << 20);
	assert_int_equal(shelf_apply(shelf, &change), IWF_E_FULL);
	assert_false(store_is_writable(shelf->store));
	assert_int_equal(file_len(shelf, "ballast"), -1);
	assert_int_equal(shelf_metric(shelf, "store_writable"), 0);
	assert_int_equal(shelf_state(shelf, ID(2)), 0);
	/* a batch that writes nothing proves nothing */
	shelf_must(shelf, (struct store_change){ .verb = STORE_SWEEP });
	assert_false(store_is_writable(shelf->store));
	atomic_store(&fault.is_full, false);
	/* nobody asks, and it heals */
	assert_true(wait_until_writable(shelf->store));
	assert_int_equal(file_len(shelf, "ballast"), 64 << 10);
	/* the same change again */
	assert_int_equal(shelf_apply(shelf, &change), IWF_OK);
	assert_int_equal(shelf_state(shelf, ID(2)), STORE_QUEUED);
	assert_int_equal(shelf_ledger(shelf).taken, 2);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
	shelf_close(shelf);
	fault_vfs_stop();
	free((char *)change.put.record.ptr);
}

/* Runs in a child; returns how it ended. */
static int in_child(void (*run)(struct shelf *shelf, int fd),
		    struct shelf *shelf, int fd)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		run(shelf, fd);
		_exit(0);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	return status;
}

static void fail_a_sync(struct shelf *shelf, int fd)
{
	struct fault_vfs fault = { 0 };

	(void)fd;
	/* what it says is wanted, but not among the tests' own output */
	if (!freopen("/dev/null", "w", stderr))
		_exit(1);
	signal(SIGABRT, SIG_DFL);
	fault_vfs_start(&fault);
	shelf_start(shelf);
	shelf_put_plain(shelf, ID(1));
	atomic_store(&fault.fails_sync, true);
	shelf_put_plain(shelf, ID(2));
}

static void test_failed_sync_ends_the_daemon(void **state)
{
	struct shelf *shelf = *state;
	int status = in_child(fail_a_sync, shelf, -1);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	shelf_start(shelf);
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_QUEUED);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
}

/* A change that the database refuses although the store saw no reason. */
static void test_refused_by_the_database(void **state)
{
	struct shelf *shelf = *state;
	struct store_change changes[3] = {
		shelf_put(ID(1), IWF_STR("a")), shelf_put(ID(2), IWF_STR("b")),
		shelf_put(ID(3), IWF_STR("c")),
	};

	shelf_start(shelf);
	shelf_meddle(shelf, "CREATE TRIGGER no BEFORE INSERT ON message WHEN "
		      "new.record = X'62' BEGIN SELECT RAISE(ABORT,'no'); "
		      "END");
	shelf_apply_all(shelf, changes, 3);
	assert_int_equal(changes[0].err, IWF_OK);
	assert_int_equal(changes[1].err, IWF_E_STATE);
	assert_int_equal(changes[2].err, IWF_OK);
	assert_int_equal(shelf_state(shelf, ID(2)), 0);
	assert_int_equal(shelf_ledger(shelf).taken, 2);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
	assert_true(store_is_writable(shelf->store));
}

/* ---- kill -9 ---- */

#define SLOTS 64

struct slot {
	struct store_change change;
	struct writer *writer;
};

struct writer {
	struct shelf *shelf;
	struct slot slots[SLOTS];
	uint64_t next_id;
	int fd;
};

static void submit_next(struct slot *slot);

static void on_done(struct iwf_task *task)
{
	struct slot *slot = IWF_CONTAINER(task, struct slot, change.task);
	uint64_t id = slot->change.put.row.id;

	if (slot->change.err || write(slot->writer->fd, &id, sizeof(id)) !=
	    (ssize_t)sizeof(id))
		_exit(1);
	submit_next(slot);
}

static void submit_next(struct slot *slot)
{
	struct writer *writer = slot->writer;

	slot->change = shelf_put(writer->next_id++, IWF_STR("precious"));
	slot->change.put.duplicate_key = slot->change.put.row.id * 7919;
	slot->change.loop = writer->shelf->loop;
	slot->change.task.run = on_done;
	store_submit(writer->shelf->store, &slot->change);
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void write_for_ever(struct shelf *shelf, int fd)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	writer->shelf = shelf;
	writer->fd = fd;
	shelf_start(shelf);
	writer->next_id = shelf->recovery.last_id + 1;
	for (unsigned i = 0; i < SLOTS; i++) {
		writer->slots[i].writer = writer;
		submit_next(&writer->slots[i]);
	}
	fake_loop_run_until(shelf->loop, never, NULL, 20000);
	_exit(1);
}

/* Kills the writer after about `enough` completions; those in ids. */
static unsigned crash(struct shelf *shelf, uint64_t *ids, unsigned enough)
{
	unsigned count = 0;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		write_for_ever(shelf, fds[1]);
	}
	close(fds[1]);
	while (read(fds[0], &ids[count], sizeof(ids[0])) ==
	       (ssize_t)sizeof(ids[0]))
		if (++count == enough)
			kill(pid, SIGKILL);
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_in_range(count, enough, enough + 20000);
	return count;
}

static void test_kill_loses_nothing_completed(void **state)
{
	struct shelf *shelf = *state;
	uint64_t *ids = calloc(100000, sizeof(*ids));
	uint64_t above = 0;

	for (unsigned round = 0; round < 3; round++) {
		unsigned count = crash(shelf, ids, 500 + 700 * round);
		struct store_ledger ledger;

		shelf_start(shelf);
		for (unsigned i = 0; i < count; i += 7) {
			assert_true(ids[i] > above);
			assert_int_equal(shelf_state(shelf, ids[i]),
					 STORE_QUEUED);
		}
		above = shelf->recovery.last_id;
		assert_true(above >= ids[count - 1]);
		ledger = shelf_ledger(shelf);
		assert_int_equal(ledger.imbalance, 0);
		assert_true(ledger.taken >= count);
		/* ids are dense here: nothing is missing in between */
		assert_int_equal(ledger.taken, above);
		shelf_close(shelf);
	}
	free(ids);
}

/* ---- load ---- */

static void test_log_stays_short_under_load(void **state)
{
	struct shelf *shelf = *state;
	struct store_change *changes = calloc(1000, sizeof(*changes));
	struct iwf_str record = { calloc(1, 8000), 8000 };

	shelf_start(shelf);
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < 1000; i++)
			changes[i] = shelf_put(ID(1000 * round + i), record);
		shelf_apply_all(shelf, changes, 1000);
	}
	assert_in_range(file_len(shelf, "store.db-wal"), 1, 100 << 20);
	assert_true(shelf_metric(shelf, "store_checkpoints_total") > 0);
	shelf_close(shelf);
	/* all of it went through the log */
	assert_true(file_len(shelf, "store.db") > 150 << 20);
	free(changes);
	free((char *)record.ptr);
}

#define ROW(test) { #test, test, setup, shelf_teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_reopen),
		ROW(test_last_id_survives_the_purge),
		ROW(test_second_opener_is_refused),
		ROW(test_names_and_values),
		ROW(test_recent_transports),
		ROW(test_row_deleted_behind_its_back),
		ROW(test_loss_shows_after_everything_is_purged),
		ROW(test_one_commit_for_many),
		ROW(test_disk_full),
		ROW(test_failed_sync_ends_the_daemon),
		ROW(test_refused_by_the_database),
		ROW(test_kill_loses_nothing_completed),
		ROW(test_log_stays_short_under_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
