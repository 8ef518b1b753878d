/* Any octets as optional parameters; what is taken is written the same. */
#include <smpp/wire/tlv.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_str in = iwf_str_make(bytes, len);
	struct iwf_buf buf = { 0 };
	struct smpp_tlvs tlvs;
	uint32_t value;

	if (smpp_tlvs_parse(arena, in, &tlvs, NULL) == IWF_OK) {
		for (size_t i = 0; i < tlvs.count; i++) {
			uint16_t tag = tlvs.at[i].tag;

			IWF_BUG_ON(!smpp_tlv_find(&tlvs, tag));
			smpp_tlv_number(&tlvs, tag, &value);
			IWF_BUG_ON(smpp_tlv_text(&tlvs, tag).len > len);
			smpp_tlv_put(&buf, tag, tlvs.at[i].value);
		}
		IWF_BUG_ON(!iwf_str_eq(iwf_buf_str(&buf), in));
	} else {
		IWF_BUG_ON(tlvs.count);
	}
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
	return 0;
}
