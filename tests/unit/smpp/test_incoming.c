/* What comes, as it is labelled and as it is meant. */
#include <smpp/text/incoming.h>

#include "octets.h"

#define MARK "\xEF\xBF\xBD"

static const struct {
	struct smpp_reading_rules rules;
	unsigned data_coding;
	const char *udh;
	const char *octets;
	const char *text; /* NULL: refused */
	bool is_sniffed;
	unsigned unknown_language;
	size_t bad;
} cases[] = {
	{ { 0 }, 0, "", "00 11 02 1b65", "@_$€", false, 0, 0 },
	{ { .zero = SMPP_ALPHABET_LATIN1 }, 0, "", "'@' e9", "@é", false, 0,
	  0 },
	{ { .zero = SMPP_ALPHABET_ASCII }, 0, "", "'@_$'", "@_$", false, 0, 0 },
	/* the whole octet: classes, waiting messages */
	{ { 0 }, 0xF0, "", "00", "@", false, 0, 0 },
	{ { 0 }, 0x10, "", "00", "@", false, 0, 0 },
	{ { 0 }, 0xC8, "", "00", "@", false, 0, 0 },
	{ { 0 }, 0x18, "", "0041", "A", false, 0, 0 },
	{ { 0 }, 0xE0, "", "0041", "A", false, 0, 0 },
	{ { 0 }, 0x20, "", "00", NULL, false, 0, 0 }, /* compressed */
	{ { 0 }, 2, "", "'x'", NULL, false, 0, 0 },
	{ { 0 }, 0xF4, "", "'x'", NULL, false, 0, 0 },
	{ { .binary_is_latin1 = true }, 4, "", "'x' e9", "xé", false, 0, 0 },
	{ { .binary_is_latin1 = true }, 0x20, "", "'x'", NULL, false, 0, 0 },
	/* national tables */
	{ { 0 }, 0, "03 25 01 01", "1d 04 1b65", "ş€€", false, 0, 0 },
	{ { 0 }, 0, "03 24 01 01", "1b73 1d", "şæ", false, 0, 0 },
	{ { 0 }, 0, "03 24 01 02", "1b61 'a'", "áa", false, 0, 0 },
	{ { 0 }, 0, "06 24 01 03 25 01 03", "7b 1b12", "ãΦ", false, 0, 0 },
	{ { 0 }, 0, "03 24 01 03", "1b 'z'", "z", false, 0, 0 },
	{ { 0 }, 0, "03 25 01 06", "00 'a'", "@a", false, 6, 0 },
	{ { 0 }, 0, "03 24 01 0d", "1b65", "€", false, 13, 0 },
	{ { 0 }, 8, "03 25 01 01", "015f", "ş", false, 0, 0 },
	/* packed, filled both ways */
	{ { .packing = SMPP_PACKING_ZERO }, 0, "", "e8329bfd4697d9ec37",
	  "hellohello", false, 0, 0 },
	{ { .packing = SMPP_PACKING_ZERO }, 0, "", "e170381c0e8701",
	  "aaaaaaa", false, 0, 0 },
	{ { .packing = SMPP_PACKING_CR }, 0, "", "e170381c0e871b",
	  "aaaaaaa", false, 0, 0 },
	{ { .packing = SMPP_PACKING_CR }, 0, "", "e170381c0e8701",
	  "aaaaaaa@", false, 0, 0 },
	{ { .packing = SMPP_PACKING_CR }, 0, "05 00 03 01 02 01", "c2", "a",
	  false, 0, 0 },
	{ { .packing = SMPP_PACKING_CR }, 0, "", "", "", false, 0, 0 },
	{ { .packing = SMPP_PACKING_CR }, 8, "", "0041", "A", false, 0, 0 },
	/* what is not GSM never passes undeclared */
	{ { 0 }, 0, "", "'a' c3a9", "a" MARK MARK, false, 0, 2 },
	{ { .high_is_latin1 = true }, 0, "", "'a@' e9", "a@é", true, 0, 0 },
	{ { .high_is_latin1 = true }, 0, "", "'a' 00", "a@", false, 0, 0 },
	{ { .sniff_utf8 = true }, 0, "", "'a' c3a9", "aé", true, 0, 0 },
	{ { .sniff_utf8 = true }, 3, "", "'a' c3a9", "aé", true, 0, 0 },
	{ { .sniff_utf8 = true }, 1, "", "f09f9880", "😀", true, 0, 0 },
	{ { .sniff_utf8 = true }, 0, "", "00 'a'", "@a", false, 0, 0 },
	{ { .sniff_utf8 = true }, 0, "", "'a' c3a9 ff", "a" MARK MARK MARK,
	  false, 0, 3 },
	{ { .sniff_utf8 = true }, 3, "", "'a' e9", "aé", false, 0, 0 },
	{ { .sniff_utf8 = true }, 8, "", "c3a9", "쎩", false, 0, 0 },
	{ { .sniff_utf8 = true, .high_is_latin1 = true }, 0, "", "c3a9 ff",
	  "Ã©ÿ", true, 0, 0 },
	/* GSM that says it is ASCII: no text has control characters */
	{ { 0 }, 1, "", "'5 ' 1b65 00 11 02", "5 €@_$", true, 0, 0 },
	{ { 0 }, 1, "", "'a' 10 7b", "aΔä", true, 0, 0 },
	{ { 0 }, 1, "03 24 01 01", "1b73", "ş", true, 0, 0 },
	{ { 0 }, 1, "03 25 01 01", "'a' 60", "aç", true, 0, 0 },
	{ { .zero = SMPP_ALPHABET_ASCII }, 0, "", "1b65", "€", true, 0, 0 },
	{ { .packing = SMPP_PACKING_CR }, 1, "", "1b65", "\x1B" "e", false, 0,
	  0 },
	{ { 0 }, 1, "", "'a@_[' 09 0d0a 0c", "a@_[\t\r\n\f", false, 0, 0 },
	{ { 0 }, 1, "", "1b65 e9", "\x1B" "e" MARK, false, 0, 1 },
	{ { 0 }, 3, "", "1b65", "\x1B" "e", false, 0, 0 },
	/* UCS-2 that says it is GSM */
	{ { .sniff_ucs2 = true }, 0, "", "00480069 0020 263a", "Hi ☺", true, 0,
	  0 },
	{ { .sniff_ucs2 = true }, 0, "", "0048 00", "@H@", false, 0, 0 },
	{ { .sniff_ucs2 = true }, 0, "", "00010002", "@£@$", false, 0, 0 },
	{ { .sniff_ucs2 = true }, 0, "", "'abcd'", "abcd", false, 0, 0 },
	{ { 0 }, 0, "", "00480069", "@H@i", false, 0, 0 },
};

static void reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_udh udh = { 0 };
		const struct smpp_incoming in = {
			.octets = octets(arena, cases[i].octets), .udh = &udh,
			.data_coding = (uint8_t)cases[i].data_coding,
		};
		struct iwf_buf buf = { 0 };
		struct smpp_read read;

		if (cases[i].udh[0])
			assert_int_equal(smpp_udh_parse(octets(
				arena, cases[i].udh), &udh, NULL), IWF_OK);
		assert_int_equal(smpp_incoming_read(&buf, &cases[i].rules, &in,
						    &read),
				 cases[i].text ? IWF_OK : IWF_E_UNSUPPORTED);
		assert_text(iwf_buf_str(&buf),
			    cases[i].text ? cases[i].text : "");
		assert_int_equal(read.is_sniffed, cases[i].is_sniffed);
		assert_int_equal(read.unknown_language,
				 cases[i].unknown_language);
		assert_int_equal(read.bad_count, cases[i].bad);
		iwf_buf_free(&buf);
		iwf_arena_destroy(&arena);
	}
}

/* UTF-8 in parts, cut at every octet: each must be known for what it is. */
static void a_part_may_end_inside_a_character(void **state)
{
	static const char text[] = "ééé😀😀😀日本";
	const struct smpp_reading_rules rules = { .sniff_utf8 = true };
	const struct smpp_udh udh = { 0 };

	(void)state;
	for (size_t at = 4; at + 6 < sizeof(text); at++) {
		struct iwf_buf buf = { 0 };

		for (size_t i = 0; i < 2; i++) {
			const struct smpp_incoming in = {
				.octets = i ? iwf_str_from(text + at) :
					iwf_str_make(text, at),
				.udh = &udh, .is_part = true,
			};
			struct smpp_read read;

			assert_int_equal(smpp_incoming_read(&buf, &rules, &in,
							    &read), IWF_OK);
			assert_true(read.is_sniffed);
		}
		assert_text(iwf_buf_str(&buf), text);
		iwf_buf_free(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(a_part_may_end_inside_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
