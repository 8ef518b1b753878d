/* Requests of ours: MESSAGE in a new transaction each, without a dialog
 * (RFC 3428 8, RFC 3261 17.1.2). */
#include "sip/compose.h"
#include "sip/fields.h"
#include "sip/worker.h"

#include <stdlib.h>

/* IPv4's largest UDP payload, less what Via adds. */
#define UDP_LEN_MAX 65000
/* Start line, Via and the fields of fixed text. */
#define OVERHEAD_LEN 512

/* --- checks --- */

static bool is_uri(struct iwf_str uri)
{
	return uri.len && fields_can_be_sent(uri) &&
	       iwf_str_find(uri, '>') == IWF_STR_NPOS &&
	       iwf_str_find(uri, '<') == IWF_STR_NPOS &&
	       iwf_str_find(uri, ' ') == IWF_STR_NPOS;
}

static bool can_be_sent(const struct sip_message *m)
{
	for (int i = 0; i < SIP_F_COUNT; i++) {
		if (!fields_can_be_sent(m->fields[i]))
			return false;
	}
	return is_uri(m->request_uri) && is_uri(m->from_uri) &&
	       is_uri(m->to_uri) && (!m->asserted.len || is_uri(m->asserted)) &&
	       fields_can_be_sent(m->asserted_service) &&
	       fields_can_be_sent(m->accept_contact) &&
	       fields_can_be_sent(m->content_type);
}

static size_t length_of(const struct sip_message *m)
{
	size_t len = OVERHEAD_LEN + m->request_uri.len + m->from_uri.len +
		     m->to_uri.len + m->asserted.len +
		     m->asserted_service.len + m->accept_contact.len +
		     m->content_type.len + m->body.len;

	for (int i = 0; i < SIP_F_COUNT; i++)
		len += m->fields[i].len ? m->fields[i].len + 32 : 0;
	return len;
}

/* --- the transaction --- */

static void link_sending(struct sip_worker *worker, struct sending *sending)
{
	sending->older = worker->sendings;
	if (worker->sendings)
		worker->sendings->newer = sending;
	worker->sendings = sending;
	worker->outstanding++;
	iwf_metric_set(&worker->metrics[SIP_M_OUTSTANDING],
		       worker->outstanding);
}

static void unlink_sending(struct sending *sending)
{
	struct sip_worker *worker = sending->worker;

	if (sending->newer)
		sending->newer->older = sending->older;
	else
		worker->sendings = sending->older;
	if (sending->older)
		sending->older->newer = sending->newer;
	worker->outstanding--;
	iwf_metric_set(&worker->metrics[SIP_M_OUTSTANDING],
		       worker->outstanding);
}

static enum sip_metric metric_of(unsigned status, bool local)
{
	if (local)
		return SIP_M_SENT_LOCAL;
	if (status == 408)
		return SIP_M_SENT_TIMEOUT;
	return status < 300 ? SIP_M_SENT_2XX : SIP_M_SENT_FAILED;
}

static void finish(struct sending *sending, unsigned status,
		   struct iwf_str phrase, uint32_t retry_after_sec, bool local)
{
	struct sip_pending *pending = sending->pending;
	enum sip_metric metric = metric_of(status, local);

	worker_count(sending->worker, metric);
	if (metric == SIP_M_SENT_TIMEOUT)
		iwf_log_seldom(sending->worker->sip->log, "unanswered",
			       "method=MESSAGE why=\"%.*s\"",
			       IWF_STR_ARG(phrase));
	unlink_sending(sending);
	free(sending);
	pending->on_answer(pending, status, phrase, retry_after_sec, local);
}

static void on_fail(struct iwf_task *task)
{
	struct sending *sending = IWF_CONTAINER(task, struct sending, fail);

	finish(sending, 503, IWF_STR("Cannot Be Sent"), 0, true);
}

/* A broken connection that had been up may have carried the request: that is
 * no answer, not "not sent". */
static bool was_written(nta_outgoing_t *transaction)
{
	tport_t *tport = nta_outgoing_transport(transaction);
	bool is_written = tport && tport_is_stream(tport) &&
			  tport_is_secondary(tport) &&
			  tport_is_connected(tport);

	if (tport)
		tport_unref(tport);
	return is_written;
}

static int on_answer(struct sending *sending, nta_outgoing_t *transaction,
		     const sip_t *sip)
{
	unsigned status = (unsigned)nta_outgoing_status(transaction);
	bool is_internal = nta_sip_is_internal(sip);
	struct iwf_str phrase = IWF_STR_NONE;
	uint32_t retry_after_sec = 0;

	if (status < 200)
		return 0;
	if (sip && sip->sip_status)
		phrase = iwf_str_from(sip->sip_status->st_phrase);
	if (sip && sip->sip_retry_after)
		retry_after_sec = (uint32_t)sip->sip_retry_after->af_delta;
	if (is_internal && status != 408 && was_written(transaction)) {
		status = 408;
		phrase = IWF_STR("Connection Lost Before The Answer");
	}
	finish(sending, status, phrase, retry_after_sec,
	       is_internal && status != 408);
	nta_outgoing_destroy(transaction);
	return 0;
}

static unsigned outstanding_max(const struct sip_conf *conf)
{
	return conf->next_hop.transport == SIP_TRANSPORT_UDP ?
		WORKER_OUTSTANDING_UDP_MAX : WORKER_OUTSTANDING_MAX;
}

static void start(struct sip_worker *worker, msg_t *msg,
		  struct sip_pending *pending)
{
	struct sending *sending = IWF_NEW(struct sending);

	sending->worker = worker;
	sending->pending = pending;
	sending->fail.run = on_fail;
	link_sending(worker, sending);
	worker_count(worker, SIP_M_SENT);
	sending->transaction = nta_outgoing_mcreate(
		worker->agent, on_answer, sending,
		worker->sip->hop, msg, TAG_END());
	if (sending->transaction)
		return;
	msg_destroy(msg);
	iwf_loop_post(worker->loop, &sending->fail);
}

enum iwf_err sip_send(struct sip_worker *worker,
		      const struct sip_message *message,
		      struct sip_pending *pending)
{
	const struct sip_conf *conf = &worker->sip->conf;
	msg_t *msg;

	IWF_BUG_ON(!iwf_loop_is_here(worker->loop));
	if (worker->outstanding >= outstanding_max(conf))
		return IWF_E_FULL;
	if (!can_be_sent(message))
		return IWF_E_SYNTAX;
	if (conf->next_hop.transport == SIP_TRANSPORT_UDP &&
	    length_of(message) > UDP_LEN_MAX)
		return IWF_E_LIMIT;
	msg = nta_msg_create(worker->agent, 0);
	if (!compose_message(msg, message, worker)) {
		msg_destroy(msg);
		return IWF_E_SYNTAX;
	}
	start(worker, msg, pending);
	return IWF_OK;
}

void send_forget_all(struct sip_worker *worker)
{
	while (worker->sendings) {
		struct sending *sending = worker->sendings;

		if (sending->transaction)
			nta_outgoing_destroy(sending->transaction);
		finish(sending, 503, IWF_STR("Gateway Stopping"), 0, true);
	}
}
