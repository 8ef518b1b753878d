/* See answer.h. */
#include "server/answer.h"

#include "server/link.h"
#include "server/session.h"
#include "wire/multi.h"

#include <stdlib.h>

static void multi_answer(struct server_session *session,
			 const struct server_submit *submit, const char *id,
			 uint32_t status)
{
	struct smpp_unsuccess *failed = IWF_ARENA_ARRAY(
		session->arena, struct smpp_unsuccess, submit->count);
	struct smpp_multi_answer out = {
		.status = status, .sequence = submit->sequence,
		.message_id = iwf_str_from(id), .failed = failed,
	};
	struct iwf_buf buf = { 0 };

	for (uint32_t i = 0; i < submit->count; i++) {
		const struct server_submit_dest *at = &submit->dests[i];

		if (at->status != SMPP_ROK)
			failed[out.failed_count++] = (struct smpp_unsuccess){
				at->dest.ton, at->dest.npi,
				iwf_str_from(at->addr), at->status
			};
	}
	if (!smpp_multi_format(&buf, &out))
		iwf_stream_send(session->stream, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
}

static void submit_answer(struct server_session *session,
			  const struct server_submit *submit)
{
	char id[SERVER_ID_SIZE] = "";
	uint32_t status = submit->good ? (uint32_t)SMPP_ROK :
		submit->dests[0].status;

	if (submit->good)
		server_id_format(id, submit->id, submit->part);
	if (submit->command == SMPP_SUBMIT_MULTI) {
		multi_answer(session, submit, id, status);
	} else {
		const struct smpp_pdu out = {
			.header = { .id = submit->command | SMPP_RESPONSE,
				    .status = status,
				    .sequence = submit->sequence },
			.message_id = iwf_str_from(id),
		};

		server_session_write(session, &out);
	}
}

void server_answer_count(struct server_link *link, uint32_t status)
{
	if (status == SMPP_ROK)
		return;
	iwf_metric_add(&link->metrics[SERVER_METRIC_SUBMIT_REFUSED], 1);
	if (status == SMPP_RTHROTTLED)
		iwf_metric_add(&link->metrics[SERVER_METRIC_SUBMIT_THROTTLED],
			       1);
}

void server_answer(struct server_link *link, struct server_submit *submit)
{
	struct server_session *session = server_link_find(link,
							  submit->session);

	smpp_window_take(&link->submits.window, submit->request.sequence);
	iwf_metric_add(&link->metrics[SERVER_METRIC_SUBMIT_WAITING], -1);
	if (session) {
		session->waiting_count--;
		submit_answer(session, submit);
	}
	if (!submit->good)
		server_answer_count(link, submit->dests[0].status);
	free(submit);
}

static struct server_submit *submit_find(struct server_link *link, uint64_t tag)
{
	struct smpp_window *window = &link->submits.window;
	uint32_t number = (uint32_t)(tag >> SERVER_TAG_SHIFT);
	struct smpp_request *request =
		window->buckets[number & (window->bucket_count - 1)];

	while (request && request->sequence != number)
		request = request->chain;
	return request ? IWF_CONTAINER(request, struct server_submit, request) : NULL;
}

/* A part that comes again is told what it was told before. */
static void part_note(struct server_link *link, struct server_submit *submit,
		      const struct iwf_verdict *verdict)
{
	const struct server_known_row row = {
		.id = submit->id, .set = submit->set, .part = submit->part,
	};

	if (verdict->result == IWF_RESULT_ACCEPTED)
		server_known_add(&link->known, &row);
	else if (!server_known_has(&link->known, submit->id, submit->part) &&
		 server_known_has(&link->known, submit->former, submit->part))
		submit->id = submit->former;
	if (verdict->id)
		server_known_join(&link->known, submit->set, verdict->id);
}

/* Of a list that comes again, what was accepted then has its receipts under the
 * id of then. */
static void whole_note(struct server_link *link, struct server_submit *submit,
		       const struct server_submit_dest *dest,
		       const struct iwf_verdict *verdict)
{
	bool is_copy = verdict->result == IWF_RESULT_DUPLICATE;
	uint64_t message = is_copy ? verdict->original_id : verdict->id;
	uint64_t list = is_copy ? server_known_list(&link->known, message) : 0;
	const struct server_known_row row = {
		.id = submit->id, .message = message,
		.dest = server_dest_hash(iwf_str_from(dest->addr)),
	};

	if (submit->id && !is_copy)
		server_known_add(&link->known, &row);
	if (list)
		submit->id = list;
	else if (!submit->id)
		submit->id = message;
}

void server_answer_on_done(struct iwf_link *base, uint64_t tag,
			   const struct iwf_verdict *verdict)
{
	struct server_link *link = server_link_of(base);
	struct server_submit *submit = submit_find(link, tag);
	uint32_t status = smpp_status_from_verdict(verdict);
	struct server_submit_dest *dest;

	if (!submit)
		return;
	dest = &submit->dests[tag & ((1u << SERVER_TAG_SHIFT) - 1)];
	dest->status = status;
	if (status == SMPP_ROK) {
		submit->good++;
		if (submit->part)
			part_note(link, submit, verdict);
		else
			whole_note(link, submit, dest, verdict);
		/* Its connection is gone: it will be sent again. */
		if (!server_link_find(link, submit->session))
			iwf_host_untold(base->host, verdict->id);
	}
	if (--submit->left == 0)
		server_answer(link, submit);
}
