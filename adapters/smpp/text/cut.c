/* See cut.h. A text is walked once, by code points; what is encoded are whole
 * pieces of it, so nothing can fall between two octets of one character. */
#include "text/cut.h"
#include "text/cluster.h"

#include <iwf/utf8.h>

struct walk {
	const struct smpp_way *way;
	struct iwf_str text;
	size_t room;
	size_t max_parts;
	size_t *ends;
	size_t count;
	size_t begin;   /* of the piece */
	size_t used;    /* units of the piece */
	size_t mark;    /* where its last cluster begins */
	size_t mark_used;
	uint8_t moved;
};

static void piece_end(struct walk *walk, size_t at)
{
	size_t end = walk->mark > walk->begin ? walk->mark : at;
	size_t left = end == at ? 0 : walk->used - walk->mark_used;

	/* FNV's multiplier; 0 is kept for "not moved". */
	if (left)
		walk->moved = (uint8_t)((walk->moved ^ left ^ walk->count << 3) *
					0x93u | 1);
	if (walk->count < walk->max_parts)
		walk->ends[walk->count] = end;
	walk->count++;
	walk->begin = end;
	walk->used = left;
	walk->mark = end;
	walk->mark_used = 0;
}

/* Stops when there are more than max_parts. */
static void walk_run(struct walk *walk)
{
	struct smpp_cluster cluster = { 0 };
	struct iwf_str rest = walk->text;

	while (rest.len && walk->count < walk->max_parts) {
		size_t at = walk->text.len - rest.len;
		uint32_t code = iwf_utf8_next(&rest);
		size_t cost = smpp_way_cost(walk->way, code);

		if (smpp_cluster_next(&cluster, code)) {
			walk->mark = at;
			walk->mark_used = walk->used;
		}
		while (walk->used + cost > walk->room)
			piece_end(walk, at);
		walk->used += cost;
	}
	walk->mark = walk->begin;
	piece_end(walk, walk->text.len);
}

/* Packed, a piece that ends where seven bits might also be filling, with just
 * what fills them, would lose it at the receiver. */
static bool is_mistaken(const struct smpp_cut *cut, struct iwf_str piece)
{
	/* Parameters take no room in front of it. */
	bool has_reference = cut->count > 1 &&
		(cut->way.style == SMPP_STYLE_UDH8 ||
		 cut->way.style == SMPP_STYLE_UDH16);
	size_t header_len = smpp_way_header_len(&cut->way, has_reference);
	size_t septets;
	char fill = cut->way.packing == SMPP_PACKING_CR ? '\r' : '@';

	if (!piece.len || piece.ptr[piece.len - 1] != fill)
		return false;
	septets = gsm_septet_count(cut->way.tables, piece);
	return (gsm_fill_bits(header_len) + septets * 7) % 8 == 0;
}

static bool has_mistaken(const struct smpp_cut *cut)
{
	if (!cut->way.packing)
		return false;
	/* Packed as a whole, wherever the SMSC will cut. */
	if (cut->way.style == SMPP_STYLE_PAYLOAD)
		return is_mistaken(cut, cut->text);
	for (size_t i = 0; i < cut->count; i++)
		if (is_mistaken(cut, smpp_cut_piece(cut, i)))
			return true;
	return false;
}

static void cut_whole(struct iwf_arena *arena, struct smpp_cut *cut)
{
	size_t *end = IWF_ARENA_NEW(arena, size_t);

	*end = cut->text.len;
	cut->count = 1;
	cut->ends = end;
}

static enum iwf_err cut_pieces(struct iwf_arena *arena, size_t max_parts,
			       struct smpp_cut *cut)
{
	size_t found[SMPP_PARTS_MAX];
	struct walk walk = {
		.way = &cut->way, .text = cut->text,
		.room = smpp_way_room(&cut->way, true),
		.max_parts = max_parts, .ends = found,
	};
	size_t *ends;

	walk_run(&walk);
	if (walk.count > max_parts || walk.begin < cut->text.len)
		return IWF_E_LIMIT;
	/* Many cuts are tried; each keeps in the arena no more than it has. */
	ends = IWF_ARENA_ARRAY(arena, size_t, walk.count);
	memcpy(ends, found, walk.count * sizeof(*ends));
	cut->count = walk.count;
	cut->ends = ends;
	cut->moved = walk.moved;
	return IWF_OK;
}

enum iwf_err smpp_cut(struct iwf_arena *arena, const struct smpp_way *way,
		      struct iwf_str text, size_t max_parts,
		      struct smpp_cut *out)
{
	struct smpp_cut cut = {
		.way = *way, .text = text, .units = smpp_way_units(way, text),
	};
	enum iwf_err err = IWF_OK;

	if (cut.units == IWF_STR_NPOS)
		return IWF_E_CHARSET;
	if (max_parts > SMPP_PARTS_MAX)
		max_parts = SMPP_PARTS_MAX;
	if (cut.units <= smpp_way_room(way, false))
		cut_whole(arena, &cut);
	else
		err = cut_pieces(arena, max_parts, &cut);
	if (err)
		return err;
	if (has_mistaken(&cut))
		return IWF_E_CHARSET;
	*out = cut;
	return IWF_OK;
}

struct iwf_str smpp_cut_piece(const struct smpp_cut *cut, size_t piece)
{
	return iwf_str_sub(cut->text, piece ? cut->ends[piece - 1] : 0,
			   cut->ends[piece]);
}
