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

void reply_destroy_all(struct sim *sim);
