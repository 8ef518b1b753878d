/* What was submitted and waits for the gateway's verdict on each destination,
 * and its answer. */
#pragma once

#include "bind/window.h"
#include "wire/pdu.h"

#include <iwf/adapter.h>

struct server_link;

/* Of a tag: what is below is the destination's place in its list. */
#define SERVER_TAG_SHIFT 8

/* One PDU. */
struct server_submit {
	struct smpp_request request;
	uint32_t session; /* its number */
	uint32_t command;
	uint32_t sequence;
	uint32_t left;
	uint32_t good;
	uint64_t id;      /* as it is answered; 0: not known yet */
	uint64_t former;  /* of the same part, had it come a while ago */
	uint64_t set;     /* of parts, as a hash */
	uint32_t part;
	uint32_t count;
	struct server_submit_dest {
		struct smpp_dest dest;
		char addr[21];
		uint32_t status;
	} dests[];
};

/* No verdict is awaited any more: answered if its connection is there, and
 * freed. */
void server_answer(struct server_link *link, struct server_submit *submit);
iwf_done_fn server_answer_on_done;
/* Counts a submission that was refused with this status. */
void server_answer_count(struct server_link *link, uint32_t status);
