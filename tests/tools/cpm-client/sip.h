/* The little SIP a test client needs (RFC 3261 7, 8.2.6, 18.3). */
#pragma once

#include "text.h"

#define SIP_LEN_MAX 65536
#define SIP_FIELDS_MAX 64

struct sip_field {
	struct text name;
	struct text value; /* may hold the line ends of folding */
};

/* Slices of the bytes it was read from. */
struct sip_message {
	struct text method; /* empty for an answer */
	struct text uri;
	unsigned status;    /* 0 for a request */
	struct text phrase;
	struct sip_field fields[SIP_FIELDS_MAX];
	size_t field_count;
	struct text body;
};

/* Reads one whole message. False for what is none, lacks Via, From, To,
 * Call-ID or CSeq, has more than SIP_FIELDS_MAX fields, or a Content-Length
 * above what follows. */
bool sip_parse(struct sip_message *msg, struct text bytes);

/* The length of the first message of a stream, line ends ahead of it included:
 * 0 when more is needed, -1 when it can never become one (RFC 3261 18.3: a
 * stream needs Content-Length). */
long sip_frame_len(struct text stream);

/* The first field of that name or of its compact form, else empty. */
struct text sip_find(const struct sip_message *msg, const char *name);
/* A parameter of a field's value behind the address: ;name=value. */
struct text sip_param(struct text value, const char *name);

/* Writes an answer without body. tag is added to a To that has none. */
void sip_format_answer(struct out *out, const struct sip_message *request,
		       unsigned status, const char *tag);
const char *sip_phrase(unsigned status);
