/* Slices: cutting, comparing, searching, splitting, numbers, alphabets. */
#include <iwf/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void assert_str(struct iwf_str got, const char *want)
{
	assert_int_equal(got.len, strlen(want));
	assert_memory_equal(got.len ? got.ptr : "", want, got.len);
}

static void test_sub(void **state)
{
	struct iwf_str s = IWF_STR("hello");

	(void)state;
	assert_str(iwf_str_sub(s, 0, 5), "hello");
	assert_str(iwf_str_sub(s, 1, 3), "el");
	assert_str(iwf_str_sub(s, 3, 99), "lo");
	assert_str(iwf_str_sub(s, 99, 100), "");
	assert_str(iwf_str_sub(s, 4, 2), "");
	assert_str(iwf_str_sub(IWF_STR_NONE, 1, 2), "");
	assert_null(iwf_str_sub(IWF_STR_NONE, 0, 0).ptr);
	assert_non_null(iwf_str_sub(s, 5, 5).ptr);
	assert_str(iwf_str_from(NULL), "");
}

static void test_compare(void **state)
{
	static const struct {
		const char *a, *b;
		bool eq, eq_case, starts, starts_case;
	} cases[] = {
		{ "", "", true, true, true, true },
		{ "a", "", false, false, true, true },
		{ "", "a", false, false, false, false },
		{ "abc", "abc", true, true, true, true },
		{ "abc", "ABC", false, true, false, true },
		{ "abc", "AB", false, false, false, true },
		{ "abc", "ab", false, false, true, true },
		{ "ab", "abc", false, false, false, false },
		{ "[", "{", false, false, false, false },
		{ "@", "`", false, false, false, false },
		{ "\xC4", "\xE4", false, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct iwf_str a = iwf_str_from(cases[i].a);
		struct iwf_str b = iwf_str_from(cases[i].b);

		assert_int_equal(iwf_str_eq(a, b), cases[i].eq);
		assert_int_equal(iwf_str_eq_case(a, b), cases[i].eq_case);
		assert_int_equal(iwf_str_starts(a, b), cases[i].starts);
		assert_int_equal(iwf_str_starts_case(a, b),
				 cases[i].starts_case);
	}
	assert_true(iwf_str_eq(IWF_STR_NONE, IWF_STR("")));
	assert_false(iwf_str_eq(IWF_STR("a\0b"), IWF_STR("a\0c")));
}

static void test_trim(void **state)
{
	(void)state;
	assert_str(iwf_str_trim(IWF_STR(" \t\r\n a b \n")), "a b");
	assert_str(iwf_str_trim(IWF_STR("a")), "a");
	assert_str(iwf_str_trim(IWF_STR(" \t ")), "");
	assert_str(iwf_str_trim(IWF_STR("\v")), "\v");
	assert_str(iwf_str_trim(IWF_STR_NONE), "");
}

static void test_find(void **state)
{
	struct iwf_str s = IWF_STR("a\0bcbc");

	(void)state;
	assert_int_equal(iwf_str_find(s, 'a'), 0);
	assert_int_equal(iwf_str_find(s, '\0'), 1);
	assert_int_equal(iwf_str_find(s, 'c'), 3);
	assert_true(iwf_str_find(s, 'x') == IWF_STR_NPOS);
	assert_true(iwf_str_find(IWF_STR_NONE, 'x') == IWF_STR_NPOS);
	assert_int_equal(iwf_str_search(s, IWF_STR("bc")), 2);
	assert_int_equal(iwf_str_search(s, IWF_STR("")), 0);
	assert_int_equal(iwf_str_search(s, IWF_STR("\0b")), 1);
	assert_true(iwf_str_search(s, IWF_STR("bcd")) == IWF_STR_NPOS);
	assert_true(iwf_str_search(IWF_STR_NONE, s) == IWF_STR_NPOS);
	assert_int_equal(iwf_str_search(IWF_STR_NONE, IWF_STR_NONE), 0);
}

static void test_split(void **state)
{
	static const struct {
		const char *text;
		const char *pieces; /* each in brackets */
	} cases[] = {
		{ "", "[]" },		{ ",", "[][]" },
		{ "a", "[a]" },		{ "a,b", "[a][b]" },
		{ "a,,b,", "[a][][b][]" }, { ",a", "[][a]" },
		{ NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct iwf_str rest = iwf_str_from(cases[i].text);
		struct iwf_str piece;
		char got[64] = "";
		size_t len = 0;

		while (iwf_str_split(&rest, ',', &piece))
			len += (size_t)snprintf(got + len, sizeof(got) - len,
						"[%.*s]", IWF_STR_ARG(piece));
		assert_string_equal(got, cases[i].pieces);
		assert_int_equal(piece.len, 0);
		assert_false(iwf_str_split(&rest, ',', &piece));
	}
}

static void test_to_u64(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		enum iwf_err err;
		uint64_t value;
	} cases[] = {
		{ "0", 0, IWF_OK, 0 },
		{ "1", 0, IWF_E_LIMIT, 99 },
		{ "9", 5, IWF_E_LIMIT, 99 },
		{ "5", 5, IWF_OK, 5 },
		{ "6", 5, IWF_E_LIMIT, 99 },
		{ "007", 7, IWF_OK, 7 },
		{ "255", 255, IWF_OK, 255 },
		{ "256", 255, IWF_E_LIMIT, 99 },
		{ "260", 255, IWF_E_LIMIT, 99 },
		{ "18446744073709551615", UINT64_MAX, IWF_OK, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, IWF_E_LIMIT, 99 },
		{ "99999999999999999999999", UINT64_MAX, IWF_E_LIMIT, 99 },
		{ "99999999999999999999999x", UINT64_MAX, IWF_E_SYNTAX, 99 },
		{ "", 9, IWF_E_SYNTAX, 99 },
		{ "-1", 9, IWF_E_SYNTAX, 99 },
		{ "+1", 9, IWF_E_SYNTAX, 99 },
		{ " 1", 9, IWF_E_SYNTAX, 99 },
		{ "1 ", 9, IWF_E_SYNTAX, 99 },
		{ "0x1", 9, IWF_E_SYNTAX, 99 },
		{ "1/", 9, IWF_E_SYNTAX, 99 },
		{ "1:", 9, IWF_E_SYNTAX, 99 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t value = 99;

		assert_int_equal(iwf_str_to_u64(iwf_str_from(cases[i].text),
						cases[i].max, &value),
				 cases[i].err);
		assert_true(value == cases[i].value);
	}
}

static void test_alphabets(void **state)
{
	(void)state;
	assert_true(iwf_str_is_printable(IWF_STR("")));
	assert_true(iwf_str_is_printable(IWF_STR(" ~\xC3\xA4")));
	assert_false(iwf_str_is_printable(IWF_STR("a\rb")));
	assert_false(iwf_str_is_printable(IWF_STR("a\tb")));
	assert_false(iwf_str_is_printable(IWF_STR("\x7f")));
	assert_false(iwf_str_is_printable(IWF_STR("a\0")));
	assert_true(iwf_str_is_utf8(IWF_STR("")));
	assert_true(iwf_str_is_utf8(IWF_STR("a\0\xF0\x9F\x98\x80")));
	assert_false(iwf_str_is_utf8(IWF_STR("\xED\xA0\x80")));
	assert_false(iwf_str_is_utf8(IWF_STR("abc\xC3")));
	assert_false(iwf_str_is_utf8(IWF_STR("\xC0\x80")));
}

/* Wherever in the text it stands: most of it is looked at in words. */
static void test_bad_octet_anywhere(void **state)
{
	(void)state;
	for (size_t len = 1; len <= 40; len++) {
		for (size_t at = 0; at < len; at++) {
			char text[40];

			memset(text, 'a', sizeof(text));
			assert_true(iwf_str_is_utf8(iwf_str_make(text, len)));
			text[at] = '\xC3';
			assert_false(iwf_str_is_utf8(iwf_str_make(text, len)));
			if (at + 1 < len) {
				text[at + 1] = '\xA4';
				assert_true(iwf_str_is_utf8(
					iwf_str_make(text, len)));
			}
		}
	}
}

/* Every octet at every offset of every length up to five words. */
static void test_plain_len(void **state)
{
	char text[40];

	(void)state;
	memset(text, '~', sizeof(text));
	assert_int_equal(iwf_str_plain_len(IWF_STR_NONE), 0);
	for (size_t len = 1; len <= sizeof(text); len++) {
		struct iwf_str s = iwf_str_make(text, len);

		assert_int_equal(iwf_str_plain_len(s), len);
		for (size_t at = 0; at < len; at++) {
			for (unsigned c = 0; c < 256; c++) {
				bool is_plain = c >= 0x20 && c < 0x7f;

				text[at] = (char)c;
				assert_int_equal(iwf_str_plain_len(s),
						 is_plain ? len : at);
				assert_int_equal(iwf_str_is_printable(s),
						 is_plain || c > 0x7f);
			}
			text[at] = at & 1 ? ' ' : '~';
		}
	}
}

static void test_hex(void **state)
{
	char text[17] = "";

	(void)state;
	iwf_str_hex(text, 0x0123456789abcdefu, 16);
	assert_string_equal(text, "0123456789abcdef");
	iwf_str_hex(text, 0xfedcba9876543210u, 3);
	assert_string_equal(text, "2103456789abcdef");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sub),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_to_u64),
		cmocka_unit_test(test_alphabets),
		cmocka_unit_test(test_bad_octet_anywhere),
		cmocka_unit_test(test_plain_len),
		cmocka_unit_test(test_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
