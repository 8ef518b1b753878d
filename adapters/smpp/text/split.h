/* A cut text as the short messages that carry it (3GPP TS 23.040 9.2.3.24,
 * SMPP 3.4 5.3.2.22-24, .32). Pure. */
#pragma once

#include "text/cut.h"

#define SMPP_SPLIT_PARTS_DEFAULT 10

struct smpp_split {
	struct smpp_cut cut;
	size_t count;   /* submit_sm, at least 1; as a payload always 1 */
	uint16_t ref;
	uint32_t coding; /* the word of its way, see smpp_way_word */
	const struct iwf_str *parts; /* octets of each, without header */
	const struct iwf_str *udhs;  /* its header, may be empty */
};

/* The reference derives from `seed` (8 bits of it where the style has no more),
 * the number of parts and the way, so that parts of two cuts never meet in one
 * message. All of it lives in the arena. */
void smpp_split(struct iwf_arena *arena, const struct smpp_cut *cut,
		uint16_t seed, struct smpp_split *out);
/* Whether the text travels in message_payload. */
bool smpp_split_is_payload(const struct smpp_split *split);
