/* Messages of an application on their way in: submit_sm, data_sm and
 * submit_multi (SMPP 3.4 4.4, 4.5, 4.7). Each is answered when the gateway has
 * all of it, whatever has become of the others. */
#pragma once

#include "bind/window.h"
#include "wire/pdu.h"

struct server_link;
struct server_session;

/* Those not yet answered, by a number of the link's own. */
struct server_submits {
	struct smpp_window window;
	uint32_t last_number;
};

void server_submits_create(struct server_submits *submits, uint32_t most);
void server_submits_destroy(struct server_submits *submits);
void server_submit(struct server_session *session, const struct smpp_pdu *pdu);
