/* What every backend of the store does alike: receipts, parts, housekeeping. */
#include "unit/store/shelf.h"

#include "base/record.h"
#include "store/store_priv.h"

#include <iwf/random.h>

#include <stdio.h>

#define MINUTE_MS 60000

/* ---- receipts ---- */

static struct store_change bind_to(uint64_t id, uint64_t key, uint32_t part)
{
	struct store_delivery row = shelf_row(id);
	struct store_change change;

	row.state = STORE_SENT;
	change = shelf_update(&row);
	change.update.bind_key[0] = key;
	change.update.bind_part[0] = part;
	change.update.bind_count = 1;
	return change;
}

static struct store_change receipt(uint64_t key)
{
	return (struct store_change){ .verb = STORE_JOIN, .join = {
		.key = { key }, .key_count = 1, .now_ms = SHELF_NOW_MS,
		.waiting = IWF_STR("a receipt") } };
}

static void test_bind_then_join(void **state)
{
	struct shelf *shelf = *state;
	struct store_change join = receipt(1);

	shelf_put_plain(shelf, ID(1));
	shelf_must(shelf, bind_to(ID(1), UINT64_MAX, 2));
	join.join.key[1] = UINT64_MAX;
	join.join.key_count = 2;
	assert_int_equal(shelf_apply(shelf, &join), IWF_OK);
	assert_true(join.join.is_joined);
	assert_int_equal(join.join.candidates, 1);
	assert_int_equal(join.join.part, 2);
	assert_int_equal(join.join.row.id, ID(1));
	assert_int_equal(join.join.row.state, STORE_SENT);
	assert_str(join.join.record, "a record");
	iwf_arena_destroy(&join.arena);
}

static void test_join_then_bind(void **state)
{
	struct shelf *shelf = *state;
	struct store_change join = receipt(42), bind;

	join.join.key[1] = 43;
	join.join.key_count = 2;
	shelf_put_plain(shelf, ID(1));
	shelf_put_plain(shelf, ID(2));
	/* told twice while it waits: one receipt */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(shelf_apply(shelf, &join), IWF_OK);
		assert_false(join.join.is_joined);
		iwf_arena_destroy(&join.arena);
	}
	bind = bind_to(ID(1), 43, 3);
	assert_int_equal(shelf_apply(shelf, &bind), IWF_OK);
	assert_str(bind.update.waiting, "a receipt");
	assert_int_equal(bind.update.waiting_part, 3);
	iwf_arena_destroy(&bind.arena);
	/* it is taken, under its other key as well */
	bind = bind_to(ID(2), 42, 1);
	assert_int_equal(shelf_apply(shelf, &bind), IWF_OK);
	assert_int_equal(bind.update.waiting.len, 0);
	iwf_arena_destroy(&bind.arena);
}

static void test_several_receipts_come_one_by_one(void **state)
{
	struct shelf *shelf = *state;
	struct store_change first = receipt(7), second = receipt(7), bind;

	second.join.waiting = IWF_STR("another");
	shelf_put_plain(shelf, ID(1));
	shelf_must(shelf, first);
	shelf_must(shelf, second);
	bind = bind_to(ID(1), 7, 1);
	shelf_apply(shelf, &bind);
	assert_str(bind.update.waiting, "a receipt");
	iwf_arena_destroy(&bind.arena);
	shelf_apply(shelf, &bind);
	assert_str(bind.update.waiting, "another");
	iwf_arena_destroy(&bind.arena);
}

static void test_unbind(void **state)
{
	struct shelf *shelf = *state;
	struct store_delivery row = shelf_row(ID(1));
	struct store_change update, join = receipt(8);

	shelf_put_plain(shelf, ID(1));
	for (uint64_t key = 8; key < 14; key++)
		shelf_must(shelf, bind_to(ID(1), key, (uint32_t)key - 7));
	row.state = STORE_DELIVERED;
	update = shelf_update(&row);
	update.update.unbind = true;
	shelf_must(shelf, update);
	for (uint64_t key = 8; key < 14; key++) {
		join.join.key[0] = key;
		shelf_apply(shelf, &join);
		assert_false(join.join.is_joined);
		iwf_arena_destroy(&join.arena);
	}
}

/* Some peers give all parts of a message one id. */
static void test_one_id_for_all_parts(void **state)
{
	struct shelf *shelf = *state;
	struct store_change join = receipt(8);
	struct store_delivery row = shelf_row(ID(1));

	shelf_put_plain(shelf, ID(1));
	for (uint32_t part = 3; part; part--)
		shelf_must(shelf, bind_to(ID(1), 8, part));
	shelf_apply(shelf, &join);
	assert_true(join.join.is_joined);
	assert_int_equal(join.join.candidates, 1);
	assert_int_equal(join.join.part, 1);
	iwf_arena_destroy(&join.arena);
	/* As soon as it is known how many there are. */
	row.parts = 3;
	shelf_must(shelf, shelf_update(&row));
	shelf_apply(shelf, &join);
	assert_int_equal(join.join.part, 0);
	iwf_arena_destroy(&join.arena);
	row.parts = 4;
	shelf_must(shelf, shelf_update(&row));
	shelf_apply(shelf, &join);
	assert_int_equal(join.join.part, 1);
	iwf_arena_destroy(&join.arena);
}

/* Of several, the one that has not ended; and by which id it was found. */
static void test_what_has_ended_is_no_rival(void **state)
{
	struct shelf *shelf = *state;
	struct store_delivery row = shelf_row(ID(2));
	struct store_change join = receipt(17);

	shelf_put_plain(shelf, ID(1));
	shelf_put_plain(shelf, ID(2));
	shelf_must(shelf, bind_to(ID(1), 8, 1));
	shelf_must(shelf, bind_to(ID(2), 8, 1));
	row.state = STORE_DELIVERED;
	shelf_must(shelf, shelf_update(&row));
	join.join.key[join.join.key_count++] = 8;
	shelf_apply(shelf, &join);
	assert_true(join.join.is_joined);
	assert_int_equal(join.join.row.id, ID(1));
	assert_int_equal(join.join.candidates, 2);
	assert_int_equal(join.join.key_joined, 1);
	iwf_arena_destroy(&join.arena);
}

static void put_for(struct shelf *shelf, uint64_t id, const char *number)
{
	struct iwf_message msg = { .kind = IWF_KIND_MESSAGE, .to = {
		.kind = IWF_ADDRESS_NUMBER, .user = iwf_str_from(number) } };
	struct iwf_buf buf = { 0 };

	record_format(&buf, &msg);
	shelf_must(shelf, shelf_put(id, iwf_buf_str(&buf)));
	iwf_buf_free(&buf);
	shelf_must(shelf, bind_to(id, 5, 1));
}

static uint64_t recipient(struct shelf *shelf, const char *number)
{
	struct iwf_address to = { .kind = IWF_ADDRESS_NUMBER,
				  .user = iwf_str_from(number) };
	struct iwf_buf buf = { 0 };
	uint64_t hash;

	iwf_address_key(&buf, &to);
	hash = iwf_hash(shelf->recovery.key, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return hash;
}

static void test_recipient_decides_among_several(void **state)
{
	struct shelf *shelf = *state;
	static const struct {
		const char *to;
		uint64_t id;
	} rows[] = {
		{ "+491", ID(1) }, { "+492", ID(2) }, { "+493", ID(3) },
		{ NULL, 0 }, { "+499", 0 },
	};

	put_for(shelf, ID(1), "+491");
	put_for(shelf, ID(2), "+492");
	put_for(shelf, ID(3), "+493");
	for (unsigned i = 0; i < 5; i++) {
		struct store_change join = receipt(5);

		if (rows[i].to)
			join.join.recipient = recipient(shelf, rows[i].to);
		shelf_apply(shelf, &join);
		assert_int_equal(join.join.candidates, 3);
		assert_int_equal(join.join.is_joined, rows[i].id != 0);
		assert_int_equal(join.join.is_ambiguous, rows[i].id == 0);
		if (rows[i].id)
			assert_int_equal(join.join.row.id, rows[i].id);
		iwf_arena_destroy(&join.arena);
	}
}

/* Another spelling of a receipt's id may be the id of another message, whose
 * recipient is another: the receipt waits for its own. */
static void test_a_guessed_id_needs_its_recipient(void **state)
{
	struct shelf *shelf = *state;
	struct store_change early = receipt(17), theirs = receipt(17);

	put_for(shelf, ID(1), "+491");
	early.join.key[early.join.key_count++] = 5;
	early.join.recipient = recipient(shelf, "+492");
	assert_int_equal(shelf_apply(shelf, &early), IWF_OK);
	assert_false(early.join.is_joined);
	iwf_arena_destroy(&early.arena);
	theirs.join.key[theirs.join.key_count++] = 5;
	theirs.join.recipient = recipient(shelf, "+491");
	assert_int_equal(shelf_apply(shelf, &theirs), IWF_OK);
	assert_true(theirs.join.is_joined);
	assert_int_equal(theirs.join.row.id, ID(1));
	iwf_arena_destroy(&theirs.arena);
}

static void test_a_guess_that_waits_needs_its_recipient(void **state)
{
	static const char *const numbers[] = { "+491", "+492" };
	struct shelf *shelf = *state;
	struct store_change early = receipt(17);

	early.join.key[early.join.key_count++] = 5;
	early.join.recipient = recipient(shelf, "+492");
	shelf_must(shelf, early);
	for (unsigned i = 0; i < 2; i++) {
		struct store_change bound = bind_to(ID(1 + i), 5, 1);

		shelf_put_plain(shelf, ID(1 + i));
		bound.update.recipient = recipient(shelf, numbers[i]);
		assert_int_equal(shelf_apply(shelf, &bound), IWF_OK);
		assert_int_equal(bound.update.waiting.len > 0, i);
		iwf_arena_destroy(&bound.arena);
	}
}

/* ---- parts ---- */

static struct store_change part_of(uint32_t part, uint32_t parts,
				   struct iwf_str record)
{
	return (struct store_change){ .verb = STORE_PART, .part = {
		.set_key = UINT64_C(0x8000000000000001), .part = part,
		.content_key = (uint64_t)part << 32 | record.len << 16 |
			(uint64_t)(record.len ? record.ptr[0] : 1) << 1 | 1,
		.parts = parts, .link = 4, .record = record,
		.now_ms = SHELF_NOW_MS } };
}

static void check_part(struct shelf *shelf, struct store_change change,
		       bool is_duplicate, uint32_t record_count)
{
	assert_int_equal(shelf_apply(shelf, &change), IWF_OK);
	assert_int_equal(change.part.is_duplicate, is_duplicate);
	assert_int_equal(change.part.is_complete, record_count != 0);
	if (record_count) {
		assert_int_equal(change.part.record_count, record_count);
		assert_str(change.part.records[0], "one");
		assert_str(change.part.records[1], "two");
		assert_str(change.part.records[2], "three");
	}
	iwf_arena_destroy(&change.arena);
}

struct recalled {
	unsigned count;
	char text[16];
};

static void on_value(void *arg, uint32_t link, struct iwf_str key,
		     struct iwf_str value)
{
	struct recalled *found = arg;

	if (link != 7 || !iwf_str_eq(key, IWF_STR("read-up-to")))
		return;
	found->count++;
	snprintf(found->text, sizeof(found->text), "%.*s", IWF_STR_ARG(value));
}

/* What SQLite still knows when it is opened again. */
static void check_cursor(struct shelf *shelf, const char *text)
{
	struct recalled found = { 0 };

	if (shelf->conf.backend == STORE_BACKEND_SQLITE) {
		shelf_close(shelf);
		shelf_open(shelf);
		store_recall(shelf->store, on_value, &found);
		store_start(shelf->store);
	} else {
		/* its only life; the committer is at rest */
		shelf->store->engine->ops->recall(shelf->store->engine,
						  on_value, &found);
	}
	assert_int_equal(found.count, text != NULL);
	if (text)
		assert_string_equal(found.text, text);
}

static void set_cursor(struct store_remember *cursor, const char *text)
{
	*cursor = (struct store_remember){ 7, IWF_STR("read-up-to"),
					   iwf_str_from(text) };
}

static void test_a_cursor_comes_with_what_is_put(void **state)
{
	struct shelf *shelf = *state;
	struct store_change put = shelf_put(ID(1), IWF_STR("one"));
	struct store_change part = part_of(1, 3, IWF_STR("one"));

	set_cursor(&put.put.cursor, "41");
	put.put.duplicate_key = 9;
	shelf_must(shelf, put);
	check_cursor(shelf, "41");
	/* a duplicate is passed over, too */
	put.put.row = shelf_row(ID(2));
	set_cursor(&put.put.cursor, "42");
	assert_int_equal(shelf_apply(shelf, &put), IWF_OK);
	assert_true(put.put.is_duplicate);
	check_cursor(shelf, "42");
	/* what is refused is not passed */
	put = shelf_put(ID(1), IWF_STR("not the same"));
	set_cursor(&put.put.cursor, "43");
	assert_int_equal(shelf_apply(shelf, &put), IWF_E_EXISTS);
	check_cursor(shelf, "42");
	set_cursor(&part.part.cursor, "44");
	shelf_must(shelf, part);
	check_cursor(shelf, "44");
	shelf_must(shelf, shelf_put(ID(3), IWF_STR("none of its own")));
	check_cursor(shelf, "44");
}

static void test_parts_in_any_order(void **state)
{
	struct shelf *shelf = *state;
	struct store_change joined = shelf_put(ID(1), IWF_STR("whole"));
	struct store_change late = part_of(1, 3, IWF_STR("one"));

	check_part(shelf, part_of(3, 3, IWF_STR("three")), false, 0);
	check_part(shelf, part_of(1, 3, IWF_STR("one")), false, 0);
	check_part(shelf, part_of(3, 3, IWF_STR("three")), true, 0);
	check_part(shelf, part_of(2, 3, IWF_STR("two")), false, 3);
	joined.put.set_key = UINT64_C(0x8000000000000001);
	shelf_must(shelf, joined);
	/* what comes again is known, for its time */
	check_part(shelf, part_of(2, 3, IWF_STR("two")), true, 0);
	late.part.now_ms += 30 * MINUTE_MS;
	check_part(shelf, late, false, 0);
}

/* The peer numbers its messages from one again, or always by the same number:
 * one that another message has begun to use is not lost, nor is the other. */
static void test_a_reference_used_again(void **state)
{
	const struct iwf_str second[] = { IWF_STR("uno"), IWF_STR("due") };
	struct shelf *shelf = *state;
	struct store_change joined = shelf_put(ID(1), IWF_STR("whole"));
	struct store_change reused = part_of(1, 3, IWF_STR("uno"));

	check_part(shelf, part_of(1, 3, IWF_STR("one")), false, 0);
	check_part(shelf, part_of(2, 3, IWF_STR("two")), false, 0);
	assert_int_equal(shelf_apply(shelf, &reused), IWF_OK);
	assert_true(reused.part.is_reused);
	assert_false(reused.part.is_duplicate);
	iwf_arena_destroy(&reused.arena);
	check_part(shelf, part_of(1, 3, IWF_STR("one")), true, 0);
	check_part(shelf, part_of(2, 3, IWF_STR("due")), false, 0);
	/* the message of the first two was on its way: it may not take these */
	joined.put.set_key = UINT64_C(0x8000000000000001);
	joined.put.set_sum = store_parts_sum((const struct iwf_str[]){
		IWF_STR("one"), IWF_STR("two") }, 2);
	assert_int_equal(shelf_apply(shelf, &joined), IWF_E_GONE);
	joined.put.set_sum = store_parts_sum(second, 2);
	assert_int_equal(shelf_apply(shelf, &joined), IWF_OK);
	iwf_arena_destroy(&joined.arena);
}

static void test_part_out_of_its_set(void **state)
{
	struct store_change zero = part_of(0, 3, IWF_STR("x"));
	struct store_change over = part_of(4, 3, IWF_STR("x"));

	assert_int_equal(shelf_apply(*state, &zero), IWF_E_SYNTAX);
	assert_int_equal(shelf_apply(*state, &over), IWF_E_SYNTAX);
}

static void test_sets_that_wait(void **state)
{
	struct shelf *shelf = *state;
	struct store_query query = { .kind = STORE_Q_SETS,
				     .until_ms = SHELF_NOW_MS };
	struct store_change part = part_of(3, 3, IWF_STR("three"));

	shelf_must(shelf, part);
	part = part_of(1, 3, IWF_STR("one"));
	part.part.now_ms += 5000;
	shelf_must(shelf, part);
	shelf_ask(shelf, &query);
	assert_int_equal(query.set_count, 0);
	iwf_arena_destroy(&query.arena);
	query.until_ms++;
	shelf_ask(shelf, &query);
	assert_int_equal(query.set_count, 1);
	assert_int_equal(query.sets[0].set_key, part.part.set_key);
	assert_int_equal(query.sets[0].link, 4);
	assert_int_equal(query.sets[0].parts, 3);
	assert_int_equal(query.sets[0].record_count, 2);
	assert_str(query.sets[0].records[0], "one");
	assert_str(query.sets[0].records[1], "three");
	iwf_arena_destroy(&query.arena);
}

/* ---- housekeeping ---- */

static struct store_change sweep_before(int64_t before_ms, uint32_t max_rows)
{
	return (struct store_change){ .verb = STORE_SWEEP, .sweep = {
		.keep_before_ms = before_ms, .unmatched_before_ms = before_ms,
		.set_before_ms = before_ms, .max_rows = max_rows } };
}

static uint32_t sweep(struct shelf *shelf, struct store_change change)
{
	assert_int_equal(shelf_apply(shelf, &change), IWF_OK);
	iwf_arena_destroy(&change.arena);
	return change.sweep.purged;
}

static void test_sweep_takes_what_is_final_and_old(void **state)
{
	struct shelf *shelf = *state;
	/* over many slices, some rows not final, one too young */
	for (uint64_t i = 1; i <= 40; i++) {
		struct store_change change = shelf_put(i << 35, IWF_STR("r"));

		if (i == 40)
			change.put.row.accepted_at_ms += 1000;
		shelf_must(shelf, change);
		if (i % 10)
			shelf_set_state(shelf, i << 35, STORE_DELIVERED);
	}
	assert_int_equal(sweep(shelf, sweep_before(SHELF_NOW_MS, 10)), 0);
	assert_int_equal(sweep(shelf, sweep_before(SHELF_NOW_MS + 1, 10)), 10);
	assert_int_equal(shelf_ledger(shelf).purged, 10);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
	while (sweep(shelf, sweep_before(SHELF_NOW_MS + 1, 10)) == 10)
		;
	assert_int_equal(shelf_ledger(shelf).taken, 40);
	assert_int_equal(shelf_ledger(shelf).purged, 36);
	assert_int_equal(shelf_ledger(shelf).counted, 4);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
	for (uint64_t i = 10; i <= 30; i += 10)
		assert_int_equal(shelf_state(shelf, i << 35), STORE_QUEUED);
	/* what waited becomes final and is found by a later round */
	shelf_set_state(shelf, UINT64_C(10) << 35, STORE_EXPIRED);
	assert_int_equal(sweep(shelf, sweep_before(SHELF_NOW_MS + 1, 10)) +
			 sweep(shelf, sweep_before(SHELF_NOW_MS + 1, 10)), 1);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
}

static void test_sweep_unbinds(void **state)
{
	struct shelf *shelf = *state;
	struct store_change join = receipt(21);

	shelf_put_plain(shelf, ID(1));
	shelf_must(shelf, bind_to(ID(1), 21, 1));
	shelf_set_state(shelf, ID(1), STORE_EXPIRED);
	assert_int_equal(sweep(shelf, sweep_before(SHELF_NOW_MS + 1, 5)), 1);
	shelf_apply(shelf, &join);
	assert_false(join.join.is_joined);
	assert_int_equal(join.join.candidates, 0);
	iwf_arena_destroy(&join.arena);
}

static void test_sweep_takes_receipts_and_tombstones(void **state)
{
	struct shelf *shelf = *state;
	struct store_change joined = shelf_put(ID(1), IWF_STR("whole"));
	struct store_change old = sweep_before(SHELF_NOW_MS + 1, 100);

	joined.put.set_key = part_of(1, 3, IWF_STR_NONE).part.set_key;
	shelf_must(shelf, part_of(1, 3, IWF_STR("one")));
	shelf_must(shelf, joined);
	for (uint64_t key = 1; key <= 3; key++)
		shelf_must(shelf, receipt(key));
	assert_int_equal(shelf_apply(shelf, &old), IWF_OK);
	assert_int_equal(old.sweep.unmatched, 3);
	assert_int_equal(old.sweep.purged, 0);
	shelf_put_plain(shelf, ID(2));
	old = bind_to(ID(2), 2, 1);
	shelf_apply(shelf, &old);
	assert_int_equal(old.update.waiting.len, 0);
	iwf_arena_destroy(&old.arena);
	check_part(shelf, part_of(1, 3, IWF_STR("one")), false, 0);
}

/* A part that came while the message without it was on its way stays. */
static void test_a_set_that_grew_is_not_joined(void **state)
{
	struct shelf *shelf = *state;
	const struct iwf_str records[] = {
		IWF_STR("a"), IWF_STR("b"), IWF_STR("c"),
	};
	struct store_change put = shelf_put(ID(1), IWF_STR("a b"));

	put.put.set_key = UINT64_C(0x8000000000000001);
	put.put.set_sum = store_parts_sum(records, 2);
	for (uint32_t part = 1; part <= 3; part++)
		shelf_must(shelf, part_of(part, 4, records[part - 1]));
	assert_int_equal(shelf_apply(shelf, &put), IWF_E_GONE);
	assert_int_equal(shelf_state(shelf, ID(1)), 0);
	put.put.set_sum = store_parts_sum(records, 3);
	assert_int_equal(shelf_apply(shelf, &put), IWF_OK);
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_QUEUED);
	iwf_arena_destroy(&put.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHELF_ROW(test_bind_then_join),
		SHELF_ROW(test_join_then_bind),
		SHELF_ROW(test_several_receipts_come_one_by_one),
		SHELF_ROW(test_unbind),
		SHELF_ROW(test_one_id_for_all_parts),
		SHELF_ROW(test_what_has_ended_is_no_rival),
		SHELF_ROW(test_recipient_decides_among_several),
		SHELF_ROW(test_a_cursor_comes_with_what_is_put),
		SHELF_ROW(test_a_guessed_id_needs_its_recipient),
		SHELF_ROW(test_a_set_that_grew_is_not_joined),
		SHELF_ROW(test_a_guess_that_waits_needs_its_recipient),
		SHELF_ROW(test_parts_in_any_order),
		SHELF_ROW(test_a_reference_used_again),
		SHELF_ROW(test_part_out_of_its_set),
		SHELF_ROW(test_sets_that_wait),
		SHELF_ROW(test_sweep_takes_what_is_final_and_old),
		SHELF_ROW(test_sweep_unbinds),
		SHELF_ROW(test_sweep_takes_receipts_and_tombstones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
