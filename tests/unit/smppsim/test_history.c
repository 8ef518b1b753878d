/* Tests of the ring of events. */
#include "sim/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void add(struct history *history, const char *text)
{
	struct buf line = { 0 };

	buf_append_str(&line, text);
	history_add(history, &line);
	buf_destroy(&line);
}

static void expect(const struct history *history, uint64_t after,
		   const char *want, struct history_part part)
{
	struct buf out = { 0 };
	const struct history_part got = history_read(history, after, 8, &out);

	assert_string_equal(buf_str(&out), want);
	assert_int_equal(got.last, part.last);
	assert_int_equal(got.lost, part.lost);
	buf_destroy(&out);
}

static void test_read(void **state)
{
	struct history *history = history_create();

	(void)state;
	expect(history, 0, "", (struct history_part){ 0, 0 });
	add(history, "one\n");
	add(history, "two\n");
	add(history, "three\n");
	expect(history, 0, "one\ntwo\n", (struct history_part){ 2, 0 });
	expect(history, 2, "three\n", (struct history_part){ 3, 0 });
	expect(history, 3, "", (struct history_part){ 3, 0 });
	expect(history, UINT64_MAX, "", (struct history_part){ 3, 0 });
	/* One that is longer than an answer comes alone. */
	add(history, "as long as it is\n");
	expect(history, 3, "as long as it is\n",
	       (struct history_part){ 4, 0 });
	history_destroy(&history);
	assert_null(history);
	history_destroy(&history);
}

static void test_many(void **state)
{
	struct history *history = history_create();

	(void)state;
	for (unsigned i = 0; i < HISTORY_LINES_MAX + 5; i++)
		add(history, i == 5 ? "first\n" : "x\n");
	expect(history, 2, "first\nx\n", (struct history_part){ 7, 3 });
	history_destroy(&history);
}

static void test_large(void **state)
{
	struct history *history = history_create();
	char *text = calloc(1, HISTORY_LEN_MAX / 2);

	(void)state;
	memset(text, 'x', HISTORY_LEN_MAX / 2 - 1);
	for (int i = 0; i < 3; i++)
		add(history, text);
	add(history, "end\n");
	expect(history, 3, "end\n", (struct history_part){ 4, 0 });
	struct buf out = { 0 };
	assert_int_equal(history_read(history, 0, 1, &out).lost, 2);
	buf_destroy(&out);
	free(text);
	history_destroy(&history);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
