/* A store with a loop and a folder of its own, for the store's tests. */
#include "unit/store/shelf.h"

#include "base/log.h"
#include "support/fake_loop.h"

#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#define WAIT_MS 20000

void shelf_make(struct shelf *shelf, enum store_backend backend)
{
	const char *base = getenv("TMPDIR");
	const struct log_conf quiet = { .level = IWF_LOG_ERROR };

	*shelf = (struct shelf){ .loop = fake_loop_create() };
	snprintf(shelf->folder, sizeof(shelf->folder), "%s/shelf.XXXXXX",
		 base && strlen(base) < 40 ? base : "/tmp");
	assert_non_null(mkdtemp(shelf->folder));
	shelf->log = log_create(&quiet);
	shelf->conf = (struct store_conf){
		.backend = backend, .path = iwf_str_from(shelf->folder),
		.keep_ms = 3600000, .duplicate_ms = 600000,
		.unmatched_ms = 600000, .set_ms = 1800000,
		.cache_len = 1 << 20, .ballast_len = 0,
	};
}

static int remove_one(const char *path, const struct stat *stat, int type,
		      struct FTW *place)
{
	(void)stat;
	(void)type;
	(void)place;
	return remove(path);
}

void shelf_remove(struct shelf *shelf)
{
	shelf_close(shelf);
	nftw(shelf->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	log_destroy(&shelf->log);
	fake_loop_destroy(&shelf->loop);
}

enum iwf_err shelf_try_open(struct shelf *shelf)
{
	return store_open(&shelf->store, &shelf->conf, shelf->log,
			  &shelf->recovery, &shelf->why);
}

void shelf_open(struct shelf *shelf)
{
	if (shelf_try_open(shelf) != IWF_OK)
		fail_msg("open: %s", shelf->why.text);
}

void shelf_start(struct shelf *shelf)
{
	shelf_open(shelf);
	store_start(shelf->store);
}

void shelf_close(struct shelf *shelf)
{
	store_close(&shelf->store);
}

struct store_delivery shelf_row(uint64_t id)
{
	return (struct store_delivery){
		.id = id, .message_id = id, .kind = IWF_KIND_MESSAGE,
		.state = STORE_QUEUED, .link = 1, .origin = 2,
		.lane = UINT64_C(0xF000000000000000) + id, .parts = 1,
		.accepted_at_ms = SHELF_NOW_MS, .due_at_ms = SHELF_NOW_MS,
		.expires_at_ms = SHELF_NOW_MS + 1000000,
	};
}

struct store_change shelf_put(uint64_t id, struct iwf_str record)
{
	return (struct store_change){ .verb = STORE_PUT,
		.put = { .row = shelf_row(id), .record = record } };
}

struct store_change shelf_update(const struct store_delivery *row)
{
	return (struct store_change){ .verb = STORE_UPDATE,
		.update = { .row = *row } };
}

static void on_change(struct iwf_task *task)
{
	struct store_change *change = IWF_CONTAINER(task, struct store_change,
						    task);

	assert_true(iwf_loop_is_here(change->loop));
	change->verb |= 0x80; /* it was completed, once */
}

static bool is_completed(void *arg)
{
	return ((const struct store_change *)arg)->verb & 0x80;
}

static void wait_for(struct shelf *shelf, struct store_change *change)
{
	if (!fake_loop_run_until(shelf->loop, is_completed, change, WAIT_MS))
		fail_msg("a change was not completed");
	change->verb &= ~0x80u;
}

enum iwf_err shelf_apply(struct shelf *shelf, struct store_change *change)
{
	shelf_apply_all(shelf, change, 1);
	return change->err;
}

void shelf_must(struct shelf *shelf, struct store_change change)
{
	assert_int_equal(shelf_apply(shelf, &change), IWF_OK);
	iwf_arena_destroy(&change.arena);
}

void shelf_apply_all(struct shelf *shelf, struct store_change *changes,
		     unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		changes[i].loop = shelf->loop;
		changes[i].task.run = on_change;
		store_submit(shelf->store, &changes[i]);
	}
	for (unsigned i = 0; i < count; i++)
		wait_for(shelf, &changes[i]);
}

static void on_query(struct iwf_task *task)
{
	struct store_query *query = IWF_CONTAINER(task, struct store_query,
						  task);

	query->kind |= 0x80;
}

static bool is_answered(void *arg)
{
	return ((const struct store_query *)arg)->kind & 0x80;
}

void shelf_ask(struct shelf *shelf, struct store_query *query)
{
	query->loop = shelf->loop;
	query->task.run = on_query;
	store_ask(shelf->store, query);
	if (!fake_loop_run_until(shelf->loop, is_answered, query, WAIT_MS))
		fail_msg("a query was not answered");
	query->kind &= ~0x80u;
	assert_int_equal(query->err, IWF_OK);
}

enum store_state shelf_state(struct shelf *shelf, uint64_t id)
{
	struct store_query query = { .kind = STORE_Q_ID, .id = id };
	enum store_state state;

	shelf_ask(shelf, &query);
	state = query.found_count ? query.found[0].row.state : 0;
	iwf_arena_destroy(&query.arena);
	return state;
}

struct store_ledger shelf_ledger(struct shelf *shelf)
{
	struct store_query query = { .kind = STORE_Q_LEDGER };

	shelf_ask(shelf, &query);
	iwf_arena_destroy(&query.arena);
	return query.ledger;
}

int64_t shelf_metric(struct shelf *shelf, const char *name)
{
	struct iwf_metric *metrics = store_metrics(shelf->store);

	for (size_t i = 0; i < store_metric_count; i++)
		if (strcmp(store_metric_rows[i].name, name) == 0)
			return iwf_metric_get(&metrics[i]);
	fail_msg("no metric %s", name);
	return 0;
}

static int setup(void **state, enum store_backend backend)
{
	struct shelf *shelf = malloc(sizeof(*shelf));

	shelf_make(shelf, backend);
	shelf_start(shelf);
	*state = shelf;
	return 0;
}

int shelf_setup_sqlite(void **state)
{
	return setup(state, STORE_BACKEND_SQLITE);
}

int shelf_setup_ram(void **state)
{
	return setup(state, STORE_BACKEND_RAM);
}

int shelf_teardown(void **state)
{
	shelf_remove(*state);
	free(*state);
	return 0;
}

void shelf_put_plain(struct shelf *shelf, uint64_t id)
{
	shelf_must(shelf, shelf_put(id, IWF_STR("a record")));
}

void shelf_set_state(struct shelf *shelf, uint64_t id, enum store_state to)
{
	struct store_delivery row = shelf_row(id);

	row.state = to;
	shelf_must(shelf, shelf_update(&row));
}

void shelf_meddle(struct shelf *shelf, const char *sql)
{
	char path[128], *why = NULL;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/store.db", shelf->folder);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(db);
}
