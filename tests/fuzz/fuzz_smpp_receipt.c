/* Any octets as a delivery receipt: data_coding, flags, length of the text,
 * the text, then parameters. */
#include <smpp/wire/receipt.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_receipt(struct iwf_arena *arena,
			  const struct smpp_receipt *receipt)
{
	IWF_BUG_ON(!receipt->id.len);
	IWF_BUG_ON(receipt->state > SMPP_STATE_NONE);
	IWF_BUG_ON(receipt->candidate_count > IWF_REMOTE_IDS_MAX);
	IWF_BUG_ON(smpp_state_fate(receipt->state) == IWF_FATE_QUEUED);
	IWF_BUG_ON(receipt->submitted_at_ms < 0 || receipt->done_at_ms < 0);
	for (size_t i = 0; i < receipt->candidate_count; i++) {
		struct iwf_str id = receipt->candidates[i];

		IWF_BUG_ON(!iwf_str_eq(smpp_id_normal(arena, id), id));
		IWF_BUG_ON(receipt->bases[i] > SMPP_ID_DEC_HEX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_str in = iwf_str_make(bytes, len);
	struct smpp_receipt_source source = { .data_coding = 0 };
	struct smpp_receipt receipt;
	struct smpp_tlvs tlvs;
	size_t text_len = 0;

	if (len >= 3) {
		source.data_coding = bytes[0];
		source.zero = bytes[1] & 3;
		source.base = bytes[1] >> 2 & 3;
		source.learnt = bytes[1] >> 4 & 3;
		text_len = bytes[2];
		in = iwf_str_sub(in, 3, len);
	}
	source.message = iwf_str_sub(in, 0, text_len);
	if (smpp_tlvs_parse(arena, iwf_str_sub(in, text_len, in.len), &tlvs,
			    NULL) == IWF_OK)
		source.tlvs = &tlvs;
	if (smpp_receipt_parse(arena, &source, &receipt, NULL) == IWF_OK)
		check_receipt(arena, &receipt);
	iwf_arena_destroy(&arena);
	return 0;
}
