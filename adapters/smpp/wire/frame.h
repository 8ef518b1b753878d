/* Where one SMPP PDU ends and the next begins (SMPP 3.4 3.2). Pure. */
#pragma once

#include <iwf/buf.h>

#define SMPP_HEADER_LEN 16u

struct smpp_header {
	uint32_t length; /* of the whole PDU */
	uint32_t id;
	uint32_t status;
	uint32_t sequence;
};

enum smpp_frame {
	SMPP_FRAME_MORE,  /* the PDU is not complete yet */
	SMPP_FRAME_READY, /* the first hdr->length octets are one PDU */
	SMPP_FRAME_LOST   /* no PDU starts here: generic_nack, then close */
};

/* Looks at the start of a stream. `limit`: the longest PDU taken. hdr->length
 * is valid from 4 octets on, the rest of hdr from 16 on; else 0. */
enum smpp_frame smpp_frame_next(struct iwf_str in, size_t limit,
				struct smpp_header *hdr);
/* What speaks here instead, for the log: "HTTP", "TLS", "SIP", "SSH" ... or
 * NULL. */
const char *smpp_frame_guess(struct iwf_str in);
/* Why no PDU starts here, for the log: the length read and what speaks instead. */
void smpp_frame_explain(struct iwf_str in, char *out, size_t len);

/* The first octets of `in` as a header, what is missing as 0. */
void smpp_header_parse(struct iwf_str in, struct smpp_header *hdr);
