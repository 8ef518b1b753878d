/* Ids rise whatever the clock does, and start above those of earlier lives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/id.h"

#define NOW_MS INT64_C(1795000000000)

static void test_ids_rise_when_the_clock_goes_back(void **state)
{
	struct id_maker maker;
	uint64_t last = 0;

	(void)state;
	id_start(&maker, 3, 5, 0);
	for (int i = 0; i < 100000; i++) {
		uint64_t id = id_make(&maker, NOW_MS - i % 7000);

		assert_true(id > last);
		assert_true(id < UINT64_C(1) << 63);
		last = id;
	}
}

static void test_ids_start_above_an_earlier_life(void **state)
{
	struct id_maker maker;
	uint64_t last;

	(void)state;
	id_start(&maker, 0, 0, 0);
	last = id_make(&maker, NOW_MS + 3600000);
	id_start(&maker, 0, 0, last);
	assert_true(id_make(&maker, NOW_MS) > last);
}

static void test_places_never_meet(void **state)
{
	struct id_maker a, b;

	(void)state;
	id_start(&a, 0, 1, 0);
	id_start(&b, 0, 2, 0);
	for (int i = 0; i < 10000; i++)
		assert_true(id_make(&a, NOW_MS) != id_make(&b, NOW_MS));
}

static void test_bound_of_a_time(void **state)
{
	struct id_maker maker;

	(void)state;
	id_start(&maker, 15, 63, 0);
	assert_true(id_make(&maker, NOW_MS) >= id_at(NOW_MS));
	assert_true(id_make(&maker, NOW_MS) < id_at(NOW_MS + 1));
	assert_true(id_at(0) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_rise_when_the_clock_goes_back),
		cmocka_unit_test(test_ids_start_above_an_earlier_life),
		cmocka_unit_test(test_places_never_meet),
		cmocka_unit_test(test_bound_of_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
