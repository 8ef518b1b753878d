/* The little CPIM and IMDN a test client needs (RFC 3862, RFC 5438). */
#pragma once

#include "text.h"

#define CPIM_DATETIME_SIZE 32

/* Slices; what is not there is empty. */
struct cpim {
	struct text from; /* URIs */
	struct text to;
	struct text datetime;
	struct text message_id; /* by the namespace, whatever its prefix */
	struct text wants;      /* Disposition-Notification */
	struct text content_type;
	struct text disposition;
	struct text content;
};

/* False without the blank line that ends the headers, or without From. */
bool cpim_parse(struct cpim *cpim, struct text body);
/* Writes what is not empty. */
void cpim_format(struct out *out, const struct cpim *cpim);

struct imdn {
	struct text message_id;
	struct text type;   /* delivery, display, processing, interworking */
	struct text status; /* delivered, failed, displayed, legacy-sms ... */
};

/* Reads message/imdn+xml by local names. False for a DOCTYPE, for a tag that
 * does not end, and when one of the three is not there. */
bool imdn_parse(struct imdn *imdn, struct text xml);
void imdn_format(struct out *out, const struct imdn *imdn,
		 struct text datetime, struct text recipient);
