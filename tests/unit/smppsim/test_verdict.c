/* Tests of expectations and of their report. */
#include "verdict/expectation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "verdict/junit.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		const char *name;
		enum expectation_order order;
		long long value;
	} rows[] = {
		{ "submit_sm>=10", "submit_sm", EXPECT_AT_LEAST, 10 },
		{ " faults == 0 ", "faults", EXPECT_EQUAL, 0 },
		{ "a=1", "a", EXPECT_EQUAL, 1 },
		{ "a!=1", "a", EXPECT_NOT_EQUAL, 1 },
		{ "a<=-1", "a", EXPECT_AT_MOST, -1 },
		{ "a<1", "a", EXPECT_LESS, 1 },
		{ "a>1", "a", EXPECT_MORE, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct expectation got;

		assert_true(expectation_is_one(rows[i].text));
		assert_true(expectation_parse(&got, rows[i].text));
		assert_string_equal(rows[i].name, got.name);
		assert_int_equal(rows[i].order, got.order);
		assert_int_equal(rows[i].value, got.value);
	}
}

static void test_bad(void **state)
{
	static const char *const rows[] = {
		">=1",
		"a>=",
		"a>=x",
		"a>=1x",
		"a!1",
		"a",
		"a>>1",
		"a>=1 2",
		"  >1",
		"a>=99999999999999999999",
		"a-name-that-is-longer-than-any-number-has-here-you-know>=1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct expectation got;

		if (expectation_parse(&got, rows[i]))
			fail_msg("%s", rows[i]);
	}
	assert_false(expectation_is_one("transcript.txt"));
}

static void test_met(void **state)
{
	/* For 4, 5 and 6 against 5. */
	static const struct {
		const char *text;
		const char *met;
	} rows[] = {
		{ "a==5", ".x." }, { "a!=5", "x.x" }, { "a>=5", ".xx" },
		{ "a<=5", "xx." }, { "a>5", "..x" },  { "a<5", "x.." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct expectation it;

		assert_true(expectation_parse(&it, rows[i].text));
		for (int k = 0; k < 3; k++)
			assert_int_equal(rows[i].met[k] == 'x',
					 expectation_is_met(&it, 4 + k));
	}
}

static void test_find(void **state)
{
	static const struct {
		const char *text;
		long long value;
	} rows[] = {
		{ "submits>0", 3 },  { "RTHROTTLED>0", 2 },
		{ "0x58>0", 2 },     { "ESME_RTHROTTLED>0", 2 },
		{ "RMSGQFUL>0", 0 }, { "0x400>0", 1 },
		{ "0x401>0", 0 },    { "nonsense>0", -1 },
	};
	struct figures figures = { 0 };

	(void)state;
	figures_add(&figures, "submits", 3);
	figures_add(&figures, "ESME_RTHROTTLED", 2);
	figures_add(&figures, "0x400", 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct expectation it;
		long long value = -1;

		assert_true(expectation_parse(&it, rows[i].text));
		assert_int_equal(rows[i].value >= 0,
				 expectation_find(&it, &figures, &value));
		assert_int_equal(rows[i].value, value);
	}
	figures_destroy(&figures);
}

static void test_junit(void **state)
{
	struct verdict_case cases[2] = { 0 };
	struct verdict verdict = { cases, 2, 1, 1234 };
	struct buf xml = { 0 };

	(void)state;
	buf_append_str(&cases[0].name, "a>=1 & \"b\"");
	buf_append_str(&cases[1].name, "c\x01\xff");
	buf_append_str(&cases[1].failure, "<\n>");
	junit_format(&xml, &verdict);
	assert_string_equal(
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuite name=\"smppsim\" tests=\"2\" failures=\"1\" "
		"errors=\"0\" time=\"1.234\">\n"
		"  <testcase classname=\"smppsim\" "
		"name=\"a&gt;=1 &amp; &quot;b&quot;\"/>\n"
		"  <testcase classname=\"smppsim\" name=\"c??\">\n"
		"    <failure message=\"&lt;&#10;&gt;\"/>\n"
		"  </testcase>\n"
		"</testsuite>\n",
		buf_str(&xml));
	for (int i = 0; i < 2; i++) {
		buf_destroy(&cases[i].name);
		buf_destroy(&cases[i].failure);
	}
	buf_destroy(&xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse), cmocka_unit_test(test_bad),
		cmocka_unit_test(test_met),   cmocka_unit_test(test_find),
		cmocka_unit_test(test_junit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
