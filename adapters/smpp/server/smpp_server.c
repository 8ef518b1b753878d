/* The SMPP 3.4 adapter, as a server to applications: its descriptor. */
#include "server/link.h"

static const struct iwf_ops server_ops = {
	.check = server_link_check,
	.open = server_link_open,
	.reconfigure = server_link_reconfigure,
	.submit = server_deliver,
	.cancel = server_deliver_cancel,
	.drain = server_link_drain,
	.close = server_link_close,
};

IWF_ADAPTER = {
	.abi = IWF_ABI_VERSION,
	.name = "smpp_server",
	.text = "Applications that bind to us by SMPP 3.4",
	.rows = server_rows,
	.conf_size = sizeof(struct server_conf),
	.ops = &server_ops,
	.metrics = server_metric_rows,
	.metric_count = SERVER_METRIC_COUNT,
};
