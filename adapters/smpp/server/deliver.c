/* See deliver.h. */
#include "server/deliver.h"

#include "server/link.h"
#include "server/notice.h"
#include "server/session.h"
#include "message/compose.h"

struct server_part {
	struct smpp_request request;
	struct server_job *job;
	struct server_part *next; /* among those that wait */
	uint32_t number;          /* from 1 */
	struct smpp_pdu pdu;
};

/* A job; everything of it lives in its arena, itself too. */
struct server_job {
	struct iwf_arena *arena;
	uint64_t id;
	uint32_t attempt;
	const struct iwf_message *msg;
	struct server_part *parts;
	uint32_t count;
	uint32_t coding;
	uint32_t open_count; /* not yet answered */
};

static void count(struct server_link *link, enum server_metric metric)
{
	iwf_metric_add(&link->metrics[metric], 1);
}

/* --- answers to the gateway --- */

/* The part, and with the last one the job, is gone after this. */
static void part_answer(struct server_link *link, struct server_part *part,
			struct iwf_report *report)
{
	struct server_job *job = part->job;
	struct iwf_arena *arena = job->arena;

	report->part = part->number;
	report->parts = job->count;
	report->coding = job->coding;
	iwf_host_report(link->base.host, job->id, report);
	if (--job->open_count)
		return;
	iwf_message_unref(&job->msg);
	iwf_arena_destroy(&arena);
	link->delivers.job_count--;
	server_link_settle(link);
}

static void part_end(struct server_link *link, struct server_part *part,
		     enum iwf_fate fate, const char *why)
{
	struct iwf_report report = {
		.fate = fate, .link_trouble = fate == IWF_FATE_QUEUED,
		.text = iwf_str_from(why),
	};

	part_answer(link, part, &report);
}

static void job_answer(struct server_link *link, const struct iwf_job *job,
		       enum iwf_fate fate, const char *why)
{
	const struct iwf_report report = {
		.fate = fate, .link_trouble = fate == IWF_FATE_QUEUED,
		.text = iwf_str_from(why),
	};

	iwf_host_report(link->base.host, job->id, &report);
}

/* --- what waits --- */

static void part_append(struct server_delivers *all, struct server_part *part)
{
	part->next = NULL;
	if (all->last)
		all->last->next = part;
	else
		all->first = part;
	all->last = part;
	all->waiting_count++;
}

static struct server_part *part_shift(struct server_delivers *all)
{
	struct server_part *part = all->first;

	if (!part)
		return NULL;
	all->first = part->next;
	if (!all->first)
		all->last = NULL;
	all->waiting_count--;
	return part;
}

/* Ends every waiting part of the job; 0: of all jobs. */
static void waiting_end(struct server_link *link, uint64_t job_id,
			enum iwf_fate fate, const char *why)
{
	struct server_delivers *all = &link->delivers;

	for (size_t left = all->waiting_count; left; left--) {
		struct server_part *part = part_shift(all);

		if (job_id && part->job->id != job_id)
			part_append(all, part);
		else
			part_end(link, part, fate, why);
	}
}

void server_deliver_flush(struct server_link *link, const char *why)
{
	waiting_end(link, 0, IWF_FATE_QUEUED, why);
}

void server_deliver_cancel(struct iwf_link *base, uint64_t job_id)
{
	struct server_link *link = server_link_of(base);

	waiting_end(link, job_id, IWF_FATE_FAILED, "cancelled");
	server_deliver_pump(link);
}

/* --- writing --- */

static struct server_session *session_select(struct server_link *link)
{
	struct server_session *best = NULL;

	for (struct server_session *session = link->sessions; session;
	     session = session->next)
		if (server_session_can_send(session) &&
		    (!best || session->window.count < best->window.count))
			best = session;
	return best;
}

static void part_write(struct server_link *link, struct server_session *session,
		       struct server_part *part)
{
	if (server_session_send(session, &part->request, &part->pdu)) {
		part_end(link, part, IWF_FATE_FAILED,
			 "a field does not fit into a deliver_sm");
		return;
	}
	link->delivers.written_count++;
	count(link, SERVER_METRIC_DELIVER_TOTAL);
}

static void room_tell(struct server_link *link)
{
	const struct server_delivers *all = &link->delivers;
	size_t used = all->waiting_count + all->written_count;
	size_t slots = 0;

	for (const struct server_session *session = link->sessions; session;
	     session = session->next)
		if (session->role & SERVER_ROLE_HEARS && !session->is_leaving)
			slots += session->window.limit;
	iwf_metric_set(&link->metrics[SERVER_METRIC_WINDOW_USED],
		       (int64_t)all->written_count);
	iwf_host_room(link->base.host, link->state == IWF_LINK_UP &&
		      slots > used ? (unsigned)(slots - used) : 0);
}

void server_deliver_pump(struct server_link *link)
{
	struct server_session *session;

	if (link->is_closing)
		return;
	while (link->delivers.first && (session = session_select(link)))
		part_write(link, session, part_shift(&link->delivers));
	room_tell(link);
}

/* --- jobs --- */

static enum iwf_err addresses_put(struct server_link *link,
				  struct server_job *job, struct smpp_pdu *pdu)
{
	struct smpp_number_rules rules;
	struct smpp_address address;
	enum iwf_err err;

	smpp_compose_rules(&link->wording, &rules);
	err = smpp_address_format(job->arena, &job->msg->from, &rules,
				  &address);
	if (err)
		return err;
	pdu->source_ton = address.ton;
	pdu->source_npi = address.npi;
	pdu->source_addr = address.digits;
	err = smpp_address_format(job->arena, &job->msg->to, &rules, &address);
	pdu->dest_ton = address.ton;
	pdu->dest_npi = address.npi;
	pdu->dest_addr = address.digits;
	return err;
}

static void parts_create(struct server_job *job, uint32_t count)
{
	job->count = count;
	job->parts = IWF_ARENA_ARRAY(job->arena, struct server_part, count);
	for (uint32_t i = 0; i < count; i++) {
		job->parts[i].job = job;
		job->parts[i].number = i + 1;
	}
}

static enum iwf_err notice_compose(struct server_link *link,
				   struct server_job *job, struct iwf_why *why)
{
	struct smpp_pdu pdu = { .header.id = SMPP_DELIVER_SM };
	uint32_t count = server_notice_count(job->msg);

	if (addresses_put(link, job, &pdu))
		return iwf_why_set(why, IWF_E_UNSUPPORTED, 0,
				   "an address has no form in SMPP");
	parts_create(job, count);
	for (uint32_t i = 0; i < count; i++) {
		job->parts[i].pdu = pdu;
		server_notice_put(job->arena, job->msg, i + 1,
				  &job->parts[i].pdu);
	}
	return IWF_OK;
}

static enum iwf_err text_compose(struct server_link *link,
				 struct server_job *job,
				 const struct iwf_job *from, bool *is_recut,
				 struct iwf_why *why)
{
	struct smpp_draft *draft = IWF_ARENA_NEW(job->arena, struct smpp_draft);
	enum iwf_err err = smpp_compose(job->arena, &link->wording, from,
					iwf_loop_wall_ms(link->loop), draft,
					why);

	if (err)
		return err;
	*is_recut = draft->is_recut;
	job->coding = (uint32_t)draft->split.coding;
	parts_create(job, (uint32_t)draft->split.count);
	for (uint32_t i = 0; i < job->count; i++) {
		smpp_compose_part(job->arena, draft, i + 1,
				  &job->parts[i].pdu);
		job->parts[i].pdu.header.id = SMPP_DELIVER_SM;
		job->parts[i].pdu.validity_period = IWF_STR_NONE;
	}
	return IWF_OK;
}

static void job_start(struct server_link *link, struct server_job *job,
		      const struct iwf_job *from, bool is_recut)
{
	link->delivers.job_count++;
	for (uint32_t i = 0; i < job->count; i++) {
		if (!is_recut && iwf_job_is_done(from, i + 1))
			continue;
		job->open_count++;
		part_append(&link->delivers, &job->parts[i]);
	}
	if (job->open_count)
		return;
	job_answer(link, from, IWF_FATE_SENT, "sent before");
	link->delivers.job_count--;
	iwf_message_unref(&job->msg);
	iwf_arena_destroy(&(struct iwf_arena *){ job->arena });
}

static void job_take(struct server_link *link, const struct iwf_job *from)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct server_job *job = IWF_ARENA_NEW(arena, struct server_job);
	bool is_notice = from->msg->kind == IWF_KIND_REPORT;
	struct iwf_why why = { 0 };
	bool is_recut = false;
	enum iwf_err err;

	job->arena = arena;
	job->id = from->id;
	job->attempt = from->attempt;
	job->msg = iwf_message_ref(from->msg);
	err = is_notice ? notice_compose(link, job, &why) :
		text_compose(link, job, from, &is_recut, &why);
	if (!err) {
		job_start(link, job, from, is_recut);
		return;
	}
	job_answer(link, from, IWF_FATE_FAILED, why.text);
	iwf_message_unref(&job->msg);
	iwf_arena_destroy(&arena);
}

void server_deliver(struct iwf_link *base, const struct iwf_job *job)
{
	struct server_link *link = server_link_of(base);

	if (job->msg->kind == IWF_KIND_REPORT &&
	    !server_notice_count(job->msg))
		job_answer(link, job, IWF_FATE_SENT, "no receipt tells this");
	else if (link->state != IWF_LINK_UP)
		job_answer(link, job, IWF_FATE_QUEUED, "nobody hears");
	else
		job_take(link, job);
	server_deliver_pump(link);
}

/* --- answers of the application --- */

static void part_refused(struct server_link *link, struct server_part *part,
			 uint32_t code)
{
	const struct smpp_status *status = smpp_status_get(code);
	bool is_worn = status->max_tries &&
		part->job->attempt >= status->max_tries;
	struct iwf_report report = {
		.fate = is_worn ? IWF_FATE_FAILED : status->fate,
		.code = code, .text = iwf_str_from(status->name),
		.forbidden = status->forbidden,
	};
	uint64_t job_id = part->job->id;

	report.link_trouble = report.fate == IWF_FATE_QUEUED &&
		status->link_trouble;
	/* Half a message is of no use: the rest stays here. */
	if (report.fate == IWF_FATE_FAILED) {
		waiting_end(link, job_id, IWF_FATE_FAILED,
			    "another part was refused");
	}
	part_answer(link, part, &report);
}

/* The application is the recipient: what it took over is delivered (SMPP 3.4
 * 4.6), and nobody else will tell. */
static void part_delivered(struct server_link *link, struct server_part *part)
{
	bool is_awaited = part->job->msg->kind == IWF_KIND_MESSAGE &&
		part->job->msg->want & IWF_WANT_DELIVERED;
	char id[SERVER_ID_SIZE];
	struct iwf_report report = { .fate = IWF_FATE_SENT };
	struct iwf_report later = {
		.fate = IWF_FATE_DELIVERED, .remote_count = 1,
		.happened_at_ms = iwf_loop_wall_ms(link->loop),
	};

	server_id_format(id, part->job->id, part->number);
	later.remote_ids[0] = iwf_str_from(id);
	if (is_awaited) {
		report.remote_ids[0] = later.remote_ids[0];
		report.remote_count = 1;
	}
	part_answer(link, part, &report);
	if (is_awaited)
		iwf_host_report_remote(link->base.host, &later, NULL, 0);
}

static void part_answered(struct server_link *link, struct server_part *part,
			  const struct smpp_pdu *pdu)
{
	uint32_t code = pdu->header.status;

	/* A nack without a reason is no consent. */
	if (pdu->header.id == SMPP_GENERIC_NACK && code == SMPP_ROK)
		code = SMPP_RUNKNOWNERR;
	if (code != SMPP_ROK) {
		part_refused(link, part, code);
		return;
	}
	count(link, SERVER_METRIC_DELIVER_OK);
	part_delivered(link, part);
}

void server_deliver_on_end(struct server_link *link,
			   struct smpp_request *request, enum server_end end,
			   const struct smpp_pdu *pdu)
{
	struct server_part *part =
		IWF_CONTAINER(request, struct server_part, request);

	link->delivers.written_count--;
	if (end == SERVER_END_ANSWERED) {
		part_answered(link, part, pdu);
		return;
	}
	count(link, SERVER_METRIC_DELIVER_UNSURE);
	if (end == SERVER_END_TIMEOUT)
		iwf_log_seldom(link->log, "unanswered",
			       "command=deliver_sm sequence=%u",
			       request->sequence);
	part_end(link, part, IWF_FATE_UNSURE, end == SERVER_END_TIMEOUT ?
		 "no answer to the deliver_sm" :
		 "the connection ended before the answer");
}
