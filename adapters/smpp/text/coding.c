/* Choosing, reading and writing alphabets, see coding.h. */
#include "text/coding.h"

#include "text/gsm.h"

#include <iwf/utf8.h>

#define REPLACEMENT 0xFFFD

void smpp_ucs2_put(struct iwf_buf *buf, uint32_t code)
{
	if (code > 0xFFFF) {
		iwf_buf_u16(buf, (uint16_t)(0xD800 + ((code - 0x10000) >> 10)));
		code = 0xDC00 + ((code - 0x10000) & 0x3FF);
	}
	iwf_buf_u16(buf, (uint16_t)code);
}

/* SMPP's own meanings; what is not listed nobody here decodes. */
static enum iwf_err low_alphabet(uint8_t data_coding, enum smpp_alphabet zero,
				 enum smpp_alphabet *out)
{
	switch (data_coding) {
	case 0:
		*out = zero;
		return IWF_OK;
	case 1:
		*out = SMPP_ALPHABET_ASCII;
		return IWF_OK;
	case 2: case 4:
		*out = SMPP_ALPHABET_BINARY;
		return IWF_OK;
	case 3:
		*out = SMPP_ALPHABET_LATIN1;
		return IWF_OK;
	case 6:
		*out = SMPP_ALPHABET_CYRILLIC;
		return IWF_OK;
	case 7:
		*out = SMPP_ALPHABET_HEBREW;
		return IWF_OK;
	case 8:
		*out = SMPP_ALPHABET_UCS2;
		return IWF_OK;
	default:
		return IWF_E_UNSUPPORTED;
	}
}

enum iwf_err smpp_coding_alphabet(uint8_t data_coding, enum smpp_alphabet zero,
				  enum smpp_alphabet *out)
{
	/* TS 23.038 4, bits 3 and 2; the fourth is reserved, read as GSM. */
	static const enum smpp_alphabet by_bits[] = {
		SMPP_ALPHABET_GSM, SMPP_ALPHABET_BINARY,
		SMPP_ALPHABET_UCS2, SMPP_ALPHABET_GSM
	};

	if (data_coding < 0x10)
		return low_alphabet(data_coding, zero, out);
	if (data_coding < 0x80) {
		if (data_coding & 0x20)
			return IWF_E_UNSUPPORTED;
		*out = by_bits[data_coding >> 2 & 3];
	} else if (data_coding >= 0xF0) {
		*out = data_coding & 4 ?
			SMPP_ALPHABET_BINARY : SMPP_ALPHABET_GSM;
	} else {
		/* 0x80-0xBF are reserved, which means GSM (TS 23.038 4). */
		*out = data_coding >= 0xE0 ?
			SMPP_ALPHABET_UCS2 : SMPP_ALPHABET_GSM;
	}
	return IWF_OK;
}

static uint32_t cyrillic_code(uint8_t octet)
{
	if (octet <= 0xA0 || octet == 0xAD)
		return octet;
	if (octet == 0xF0)
		return 0x2116;
	if (octet == 0xFD)
		return 0xA7;
	return octet + 0x360u;
}

static uint32_t hebrew_code(uint8_t octet)
{
	if (octet >= 0xE0 && octet <= 0xFA)
		return octet + 0x4F0u;
	switch (octet) {
	case 0xAA:
		return 0xD7;
	case 0xBA:
		return 0xF7;
	case 0xDF:
		return 0x2017;
	case 0xFD:
		return 0x200E;
	case 0xFE:
		return 0x200F;
	default:
		break;
	}
	return octet == 0xA1 || octet > 0xBE ? REPLACEMENT : octet;
}

static uint32_t octet_code(enum smpp_alphabet alphabet, uint8_t octet)
{
	switch (alphabet) {
	case SMPP_ALPHABET_CYRILLIC:
		return cyrillic_code(octet);
	case SMPP_ALPHABET_HEBREW:
		return hebrew_code(octet);
	case SMPP_ALPHABET_ASCII:
		return octet > 0x7F ? REPLACEMENT : octet;
	default:
		return octet;
	}
}

static size_t octets_decode(struct iwf_buf *buf, enum smpp_alphabet alphabet,
			    struct iwf_str octets)
{
	size_t bad_count = 0;

	for (size_t i = 0; i < octets.len; i++) {
		uint32_t code = octet_code(alphabet, (uint8_t)octets.ptr[i]);

		bad_count += code == REPLACEMENT;
		iwf_utf8_put(buf, code);
	}
	return bad_count;
}

static bool is_high_surrogate(uint32_t unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(uint32_t unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

static uint32_t unit_at(struct iwf_str octets, size_t at)
{
	if (at + 2 > octets.len)
		return 0;
	return (uint32_t)(uint8_t)octets.ptr[at] << 8 |
		(uint8_t)octets.ptr[at + 1];
}

static size_t ucs2_decode(struct iwf_buf *buf, struct iwf_str octets)
{
	size_t at;

	for (at = 0; at + 2 <= octets.len; at += 2) {
		uint32_t code = unit_at(octets, at);
		uint32_t next = unit_at(octets, at + 2);

		if (is_high_surrogate(code) && is_low_surrogate(next)) {
			code = 0x10000 + ((code - 0xD800) << 10) +
				(next - 0xDC00);
			at += 2;
		}
		iwf_utf8_put(buf, code);
	}
	if (at == octets.len)
		return 0;
	iwf_utf8_put(buf, REPLACEMENT);
	return 1;
}

/* Left as it is: iwf_utf8_mend cures what is broken, after joining parts. */
static size_t utf8_decode(struct iwf_buf *buf, struct iwf_str octets)
{
	iwf_buf_str_put(buf, octets);
	return 0;
}

enum iwf_err smpp_coding_decode(struct iwf_buf *buf, enum smpp_alphabet alphabet,
				struct iwf_str octets, size_t *bad_count)
{
	size_t bad;

	if (alphabet == SMPP_ALPHABET_BINARY)
		return IWF_E_UNSUPPORTED;
	if (alphabet == SMPP_ALPHABET_GSM)
		bad = gsm_decode(buf, GSM_DEFAULT, octets);
	else if (alphabet == SMPP_ALPHABET_UCS2)
		bad = ucs2_decode(buf, octets);
	else if (alphabet == SMPP_ALPHABET_UTF8)
		bad = utf8_decode(buf, octets);
	else
		bad = octets_decode(buf, alphabet, octets);
	if (bad_count)
		*bad_count += bad;
	return IWF_OK;
}
