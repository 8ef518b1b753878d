/* The alphabet of CPIM headers: names, parameters, addresses, escapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <iwf/utf8.h>
#include <wire/cpim_text.h>

static void test_names(void **state)
{
	(void)state;
	assert_true(cpim_is_name(IWF_STR("Message-ID")));
	assert_true(cpim_is_name(IWF_STR("!#$%&'*+-^_`|~09azAZ")));
	assert_false(cpim_is_name(IWF_STR("")));
	assert_false(cpim_is_name(IWF_STR("a.b")));
	assert_false(cpim_is_name(IWF_STR("a b")));
	assert_false(cpim_is_name(IWF_STR("a\0")));
	assert_false(cpim_is_name(IWF_STR("\xc3\xa4")));
	assert_true(cpim_is_token(IWF_STR("X-a.b")));
	assert_false(cpim_is_token(IWF_STR("a:b")));
	assert_true(cpim_is_lang(IWF_STR("de-DE-1996")));
	assert_false(cpim_is_lang(IWF_STR("de_DE")));
	assert_int_equal(cpim_field_find(IWF_STR("cc")), CPIM_FIELD_CC);
	assert_int_equal(cpim_field_find(IWF_STR("Cc")), CPIM_FIELD_NONE);
	assert_int_equal(cpim_field_find(IWF_STR("")), CPIM_FIELD_NONE);
}

static void test_params(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
		{ "", 0 }, { " ;a=b", 0 }, { "x;a=b", 0 },
		{ ";a=b c", 4 }, { ";a=b\tc", 4 }, { ";a=b", 4 },
		{ ";a=\"b c\";d e", 10 }, { ";a=\"b\\\" c\" d", 10 },
		{ ";a=\"b", IWF_STR_NPOS }, { ";a=\"\\", IWF_STR_NPOS },
		{ ";a=\"b\tc\" d", IWF_STR_NPOS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (cpim_params_len(iwf_str_from(rows[i].text)) != rows[i].len)
			fail_msg("%s", rows[i].text);
}

static void test_address(void **state)
{
	struct cpim_address got;

	(void)state;
	assert_true(cpim_address_split(IWF_STR("\"a\\\"<\" <b:c d>"), &got));
	assert_true(iwf_str_eq(got.name, IWF_STR("a\\\"<")));
	assert_true(iwf_str_eq(got.uri, IWF_STR("b:c d")));
	assert_false(cpim_address_split(IWF_STR(""), &got));
	assert_false(cpim_address_split(IWF_STR("<"), &got));
	assert_false(cpim_address_split(IWF_STR("<\t>"), &got));
	assert_false(cpim_address_split(IWF_STR("\"\\"), &got));
	assert_false(cpim_address_split(IWF_STR("\"a\" b <c:d>"), &got));
	assert_false(cpim_address_split(IWF_STR("<a:<b>>"), &got));
}

static void test_escape(void **state)
{
	struct iwf_buf buf = { .len = 0 };

	(void)state;
	cpim_escape(&buf, IWF_STR(" a \"\\\b\t\n\r\0\x7f\xff "), false);
	iwf_buf_u8(&buf, '|');
	cpim_escape(&buf, IWF_STR(" \"\\ "), true);
	iwf_buf_u8(&buf, '|');
	cpim_put_uri(&buf, IWF_STR(" a<b>\\\r\n\0 c "));
	iwf_buf_u8(&buf, 0);
	assert_string_equal(buf.ptr, "\\u0020a \"\\\\\\b\\t\\n\\r\\u0000\\u007f"
			    "\xef\xbf\xbd\\u0020| \\\"\\\\ |"
			    "%20a%3Cb%3E%5C%0D%0A%00 c%20");
	iwf_buf_free(&buf);
}

static void put_expected(struct iwf_buf *buf, unsigned char c, bool is_uri)
{
	static const char plain[] = "\b\t\n\r\\";
	static const char *const escaped[] = { "\\b", "\\t", "\\n", "\\r",
					       "\\\\" };
	const char *at = c ? strchr(plain, c) : NULL;

	if (c >= 0x80)
		iwf_buf_str_put(buf, IWF_STR("\xef\xbf\xbd"));
	else if (is_uri && (c < 0x20 || c == 0x7f || (c && strchr("<>\\", c))))
		iwf_buf_printf(buf, "%%%02X", c);
	else if (!is_uri && at)
		iwf_buf_str_put(buf, iwf_str_from(escaped[at - plain]));
	else if (!is_uri && (c < 0x20 || c == 0x7f))
		iwf_buf_printf(buf, "\\u%04x", c);
	else
		iwf_buf_u8(buf, c);
}

/* Every octet at every offset: what needs nothing goes over in runs. */
static void test_escape_anywhere(void **state)
{
	char text[19];

	(void)state;
	for (unsigned row = 0; row < 2 * 256; row++) {
		bool is_uri = row & 1;

		/* Blanks at the ends have their row in test_escape. */
		for (size_t at = 0; row >> 1 != ' ' && at < sizeof(text); at++) {
			struct iwf_buf want = { .len = 0 }, got = { .len = 0 };
			struct iwf_str s = iwf_str_make(text, sizeof(text));

			memset(text, 'x', sizeof(text));
			iwf_buf_put(&want, text, at);
			put_expected(&want, (unsigned char)(row >> 1), is_uri);
			iwf_buf_put(&want, text, sizeof(text) - at - 1);
			text[at] = (char)(row >> 1);
			if (is_uri)
				cpim_put_uri(&got, s);
			else
				cpim_escape(&got, s, false);
			assert_true(iwf_str_eq(iwf_buf_str(&got),
					       iwf_buf_str(&want)));
			iwf_buf_free(&want);
			iwf_buf_free(&got);
		}
	}
}

static void test_escape_nothing(void **state)
{
	struct iwf_buf buf = { .len = 0 };

	(void)state;
	cpim_escape(&buf, IWF_STR_NONE, false);
	cpim_escape(&buf, IWF_STR(""), true);
	cpim_put_uri(&buf, IWF_STR_NONE);
	assert_int_equal(buf.len, 0);
	iwf_buf_free(&buf);
}

static void test_round_trip(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf plain = { .len = 0 }, escaped = { .len = 0 };
	uint32_t seed = 2279;

	(void)state;
	for (size_t i = 0; i < 3000; i++) {
		iwf_buf_clear(&plain);
		iwf_buf_clear(&escaped);
		for (int k = 0; k < 8; k++) {
			uint32_t code;

			seed = seed * 1664525u + 1013904223u;
			code = seed >> 8 & (k & 1 ? 0x7f : 0xffff);
			if (code < 0xd800 || code > 0xdfff)
				iwf_utf8_put(&plain, code);
		}
		cpim_escape(&escaped, iwf_buf_str(&plain), i & 1);
		assert_true(iwf_str_is_printable(iwf_buf_str(&escaped)));
		assert_true(iwf_str_eq(iwf_buf_str(&plain),
			cpim_unescape(arena, iwf_buf_str(&escaped))));
	}
	iwf_buf_free(&plain);
	iwf_buf_free(&escaped);
	iwf_arena_destroy(&arena);
}

static void test_unchanged(void **state)
{
	struct iwf_str text = IWF_STR("nothing to undo");

	(void)state;
	assert_ptr_equal(cpim_unescape(NULL, text).ptr, text.ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_escape_anywhere),
		cmocka_unit_test(test_escape_nothing),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_unchanged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
