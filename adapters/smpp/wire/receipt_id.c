/* How ids meet, see receipt.h. */
#include "wire/receipt.h"

/* Longer ids are not converted between bases: 128 bits are 39 digits. */
#define REBASE_MAX 40

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Digits of this base only, and at least one. */
static bool is_number(struct iwf_str s, int base)
{
	for (size_t i = 0; i < s.len; i++)
		if (hex_digit(s.ptr[i]) < 0 || hex_digit(s.ptr[i]) >= base)
			return false;
	return s.len > 0;
}

static bool is_hex_with_hyphens(struct iwf_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != '-' && hex_digit(s.ptr[i]) < 0)
			return false;
	return s.len > 0;
}

static struct iwf_str without_zeros(struct iwf_str s)
{
	while (s.len > 1 && s.ptr[0] == '0')
		s = iwf_str_sub(s, 1, s.len);
	return s;
}

/* "0x" in front says what the digits say by themselves. */
static struct iwf_str without_mark(struct iwf_str s)
{
	struct iwf_str rest = iwf_str_sub(s, 2, s.len);

	return iwf_str_starts_case(s, IWF_STR("0x")) && is_number(rest, 16) ?
		rest : s;
}

struct iwf_str smpp_id_normal(struct iwf_arena *arena, struct iwf_str id)
{
	struct iwf_str s = without_mark(iwf_str_trim(id));
	char *copy;

	if (!is_hex_with_hyphens(s))
		return iwf_arena_copy(arena, s);
	if (is_number(s, 16))
		s = without_zeros(s);
	copy = iwf_arena_alloc(arena, s.len + 1);
	for (size_t i = 0; i < s.len; i++)
		copy[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'F' ?
			(char)(s.ptr[i] + ('a' - 'A')) : s.ptr[i];
	return iwf_str_make(copy, s.len);
}

/* Schoolbook: multiplies the result so far by `from` and adds each digit.
 * Digits of the result lie lowest first until the end. */
static struct iwf_str id_rebase(struct iwf_arena *arena, struct iwf_str id,
				int from, int to)
{
	char out[REBASE_MAX * 2];
	size_t len = 1;
	char *copy;

	if (!is_number(id, from) || id.len > REBASE_MAX)
		return IWF_STR_NONE;
	out[0] = 0;
	for (size_t i = 0; i < id.len; i++) {
		int carry = hex_digit(id.ptr[i]);

		for (size_t k = 0; k < len; k++) {
			carry += out[k] * from;
			out[k] = (char)(carry % to);
			carry /= to;
		}
		for (; carry; carry /= to)
			out[len++] = (char)(carry % to);
	}
	copy = iwf_arena_alloc(arena, len + 1);
	for (size_t i = 0; i < len; i++)
		copy[i] = "0123456789abcdef"[(int)out[len - 1 - i]];
	return iwf_str_make(copy, len);
}

static void candidate_add(struct smpp_receipt *out, struct iwf_str id,
			  enum smpp_id_base base)
{
	if (!id.len || out->candidate_count == IWF_REMOTE_IDS_MAX)
		return;
	for (size_t i = 0; i < out->candidate_count; i++)
		if (iwf_str_eq(out->candidates[i], id)) {
			/* Read both ways it is the same: it teaches nothing. */
			if (out->bases[i] != base)
				out->bases[i] = SMPP_ID_ANY;
			return;
		}
	out->bases[out->candidate_count] = base;
	out->candidates[out->candidate_count++] = id;
}

struct form {
	struct iwf_str id;
	enum smpp_id_base base;
};

void smpp_receipt_candidates(struct iwf_arena *arena, struct iwf_str text_id,
			     enum smpp_id_base base, enum smpp_id_base learnt,
			     struct smpp_receipt *out)
{
	struct iwf_str same = smpp_id_normal(arena, out->id);
	const struct form forms[] = {
		{ same, SMPP_ID_SAME },
		/* Where text and parameter differ, either may be the one we
		 * know. */
		{ text_id.len ? smpp_id_normal(arena, text_id) : text_id,
		  SMPP_ID_SAME },
		{ id_rebase(arena, same, 10, 16), SMPP_ID_HEX_DEC },
		{ id_rebase(arena, same, 16, 10), SMPP_ID_DEC_HEX },
	};
	size_t count = IWF_COUNT_OF(forms);

	/* What this peer did before comes first: it needs no more proof. */
	for (size_t i = 0; i < count; i++)
		if (base == SMPP_ID_ANY && learnt == forms[i].base)
			candidate_add(out, forms[i].id, forms[i].base);
	for (size_t i = 0; i < count; i++)
		if (base == SMPP_ID_ANY || forms[i].base == base ||
		    forms[i].base == SMPP_ID_SAME)
			candidate_add(out, forms[i].id, forms[i].base);
}
