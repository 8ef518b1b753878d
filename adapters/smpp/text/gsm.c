/* Tables and conversion for gsm.h (3GPP TS 23.038 6.2.1, 6.1.2.1.1). */
#include "text/gsm.h"

#include <iwf/utf8.h>

static const uint16_t default_table[128] = {
	0x0040, 0x00A3, 0x0024, 0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC,
	0x00F2, 0x00C7, 0x000A, 0x00D8, 0x00F8, 0x000D, 0x00C5, 0x00E5,
	0x0394, 0x005F, 0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8,
	0x03A3, 0x0398, 0x039E, 0x0020, 0x00C6, 0x00E6, 0x00DF, 0x00C9,
	0x0020, 0x0021, 0x0022, 0x0023, 0x00A4, 0x0025, 0x0026, 0x0027,
	0x0028, 0x0029, 0x002A, 0x002B, 0x002C, 0x002D, 0x002E, 0x002F,
	0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037,
	0x0038, 0x0039, 0x003A, 0x003B, 0x003C, 0x003D, 0x003E, 0x003F,
	0x00A1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047,
	0x0048, 0x0049, 0x004A, 0x004B, 0x004C, 0x004D, 0x004E, 0x004F,
	0x0050, 0x0051, 0x0052, 0x0053, 0x0054, 0x0055, 0x0056, 0x0057,
	0x0058, 0x0059, 0x005A, 0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7,
	0x00BF, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066, 0x0067,
	0x0068, 0x0069, 0x006A, 0x006B, 0x006C, 0x006D, 0x006E, 0x006F,
	0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075, 0x0076, 0x0077,
	0x0078, 0x0079, 0x007A, 0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0,
};

struct extension {
	uint8_t septet;
	uint16_t code;
};

static const struct extension extensions[] = {
	{ 0x0A, 0x000C }, { 0x14, '^' }, { 0x28, '{' }, { 0x29, '}' },
	{ 0x2F, '\\' }, { 0x3C, '[' }, { 0x3D, '~' }, { 0x3E, ']' },
	{ 0x40, '|' }, { 0x65, 0x20AC },
};

#define EXTENSION_COUNT (sizeof(extensions) / sizeof(extensions[0]))

/* Characters whose septet equals their ASCII code. */
static bool is_same_in_ascii(uint32_t code)
{
	if (code >= 0x20 && code <= 0x5A)
		return code != 0x24 && code != 0x40;
	return (code >= 0x61 && code <= 0x7A) || code == 0x0A || code == 0x0D;
}

/* The septet, with 0x100 added when ESC goes before it; -1 for none. */
static int septet_find(uint32_t code)
{
	if (is_same_in_ascii(code))
		return (int)code;
	for (size_t i = 0; i < EXTENSION_COUNT; i++)
		if (extensions[i].code == code)
			return 0x100 | extensions[i].septet;
	/* ESC's place in the table reads as a space but does not say one. */
	for (int i = 0; i < 128; i++)
		if (default_table[i] == code && i != GSM_ESC)
			return i;
	return -1;
}

size_t gsm_cost(uint32_t code)
{
	int septet = septet_find(code);

	if (septet < 0)
		return 0;
	return septet & 0x100 ? 2 : 1;
}

bool gsm_can_say(uint32_t code)
{
	return septet_find(code) >= 0;
}

/* Takes what is the same in both alphabets off the front of *text. */
static struct iwf_str take_same(struct iwf_str *text)
{
	struct iwf_str same = { text->ptr, 0 };

	while (same.len < text->len &&
	       is_same_in_ascii((unsigned char)text->ptr[same.len]))
		same.len++;
	*text = iwf_str_sub(*text, same.len, text->len);
	return same;
}

size_t gsm_septet_count(struct iwf_str text)
{
	size_t count = take_same(&text).len;

	while (text.len) {
		size_t cost = gsm_cost(iwf_utf8_next(&text));

		if (!cost)
			return IWF_STR_NPOS;
		count += cost + take_same(&text).len;
	}
	return count;
}

enum iwf_err gsm_encode(struct iwf_buf *buf, struct iwf_str text)
{
	size_t before = buf->len;

	iwf_buf_str_put(buf, take_same(&text));
	while (text.len) {
		int septet = septet_find(iwf_utf8_next(&text));

		if (septet < 0) {
			buf->len = before;
			return IWF_E_CHARSET;
		}
		if (septet & 0x100)
			iwf_buf_u8(buf, GSM_ESC);
		iwf_buf_u8(buf, (uint8_t)(septet & 0x7F));
		iwf_buf_str_put(buf, take_same(&text));
	}
	return IWF_OK;
}

static uint32_t code_after_esc(uint8_t septet)
{
	for (size_t i = 0; i < EXTENSION_COUNT; i++)
		if (extensions[i].septet == septet)
			return extensions[i].code;
	return default_table[septet];
}

size_t gsm_decode(struct iwf_buf *buf, struct iwf_str septets)
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
			iwf_utf8_put(buf, code_after_esc(next));
			i++;
		} else {
			iwf_utf8_put(buf, default_table[octet]);
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
