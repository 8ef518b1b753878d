/* Tests of what an ESME measures: times, and receipts against ids. */
#include "esme/latency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "esme/awaited.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_percentiles(void **state)
{
	struct latency latency = { .count = 0 };

	(void)state;
	assert_int_equal(0, latency_percentile(&latency, 500));
	for (int64_t us = 1; us <= 1000; us++)
		latency_add(&latency, us);
	assert_in_range(latency_percentile(&latency, 500), 500, 531);
	assert_in_range(latency_percentile(&latency, 990), 990, 1000);
	assert_int_equal(1000, latency_percentile(&latency, 1000));
	assert_int_equal(1000, latency.max_us);
}

/* Alone in the histogram, a time is its own percentile, and no other time is
 * more than a sixteenth away from where it was put. */
static void test_steps(void **state)
{
	static const int64_t times[] = { 0,     1,     15,        16, 31,
					 32,    33,    63,        64, 1000,
					 65535, 65536, 3600000000 };

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		struct latency latency = { .count = 0 };

		latency_add(&latency, times[i]);
		assert_int_equal(times[i], latency_percentile(&latency, 500));
		latency_add(&latency, INT64_MAX / 2);
		assert_in_range(latency_percentile(&latency, 500), times[i],
				times[i] + times[i] / 16);
	}
}

static void test_negative_is_nothing(void **state)
{
	struct latency latency = { .count = 0 };

	(void)state;
	latency_add(&latency, -5);
	assert_int_equal(1, latency.count);
	assert_int_equal(0, latency_percentile(&latency, 990));
}

static void test_either_order(void **state)
{
	struct awaited awaited;

	(void)state;
	awaited_create(&awaited);
	awaited_add_id(&awaited, "a", 100);
	assert_int_equal(1, awaited.missing);
	assert_int_equal(50, awaited_add_receipt(&awaited, "a", 150));
	assert_int_equal(0, awaited.missing);
	assert_int_equal(-1, awaited_add_receipt(&awaited, "b", 150));
	assert_int_equal(1, awaited.unmatched);
	awaited_add_id(&awaited, "b", 160);
	assert_int_equal(0, awaited.unmatched);
	assert_int_equal(2, awaited.matched);
	assert_int_equal(-1, awaited_add_receipt(&awaited, "a", 170));
	assert_int_equal(-1, awaited_add_receipt(&awaited, "c", 170));
	assert_int_equal(-1, awaited_add_receipt(&awaited, "c", 180));
	assert_int_equal(2, awaited.repeated);
	assert_int_equal(1, awaited.unmatched);
	awaited_destroy(&awaited);
}

/* Those long settled are forgotten, those that wait are not. */
static void test_bounded(void **state)
{
	struct awaited awaited;
	char id[16];

	(void)state;
	awaited_create(&awaited);
	awaited_add_id(&awaited, "waits", 0);
	for (int i = 0; i <= AWAITED_SETTLED_MAX; i++) {
		snprintf(id, sizeof(id), "%d", i);
		awaited_add_id(&awaited, id, 0);
		assert_int_equal(1, awaited_add_receipt(&awaited, id, 1));
	}
	assert_int_equal(AWAITED_SETTLED_MAX, awaited.settled_count);
	awaited_add_receipt(&awaited, "0", 1);
	assert_int_equal(1, awaited.unmatched);
	awaited_add_receipt(&awaited, "1", 1);
	assert_int_equal(1, awaited.repeated);
	assert_int_equal(5, awaited_add_receipt(&awaited, "waits", 5));
	awaited_destroy(&awaited);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_negative_is_nothing),
		cmocka_unit_test(test_either_order),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
