/* A request for the edge: its texts, its identities (RFC 3325 9.1, believed
 * because the gate let only trusted peers through) and its times. */
#include "sip/fields.h"
#include "sip/identity.h"
#include "sip/worker.h"

#include <sofia-sip/sip_header.h>
#include <sofia-sip/url.h>

/* Seconds between the epochs of NTP, which Sofia counts in, and 1970. */
#define NTP_TO_UNIX_SEC 2208988800ll

static struct iwf_str url_text(struct iwf_arena *arena, const url_t *url)
{
	isize_t len = (isize_t)url_e(NULL, 0, url);
	char *text = iwf_arena_alloc(arena, len + 1);

	url_e(text, len + 1, url);
	return iwf_str_make(text, len);
}

static void set_times(struct sip_request *req, const sip_t *sip,
		      int64_t wall_ms)
{
	const sip_expires_t *expires = sip->sip_expires;

	req->expires_ms = -1;
	if (sip->sip_date)
		req->date_ms = ((int64_t)sip->sip_date->d_time -
				NTP_TO_UNIX_SEC) * 1000;
	if (req->date_ms < 0)
		req->date_ms = 0;
	/* RFC 3261 20.19: what is above this says nothing. */
	if (!expires || expires->ex_delta > UINT32_MAX)
		return;
	req->expires_ms = (int64_t)expires->ex_delta * 1000;
	if (expires->ex_date)
		req->expires_ms = ((int64_t)expires->ex_date -
				   NTP_TO_UNIX_SEC) * 1000 -
				  (req->date_ms ? req->date_ms : wall_ms);
	if (req->expires_ms < 0)
		req->expires_ms = 0;
}

static struct taken *make_taken(struct arrival *arrival)
{
	struct iwf_arena *arena = iwf_arena_create(2048);
	struct taken *taken = IWF_ARENA_NEW(arena, struct taken);
	struct sip_request *req = &taken->request;
	su_home_t *home = msg_home(arrival->msg);
	const sip_t *sip = arrival->sip;

	taken->arena = arena;
	taken->arrival = *arrival;
	req->worker = arrival->worker;
	req->method = iwf_str_from(sip->sip_request->rq_method_name);
	req->listener = arrival->listener->uri;
	req->role = arrival->listener->role;
	req->outcome_ms = arrival->listener->outcome_ms;
	req->is_trusted = arrival->is_trusted;
	req->request_uri = url_text(arena, sip->sip_request->rq_url);
	req->from_uri = url_text(arena, sip->sip_from->a_url);
	req->to_uri = url_text(arena, sip->sip_to->a_url);
	req->call_id = iwf_str_from(sip->sip_call_id->i_id);
	if (sip->sip_content_type)
		req->content_type = iwf_str_from(sip_header_as_string(
			home, (const void *)sip->sip_content_type));
	if (sip->sip_payload)
		req->body = iwf_str_make(sip->sip_payload->pl_data,
					 sip->sip_payload->pl_len);
	req->transport_key = arrival->key;
	set_times(req, sip, iwf_loop_wall_ms(arrival->worker->loop));
	return taken;
}

/* NULL when the identity is known, else the phrase of a refusal. */
static const char *set_identity(struct taken *taken, struct iwf_str asserted,
				unsigned *status)
{
	struct sip_request *req = &taken->request;
	uint32_t without = req->worker->sip->conf.sender_without_pai;

	*status = 400;
	if (asserted.len && identity_parse(asserted, req->asserted,
					   &req->asserted_count))
		return "Bad P-Asserted-Identity Header";
	*status = 403;
	if (!req->asserted_count && without == SIP_WITHOUT_PAI_REFUSE)
		return "P-Asserted-Identity Required Here";
	return NULL;
}

static const char *set_fields(struct taken *taken, unsigned *status)
{
	struct fields fields;
	const char *bad;

	if (fields_read(taken->arena, taken->arrival.sip, &fields, &bad)) {
		*status = 400;
		return iwf_arena_printf(taken->arena, "Bad %s Header",
					bad).ptr;
	}
	memcpy(taken->request.fields, fields.values, sizeof(fields.values));
	return set_identity(taken, fields.asserted, status);
}

void request_give(struct arrival *arrival)
{
	struct sip_worker *worker = arrival->worker;
	struct taken *taken = make_taken(arrival);
	struct iwf_arena *arena = taken->arena;
	unsigned status;
	const char *phrase = set_fields(taken, &status);

	if (phrase) {
		gate_refuse(arrival, status, phrase);
		iwf_arena_destroy(&arena);
		return;
	}
	retransmit_begin(worker->seen, arrival->key, arrival->merge,
			 iwf_loop_now_ms(worker->loop));
	taken->older = worker->taken;
	if (worker->taken)
		worker->taken->newer = taken;
	worker->taken = taken;
	worker->taken_count++;
	worker->taken_len += taken->request.body.len;
	iwf_metric_set(&worker->metrics[SIP_M_WAITING], worker->taken_count);
	worker->edge->on_message(worker->edge, &taken->request);
}
