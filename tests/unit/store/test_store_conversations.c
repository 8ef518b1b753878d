/* Conversations: the latest of a key counts, for as long as it is wanted, and
 * what is old goes although new ones keep coming. */
#include "unit/store/shelf.h"

#include <string.h>

#define HOUR_MS (INT64_C(3600) * 1000)
#define DAY_MS (24 * HOUR_MS)

static void put_thread(struct shelf *shelf, uint64_t id, uint64_t key,
		       const char *thread)
{
	struct store_change put = shelf_put(id, IWF_STR("text"));

	put.put.row.accepted_at_ms = SHELF_NOW_MS + (int64_t)(id - ID(0)) *
				     HOUR_MS;
	put.put.thread_key = key;
	put.put.thread = iwf_str_from(thread);
	shelf_must(shelf, put);
}

static void assert_thread(struct shelf *shelf, uint64_t key, int64_t since_ms,
			  const char *want)
{
	struct store_query query = { .kind = STORE_Q_THREAD, .id = key,
				     .until_ms = since_ms };

	shelf_ask(shelf, &query);
	assert_int_equal(query.err, IWF_OK);
	assert_true(iwf_str_eq(query.thread, iwf_str_from(want)));
	iwf_arena_destroy(&query.arena);
}

static void test_the_latest_counts(void **state)
{
	struct shelf *shelf = *state;

	assert_thread(shelf, 7, 0, "");
	put_thread(shelf, ID(1), 7, "first");
	put_thread(shelf, ID(2), 8, "other");
	assert_thread(shelf, 7, 0, "first");
	put_thread(shelf, ID(3), 7, "second");
	assert_thread(shelf, 7, 0, "second");
	/* whatever lies between: here five days */
	put_thread(shelf, ID(120), 7, "third");
	assert_thread(shelf, 7, 0, "third");
	assert_thread(shelf, 8, 0, "other");
}

static void test_only_as_old_as_wanted(void **state)
{
	struct shelf *shelf = *state;

	put_thread(shelf, ID(24), 7, "a day later");
	assert_thread(shelf, 7, SHELF_NOW_MS + DAY_MS, "a day later");
	assert_thread(shelf, 7, SHELF_NOW_MS + DAY_MS + 1, "");
	put_thread(shelf, ID(480), 8, "twenty days later");
	assert_thread(shelf, 7, SHELF_NOW_MS + DAY_MS, "a day later");
}

static void test_old_ones_go(void **state)
{
	enum { OLD = 300 };
	struct shelf *shelf = *state;
	struct store_change sweep = {
		.verb = STORE_SWEEP,
		.sweep = { .thread_before_ms = SHELF_NOW_MS + 5 * DAY_MS,
			   .max_rows = 10 },
	};

	for (uint64_t i = 1; i <= OLD; i++)
		put_thread(shelf, ID(i % 24) + 1, 1000 + i, "old");
	put_thread(shelf, ID(24 * 9), 7, "new");
	for (int i = 0; i < OLD / 10; i++)
		shelf_must(shelf, sweep);
	for (uint64_t i = 1; i <= OLD; i++)
		assert_thread(shelf, 1000 + i, 0, "");
	assert_thread(shelf, 7, 0, "new");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHELF_ROW(test_the_latest_counts),
		SHELF_ROW(test_only_as_old_as_wanted),
		SHELF_ROW(test_old_ones_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
