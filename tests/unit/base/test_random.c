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

/* Two sources differ, one never repeats itself, and each bit is about as often
 * set as not. */
static void test_random_numbers(void **state)
{
	struct iwf_random a, b;
	uint64_t before = 0;
	unsigned ones[64] = { 0 };

	(void)state;
	iwf_random_open(&a);
	iwf_random_open(&b);
	for (int i = 0; i < 4000; i++) {
		uint64_t value = iwf_random_next(&a);

		assert_true(value != before);
		assert_true(value != iwf_random_next(&b));
		before = value;
		for (int bit = 0; bit < 64; bit++)
			ones[bit] += value >> bit & 1;
	}
	for (int bit = 0; bit < 64; bit++)
		assert_in_range(ones[bit], 1800, 2200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_siphash_vector),
		cmocka_unit_test(test_jitter_stays_within),
		cmocka_unit_test(test_random_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
