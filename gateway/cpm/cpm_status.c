/* SIP status codes and fates (OMA CPM uses of RFC 3261 21). */
#include "cpm/cpm_priv.h"

#include <limits.h>

struct status_row {
	unsigned from, to;    /* inclusive */
	enum iwf_fate fate;
	bool forbidden;
};

/* The first row that holds the code decides. */
static const struct status_row status_rows[] = {
	{ 200, 299, IWF_FATE_SENT, false },
	{ 403, 403, IWF_FATE_FAILED, true },
	{ 408, 408, IWF_FATE_UNSURE, false },  /* timer F: it may have arrived */
	{ 423, 423, IWF_FATE_QUEUED, false },
	{ 430, 430, IWF_FATE_QUEUED, false },
	{ 480, 480, IWF_FATE_QUEUED, false },
	{ 486, 486, IWF_FATE_QUEUED, false },
	{ 491, 491, IWF_FATE_QUEUED, false },
	{ 501, 501, IWF_FATE_FAILED, false },
	{ 505, 505, IWF_FATE_FAILED, false },
	{ 513, 513, IWF_FATE_FAILED, false },
	{ 500, 599, IWF_FATE_QUEUED, false },
	{ 603, 603, IWF_FATE_FAILED, true },
	{ 0, UINT_MAX, IWF_FATE_FAILED, false },
};

void cpm_status_to_report(unsigned status, bool local, uint32_t retry_after_sec,
			  struct iwf_report *report)
{
	const struct status_row *row = status_rows;

	while (status < row->from || status > row->to)
		row++;
	/* What did not leave us is to be tried, whatever the number. */
	report->fate = local ? IWF_FATE_QUEUED : row->fate;
	report->code = status;
	report->forbidden = !local && row->forbidden;
	report->retry_after_ms = retry_after_sec < 3600 ?
		retry_after_sec * 1000 : 3600000;
	/* 503 speaks of the server, not of this message (RFC 3261 21.5.4). */
	report->link_trouble = local || (status == 503 && retry_after_sec);
}

struct verdict_row {
	unsigned status;
	const char *phrase;
};

static const struct verdict_row verdict_rows[] = {
	[IWF_RESULT_ACCEPTED] = { 202, "Accepted" },
	[IWF_RESULT_DUPLICATE] = { 202, "Accepted" },
	/* or what the relay says: why not now */
	[IWF_RESULT_BUSY] = { 503, "Gateway Busy" },
	[IWF_RESULT_NO_ROUTE] = { 404, "No Route To This Recipient" },
	[IWF_RESULT_LOOP] = { 482, "Would Return To Where It Came From" },
	[IWF_RESULT_TOO_LARGE] = { 413, "Message Too Large" },
	/* or what the relay says: who is refused, or by what */
	[IWF_RESULT_BLOCKED] = { 403, "Refused" },
	[IWF_RESULT_UNMATCHED] = { 202, "Accepted" },
	[IWF_RESULT_ERROR] = { 500, "Internal Error, Nothing Was Accepted" },
};

/* What has become of it already. The other side's code is another protocol's
 * number: of it only the fate is known here. */
static const struct verdict_row *row_of_fate(const struct iwf_verdict *verdict)
{
	static const struct verdict_row forbidden = { 403, "Refused There" };
	static const struct verdict_row failed = { 404, "Cannot Be Delivered" };
	static const struct verdict_row expired = { 480, "Not In Time" };
	static const struct verdict_row cancelled = { 487, "Cancelled" };

	switch (verdict->fate) {
	case IWF_FATE_FAILED:
		return verdict->forbidden ? &forbidden : &failed;
	case IWF_FATE_EXPIRED:
		return &expired;
	case IWF_FATE_CANCELLED:
		return &cancelled;
	default:
		return &verdict_rows[verdict->result];
	}
}

static bool says_why(enum iwf_result result)
{
	return result == IWF_RESULT_BLOCKED || result == IWF_RESULT_BUSY;
}

void cpm_status_of_verdict(const struct iwf_verdict *verdict,
			   struct sip_answer *answer)
{
	const struct verdict_row *row =
		verdict->result == IWF_RESULT_ACCEPTED ?
			row_of_fate(verdict) : &verdict_rows[verdict->result];

	*answer = (struct sip_answer){
		.status = row->status, .phrase = row->phrase,
		.retry_after_sec = verdict->retry_after_sec,
	};
	if (says_why(verdict->result) && verdict->why && *verdict->why)
		answer->phrase = verdict->why;
}
