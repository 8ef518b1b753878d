/* See outbind.h. */
#include "client/link.h"

#define RETRY_MS 5000
/* Before the bind nothing long comes, afterwards what session.c takes. */
#define INPUT_MAX_LEN (2 * 66u * 1024)

static struct smpp_link *link_of(struct smpp_outbind *outbind)
{
	return IWF_CONTAINER(outbind, struct smpp_link, outbind);
}

/* --- who may connect --- */

static bool is_trusted(const struct smpp_conf *conf,
		       const struct iwf_remote *remote)
{
	struct iwf_str address = iwf_str_from(remote->text);

	if (iwf_str_eq_case(address, conf->host))
		return true;
	for (size_t i = 0; i < conf->outbind.trust.count; i++)
		if (iwf_str_eq_case(address, conf->outbind.trust.items[i]))
			return true;
	return false;
}

static struct smpp_session *session_invite(struct smpp_link *link,
					   struct iwf_stream *stream)
{
	for (size_t i = 0; i < link->session_count; i++)
		if (smpp_session_invite(&link->sessions[i], stream))
			return &link->sessions[i];
	return NULL;
}

static struct iwf_stream_owner *on_accept(struct iwf_listener *listener,
					  struct iwf_stream *stream,
					  const struct iwf_remote *remote)
{
	struct smpp_link *link = link_of(IWF_CONTAINER(
		iwf_listener_owner(listener), struct smpp_outbind, owner));
	bool trusted = is_trusted(link->conf, remote);
	struct smpp_session *session = trusted && !link->is_draining ?
		session_invite(link, stream) : NULL;

	if (session)
		return &session->owner;
	iwf_metric_add(&link->metrics[SMPP_METRIC_OUTBIND_REFUSED], 1);
	iwf_log_seldom(link->log, "outbind_unwanted", "peer=%s reason=\"%s\"",
		       remote->text, trusted ? "every bind is there" :
		       "not trusted");
	return NULL;
}

static const struct iwf_listener_ops listener_ops = {
	.on_accept = on_accept,
};

uint32_t smpp_outbind_judge(struct smpp_link *link, const struct smpp_pdu *pdu)
{
	const struct smpp_outbind_conf *conf = &link->conf->outbind;
	uint32_t status = SMPP_ROK;

	if (conf->system_id.len && !iwf_str_eq(pdu->system_id, conf->system_id))
		status = SMPP_RINVSYSID;
	else if (conf->password.len &&
		 !iwf_str_eq(pdu->password, conf->password))
		status = SMPP_RINVPASWD;
	iwf_metric_add(&link->metrics[status ? SMPP_METRIC_OUTBIND_REFUSED :
				      SMPP_METRIC_OUTBIND], 1);
	return status;
}

/* --- the port --- */

static void on_retry(struct iwf_timer *timer)
{
	smpp_outbind_open(link_of(IWF_CONTAINER(timer, struct smpp_outbind,
						retry_timer)));
}

void smpp_outbind_open(struct smpp_link *link)
{
	const struct smpp_outbind_conf *conf = &link->conf->outbind;
	struct smpp_outbind *outbind = &link->outbind;
	const struct iwf_listen_conf listen = {
		.host = conf->address,
		.port = (uint16_t)conf->port,
		.connections_max = 2 * SMPP_BINDS_MAX,
		.input_max_len = INPUT_MAX_LEN,
	};
	struct iwf_why why = { 0 };

	smpp_outbind_close(link);
	if (!conf->port)
		return;
	outbind->owner.ops = &listener_ops;
	outbind->listener = iwf_listen(link->loop, &listen, &outbind->owner,
				       &why);
	if (outbind->listener)
		return;
	iwf_log_seldom(link->log, "not_listening", "port=%u why=\"%s\"",
		      conf->port, why.text);
	iwf_timer_start(link->loop, &outbind->retry_timer, RETRY_MS, on_retry);
}

void smpp_outbind_close(struct smpp_link *link)
{
	iwf_timer_stop(&link->outbind.retry_timer);
	iwf_listener_destroy(&link->outbind.listener);
}
