/* The way a text is written into short messages: alphabet, national tables, and
 * what carries it when it is long (SMPP 3.4 5.2.19, 5.3.2; 3GPP TS 23.040
 * 9.2.3.24). Pure, any thread. */
#pragma once

#include "text/coding.h"
#include "text/gsm.h"

/* What tells the parts of a long text from one another. */
enum smpp_style {
	SMPP_STYLE_UDH8,   /* user data header, 8-bit reference */
	SMPP_STYLE_UDH16,  /* the same with 16 bits */
	SMPP_STYLE_SAR,    /* sar_* parameters; the SMSC writes the header */
	SMPP_STYLE_PAYLOAD /* one message_payload; the SMSC cuts */
};

/* GSM septets of SMPP lie in octets of their own, or eight in seven as on the
 * air: then nothing tells how many there are, and an end of seven free bits
 * is filled with what the receiver takes off again. */
enum smpp_packing {
	SMPP_PACKING_NONE,
	SMPP_PACKING_CR,  /* filled with CR, as TS 23.038 6.1.2.3.1 has it */
	SMPP_PACKING_ZERO /* filled with zero bits, which read as @ */
};

/* How much of a text may be replaced by what looks alike (plain.h). */
enum smpp_plainness {
	SMPP_PLAIN_NO,
	SMPP_PLAIN_PUNCTUATION,
	SMPP_PLAIN_LETTERS
};

struct smpp_way {
	enum smpp_alphabet alphabet; /* GSM, ASCII, LATIN1 or UCS2 */
	uint8_t data_coding;
	struct gsm_tables tables; /* GSM only */
	enum smpp_style style;
	enum smpp_packing packing;
	enum smpp_plainness plain;
};

/* Everything of a way in one number, with `moved` of its cut (cut.h) on top: a
 * resend finds its first way by it. GSM and UCS-2 with the defaults are 0 and
 * 8, as they were before there were other ways. */
uint32_t smpp_way_word(const struct smpp_way *way, uint8_t moved);
/* False when no way has this word. */
bool smpp_way_parse(uint32_t word, struct smpp_way *out, uint8_t *moved);

/* A unit is a septet, of UCS-2 16 bits. What it costs to say this code point;
 * 0: it cannot be said. ASCII and Latin-1 count, and say, what the SMSC will
 * make of them on the air, which is GSM. */
size_t smpp_way_cost(const struct smpp_way *way, uint32_t code);
/* Of a whole UTF-8 text; IWF_STR_NPOS when it cannot be said. */
size_t smpp_way_units(const struct smpp_way *way, struct iwf_str text);
/* Units that fit into one short message; with is_part into a part of a longer
 * text, as it will be on the air: what the SMSC adds counts too. */
size_t smpp_way_room(const struct smpp_way *way, bool is_part);
/* Octets of the user data header on the air, with its length octet; 0: none. */
size_t smpp_way_header_len(const struct smpp_way *way, bool is_part);
/* Bits on the air of `units` in `parts` short messages, headers with them. */
size_t smpp_way_bits(const struct smpp_way *way, size_t units, size_t parts);

/* Appends the text's octets, behind a header of udh_len octets. IWF_E_CHARSET
 * when the way cannot say it; buf is then as it was. */
enum iwf_err smpp_way_encode(struct iwf_buf *buf, const struct smpp_way *way,
			     struct iwf_str text, size_t udh_len);
