/* See split.h. Capacities: 140 octets of user data, 134 behind a header with
 * an 8-bit reference. */
#include "text/split.h"

#include "text/gsm.h"
#include "wire/udh.h"

struct capacity {
	size_t single; /* octets as SMPP carries them */
	size_t part;
};

static const struct capacity gsm_capacity = { 160, 153 };
static const struct capacity ucs2_capacity = { 140, 134 };

/* How long the part that starts at `at` is. */
static size_t gsm_part_len(struct iwf_str octets, size_t at)
{
	size_t len = octets.len - at;

	if (len <= gsm_capacity.part)
		return len;
	len = gsm_capacity.part;
	/* ESC is never a second septet here, so one look back is enough. */
	return octets.ptr[at + len - 1] == GSM_ESC ? len - 1 : len;
}

static size_t ucs2_part_len(struct iwf_str octets, size_t at)
{
	size_t len = octets.len - at;

	if (len <= ucs2_capacity.part)
		return len;
	len = ucs2_capacity.part;
	return ((uint8_t)octets.ptr[at + len - 2] & 0xFC) == 0xD8 ?
		len - 2 : len;
}

static size_t part_len(const struct smpp_split *split, struct iwf_str octets,
		       size_t at)
{
	return split->coding == SMPP_CODING_GSM ?
		gsm_part_len(octets, at) : ucs2_part_len(octets, at);
}

/* Stops counting above max. */
static size_t parts_count(const struct smpp_split *split,
			  struct iwf_str octets, size_t max)
{
	size_t single = split->coding == SMPP_CODING_GSM ?
		gsm_capacity.single : ucs2_capacity.single;
	size_t count = 0;

	if (octets.len <= single)
		return 1;
	for (size_t at = 0; at < octets.len && count <= max; count++)
		at += part_len(split, octets, at);
	return count;
}

static struct iwf_str part_udh(struct iwf_arena *arena, uint8_t ref,
			       size_t parts, size_t part)
{
	struct smpp_udh udh = {
		.ref = ref, .parts = (uint8_t)parts, .part = (uint8_t)part,
	};
	struct iwf_buf buf = { 0 };
	struct iwf_str copy;

	smpp_udh_format(&buf, &udh);
	copy = iwf_arena_copy(arena, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return copy;
}

static void parts_cut(struct iwf_arena *arena, struct iwf_str octets,
		      uint8_t ref, struct smpp_split *split)
{
	struct iwf_str *parts =
		IWF_ARENA_ARRAY(arena, struct iwf_str, split->count);
	struct iwf_str *udhs =
		IWF_ARENA_ARRAY(arena, struct iwf_str, split->count);
	size_t at = 0;

	parts[0] = octets;
	udhs[0] = IWF_STR_NONE;
	for (size_t i = 0; split->count > 1 && i < split->count; i++) {
		size_t len = part_len(split, octets, at);

		parts[i] = iwf_str_make(octets.ptr + at, len);
		udhs[i] = part_udh(arena, ref, split->count, i + 1);
		at += len;
	}
	split->parts = parts;
	split->udhs = udhs;
}

enum iwf_err smpp_split(struct iwf_arena *arena, struct iwf_str text,
			size_t max_parts, uint8_t ref, struct smpp_split *out)
{
	struct smpp_split split = { .coding = smpp_coding_select(text) };
	struct iwf_buf buf = { 0 };
	enum iwf_err err = smpp_coding_encode(&buf, split.coding, text);

	if (max_parts > SMPP_SPLIT_PARTS_MAX)
		max_parts = SMPP_SPLIT_PARTS_MAX;
	if (!err) {
		split.count = parts_count(&split, iwf_buf_str(&buf), max_parts);
		err = split.count > max_parts ? IWF_E_LIMIT : IWF_OK;
	}
	if (!err) {
		parts_cut(arena, iwf_arena_copy(arena, iwf_buf_str(&buf)), ref,
			  &split);
		*out = split;
	}
	iwf_buf_free(&buf);
	return err;
}
