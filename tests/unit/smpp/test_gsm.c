/* GSM 03.38: both directions, ESC rules, packing. */
#include <smpp/text/gsm.h>

#include "octets.h"

#include <iwf/utf8.h>

static void every_code_point_agrees(void **state)
{
	struct iwf_buf text = { 0 };
	struct iwf_buf septets = { 0 };
	struct iwf_buf back = { 0 };
	size_t said = 0;

	(void)state;
	for (uint32_t code = 0; code <= 0x10FFFF; code++) {
		size_t cost = gsm_cost(GSM_DEFAULT, code);

		assert_int_equal(gsm_can_say(code), cost > 0);
		if (!cost)
			continue;
		said++;
		iwf_buf_clear(&text);
		iwf_buf_clear(&septets);
		iwf_buf_clear(&back);
		iwf_utf8_put(&text, code);
		assert_int_equal(gsm_encode(&septets, GSM_DEFAULT, iwf_buf_str(&text)), 0);
		assert_int_equal(septets.len, cost);
		assert_int_equal(gsm_decode(&back, GSM_DEFAULT, iwf_buf_str(&septets)), 0);
		octets_assert(iwf_buf_str(&back), iwf_buf_str(&text));
	}
	/* 127 of the default table (not ESC) and 10 of the extension. */
	assert_int_equal(said, 137);
	iwf_buf_free(&text);
	iwf_buf_free(&septets);
	iwf_buf_free(&back);
}

static const struct {
	const char *septets;
	const char *text;
	size_t bad;
} decodings[] = {
	{ "", "", 0 },
	{ "00 02 11", "@$_", 0 },
	{ "'hello'", "hello", 0 },
	{ "10 12 13 14 15 16 17 18 19 1a", "ΔΦΓΛΩΠΨΣΘΞ", 0 },
	{ "09 1f 5b 5c 5d 5e 5f 7b 7c 7d 7e 7f", "ÇÉÄÖÑÜ§äöñüà", 0 },
	{ "1b65 1b14 1b28 1b29 1b2f 1b3c 1b3d 1b3e 1b40", "€^{}\\[~]|", 0 },
	{ "1b 0a", "\f", 0 },
	{ "1b 41", "A", 0 },      /* unknown extension: default table */
	{ "1b", " ", 0 },         /* a last ESC */
	{ "1b 1b 'a'", " a", 0 }, /* ESC ESC is a space */
	{ "'a' e9 'b'", "a\xEF\xBF\xBD" "b", 1 },
	{ "1b e9", " \xEF\xBF\xBD", 1 },
};

static void decodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(decodings) / sizeof(decodings[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_buf buf = { 0 };

		assert_int_equal(gsm_decode(&buf, GSM_DEFAULT, octets(
			arena, decodings[i].septets)), decodings[i].bad);
		assert_text(iwf_buf_str(&buf), decodings[i].text);
		iwf_buf_free(&buf);
		iwf_arena_destroy(&arena);
	}
}

static void encode_refuses_whole(void **state)
{
	struct iwf_buf buf = { 0 };

	(void)state;
	iwf_buf_u8(&buf, 'x');
	assert_int_equal(gsm_encode(&buf, GSM_DEFAULT, IWF_STR("abç")), IWF_E_CHARSET);
	assert_int_equal(gsm_encode(&buf, GSM_DEFAULT, IWF_STR("ab\xFF")), IWF_E_CHARSET);
	assert_int_equal(gsm_encode(&buf, GSM_DEFAULT, IWF_STR("\x1b")), IWF_E_CHARSET);
	assert_int_equal(buf.len, 1);
	assert_int_equal(gsm_septet_count(GSM_DEFAULT, IWF_STR("a€b")), 4);
	assert_int_equal(gsm_septet_count(GSM_DEFAULT, IWF_STR("")), 0);
	assert_int_equal(gsm_septet_count(GSM_DEFAULT, IWF_STR("и")), IWF_STR_NPOS);
	iwf_buf_free(&buf);
}

static void packs_the_known_example(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf buf = { 0 };

	(void)state;
	gsm_pack(&buf, IWF_STR("hellohello"), 0);
	octets_assert(iwf_buf_str(&buf), octets(arena, "e8329bfd4697d9ec37"));
	/* Behind a 6-octet header: one fill bit. */
	assert_int_equal(gsm_fill_bits(6), 1);
	assert_int_equal(gsm_fill_bits(7), 0);
	assert_int_equal(gsm_fill_bits(0), 0);
	iwf_buf_clear(&buf);
	gsm_pack(&buf, IWF_STR("a"), 1);
	octets_assert(iwf_buf_str(&buf), octets(arena, "c2"));
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
}

static void unpack_undoes_pack(void **state)
{
	(void)state;
	for (unsigned fill = 0; fill < 7; fill++)
		for (size_t len = 0; len <= 161; len++) {
			char septets[161];
			struct iwf_buf packed = { 0 };
			struct iwf_buf back = { 0 };

			for (size_t i = 0; i < len; i++)
				septets[i] = (char)((i * 37 + len) & 0x7F);
			gsm_pack(&packed, iwf_str_make(septets, len), fill);
			assert_int_equal(packed.len, len ?
					 (fill + len * 7 + 7) / 8 : 0);
			assert_int_equal(gsm_unpack(
				&back, iwf_buf_str(&packed),
				len ? fill : 0, len), IWF_OK);
			octets_assert(iwf_buf_str(&back),
				      iwf_str_make(septets, len));
			assert_int_equal(gsm_unpack(
				&back, iwf_buf_str(&packed), fill,
				packed.len * 8 / 7 + 1), IWF_E_SYNTAX);
			iwf_buf_free(&packed);
			iwf_buf_free(&back);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_agrees),
		cmocka_unit_test(decodes),
		cmocka_unit_test(encode_refuses_whole),
		cmocka_unit_test(packs_the_known_example),
		cmocka_unit_test(unpack_undoes_pack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
