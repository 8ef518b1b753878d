/* Cut texts as submit_sm: headers, references, payload. */
#include <smpp/text/split.h>

#include "octets.h"
#include <smpp/wire/udh.h>

static struct iwf_str letters(struct iwf_arena *arena, size_t len)
{
	char *text = iwf_arena_alloc(arena, len);

	memset(text, 'a', len);
	return iwf_str_make(text, len);
}

static void split_make(struct iwf_arena *arena, enum smpp_style style,
		       size_t len, struct smpp_split *out)
{
	const struct smpp_way way = { .alphabet = SMPP_ALPHABET_GSM,
				      .style = style };
	struct smpp_cut cut;

	assert_int_equal(smpp_cut(arena, &way, letters(arena, len), 255, &cut),
			 IWF_OK);
	smpp_split(arena, &cut, 0xABCD, out);
}

static void every_part_says_its_place(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);

	(void)state;
	for (unsigned wide = 0; wide < 2; wide++) {
		struct smpp_split split;

		split_make(arena, wide ? SMPP_STYLE_UDH16 : SMPP_STYLE_UDH8,
			   400, &split);
		assert_int_equal(split.count, 3);
		assert_int_equal(split.ref > 0xFF, wide);
		for (size_t i = 0; i < split.count; i++) {
			struct smpp_udh udh;

			assert_int_equal(smpp_udh_parse(split.udhs[i], &udh,
							NULL), 0);
			assert_int_equal(udh.len, 6 + wide);
			assert_int_equal(udh.ref, split.ref);
			assert_int_equal(udh.is_wide, wide);
			assert_int_equal(udh.parts, 3);
			assert_int_equal(udh.part, i + 1);
		}
		split_make(arena, wide ? SMPP_STYLE_UDH16 : SMPP_STYLE_UDH8,
			   5, &split);
		assert_int_equal(split.udhs[0].len, 0);
	}
	iwf_arena_destroy(&arena);
}

static void tables_stand_in_the_header(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_way way = { .alphabet = SMPP_ALPHABET_GSM,
				.tables = { 1, 3 } };
	struct smpp_cut cut;
	struct smpp_split split;

	(void)state;
	smpp_cut(arena, &way, IWF_STR("ş"), 255, &cut);
	smpp_split(arena, &cut, 7, &split);
	octets_assert(split.udhs[0], octets(arena, "06 24 01 03 25 01 01"));
	octets_assert(split.parts[0], octets(arena, "1d"));
	smpp_cut(arena, &way, letters(arena, 153), 255, &cut);
	smpp_split(arena, &cut, 7, &split);
	assert_int_equal(split.count, 2);
	assert_int_equal(split.udhs[1].len, 12);
	assert_memory_equal(split.udhs[1].ptr + 4, "\x02\x02\x24\x01\x03\x25"
			    "\x01\x01", 8);
	iwf_arena_destroy(&arena);
}

static void the_smsc_writes_the_headers(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_split split;

	(void)state;
	split_make(arena, SMPP_STYLE_SAR, 400, &split);
	assert_int_equal(split.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(split.udhs[i].len, 0);
	assert_int_equal(split.parts[0].len, 152);
	split_make(arena, SMPP_STYLE_PAYLOAD, 400, &split);
	assert_int_equal(split.count, 1);
	assert_int_equal(split.cut.count, 3);
	assert_true(smpp_split_is_payload(&split));
	assert_int_equal(split.parts[0].len, 400);
	assert_int_equal(split.udhs[0].len, 0);
	split_make(arena, SMPP_STYLE_PAYLOAD, 160, &split);
	assert_false(smpp_split_is_payload(&split));
	iwf_arena_destroy(&arena);
}

/* What a handset would join must be of one cut. */
static void another_cut_has_another_reference(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_split splits[4];

	(void)state;
	split_make(arena, SMPP_STYLE_UDH8, 400, &splits[0]);
	split_make(arena, SMPP_STYLE_UDH8, 400, &splits[1]);
	split_make(arena, SMPP_STYLE_UDH8, 460, &splits[2]);
	split_make(arena, SMPP_STYLE_UDH16, 400, &splits[3]);
	assert_int_equal(splits[0].ref, splits[1].ref);
	assert_int_equal(splits[0].coding, splits[1].coding);
	assert_int_not_equal(splits[0].ref, splits[2].ref);
	assert_int_not_equal(splits[0].coding, splits[3].coding);
	assert_int_not_equal(splits[0].ref, splits[3].ref & 0xFF);
	iwf_arena_destroy(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_says_its_place),
		cmocka_unit_test(tables_stand_in_the_header),
		cmocka_unit_test(the_smsc_writes_the_headers),
		cmocka_unit_test(another_cut_has_another_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
