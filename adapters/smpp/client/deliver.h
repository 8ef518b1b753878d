/* What an SMSC brings: messages, receipts, acknowledgements (SMPP 3.4 4.6,
 * 4.7, appendix B). Answered when the gateway has stored it, never before. */
#pragma once

#include "client/session.h"

struct smpp_link;

/* See struct smpp_session_ops. */
uint32_t smpp_deliver(struct smpp_link *link, struct smpp_session *session,
		      const struct smpp_pdu *pdu, uint64_t tag);
/* alert_notification: a number can be reached again. */
void smpp_alert(struct smpp_link *link, struct smpp_session *session,
		const struct smpp_pdu *pdu);
