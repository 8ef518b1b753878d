/* Tests of what the bench counts by: markers, times and tallies. */
#include "bench/parts/tally.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static const struct marker first = { 1234567, 42 };

static void a_marker_is_found_in_any_text(void **state)
{
	static const struct {
		const char *text;
		bool is_there;
	} rows[] = {
		{ "bm0000000001234567.000000042.", true },
		{ "id:1 stat:DELIVRD text:bm0000000001234567.000000042. x", true },
		{ "bbm0000000001234567.000000042.", true },
		{ "bm000000000123456x.000000042.bm0000000001234567.000000042.",
		  true },
		{ "bm0000000001234567.000000042", false },
		{ "bm0000000001234567-000000042.", false },
		{ "bm0000000001234567.00000004x.", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct marker found = { 0 };

		assert_int_equal(marker_find(rows[i].text,
					     strlen(rows[i].text), &found),
				 rows[i].is_there);
		if (!rows[i].is_there)
			continue;
		assert_int_equal(found.sent_us, first.sent_us);
		assert_int_equal(found.index, first.index);
	}
}

static void a_marker_is_written_as_it_is_read(void **state)
{
	static const struct marker rows[] = {
		{ 0, 0 }, { 9999999999999999, MARKER_INDEX_MAX - 1 },
		{ 1, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[MARKER_LEN];
		struct marker found;

		marker_put(text, rows[i]);
		assert_true(marker_find(text, sizeof(text), &found));
		assert_int_equal(found.sent_us, rows[i].sent_us);
		assert_int_equal(found.index, rows[i].index);
	}
}

static void quantiles_are_near_the_truth(void **state)
{
	static struct histogram hist;
	uint64_t half, most;

	(void)state;
	assert_int_equal(histogram_at(&hist, 0.5), 0);
	for (uint64_t us = 1; us <= 100000; us++)
		histogram_add(&hist, us);
	half = histogram_at(&hist, 0.5);
	most = histogram_at(&hist, 0.99);
	assert_in_range(half, 50000 * 31 / 32, 50000);
	assert_in_range(most, 99000 * 31 / 32, 99000);
	assert_int_equal(hist.max, 100000);
	histogram_add(&hist, UINT64_MAX);
	assert_int_equal(hist.max, UINT64_MAX);
}

static char *report_of(struct tally *tally)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	tally_report(tally, out, "x");
	fclose(out);
	return text;
}

static void what_comes_twice_is_told_apart(void **state)
{
	struct marker second = { 1234567, 43 };
	struct tally tally;
	char *text;

	(void)state;
	tally_create(&tally);
	tally_add(&tally, &first, 1234667);
	tally_add(&tally, &second, 1234667);
	tally_add(&tally, &first, 1234767);
	tally_add(&tally, NULL, 1234767);
	text = report_of(&tally);
	assert_non_null(strstr(text, "\"unique\": 2, \"again\": 1, "
				     "\"unmarked\": 1"));
	free(text);
	/* also after a report */
	tally_add(&tally, &second, 1234867);
	text = report_of(&tally);
	assert_non_null(strstr(text, "\"unique\": 0, \"again\": 1"));
	free(text);
	tally_destroy(&tally);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_marker_is_found_in_any_text),
		cmocka_unit_test(a_marker_is_written_as_it_is_read),
		cmocka_unit_test(quantiles_are_near_the_truth),
		cmocka_unit_test(what_comes_twice_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
