/* Large messages, as every backend keeps them: what is put is found, whole. */
#include "unit/store/letter.h"

#include "base/record.h"

/* The last that is a row, and the first that is a file. */
static const size_t lens[] = {
	64 * KIB - 1, 64 * KIB, 64 * KIB + 1, MIB,
};
#define LENS (sizeof(lens) / sizeof(lens[0]))

static void test_found_whole(void **state)
{
	struct shelf *shelf = *state;

	for (unsigned i = 0; i < LENS; i++)
		letter_must(shelf, letter_put(ID(i + 1), lens[i], i), IWF_OK);
	for (unsigned i = 0; i < LENS; i++)
		letter_check(shelf, ID(i + 1), lens[i], i);
	assert_int_equal(shelf_ledger(shelf).taken, LENS);
	assert_int_equal(store_backlog(shelf->store), 0);
	assert_int_equal(letter_files(shelf),
			 shelf->conf.backend == STORE_BACKEND_SQLITE ? 2 : 0);
}

static void test_found_in_a_list(void **state)
{
	struct shelf *shelf = *state;
	struct store_query query = { .kind = STORE_Q_DUE, .link = 1,
				     .until_ms = INT64_MAX, .limit = 10,
				     .with_record = true };

	for (unsigned i = 0; i < LENS; i++)
		letter_must(shelf, letter_put(ID(i + 1), lens[i], i), IWF_OK);
	shelf_ask(shelf, &query);
	assert_int_equal(query.found_count, LENS);
	for (unsigned i = 0; i < LENS; i++) {
		const struct iwf_message *msg =
			record_parse(query.found[i].record);

		assert_int_equal(query.found[i].row.body_err, IWF_OK);
		assert_non_null(msg);
		assert_int_equal(msg->body.len, lens[i]);
		assert_int_equal(msg->transaction, 99);
		iwf_message_unref(&msg);
	}
	iwf_arena_destroy(&query.arena);
}

/* Pages are cut by octets too; what is left is told. */
static void test_a_page_is_bounded(void **state)
{
	struct shelf *shelf = *state;
	struct store_query query = { .kind = STORE_Q_DUE, .link = 1,
				     .until_ms = INT64_MAX, .limit = 100,
				     .with_record = true,
				     .records_max_len = 2 * MIB };
	unsigned pages = 0, found = 0;

	for (unsigned i = 0; i < 12; i++)
		letter_must(shelf, letter_put(ID(i + 1), MIB - i * 64 * KIB, i),
			    IWF_OK);
	do {
		uint64_t last = 0;

		shelf_ask(shelf, &query);
		assert_in_range(query.found_len, 1, 3 * MIB);
		for (uint32_t i = 0; i < query.found_count; i++) {
			assert_int_equal(query.found[i].row.id, ID(++found));
			last = query.found[i].row.id;
		}
		query.after_due_ms = SHELF_NOW_MS;
		query.after_id = last;
		pages++;
		iwf_arena_destroy(&query.arena);
	} while (query.has_more);
	assert_int_equal(found, 12);
	assert_int_equal(pages, 4);
}

/* A row longer than a page is a page; every kind of list is cut alike. */
static void test_a_page_is_never_empty(void **state)
{
	static const enum store_query_kind kinds[] = {
		STORE_Q_DUE, STORE_Q_STATE, STORE_Q_RECENT, STORE_Q_EXPIRED,
	};
	struct shelf *shelf = *state;

	for (unsigned i = 0; i < 3; i++)
		letter_must(shelf, letter_put(ID(i + 1), MIB, i), IWF_OK);
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct store_query query = { .kind = kinds[i], .link = 1,
					     .state = STORE_QUEUED,
					     .until_ms = INT64_MAX,
					     .with_record = true,
					     .records_max_len = 1 };

		shelf_ask(shelf, &query);
		assert_int_equal(query.found_count, 1);
		assert_true(query.has_more);
		assert_true(query.found_len > MIB);
		iwf_arena_destroy(&query.arena);
		query.records_max_len = 0;
		shelf_ask(shelf, &query);
		assert_int_equal(query.found_count, 3);
		assert_false(query.has_more);
		iwf_arena_destroy(&query.arena);
	}
}

static void test_again_counts_once(void **state)
{
	struct shelf *shelf = *state;

	for (unsigned i = 0; i < LENS; i++) {
		uint64_t id = ID(i + 1);

		letter_must(shelf, letter_put(id, lens[i], 1), IWF_OK);
		letter_must(shelf, letter_put(id, lens[i], 1), IWF_OK);
		letter_must(shelf, letter_put(id, lens[i], 2), IWF_E_EXISTS);
		letter_must(shelf, letter_put(id, 5, 1), IWF_E_EXISTS);
		letter_check(shelf, id, lens[i], 1);
	}
	assert_int_equal(shelf_ledger(shelf).taken, LENS);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
}

static struct store_change keyed(uint64_t id, size_t len)
{
	struct store_change change = letter_put(id, len, 3);

	change.put.duplicate_key = 4711;
	return change;
}

static void test_duplicate_leaves_nothing(void **state)
{
	struct shelf *shelf = *state;
	unsigned files;

	letter_must(shelf, keyed(ID(1), MIB), IWF_OK);
	files = letter_files(shelf);
	for (unsigned i = 2; i < 5; i++) {
		struct store_change change = keyed(ID(i), MIB);

		assert_int_equal(shelf_apply(shelf, &change), IWF_OK);
		assert_true(change.put.is_duplicate);
		assert_int_equal(change.put.original, ID(1));
		letter_free(&change);
	}
	letter_wait_files(shelf, files);
	letter_check(shelf, ID(1), MIB, 3);
	assert_int_equal(shelf_ledger(shelf).taken, 1);
}

static void sweep_all(struct shelf *shelf)
{
	shelf_must(shelf, (struct store_change){ .verb = STORE_SWEEP,
		.sweep = { .keep_before_ms = SHELF_NOW_MS + 1,
			   .max_rows = 100 } });
}

static void test_purged_with_its_row(void **state)
{
	struct shelf *shelf = *state;

	for (unsigned i = 0; i < LENS; i++)
		letter_must(shelf, letter_put(ID(i + 1), lens[i], i), IWF_OK);
	shelf_set_state(shelf, ID(3), STORE_FAILED);
	sweep_all(shelf);
	assert_int_equal(shelf_state(shelf, ID(3)), 0);
	letter_wait_files(shelf, shelf->conf.backend == STORE_BACKEND_SQLITE);
	letter_check(shelf, ID(4), MIB, 3);
	shelf_set_state(shelf, ID(4), STORE_FAILED);
	sweep_all(shelf);
	letter_wait_files(shelf, 0);
	letter_check(shelf, ID(1), lens[0], 0);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
}

static struct store_change to_another(uint64_t id)
{
	struct store_change change = letter_put(id, MIB, 8);

	change.put.row.message_id = ID(1);
	return change;
}

/* One message for several recipients is one file, until the last has ended. */
static void test_several_recipients(void **state)
{
	struct shelf *shelf = *state;
	struct store_change changes[3] = { to_another(ID(1)),
					   to_another(ID(2)),
					   to_another(ID(3)) };

	shelf_apply_all(shelf, changes, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(changes[i].err, IWF_OK);
		letter_free(&changes[i]);
	}
	shelf_set_state(shelf, ID(1), STORE_FAILED);
	shelf_set_state(shelf, ID(3), STORE_FAILED);
	sweep_all(shelf);
	letter_check(shelf, ID(2), MIB, 8);
	shelf_set_state(shelf, ID(2), STORE_FAILED);
	sweep_all(shelf);
	letter_wait_files(shelf, 0);
}

/* A receipt finds it; its body is not needed for that and may stay away. */
static void test_joined(void **state)
{
	struct shelf *shelf = *state;
	struct store_delivery row = shelf_row(ID(1));
	struct store_change update = shelf_update(&row);
	struct store_change join = { .verb = STORE_JOIN, .join = {
		.key = { 55 }, .key_count = 1, .now_ms = SHELF_NOW_MS } };
	const struct iwf_message *msg;

	letter_must(shelf, letter_put(ID(1), MIB, 1), IWF_OK);
	update.update.row.state = STORE_SENT;
	update.update.bind_key[0] = 55;
	update.update.bind_part[0] = update.update.bind_count = 1;
	shelf_must(shelf, update);
	assert_int_equal(shelf_apply(shelf, &join), IWF_OK);
	assert_true(join.join.is_joined);
	msg = record_parse(join.join.record);
	assert_non_null(msg);
	assert_str(msg->to.user, "+492");
	assert_int_equal(msg->transaction, 99);
	if (join.join.row.body_err)
		assert_int_equal(msg->body.len, 0);
	else
		assert_int_equal(msg->body.len, MIB);
	assert_true(join.join.row.body_err == IWF_OK ||
		    join.join.row.body_err == IWF_E_STATE);
	iwf_message_unref(&msg);
	iwf_arena_destroy(&join.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHELF_ROW(test_found_whole),
		SHELF_ROW(test_found_in_a_list),
		SHELF_ROW(test_a_page_is_bounded),
		SHELF_ROW(test_a_page_is_never_empty),
		SHELF_ROW(test_again_counts_once),
		SHELF_ROW(test_duplicate_leaves_nothing),
		SHELF_ROW(test_purged_with_its_row),
		SHELF_ROW(test_several_recipients),
		SHELF_ROW(test_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
