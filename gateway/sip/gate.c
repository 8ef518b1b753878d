/* The checks a request passes before the edge sees it, each with its answer
 * (RFC 3261 8.2, 16.3, RFC 3428 7). */
#include "sip/worker.h"

#include <iwf/buf.h>
#include <iwf/random.h>

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_status.h>
#include <stdio.h>
#include <stdlib.h>

#define ALLOW "MESSAGE, OPTIONS"
#define ACCEPT "message/cpim"
#define TELL_EVERY_MS 10000
#define TELL_AT_MOST 10u
/* RFC 3840 feature tags of what we take: TS 24.229, OMA CPM 2.2. */
#define CONTACT_TAGS ";+g.3gpp.icsi-ref=\"" \
	"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg\""

/* --- naming what is missing in Sofia's own 400 --- */

static const char *missing_field(const sip_t *sip)
{
	const struct {
		const void *field;
		const char *name;
	} needed[] = {
		{ sip->sip_via, "or Missing Via" },
		{ sip->sip_from, "or Missing From" },
		{ sip->sip_to, "or Missing To" },
		{ sip->sip_call_id, "or Missing Call-ID" },
		{ sip->sip_cseq, "or Missing CSeq" },
	};

	for (size_t i = 0; i < IWF_COUNT_OF(needed); i++) {
		if (!needed[i].field)
			return needed[i].name;
	}
	if (sip->sip_request->rq_method != sip->sip_cseq->cs_method)
		return "CSeq";
	return NULL;
}

/* Called by Sofia at the end of the headers. It answers `400 Bad %s Header`
 * with the name of the first broken one; a missing one has no name unless it
 * is entered as broken. */
static issize_t extract_body(msg_t *msg, msg_pub_t *pub, char bytes[],
			     isize_t len, int eos)
{
	sip_t *sip = (sip_t *)pub;
	const char *missing;
	sip_error_t *error;

	if (!(sip->sip_flags & MSG_FLG_BODY) && sip->sip_request &&
	    !sip->sip_error && (missing = missing_field(sip))) {
		error = (sip_error_t *)msg_header_alloc(msg_home(msg),
							sip_error_class, 0);
		if (error) {
			error->er_name = missing;
			sip->sip_error = error;
		}
	}
	return sip_extract_body(msg, sip, bytes, len, eos);
}

msg_mclass_t *gate_class_create(void)
{
	msg_mclass_t *mclass = msg_mclass_clone(sip_default_mclass(), 0, 0);

	IWF_BUG_ON(!mclass);
	mclass->mc_extract_body = extract_body;
	return mclass;
}

/* --- refusing --- */

void gate_release(struct arrival *arrival)
{
	if (arrival->msg)
		msg_destroy(arrival->msg);
	if (arrival->tport)
		tport_unref(arrival->tport);
	arrival->msg = NULL;
	arrival->tport = NULL;
}

void gate_refuse(struct arrival *arrival, unsigned status, const char *phrase)
{
	struct sip_answer answer = { .status = status, .phrase = phrase };

	answer_send(arrival, &answer, NULL);
}

/* Remembered, so that a copy of it is not taken after all. */
static void refuse_for_now(struct arrival *arrival, const char *phrase,
			   uint32_t retry_after_sec)
{
	struct sip_worker *worker = arrival->worker;
	struct sip_answer answer = { 503, phrase, retry_after_sec, NULL };
	struct retransmit_answer kept = { 503, retry_after_sec, phrase, NULL };
	int64_t now_ms = iwf_loop_now_ms(worker->loop);

	if (arrival->sip->sip_request->rq_method == sip_method_message) {
		retransmit_begin(worker->seen, arrival->key, 0, now_ms);
		retransmit_end(worker->seen, arrival->key, &kept, now_ms);
	}
	answer_send(arrival, &answer, NULL);
}

/* --- the checks; each returns true when it has answered --- */

static void put_z(struct iwf_buf *buf, const char *z)
{
	iwf_buf_put(buf, z ? z : "", z ? strlen(z) + 1 : 1);
}

/* RFC 3261 17.2.3: branch, sent-by and method; without the magic cookie of the
 * branch also what RFC 2543 matched by. */
static void set_keys(struct arrival *arrival)
{
	const uint8_t *key = arrival->worker->sip->hash_key;
	const sip_t *sip = arrival->sip;
	const sip_via_t *via = sip->sip_via;
	struct iwf_buf buf = { 0 };

	iwf_buf_str_put(&buf, arrival->listener->uri);
	put_z(&buf, "");
	put_z(&buf, sip->sip_request->rq_method_name);
	put_z(&buf, via->v_branch);
	put_z(&buf, via->v_host);
	put_z(&buf, via->v_port);
	if (!via->v_branch || strncasecmp(via->v_branch, "z9hG4bK", 7)) {
		put_z(&buf, sip->sip_call_id->i_id);
		put_z(&buf, sip->sip_from->a_tag);
		iwf_buf_u32(&buf, sip->sip_cseq->cs_seq);
	}
	arrival->key = iwf_hash(key, iwf_buf_str(&buf));
	iwf_buf_clear(&buf);
	put_z(&buf, sip->sip_request->rq_method_name);
	put_z(&buf, sip->sip_call_id->i_id);
	put_z(&buf, sip->sip_from->a_tag);
	iwf_buf_u32(&buf, sip->sip_cseq->cs_seq);
	arrival->merge = iwf_hash(key, iwf_buf_str(&buf)) | 1;
	iwf_buf_free(&buf);
}

static bool is_retransmission(struct arrival *arrival)
{
	struct sip_worker *worker = arrival->worker;
	struct retransmit_answer kept;
	struct sip_answer answer;
	enum retransmit_state state;

	state = retransmit_find(worker->seen, arrival->key,
				iwf_loop_now_ms(worker->loop), &kept);
	if (state == RETRANSMIT_UNKNOWN)
		return false;
	worker_count(worker, SIP_M_RETRANSMISSIONS);
	if (state == RETRANSMIT_PENDING) {
		gate_release(arrival);
		return true;
	}
	answer = (struct sip_answer){ kept.status, kept.phrase,
				      kept.retry_after_sec, kept.accept };
	answer_repeat(arrival, &answer);
	return true;
}

/* Of each stranger in turn, and of none too often. */
static bool is_to_be_told(struct arrival *arrival, const char *peer)
{
	struct strangers *told = &arrival->worker->strangers;
	int64_t now_ms = iwf_loop_now_ms(arrival->worker->loop);

	if (now_ms - told->since_ms >= TELL_EVERY_MS) {
		told->since_ms = now_ms;
		told->lines = 0;
	} else if (told->lines == TELL_AT_MOST ||
		   (told->lines && told->listener == arrival->listener &&
		    !strcmp(told->peer, peer))) {
		return false;
	}
	told->lines++;
	told->listener = arrival->listener;
	snprintf(told->peer, sizeof(told->peer), "%s", peer);
	return true;
}

/* A flood costs a few lines now and then; the counter has them all. */
static void tell_untrusted(struct arrival *arrival)
{
	struct sip_worker *worker = arrival->worker;
	char peer[TPORT_HOSTPORTSIZE];

	tport_hostport(peer, sizeof(peer), msg_addr(arrival->msg), 1);
	worker->strangers.untold++;
	if (!is_to_be_told(arrival, peer))
		return;
	iwf_log_warning(worker->sip->log, "untrusted",
			"peer=%s listener=%.*s count=%u", peer,
			IWF_STR_ARG(arrival->listener->uri),
			worker->strangers.untold);
	worker->strangers.untold = 0;
}

static bool is_untrusted(struct arrival *arrival)
{
	if (arrival->is_trusted)
		return false;
	worker_count(arrival->worker, SIP_M_UNTRUSTED);
	tell_untrusted(arrival);
	gate_refuse(arrival, 403, "Not Trusted By This Listener");
	return true;
}

static bool is_out_of_hops(struct arrival *arrival)
{
	const sip_max_forwards_t *hops = arrival->sip->sip_max_forwards;

	if (!hops || hops->mf_count)
		return false;
	gate_refuse(arrival, 483, "Too Many Hops");
	return true;
}

static bool has_required(struct arrival *arrival)
{
	struct answer_fields fields = { 0 };
	struct sip_answer answer = { .status = 420,
				     .phrase = "Bad Extension" };
	const sip_require_t *require = arrival->sip->sip_require;

	if (!require || !require->k_items || !require->k_items[0])
		return false;
	fields.unsupported = sip_header_as_string(msg_home(arrival->msg),
						  (const void *)require);
	answer_send(arrival, &answer, &fields);
	return true;
}

static bool is_in_dialog(struct arrival *arrival)
{
	if (!arrival->sip->sip_to->a_tag)
		return false;
	gate_refuse(arrival, 481, "No Such Dialog, We Keep None");
	return true;
}

/* A port of another transport with the same number may be a neighbour's. */
static bool is_own_via(const struct sip *sip, const sip_via_t *via)
{
	unsigned port = via->v_port ?
		(unsigned)strtoul(via->v_port, NULL, 10) : 5060;

	for (unsigned i = 0; i < sip->sent_by_count; i++) {
		const struct sent_by *own = &sip->sent_by[i];

		if (own->port == port &&
		    !strcasecmp(own->host, via->v_host) &&
		    !strcasecmp(own->protocol, via->v_protocol))
			return true;
	}
	return false;
}

static bool is_loop(struct arrival *arrival)
{
	struct sip_worker *worker = arrival->worker;
	const char *phrase = NULL;

	for (sip_via_t *v = arrival->sip->sip_via; v && !phrase; v = v->v_next) {
		if (is_own_via(worker->sip, v))
			phrase = "Loop Detected, This Came From Here";
	}
	if (!phrase && retransmit_has_merged(worker->seen, arrival->key,
					     arrival->merge,
					     iwf_loop_now_ms(worker->loop)))
		phrase = "Merged Request, Came By Another Way Too";
	if (!phrase)
		return false;
	worker_count(worker, SIP_M_LOOPS);
	gate_refuse(arrival, 482, phrase);
	return true;
}

/* Sofia counts a body twice that did not come in one piece, and no field says
 * which did: a large request is measured as it would be written. */
static bool is_within(msg_t *msg, size_t max_len)
{
	size_t len = msg_size(msg);
	char *text;

	if (len <= max_len || len > 2 * max_len + 1)
		return len <= max_len;
	text = msg_as_string(msg_home(msg), msg, msg_object(msg), 0, &len);
	su_free(msg_home(msg), text);
	return text && len <= max_len;
}

static bool is_too_large(struct arrival *arrival)
{
	if (is_within(arrival->msg,
		      arrival->worker->sip->conf.message_max_len))
		return false;
	gate_refuse(arrival, 413, "Request Too Large For This Listener");
	return true;
}

static bool is_encoded(struct arrival *arrival)
{
	static const struct answer_fields fields = {
		.accept_encoding = "identity"
	};
	static const struct sip_answer answer = {
		.status = 415, .phrase = "Unsupported Content-Encoding"
	};
	const sip_content_encoding_t *encoding =
		arrival->sip->sip_content_encoding;
	const msg_param_t *item = encoding ? encoding->k_items : NULL;

	for (; item && *item; item++) {
		if (strcasecmp(*item, "identity")) {
			answer_send(arrival, &answer, &fields);
			return true;
		}
	}
	return false;
}

/* Before any work: the edge has as much as it may have. */
static bool is_too_much(struct arrival *arrival)
{
	struct sip_worker *worker = arrival->worker;

	if (worker->is_draining) {
		refuse_for_now(arrival, "Shutting Down", 5);
		return true;
	}
	if (worker->taken_count < WORKER_REQUESTS_MAX &&
	    worker->taken_len < WORKER_REQUESTS_LEN_MAX)
		return false;
	worker_count(worker, SIP_M_OVERLOAD);
	refuse_for_now(arrival, "Overloaded", 1 + iwf_random_u32() % 5);
	return true;
}

/* --- methods that are answered --- */

static void take_message(struct arrival *arrival)
{
	worker_count(arrival->worker, SIP_M_MESSAGES);
	if (!is_too_large(arrival) && !is_encoded(arrival))
		request_give(arrival);
}

/* Where requests are taken, which is never the private port. */
static void put_contact(const struct arrival *arrival, char *to, size_t len)
{
	const struct listener_uri *at = &arrival->listener->at;
	bool is_any = !strcmp(at->host, "0.0.0.0") || !strcmp(at->host, "[::]");

	if (is_any)
		snprintf(to, len, "<sip:%.*s:%u>%s",
			 IWF_STR_ARG(arrival->worker->sip->conf.domain),
			 at->port, CONTACT_TAGS);
	else
		snprintf(to, len, "<sip:%s:%u>%s", at->host, at->port,
			 CONTACT_TAGS);
}

static void take_options(struct arrival *arrival)
{
	struct sip_answer answer = { 200, "OK", 0, ACCEPT };
	struct answer_fields fields = { .allow = ALLOW, .supported = "" };
	char contact[512];

	worker_count(arrival->worker, SIP_M_OPTIONS);
	put_contact(arrival, contact, sizeof(contact));
	fields.contact = contact;
	answer_send(arrival, &answer, &fields);
}

/* --- methods --- */

enum method_fate { METHOD_TAKEN, METHOD_NO_DIALOG, METHOD_NOT_ALLOWED };

static const struct {
	sip_method_t method;
	enum method_fate fate;
} methods[] = {
	{ sip_method_message, METHOD_TAKEN },
	{ sip_method_options, METHOD_TAKEN },
	{ sip_method_cancel, METHOD_NO_DIALOG },
	{ sip_method_bye, METHOD_NO_DIALOG },
	{ sip_method_info, METHOD_NO_DIALOG },
	{ sip_method_prack, METHOD_NO_DIALOG },
	{ sip_method_update, METHOD_NO_DIALOG },
	{ sip_method_invite, METHOD_NOT_ALLOWED },
	{ sip_method_register, METHOD_NOT_ALLOWED },
	{ sip_method_subscribe, METHOD_NOT_ALLOWED },
	{ sip_method_notify, METHOD_NOT_ALLOWED },
	{ sip_method_refer, METHOD_NOT_ALLOWED },
	{ sip_method_publish, METHOD_NOT_ALLOWED },
};

static void take_other(struct arrival *arrival)
{
	static const struct answer_fields fields = { .allow = ALLOW };
	struct sip_answer answer = { 501, "Method Not Implemented", 0, NULL };
	sip_method_t method = arrival->sip->sip_request->rq_method;

	for (size_t i = 0; i < IWF_COUNT_OF(methods); i++) {
		if (methods[i].method != method)
			continue;
		if (methods[i].fate == METHOD_NO_DIALOG) {
			gate_refuse(arrival, 481, "No Such Transaction Or Dialog");
			return;
		}
		answer.status = 405;
		answer.phrase = "Method Not Allowed";
	}
	answer_send(arrival, &answer, &fields);
}

static bool is_private(struct arrival *arrival)
{
	if (arrival->listener)
		return false;
	worker_count(arrival->worker, SIP_M_UNTRUSTED);
	gate_refuse(arrival, 403, "This Port Takes Answers Only");
	return true;
}

void gate_take(struct arrival *arrival)
{
	sip_method_t method = arrival->sip->sip_request->rq_method;
	bool is_options = method == sip_method_options;

	if (is_private(arrival) || (!is_options && is_untrusted(arrival)))
		return;
	set_keys(arrival);
	if (method == sip_method_message && is_retransmission(arrival))
		return;
	if ((!is_options && is_out_of_hops(arrival)) || is_too_much(arrival) ||
	    has_required(arrival) ||
	    (method != sip_method_cancel && is_in_dialog(arrival)) ||
	    is_loop(arrival))
		return;
	if (method == sip_method_message)
		take_message(arrival);
	else if (is_options)
		take_options(arrival);
	else
		take_other(arrival);
}
