/* Cuts a text into short messages (3GPP TS 23.040 9.2.3.24.1). Pure. */
#pragma once

#include "text/coding.h"

#include <iwf/arena.h>

#define SMPP_SPLIT_PARTS_DEFAULT 10
#define SMPP_SPLIT_PARTS_MAX 255

struct smpp_split {
	enum smpp_coding coding;
	size_t count;               /* at least 1 */
	const struct iwf_str *parts; /* octets of each part, without header */
	const struct iwf_str *udhs;  /* its header; empty when count is 1 */
};

/* `text` is UTF-8. The same text and ref always give the same cut, so that a
 * resend can leave out the parts that had arrived. No cut falls between ESC
 * and its character or inside a surrogate pair.
 * IWF_E_CHARSET: no UTF-8. IWF_E_LIMIT: more than max_parts (1-255). */
enum iwf_err smpp_split(struct iwf_arena *arena, struct iwf_str text,
			size_t max_parts, uint8_t ref, struct smpp_split *out);
