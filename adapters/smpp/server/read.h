/* What an application sends on its connection: framing, its requests, its
 * answers, and replies to what makes no sense (SMPP 3.4 3.2, 4.3, 4.11). */
#pragma once

#include "server/session.h"

/* Reads the PDUs at the start of `bytes`; how many octets are read. The session
 * may be gone afterwards. */
size_t server_read(struct server_session *session, struct iwf_str bytes);
void server_session_free(struct server_session *session);
