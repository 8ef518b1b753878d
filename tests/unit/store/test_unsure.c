/* Receipts whose ids nobody knows, and the one delivery they may speak of; on
 * every backend alike. */
#include "unit/store/shelf.h"

#include "base/record.h"

#define LANE 77
#define MINUTE_MS 60000
#define ATTEMPT_MS (SHELF_NOW_MS + 10 * MINUTE_MS)

static struct store_delivery row_of(uint64_t id, enum store_state state)
{
	struct store_delivery row = shelf_row(id);

	row.lane = LANE;
	row.state = state;
	row.attempt_at_ms = ATTEMPT_MS;
	return row;
}

static void put(struct shelf *shelf, uint64_t id, enum store_state state)
{
	struct store_change change = shelf_put(id, IWF_STR("a record"));

	change.put.row = row_of(id, STORE_QUEUED);
	shelf_must(shelf, change);
	change = shelf_update(&(struct store_delivery){ 0 });
	change.update.row = row_of(id, state);
	shelf_must(shelf, change);
}

static struct store_change unsure(uint64_t id, uint32_t part)
{
	struct store_delivery row = row_of(id, STORE_UNSURE);
	struct store_change change = shelf_update(&row);

	change.update.unsure_part = part;
	return change;
}

static void put_unsure(struct shelf *shelf, uint64_t id, uint32_t part)
{
	put(shelf, id, STORE_ATTEMPT);
	shelf_must(shelf, unsure(id, part));
}

static struct iwf_str waiting_text(struct iwf_buf *buf, int64_t submitted_at_ms)
{
	const struct iwf_message msg = { .kind = IWF_KIND_REPORT,
					 .fate = IWF_FATE_DELIVERED,
					 .sent_at_ms = submitted_at_ms };

	record_format(buf, &msg);
	return iwf_buf_str(buf);
}

/* The delivery it is joined to by its lane; 0: it waits. */
static uint64_t receipt(struct shelf *shelf, uint64_t key,
			int64_t submitted_at_ms, uint32_t *part)
{
	struct iwf_buf buf = { 0 };
	struct store_change join = { .verb = STORE_JOIN, .join = {
		.key = { key }, .key_count = 1, .lane = LANE,
		.submitted_at_ms = submitted_at_ms, .now_ms = SHELF_NOW_MS,
		.waiting = waiting_text(&buf, submitted_at_ms) } };
	uint64_t id = 0;

	assert_int_equal(shelf_apply(shelf, &join), IWF_OK);
	assert_int_equal(join.join.is_joined, join.join.by_lane);
	if (join.join.is_joined) {
		id = join.join.row.id;
		assert_str(join.join.record, "a record");
	}
	if (part)
		*part = join.join.part;
	iwf_arena_destroy(&join.arena);
	iwf_buf_free(&buf);
	return id;
}

static void test_the_only_one(void **state)
{
	struct shelf *shelf = *state;
	uint32_t part;

	put_unsure(shelf, ID(1), 2);
	assert_int_equal(receipt(shelf, 500, 0, &part), ID(1));
	assert_int_equal(part, 2);
}

static void test_of_another_lane(void **state)
{
	struct shelf *shelf = *state;
	struct store_change join = { .verb = STORE_JOIN, .join = {
		.key = { 500 }, .key_count = 1, .lane = LANE + 1 } };

	put_unsure(shelf, ID(1), 1);
	assert_int_equal(shelf_apply(shelf, &join), IWF_OK);
	assert_false(join.join.is_joined);
	join.join.lane = 0;
	assert_int_equal(shelf_apply(shelf, &join), IWF_OK);
	assert_false(join.join.is_joined);
}

/* An id that is known decides, whatever is unsure. */
static void test_a_known_id_comes_first(void **state)
{
	struct shelf *shelf = *state;
	struct store_delivery row = row_of(ID(2), STORE_SENT);
	struct store_change bind = shelf_update(&row);
	struct store_change join = { .verb = STORE_JOIN, .join = {
		.key = { 600 }, .key_count = 1, .lane = LANE } };

	put_unsure(shelf, ID(1), 1);
	put(shelf, ID(2), STORE_ATTEMPT);
	bind.update.bind_key[0] = 600;
	bind.update.bind_part[0] = 1;
	bind.update.bind_count = 1;
	shelf_must(shelf, bind);
	assert_int_equal(shelf_apply(shelf, &join), IWF_OK);
	assert_true(join.join.is_joined);
	assert_false(join.join.by_lane);
	assert_int_equal(join.join.row.id, ID(2));
	iwf_arena_destroy(&join.arena);
}

static void test_not_one_of_two(void **state)
{
	struct shelf *shelf = *state;

	put_unsure(shelf, ID(1), 1);
	put_unsure(shelf, ID(2), 1);
	assert_int_equal(receipt(shelf, 500, 0, NULL), 0);
	shelf_set_state(shelf, ID(2), STORE_EXPIRED);
	assert_int_equal(receipt(shelf, 501, 0, NULL), ID(1));
}

static void test_not_with_two_unsure_parts(void **state)
{
	struct shelf *shelf = *state;

	put_unsure(shelf, ID(1), 1);
	shelf_must(shelf, unsure(ID(1), 2));
	assert_int_equal(receipt(shelf, 500, 0, NULL), 0);
}

/* It may be the receipt of the one whose id is yet to be told. */
static void test_not_while_another_is_out(void **state)
{
	struct shelf *shelf = *state;

	put_unsure(shelf, ID(1), 1);
	put(shelf, ID(2), STORE_ATTEMPT);
	assert_int_equal(receipt(shelf, 500, 0, NULL), 0);
	shelf_set_state(shelf, ID(2), STORE_SENT);
	assert_int_equal(receipt(shelf, 501, 0, NULL), ID(1));
	/* one of another lane is no matter */
	shelf_put_plain(shelf, ID(3));
	shelf_set_state(shelf, ID(3), STORE_ATTEMPT);
	assert_int_equal(receipt(shelf, 502, 0, NULL), ID(1));
}

static void test_not_submitted_before_the_attempt(void **state)
{
	struct shelf *shelf = *state;
	struct store_delivery row = row_of(ID(1), STORE_UNSURE);

	put_unsure(shelf, ID(1), 1);
	assert_int_equal(receipt(shelf, 500, ATTEMPT_MS - 2 * MINUTE_MS, NULL),
			 0);
	assert_int_equal(receipt(shelf, 501, ATTEMPT_MS - MINUTE_MS, NULL),
			 ID(1));
	assert_int_equal(receipt(shelf, 502, ATTEMPT_MS + MINUTE_MS, NULL),
			 ID(1));
	/* sent again: the time of the first attempt is gone */
	row.resends = 1;
	shelf_must(shelf, shelf_update(&row));
	assert_int_equal(receipt(shelf, 503, SHELF_NOW_MS, NULL), ID(1));
	assert_int_equal(receipt(shelf, 504, SHELF_NOW_MS - 2 * MINUTE_MS,
				 NULL), 0);
}

/* Sent again and taken: the earlier attempt may be the one that is told of. */
static void test_after_the_resend(void **state)
{
	struct shelf *shelf = *state;

	put_unsure(shelf, ID(1), 1);
	shelf_must(shelf, shelf_update(&(struct store_delivery){
		.id = ID(1), .state = STORE_SENT, .lane = LANE, .resends = 1 }));
	assert_int_equal(receipt(shelf, 500, 0, NULL), ID(1));
}

static void test_forgotten_at_its_end(void **state)
{
	struct shelf *shelf = *state;
	struct store_delivery row = row_of(ID(1), STORE_DELIVERED);
	struct store_change end = shelf_update(&row);

	put_unsure(shelf, ID(1), 1);
	end.update.unbind = true;
	shelf_must(shelf, end);
	assert_int_equal(receipt(shelf, 500, 0, NULL), 0);
}

static void check_waiting(struct shelf *shelf, struct store_change change,
			  bool is_found)
{
	assert_int_equal(shelf_apply(shelf, &change), IWF_OK);
	assert_int_equal(change.update.waiting.len != 0, is_found);
	assert_int_equal(change.update.waiting_by_lane, is_found);
	if (is_found)
		assert_int_equal(change.update.waiting_part, 3);
	iwf_arena_destroy(&change.arena);
}

/* The receipt comes while the answer is awaited that never comes. */
static void test_receipt_before_it_is_unsure(void **state)
{
	struct shelf *shelf = *state;

	put(shelf, ID(1), STORE_ATTEMPT);
	assert_int_equal(receipt(shelf, 500, ATTEMPT_MS, NULL), 0);
	check_waiting(shelf, unsure(ID(1), 3), true);
	/* it is taken */
	check_waiting(shelf, unsure(ID(1), 3), false);
}

static void test_receipt_that_may_be_of_another(void **state)
{
	struct shelf *shelf = *state;

	put(shelf, ID(1), STORE_ATTEMPT);
	put(shelf, ID(2), STORE_ATTEMPT);
	assert_int_equal(receipt(shelf, 500, ATTEMPT_MS, NULL), 0);
	check_waiting(shelf, unsure(ID(1), 3), false);
	shelf_set_state(shelf, ID(2), STORE_FAILED);
	check_waiting(shelf, unsure(ID(1), 3), true);
}

static void test_receipt_of_an_earlier_message(void **state)
{
	struct shelf *shelf = *state;

	put(shelf, ID(1), STORE_ATTEMPT);
	assert_int_equal(receipt(shelf, 500, ATTEMPT_MS - 2 * MINUTE_MS, NULL),
			 0);
	check_waiting(shelf, unsure(ID(1), 3), false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHELF_ROW(test_the_only_one),
		SHELF_ROW(test_of_another_lane),
		SHELF_ROW(test_a_known_id_comes_first),
		SHELF_ROW(test_not_one_of_two),
		SHELF_ROW(test_not_with_two_unsure_parts),
		SHELF_ROW(test_not_while_another_is_out),
		SHELF_ROW(test_not_submitted_before_the_attempt),
		SHELF_ROW(test_after_the_resend),
		SHELF_ROW(test_forgotten_at_its_end),
		SHELF_ROW(test_receipt_before_it_is_unsure),
		SHELF_ROW(test_receipt_that_may_be_of_another),
		SHELF_ROW(test_receipt_of_an_earlier_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
