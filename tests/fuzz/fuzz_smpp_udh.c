/* Any octets as a user data header and the text behind it. */
#include <smpp/wire/udh.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct smpp_udh udh;
	struct smpp_udh back;
	struct iwf_buf buf = { 0 };

	if (smpp_udh_parse(iwf_str_make(bytes, len), &udh, NULL)) {
		IWF_BUG_ON(udh.len || udh.parts);
		return 0;
	}
	IWF_BUG_ON(!udh.len || udh.len > len);
	IWF_BUG_ON(udh.part > udh.parts);
	if (udh.parts || udh.single_shift || udh.locking_shift) {
		smpp_udh_format(&buf, &udh);
		IWF_BUG_ON(smpp_udh_parse(iwf_buf_str(&buf), &back, NULL));
		IWF_BUG_ON(back.ref != udh.ref || back.part != udh.part);
		IWF_BUG_ON(back.parts != udh.parts);
		IWF_BUG_ON(udh.parts && back.is_wide != udh.is_wide);
		IWF_BUG_ON(back.single_shift != udh.single_shift);
		IWF_BUG_ON(back.locking_shift != udh.locking_shift);
	}
	iwf_buf_free(&buf);
	return 0;
}
