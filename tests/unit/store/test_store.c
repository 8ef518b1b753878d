/* What every backend of the store does alike: messages, their states, queries. */
#include "unit/store/shelf.h"

#define MINUTE_MS 60000

/* ---- PUT ---- */

static void test_put_is_found(void **state)
{
	struct shelf *shelf = *state;
	struct store_change change = shelf_put(ID(1), IWF_STR("bytes\0more"));
	struct store_query query = { .kind = STORE_Q_ID, .id = ID(1),
				     .with_record = true };
	struct store_delivery *row = &change.put.row;

	row->kind = IWF_KIND_REPORT;
	row->about = ID(7);
	row->attempts = 3;
	row->resends = 1;
	row->parts = 200;
	row->coding = 8;
	row->parts_sent[0] = 0x81;
	row->parts_sent[24] = 0x80;
	row->parts_good[3] = 1;
	row->attempt_at_ms = 11;
	row->sent_at_ms = 12;
	row->done_at_ms = 13;
	row->told_at_ms = 14;
	row->code = 0xFFFFFFFF;
	row->remote = IWF_STR("12,34");
	row->text = IWF_STR("gr\xc3\xbc\xc3\x9f");
	assert_int_equal(shelf_apply(shelf, &change), IWF_OK);
	assert_false(change.put.is_duplicate);
	shelf_ask(shelf, &query);
	assert_int_equal(query.found_count, 1);
	assert_str(query.found[0].record, "bytes\0more");
	assert_str(query.found[0].row.remote, "12,34");
	assert_str(query.found[0].row.text, "gr\xc3\xbc\xc3\x9f");
	query.found[0].row.remote = row->remote;
	query.found[0].row.text = row->text;
	assert_memory_equal(&query.found[0].row, row, offsetof(
		struct store_delivery, code) + sizeof(row->code));
	iwf_arena_destroy(&query.arena);
	iwf_arena_destroy(&change.arena);
}

static void test_put_again_counts_once(void **state)
{
	struct shelf *shelf = *state;
	struct store_change other = shelf_put(ID(1), IWF_STR("other"));

	shelf_put_plain(shelf, ID(1));
	shelf_put_plain(shelf, ID(1));
	assert_int_equal(shelf_ledger(shelf).taken, 1);
	assert_int_equal(shelf_apply(shelf, &other), IWF_E_EXISTS);
	assert_int_equal(shelf_ledger(shelf).taken, 1);
	assert_int_equal(shelf_ledger(shelf).imbalance, 0);
}

static void test_refused_does_not_sink_the_batch(void **state)
{
	struct shelf *shelf = *state;
	struct store_change changes[3];

	shelf_put_plain(shelf, ID(1));
	changes[0] = shelf_put(ID(2), IWF_STR("a"));
	changes[1] = shelf_put(ID(1), IWF_STR("not the same"));
	changes[2] = shelf_put(ID(3), IWF_STR("b"));
	shelf_apply_all(shelf, changes, 3);
	assert_int_equal(changes[0].err, IWF_OK);
	assert_int_equal(changes[1].err, IWF_E_EXISTS);
	assert_int_equal(changes[2].err, IWF_OK);
	assert_int_equal(shelf_ledger(shelf).taken, 3);
}

static struct store_change keyed(uint64_t id, int64_t after_ms)
{
	struct store_change change = shelf_put(id, IWF_STR("same"));

	change.put.duplicate_key = UINT64_C(0xABCDEF0123456789);
	change.put.row.accepted_at_ms += after_ms;
	return change;
}

static void check_duplicate(struct shelf *shelf, struct store_change change,
			    uint64_t original)
{
	assert_int_equal(shelf_apply(shelf, &change), IWF_OK);
	assert_int_equal(change.put.is_duplicate, original != 0);
	if (original)
		assert_int_equal(change.put.original, original);
	iwf_arena_destroy(&change.arena);
}

static void test_duplicate_within_its_time(void **state)
{
	struct shelf *shelf = *state;

	check_duplicate(shelf, keyed(ID(1), 0), 0);
	check_duplicate(shelf, keyed(ID(2), 1), ID(1));
	check_duplicate(shelf, keyed(ID(3), 10 * MINUTE_MS - 1), ID(1));
	check_duplicate(shelf, keyed(ID(4), 10 * MINUTE_MS), 0);
	check_duplicate(shelf, keyed(ID(5), 10 * MINUTE_MS + 1), ID(4));
	check_duplicate(shelf, keyed(ID(6), 24 * 60 * MINUTE_MS), 0);
	assert_int_equal(shelf_state(shelf, ID(2)), 0);
	assert_int_equal(shelf_ledger(shelf).taken, 3);
}

static void test_duplicate_across_generations(void **state)
{
	struct shelf *shelf = *state;
	/* generations begin at multiples of duplicate_ms */
	int64_t gap_ms = 10 * MINUTE_MS - SHELF_NOW_MS % (10 * MINUTE_MS);

	check_duplicate(shelf, keyed(ID(1), gap_ms - 1), 0);
	check_duplicate(shelf, keyed(ID(2), gap_ms + 1), ID(1));
}

static void test_duplicate_of_what_failed_is_new(void **state)
{
	static const struct {
		enum store_state state;
		bool is_duplicate;
	} rows[] = {
		{ STORE_SENT, true }, { STORE_UNSURE, true },
		{ STORE_FINISHED, true }, { STORE_DELIVERED, true },
		{ STORE_FAILED, false }, { STORE_EXPIRED, false },
		{ STORE_CANCELLED, false },
	};
	struct shelf *shelf = *state;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store_change first = keyed(ID(10 * i + 1), 0);
		struct store_change second = keyed(ID(10 * i + 2), 5);

		first.put.duplicate_key = second.put.duplicate_key = 77 + i;
		check_duplicate(shelf, first, 0);
		shelf_set_state(shelf, ID(10 * i + 1), rows[i].state);
		check_duplicate(shelf, second,
				rows[i].is_duplicate ? ID(10 * i + 1) : 0);
	}
}

static void test_one_batch_sees_its_own_duplicate(void **state)
{
	struct shelf *shelf = *state;
	struct store_change changes[2] = { keyed(ID(1), 0), keyed(ID(2), 0) };

	shelf_apply_all(shelf, changes, 2);
	assert_false(changes[0].put.is_duplicate);
	assert_true(changes[1].put.is_duplicate);
	assert_int_equal(changes[1].put.original, ID(1));
	assert_int_equal(changes[1].put.original_state, STORE_QUEUED);
}

static void test_several_recipients_share_a_message(void **state)
{
	struct shelf *shelf = *state;
	struct store_query query = { .kind = STORE_Q_RECENT,
				     .with_record = true };
	struct store_change sweep = { .verb = STORE_SWEEP, .sweep = {
		.keep_before_ms = SHELF_NOW_MS + 1, .max_rows = 10 } };

	for (unsigned i = 1; i <= 3; i++) {
		struct store_change change = shelf_put(ID(i), IWF_STR("one"));

		change.put.row.message_id = ID(1);
		shelf_must(shelf, change);
	}
	shelf_set_state(shelf, ID(1), STORE_FAILED);
	shelf_must(shelf, sweep);
	shelf_ask(shelf, &query);
	/* the first delivery is gone, its message is not */
	assert_int_equal(query.found_count, 2);
	assert_str(query.found[0].record, "one");
	assert_str(query.found[1].record, "one");
	iwf_arena_destroy(&query.arena);
}

static void test_what_ended_late_is_kept(void **state)
{
	struct shelf *shelf = *state;
	struct store_change sweep = { .verb = STORE_SWEEP, .sweep = {
		.keep_before_ms = SHELF_NOW_MS + 1000, .max_rows = 10 } };

	for (unsigned i = 1; i <= 2; i++) {
		struct store_delivery row = shelf_row(ID(i));

		shelf_put_plain(shelf, row.id);
		row.state = STORE_DELIVERED;
		row.done_at_ms = SHELF_NOW_MS + 500 * i;
		shelf_must(shelf, shelf_update(&row));
	}
	shelf_must(shelf, sweep);
	assert_int_equal(shelf_state(shelf, ID(1)), 0);
	assert_int_equal(shelf_state(shelf, ID(2)), STORE_DELIVERED);
}

/* ---- UPDATE ---- */

static void test_states(void **state)
{
	struct shelf *shelf = *state;

	shelf_put_plain(shelf, ID(1));
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_QUEUED);
	shelf_set_state(shelf, ID(1), STORE_ATTEMPT);
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_ATTEMPT);
	shelf_set_state(shelf, ID(1), STORE_UNSURE);
	shelf_set_state(shelf, ID(1), STORE_SENT);
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_SENT);
}

static void check_update(struct shelf *shelf, const struct store_delivery *row,
			 bool was_final)
{
	struct store_change change = shelf_update(row);

	assert_int_equal(shelf_apply(shelf, &change), IWF_OK);
	assert_int_equal(change.update.was_final, was_final);
	iwf_arena_destroy(&change.arena);
}

static void test_final_stays(void **state)
{
	struct shelf *shelf = *state;
	struct store_delivery row = shelf_row(ID(1));

	shelf_put_plain(shelf, ID(1));
	row.state = STORE_DELIVERED;
	check_update(shelf, &row, false);
	row.state = STORE_FAILED;
	check_update(shelf, &row, true);
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_DELIVERED);
	row.state = STORE_DISPLAYED;
	check_update(shelf, &row, false);
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_DISPLAYED);
	row.told_at_ms = 5;
	check_update(shelf, &row, false);
	check_update(shelf, &row, true);
	row.state = STORE_QUEUED;
	check_update(shelf, &row, true);
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_DISPLAYED);
}

static void test_update_of_nothing(void **state)
{
	struct store_delivery row = shelf_row(ID(9));
	struct store_change change = shelf_update(&row);

	assert_int_equal(shelf_apply(*state, &change), IWF_E_NOT_FOUND);
	assert_int_equal(shelf_ledger(*state).taken, 0);
}

static struct store_change with_report(uint64_t id, uint64_t report_id)
{
	struct store_delivery row = shelf_row(id);
	struct store_change change;

	row.state = STORE_DELIVERED;
	change = shelf_update(&row);
	change.update.report.row = shelf_row(report_id);
	change.update.report.row.kind = IWF_KIND_REPORT;
	change.update.report.row.about = id;
	change.update.report.record = IWF_STR("a report");
	return change;
}

static void test_report_comes_with_its_cause(void **state)
{
	struct shelf *shelf = *state;
	struct store_query query = { .kind = STORE_Q_ABOUT, .id = ID(1),
				     .with_record = true };
	int64_t commits;

	shelf_put_plain(shelf, ID(1));
	commits = shelf_metric(shelf, "store_commits_total");
	shelf_must(shelf, with_report(ID(1), ID(2)));
	assert_int_equal(shelf_metric(shelf, "store_commits_total"),
			 commits + 1);
	shelf_must(shelf, with_report(ID(1), ID(2)));
	/* the cause is final: no second report */
	shelf_must(shelf, with_report(ID(1), ID(3)));
	shelf_ask(shelf, &query);
	assert_int_equal(query.found_count, 1);
	assert_int_equal(query.found[0].row.id, ID(2));
	assert_int_equal(query.found[0].row.kind, IWF_KIND_REPORT);
	assert_str(query.found[0].record, "a report");
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_DELIVERED);
	assert_int_equal(shelf_ledger(shelf).taken, 2);
	iwf_arena_destroy(&query.arena);
}

static int64_t told_at(struct shelf *shelf, uint64_t id)
{
	struct store_query query = { .kind = STORE_Q_ID, .id = id };
	int64_t at_ms;

	shelf_ask(shelf, &query);
	assert_int_equal(query.found_count, 1);
	at_ms = query.found[0].row.told_at_ms;
	iwf_arena_destroy(&query.arena);
	return at_ms;
}

static struct store_change told(uint64_t report_id, uint64_t id, int64_t at_ms)
{
	struct store_delivery row = shelf_row(report_id);
	struct store_change change;

	row.state = STORE_FINISHED;
	change = shelf_update(&row);
	change.update.told = id;
	change.update.told_at_ms = at_ms;
	return change;
}

/* With the end of the REPORT, in one commit, whatever state the delivery has;
 * a change of the delivery that knows nothing of it takes nothing back. */
static void test_told_with_the_end_of_a_report(void **state)
{
	struct shelf *shelf = *state;
	int64_t commits;

	shelf_put_plain(shelf, ID(1));
	for (uint64_t n = 2; n < 6; n++)
		shelf_put_plain(shelf, ID(n));
	commits = shelf_metric(shelf, "store_commits_total");
	shelf_must(shelf, told(ID(2), ID(1), 50));
	assert_int_equal(shelf_metric(shelf, "store_commits_total"),
			 commits + 1);
	assert_int_equal(told_at(shelf, ID(1)), 50);
	assert_int_equal(shelf_state(shelf, ID(2)), STORE_FINISHED);
	shelf_set_state(shelf, ID(1), STORE_DELIVERED);
	assert_int_equal(told_at(shelf, ID(1)), 50);
	/* the REPORT has ended: nothing of it is done again */
	shelf_must(shelf, told(ID(2), ID(1), 99));
	assert_int_equal(told_at(shelf, ID(1)), 50);
	shelf_must(shelf, told(ID(3), ID(1), 70));
	assert_int_equal(told_at(shelf, ID(1)), 70);
	shelf_must(shelf, told(ID(4), ID(1), 60));
	assert_int_equal(told_at(shelf, ID(1)), 70);
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_DELIVERED);
	/* what it was about is purged */
	shelf_must(shelf, told(ID(5), ID(9), 60));
	assert_int_equal(shelf_state(shelf, ID(5)), STORE_FINISHED);
}

/* ---- queries ---- */

static void put_due(struct shelf *shelf, uint64_t id, int64_t due_ms,
		    uint32_t link)
{
	struct store_change change = shelf_put(id, IWF_STR("r"));

	change.put.row.due_at_ms = due_ms;
	change.put.row.link = link;
	shelf_must(shelf, change);
}

static void check_found(struct shelf *shelf, struct store_query *query,
			const uint64_t *ids, uint32_t count)
{
	shelf_ask(shelf, query);
	assert_int_equal(query->found_count, count);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(query->found[i].row.id, ids[i]);
	iwf_arena_destroy(&query->arena);
}

static void test_due_in_order(void **state)
{
	struct shelf *shelf = *state;
	struct store_query query = { .kind = STORE_Q_DUE, .link = 1,
				     .until_ms = 300, .limit = 2 };

	put_due(shelf, ID(1), 300, 1);
	put_due(shelf, ID(2), 100, 1);
	put_due(shelf, ID(3), 100, 1);
	put_due(shelf, ID(4), 301, 1);
	put_due(shelf, ID(5), 100, 2);
	put_due(shelf, ID(6), 100, 1);
	shelf_set_state(shelf, ID(6), STORE_ATTEMPT);
	check_found(shelf, &query, (uint64_t[]){ ID(2), ID(3) }, 2);
	query.after_due_ms = 100;
	query.after_id = ID(2);
	check_found(shelf, &query, (uint64_t[]){ ID(3), ID(1) }, 2);
	query.after_due_ms = 300;
	query.after_id = ID(1);
	check_found(shelf, &query, NULL, 0);
}

static void test_due_again_after_retry(void **state)
{
	struct shelf *shelf = *state;
	struct store_delivery row = shelf_row(ID(1));
	struct store_query query = { .kind = STORE_Q_DUE, .link = 3,
				     .until_ms = 900, .limit = 10 };

	shelf_put_plain(shelf, ID(1));
	shelf_set_state(shelf, ID(1), STORE_ATTEMPT);
	row.due_at_ms = 900;
	row.link = 3;
	shelf_must(shelf, shelf_update(&row));
	check_found(shelf, &query, (uint64_t[]){ ID(1) }, 1);
	query.link = 1;
	query.until_ms = INT64_MAX;
	check_found(shelf, &query, NULL, 0);
}

static void test_by_state(void **state)
{
	static const enum store_state states[] = {
		STORE_SENT, STORE_UNSURE, STORE_QUEUED, STORE_FAILED,
		STORE_SENT, STORE_FAILED,
	};
	struct shelf *shelf = *state;
	struct store_query query = { .kind = STORE_Q_STATE,
				     .state = STORE_SENT };

	for (unsigned i = 0; i < 6; i++) {
		shelf_put_plain(shelf, ID(i + 1));
		shelf_set_state(shelf, ID(i + 1), states[i]);
	}
	check_found(shelf, &query, (uint64_t[]){ ID(1), ID(5) }, 2);
	query.id = ID(1);
	check_found(shelf, &query, (uint64_t[]){ ID(5) }, 1);
	query.id = 0;
	query.state = STORE_FAILED;
	check_found(shelf, &query, (uint64_t[]){ ID(4), ID(6) }, 2);
	query.limit = 1;
	check_found(shelf, &query, (uint64_t[]){ ID(4) }, 1);
	query = (struct store_query){ .kind = STORE_Q_AWAITED,
				      .until_ms = SHELF_NOW_MS + 1 };
	check_found(shelf, &query, (uint64_t[]){ ID(1), ID(2), ID(5) }, 3);
	query.until_ms = SHELF_NOW_MS;
	check_found(shelf, &query, NULL, 0);
	query = (struct store_query){ .kind = STORE_Q_RECENT, .limit = 2 };
	check_found(shelf, &query, (uint64_t[]){ ID(6), ID(5) }, 2);
	query.id = ID(3);
	check_found(shelf, &query, (uint64_t[]){ ID(2), ID(1) }, 2);
}

static uint64_t count_of(const struct store_query *query, uint32_t link,
			 enum iwf_kind kind, enum store_state state)
{
	for (uint32_t i = 0; i < query->count_count; i++) {
		const struct store_count *count = &query->counts[i];

		if (count->link == link && count->kind == kind &&
		    count->state == state)
			return count->count;
	}
	return 0;
}

static void test_counts(void **state)
{
	struct shelf *shelf = *state;
	struct store_query query = { .kind = STORE_Q_COUNTS };

	for (unsigned i = 1; i <= 5; i++)
		shelf_put_plain(shelf, ID(i));
	put_due(shelf, ID(6), 1, 2);
	shelf_must(shelf, with_report(ID(1), ID(7)));
	shelf_ask(shelf, &query);
	assert_int_equal(query.count_count, 4);
	assert_int_equal(count_of(&query, 1, IWF_KIND_MESSAGE, STORE_QUEUED),
			 4);
	assert_int_equal(count_of(&query, 1, IWF_KIND_MESSAGE,
				  STORE_DELIVERED), 1);
	assert_int_equal(count_of(&query, 2, IWF_KIND_MESSAGE, STORE_QUEUED),
			 1);
	assert_int_equal(count_of(&query, 1, IWF_KIND_REPORT, STORE_QUEUED),
			 1);
	assert_int_equal(query.counts[0].oldest_ms, SHELF_NOW_MS);
	iwf_arena_destroy(&query.arena);
}

static void test_counts_of_what_is_open(void **state)
{
	struct shelf *shelf = *state;
	struct store_query query = { .kind = STORE_Q_OPEN };
	struct store_change late;

	shelf_put_plain(shelf, ID(1));
	late = shelf_put(ID(2), IWF_STR("late"));
	late.put.row.accepted_at_ms = SHELF_NOW_MS - 5000;
	shelf_must(shelf, late);
	shelf_put_plain(shelf, ID(3));
	shelf_put_plain(shelf, ID(4));
	shelf_set_state(shelf, ID(3), STORE_SENT);
	shelf_set_state(shelf, ID(4), STORE_FAILED);
	shelf_ask(shelf, &query);
	assert_int_equal(query.count_count, 2);
	assert_int_equal(count_of(&query, 1, IWF_KIND_MESSAGE, STORE_QUEUED),
			 2);
	assert_int_equal(count_of(&query, 1, IWF_KIND_MESSAGE, STORE_SENT), 1);
	assert_int_equal(query.counts[0].oldest_ms, SHELF_NOW_MS - 5000);
	iwf_arena_destroy(&query.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHELF_ROW(test_put_is_found),
		SHELF_ROW(test_put_again_counts_once),
		SHELF_ROW(test_refused_does_not_sink_the_batch),
		SHELF_ROW(test_duplicate_within_its_time),
		SHELF_ROW(test_duplicate_across_generations),
		SHELF_ROW(test_duplicate_of_what_failed_is_new),
		SHELF_ROW(test_one_batch_sees_its_own_duplicate),
		SHELF_ROW(test_several_recipients_share_a_message),
		SHELF_ROW(test_what_ended_late_is_kept),
		SHELF_ROW(test_states),
		SHELF_ROW(test_final_stays),
		SHELF_ROW(test_update_of_nothing),
		SHELF_ROW(test_report_comes_with_its_cause),
		SHELF_ROW(test_told_with_the_end_of_a_report),
		SHELF_ROW(test_due_in_order),
		SHELF_ROW(test_due_again_after_retry),
		SHELF_ROW(test_by_state),
		SHELF_ROW(test_counts),
		SHELF_ROW(test_counts_of_what_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
