/* Conversion and packing, see gsm.h (3GPP TS 23.038 6.1.2.1.1). */
#include "text/gsm.h"

#include <iwf/utf8.h>

/* Characters whose septet equals their ASCII code. */
static bool is_same_in_ascii(uint32_t code)
{
	if (code >= 0x20 && code <= 0x5A)
		return code != 0x24 && code != 0x40;
	return (code >= 0x61 && code <= 0x7A) || code == 0x0A || code == 0x0D;
}

static int septet_find(struct gsm_tables tables, uint32_t code)
{
	return is_same_in_ascii(code) ? (int)code : gsm_table_find(tables, code);
}

size_t gsm_cost(struct gsm_tables tables, uint32_t code)
{
	int septet = septet_find(tables, code);

	if (septet < 0)
		return 0;
	return septet & GSM_SHIFTED ? 2 : 1;
}

size_t gsm_same_len(struct iwf_str text)
{
	size_t len = 0;

	while (len < text.len &&
	       is_same_in_ascii((unsigned char)text.ptr[len]))
		len++;
	return len;
}

/* Takes what is the same in both alphabets off the front of *text. */
static struct iwf_str take_same(struct iwf_str *text)
{
	struct iwf_str same = { text->ptr, gsm_same_len(*text) };

	*text = iwf_str_sub(*text, same.len, text->len);
	return same;
}

size_t gsm_septet_count(struct gsm_tables tables, struct iwf_str text)
{
	size_t count = take_same(&text).len;

	while (text.len) {
		size_t cost = gsm_cost(tables, iwf_utf8_next(&text));

		if (!cost)
			return IWF_STR_NPOS;
		count += cost + take_same(&text).len;
	}
	return count;
}

enum iwf_err gsm_encode(struct iwf_buf *buf, struct gsm_tables tables,
			struct iwf_str text)
{
	size_t before = buf->len;

	iwf_buf_str_put(buf, take_same(&text));
	while (text.len) {
		int septet = septet_find(tables, iwf_utf8_next(&text));

		if (septet < 0) {
			buf->len = before;
			return IWF_E_CHARSET;
		}
		if (septet & GSM_SHIFTED)
			iwf_buf_u8(buf, GSM_ESC);
		iwf_buf_u8(buf, (uint8_t)(septet & 0x7F));
		iwf_buf_str_put(buf, take_same(&text));
	}
	return IWF_OK;
}

size_t gsm_decode(struct iwf_buf *buf, struct gsm_tables tables,
		  struct iwf_str septets)
{
	size_t bad_count = 0;

	for (size_t i = 0; i < septets.len; i++) {
		uint8_t octet = (uint8_t)septets.ptr[i];
		uint8_t next = i + 1 < septets.len ?
			(uint8_t)septets.ptr[i + 1] : 0xFF;

		if (octet > 0x7F) {
			iwf_utf8_put(buf, 0xFFFD);
			bad_count++;
		} else if (octet == GSM_ESC && next <= 0x7F) {
			iwf_utf8_put(buf, gsm_table_code(tables,
							 next | GSM_SHIFTED));
			i++;
		} else {
			iwf_utf8_put(buf, gsm_table_code(tables, octet));
		}
	}
	return bad_count;
}

unsigned gsm_fill_bits(size_t udh_len)
{
	return (7 - (unsigned)(udh_len * 8 % 7)) % 7;
}

void gsm_pack(struct iwf_buf *buf, struct iwf_str septets, unsigned fill_bits)
{
	uint32_t bits = 0;
	unsigned count = fill_bits;

	for (size_t i = 0; i < septets.len; i++) {
		bits |= ((uint32_t)septets.ptr[i] & 0x7F) << count;
		count += 7;
		if (count >= 8) {
			iwf_buf_u8(buf, (uint8_t)(bits & 0xFF));
			bits >>= 8;
			count -= 8;
		}
	}
	if (count && septets.len)
		iwf_buf_u8(buf, (uint8_t)bits);
}

enum iwf_err gsm_unpack(struct iwf_buf *buf, struct iwf_str packed,
			unsigned fill_bits, size_t count)
{
	if (count > SIZE_MAX / 8 || packed.len > SIZE_MAX / 8 ||
	    fill_bits + count * 7 > packed.len * 8)
		return IWF_E_SYNTAX;
	for (size_t i = 0; i < count; i++) {
		size_t bit = fill_bits + i * 7;
		uint32_t two = (uint8_t)packed.ptr[bit / 8];

		if (bit / 8 + 1 < packed.len)
			two |= (uint32_t)(uint8_t)packed.ptr[bit / 8 + 1] << 8;
		iwf_buf_u8(buf, (uint8_t)(two >> bit % 8 & 0x7F));
	}
	return IWF_OK;
}
