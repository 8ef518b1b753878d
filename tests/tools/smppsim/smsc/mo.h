/* Messages from SMS users to the ESME. */
#pragma once

#include "smsc/outbox.h"
#include "wire/text.h"

/* text in UTF-8 or hex; NULL is not given. data_coding -1: GSM if the text
 * fits, otherwise UCS-2. */
struct mo {
	const char *from;
	const char *to;
	const char *text;
	const char *hex;
	const char *udh;
	const char *service_type;
	long data_coding;
	long registered_delivery;
	long esm_class;
};

/* A message as PDUs without sequence_number: command_id and ref are given,
 * the parts belong to who asked for them. */
struct mo_parts {
	uint32_t command_id;
	uint8_t ref;
	struct buf *parts;
	size_t count;
};

/* Cuts the message into segments with an 8-bit reference if it is long. False
 * with a reason, then there are no parts. */
bool mo_build(struct mo_parts *parts, const struct mo *mo, const char **why);
void mo_parts_destroy(struct mo_parts *parts);

/* Queues the message, in segments with an 8-bit reference if it is long.
 * The number of segments, or 0 with a reason. */
size_t mo_push(struct outbox *outbox, const struct mo *mo, const char **why);
/* What --mo asks for, once per system_id. */
void mo_push_configured(struct sim *sim, struct outbox *outbox);

/* "+49..." is international, other digits unknown, all else alphanumeric.
 * False if it is longer than an address may be. */
bool mo_parse_addr(struct pdu_addr *addr, const char *text);
/* Segments this many octets make. */
size_t mo_segment_count(enum text_alphabet alphabet, const uint8_t *bytes,
			size_t len);
