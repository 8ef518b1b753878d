/* What the SMSC's answers to submit_sm mean, and the gateway's own answer to
 * each part of a job (adapter.h rules 3-5; SMPP 3.4 4.4.2). */
#pragma once

#include "client/queue.h"
#include "client/session.h"

struct smpp_link;

/* Not sent, because of the link: the gateway shall try again. retry_ms 0: no
 * hint. The part, and with its last part the job, is gone after this. */
void smpp_part_requeue(struct smpp_link *link, struct smpp_part *part,
		       const char *why, uint32_t retry_ms);
/* A list of parts that never will be sent. */
void smpp_parts_fail(struct smpp_link *link, struct smpp_part *part,
		     uint32_t code, const char *why);
/* See struct smpp_session_ops. */
void smpp_part_on_end(struct smpp_link *link, struct smpp_session *session,
		      struct smpp_request *request, enum smpp_end end,
		      const struct smpp_pdu *pdu);
void smpp_part_on_late(struct smpp_link *link, struct smpp_session *session,
		       const struct smpp_pdu *pdu);
