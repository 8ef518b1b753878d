/* The text of a short message that came: what its data_coding and header say,
 * and what peers mean by it (3GPP TS 23.038 4, TS 23.040 9.2.3.24). Pure. */
#pragma once

#include "text/way.h"
#include "wire/udh.h"

struct smpp_reading_rules {
	enum smpp_alphabet zero; /* what data_coding 0 means */
	enum smpp_packing packing;
	bool sniff_utf8;
	bool sniff_ucs2;
	bool high_is_latin1;   /* octets above 127 in GSM or ASCII */
	bool binary_is_latin1; /* else binary is no text */
};

struct smpp_incoming {
	struct iwf_str octets; /* behind the header */
	const struct smpp_udh *udh; /* all zero: there was none */
	uint8_t data_coding;
	bool is_part;          /* may begin or end inside a character */
};

/* What was found, for counters and the log. */
struct smpp_read {
	enum smpp_alphabet alphabet; /* that it was read in */
	bool is_sniffed;       /* not what data_coding says */
	uint8_t unknown_language; /* a national table nobody here has: what it
				   * changes was read by the default ones */
	size_t bad_count;      /* octets that say nothing: U+FFFD */
};

/* Appends UTF-8; of a part that ends in half a character the half, which
 * iwf_utf8_mend joins with the next one. IWF_E_UNSUPPORTED: compressed,
 * binary, or a character set that nobody here knows; IWF_E_SYNTAX: packed
 * septets that are none. */
enum iwf_err smpp_incoming_read(struct iwf_buf *buf,
				const struct smpp_reading_rules *rules,
				const struct smpp_incoming *in,
				struct smpp_read *out);
