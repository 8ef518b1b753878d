/* What an application asks about a message that it has submitted (SMPP 3.4 4.8,
 * 4.9, 4.10), by the message_id it was answered. */
#pragma once

#include "wire/pdu.h"

struct server_session;

void server_query(struct server_session *session, const struct smpp_pdu *pdu);
void server_cancel(struct server_session *session, const struct smpp_pdu *pdu);
