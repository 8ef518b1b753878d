/* Answers: built from the request, sent on the connection it came by, with our
 * own To tag so that every repetition is the same (RFC 3261 8.2.6, 17.2.2). */
#include "sip/compose.h"

#include <iwf/buf.h>
#include <iwf/random.h>

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <stdio.h>
#include <stdlib.h>

static void put_z(struct iwf_buf *buf, const char *z)
{
	iwf_buf_put(buf, z ? z : "", z ? strlen(z) + 1 : 1);
}

#define TAG_BEGIN "tag="

/* As a parameter. */
static void tag_of(const struct arrival *arrival,
		   char tag[sizeof(TAG_BEGIN) + 16])
{
	const sip_t *sip = arrival->sip;
	struct iwf_buf buf = { 0 };

	put_z(&buf, sip->sip_via->v_branch);
	put_z(&buf, sip->sip_via->v_host);
	put_z(&buf, sip->sip_via->v_port);
	put_z(&buf, sip->sip_call_id->i_id);
	put_z(&buf, sip->sip_from->a_tag);
	memcpy(tag, TAG_BEGIN, sizeof(TAG_BEGIN));
	iwf_str_hex(tag + sizeof(TAG_BEGIN) - 1,
		    iwf_hash(arrival->worker->sip->hash_key,
			     iwf_buf_str(&buf)), 16);
	tag[sizeof(TAG_BEGIN) - 1 + 16] = '\0';
	iwf_buf_free(&buf);
}

/* No status has more digits (RFC 3261 7.2). */
static struct iwf_str status_text(su_home_t *home, unsigned status,
				  const char *phrase)
{
	struct iwf_buf buf = { 0 };
	struct iwf_str text;

	iwf_buf_str_put(&buf, IWF_STR("SIP/2.0 "));
	iwf_buf_u8(&buf, (uint8_t)('0' + status / 100 % 10));
	iwf_buf_u8(&buf, (uint8_t)('0' + status / 10 % 10));
	iwf_buf_u8(&buf, (uint8_t)('0' + status % 10));
	iwf_buf_u8(&buf, ' ');
	iwf_buf_str_put(&buf, iwf_str_from(phrase));
	iwf_buf_str_put(&buf, IWF_STR("\r\n"));
	text = iwf_str_from(su_strndup(home, buf.ptr, (isize_t)buf.len));
	iwf_buf_free(&buf);
	return text;
}

/* An answer with its own fields, which Sofia completes from the request. */
static msg_t *reply_create(const struct arrival *arrival, unsigned status,
			   const char *phrase)
{
	msg_t *reply = nta_msg_create(arrival->worker->agent, 0);
	su_home_t *home = msg_home(reply);
	sip_to_t *to = sip_to_dup(home, arrival->sip->sip_to);
	char tag[sizeof(TAG_BEGIN) + 16];

	compose_written(reply, sip_status_create(home, status, phrase, NULL),
			status_text(home, status, phrase));
	compose_written(reply, sip_content_length_create(home, 0),
			IWF_STR("Content-Length: 0\r\n"));
	if (to && !to->a_tag) {
		tag_of(arrival, tag);
		sip_to_tag(home, to, tag);
	}
	msg_header_insert(reply, NULL, (msg_header_t *)to);
	return reply;
}

static const char *phrase_of(const struct sip_answer *answer)
{
	const char *phrase = answer->phrase;

	if (!phrase || !iwf_str_is_printable(iwf_str_from(phrase)))
		phrase = sip_status_phrase((int)answer->status);
	return phrase ? phrase : "Answered";
}

static void count_answer(struct sip_worker *worker, unsigned status)
{
	worker_count(worker, status < 300 ? SIP_M_ANSWERS_2XX :
		     status < 500 ? SIP_M_ANSWERS_4XX : SIP_M_ANSWERS_5XX);
}

static void write_answer(struct arrival *arrival,
			 const struct sip_answer *answer,
			 const struct answer_fields *fields)
{
	static const struct answer_fields none;
	struct sip_worker *worker = arrival->worker;
	const char *phrase = phrase_of(answer);
	msg_t *reply = reply_create(arrival, answer->status, phrase);
	msg_t *msg = arrival->msg;
	char retry[16] = "";

	if (!fields)
		fields = &none;
	if (answer->retry_after_sec)
		snprintf(retry, sizeof(retry), "%u", answer->retry_after_sec);
	count_answer(worker, answer->status);
	arrival->msg = NULL; /* nta_msg_mreply takes both */
	if (nta_msg_mreply(worker->agent, reply, sip_object(reply),
			   (int)answer->status, phrase, msg,
			   NTATAG_TPORT(arrival->tport),
			   TAG_IF(*retry, SIPTAG_RETRY_AFTER_STR(retry)),
			   TAG_IF(answer->accept,
				  SIPTAG_ACCEPT_STR(answer->accept)),
			   TAG_IF(fields->allow,
				  SIPTAG_ALLOW_STR(fields->allow)),
			   TAG_IF(fields->unsupported,
				  SIPTAG_UNSUPPORTED_STR(fields->unsupported)),
			   TAG_IF(fields->accept_encoding,
				  SIPTAG_ACCEPT_ENCODING_STR(
					  fields->accept_encoding)),
			   TAG_IF(fields->supported,
				  SIPTAG_SUPPORTED_STR(fields->supported)),
			   TAG_IF(fields->contact,
				  SIPTAG_CONTACT_STR(fields->contact)),
			   TAG_END()) < 0) {
		worker_count(worker, SIP_M_UNANSWERABLE);
		iwf_log_warning(worker->sip->log, "unanswerable",
				"worker=%u status=%u", worker->index,
				answer->status);
	}
	gate_release(arrival);
}

/* What a peer did wrong. Who is not trusted has a line of its own, and 5xx are
 * no fault of the peer's. */
static void log_refusal(const struct arrival *arrival,
			const struct sip_answer *answer)
{
	char peer[TPORT_HOSTPORTSIZE];

	if (answer->status < 400 || answer->status > 499 ||
	    !arrival->is_trusted)
		return;
	iwf_log_warning(arrival->worker->sip->log, "refused",
			"peer=%s method=%.32s status=%u reason=\"%s\"",
			tport_hostport(peer, sizeof(peer),
				       msg_addr(arrival->msg), 1),
			arrival->sip->sip_request->rq_method_name,
			answer->status, phrase_of(answer));
}

void answer_send(struct arrival *arrival, const struct sip_answer *answer,
		 const struct answer_fields *fields)
{
	log_refusal(arrival, answer);
	write_answer(arrival, answer, fields);
}

void answer_repeat(struct arrival *arrival, const struct sip_answer *answer)
{
	write_answer(arrival, answer, NULL);
}

/* --- answers of the edge --- */

static void unlink_taken(struct taken *taken)
{
	struct sip_worker *worker = taken->arrival.worker;

	if (taken->newer)
		taken->newer->older = taken->older;
	else
		worker->taken = taken->older;
	if (taken->older)
		taken->older->newer = taken->newer;
	worker->taken_count--;
	worker->taken_len -= taken->request.body.len;
	iwf_metric_set(&worker->metrics[SIP_M_WAITING], worker->taken_count);
}

static void taken_free(struct taken *taken)
{
	struct iwf_arena *arena = taken->arena;

	iwf_arena_destroy(&arena);
}

void answer_forget(struct taken *taken)
{
	unlink_taken(taken);
	gate_release(&taken->arrival);
	taken_free(taken);
}

void sip_answer(struct sip_request **req, const struct sip_answer *answer)
{
	struct taken *taken = IWF_CONTAINER(*req, struct taken, request);
	struct sip_worker *worker = taken->arrival.worker;
	struct retransmit_answer kept = {
		.status = answer->status,
		.retry_after_sec = answer->retry_after_sec,
		.phrase = phrase_of(answer),
		.accept = answer->accept,
	};

	IWF_BUG_ON(!iwf_loop_is_here(worker->loop));
	IWF_BUG_ON(answer->status < 200 || answer->status > 699);
	*req = NULL;
	retransmit_end(worker->seen, taken->arrival.key, &kept,
		       iwf_loop_now_ms(worker->loop));
	unlink_taken(taken);
	answer_send(&taken->arrival, answer, NULL);
	taken_free(taken);
}
