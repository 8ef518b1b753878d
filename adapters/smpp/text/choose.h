/* Which of the ways that a link allows says a text best. Pure. */
#pragma once

#include "text/cut.h"

struct smpp_text_rules {
	enum smpp_alphabet first; /* what is tried before UCS-2, which it may be */
	uint8_t data_coding;      /* of that */
	uint32_t languages;       /* bit 1 << enum gsm_language: tables allowed */
	enum smpp_style style;
	enum smpp_packing packing;
	enum smpp_plainness plain;
	bool no_ucs2;             /* refuse what only UCS-2 can say */
	uint32_t parts_max;
};

/* The cut with the fewest short messages; of several the one with the fewest
 * bits on the air, headers with them; then without national tables; and the
 * text as it was rather than made plain. National tables need a header, so
 * a long text has them only in a style with headers.
 * IWF_E_CHARSET: no UTF-8. IWF_E_UNSUPPORTED: only UCS-2 can say it, which is
 * not allowed. IWF_E_LIMIT: more than parts_max in every way. */
enum iwf_err smpp_choose(struct iwf_arena *arena,
			 const struct smpp_text_rules *rules,
			 struct iwf_str text, struct smpp_cut *out);
/* The cut in just this way, also made plain if the way says so. */
enum iwf_err smpp_choose_way(struct iwf_arena *arena,
			     const struct smpp_way *way, struct iwf_str text,
			     size_t parts_max, struct smpp_cut *out);
