/* data_coding: which alphabet a short message is in, and the way to UTF-8 and
 * back (SMPP 3.4 5.2.19, 3GPP TS 23.038 4). Pure, any thread. */
#pragma once

#include <iwf/buf.h>

enum smpp_alphabet {
	SMPP_ALPHABET_GSM,
	SMPP_ALPHABET_ASCII,
	SMPP_ALPHABET_LATIN1,
	SMPP_ALPHABET_CYRILLIC, /* ISO 8859-5 */
	SMPP_ALPHABET_HEBREW,   /* ISO 8859-8 */
	SMPP_ALPHABET_UCS2,     /* UTF-16BE */
	SMPP_ALPHABET_BINARY,
	SMPP_ALPHABET_UTF8      /* no data_coding means it, but some send it */
};

/* Appends UTF-16BE, above U+FFFF as a surrogate pair. */
void smpp_ucs2_put(struct iwf_buf *buf, uint32_t code);

/* Reads the whole octet, also the GSM message class and waiting indication
 * groups. `zero`: what this peer means by data_coding 0.
 * IWF_E_UNSUPPORTED: compressed, or a character set nobody here decodes. */
enum iwf_err smpp_coding_alphabet(uint8_t data_coding, enum smpp_alphabet zero,
				  enum smpp_alphabet *out);
/* Appends UTF-8. What the alphabet does not know becomes U+FFFD, and its number
 * is added to *bad_count (which may be NULL). A surrogate without its partner
 * is appended in three bytes, iwf_utf8_mend cures it after joining parts.
 * IWF_E_UNSUPPORTED for SMPP_ALPHABET_BINARY. */
enum iwf_err smpp_coding_decode(struct iwf_buf *buf, enum smpp_alphabet alphabet,
				struct iwf_str octets, size_t *bad_count);
