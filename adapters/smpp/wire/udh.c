/* Walks and writes information elements, see udh.h. */
#include "wire/udh.h"

enum element {
	ELEMENT_CONCAT8 = 0x00,
	ELEMENT_PORT8 = 0x04,
	ELEMENT_PORT16 = 0x05,
	ELEMENT_CONCAT16 = 0x08,
	ELEMENT_SINGLE_SHIFT = 0x24,
	ELEMENT_LOCKING_SHIFT = 0x25
};

static void concat_parse(struct iwf_cursor cur, bool is_wide,
			 struct smpp_udh *out)
{
	uint16_t ref = is_wide ? iwf_cursor_u16(&cur) : iwf_cursor_u8(&cur);
	uint8_t parts = iwf_cursor_u8(&cur);
	uint8_t part = iwf_cursor_u8(&cur);

	if (!iwf_cursor_is_ok(&cur) || !part || part > parts)
		return;
	out->ref = ref;
	out->is_wide = is_wide;
	out->parts = parts;
	out->part = part;
}

static void port_parse(struct iwf_cursor cur, bool is_wide,
		       struct smpp_udh *out)
{
	uint16_t dest = is_wide ? iwf_cursor_u16(&cur) : iwf_cursor_u8(&cur);
	uint16_t source = is_wide ? iwf_cursor_u16(&cur) : iwf_cursor_u8(&cur);

	if (!iwf_cursor_is_ok(&cur))
		return;
	out->has_port = true;
	out->dest_port = dest;
	out->source_port = source;
}

static void element_parse(uint8_t id, struct iwf_str value, struct smpp_udh *out)
{
	struct iwf_cursor cur = iwf_cursor_make(value);

	switch (id) {
	case ELEMENT_CONCAT8:
	case ELEMENT_CONCAT16:
		concat_parse(cur, id == ELEMENT_CONCAT16, out);
		break;
	case ELEMENT_PORT8:
	case ELEMENT_PORT16:
		port_parse(cur, id == ELEMENT_PORT16, out);
		break;
	case ELEMENT_SINGLE_SHIFT:
		out->single_shift = iwf_cursor_u8(&cur);
		break;
	case ELEMENT_LOCKING_SHIFT:
		out->locking_shift = iwf_cursor_u8(&cur);
		break;
	default:
		break;
	}
}

enum iwf_err smpp_udh_parse(struct iwf_str message, struct smpp_udh *out,
			    struct iwf_why *why)
{
	struct smpp_udh udh = { 0 };
	struct iwf_cursor cur = iwf_cursor_make(message);
	size_t len = iwf_cursor_u8(&cur);

	*out = udh;
	if (!iwf_cursor_is_ok(&cur) || len > iwf_cursor_left(&cur))
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "user data header longer than the message");
	cur.end = cur.pos + len;
	while (iwf_cursor_left(&cur)) {
		size_t at = len + 1 - iwf_cursor_left(&cur);
		uint8_t id = iwf_cursor_u8(&cur);
		size_t value_len = iwf_cursor_u8(&cur);
		struct iwf_str value = iwf_cursor_bytes(&cur, value_len);

		if (!iwf_cursor_is_ok(&cur))
			return iwf_why_set(why, IWF_E_SYNTAX, at,
					   "element 0x%02x ends outside the "
					   "user data header", id);
		element_parse(id, value, &udh);
	}
	udh.len = len + 1;
	*out = udh;
	return IWF_OK;
}

static void concat_put(struct iwf_buf *buf, const struct smpp_udh *udh)
{
	iwf_buf_u8(buf, udh->is_wide ? ELEMENT_CONCAT16 : ELEMENT_CONCAT8);
	iwf_buf_u8(buf, udh->is_wide ? 4 : 3);
	if (udh->is_wide)
		iwf_buf_u16(buf, udh->ref);
	else
		iwf_buf_u8(buf, (uint8_t)udh->ref);
	iwf_buf_u8(buf, udh->parts);
	iwf_buf_u8(buf, udh->part);
}

static void shift_put(struct iwf_buf *buf, uint8_t element, uint8_t language)
{
	if (!language)
		return;
	iwf_buf_u8(buf, element);
	iwf_buf_u8(buf, 1);
	iwf_buf_u8(buf, language);
}

void smpp_udh_format(struct iwf_buf *buf, const struct smpp_udh *udh)
{
	size_t start = buf->len;

	iwf_buf_u8(buf, 0);
	if (udh->parts)
		concat_put(buf, udh);
	shift_put(buf, ELEMENT_SINGLE_SHIFT, udh->single_shift);
	shift_put(buf, ELEMENT_LOCKING_SHIFT, udh->locking_shift);
	if (buf->len == start + 1)
		buf->len = start;
	else
		buf->ptr[start] = (char)(buf->len - start - 1);
}
