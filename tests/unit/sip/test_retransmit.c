/* The retransmission cache; time is an argument. */
#include "sip/retransmit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct retransmit_answer accepted = { 202, 0, "Accepted", NULL };
static const struct retransmit_answer busy = { 503, 7, "Slow", NULL };
static const struct retransmit_answer bad = { 415, 0, "Not CPIM",
					      "message/cpim" };

static void test_states(void **state)
{
	struct retransmit *cache = retransmit_create(10);
	struct retransmit_answer a;

	(void)state;
	assert_int_equal(retransmit_find(cache, 1, 0, &a), RETRANSMIT_UNKNOWN);
	retransmit_begin(cache, 1, 0, 0);
	assert_int_equal(retransmit_find(cache, 1, 1, &a), RETRANSMIT_PENDING);
	retransmit_end(cache, 1, &bad, 2);
	assert_int_equal(retransmit_find(cache, 1, 3, &a), RETRANSMIT_ANSWERED);
	assert_int_equal(a.status, 415);
	assert_string_equal(a.phrase, "Not CPIM");
	assert_string_equal(a.accept, "message/cpim");
	retransmit_begin(cache, 1, 0, 4);
	assert_int_equal(retransmit_find(cache, 1, 5, &a), RETRANSMIT_ANSWERED);
	retransmit_begin(cache, 2, 0, 6);
	retransmit_end(cache, 2, &busy, 6);
	assert_int_equal(retransmit_find(cache, 2, 6, &a), RETRANSMIT_ANSWERED);
	assert_int_equal(a.retry_after_sec, 7);
	assert_null(a.accept);
	retransmit_end(cache, 3, &busy, 6);
	assert_int_equal(retransmit_find(cache, 3, 6, &a), RETRANSMIT_UNKNOWN);
	retransmit_destroy(&cache);
	assert_null(cache);
}

/* 64*T1 from the answer; what is pending waits for its answer. */
static void test_age(void **state)
{
	struct retransmit *cache = retransmit_create(10);
	struct retransmit_answer a;

	(void)state;
	retransmit_begin(cache, 1, 0, 0);
	retransmit_begin(cache, 2, 0, 0);
	retransmit_end(cache, 2, &accepted, 20000);
	assert_int_equal(retransmit_find(cache, 2, 52000, &a),
			 RETRANSMIT_ANSWERED);
	assert_int_equal(retransmit_find(cache, 2, 52500, &a),
			 RETRANSMIT_UNKNOWN);
	assert_int_equal(retransmit_find(cache, 1, 500000, &a),
			 RETRANSMIT_PENDING);
	assert_int_equal(retransmit_count(cache), 1);
	retransmit_destroy(&cache);
}

static void test_bound(void **state)
{
	struct retransmit *cache = retransmit_create(5000);
	struct retransmit_answer a;

	(void)state;
	for (uint64_t key = 1; key <= 12000; key++) {
		retransmit_begin(cache, key * 0x9E3779B97F4A7C15u, key, 0);
		if (key % 3)
			retransmit_end(cache, key * 0x9E3779B97F4A7C15u,
				       key % 2 ? &accepted : &busy, 0);
	}
	assert_int_equal(retransmit_count(cache), 5000);
	assert_int_equal(retransmit_find(cache, 1 * 0x9E3779B97F4A7C15u, 0, &a),
			 RETRANSMIT_UNKNOWN);
	assert_int_equal(retransmit_find(cache, 12000 * 0x9E3779B97F4A7C15u, 0,
					 &a), RETRANSMIT_PENDING);
	assert_int_equal(retransmit_find(cache, 11999 * 0x9E3779B97F4A7C15u, 0,
					 &a), RETRANSMIT_ANSWERED);
	retransmit_destroy(&cache);
}

static void test_merged(void **state)
{
	struct retransmit *cache = retransmit_create(10);

	(void)state;
	retransmit_begin(cache, 1, 77, 0);
	assert_false(retransmit_has_merged(cache, 1, 77, 0));
	assert_true(retransmit_has_merged(cache, 2, 77, 0));
	assert_false(retransmit_has_merged(cache, 2, 78, 0));
	retransmit_end(cache, 1, &accepted, 0);
	assert_true(retransmit_has_merged(cache, 2, 77, 0));
	retransmit_end(cache, 1, &busy, 0);
	assert_false(retransmit_has_merged(cache, 2, 77, 0));
	retransmit_destroy(&cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
