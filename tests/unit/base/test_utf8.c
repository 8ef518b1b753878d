/* UTF-8 (RFC 3629) read strictly, and mended when surrogates were cut. */
#include <iwf/utf8.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define FFFD "\xEF\xBF\xBD"

static void test_next(void **state)
{
	static const struct {
		const char *text;
		uint32_t code;
		size_t taken;
	} cases[] = {
		{ "a", 'a', 1 },
		{ "\x7F", 0x7F, 1 },
		{ "\xC2\x80", 0x80, 2 },
		{ "\xDF\xBF", 0x7FF, 2 },
		{ "\xE0\xA0\x80", 0x800, 3 },
		{ "\xED\x9F\xBF", 0xD7FF, 3 },
		{ "\xEE\x80\x80", 0xE000, 3 },
		{ "\xEF\xBF\xBF", 0xFFFF, 3 },
		{ "\xF0\x90\x80\x80", 0x10000, 4 },
		{ "\xF4\x8F\xBF\xBF", 0x10FFFF, 4 },
		/* RFC 3629 4: nothing overlong, nothing above, no surrogates */
		{ "\xC0\x80", IWF_UTF8_BAD, 1 },
		{ "\xC1\xBF", IWF_UTF8_BAD, 1 },
		{ "\xE0\x9F\xBF", IWF_UTF8_BAD, 1 },
		{ "\xF0\x8F\xBF\xBF", IWF_UTF8_BAD, 1 },
		{ "\xF4\x90\x80\x80", IWF_UTF8_BAD, 1 },
		{ "\xF5\x80\x80\x80", IWF_UTF8_BAD, 1 },
		{ "\xF8\x88\x80\x80\x80", IWF_UTF8_BAD, 1 },
		{ "\xFF", IWF_UTF8_BAD, 1 },
		{ "\xED\xA0\x80", IWF_UTF8_BAD, 1 },
		{ "\xED\xBF\xBF", IWF_UTF8_BAD, 1 },
		/* cut, or continued where nothing began */
		{ "\x80", IWF_UTF8_BAD, 1 },
		{ "\xBF", IWF_UTF8_BAD, 1 },
		{ "\xC3", IWF_UTF8_BAD, 1 },
		{ "\xC3" "a", IWF_UTF8_BAD, 1 },
		{ "\xE2\x82", IWF_UTF8_BAD, 1 },
		{ "\xF0\x9F\x98", IWF_UTF8_BAD, 1 },
		{ "\xF0\x9F\x98\xC3", IWF_UTF8_BAD, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct iwf_str rest = iwf_str_from(cases[i].text);
		size_t before = rest.len;

		assert_int_equal(iwf_utf8_next(&rest), cases[i].code);
		assert_int_equal(before - rest.len, cases[i].taken);
	}
}

/* Every code point there is, written and read again. */
static void test_round_trip(void **state)
{
	struct iwf_buf buf = { 0 };

	(void)state;
	for (uint32_t code = 0; code <= 0x10FFFF; code++) {
		bool half = code >= 0xD800 && code <= 0xDFFF;
		struct iwf_str rest;

		iwf_buf_clear(&buf);
		iwf_utf8_put(&buf, code);
		rest = iwf_buf_str(&buf);
		if (half != !iwf_str_is_utf8(rest) ||
		    iwf_utf8_next(&rest) != (half ? IWF_UTF8_BAD : code) ||
		    (!half && rest.len))
			fail();
	}
	iwf_buf_free(&buf);
}

/* U+D83D U+DE00 is the pair of U+1F600. */
#define HIGH "\xED\xA0\xBD"
#define LOW "\xED\xB8\x80"
#define FACE "\xF0\x9F\x98\x80"

static void test_mend(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{ "", "" },
		{ "a\xC3\xA4" FACE, "a\xC3\xA4" FACE },
		{ HIGH LOW, FACE },
		{ "a" HIGH LOW "b" HIGH LOW, "a" FACE "b" FACE },
		{ "\xED\xA0\x80\xED\xB0\x80", "\xF0\x90\x80\x80" },
		{ "\xED\xAF\xBF\xED\xBF\xBF", "\xF4\x8F\xBF\xBF" },
		{ HIGH, FFFD },
		{ LOW, FFFD },
		{ LOW HIGH, FFFD FFFD },
		{ HIGH HIGH LOW, FFFD FACE },
		{ HIGH LOW LOW, FACE FFFD },
		{ HIGH "a" LOW, FFFD "a" FFFD },
		{ HIGH "\xED\xB8", FFFD FFFD FFFD },
		{ "\xC3", FFFD },
		{ "\xC3" "a", FFFD "a" },
		{ "\xC0\x80", FFFD FFFD },
		{ "\xE0\x80\x80", FFFD FFFD FFFD },
		{ "\xFF", FFFD },
		{ "\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct iwf_str want = iwf_str_from(cases[i].want);
		struct iwf_buf buf = { 0 };

		iwf_buf_u8(&buf, '>');
		iwf_utf8_mend(&buf, iwf_str_from(cases[i].text));
		iwf_buf_eat(&buf, 1);
		assert_int_equal(buf.len, want.len);
		assert_memory_equal(buf.ptr, want.ptr, want.len);
		iwf_buf_free(&buf);
	}
}

/* What is plain goes over at once, from and up to wherever it is not. */
static void test_mend_anywhere(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{ "\xFF", FFFD },	 { "\n", "\n" },
		{ "\x7F", "\x7F" },	 { "\xC3\xA4", "\xC3\xA4" },
		{ HIGH LOW, FACE },	 { HIGH, FFFD },
	};
	char plain[21] = "abcdefghijklmnopqrst";

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (size_t at = 0; at < sizeof(plain); at++) {
			struct iwf_buf text = { 0 }, want = { 0 }, got = { 0 };

			iwf_buf_put(&text, plain, at);
			iwf_buf_put(&want, plain, at);
			iwf_buf_str_put(&text, iwf_str_from(cases[i].text));
			iwf_buf_str_put(&want, iwf_str_from(cases[i].want));
			iwf_buf_put(&text, plain + at, sizeof(plain) - 1 - at);
			iwf_buf_put(&want, plain + at, sizeof(plain) - 1 - at);
			iwf_utf8_mend(&got, iwf_buf_str(&text));
			assert_true(iwf_str_eq(iwf_buf_str(&got),
					       iwf_buf_str(&want)));
			iwf_buf_free(&text);
			iwf_buf_free(&want);
			iwf_buf_free(&got);
		}
	}
}

/* Two parts of a UCS-2 message, cut between the halves of a character. */
static void test_mend_across_the_cut(void **state)
{
	static const uint16_t parts[2][3] = { { 'a', 'b', 0xD83D },
					      { 0xDE00, 'c', 'd' } };
	struct iwf_buf joined = { 0 };
	struct iwf_buf mended = { 0 };

	(void)state;
	for (size_t part = 0; part < 2; part++)
		for (size_t i = 0; i < 3; i++)
			iwf_utf8_put(&joined, parts[part][i]);
	assert_false(iwf_str_is_utf8(iwf_buf_str(&joined)));
	iwf_utf8_mend(&mended, iwf_buf_str(&joined));
	assert_true(iwf_str_eq(iwf_buf_str(&mended),
			       IWF_STR("ab" FACE "cd")));
	iwf_buf_free(&mended);
	iwf_buf_free(&joined);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_mend),
		cmocka_unit_test(test_mend_anywhere),
		cmocka_unit_test(test_mend_across_the_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
