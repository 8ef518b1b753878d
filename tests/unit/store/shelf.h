/* A store with a loop and a folder of its own, for the store's tests. */
#pragma once

#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct shelf {
	struct iwf_loop *loop;
	struct iwf_log *log;
	struct store *store;
	struct store_conf conf;
	struct store_recovery recovery;
	struct iwf_why why;
	char folder[64];
};

/* The time of tests; shelf_row counts from here. */
#define SHELF_NOW_MS INT64_C(1700000000000)

/* With an empty folder, not open. */
void shelf_make(struct shelf *shelf, enum store_backend backend);
void shelf_remove(struct shelf *shelf);
enum iwf_err shelf_try_open(struct shelf *shelf);
void shelf_open(struct shelf *shelf); /* must work; not started */
void shelf_start(struct shelf *shelf);
void shelf_close(struct shelf *shelf);

/* A queued message for link 1, due and accepted at SHELF_NOW_MS. */
struct store_delivery shelf_row(uint64_t id);
struct store_change shelf_put(uint64_t id, struct iwf_str record);
struct store_change shelf_update(const struct store_delivery *row);

/* Submits and waits; change->err. The arena is left for the caller. */
enum iwf_err shelf_apply(struct shelf *shelf, struct store_change *change);
/* The same, must be IWF_OK, and frees the arena. */
void shelf_must(struct shelf *shelf, struct store_change change);
/* Many at once: one batch or a few. */
void shelf_apply_all(struct shelf *shelf, struct store_change *changes,
		     unsigned count);
void shelf_ask(struct shelf *shelf, struct store_query *query);
/* The state of a delivery, 0 when there is none. */
enum store_state shelf_state(struct shelf *shelf, uint64_t id);
struct store_ledger shelf_ledger(struct shelf *shelf);
int64_t shelf_metric(struct shelf *shelf, const char *name);

/* A plain message; a row with nothing else changed. */
void shelf_put_plain(struct shelf *shelf, uint64_t id);
void shelf_set_state(struct shelf *shelf, uint64_t id, enum store_state to);

/* Runs SQL on the database beside the store, as somebody with a shell would. */
void shelf_meddle(struct shelf *shelf, const char *sql);

/* CMocka's setup: *state is a shelf whose store runs. */
int shelf_setup_sqlite(void **state);
int shelf_setup_ram(void **state);
int shelf_teardown(void **state);

/* A test of what every backend does alike, once for each. */
#define SHELF_ROW(test) \
	{ #test, test, shelf_setup_sqlite, shelf_teardown, NULL }, \
	{ #test " in memory", test, shelf_setup_ram, shelf_teardown, NULL }

/* Far above 0, all in one slice of the ledger. */
#define ID(n) ((UINT64_C(50) << 36) + (n))

#define assert_str(s, literal) \
	assert_true(iwf_str_eq((s), IWF_STR(literal)))
