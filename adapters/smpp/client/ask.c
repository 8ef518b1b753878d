/* See ask.h. */
#include "message/compose.h"
#include "client/link.h"
#include "wire/receipt.h"

/* Everything of it lives in its arena, itself too. */
struct smpp_ask {
	struct smpp_request request;
	struct smpp_ask *next;
	struct iwf_arena *arena;
	struct smpp_pdu pdu;
	uint64_t job_id;
	const struct iwf_message *msg;
};

static void ask_free(struct smpp_link *link, struct smpp_ask *ask)
{
	struct iwf_arena *arena = ask->arena;

	link->asks.count--;
	iwf_message_unref(&ask->msg);
	iwf_arena_destroy(&arena);
}

/* --- what the gateway is told --- */

static void query_answer(struct smpp_link *link, uint64_t job_id,
			 enum iwf_fate fate, const char *why)
{
	const struct iwf_report report = {
		.fate = fate, .link_trouble = fate == IWF_FATE_QUEUED,
		.text = iwf_str_from(why),
	};

	iwf_host_report(link->base.host, job_id, &report);
}

static void query_known(struct smpp_link *link, const struct smpp_ask *ask,
			const struct smpp_pdu *pdu)
{
	enum iwf_fate fate =
		smpp_state_fate((enum smpp_state)pdu->message_state);
	struct iwf_report report = {
		/* The SMSC has it, and that is all there is to say yet. */
		.fate = fate == IWF_FATE_NONE ? IWF_FATE_SENT : fate,
		.code = pdu->error_code, .text = IWF_STR("query_sm_resp"),
		.remote_ids = { smpp_id_normal(ask->arena,
					       ask->pdu.message_id) },
		.remote_count = 1,
	};

	iwf_host_report(link->base.host, ask->job_id, &report);
}

static bool is_refused(const struct smpp_pdu *pdu)
{
	return pdu->header.status || pdu->header.id == SMPP_GENERIC_NACK;
}

static void query_end(struct smpp_link *link, const struct smpp_ask *ask,
		      enum smpp_end end, const struct smpp_pdu *pdu)
{
	if (end == SMPP_ENDED_LOST)
		query_answer(link, ask->job_id, IWF_FATE_QUEUED,
			     "the connection ended before the answer");
	else if (end == SMPP_ENDED_TIMEOUT)
		query_answer(link, ask->job_id, IWF_FATE_UNSURE,
			     "no answer to the query_sm");
	else if (is_refused(pdu) || pdu->message_state == SMPP_STATE_UNKNOWN ||
		 pdu->message_state > SMPP_STATE_SKIPPED)
		query_answer(link, ask->job_id, IWF_FATE_UNSURE,
			     "the SMSC does not know");
	else
		query_known(link, ask, pdu);
}

static void cancel_end(struct smpp_link *link, const struct smpp_ask *ask,
		       enum smpp_end end, const struct smpp_pdu *pdu)
{
	struct iwf_report report = {
		.fate = IWF_FATE_CANCELLED,
		.text = IWF_STR("cancel_sm_resp"),
		.remote_ids = { smpp_id_normal(ask->arena,
					       ask->pdu.message_id) },
		.remote_count = 1, .from = ask->msg->from, .to = ask->msg->to,
		.happened_at_ms = iwf_loop_wall_ms(link->loop),
	};

	if (end == SMPP_ENDED_ANSWERED && !is_refused(pdu)) {
		iwf_host_report_remote(link->base.host, &report, NULL, 0);
		return;
	}
	iwf_log_info(link->log, "not_cancelled", "dlv=%llu status=%s",
		     (unsigned long long)ask->job_id,
		     end == SMPP_ENDED_ANSWERED ?
		     smpp_status_get(pdu->header.status)->name : "none");
}

/* --- asking --- */

static void ask_append(struct smpp_link *link, struct smpp_ask *ask)
{
	if (link->asks.last)
		link->asks.last->next = ask;
	else
		link->asks.first = ask;
	link->asks.last = ask;
}

static struct smpp_ask *ask_shift(struct smpp_link *link)
{
	struct smpp_ask *ask = link->asks.first;

	if (!ask)
		return NULL;
	link->asks.first = ask->next;
	if (!ask->next)
		link->asks.last = NULL;
	return ask;
}

/* The addresses must be those of the submit_sm. */
static struct smpp_ask *ask_open(struct smpp_link *link, uint32_t command,
				 const struct iwf_job *job, struct iwf_str id)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_ask *ask = IWF_ARENA_NEW(arena, struct smpp_ask);
	struct smpp_draft draft;

	ask->arena = arena;
	ask->job_id = job->id;
	ask->msg = iwf_message_ref(job->msg);
	if (smpp_compose(arena, link->conf, job, iwf_loop_wall_ms(link->loop),
			 &draft, NULL) == IWF_OK)
		ask->pdu = draft.pdu;
	ask->pdu.header.id = command;
	ask->pdu.message_id = iwf_arena_copy(arena, id);
	link->asks.count++;
	return ask;
}

void smpp_query(struct iwf_link *base, const struct iwf_job *job)
{
	struct smpp_link *link = smpp_link_of(base);

	if (!smpp_link_is_up(link))
		query_answer(link, job->id, IWF_FATE_QUEUED,
			     "the link is not up");
	else if (!job->remote.len || job->parts > 1)
		query_answer(link, job->id, IWF_FATE_UNSURE,
			     "query_sm needs the SMSC's id, which never came");
	else
		ask_append(link, ask_open(link, SMPP_QUERY_SM, job,
					  job->remote));
	smpp_pump(link);
}

void smpp_revoke(struct iwf_link *base, const struct iwf_job *job)
{
	struct smpp_link *link = smpp_link_of(base);
	struct iwf_str rest = job->remote;
	struct iwf_str id;

	while (smpp_link_is_up(link) && iwf_str_split(&rest, ',', &id))
		ask_append(link, ask_open(link, SMPP_CANCEL_SM, job, id));
	smpp_pump(link);
}

void smpp_ask_write(struct smpp_link *link, struct smpp_session *session)
{
	struct smpp_ask *ask = ask_shift(link);

	if (smpp_session_send(session, &ask->request, &ask->pdu) == IWF_OK)
		return;
	if (ask->pdu.header.id == SMPP_QUERY_SM)
		query_answer(link, ask->job_id, IWF_FATE_UNSURE,
			     "the id does not fit into a query_sm");
	ask_free(link, ask);
}

void smpp_ask_on_end(struct smpp_link *link, struct smpp_request *request,
		     enum smpp_end end, const struct smpp_pdu *pdu)
{
	struct smpp_ask *ask = IWF_CONTAINER(request, struct smpp_ask,
					     request);

	if (request->command == SMPP_QUERY_SM)
		query_end(link, ask, end, pdu);
	else
		cancel_end(link, ask, end, pdu);
	ask_free(link, ask);
}

void smpp_asks_flush(struct smpp_link *link, const char *why)
{
	struct smpp_ask *ask;

	while ((ask = ask_shift(link))) {
		if (ask->pdu.header.id == SMPP_QUERY_SM)
			query_answer(link, ask->job_id, IWF_FATE_QUEUED, why);
		ask_free(link, ask);
	}
}
