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
	SMPP_ALPHABET_BINARY
};

/* What we send; the values are the data_coding octet. */
enum smpp_coding {
	SMPP_CODING_GSM = 0,
	SMPP_CODING_UCS2 = 8
};

/* GSM when the default alphabet and its extension say all of it, else UCS-2. */
enum smpp_coding smpp_coding_select(struct iwf_str text);
/* Appends one septet per octet, or UTF-16BE with surrogate pairs.
 * IWF_E_CHARSET when text is no UTF-8 or the alphabet lacks a character. */
enum iwf_err smpp_coding_encode(struct iwf_buf *buf, enum smpp_coding coding,
				struct iwf_str text);

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
