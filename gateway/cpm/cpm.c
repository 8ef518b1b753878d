/* The CPM edge as an adapter: settings, links, the calls of the relay. */
#include "cpm/cpm_priv.h"

#include <stdlib.h>

static const char *const ids_names[] = { "lenient", "strict", NULL };
static const char *const service_names[] = { "systemmsg", "msg", NULL };

const struct iwf_setting cpm_rows[] = {
	IWF_ROW_CHOICE(struct cpm_conf, missing_ids, "missing_ids", "lenient",
		       ids_names, "A MESSAGE without Conversation-ID or "
		       "Contribution-ID: lenient makes them, strict answers 400"),
	IWF_ROW_BOOL(struct cpm_conf, plain_text, "plain_text", "false",
		     "Take text/plain bodies without CPIM"),
	IWF_ROW_SIZE(struct cpm_conf, pager_max_len, "pager_max", "1300", 500,
		     65000, "Largest CPIM body sent to a next hop that takes "
		     "only UDP"),
	IWF_ROW_SIZE(struct cpm_conf, pager_max_stream_len, "pager_max_stream",
		     "64KiB", 500, 1048576,
		     "Largest CPIM body sent over TCP or TLS"),
	IWF_ROW_CHOICE(struct cpm_conf, report_service, "report_service",
		       "systemmsg", service_names,
		       "CPM service that notifications are sent as"),
	IWF_ROW_U32(struct cpm_conf, window, "window", "256", 1, 1000,
		    "Requests a SIP worker has outstanding"),
	IWF_ROWS_END
};

static const struct iwf_metric_row metric_rows[CPM_M_COUNT] = {
	[CPM_M_UP] = { "cpm_link_up", IWF_METRIC_GAUGE,
		       "CPM links whose next hop is being used" },
	[CPM_M_MESSAGES] = { "cpm_messages_total", IWF_METRIC_COUNTER,
			     "CPM messages that came in" },
	[CPM_M_NOTIFICATIONS] = { "cpm_notifications_total",
				  IWF_METRIC_COUNTER, "IMDNs that came in" },
	[CPM_M_REFUSED] = { "cpm_refused_total", IWF_METRIC_COUNTER,
			    "MESSAGEs refused for what they said" },
	[CPM_M_SENT] = { "cpm_sent_total", IWF_METRIC_COUNTER,
			 "MESSAGEs sent with messages" },
	[CPM_M_REPORTS_SENT] = { "cpm_reports_sent_total", IWF_METRIC_COUNTER,
				 "MESSAGEs sent with IMDNs" },
	[CPM_M_SEND_FAILED] = { "cpm_send_failed_total", IWF_METRIC_COUNTER,
				"MESSAGEs not answered 2xx" },
	[CPM_M_PAUSES] = { "cpm_pauses_total", IWF_METRIC_COUNTER,
			   "Times the next hop was left alone for a while" },
};

static struct cpm_link *of(struct iwf_link *link)
{
	return IWF_CONTAINER(link, struct cpm_link, link);
}

static void cpm_reconfigure(struct iwf_link *link, const void *conf)
{
	of(link)->conf = conf;
	cpm_announce(of(link));
}

static void cpm_cancel(struct iwf_link *link, uint64_t job_id)
{
	/* A MESSAGE is written as soon as it is submitted. */
	(void)link;
	(void)job_id;
}

static void cpm_drain(struct iwf_link *link)
{
	of(link)->draining = true;
	/* Its end would call the link up again. */
	iwf_timer_stop(&of(link)->pause);
	/* Jobs that wait for room come back unsent. */
	iwf_host_state(link->host, IWF_LINK_DRAINING, "draining");
	cpm_announce(of(link));
	if (!of(link)->outstanding)
		iwf_host_drained(link->host);
}

static void cpm_close(struct iwf_link **link)
{
	struct cpm_link *cpm = of(*link);

	*link = NULL;
	iwf_timer_stop(&cpm->pause);
	cpm_pager_close(cpm);
	cpm_originate_close(cpm);
	free(cpm);
}

static const struct iwf_ops cpm_ops = {
	.reconfigure = cpm_reconfigure,
	.submit = cpm_originate,
	.cancel = cpm_cancel,
	.drain = cpm_drain,
	.close = cpm_close,
};

const struct iwf_adapter cpm_adapter = {
	.abi = IWF_ABI_VERSION, .name = "cpm",
	.text = "CPM pager mode over SIP", .rows = cpm_rows,
	.conf_size = sizeof(struct cpm_conf), .ops = &cpm_ops,
	.metrics = metric_rows, .metric_count = CPM_M_COUNT,
};

struct iwf_link *cpm_link_create(struct iwf_host *host,
				 struct sip_worker *worker,
				 const struct cpm_conf *conf,
				 struct sip_edge **edge)
{
	struct cpm_link *cpm = IWF_NEW(struct cpm_link);

	cpm->link.host = host;
	cpm->edge.on_message = cpm_pager_on_message;
	cpm->worker = worker;
	cpm->conf = conf;
	cpm->log = iwf_host_log(host);
	cpm->metrics = iwf_host_metrics(host);
	iwf_random_open(&cpm->random);
	*edge = &cpm->edge;
	iwf_metric_set(&cpm->metrics[CPM_M_UP], 1);
	iwf_host_state(host, IWF_LINK_UP, "listening");
	cpm_announce(cpm);
	return &cpm->link;
}
