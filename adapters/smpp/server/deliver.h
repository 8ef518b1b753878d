/* What is delivered to an application: messages and receipts as deliver_sm
 * (SMPP 3.4 4.6, appendix B), spread over the binds that hear. */
#pragma once

#include "bind/window.h"
#include "wire/pdu.h"

#include <iwf/adapter.h>

struct server_link;

/* How a request ended. */
enum server_end {
	SERVER_END_ANSWERED, /* by its answer or by a generic_nack */
	SERVER_END_TIMEOUT,
	SERVER_END_LOST      /* with its connection */
};

struct server_part;
struct server_delivers {
	struct server_part *first, *last; /* wait for room */
	size_t waiting_count;
	size_t written_count;
	size_t job_count;
};

/* See struct iwf_ops. */
void server_deliver(struct iwf_link *link, const struct iwf_job *job);
void server_deliver_cancel(struct iwf_link *link, uint64_t job_id);

/* Writes what waits as far as there is room, and tells the gateway of it. */
void server_deliver_pump(struct server_link *link);
/* Gives back what waits. */
void server_deliver_flush(struct server_link *link, const char *why);
void server_deliver_on_end(struct server_link *link,
			   struct smpp_request *request, enum server_end end,
			   const struct smpp_pdu *pdu);
