/* SMS text: data_coding to alphabet, octets to UTF-8 and back
 * (3GPP TS 23.038 4, 6.2.1; SMPP 3.4 5.2.19). */
#include "wire/text.h"

#include <string.h>

#define ESC 0x1b
#define REPLACEMENT 0xfffd

static const uint16_t gsm_default[128] = {
	'@',   0xa3,  '$',   0xa5,  0xe8,  0xe9,  0xf9,  0xec, 0xf2,  0xc7,
	'\n',  0xd8,  0xf8,  '\r',  0xc5,  0xe5,  0x394, '_',  0x3a6, 0x393,
	0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, ESC,  0xc6,  0xe6,
	0xdf,  0xc9,  ' ',   '!',   '"',   '#',   0xa4,  '%',  '&',   '\'',
	'(',   ')',   '*',   '+',   ',',   '-',   '.',   '/',  '0',   '1',
	'2',   '3',   '4',   '5',   '6',   '7',   '8',   '9',  ':',   ';',
	'<',   '=',   '>',   '?',   0xa1,  'A',   'B',   'C',  'D',   'E',
	'F',   'G',   'H',   'I',   'J',   'K',   'L',   'M',  'N',   'O',
	'P',   'Q',   'R',   'S',   'T',   'U',   'V',   'W',  'X',   'Y',
	'Z',   0xc4,  0xd6,  0xd1,  0xdc,  0xa7,  0xbf,  'a',  'b',   'c',
	'd',   'e',   'f',   'g',   'h',   'i',   'j',   'k',  'l',   'm',
	'n',   'o',   'p',   'q',   'r',   's',   't',   'u',  'v',   'w',
	'x',   'y',   'z',   0xe4,  0xf6,  0xf1,  0xfc,  0xe0,
};

static const struct {
	uint8_t septet;
	uint16_t character;
} gsm_extension[] = {
	{ 0x0a, 0x0c }, { 0x14, '^' },    { 0x28, '{' }, { 0x29, '}' },
	{ 0x2f, '\\' }, { 0x3c, '[' },    { 0x3d, '~' }, { 0x3e, ']' },
	{ 0x40, '|' },  { 0x65, 0x20ac },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* General groups of TS 23.038 4: bits 3-2 name the alphabet. */
static enum text_alphabet alphabet_of_group(uint8_t bits)
{
	static const enum text_alphabet alphabets[] = { TEXT_GSM, TEXT_BINARY,
							TEXT_UCS2,
							TEXT_BINARY };

	return alphabets[bits >> 2 & 3];
}

/* 0x00-0x0F are SMPP's own values, the rest are TS 23.038 groups. */
enum text_alphabet text_alphabet_of(uint8_t data_coding)
{
	switch (data_coding >> 4) {
	case 0x0:
		if (data_coding == 0)
			return TEXT_GSM;
		if (data_coding == 1 || data_coding == 3)
			return TEXT_LATIN1;
		return data_coding == 8 ? TEXT_UCS2 : TEXT_BINARY;
	case 0x1:
	case 0x4:
	case 0x5:
		return alphabet_of_group(data_coding);
	case 0xc:
	case 0xd:
		return TEXT_GSM;
	case 0xe:
		return TEXT_UCS2;
	case 0xf:
		return data_coding & 4 ? TEXT_BINARY : TEXT_GSM;
	default:
		return TEXT_BINARY;
	}
}

static void append_utf8(struct buf *utf8, uint32_t c)
{
	if (c < 0x80) {
		buf_append_u8(utf8, (uint8_t)c);
		return;
	}
	if (c < 0x800) {
		buf_append_u8(utf8, (uint8_t)(0xc0 | c >> 6));
	} else if (c < 0x10000) {
		buf_append_u8(utf8, (uint8_t)(0xe0 | c >> 12));
		buf_append_u8(utf8, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
	} else {
		buf_append_u8(utf8, (uint8_t)(0xf0 | c >> 18));
		buf_append_u8(utf8, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		buf_append_u8(utf8, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_append_u8(utf8, (uint8_t)(0x80 | (c & 0x3f)));
}

size_t text_next_utf8(const uint8_t *bytes, size_t len, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t first = len ? bytes[0] : 0xff;
	size_t need = 0;

	if (first < 0x80)
		need = 1;
	else if (first >= 0xc2 && first < 0xe0)
		need = 2;
	else if (first >= 0xe0 && first < 0xf0)
		need = 3;
	else if (first >= 0xf0 && first < 0xf5)
		need = 4;
	if (need == 0 || need > len)
		return 0;

	uint32_t c = need == 1 ? first : first & (0x7fu >> need);

	for (size_t i = 1; i < need; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (bytes[i] & 0x3f);
	}
	if (c < least[need] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*character = c;
	return need;
}

/* An unknown second septet stands for its default character (TS 23.038
 * 6.2.1.1). */
static uint32_t decode_escape(uint8_t septet)
{
	for (size_t i = 0; i < COUNT(gsm_extension); i++)
		if (gsm_extension[i].septet == septet)
			return gsm_extension[i].character;
	return septet == ESC ? ' ' : gsm_default[septet];
}

static void decode_gsm(struct buf *utf8, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint32_t c = REPLACEMENT;

		if (bytes[i] == ESC && i + 1 < len && bytes[i + 1] < 0x80)
			c = decode_escape(bytes[++i]);
		else if (bytes[i] == ESC)
			c = ' ';
		else if (bytes[i] < 0x80)
			c = gsm_default[bytes[i]];
		append_utf8(utf8, c);
	}
}

static bool is_high(uint32_t unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}
static bool is_low(uint32_t unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

static void decode_ucs2(struct buf *utf8, const uint8_t *bytes, size_t len)
{
	size_t i = 0;

	while (i + 1 < len) {
		uint32_t c = (uint32_t)bytes[i] << 8 | bytes[i + 1];
		uint32_t low = 0;

		if (i + 3 < len)
			low = (uint32_t)bytes[i + 2] << 8 | bytes[i + 3];
		i += 2;
		if (is_high(c) && is_low(low)) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		} else if (is_high(c) || is_low(c)) {
			c = REPLACEMENT;
		}
		append_utf8(utf8, c);
	}
	if (i < len)
		append_utf8(utf8, REPLACEMENT);
}

void text_decode(struct buf *utf8, enum text_alphabet alphabet,
		 const uint8_t *bytes, size_t len)
{
	switch (alphabet) {
	case TEXT_GSM:
		decode_gsm(utf8, bytes, len);
		break;
	case TEXT_UCS2:
		decode_ucs2(utf8, bytes, len);
		break;
	case TEXT_LATIN1:
		for (size_t i = 0; i < len; i++)
			append_utf8(utf8, bytes[i]);
		break;
	case TEXT_BINARY:
		break;
	}
}

static bool encode_gsm(struct buf *out, uint32_t c)
{
	for (size_t i = 0; i < COUNT(gsm_default); i++) {
		if (gsm_default[i] == c && i != ESC) {
			buf_append_u8(out, (uint8_t)i);
			return true;
		}
	}
	for (size_t i = 0; i < COUNT(gsm_extension); i++) {
		if (gsm_extension[i].character == c) {
			buf_append_u8(out, ESC);
			buf_append_u8(out, gsm_extension[i].septet);
			return true;
		}
	}
	return false;
}

static bool encode_one(struct buf *out, enum text_alphabet alphabet, uint32_t c)
{
	switch (alphabet) {
	case TEXT_GSM:
		return encode_gsm(out, c);
	case TEXT_LATIN1:
		buf_append_u8(out, (uint8_t)c);
		return c < 0x100;
	case TEXT_UCS2:
		if (c >= 0x10000) {
			buf_append_u16(out, (uint16_t)(0xd7c0 + (c >> 10)));
			c = 0xdc00 | (c & 0x3ff);
		}
		buf_append_u16(out, (uint16_t)c);
		return true;
	case TEXT_BINARY:
		break;
	}
	return false;
}

bool text_encode(struct buf *out, enum text_alphabet alphabet, const char *utf8)
{
	const uint8_t *at = (const uint8_t *)utf8;
	const size_t before = out->len;
	size_t left = strlen(utf8);

	while (left > 0) {
		uint32_t c;
		const size_t len = text_next_utf8(at, left, &c);

		if (len == 0 || !encode_one(out, alphabet, c)) {
			out->len = before;
			return false;
		}
		at += len;
		left -= len;
	}
	return true;
}

size_t text_capacity(enum text_alphabet alphabet, bool is_segment)
{
	if (alphabet == TEXT_GSM)
		return is_segment ? 153 : 160;
	return is_segment ? 134 : 140;
}

static bool is_cut_inside(enum text_alphabet alphabet, const uint8_t *bytes,
			  size_t cut)
{
	if (alphabet == TEXT_GSM)
		return bytes[cut - 1] == ESC;
	if (alphabet == TEXT_UCS2 && cut >= 2)
		return is_high((uint32_t)bytes[cut - 2] << 8);
	return false;
}

size_t text_cut(enum text_alphabet alphabet, const uint8_t *bytes, size_t len,
		size_t limit)
{
	const size_t unit = alphabet == TEXT_UCS2 ? 2 : 1;

	if (len <= limit)
		return len;

	const size_t cut = limit - limit % unit;

	if (cut > unit && is_cut_inside(alphabet, bytes, cut))
		return cut - unit;
	return cut;
}
