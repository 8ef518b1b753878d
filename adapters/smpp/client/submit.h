/* Jobs on their way out: a job becomes parts, which wait for a bind that may
 * send (adapter.h rules 2-5). */
#pragma once

#include <iwf/adapter.h>

struct smpp_link;

/* See struct iwf_ops. */
void smpp_submit(struct iwf_link *link, const struct iwf_job *job);
void smpp_submit_cancel(struct iwf_link *link, uint64_t job_id);

/* Answers everything not written: QUEUED because of the link. retry_ms 0:
 * no hint. */
void smpp_submit_flush(struct smpp_link *link, const char *why,
		       uint32_t retry_ms);
