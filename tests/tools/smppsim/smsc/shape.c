/* The choices about receipts, as words. */
#include "smsc/shape.h"

#include "wire/pdu.h"

#include <stdlib.h>

const char *const shape_whens[] = { [RECEIPTS_ASKED] = "asked",
				    [RECEIPTS_ALWAYS] = "always",
				    [RECEIPTS_NEVER] = "never",
				    NULL };
const char *const shape_styles[] = {
	[STYLE_BOTH] = "both", [STYLE_TEXT] = "text", [STYLE_TLV] = "tlv", NULL
};
const char *const shape_ids[] = {
	[ID_HEX] = "hex", [ID_HEX_UPPER] = "HEX", [ID_DEC] = "dec", NULL
};
const char *const shape_codings[] = { [CODING_GSM] = "gsm",
				      [CODING_UCS2] = "ucs2",
				      [CODING_MISLABELLED] = "mislabelled",
				      NULL };
const char *const shape_field_sets[] = { [FIELDS_ALL] = "all",
					 [FIELDS_SHORT] = "short",
					 [FIELDS_LONG_ERR] = "long-err",
					 [FIELDS_NO_TEXT] = "no-text",
					 NULL };

bool shape_append_tlv(struct buf *tlvs, const char *words)
{
	char *end;
	const unsigned long tag = strtoul(words, &end, 0);
	struct buf value = { 0 };
	const bool is_good =
		end != words && *end == ':' && tag > 0 && tag <= UINT16_MAX &&
		buf_append_unhex(&value, end + 1) && value.len <= 255;

	if (is_good)
		pdu_append_tlv(tlvs, (uint16_t)tag, value.bytes, value.len);
	buf_destroy(&value);
	return is_good;
}
