/* Text to septets of the GSM 7-bit alphabet and back (3GPP TS 23.038 6.1.2),
 * in the default alphabet or with national language tables. Septets lie one
 * per octet unless "packed" is said. Pure, any thread. */
#pragma once

#include "text/gsm_table.h"

#include <iwf/buf.h>

#define GSM_DEFAULT ((struct gsm_tables){ 0, 0 })

/* How many septets say this code point: 1, 2 (with ESC), or 0 for none. */
size_t gsm_cost(struct gsm_tables tables, uint32_t code);
/* Septets of a whole UTF-8 text; IWF_STR_NPOS when a character is missing. */
size_t gsm_septet_count(struct gsm_tables tables, struct iwf_str text);
/* Bytes at the front that are printable ASCII, line feed or carriage return,
 * and whose septets, in all tables, are equal to them. */
size_t gsm_same_len(struct iwf_str text);

/* Appends the septets of a UTF-8 text. IWF_E_CHARSET when the alphabet or the
 * UTF-8 fails; buf is then as it was. */
enum iwf_err gsm_encode(struct iwf_buf *buf, struct gsm_tables tables,
			struct iwf_str text);
/* Appends UTF-8. ESC and something unknown gives the character of the table
 * without ESC, a last ESC a space (TS 23.038 6.2.1). Octets above 0x7F belong
 * to no alphabet: U+FFFD, and their number is returned. */
size_t gsm_decode(struct iwf_buf *buf, struct gsm_tables tables,
		  struct iwf_str septets);

/* The bits that move the text behind a user header of udh_len octets (with its
 * length octet; 0: none) to a septet boundary (TS 23.040 9.2.3.24). */
unsigned gsm_fill_bits(size_t udh_len);
/* Appends septets eight to seven octets, after fill_bits (0-6) zero bits. */
void gsm_pack(struct iwf_buf *buf, struct iwf_str septets, unsigned fill_bits);
/* Appends `count` septets; IWF_E_SYNTAX when `packed` is too short for them. */
enum iwf_err gsm_unpack(struct iwf_buf *buf, struct iwf_str packed,
			unsigned fill_bits, size_t count);
/* Whether the default alphabet and its extension say this code point. */
static inline bool gsm_can_say(uint32_t code)
{
	return gsm_cost(GSM_DEFAULT, code) > 0;
}
