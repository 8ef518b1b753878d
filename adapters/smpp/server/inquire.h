/* What an application asks about a message that it has submitted (SMPP 3.4 4.8,
 * 4.9, 4.10), by the message_id it was answered. */
#pragma once

#include "wire/pdu.h"

struct server_session;

/* Those that the gateway has not yet answered. */
struct server_inquiries {
	struct server_inquiry *first;
	uint64_t last_number;
};

void server_inquiries_destroy(struct server_inquiries *inquiries);
void server_query(struct server_session *session, const struct smpp_pdu *pdu);
void server_cancel(struct server_session *session, const struct smpp_pdu *pdu);
