/* Where texts are cut: capacities, escapes, pairs, clusters. */
#include <smpp/text/cut.h>

#include "octets.h"

static const struct smpp_way gsm = { .alphabet = SMPP_ALPHABET_GSM };
static const struct smpp_way gsm16 = { .alphabet = SMPP_ALPHABET_GSM,
				       .style = SMPP_STYLE_UDH16 };
static const struct smpp_way ucs2 = { .alphabet = SMPP_ALPHABET_UCS2,
				      .data_coding = 8 };
static const struct smpp_way turkish = { .alphabet = SMPP_ALPHABET_GSM,
					 .tables = { 1, 1 } };

static struct iwf_str repeat(struct iwf_arena *arena, const char *head,
			     size_t count, const char *unit, const char *tail)
{
	struct iwf_buf buf = { 0 };
	struct iwf_str out;

	iwf_buf_str_put(&buf, iwf_str_from(head));
	for (size_t i = 0; i < count; i++)
		iwf_buf_str_put(&buf, iwf_str_from(unit));
	iwf_buf_str_put(&buf, iwf_str_from(tail));
	out = iwf_arena_copy(arena, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return out;
}

#define WOMAN "\U0001F469"
#define GIRL "\U0001F467"
#define ZWJ "\u200D"
#define FAMILY WOMAN ZWJ WOMAN ZWJ GIRL /* 8 units */
#define FLAG "\U0001F1E9\U0001F1EA"     /* 4 */

static const struct {
	const struct smpp_way *way;
	const char *unit;
	size_t count;
	const char *tail;
	size_t parts;
	size_t units[3]; /* of the first parts */
	bool is_moved;
} cases[] = {
	{ &gsm, "a", 0, "", 1, { 0 }, false },
	{ &gsm, "a", 1, "", 1, { 1 }, false },
	{ &gsm, "a", 160, "", 1, { 160 }, false },
	{ &gsm, "a", 161, "", 2, { 153, 8 }, false },
	{ &gsm, "a", 306, "", 2, { 153, 153 }, false },
	{ &gsm, "a", 307, "", 3, { 153, 153, 1 }, false },
	{ &gsm16, "a", 160, "", 1, { 160 }, false },
	{ &gsm16, "a", 304, "", 2, { 152, 152 }, false },
	{ &gsm16, "a", 305, "", 3, { 152, 152, 1 }, false },
	{ &turkish, "ş", 152, "", 1, { 152 }, false },
	{ &turkish, "ş", 153, "", 2, { 146, 7 }, false },
	/* 23.040 9.2.3.24.1: ESC and its septet stay together */
	{ &gsm, "€", 80, "", 1, { 160 }, false },
	{ &gsm, "€", 81, "", 2, { 152, 10 }, false },
	{ &gsm, "a", 159, "€", 2, { 153, 8 }, false },
	{ &gsm, "a", 152, "€bbbbbbb", 2, { 152, 9 }, false },
	{ &ucs2, "и", 70, "", 1, { 70 }, false },
	{ &ucs2, "и", 71, "", 2, { 67, 4 }, false },
	{ &ucs2, "и", 134, "", 2, { 67, 67 }, false },
	{ &ucs2, "и", 135, "", 3, { 67, 67, 1 }, false },
	{ &ucs2, "😀", 36, "", 2, { 66, 6 }, false },
	{ &ucs2, "😀", 66, "", 2, { 66, 66 }, false },
	{ &ucs2, "😀", 67, "", 3, { 66, 66, 2 }, false },
	/* Clusters go to the next part whole */
	{ &ucs2, "и", 63, FAMILY "иии", 2, { 63, 11 }, true },
	{ &ucs2, "и", 59, FAMILY "иииии", 2, { 67, 5 }, false },
	{ &ucs2, "и", 66, "е\u0301" "иии", 2, { 66, 5 }, true },
	{ &ucs2, "и", 64, FLAG FLAG, 2, { 64, 8 }, true },
	{ &ucs2, "и", 62, FLAG FLAG "и", 2, { 66, 5 }, false },
	{ &ucs2, "и", 65, "\u1112\u1161\u11AB" "иии", 2, { 65, 6 }, true },
	{ &ucs2, "и", 66, "\r\nиии", 2, { 66, 5 }, true },
	{ &gsm, "a", 152, "\r\nbbbbbbb", 2, { 152, 9 }, true },
	/* One that fits nowhere is cut where the part ends */
	{ &ucs2, "\u0301", 80, "", 2, { 67, 13 }, false },
	{ &ucs2, "\u0301", 135, "", 3, { 67, 67, 1 }, false },
};

static void cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_str text = repeat(arena, "", cases[i].count,
					     cases[i].unit, cases[i].tail);
		struct smpp_cut cut;

		assert_int_equal(smpp_cut(arena, cases[i].way, text, 10, &cut),
				 IWF_OK);
		assert_int_equal(cut.count, cases[i].parts);
		assert_int_equal(cut.units, smpp_way_units(cases[i].way, text));
		for (size_t k = 0; k < 3 && k < cut.count; k++)
			assert_int_equal(smpp_way_units(
				cases[i].way, smpp_cut_piece(&cut, k)),
				cases[i].units[k]);
		assert_int_equal(cut.moved != 0, cases[i].is_moved);
		assert_int_equal(cut.ends[cut.count - 1], text.len);
		iwf_arena_destroy(&arena);
	}
}

static void limits(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_cut cut = { .count = 99 };

	(void)state;
	assert_int_equal(smpp_cut(arena, &gsm, repeat(arena, "", 1531, "a", ""),
				  10, &cut), IWF_E_LIMIT);
	assert_int_equal(cut.count, 99);
	assert_int_equal(smpp_cut(arena, &gsm,
				  repeat(arena, "", 255 * 153, "a", ""), 999,
				  &cut), IWF_OK);
	assert_int_equal(cut.count, 255);
	assert_int_equal(smpp_cut(arena, &gsm,
				  repeat(arena, "", 255 * 153 + 1, "a", ""),
				  999, &cut), IWF_E_LIMIT);
	assert_int_equal(smpp_cut(arena, &gsm, IWF_STR("日"), 10, &cut),
			 IWF_E_CHARSET);
	assert_int_equal(smpp_cut(arena, &ucs2, IWF_STR("\xFF"), 10, &cut),
			 IWF_E_CHARSET);
	iwf_arena_destroy(&arena);
}

/* Another cut of the same number of parts must not pass for this one. */
static void a_moved_cut_says_so(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_cut one, other;

	(void)state;
	smpp_cut(arena, &ucs2, repeat(arena, "", 63, "и", FAMILY "иии"), 10,
		 &one);
	smpp_cut(arena, &ucs2, repeat(arena, "", 62, "и", FAMILY "иииии"), 10,
		 &other);
	assert_int_equal(one.count, other.count);
	assert_int_not_equal(one.moved, other.moved);
	iwf_arena_destroy(&arena);
}

static void what_packing_would_lose_is_not_said_so(void **state)
{
	const struct smpp_way zero = { .alphabet = SMPP_ALPHABET_GSM,
				       .packing = SMPP_PACKING_ZERO };
	const struct smpp_way cr = { .alphabet = SMPP_ALPHABET_GSM,
				     .packing = SMPP_PACKING_CR };
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_cut cut;

	(void)state;
	for (size_t len = 0; len < 160; len++) {
		struct iwf_str at = repeat(arena, "", len, "a", "@");
		struct iwf_str end = repeat(arena, "", len, "a", "\r");

		assert_int_equal(smpp_cut(arena, &zero, at, 10, &cut),
				 len % 8 == 7 ? IWF_E_CHARSET : IWF_OK);
		assert_int_equal(smpp_cut(arena, &zero, end, 10, &cut), 0);
		assert_int_equal(smpp_cut(arena, &cr, at, 10, &cut), 0);
		assert_int_equal(smpp_cut(arena, &cr, end, 10, &cut),
				 len % 8 == 7 ? IWF_E_CHARSET : IWF_OK);
	}
	iwf_arena_destroy(&arena);
}

static void nor_in_what_has_no_header(void **state)
{
	const struct smpp_way payload = { .alphabet = SMPP_ALPHABET_GSM,
					  .packing = SMPP_PACKING_ZERO,
					  .style = SMPP_STYLE_PAYLOAD };
	const struct smpp_way sar = { .alphabet = SMPP_ALPHABET_GSM,
				      .packing = SMPP_PACKING_ZERO,
				      .style = SMPP_STYLE_SAR };
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_cut cut;

	(void)state;
	for (size_t len = 160; len < 320; len++) {
		struct iwf_str at = repeat(arena, "", len, "a", "@");

		assert_int_equal(smpp_cut(arena, &payload, at, 10, &cut),
				 len % 8 == 7 ? IWF_E_CHARSET : IWF_OK);
		/* the last part's length */
		assert_int_equal(smpp_cut(arena, &sar, at, 10, &cut),
				 ((len + 1) % 152 ? (len + 1) % 152 : 152) % 8 ?
				 IWF_OK : IWF_E_CHARSET);
	}
	iwf_arena_destroy(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts),
		cmocka_unit_test(limits),
		cmocka_unit_test(a_moved_cut_says_so),
		cmocka_unit_test(what_packing_would_lose_is_not_said_so),
		cmocka_unit_test(nor_in_what_has_no_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
