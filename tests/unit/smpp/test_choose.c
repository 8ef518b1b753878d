/* Which alphabet says a text best, and the texts of all scripts there and
 * back at every length around each limit. */
#include <smpp/text/choose.h>
#include <smpp/text/split.h>

#include "octets.h"
#include "way_back.h"

#define TURKISH (1u << GSM_LANGUAGE_TURKISH)
#define SPANISH (1u << GSM_LANGUAGE_SPANISH)
#define PORTUGUESE (1u << GSM_LANGUAGE_PORTUGUESE)

static const struct smpp_text_rules defaults = { .parts_max = 255 };

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
	struct smpp_text_rules rules;
	uint8_t data_coding;
	struct gsm_tables tables;
	size_t parts;
} choices[] = {
	{ "", 1, { 0 }, 0, { 0, 0 }, 1 },
	{ "@ _ $", 1, { 0 }, 0, { 0, 0 }, 1 },
	{ "ê€", 1, { 0 }, 8, { 0, 0 }, 1 },
	{ "ç", 1, { 0 }, 8, { 0, 0 }, 1 }, /* only Ç is in the alphabet */
	{ "日本語", 1, { 0 }, 8, { 0, 0 }, 1 },
	{ "ş", 71, { 0 }, 8, { 0, 0 }, 2 },
	/* Tables where they make it shorter */
	{ "ş", 71, { .languages = TURKISH }, 0, { 1, 0 }, 1 },
	{ "ş", 155, { .languages = TURKISH }, 0, { 1, 0 }, 1 },
	{ "ş", 156, { .languages = TURKISH }, 0, { 1, 0 }, 2 },
	{ "ş", 298, { .languages = TURKISH }, 0, { 1, 0 }, 2 },
	{ "ş", 299, { .languages = TURKISH }, 0, { 1, 0 }, 3 },
	{ "ş", 296, { .languages = TURKISH, .style = SMPP_STYLE_UDH16 }, 0,
	  { 1, 0 }, 2 },
	{ "ş", 297, { .languages = TURKISH, .style = SMPP_STYLE_UDH16 }, 0,
	  { 1, 0 }, 3 },
	{ "aá", 40, { .languages = SPANISH }, 0, { 0, 2 }, 1 },
	{ "nãoã Ω", 25, { .languages = PORTUGUESE }, 0, { 3, 3 }, 2 },
	{ "aã", 60, { .languages = PORTUGUESE }, 0, { 3, 0 }, 1 },
	/* and not where they do not: the header costs more than it saves */
	{ "ş", 2, { .languages = TURKISH }, 8, { 0, 0 }, 1 },
	{ "5 €", 1, { .languages = TURKISH }, 0, { 0, 0 }, 1 },
	{ "€", 100, { .languages = TURKISH }, 0, { 1, 0 }, 1 },
	{ "hello", 50, { .languages = TURKISH | SPANISH | PORTUGUESE }, 0,
	  { 0, 0 }, 2 },
	{ "ş日", 50, { .languages = TURKISH }, 8, { 0, 0 }, 2 },
	/* A table of the wrong language says nothing */
	{ "ş", 71, { .languages = SPANISH | PORTUGUESE }, 8, { 0, 0 }, 2 },
	/* No header, no table: only what one message holds */
	{ "ş", 155, { .languages = TURKISH, .style = SMPP_STYLE_SAR }, 0,
	  { 1, 0 }, 1 },
	{ "ş", 156, { .languages = TURKISH, .style = SMPP_STYLE_SAR }, 8,
	  { 0, 0 }, 3 },
	{ "ş", 156, { .languages = TURKISH, .style = SMPP_STYLE_PAYLOAD }, 8,
	  { 0, 0 }, 3 },
	/* Latin-1 and ASCII, told or meant by 0 */
	{ "é[", 1, { .first = SMPP_ALPHABET_LATIN1, .data_coding = 3 }, 3,
	  { 0, 0 }, 1 },
	{ "á", 1, { .first = SMPP_ALPHABET_LATIN1 }, 8, { 0, 0 }, 1 },
	{ "a", 1, { .first = SMPP_ALPHABET_ASCII }, 0, { 0, 0 }, 1 },
	{ "é", 1, { .first = SMPP_ALPHABET_ASCII }, 8, { 0, 0 }, 1 },
	{ "a", 71, { .first = SMPP_ALPHABET_UCS2, .data_coding = 8 }, 8,
	  { 0, 0 }, 2 },
};

static void the_best_way_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_text_rules rules = choices[i].rules;
		struct smpp_cut cut;

		rules.parts_max = 10;
		assert_int_equal(smpp_choose(arena, &rules, repeat(
			arena, choices[i].unit, choices[i].count), &cut), 0);
		assert_int_equal(cut.way.data_coding, choices[i].data_coding);
		assert_int_equal(cut.way.tables.locking,
				 choices[i].tables.locking);
		assert_int_equal(cut.way.tables.single,
				 choices[i].tables.single);
		assert_int_equal(cut.count, choices[i].parts);
		iwf_arena_destroy(&arena);
	}
}

static void plainness_is_for_saving(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_text_rules rules = defaults;
	struct iwf_str curly = repeat(arena, "it’s ", 20);
	struct smpp_cut cut;
	struct smpp_way way;
	uint8_t moved;

	(void)state;
	assert_int_equal(smpp_choose(arena, &rules, curly, &cut), 0);
	assert_int_equal(cut.count, 2);
	assert_int_equal(cut.way.data_coding, 8);
	rules.plain = SMPP_PLAIN_PUNCTUATION;
	assert_int_equal(smpp_choose(arena, &rules, curly, &cut), 0);
	assert_int_equal(cut.count, 1);
	octets_assert(cut.text, repeat(arena, "it's ", 20));
	/* A resend is made plain in the same way. */
	assert_true(smpp_way_parse(smpp_way_word(&cut.way, cut.moved), &way,
				   &moved));
	assert_int_equal(smpp_choose_way(arena, &way, curly, 255, &cut), 0);
	octets_assert(cut.text, repeat(arena, "it's ", 20));
	/* One short message it is anyway: then nothing is replaced. */
	assert_int_equal(smpp_choose(arena, &rules, IWF_STR("it’s"), &cut), 0);
	assert_text(cut.text, "it’s");
	assert_int_equal(cut.way.plain, SMPP_PLAIN_NO);
	/* What would stay unsayable is left alone altogether. */
	assert_int_equal(smpp_choose(arena, &rules, repeat(arena, "’日", 50),
				     &cut), 0);
	octets_assert(cut.text, repeat(arena, "’日", 50));
	iwf_arena_destroy(&arena);
}

static void what_must_not_be_ucs2_is_refused(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_text_rules rules = defaults;
	struct smpp_cut cut;

	(void)state;
	rules.no_ucs2 = true;
	assert_int_equal(smpp_choose(arena, &rules, IWF_STR("it’s"), &cut),
			 IWF_E_UNSUPPORTED);
	rules.plain = SMPP_PLAIN_PUNCTUATION;
	assert_int_equal(smpp_choose(arena, &rules, IWF_STR("it’s"), &cut), 0);
	assert_text(cut.text, "it's");
	rules.parts_max = 1;
	assert_int_equal(smpp_choose(arena, &rules, repeat(arena, "a", 161),
				     &cut), IWF_E_LIMIT);
	assert_int_equal(smpp_choose(arena, &rules, repeat(arena, "😀", 161),
				     &cut), IWF_E_LIMIT);
	assert_int_equal(smpp_choose(arena, &rules, IWF_STR("\xFF"), &cut),
			 IWF_E_CHARSET);
	iwf_arena_destroy(&arena);
}

/* --- there and back --- */

static const char *const units[] = {
	"a", "@", "é", "€", "{a", "ş", "ç", "ãê", "á\r\n", "Ω", "ж", "е\u0301",
	"日", "ไทย", "नि", "ক্ষ", "سلام", "שָׁ", "한", "\u1112\u1161\u11AB", "😀", "🇩🇪",
	"👍🏽", "👨‍👩‍👧", "❤️", "ab€ç👩‍🚀", "\U0010FFFD", "\uFEFF", "\u2028", "_$",
};

static const struct smpp_text_rules modes[] = {
	{ .parts_max = 255 },
	{ .parts_max = 255, .style = SMPP_STYLE_UDH16 },
	{ .parts_max = 255, .style = SMPP_STYLE_SAR },
	{ .parts_max = 255, .style = SMPP_STYLE_PAYLOAD },
	{ .parts_max = 255, .languages = TURKISH | SPANISH | PORTUGUESE },
	{ .parts_max = 255, .languages = TURKISH | SPANISH | PORTUGUESE,
	  .style = SMPP_STYLE_UDH16 },
	{ .parts_max = 255, .packing = SMPP_PACKING_CR },
	{ .parts_max = 255, .packing = SMPP_PACKING_ZERO,
	  .languages = TURKISH | PORTUGUESE },
	{ .parts_max = 255, .first = SMPP_ALPHABET_LATIN1 },
	{ .parts_max = 255, .first = SMPP_ALPHABET_LATIN1, .data_coding = 3 },
	{ .parts_max = 255, .first = SMPP_ALPHABET_ASCII, .data_coding = 1 },
	{ .parts_max = 255, .first = SMPP_ALPHABET_UCS2, .data_coding = 8 },
};

static void goes_and_comes(struct iwf_arena *arena,
			   const struct smpp_text_rules *rules,
			   struct iwf_str text)
{
	struct smpp_cut cut, again;
	struct smpp_split split;
	struct smpp_way way;
	uint8_t moved;

	assert_int_equal(smpp_choose(arena, rules, text, &cut), IWF_OK);
	smpp_split(arena, &cut, 0x1234, &split);
	octets_assert(way_back(arena, &split), text);
	/* A resend finds the same cut by its word. */
	assert_true(smpp_way_parse(split.coding, &way, &moved));
	assert_int_equal(smpp_choose_way(arena, &way, text, 255, &again), 0);
	assert_int_equal(again.count, cut.count);
	assert_int_equal(again.moved, moved);
	assert_memory_equal(again.ends, cut.ends,
			    cut.count * sizeof(*cut.ends));
}

/* Lengths in units of each text: 0 to twice the largest limit and two more,
 * all of them near a limit, some of the others. */
static bool is_near_a_limit(size_t len)
{
	static const size_t limits[] = { 0, 66, 67, 70, 145, 146, 148, 149, 152,
					 153, 155, 160, 132, 134, 140, 290,
					 292, 296, 298, 304, 306, 320 };

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (len + 2 >= limits[i] && len <= limits[i] + 2)
			return true;
	return len % 16 == 9;
}

static void every_script_comes_back_at_every_length(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		for (size_t len = 0; len <= 322; len++) {
			struct iwf_str text = repeat(arena, units[i], len);

			if (is_near_a_limit(len))
				for (size_t m = 0; m < sizeof(modes) /
				     sizeof(modes[0]); m++)
					goes_and_comes(arena, &modes[m], text);
			iwf_arena_reset(arena);
		}
	iwf_arena_destroy(&arena);
}

/* A character of its own behind a run of letters: it straddles each cut once,
 * with each of its units. */
static void straddlers_stay_whole(void **state)
{
	static const char *const runs[] = { "a", "ж" };
	struct iwf_arena *arena = iwf_arena_create(0);

	(void)state;
	for (size_t r = 0; r < 2; r++)
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			for (size_t len = 56; len <= 161; len++) {
				struct iwf_buf buf = { 0 };

				iwf_buf_str_put(&buf, repeat(arena, runs[r],
							     len));
				iwf_buf_str_put(&buf, iwf_str_from(units[i]));
				iwf_buf_str_put(&buf, repeat(arena, runs[r],
							     90));
				goes_and_comes(arena, &modes[len % 2],
					       iwf_buf_str(&buf));
				iwf_buf_free(&buf);
				iwf_arena_reset(arena);
			}
	iwf_arena_destroy(&arena);
}

static void mixed_texts_come_back(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (size_t round = 0; round < 400; round++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_buf buf = { 0 };
		size_t kinds = round % 3 ? 10 : sizeof(units) / sizeof(*units);

		for (size_t i = 0; i < 40 + round % 200; i++) {
			seed = seed * 1103515245 + 12345;
			iwf_buf_str_put(&buf, iwf_str_from(
				units[(seed >> 16) % kinds]));
		}
		goes_and_comes(arena, &modes[round % (sizeof(modes) /
						      sizeof(modes[0]))],
			       iwf_buf_str(&buf));
		iwf_buf_free(&buf);
		iwf_arena_destroy(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_way_is_taken),
		cmocka_unit_test(plainness_is_for_saving),
		cmocka_unit_test(what_must_not_be_ucs2_is_refused),
		cmocka_unit_test(every_script_comes_back_at_every_length),
		cmocka_unit_test(straddlers_stay_whole),
		cmocka_unit_test(mixed_texts_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
