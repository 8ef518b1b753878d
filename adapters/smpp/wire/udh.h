/* The user data header in front of a short message (3GPP TS 23.040 9.2.3.24):
 * what part of which long message this is, ports, and national alphabets.
 * Pure, any thread. */
#pragma once

#include <iwf/buf.h>

struct smpp_udh {
	size_t len;           /* octets of the header with its length octet */
	/* parts 0: no concatenation, or one that makes no sense (part 0, part
	 * behind the last), which the receiver ignores (9.2.3.24.1). */
	uint16_t ref;
	bool is_wide;         /* ref has 16 bits: another space of references */
	uint8_t part;         /* from 1 */
	uint8_t parts;
	bool has_port;        /* not text for a human */
	uint16_t dest_port;
	uint16_t source_port;
	uint8_t single_shift; /* national language, 0: none */
	uint8_t locking_shift;
};

/* `message` is a short_message whose esm_class has the UDH indicator. Elements
 * that nobody here knows are skipped; of a repeated one the last counts.
 * IWF_E_SYNTAX when a length points outside: then it is better read as text,
 * out->len is 0. */
enum iwf_err smpp_udh_parse(struct iwf_str message, struct smpp_udh *out,
			    struct iwf_why *why);
/* Appends a header that says part and parts with their reference, and the
 * national alphabets; nothing at all when there is nothing of it to say. */
void smpp_udh_format(struct iwf_buf *buf, const struct smpp_udh *udh);
