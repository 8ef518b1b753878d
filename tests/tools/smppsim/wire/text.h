/* SMS text: data_coding to alphabet, octets to UTF-8 and back
 * (3GPP TS 23.038 4, 6.2.1; SMPP 3.4 5.2.19). */
#pragma once

#include "core/buf.h"

enum text_alphabet {
	TEXT_GSM,    /* default alphabet, one septet per octet */
	TEXT_LATIN1, /* also IA5 */
	TEXT_UCS2,   /* UTF-16BE */
	TEXT_BINARY, /* no text */
};

enum text_alphabet text_alphabet_of(uint8_t data_coding);

/* Appends UTF-8. What has no character becomes U+FFFD; nothing for
 * TEXT_BINARY. */
void text_decode(struct buf *utf8, enum text_alphabet alphabet,
		 const uint8_t *bytes, size_t len);

/* False, and nothing appended, if a character does not exist in the alphabet
 * or the UTF-8 is broken. */
bool text_encode(struct buf *out, enum text_alphabet alphabet,
		 const char *utf8);

/* Octets one SM holds: alone, or with a concatenation header of 6 octets. */
size_t text_capacity(enum text_alphabet alphabet, bool is_segment);

/* Longest prefix of at most limit octets that cuts neither an escape
 * sequence nor a surrogate pair. */
size_t text_cut(enum text_alphabet alphabet, const uint8_t *bytes, size_t len,
		size_t limit);

/* Reads one character of UTF-8; its length, or 0 if it is broken. */
size_t text_next_utf8(const uint8_t *bytes, size_t len, uint32_t *character);
