/* See way_back.h. */
#include "way_back.h"

#include <smpp/text/incoming.h>
#include <smpp/text/split.h>

#include "octets.h"

#include <iwf/utf8.h>

static void place_assert(const struct smpp_split *split, size_t part,
			 const struct smpp_udh *udh)
{
	enum smpp_style style = split->cut.way.style;

	if (split->count == 1 || style == SMPP_STYLE_SAR) {
		assert_int_equal(udh->parts, 0);
		return;
	}
	assert_int_equal(udh->parts, split->count);
	assert_int_equal(udh->part, part);
	assert_int_equal(udh->ref, split->ref);
	assert_int_equal(udh->is_wide, style == SMPP_STYLE_UDH16);
}

/* What a handset gets is 140 octets, whatever SMPP needs to say it. */
static void size_assert(const struct smpp_split *split, size_t i)
{
	const struct smpp_way *way = &split->cut.way;
	size_t header_len = smpp_way_header_len(way, split->cut.count > 1);
	size_t septets;

	if (smpp_split_is_payload(split))
		return;
	if (way->style != SMPP_STYLE_SAR)
		assert_int_equal(split->udhs[i].len, header_len);
	if (way->alphabet == SMPP_ALPHABET_UCS2 || way->packing) {
		assert_true(header_len + split->parts[i].len <= 140);
		return;
	}
	septets = smpp_way_units(way, split->count == 1 ? split->cut.text :
				 smpp_cut_piece(&split->cut, i));
	assert_true((header_len * 8 + 6) / 7 + septets <= 160);
	assert_true(split->udhs[i].len + split->parts[i].len <= 254);
}

static void part_read(const struct smpp_split *split, size_t i,
		      struct iwf_buf *raw)
{
	const struct smpp_way *way = &split->cut.way;
	const struct smpp_reading_rules rules = {
		.zero = way->data_coding ? SMPP_ALPHABET_GSM : way->alphabet,
		.packing = way->packing,
	};
	struct smpp_udh udh = { 0 };
	struct smpp_incoming in = {
		.octets = split->parts[i], .udh = &udh,
		.data_coding = way->data_coding, .is_part = split->count > 1,
	};
	struct smpp_read read;
	size_t before = raw->len;

	if (split->udhs[i].len)
		assert_int_equal(smpp_udh_parse(split->udhs[i], &udh, NULL), 0);
	assert_int_equal(udh.len, split->udhs[i].len);
	place_assert(split, i + 1, &udh);
	assert_int_equal(smpp_incoming_read(raw, &rules, &in, &read), IWF_OK);
	assert_int_equal(read.bad_count, 0);
	assert_int_equal(read.unknown_language, 0);
	assert_true(iwf_str_is_utf8(iwf_str_sub(iwf_buf_str(raw), before,
						raw->len)));
}

struct iwf_str way_back(struct iwf_arena *arena,
			const struct smpp_split *split)
{
	struct iwf_buf raw = { 0 }, text = { 0 };
	struct iwf_str back;

	for (size_t i = 0; i < split->count; i++) {
		size_assert(split, i);
		part_read(split, i, &raw);
	}
	iwf_utf8_mend(&text, iwf_buf_str(&raw));
	back = iwf_arena_copy(arena, iwf_buf_str(&text));
	iwf_buf_free(&raw);
	iwf_buf_free(&text);
	return back;
}
