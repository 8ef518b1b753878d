/* Ids of what the gateway originates (RFC 5438 6.3, RFC 4122 4.4). */
#include "cpm/cpm_priv.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ROUNDS 1000

static const uint8_t key_a[16] = { 1, 2, 3 };
static const uint8_t key_b[16] = { 1, 2, 4 };

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static void assert_uuid_v4(struct iwf_str id)
{
	assert_int_equal(id.len, 36);
	for (size_t i = 0; i < id.len; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23)
			assert_int_equal(id.ptr[i], '-');
		else
			assert_true(is_hex(id.ptr[i]));
	}
	assert_int_equal(id.ptr[14], '4');
	assert_non_null(memchr("89ab", id.ptr[19], 4));
}

static void the_same_delivery_has_the_same_ids(void **state)
{
	static const uint64_t ids[] = { 0, 1, 2, 0xffffffff, 1ull << 32,
					UINT64_MAX - 1, UINT64_MAX };
	struct iwf_arena *arena = iwf_arena_create(0);

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct iwf_str id = cpm_message_id(arena, key_a, ids[i]);
		struct iwf_str of = cpm_contribution_id(arena, key_a, ids[i]);

		assert_true(iwf_str_eq(id, cpm_message_id(arena, key_a,
							  ids[i])));
		assert_true(iwf_str_eq(of, cpm_contribution_id(arena, key_a,
							       ids[i])));
		assert_uuid_v4(of);
		for (size_t j = 0; j < i; j++) {
			assert_false(iwf_str_eq(id, cpm_message_id(arena,
							key_a, ids[j])));
			assert_false(iwf_str_eq(of, cpm_contribution_id(arena,
							key_a, ids[j])));
		}
	}
	iwf_arena_destroy(&arena);
}

/* The id of a delivery is no secret, so all 64 bits come from the key: each
 * of them differs about every second time under another key. */
static void sixty_four_bits_cannot_be_guessed(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	unsigned changes[16] = { 0 };

	(void)state;
	for (uint64_t id = 0; id < ROUNDS; id++) {
		struct iwf_str a = cpm_message_id(arena, key_a, id);
		struct iwf_str b = cpm_message_id(arena, key_b, id);

		assert_int_equal(a.len, 32);
		for (size_t i = 0; i < 16; i++) {
			assert_true(is_hex(a.ptr[i]) && is_hex(a.ptr[16 + i]));
			changes[i] += a.ptr[16 + i] != b.ptr[16 + i];
		}
	}
	/* 15 of 16 digits differ by chance. */
	for (size_t i = 0; i < 16; i++)
		assert_in_range(changes[i], ROUNDS * 85 / 100, ROUNDS);
	iwf_arena_destroy(&arena);
}

static void one_id_does_not_tell_the_other(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_str id = cpm_message_id(arena, key_a, 7);
	struct iwf_str of = cpm_contribution_id(arena, key_a, 7);

	(void)state;
	/* The first eight digits of the UUID are of the same kind of hash. */
	assert_memory_not_equal(id.ptr + 16, of.ptr, 8);
	assert_false(iwf_str_eq(of, cpm_contribution_id(arena, key_b, 7)));
	iwf_arena_destroy(&arena);
}

static void random_uuids_are_version_4_and_differ(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_random random;
	struct iwf_str before;

	(void)state;
	iwf_random_open(&random);
	before = cpm_uuid(arena, &random);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct iwf_str id = cpm_uuid(arena, &random);

		assert_uuid_v4(id);
		assert_false(iwf_str_eq(id, before));
		before = id;
	}
	iwf_arena_destroy(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_delivery_has_the_same_ids),
		cmocka_unit_test(sixty_four_bits_cannot_be_guessed),
		cmocka_unit_test(one_id_does_not_tell_the_other),
		cmocka_unit_test(random_uuids_are_version_4_and_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
