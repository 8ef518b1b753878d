/* See tlv.h. */
#include "wire/tlv.h"

static bool tlv_next(struct iwf_cursor *cur, struct smpp_tlv *out)
{
	size_t len;

	out->tag = iwf_cursor_u16(cur);
	len = iwf_cursor_u16(cur);
	out->value = iwf_cursor_bytes(cur, len);
	return iwf_cursor_is_ok(cur);
}

enum iwf_err smpp_tlvs_parse(struct iwf_arena *arena, struct iwf_str octets,
			     struct smpp_tlvs *out, struct iwf_why *why)
{
	struct iwf_cursor cur = iwf_cursor_make(octets);
	struct smpp_tlv tlv;
	struct smpp_tlv *list;
	size_t count = 0;

	*out = (struct smpp_tlvs){ 0 };
	while (iwf_cursor_left(&cur)) {
		size_t at = octets.len - iwf_cursor_left(&cur);

		if (!tlv_next(&cur, &tlv))
			return iwf_why_set(why, IWF_E_SYNTAX, at,
					   "PDU ends inside a parameter");
		if (++count > SMPP_TLV_MAX)
			return iwf_why_set(why, IWF_E_LIMIT, at,
					   "more than %d parameters",
					   SMPP_TLV_MAX);
	}
	list = IWF_ARENA_ARRAY(arena, struct smpp_tlv, count);
	cur = iwf_cursor_make(octets);
	for (size_t i = 0; i < count; i++)
		tlv_next(&cur, &list[i]);
	*out = (struct smpp_tlvs){ list, count };
	return IWF_OK;
}

const struct smpp_tlv *smpp_tlv_find(const struct smpp_tlvs *tlvs,
				     uint16_t tag)
{
	for (size_t i = 0; i < tlvs->count; i++)
		if (tlvs->at[i].tag == tag)
			return &tlvs->at[i];
	return NULL;
}

bool smpp_tlv_number(const struct smpp_tlvs *tlvs, uint16_t tag,
		     uint32_t *value)
{
	const struct smpp_tlv *tlv = smpp_tlv_find(tlvs, tag);
	uint32_t number = 0;

	if (!tlv || !tlv->value.len || tlv->value.len > 4)
		return false;
	for (size_t i = 0; i < tlv->value.len; i++)
		number = number << 8 | (uint8_t)tlv->value.ptr[i];
	*value = number;
	return true;
}

struct iwf_str smpp_tlv_text(const struct smpp_tlvs *tlvs, uint16_t tag)
{
	const struct smpp_tlv *tlv = smpp_tlv_find(tlvs, tag);
	size_t nul;

	if (!tlv)
		return IWF_STR_NONE;
	nul = iwf_str_find(tlv->value, '\0');
	return nul == IWF_STR_NPOS ? tlv->value : iwf_str_sub(tlv->value, 0, nul);
}

void smpp_tlv_put(struct iwf_buf *buf, uint16_t tag, struct iwf_str value)
{
	IWF_BUG_ON(value.len > UINT16_MAX);
	iwf_buf_u16(buf, tag);
	iwf_buf_u16(buf, (uint16_t)value.len);
	iwf_buf_str_put(buf, value);
}

void smpp_tlv_put_u8(struct iwf_buf *buf, uint16_t tag, uint8_t value)
{
	smpp_tlv_put(buf, tag, iwf_str_make(&value, 1));
}

void smpp_tlv_put_u16(struct iwf_buf *buf, uint16_t tag, uint16_t value)
{
	const uint8_t octets[] = { (uint8_t)(value >> 8), (uint8_t)value };

	smpp_tlv_put(buf, tag, iwf_str_make(octets, sizeof(octets)));
}

void smpp_tlv_put_text(struct iwf_buf *buf, uint16_t tag, struct iwf_str text)
{
	IWF_BUG_ON(text.len >= UINT16_MAX);
	iwf_buf_u16(buf, tag);
	iwf_buf_u16(buf, (uint16_t)(text.len + 1));
	iwf_buf_str_put(buf, text);
	iwf_buf_u8(buf, 0);
}
