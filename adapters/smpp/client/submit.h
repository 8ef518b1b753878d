/* Jobs on their way out: a job becomes parts, a part a submit_sm, its answer a
 * report (adapter.h rules 2-5; SMPP 3.4 4.4). */
#pragma once

#include "client/queue.h"
#include "client/session.h"

#include <iwf/adapter.h>

struct smpp_link;

/* See struct iwf_ops. */
void smpp_submit(struct iwf_link *link, const struct iwf_job *job);
void smpp_submit_cancel(struct iwf_link *link, uint64_t job_id);

/* Writes what may be written now and tells the gateway the room. */
void smpp_submit_pump(struct smpp_link *link);
/* Answers everything not written: QUEUED because of the link. retry_ms 0:
 * no hint. */
void smpp_submit_flush(struct smpp_link *link, const char *why,
		       uint32_t retry_ms);
/* See struct smpp_session_ops. */
void smpp_submit_on_end(struct smpp_link *link, struct smpp_session *session,
			struct smpp_request *request, enum smpp_end end,
			const struct smpp_pdu *pdu);
void smpp_submit_on_late(struct smpp_link *link, struct smpp_session *session,
			 const struct smpp_pdu *pdu);
