/* Requests of ours: MESSAGE in a new transaction each, without a dialog
 * (RFC 3428 8, RFC 3261 17.1.2). */
#include "sip/fields.h"
#include "sip/worker.h"

#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <stdio.h>
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

/* --- the message --- */

static void put_field(struct iwf_buf *buf, const char *name,
		      struct iwf_str value)
{
	if (value.len)
		iwf_buf_printf(buf, "%s: %.*s\r\n", name, IWF_STR_ARG(value));
}

/* All header fields as text, which Sofia parses: it then knows the typed ones
 * and carries the others. */
static void put_headers(struct iwf_buf *buf, const struct sip_message *m,
			struct sip_worker *worker)
{
	struct iwf_str domain = worker->sip->conf.domain;
	char id[33] = "", tag[17] = "";

	iwf_str_hex(id, iwf_random_next(&worker->random), 16);
	iwf_str_hex(id + 16, iwf_random_next(&worker->random), 16);
	iwf_str_hex(tag, iwf_random_next(&worker->random), 16);
	iwf_buf_printf(buf, "From: <%.*s>;tag=%s\r\n", IWF_STR_ARG(m->from_uri),
		       tag);
	iwf_buf_printf(buf, "To: <%.*s>\r\n", IWF_STR_ARG(m->to_uri));
	iwf_buf_printf(buf, "Call-ID: %s@%.*s\r\n", id, IWF_STR_ARG(domain));
	iwf_buf_printf(buf, "CSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\n");
	if (m->asserted.len)
		iwf_buf_printf(buf, "P-Asserted-Identity: <%.*s>\r\n",
			       IWF_STR_ARG(m->asserted));
	put_field(buf, "P-Asserted-Service", m->asserted_service);
	put_field(buf, "Accept-Contact", m->accept_contact);
	for (int i = 0; i < SIP_F_COUNT; i++) {
		if (i != SIP_F_P_ASSERTED_SERVICE && i != SIP_F_ACCEPT_CONTACT)
			put_field(buf, fields_name((enum sip_field)i),
				  m->fields[i]);
	}
	if (m->expires_sec >= 0)
		iwf_buf_printf(buf, "Expires: %lld\r\n",
			       (long long)m->expires_sec);
	put_field(buf, "Content-Type", m->content_type);
	iwf_buf_u8(buf, 0);
}

/* A next hop with ;lr is also a Route (RFC 3261 16.6). */
static bool add_route(msg_t *msg, sip_t *sip, const char *hop)
{
	if (!hop || !strstr(hop, ";lr"))
		return true;
	return sip_add_tl(msg, sip, SIPTAG_ROUTE_STR(hop), TAG_END()) >= 0;
}

static bool fill(msg_t *msg, const struct sip_message *m,
		 struct sip_worker *worker)
{
	const struct sip_conf *conf = &worker->sip->conf;
	su_home_t *home = msg_home(msg);
	sip_t *sip = sip_object(msg);
	struct iwf_buf text = { 0 };
	sip_request_t *line;
	bool is_filled;
	char *uri;

	uri = su_strndup(home, m->request_uri.ptr, (isize_t)m->request_uri.len);
	/* Given a text that is no URI to it, sip_request_create aborts. */
	line = uri && url_hdup(home, URL_STRING_MAKE(uri)->us_url) ?
		sip_request_create(home, SIP_METHOD_MESSAGE,
				   URL_STRING_MAKE(uri), NULL) : NULL;
	if (!line || msg_header_insert(msg, (msg_pub_t *)sip,
				       (msg_header_t *)line) < 0)
		return false;
	put_headers(&text, m, worker);
	is_filled = add_route(msg, sip, conf->next_hop.uri.ptr) &&
		    sip_add_tl(msg, sip, SIPTAG_HEADER_STR(text.ptr),
			       SIPTAG_PAYLOAD(sip_payload_create(
				       home, m->body.ptr,
				       (isize_t)m->body.len)),
			       TAG_END()) >= 0 &&
		    sip->sip_from && sip->sip_to && sip->sip_call_id &&
		    sip->sip_cseq && !sip->sip_error;
	iwf_buf_free(&text);
	return is_filled;
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

	worker_count(sending->worker, metric_of(status, local));
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
	const char *hop = worker->sip->conf.next_hop.uri.ptr;
	struct sending *sending = IWF_NEW(struct sending);

	sending->worker = worker;
	sending->pending = pending;
	sending->fail.run = on_fail;
	link_sending(worker, sending);
	worker_count(worker, SIP_M_SENT);
	sending->transaction = nta_outgoing_mcreate(
		worker->agent, on_answer, sending,
		hop && *hop ? URL_STRING_MAKE(hop) : NULL, msg, TAG_END());
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
	if (!fill(msg, message, worker)) {
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
