/* data_coding, both ways, the whole octet. */
#include <smpp/text/coding.h>

#include "octets.h"

#include <iwf/utf8.h>

#define NO_ALPHABET (-1)

static int expected_alphabet(unsigned coding)
{
	static const int low[16] = {
		SMPP_ALPHABET_LATIN1, /* what the test's peer means by 0 */
		SMPP_ALPHABET_ASCII, SMPP_ALPHABET_BINARY,
		SMPP_ALPHABET_LATIN1, SMPP_ALPHABET_BINARY, NO_ALPHABET,
		SMPP_ALPHABET_CYRILLIC, SMPP_ALPHABET_HEBREW,
		SMPP_ALPHABET_UCS2, NO_ALPHABET, NO_ALPHABET, NO_ALPHABET,
		NO_ALPHABET, NO_ALPHABET, NO_ALPHABET, NO_ALPHABET,
	};

	if (coding < 0x10)
		return low[coding];
	if ((coding >= 0x20 && coding < 0x40) ||
	    (coding >= 0x60 && coding < 0x80))
		return NO_ALPHABET; /* compressed */
	if (coding < 0x80 && (coding & 0x0C) == 0x04)
		return SMPP_ALPHABET_BINARY;
	if ((coding < 0x80 && (coding & 0x0C) == 0x08) ||
	    (coding >= 0xE0 && coding < 0xF0))
		return SMPP_ALPHABET_UCS2;
	if (coding >= 0xF0 && coding & 4)
		return SMPP_ALPHABET_BINARY;
	return SMPP_ALPHABET_GSM;
}

static void every_octet_has_its_alphabet(void **state)
{
	(void)state;
	for (unsigned coding = 0; coding < 256; coding++) {
		enum smpp_alphabet got = SMPP_ALPHABET_GSM;
		int want = expected_alphabet(coding);
		enum iwf_err err = smpp_coding_alphabet(
			(uint8_t)coding, SMPP_ALPHABET_LATIN1, &got);

		assert_int_equal(err, want == NO_ALPHABET ?
				 IWF_E_UNSUPPORTED : IWF_OK);
		if (!err)
			assert_int_equal(got, want);
	}
}

static const struct {
	enum smpp_alphabet alphabet;
	const char *octets;
	const char *text;
	size_t bad;
} decodings[] = {
	{ SMPP_ALPHABET_GSM, "00 11 02", "@_$", 0 },
	{ SMPP_ALPHABET_ASCII, "'@_$'", "@_$", 0 },
	{ SMPP_ALPHABET_ASCII, "'a' e9", "a\xEF\xBF\xBD", 1 },
	{ SMPP_ALPHABET_LATIN1, "'@' e9 ff", "@éÿ", 0 },
	{ SMPP_ALPHABET_CYRILLIC, "bf e0 d8 d2 d5 e2", "Привет", 0 },
	{ SMPP_ALPHABET_CYRILLIC, "a1 f0 fd ff ad", "Ё№§џ\xC2\xAD", 0 },
	{ SMPP_ALPHABET_HEBREW, "f9 ec e5 ed dc", "שלום\xEF\xBF\xBD", 1 },
	{ SMPP_ALPHABET_UCS2, "0041 20ac", "A€", 0 },
	{ SMPP_ALPHABET_UCS2, "d83d de00", "😀", 0 },
	{ SMPP_ALPHABET_UCS2, "d83d", "\xED\xA0\xBD", 0 },
	{ SMPP_ALPHABET_UCS2, "de00 0041", "\xED\xB8\x80" "A", 0 },
	{ SMPP_ALPHABET_UCS2, "d83d 0041", "\xED\xA0\xBD" "A", 0 },
	{ SMPP_ALPHABET_UCS2, "d83d d83d de00", "\xED\xA0\xBD😀", 0 },
	{ SMPP_ALPHABET_UCS2, "0041 00", "A\xEF\xBF\xBD", 1 },
	{ SMPP_ALPHABET_UCS2, "", "", 0 },
	{ SMPP_ALPHABET_UTF8, "c3a9 f09f", "é\xF0\x9F", 0 }, /* to be mended */
};

static void decodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(decodings) / sizeof(decodings[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_buf buf = { 0 };
		size_t bad = 0;

		assert_int_equal(smpp_coding_decode(
			&buf, decodings[i].alphabet,
			octets(arena, decodings[i].octets), &bad), IWF_OK);
		assert_int_equal(bad, decodings[i].bad);
		assert_text(iwf_buf_str(&buf), decodings[i].text);
		iwf_buf_free(&buf);
		iwf_arena_destroy(&arena);
	}
}

static void binary_is_no_text(void **state)
{
	struct iwf_buf buf = { 0 };

	(void)state;
	assert_int_equal(smpp_coding_decode(&buf, SMPP_ALPHABET_BINARY,
					    IWF_STR("a"), NULL),
			 IWF_E_UNSUPPORTED);
	assert_int_equal(buf.len, 0);
	iwf_buf_free(&buf);
}

static void pair_cut_between_parts_is_mended(void **state)
{
	struct iwf_buf joined = { 0 };
	struct iwf_buf text = { 0 };

	(void)state;
	smpp_coding_decode(&joined, SMPP_ALPHABET_UCS2, IWF_STR("\xD8\x3D"),
			   NULL);
	smpp_coding_decode(&joined, SMPP_ALPHABET_UCS2,
			   iwf_str_make("\xDE\x00", 2), NULL);
	iwf_utf8_mend(&text, iwf_buf_str(&joined));
	assert_text(iwf_buf_str(&text), "😀");
	iwf_buf_free(&joined);
	iwf_buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_octet_has_its_alphabet),
		cmocka_unit_test(decodes),
		cmocka_unit_test(binary_is_no_text),
		cmocka_unit_test(pair_cut_between_parts_is_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
