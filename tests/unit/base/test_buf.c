/* Writing bytes, and reading them with an error that sticks. */
#include <iwf/buf.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_buf(const struct iwf_buf *buf, struct iwf_str want)
{
	assert_int_equal(buf->len, want.len);
	if (want.len)
		assert_memory_equal(buf->ptr, want.ptr, want.len);
}

static void test_put(void **state)
{
	struct iwf_buf buf = { 0 };

	(void)state;
	iwf_buf_put(&buf, NULL, 0);
	assert_buf(&buf, IWF_STR(""));
	iwf_buf_put(&buf, "ab", 2);
	iwf_buf_str_put(&buf, IWF_STR("c\0d"));
	iwf_buf_str_put(&buf, IWF_STR_NONE);
	iwf_buf_printf(&buf, "%d%s", 17, "");
	assert_buf(&buf, IWF_STR("abc\0d17"));
	assert_true(iwf_str_eq(iwf_buf_str(&buf), IWF_STR("abc\0d17")));
	iwf_buf_clear(&buf);
	assert_buf(&buf, IWF_STR(""));
	iwf_buf_free(&buf);
	assert_null(buf.ptr);
	iwf_buf_free(&buf);
}

/* Whether or not it fits where the buffer ends. */
static void test_printf_lengths(void **state)
{
	(void)state;
	for (int before = 0; before < 300; before += 7) {
		for (int len = 0; len < 600; len += 61) {
			struct iwf_buf buf = { 0 };

			iwf_buf_printf(&buf, "%*s", before, "");
			iwf_buf_printf(&buf, "%0*d", len, 0);
			assert_int_equal(buf.len, before + (len ? len : 1));
			assert_int_equal(buf.ptr[buf.len - 1], '0');
			iwf_buf_free(&buf);
		}
	}
}

static void test_numbers(void **state)
{
	struct iwf_buf buf = { 0 };
	struct iwf_cursor cur;

	(void)state;
	iwf_buf_u8(&buf, 0xFE);
	iwf_buf_u16(&buf, 0x0102);
	iwf_buf_u32(&buf, 0x83848586u);
	iwf_buf_u64(&buf, 0xF1F2F3F4F5F6F7F8u);
	assert_buf(&buf, IWF_STR("\xFE\x01\x02\x83\x84\x85\x86"
				 "\xF1\xF2\xF3\xF4\xF5\xF6\xF7\xF8"));
	cur = iwf_cursor_make(iwf_buf_str(&buf));
	assert_int_equal(iwf_cursor_u8(&cur), 0xFE);
	assert_int_equal(iwf_cursor_u16(&cur), 0x0102);
	assert_int_equal(iwf_cursor_u32(&cur), 0x83848586u);
	assert_true(iwf_cursor_u64(&cur) == 0xF1F2F3F4F5F6F7F8u);
	assert_int_equal(iwf_cursor_left(&cur), 0);
	assert_true(iwf_cursor_is_ok(&cur));
	iwf_buf_free(&buf);
}

static void test_reserve(void **state)
{
	struct iwf_buf buf = { 0 };
	char *to = iwf_buf_reserve(&buf, 10);

	(void)state;
	assert_int_equal(buf.len, 0);
	memset(to, 'x', 10);
	buf.len = 10;
	to = iwf_buf_reserve(&buf, 100000);
	assert_ptr_equal(to, buf.ptr + 10);
	memset(to, 'y', 100000);
	assert_memory_equal(buf.ptr, "xxxxxxxxxx", 10);
	assert_non_null(iwf_buf_reserve(&buf, 0));
	iwf_buf_free(&buf);
}

static void test_eat(void **state)
{
	struct iwf_buf buf = { 0 };

	(void)state;
	iwf_buf_eat(&buf, 0);
	iwf_buf_str_put(&buf, IWF_STR("abcdef"));
	iwf_buf_eat(&buf, 0);
	assert_buf(&buf, IWF_STR("abcdef"));
	iwf_buf_eat(&buf, 2);
	assert_buf(&buf, IWF_STR("cdef"));
	iwf_buf_eat(&buf, 4);
	assert_buf(&buf, IWF_STR(""));
	iwf_buf_free(&buf);
}

/* After one read too far everything is nothing, also what would have fitted. */
static void test_bad_sticks(void **state)
{
	struct iwf_cursor cur = iwf_cursor_make(IWF_STR("abc"));

	(void)state;
	assert_int_equal(iwf_cursor_u32(&cur), 0);
	assert_false(iwf_cursor_is_ok(&cur));
	assert_int_equal(iwf_cursor_left(&cur), 0);
	assert_int_equal(iwf_cursor_u8(&cur), 0);
	assert_int_equal(iwf_cursor_u16(&cur), 0);
	assert_true(iwf_cursor_u64(&cur) == 0);
	assert_int_equal(iwf_cursor_bytes(&cur, 1).len, 0);
	assert_int_equal(iwf_cursor_cstr(&cur, 9).len, 0);
	assert_false(iwf_cursor_is_ok(&cur));
}

static void test_bytes(void **state)
{
	struct iwf_cursor cur = iwf_cursor_make(IWF_STR("abcde"));
	struct iwf_cursor none = iwf_cursor_make(IWF_STR_NONE);

	(void)state;
	assert_true(iwf_str_eq(iwf_cursor_bytes(&cur, 0), IWF_STR("")));
	assert_true(iwf_str_eq(iwf_cursor_bytes(&cur, 3), IWF_STR("abc")));
	assert_int_equal(iwf_cursor_left(&cur), 2);
	assert_int_equal(iwf_cursor_bytes(&cur, SIZE_MAX).len, 0);
	assert_false(iwf_cursor_is_ok(&cur));
	assert_int_equal(iwf_cursor_bytes(&none, 0).len, 0);
	assert_true(iwf_cursor_is_ok(&none));
	assert_int_equal(iwf_cursor_u8(&none), 0);
	assert_false(iwf_cursor_is_ok(&none));
}

static void test_cstr(void **state)
{
	static const struct {
		struct iwf_str text;
		size_t max;
		bool ok;
		size_t len;
		size_t left;
	} cases[] = {
		{ { "ab\0c", 4 }, 9, true, 2, 1 },
		{ { "ab\0c", 4 }, 3, true, 2, 1 }, /* max counts the NUL */
		{ { "ab\0c", 4 }, 2, false, 0, 0 },
		{ { "\0", 1 }, 1, true, 0, 0 },
		{ { "\0", 1 }, 0, false, 0, 0 },
		{ { "abc", 3 }, 9, false, 0, 0 },
		{ { NULL, 0 }, 9, false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iwf_cursor cur = iwf_cursor_make(cases[i].text);
		struct iwf_str s = iwf_cursor_cstr(&cur, cases[i].max);

		assert_int_equal(iwf_cursor_is_ok(&cur), cases[i].ok);
		assert_int_equal(s.len, cases[i].len);
		assert_int_equal(iwf_cursor_left(&cur), cases[i].left);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_printf_lengths),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_eat),
		cmocka_unit_test(test_bad_sticks),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_cstr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
