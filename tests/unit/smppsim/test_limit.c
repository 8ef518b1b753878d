/* Tests of hidden rate limits: what passes in each second. */
#include "sim/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

typedef bool limit_fn(struct limit *limit, const struct limit_ask *ask);

/* How many of those asked at this time pass. */
static int passed(limit_fn *passes, struct limit *limit, struct limit_ask ask,
		  int asked)
{
	int count = 0;

	for (int i = 0; i < asked; i++)
		count += passes(limit, &ask);
	return count;
}

static struct limit_ask at(int64_t now_ms)
{
	return (struct limit_ask){ "demo", 10, 0, now_ms };
}

static void test_bucket(void **state)
{
	struct limit limit = { 0 };
	limit_fn *bucket = limit_bucket_passes;

	(void)state;
	assert_int_equal(passed(bucket, &limit, at(7000), 99), 10);
	assert_int_equal(passed(bucket, &limit, at(7099), 99), 0);
	/* What does not pass costs nothing. */
	assert_int_equal(passed(bucket, &limit, at(7100), 99), 1);
	assert_int_equal(passed(bucket, &limit, at(7450), 99), 3);
	assert_int_equal(passed(bucket, &limit, at(7500), 99), 1);
	/* Not more than full, however long. */
	assert_int_equal(passed(bucket, &limit, at(99999999), 99), 10);
}

static void test_burst(void **state)
{
	struct limit limit = { 0 };
	struct limit_ask ask = at(0);

	(void)state;
	ask.burst = 2;
	assert_int_equal(passed(limit_bucket_passes, &limit, ask, 9), 2);
	ask.now_ms = 1000;
	assert_int_equal(passed(limit_bucket_passes, &limit, ask, 9), 2);
}

static void test_window(void **state)
{
	struct limit limit = { 0 };
	limit_fn *window = limit_window_passes;

	(void)state;
	/* Twice as many around the turn of a second. */
	assert_int_equal(passed(window, &limit, at(7990), 99), 10);
	assert_int_equal(passed(window, &limit, at(7999), 99), 0);
	assert_int_equal(passed(window, &limit, at(8000), 6), 6);
	assert_int_equal(passed(window, &limit, at(8999), 99), 4);
	assert_int_equal(passed(window, &limit, at(20000), 99), 10);
}

static void test_nothing_passes(void **state)
{
	struct limit limit = { 0 };
	struct limit_ask ask = { "demo", 0, 0, 5000 };

	(void)state;
	assert_int_equal(passed(limit_bucket_passes, &limit, ask, 9), 0);
	assert_int_equal(passed(limit_window_passes, &limit, ask, 9), 0);
}

static void test_accounts(void **state)
{
	struct limit limit = { 0 };
	char name[16];
	struct limit_ask ask = { name, 1, 0, 5000 };

	(void)state;
	for (unsigned i = 0; i < LIMIT_ACCOUNT_MAX; i++) {
		snprintf(name, sizeof(name), "a%u", i);
		assert_int_equal(passed(limit_window_passes, &limit, ask, 9),
				 1);
	}
	/* No place of its own: that of the last one. */
	snprintf(name, sizeof(name), "one more");
	assert_int_equal(passed(limit_window_passes, &limit, ask, 9), 0);
	assert_int_equal(limit.count, LIMIT_ACCOUNT_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bucket),
		cmocka_unit_test(test_burst),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_nothing_passes),
		cmocka_unit_test(test_accounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
