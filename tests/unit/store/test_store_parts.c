/* One reference, one message after the other: what is a copy and what belongs to
 * the next message, on both engines. */
#include "unit/store/shelf.h"

#include <stdio.h>
#include <string.h>

#define SET UINT64_C(0x4000000000000001)
#define MINUTE_MS (INT64_C(60) * 1000)

struct step {
	const char *what;   /* a place and what it says; "put": the last that
			     * was whole is joined; "open": the store again */
	const char *answer; /* "new", "copy", "reused", or what is whole now */
};

static const struct {
	uint32_t parts;
	struct step steps[11];
	const char *waits;  /* at the end of its time; NULL: nothing */
} rows[] = {
	/* the first part again, then another second one */
	{ 2, { { "1a", "new" }, { "2b", "ab" }, { "put", "" },
	       { "1a", "copy" }, { "2d", "ad" }, { "put", "" } }, NULL },
	{ 2, { { "1a", "new" }, { "2b", "ab" }, { "put", "" },
	       { "1a", "copy" }, { "open", "" }, { "2d", "ad" },
	       { "put", "" } }, NULL },
	/* a new one, then a known one: the set lacks it */
	{ 2, { { "1a", "new" }, { "2b", "ab" }, { "put", "" },
	       { "1c", "new" }, { "2b", "cb" }, { "put", "" } }, NULL },
	{ 3, { { "1a", "new" }, { "2b", "new" }, { "3c", "abc" },
	       { "put", "" }, { "1d", "new" }, { "2b", "new" },
	       { "open", "" }, { "3c", "dbc" }, { "put", "" } }, NULL },
	/* a copy, and a set that has its own part for the place */
	{ 2, { { "1a", "new" }, { "2b", "ab" }, { "put", "" },
	       { "2b", "copy" }, { "1c", "new" }, { "2d", "cd" },
	       { "put", "" } }, NULL },
	/* the same, and nothing of its own comes: it serves after all */
	{ 2, { { "1a", "new" }, { "2b", "ab" }, { "put", "" },
	       { "2b", "copy" }, { "1c", "new" } }, "cb" },
	/* copies only: nobody hears of them */
	{ 2, { { "1a", "new" }, { "2b", "ab" }, { "put", "" },
	       { "1a", "copy" }, { "2b", "copy" } }, NULL },
	/* the next one begins before the put of what is whole */
	{ 2, { { "1a", "new" }, { "2b", "ab" }, { "put", "" },
	       { "1c", "new" }, { "2b", "cb" }, { "1a", "copy" },
	       { "put", "" }, { "2d", "ad" }, { "put", "" } }, NULL },
	/* one that gives way takes what had served for it along */
	{ 3, { { "1a", "new" }, { "2b", "new" }, { "3c", "abc" },
	       { "put", "" }, { "1d", "new" }, { "2b", "new" },
	       { "1e", "reused" }, { "2f", "new" }, { "3g", "efg" },
	       { "put", "" } }, "db" },
};

struct whole {
	uint64_t sum;
	char text[8];
};

static void note(struct whole *whole, const struct iwf_str *records,
		 uint32_t count)
{
	whole->sum = store_parts_sum(records, count);
	whole->text[0] = '\0';
	for (uint32_t i = 0; i < count; i++)
		strncat(whole->text, records[i].ptr, records[i].len);
}

static void take(struct shelf *shelf, const struct step *step, uint32_t parts,
		 struct whole *whole)
{
	struct store_change change = { .verb = STORE_PART, .part = {
		.set_key = SET, .part = (uint32_t)(step->what[0] - '0'),
		.parts = parts, .link = 4, .now_ms = SHELF_NOW_MS,
		.record = iwf_str_from(step->what + 1) } };
	const struct store_part *part = &change.part;

	change.part.content_key = (uint64_t)part->part << 32 |
		(uint64_t)step->what[1] << 1 | 1;
	assert_int_equal(shelf_apply(shelf, &change), IWF_OK);
	if (part->is_complete) {
		note(whole, part->records, part->record_count);
		assert_string_equal(whole->text, step->answer);
	} else {
		assert_string_equal(part->is_reused ? "reused" :
				    part->is_duplicate ? "copy" : "new",
				    step->answer);
	}
	iwf_arena_destroy(&change.arena);
}

static void run(struct shelf *shelf, const struct step *step, uint32_t parts)
{
	struct whole whole = { .sum = 0 };
	uint64_t id = 0;

	for (; step->what; step++) {
		if (strcmp(step->what, "put") == 0) {
			struct store_change put = shelf_put(ID(++id),
						IWF_STR("whole"));

			put.put.set_key = SET;
			put.put.set_sum = whole.sum;
			shelf_must(shelf, put);
		} else if (strcmp(step->what, "open") != 0) {
			take(shelf, step, parts, &whole);
		} else if (shelf->conf.backend == STORE_BACKEND_SQLITE) {
			shelf_close(shelf);
			shelf_open(shelf);
			store_start(shelf->store);
		}
	}
}

static void check_waits(struct shelf *shelf, const char *text)
{
	struct store_query query = { .kind = STORE_Q_SETS,
				     .until_ms = SHELF_NOW_MS + MINUTE_MS };
	struct whole whole;

	shelf_ask(shelf, &query);
	assert_int_equal(query.set_count, text != NULL);
	if (text) {
		assert_false(query.sets[0].is_whole);
		note(&whole, query.sets[0].records,
		     query.sets[0].record_count);
		assert_string_equal(whole.text, text);
	}
	iwf_arena_destroy(&query.arena);
}

static void test_a_reference_used_again(void **state)
{
	struct shelf *shelf = *state;
	enum store_backend backend = shelf->conf.backend;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("row %zu\n", i);
		run(shelf, rows[i].steps, rows[i].parts);
		check_waits(shelf, rows[i].waits);
		/* each with a store of its own */
		shelf_teardown(state);
		if (backend == STORE_BACKEND_SQLITE)
			shelf_setup_sqlite(state);
		else
			shelf_setup_ram(state);
		shelf = *state;
	}
}

/* What nothing followed goes with its time. */
static void test_old_ones_go(void **state)
{
	static const struct step again[] = {
		{ "1a", "new" }, { "2b", "ab" }, { "put", "" },
		{ "1a", "copy" }, { NULL, NULL } };
	static const struct step next = { "2d", "new" };
	struct store_change sweep = { .verb = STORE_SWEEP, .sweep = {
		.set_before_ms = SHELF_NOW_MS, .max_rows = 100 } };
	struct whole whole;

	run(*state, again, 2);
	shelf_must(*state, sweep);
	sweep.sweep.set_before_ms += MINUTE_MS;
	shelf_must(*state, sweep);
	take(*state, &next, 2, &whole);
	check_waits(*state, "d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHELF_ROW(test_a_reference_used_again),
		SHELF_ROW(test_old_ones_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
