/* Questions about what was submitted before: query_sm for what may have
 * arrived, cancel_sm for what is not wanted any more (SMPP 3.4 4.8, 4.9). Both
 * need the SMSC's id. There is no replace_sm: messages are immutable here, so
 * nothing could ask for it. */
#pragma once

#include "client/session.h"

#include <iwf/adapter.h>

struct smpp_link;
struct smpp_ask;

/* Those not yet answered; those not yet written are listed. */
struct smpp_asks {
	struct smpp_ask *first, *last;
	size_t count;
};

/* See struct iwf_ops. */
void smpp_query(struct iwf_link *link, const struct iwf_job *job);
void smpp_revoke(struct iwf_link *link, const struct iwf_job *job);

/* Writes the first that waits; there is one. */
void smpp_ask_write(struct smpp_link *link, struct smpp_session *session);
/* See struct smpp_session_ops. */
void smpp_ask_on_end(struct smpp_link *link, struct smpp_request *request,
		     enum smpp_end end, const struct smpp_pdu *pdu);
/* The link cannot send: what waits is answered, as far as it must be. */
void smpp_asks_flush(struct smpp_link *link, const char *why);
