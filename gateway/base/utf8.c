/* UTF-8 (RFC 3629), strict on reading; surrogate halves mended on joining. */
#include <iwf/utf8.h>

#define REPLACEMENT 0xFFFDu

static bool is_surrogate(uint32_t code)
{
	return code >= 0xD800 && code <= 0xDFFF;
}

/* Reads one code point in UTF-8's shape, surrogates allowed. */
static uint32_t next_loose(struct iwf_str *rest)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)rest->ptr;
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 :
		     p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 0;
	uint32_t code;
	size_t i;

	code = len == 1 ? p[0] : len ? p[0] & (0x7Fu >> len) : IWF_UTF8_BAD;
	for (i = 1; i < len && i < rest->len && (p[i] & 0xC0) == 0x80; i++)
		code = code << 6 | (p[i] & 0x3F);
	if (!len || i != len || code < least[len] || code > 0x10FFFF) {
		*rest = iwf_str_sub(*rest, 1, rest->len);
		return IWF_UTF8_BAD;
	}
	*rest = iwf_str_sub(*rest, len, rest->len);
	return code;
}

uint32_t iwf_utf8_next(struct iwf_str *rest)
{
	struct iwf_str before = *rest;
	uint32_t code = (unsigned char)before.ptr[0];

	if (code < 0x80) {
		*rest = (struct iwf_str){ before.ptr + 1, before.len - 1 };
		return code;
	}
	code = next_loose(rest);

	if (!is_surrogate(code))
		return code;
	*rest = iwf_str_sub(before, 1, before.len);
	return IWF_UTF8_BAD;
}

void iwf_utf8_put(struct iwf_buf *buf, uint32_t code)
{
	if (code < 0x80) {
		iwf_buf_u8(buf, (uint8_t)code);
		return;
	}
	if (code < 0x800) {
		iwf_buf_u8(buf, (uint8_t)(0xC0 | code >> 6));
	} else if (code < 0x10000) {
		iwf_buf_u8(buf, (uint8_t)(0xE0 | code >> 12));
		iwf_buf_u8(buf, (uint8_t)(0x80 | (code >> 6 & 0x3F)));
	} else {
		iwf_buf_u8(buf, (uint8_t)(0xF0 | code >> 18));
		iwf_buf_u8(buf, (uint8_t)(0x80 | (code >> 12 & 0x3F)));
		iwf_buf_u8(buf, (uint8_t)(0x80 | (code >> 6 & 0x3F)));
	}
	iwf_buf_u8(buf, (uint8_t)(0x80 | (code & 0x3F)));
}

/* The character that a high half makes with the low half behind it. */
static uint32_t take_low_half(struct iwf_str *rest, uint32_t high)
{
	struct iwf_str after = *rest;
	uint32_t low;

	if (!after.len)
		return IWF_UTF8_BAD;
	low = next_loose(&after);
	if (low < 0xDC00 || low > 0xDFFF)
		return IWF_UTF8_BAD;
	*rest = after;
	return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

static void mend_one(struct iwf_buf *buf, struct iwf_str *rest)
{
	uint32_t code = next_loose(rest);

	if (code >= 0xD800 && code <= 0xDBFF)
		code = take_low_half(rest, code);
	if (code == IWF_UTF8_BAD || is_surrogate(code))
		code = REPLACEMENT;
	iwf_utf8_put(buf, code);
}

void iwf_utf8_mend(struct iwf_buf *buf, struct iwf_str s)
{
	while (s.len) {
		size_t len = iwf_str_plain_len(s);

		iwf_buf_put(buf, s.ptr, len);
		s = iwf_str_sub(s, len, s.len);
		if (s.len)
			mend_one(buf, &s);
	}
}
