/* Cutting into parts: capacities, edges, determinism. */
#include <smpp/text/split.h>

#include <smpp/text/gsm.h>
#include "octets.h"
#include <smpp/wire/udh.h>

#include <iwf/utf8.h>

static struct iwf_str repeat(struct iwf_arena *arena, const char *unit,
			     size_t count)
{
	struct iwf_buf buf = { 0 };
	struct iwf_str out;

	for (size_t i = 0; i < count; i++)
		iwf_buf_str_put(&buf, iwf_str_from(unit));
	out = iwf_arena_copy(arena, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return out;
}

static const struct {
	const char *unit;
	size_t count;
	size_t parts;
	size_t first_len;
} cases[] = {
	{ "a", 0, 1, 0 }, { "a", 1, 1, 1 }, { "a", 2, 1, 2 },
	{ "a", 7, 1, 7 }, { "a", 8, 1, 8 }, { "a", 160, 1, 160 },
	{ "a", 161, 2, 153 }, { "a", 306, 2, 153 }, { "a", 307, 3, 153 },
	{ "a", 1530, 10, 153 },
	{ "€", 80, 1, 160 }, { "€", 81, 2, 152 }, /* never behind ESC */
	{ "и", 70, 1, 140 }, { "и", 71, 2, 134 }, { "и", 134, 2, 134 },
	{ "и", 135, 3, 134 },
	{ "😀", 35, 1, 140 }, { "😀", 36, 2, 132 }, /* pairs stay whole */
	{ "😀", 66, 2, 132 }, { "😀", 67, 3, 132 },
};

static void joined_assert(const struct smpp_split *split, struct iwf_str text)
{
	struct iwf_buf back = { 0 };

	for (size_t i = 0; i < split->count; i++) {
		size_t before = back.len;

		smpp_coding_decode(&back, split->coding == SMPP_CODING_GSM ?
				   SMPP_ALPHABET_GSM : SMPP_ALPHABET_UCS2,
				   split->parts[i], NULL);
		/* Each part alone is whole characters. */
		assert_true(iwf_str_is_utf8(iwf_str_sub(
			iwf_buf_str(&back), before, back.len)));
	}
	octets_assert(iwf_buf_str(&back), text);
	iwf_buf_free(&back);
}

static void cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_str text = repeat(arena, cases[i].unit,
					     cases[i].count);
		struct smpp_split split;

		assert_int_equal(smpp_split(arena, text, 10, 7, &split), 0);
		assert_int_equal(split.count, cases[i].parts);
		assert_int_equal(split.parts[0].len, cases[i].first_len);
		joined_assert(&split, text);
		iwf_arena_destroy(&arena);
	}
}

static void mixed_texts_join_again(void **state)
{
	static const char *const units[] = { "a", "€", "и", "😀", "@" };
	uint32_t seed = 1;

	(void)state;
	for (size_t round = 0; round < 300; round++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_buf buf = { 0 };
		struct smpp_split split;
		size_t kinds = round % 2 ? 2 : 5;

		for (size_t i = 0; i < 60 + round; i++) {
			seed = seed * 1103515245 + 12345;
			iwf_buf_str_put(&buf, iwf_str_from(
				units[(seed >> 16) % kinds]));
		}
		assert_int_equal(smpp_split(arena, iwf_buf_str(&buf), 255, 0,
					    &split), 0);
		joined_assert(&split, iwf_buf_str(&buf));
		iwf_buf_free(&buf);
		iwf_arena_destroy(&arena);
	}
}

static void every_part_says_its_place(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_split split;

	(void)state;
	smpp_split(arena, repeat(arena, "a", 400), 10, 0xAB, &split);
	for (size_t i = 0; i < split.count; i++) {
		struct smpp_udh udh;

		assert_int_equal(smpp_udh_parse(split.udhs[i], &udh, NULL), 0);
		assert_int_equal(udh.ref, 0xAB);
		assert_int_equal(udh.parts, 3);
		assert_int_equal(udh.part, i + 1);
		assert_true(udh.len + split.parts[i].len <= 159);
	}
	smpp_split(arena, IWF_STR("short"), 10, 0xAB, &split);
	assert_int_equal(split.udhs[0].len, 0);
	iwf_arena_destroy(&arena);
}

static void limits(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_split split = { .count = 99 };

	(void)state;
	assert_int_equal(smpp_split(arena, repeat(arena, "a", 1531), 10, 0,
				    &split), IWF_E_LIMIT);
	assert_int_equal(split.count, 99);
	assert_int_equal(smpp_split(arena, repeat(arena, "a", 255 * 153), 999,
				    0, &split), IWF_OK);
	assert_int_equal(split.count, 255);
	assert_int_equal(smpp_split(arena, repeat(arena, "a", 255 * 153 + 1),
				    999, 0, &split), IWF_E_LIMIT);
	assert_int_equal(smpp_split(arena, IWF_STR("\xFF"), 10, 0, &split),
			 IWF_E_CHARSET);
	iwf_arena_destroy(&arena);
}

static void same_text_same_cut(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_str text = repeat(arena, "a€{", 200);
	struct smpp_split one, two;

	(void)state;
	assert_int_equal(smpp_split(arena, text, 10, 1, &one), 0);
	assert_int_equal(smpp_split(arena, text, 10, 1, &two), 0);
	assert_int_equal(one.count, two.count);
	for (size_t i = 0; i < one.count; i++) {
		octets_assert(one.parts[i], two.parts[i]);
		octets_assert(one.udhs[i], two.udhs[i]);
	}
	iwf_arena_destroy(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts),
		cmocka_unit_test(mixed_texts_join_again),
		cmocka_unit_test(every_part_says_its_place),
		cmocka_unit_test(limits),
		cmocka_unit_test(same_text_same_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
