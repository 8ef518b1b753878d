/* IMDNs that come from the CPM side for what the gateway sent there. */
#include "cpm/cpm_priv.h"

#include "wire/datetime.h"
#include "wire/imdn.h"

static enum iwf_fate fate_of(const struct imdn *imdn)
{
	switch (imdn->status) {
	case IMDN_STATUS_DELIVERED:
		return IWF_FATE_DELIVERED;
	case IMDN_STATUS_DISPLAYED:
		return IWF_FATE_DISPLAYED;
	case IMDN_STATUS_FAILED:
		return IWF_FATE_FAILED;
	default:
		/* forbidden and error say that nothing will be told, the rest
		 * that the message is on its way. */
		return IWF_FATE_NONE;
	}
}

enum iwf_err cpm_notification_parse(const struct cpm_inbound *in,
				    struct iwf_report *report,
				    struct iwf_why *why)
{
	struct imdn imdn;
	enum iwf_err err = imdn_parse(in->arena, in->cpim.content, &imdn, why);

	if (err)
		return err;
	*report = (struct iwf_report){ .fate = fate_of(&imdn),
				       .remote_ids = { imdn.message_id },
				       .remote_count = 1,
				       .text = imdn.note,
				       .happened_at_ms = in->cpim.datetime_ms };
	/* The message went the other way: to the notification's sender. */
	report->from = in->to;
	report->to = in->from;
	return IWF_OK;
}
