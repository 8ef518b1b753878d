/* Tests of alphabets, user data headers and JSON text (TS 23.038, 23.040). */
#include "wire/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/json.h"
#include "wire/udh.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *rule;
	enum text_alphabet alphabet;
	const char *hex;
	const char *utf8;
} decodes[] = {
	{ "specials", TEXT_GSM, "0002111b651b28", "@$_€{" },
	{ "ends of the table", TEXT_GSM, "0f1f7f5f", "åÉà§" },
	{ "greek", TEXT_GSM, "1012131415161718191a", "ΔΦΓΛΩΠΨΣΘΞ" },
	{ "unknown extension is its default character", TEXT_GSM, "1b41", "A" },
	{ "escape at the end", TEXT_GSM, "411b", "A " },
	{ "octet above 0x7f", TEXT_GSM, "41ff", "A\xef\xbf\xbd" },
	{ "escape before an octet above 0x7f", TEXT_GSM, "1bff",
	  " \xef\xbf\xbd" },
	{ "latin-1", TEXT_LATIN1, "41e4ff", "Aäÿ" },
	{ "ucs-2", TEXT_UCS2, "004100e420ac", "Aä€" },
	{ "surrogates", TEXT_UCS2, "d83dde00", "😀" },
	{ "lone high surrogate", TEXT_UCS2, "d83d0041",
	  "\xef\xbf\xbd"
	  "A" },
	{ "lone low surrogate", TEXT_UCS2, "de00", "\xef\xbf\xbd" },
	{ "odd octet", TEXT_UCS2, "004100", "A\xef\xbf\xbd" },
	{ "binary has no text", TEXT_BINARY, "4142", "" },
	{ "empty", TEXT_GSM, "", "" },
};

static void test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(decodes); i++) {
		struct buf bytes = { 0 };
		struct buf utf8 = { 0 };

		buf_append_unhex(&bytes, decodes[i].hex);
		text_decode(&utf8, decodes[i].alphabet, bytes.bytes, bytes.len);
		if (strcmp(buf_str(&utf8), decodes[i].utf8) != 0)
			fail_msg("%s: %s", decodes[i].rule, buf_str(&utf8));
		buf_destroy(&bytes);
		buf_destroy(&utf8);
	}
}

/* decode(encode(x)) == x for every character an alphabet has. */
static void test_round_trip(void **state)
{
	static const struct {
		enum text_alphabet alphabet;
		const char *utf8;
	} rows[] = {
		{ TEXT_GSM, "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./"
			    "0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
			    "¿abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€" },
		{ TEXT_LATIN1, "abcÀÿ¡" },
		{ TEXT_UCS2, "Привет 你好 😀\xf4\x8f\xbf\xbf" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf bytes = { 0 };
		struct buf utf8 = { 0 };

		assert_true(
			text_encode(&bytes, rows[i].alphabet, rows[i].utf8));
		text_decode(&utf8, rows[i].alphabet, bytes.bytes, bytes.len);
		assert_string_equal(rows[i].utf8, buf_str(&utf8));
		buf_destroy(&bytes);
		buf_destroy(&utf8);
	}
}

static void test_encode_refuses(void **state)
{
	static const struct {
		enum text_alphabet alphabet;
		const char *utf8;
	} rows[] = {
		{ TEXT_GSM, "aç" },
		{ TEXT_GSM, "\x1b" },
		{ TEXT_LATIN1, "€" },
		{ TEXT_BINARY, "a" },
		{ TEXT_UCS2, "\xff" },
		{ TEXT_UCS2, "\xc0\x80" },
		{ TEXT_UCS2, "\xed\xa0\x80" },
		{ TEXT_UCS2, "\xe2\x82" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf bytes = { 0 };

		assert_false(
			text_encode(&bytes, rows[i].alphabet, rows[i].utf8));
		assert_int_equal(0, bytes.len);
		buf_destroy(&bytes);
	}
}

static void test_data_coding(void **state)
{
	static const struct {
		uint8_t data_coding;
		enum text_alphabet alphabet;
	} rows[] = {
		{ 0, TEXT_GSM },       { 1, TEXT_LATIN1 },
		{ 3, TEXT_LATIN1 },    { 2, TEXT_BINARY },
		{ 4, TEXT_BINARY },    { 8, TEXT_UCS2 },
		{ 0x10, TEXT_GSM },    { 0x18, TEXT_UCS2 },
		{ 0x14, TEXT_BINARY }, { 0x48, TEXT_UCS2 },
		{ 0xc0, TEXT_GSM },    { 0xd8, TEXT_GSM },
		{ 0xe0, TEXT_UCS2 },   { 0xf0, TEXT_GSM },
		{ 0xf4, TEXT_BINARY }, { 0x20, TEXT_BINARY },
		{ 0x80, TEXT_BINARY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(rows[i].alphabet,
				 text_alphabet_of(rows[i].data_coding));
}

static void test_cut(void **state)
{
	static const uint8_t escape[] = { 'a', 'b', 0x1b, 0x65, 'c' };
	static const uint8_t pair[] = { 0, 'a', 0xd8, 0x3d, 0xde, 0, 0, 'b' };

	(void)state;
	assert_int_equal(2, text_cut(TEXT_GSM, escape, 5, 3));
	assert_int_equal(4, text_cut(TEXT_GSM, escape, 5, 4));
	assert_int_equal(5, text_cut(TEXT_GSM, escape, 5, 5));
	assert_int_equal(2, text_cut(TEXT_UCS2, pair, 8, 4));
	assert_int_equal(6, text_cut(TEXT_UCS2, pair, 8, 7));
	assert_int_equal(3, text_cut(TEXT_LATIN1, escape, 5, 3));
}

static void test_udh(void **state)
{
	static const struct {
		const char *rule;
		const char *hex;
		bool is_good;
		struct udh udh;
	} rows[] = {
		{ "8-bit", "0500030a0302", true, { 6, 10, 3, 2 } },
		{ "16-bit", "060804010203 01", true, { 7, 258, 3, 1 } },
		{ "ports first",
		  "0b05040b8423f0 0003070201",
		  true,
		  { 12, 7, 2, 1 } },
		{ "no concatenation", "03240101", true, { 4, 0, 0, 0 } },
		{ "empty", "00", true, { 1, 0, 0, 0 } },
		{ "nothing", "", false, { 0, 0, 0, 0 } },
		{ "longer than the text", "0500030a", false, { 0, 0, 0, 0 } },
		{ "element longer than the header",
		  "0500090a0302",
		  false,
		  { 0, 0, 0, 0 } },
		{ "half an element", "0100", false, { 0, 0, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf bytes = { 0 };
		struct udh udh;

		buf_append_unhex(&bytes, rows[i].hex);
		if (udh_parse(&udh, bytes.bytes, bytes.len) != rows[i].is_good)
			fail_msg("%s", rows[i].rule);
		if (rows[i].is_good)
			assert_memory_equal(&rows[i].udh, &udh, sizeof(udh));
		buf_destroy(&bytes);
	}
}

static void test_json(void **state)
{
	struct buf line = { 0 };

	(void)state;
	json_open(&line);
	json_str(&line, "a", "q\"b\\\n\x7f€");
	json_str(&line, "b", "{");
	json_text(&line, "bad", (const uint8_t *)"x\xff\x80", 3);
	json_number(&line, "n", -5);
	json_bool(&line, "t", true);
	json_hex(&line, "h", (const uint8_t *)"\x01\xab", 2);
	json_close(&line);
	assert_string_equal("{\"a\":\"q\\\"b\\\\\\u000a\\u007f€\",\"b\":\"{\","
			    "\"bad\":\"x\\u00ff\\u0080\",\"n\":-5,\"t\":true,"
			    "\"h\":\"01ab\"}\n",
			    buf_str(&line));
	buf_destroy(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_encode_refuses),
		cmocka_unit_test(test_data_coding),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_udh),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
