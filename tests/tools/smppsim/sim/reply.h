/* Responses, and everything that may be wrong with them. */
#pragma once

#include "sim/session.h"

/* The response to request with this status and nothing else in it. */
struct pdu reply_to(const struct pdu *request, uint32_t status);

/* Sends a response at once and as it is. */
void reply_send(struct session *session, enum event_kind kind,
		const struct pdu *response);

/* Sends the response to a message: late, twice, broken or never, as options
 * and faults want it. */
void reply_send_spoilt(struct session *session, enum event_kind kind,
		       const struct pdu *response);

/* The same with octets that are there already; they may be changed. */
void reply_send_octets(struct session *session, enum event_kind kind,
		       const struct pdu *response, struct buf *octets);

void reply_destroy_all(struct sim *sim);
