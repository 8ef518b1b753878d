/* Ways: their words, what they cost, how much fits. */
#include <smpp/text/way.h>

#include "octets.h"

#include <iwf/utf8.h>

static const struct {
	struct smpp_way way;
	size_t single, part; /* TS 23.040 9.2.3.24 */
	size_t header_single, header_part;
} rooms[] = {
	{ { SMPP_ALPHABET_GSM, 0, { 0, 0 }, SMPP_STYLE_UDH8, 0, 0 },
	  160, 153, 0, 6 },
	{ { SMPP_ALPHABET_GSM, 0, { 0, 0 }, SMPP_STYLE_UDH16, 0, 0 },
	  160, 152, 0, 7 },
	{ { SMPP_ALPHABET_GSM, 0, { 0, 0 }, SMPP_STYLE_SAR, 0, 0 },
	  160, 152, 0, 7 },
	{ { SMPP_ALPHABET_GSM, 0, { 1, 0 }, SMPP_STYLE_UDH8, 0, 0 },
	  155, 149, 4, 9 },
	{ { SMPP_ALPHABET_GSM, 0, { 0, 2 }, SMPP_STYLE_UDH16, 0, 0 },
	  155, 148, 4, 10 },
	{ { SMPP_ALPHABET_GSM, 0, { 3, 3 }, SMPP_STYLE_UDH8, 0, 0 },
	  152, 146, 7, 12 },
	{ { SMPP_ALPHABET_GSM, 0, { 3, 3 }, SMPP_STYLE_UDH16, 0, 0 },
	  152, 145, 7, 13 },
	{ { SMPP_ALPHABET_UCS2, 8, { 0, 0 }, SMPP_STYLE_UDH8, 0, 0 },
	  70, 67, 0, 6 },
	{ { SMPP_ALPHABET_UCS2, 8, { 0, 0 }, SMPP_STYLE_UDH16, 0, 0 },
	  70, 66, 0, 7 },
	{ { SMPP_ALPHABET_LATIN1, 3, { 0, 0 }, SMPP_STYLE_UDH8, 0, 0 },
	  160, 153, 0, 6 },
};

static void the_room_is_exact(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		const struct smpp_way *way = &rooms[i].way;

		assert_int_equal(smpp_way_room(way, false), rooms[i].single);
		assert_int_equal(smpp_way_room(way, true), rooms[i].part);
		assert_int_equal(smpp_way_header_len(way, false),
				 rooms[i].header_single);
		assert_int_equal(smpp_way_header_len(way, true),
				 rooms[i].header_part);
	}
}

static void ways_assert_equal(const struct smpp_way *a,
			      const struct smpp_way *b)
{
	assert_int_equal(a->alphabet, b->alphabet);
	assert_int_equal(a->data_coding, b->data_coding);
	assert_int_equal(a->tables.locking, b->tables.locking);
	assert_int_equal(a->tables.single, b->tables.single);
	assert_int_equal(a->style, b->style);
	assert_int_equal(a->packing, b->packing);
	assert_int_equal(a->plain, b->plain);
}

/* Every number that is a way is the word of that way, and the others none. */
static void a_word_is_its_way(void **state)
{
	size_t count = 0;

	(void)state;
	for (uint32_t word = 0; word < 1u << 24; word++) {
		struct smpp_way way;
		uint8_t moved;

		if ((word & 0xFF) > 9 || !smpp_way_parse(word, &way, &moved))
			continue;
		count++;
		assert_int_equal(smpp_way_word(&way, moved), word);
		assert_int_equal(moved, 0);
	}
	/* Six alphabets, four styles, 3 x 4 tables, packing and plainness. */
	assert_int_equal(count, 6 * 4 * 3 * 4 * 3 * 3);
}

static void old_rows_keep_their_meaning(void **state)
{
	const struct smpp_way gsm = { .alphabet = SMPP_ALPHABET_GSM };
	const struct smpp_way ucs2 = { .alphabet = SMPP_ALPHABET_UCS2,
				       .data_coding = 8 };
	struct smpp_way way;
	uint8_t moved;

	(void)state;
	assert_true(smpp_way_parse(0, &way, &moved));
	ways_assert_equal(&way, &gsm);
	assert_true(smpp_way_parse(8, &way, &moved));
	ways_assert_equal(&way, &ucs2);
	assert_true(smpp_way_parse(0xA5000008, &way, &moved));
	assert_int_equal(moved, 0xA5);
	assert_int_equal(smpp_way_word(&way, moved), 0xA5000008);
}

/* An SMSC makes GSM of it: what GSM lacks would be lost (and counts double
 * what GSM escapes). */
static void latin1_and_ascii_say_only_what_gsm_says(void **state)
{
	const struct smpp_way latin1 = { .alphabet = SMPP_ALPHABET_LATIN1,
					 .data_coding = 3 };
	const struct smpp_way ascii = { .alphabet = SMPP_ALPHABET_ASCII,
					.data_coding = 1 };

	(void)state;
	assert_int_equal(smpp_way_cost(&latin1, 0xE9), 1);  /* é */
	assert_int_equal(smpp_way_cost(&latin1, 0xE1), 0);  /* á */
	assert_int_equal(smpp_way_cost(&latin1, '['), 2);
	assert_int_equal(smpp_way_cost(&latin1, 0x20AC), 0);
	assert_int_equal(smpp_way_cost(&latin1, 0x394), 0);
	assert_int_equal(smpp_way_cost(&ascii, '`'), 0);
	assert_int_equal(smpp_way_cost(&ascii, '@'), 1);
	assert_int_equal(smpp_way_cost(&ascii, 0xE9), 0);
	assert_int_equal(smpp_way_cost(&ascii, IWF_UTF8_BAD), 0);
}

static const struct {
	struct smpp_way way;
	const char *text;
	size_t udh_len;
	const char *octets;
} encodings[] = {
	{ { .alphabet = SMPP_ALPHABET_GSM }, "@€", 0, "00 1b65" },
	{ { .alphabet = SMPP_ALPHABET_GSM, .tables = { 1, 0 } }, "ş€", 0,
	  "1d 04" },
	{ { .alphabet = SMPP_ALPHABET_GSM, .tables = { 0, 1 } }, "ş€", 0,
	  "1b73 1b65" },
	{ { .alphabet = SMPP_ALPHABET_LATIN1 }, "@é[", 0, "'@' e9 '['" },
	{ { .alphabet = SMPP_ALPHABET_ASCII }, "@_$", 0, "'@_$'" },
	{ { .alphabet = SMPP_ALPHABET_UCS2 }, "A😀", 0, "0041 d83d de00" },
	{ { .alphabet = SMPP_ALPHABET_GSM, .packing = SMPP_PACKING_ZERO },
	  "hellohello", 0, "e8329bfd4697d9ec37" },
	{ { .alphabet = SMPP_ALPHABET_GSM, .packing = SMPP_PACKING_ZERO },
	  "a", 6, "c2" },
	/* seven septets leave seven bits: 23.038 6.1.2.3.1 */
	{ { .alphabet = SMPP_ALPHABET_GSM, .packing = SMPP_PACKING_ZERO },
	  "aaaaaaa", 0, "e170381c0e8701" },
	{ { .alphabet = SMPP_ALPHABET_GSM, .packing = SMPP_PACKING_CR },
	  "aaaaaaa", 0, "e170381c0e871b" },
};

static void encodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_buf buf = { 0 };

		assert_int_equal(smpp_way_encode(
			&buf, &encodings[i].way,
			iwf_str_from(encodings[i].text),
			encodings[i].udh_len), IWF_OK);
		octets_assert(iwf_buf_str(&buf),
			      octets(arena, encodings[i].octets));
		iwf_buf_free(&buf);
		iwf_arena_destroy(&arena);
	}
}

static void a_failed_encoding_leaves_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		struct iwf_buf buf = { 0 };

		if (encodings[i].way.alphabet == SMPP_ALPHABET_UCS2)
			continue;
		iwf_buf_u8(&buf, 'x');
		assert_int_equal(smpp_way_encode(&buf, &encodings[i].way,
						 IWF_STR("ab日"), 0),
				 IWF_E_CHARSET);
		assert_int_equal(buf.len, 1);
		iwf_buf_free(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_room_is_exact),
		cmocka_unit_test(a_word_is_its_way),
		cmocka_unit_test(old_rows_keep_their_meaning),
		cmocka_unit_test(latin1_and_ascii_say_only_what_gsm_says),
		cmocka_unit_test(encodes),
		cmocka_unit_test(a_failed_encoding_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
