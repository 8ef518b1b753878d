/* See split.h. */
#include "text/split.h"

#include "wire/udh.h"

#include <iwf/utf8.h>

bool smpp_split_is_payload(const struct smpp_split *split)
{
	return split->cut.way.style == SMPP_STYLE_PAYLOAD &&
		split->cut.count > 1;
}

static uint16_t ref_derive(const struct smpp_split *split, uint16_t seed)
{
	uint32_t coding = split->coding;
	uint32_t ref = seed + (uint32_t)split->count * 31 +
		(coding ^ coding >> 8 ^ coding >> 16 ^ coding >> 24);

	return split->cut.way.style == SMPP_STYLE_UDH8 ? (uint8_t)ref :
		(uint16_t)ref;
}

static void udh_put(struct iwf_buf *buf, const struct smpp_split *split,
		    size_t part)
{
	const struct smpp_way *way = &split->cut.way;
	struct smpp_udh udh = {
		.single_shift = way->tables.single,
		.locking_shift = way->tables.locking,
	};

	if (split->count > 1 && way->style != SMPP_STYLE_SAR) {
		udh.is_wide = way->style == SMPP_STYLE_UDH16;
		udh.ref = split->ref;
		udh.parts = (uint8_t)split->count;
		udh.part = (uint8_t)part;
	}
	smpp_udh_format(buf, &udh);
}

static struct iwf_str take(struct iwf_arena *arena, struct iwf_buf *buf)
{
	struct iwf_str copy = iwf_arena_copy(arena, iwf_buf_str(buf));

	iwf_buf_free(buf);
	return copy;
}

void smpp_split(struct iwf_arena *arena, const struct smpp_cut *cut,
		uint16_t seed, struct smpp_split *out)
{
	struct smpp_split split = {
		.cut = *cut, .count = cut->count,
		.coding = smpp_way_word(&cut->way, cut->moved),
	};
	struct iwf_str *parts, *udhs;

	if (smpp_split_is_payload(&split))
		split.count = 1;
	parts = IWF_ARENA_ARRAY(arena, struct iwf_str, split.count);
	udhs = IWF_ARENA_ARRAY(arena, struct iwf_str, split.count);
	split.ref = ref_derive(&split, seed);
	for (size_t i = 0; i < split.count; i++) {
		struct iwf_buf udh = { 0 }, octets = { 0 };

		udh_put(&udh, &split, i + 1);
		/* The way was asked before the cut was made. */
		IWF_BUG_ON(smpp_way_encode(&octets, &cut->way,
			split.count == 1 ? cut->text : smpp_cut_piece(cut, i),
			udh.len));
		udhs[i] = take(arena, &udh);
		parts[i] = take(arena, &octets);
	}
	split.parts = parts;
	split.udhs = udhs;
	*out = split;
}
