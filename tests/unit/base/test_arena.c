/* Arenas: zeroed, aligned, apart from each other, and reusable. */
#include <iwf/arena.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static bool is_zero(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i])
			return false;
	return true;
}

/* Every piece keeps its bytes while others are made, before and after reset. */
static void test_pieces(void **state)
{
	static const size_t hints[] = { 0, 1, 17, 1000, 100000 };

	(void)state;
	for (size_t h = 0; h < sizeof(hints) / sizeof(hints[0]); h++) {
		struct iwf_arena *arena = iwf_arena_create(hints[h]);
		unsigned char *pieces[200];

		for (int round = 0; round < 3; round++) {
			for (size_t i = 0; i < 200; i++) {
				pieces[i] = iwf_arena_alloc(arena, i * 13);
				assert_int_equal((uintptr_t)pieces[i] %
						 _Alignof(max_align_t), 0);
				assert_true(is_zero(pieces[i], i * 13));
				memset(pieces[i], (int)i, i * 13);
			}
			for (size_t i = 0; i < 200; i++)
				for (size_t j = 0; j < i * 13; j++)
					assert_int_equal(pieces[i][j], i);
			iwf_arena_reset(arena);
		}
		iwf_arena_destroy(&arena);
		assert_null(arena);
		iwf_arena_destroy(&arena);
	}
}

static void test_large(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	unsigned char *large = iwf_arena_alloc(arena, 3u << 20);
	unsigned char *small = iwf_arena_alloc(arena, 1);

	(void)state;
	assert_true(is_zero(large, 3u << 20));
	memset(large, 1, 3u << 20);
	assert_int_equal(*small, 0);
	iwf_arena_destroy(&arena);
}

static void test_copy(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	char bytes[] = "a\0b";
	struct iwf_str copy = iwf_arena_copy(arena, iwf_str_make(bytes, 3));
	struct iwf_str none = iwf_arena_copy(arena, IWF_STR_NONE);

	(void)state;
	bytes[0] = 'x';
	assert_int_equal(copy.len, 3);
	assert_memory_equal(copy.ptr, "a\0b", 4);
	assert_int_equal(none.len, 0);
	assert_string_equal(none.ptr, "");
	iwf_arena_destroy(&arena);
}

static void test_printf(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_str s = iwf_arena_printf(arena, "%s-%05d", "x", 42);
	struct iwf_str wide = iwf_arena_printf(arena, "%5000d", 7);

	(void)state;
	assert_int_equal(s.len, 7);
	assert_string_equal(s.ptr, "x-00042");
	assert_int_equal(wide.len, 5000);
	assert_int_equal(wide.ptr[4999], '7');
	assert_int_equal(wide.ptr[5000], '\0');
	assert_string_equal(iwf_arena_printf(arena, "%s", "").ptr, "");
	iwf_arena_destroy(&arena);
}

static void test_alloc(void **state)
{
	unsigned char *p = iwf_alloc(100);
	void *nothing = iwf_alloc(0);

	(void)state;
	assert_true(is_zero(p, 100));
	assert_non_null(nothing);
	free(nothing);
	free(p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_printf),
		cmocka_unit_test(test_alloc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
