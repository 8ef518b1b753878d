/* The SMPP 3.4 adapter, as a client of an SMSC: its descriptor. */
#include "client/ask.h"
#include "client/explain.h"
#include "client/link.h"
#include "wire/smpp_status.h"

static void table(const void *of_rows, struct iwf_buf *text)
{
	const struct smpp_conf *conf = of_rows;

	smpp_status_table(conf ? &conf->receipts_table : NULL, text);
}

static const struct iwf_ops smpp_ops = {
	.check = smpp_link_check,
	.open = smpp_link_open,
	.reconfigure = smpp_link_reconfigure,
	.submit = smpp_submit,
	.cancel = smpp_submit_cancel,
	.drain = smpp_link_drain,
	.close = smpp_link_close,
	.explain = smpp_explain,
	.table = table,
	.query = smpp_query,
	.revoke = smpp_revoke,
};

IWF_ADAPTER = {
	.abi = IWF_ABI_VERSION,
	.name = "smpp",
	.text = "Short messages by SMPP 3.4",
	.rows = smpp_rows,
	.conf_size = sizeof(struct smpp_conf),
	.ops = &smpp_ops,
	.metrics = smpp_metric_rows,
	.metric_count = SMPP_METRIC_COUNT,
	.service = "sms",
};
