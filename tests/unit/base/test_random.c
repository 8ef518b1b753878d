/* SipHash-2-4 against its authors' own test value, and jitter's bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <iwf/random.h>

static void test_siphash_vector(void **state)
{
	uint8_t key[16], bytes[15];

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		key[i] = i;
	for (uint8_t i = 0; i < 15; i++)
		bytes[i] = i;
	/* Aumasson, Bernstein: SipHash, appendix A */
	assert_true(iwf_hash(key, iwf_str_make(bytes, 15)) ==
		    UINT64_C(0xa129ca6149be45e5));
	assert_true(iwf_hash(key, iwf_str_make(bytes, 0)) ==
		    UINT64_C(0x726fdb47dd0e0e31));
}

static void test_jitter_stays_within(void **state)
{
	bool low = false, high = false;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		uint32_t value = iwf_random_jitter(1000, 20);

		assert_in_range(value, 800, 1200);
		low |= value < 900;
		high |= value > 1100;
	}
	assert_true(low && high);
	assert_int_equal(iwf_random_jitter(3, 20), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_siphash_vector),
		cmocka_unit_test(test_jitter_stays_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
