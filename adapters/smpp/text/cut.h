/* Where a text is cut so that each piece fits into a short message. Pure. */
#pragma once

#include "text/way.h"

#include <iwf/arena.h>

#define SMPP_PARTS_MAX 255

struct smpp_cut {
	struct smpp_way way;
	struct iwf_str text;  /* UTF-8, as it goes out */
	size_t units;         /* of all of it */
	size_t count;         /* short messages on the air, at least 1 */
	const size_t *ends;   /* `count` offsets in the text, in the arena */
	/* 0 when every piece is as long as it can be; else a number that
	 * follows from where the clusters of the text moved the cuts to. */
	uint8_t moved;
};

/* The same text and way always give the same cut (as long as `moved` is the
 * same). No cut falls between ESC and its septet or inside a surrogate pair,
 * and none inside a grapheme cluster if the cluster fits into one part.
 * IWF_E_CHARSET: the way cannot say it; IWF_E_LIMIT: more than max_parts. */
enum iwf_err smpp_cut(struct iwf_arena *arena, const struct smpp_way *way,
		      struct iwf_str text, size_t max_parts,
		      struct smpp_cut *out);
/* The piece, from 0. */
struct iwf_str smpp_cut_piece(const struct smpp_cut *cut, size_t piece);
