/* Text and parameters of a receipt put together, see receipt.h. */
#include "wire/receipt.h"

#include "wire/receipt_text.h"
#include "wire/smpp_time.h"

#include <iwf/utf8.h>

/* The specification has 64; what is longer than this is no id. */
#define ID_MAX 255

static bool decode_scan(struct iwf_arena *arena, enum smpp_alphabet alphabet,
			struct iwf_str message,
			struct iwf_str values[RECEIPT_KEY_COUNT])
{
	struct iwf_buf loose = { 0 };
	struct iwf_str text;

	for (size_t i = 0; i < RECEIPT_KEY_COUNT; i++)
		values[i] = IWF_STR_NONE;
	if (smpp_coding_decode(&loose, alphabet, message, NULL) == IWF_OK) {
		struct iwf_buf mended = { 0 };

		iwf_utf8_mend(&mended, iwf_buf_str(&loose));
		text = iwf_arena_copy(arena, iwf_buf_str(&mended));
		iwf_buf_free(&mended);
		receipt_text_scan(text, values);
	}
	iwf_buf_free(&loose);
	return values[RECEIPT_ID].len || values[RECEIPT_STAT].len;
}

/* Most SMSCs write receipts in ASCII whatever they say of the alphabet, and
 * "_", "$" and "@" of an id would suffer. A real GSM text has them below 0x20.
 * NULs at the end are no at-signs, but C's. */
static bool is_ascii_in_gsm(struct iwf_str message)
{
	while (message.len && !message.ptr[message.len - 1])
		message.len--;
	for (size_t i = 0; i < message.len; i++) {
		unsigned char c = (unsigned char)message.ptr[i];

		if (c > 0x7E || (c < 0x20 && c != '\r' && c != '\n' && c != '\t'))
			return false;
	}
	return true;
}

/* UTF-16 of a machine that has the low octet first. */
static struct iwf_str swapped(struct iwf_arena *arena, struct iwf_str message)
{
	char *copy = iwf_arena_alloc(arena, message.len + 1);
	size_t len = message.len & ~(size_t)1;

	for (size_t i = 0; i < len; i += 2) {
		copy[i] = message.ptr[i + 1];
		copy[i + 1] = message.ptr[i];
	}
	return iwf_str_make(copy, len);
}

static void message_scan(struct iwf_arena *arena,
			 const struct smpp_receipt_source *source,
			 struct iwf_str values[RECEIPT_KEY_COUNT],
			 struct smpp_receipt *out)
{
	const struct {
		enum smpp_alphabet alphabet;
		struct iwf_str message;
	} others[] = {
		{ SMPP_ALPHABET_LATIN1, source->message },
		{ SMPP_ALPHABET_UCS2, source->message },
		{ SMPP_ALPHABET_UCS2, swapped(arena, source->message) },
	};
	enum smpp_alphabet alphabet;

	if (smpp_coding_alphabet(source->data_coding, source->zero,
				 &alphabet) != IWF_OK)
		alphabet = SMPP_ALPHABET_BINARY;
	if (alphabet == SMPP_ALPHABET_GSM && is_ascii_in_gsm(source->message))
		alphabet = SMPP_ALPHABET_ASCII;
	if (decode_scan(arena, alphabet, source->message, values))
		return;
	for (size_t i = 0; i < IWF_COUNT_OF(others); i++)
		if (decode_scan(arena, others[i].alphabet, others[i].message,
				values)) {
			out->is_miscoded = true;
			return;
		}
}

static void values_apply(const struct iwf_str values[RECEIPT_KEY_COUNT],
			 struct smpp_receipt *out)
{
	out->id = values[RECEIPT_ID];
	out->stat = values[RECEIPT_STAT];
	out->state = smpp_state_from_text(values[RECEIPT_STAT]);
	out->err_text = values[RECEIPT_ERR];
	out->err = smpp_err_number(values[RECEIPT_ERR]);
	out->submitted_at_ms =
		smpp_time_from_receipt(values[RECEIPT_SUBMIT_DATE]);
	out->done_at_ms = smpp_time_from_receipt(values[RECEIPT_DONE_DATE]);
	out->text = values[RECEIPT_TEXT];
}

static void tlvs_apply(struct iwf_arena *arena, const struct smpp_tlvs *tlvs,
		       struct smpp_receipt *out)
{
	struct iwf_str id = iwf_str_trim(smpp_tlv_text(
		tlvs, SMPP_TAG_RECEIPTED_MESSAGE_ID));
	const struct smpp_tlv *network =
		smpp_tlv_find(tlvs, SMPP_TAG_NETWORK_ERROR_CODE);
	uint32_t state;

	if (id.len && id.len <= ID_MAX)
		out->id = iwf_arena_copy(arena, id);
	if (smpp_tlv_number(tlvs, SMPP_TAG_MESSAGE_STATE, &state) &&
	    state <= SMPP_STATE_SKIPPED)
		out->state = (enum smpp_state)state;
	if (network && network->value.len == 3) {
		struct iwf_cursor cur = iwf_cursor_make(network->value);

		out->network_type = iwf_cursor_u8(&cur);
		out->err = iwf_cursor_u16(&cur);
	}
}

bool smpp_receipt_is_one(const struct smpp_receipt *receipt)
{
	return receipt->id.len && receipt->state != SMPP_STATE_NONE;
}

struct smpp_told smpp_receipt_told(const struct smpp_receipt *receipt)
{
	return (struct smpp_told){
		.state = receipt->state, .stat = receipt->stat,
		.err = receipt->err, .err_text = receipt->err_text,
		.network_type = receipt->network_type,
	};
}

static bool is_forbidden(const struct smpp_receipt *receipt)
{
	const struct smpp_told told = smpp_receipt_told(receipt);

	return smpp_status_of_receipt(NULL, &told).forbidden;
}

enum iwf_err smpp_receipt_parse(struct iwf_arena *arena,
				const struct smpp_receipt_source *source,
				struct smpp_receipt *out, struct iwf_why *why)
{
	struct iwf_str values[RECEIPT_KEY_COUNT] = { { NULL, 0 } };

	*out = (struct smpp_receipt){ .state = SMPP_STATE_NONE };
	message_scan(arena, source, values, out);
	if (values[RECEIPT_ID].len > ID_MAX)
		values[RECEIPT_ID] = IWF_STR_NONE;
	values_apply(values, out);
	if (source->tlvs)
		tlvs_apply(arena, source->tlvs, out);
	if (!out->id.len)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "receipt without an id");
	out->forbidden = is_forbidden(out);
	smpp_receipt_candidates(arena, values[RECEIPT_ID], source->base,
				source->learnt, out);
	return IWF_OK;
}
