/* See submit.h. */
#include "client/compose.h"
#include "client/link.h"
#include "wire/receipt.h"

#include <stdlib.h>

static void count(struct smpp_link *link, enum smpp_metric metric)
{
	iwf_metric_add(&link->metrics[metric], 1);
}

/* --- answers to the gateway --- */

/* The part, and with its last part the job, is gone after this. */
static void part_answer(struct smpp_link *link, struct smpp_part *part,
			struct iwf_report *report)
{
	struct smpp_sending *sending = part->sending;

	report->part = part->number;
	report->parts = (uint32_t)sending->draft.split.count;
	report->coding = sending->draft.split.coding;
	iwf_host_report(link->base.host, sending->job_id, report);
	if (--sending->open_count == 0)
		smpp_sending_destroy(&link->queue, sending);
}

static void part_requeue(struct smpp_link *link, struct smpp_part *part,
			 const char *why, uint32_t retry_ms)
{
	struct iwf_report report = {
		.fate = IWF_FATE_QUEUED,
		.link_trouble = true,
		.retry_after_ms = retry_ms,
		.text = iwf_str_from(why),
	};

	part_answer(link, part, &report);
}

static void parts_fail(struct smpp_link *link, struct smpp_part *part,
		       uint32_t code, const char *why)
{
	while (part) {
		struct smpp_part *next = part->next;
		struct iwf_report report = {
			.fate = IWF_FATE_FAILED,
			.code = code,
			.text = iwf_str_from(why),
		};

		part_answer(link, part, &report);
		part = next;
	}
}

void smpp_submit_flush(struct smpp_link *link, const char *why,
		       uint32_t retry_ms)
{
	struct smpp_part *part;

	while ((part = smpp_queue_shift(&link->queue)))
		part_requeue(link, part, why, retry_ms);
}

/* --- writing --- */

static void vary(struct smpp_pdu *pdu, const struct smpp_draft *draft,
		 enum smpp_again varied)
{
	if (varied == SMPP_AGAIN_STAND_IN)
		smpp_compose_source(pdu, &draft->stand_in);
	if (varied == SMPP_AGAIN_NO_RECEIPT)
		pdu->registered_delivery = 0;
	if (varied == SMPP_AGAIN_NO_VALIDITY)
		pdu->validity_period = IWF_STR_NONE;
}

static void part_write(struct smpp_link *link, struct smpp_session *session,
		       struct smpp_part *part)
{
	struct smpp_sending *sending = part->sending;
	struct smpp_pdu pdu;
	enum iwf_err err;

	smpp_compose_part(sending->arena, &sending->draft, part->number, &pdu);
	vary(&pdu, &sending->draft, part->varied);
	part->generation = session->generation;
	part->written_at_ms = iwf_loop_wall_ms(link->loop);
	err = smpp_session_send(session, &part->request, &pdu);
	if (err) {
		part->next = NULL;
		parts_fail(link, part, SMPP_RSUBMITFAIL,
			   "a field does not fit into a submit_sm");
		return;
	}
	link->queue.written_count++;
	count(link, SMPP_METRIC_SUBMIT_TOTAL);
	smpp_pace_on_sent(&link->pace, iwf_loop_now_ms(link->loop));
}

static void on_pace_timer(struct iwf_timer *timer)
{
	smpp_submit_pump(IWF_CONTAINER(timer, struct smpp_link, pace_timer));
}

static size_t slot_count(const struct smpp_link *link)
{
	size_t slots = 0;

	for (size_t i = 0; i < link->session_count; i++) {
		const struct smpp_session *session = &link->sessions[i];

		if (smpp_session_is_bound(session) &&
		    session->role != SMPP_ROLE_RECEIVER)
			slots += session->window.limit;
	}
	return slots < link->pace.allowance ? slots : link->pace.allowance;
}

static void room_tell(struct smpp_link *link)
{
	size_t used = link->queue.waiting_count + link->queue.written_count;
	size_t slots = slot_count(link);
	bool is_open = smpp_link_is_up(link) &&
		iwf_loop_now_ms(link->loop) >= link->pace.paused_until_ms;

	iwf_metric_set(&link->metrics[SMPP_METRIC_WINDOW_USED],
		       (int64_t)link->queue.written_count);
	iwf_host_room(link->base.host, is_open && slots > used ?
		      (unsigned)(slots - used) : 0);
}

void smpp_submit_pump(struct smpp_link *link)
{
	struct smpp_queue *queue = &link->queue;
	struct smpp_session *session;
	int64_t wait_ms = 0;

	if (link->is_closing)
		return;
	while (queue->first && smpp_link_is_up(link) &&
	       queue->written_count < link->pace.allowance) {
		wait_ms = smpp_pace_wait_ms(&link->pace,
					    iwf_loop_now_ms(link->loop));
		session = wait_ms ? NULL : smpp_link_select(link);
		if (!session)
			break;
		part_write(link, session, smpp_queue_shift(queue));
	}
	if (link->pace.paused_until_ms > iwf_loop_now_ms(link->loop))
		wait_ms = link->pace.paused_until_ms -
			iwf_loop_now_ms(link->loop);
	if (wait_ms)
		iwf_timer_start(link->loop, &link->pace_timer, wait_ms,
				on_pace_timer);
	room_tell(link);
}

/* --- jobs from the gateway --- */

static void job_answer(struct smpp_link *link, const struct iwf_job *job,
		       enum iwf_fate fate, const char *why)
{
	const struct iwf_report report = {
		.fate = fate,
		.link_trouble = fate == IWF_FATE_QUEUED,
		.text = iwf_str_from(why),
	};

	if (fate == IWF_FATE_FAILED)
		count(link, SMPP_METRIC_SUBMIT_FAILED);
	iwf_host_report(link->base.host, job->id, &report);
}

/* A number of SMS asks for nothing but the delivery to be acknowledged, so no
 * other fate has a way to be told. */
static bool is_tellable(const struct iwf_message *msg)
{
	return msg->kind != IWF_KIND_REPORT ||
		msg->fate == IWF_FATE_DELIVERED;
}

static void sending_open(struct smpp_link *link, const struct iwf_job *job,
			 struct smpp_sending *sending)
{
	struct smpp_queue *queue = &link->queue;
	size_t part_count = sending->draft.split.count;

	sending->job_id = job->id;
	sending->attempt = job->attempt;
	sending->msg = iwf_message_ref(job->msg);
	sending->parts = IWF_ARENA_ARRAY(sending->arena, struct smpp_part,
					 part_count);
	smpp_queue_add(queue, sending);
	for (uint32_t i = 0; i < part_count; i++) {
		struct smpp_part *part = &sending->parts[i];

		part->sending = sending;
		part->number = i + 1;
		if (!sending->draft.is_recut && iwf_job_is_done(job, i + 1))
			continue;
		sending->open_count++;
		smpp_queue_append(queue, part);
	}
}

static void job_take(struct smpp_link *link, const struct iwf_job *job)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_sending *sending = IWF_ARENA_NEW(arena, struct smpp_sending);
	struct iwf_why why = { 0 };

	sending->arena = arena;
	if (smpp_compose(arena, link->conf, job,
			 iwf_loop_wall_ms(link->loop), &sending->draft, &why)) {
		job_answer(link, job, IWF_FATE_FAILED, why.text);
		iwf_arena_destroy(&arena);
		return;
	}
	if (sending->draft.is_recut)
		count(link, SMPP_METRIC_RECUT);
	if (sending->draft.split.cut.way.plain)
		count(link, SMPP_METRIC_PLAIN);
	sending_open(link, job, sending);
	/* Every part was done before: the job is what it was. */
	if (!sending->open_count) {
		job_answer(link, job, IWF_FATE_SENT, "sent before");
		smpp_sending_destroy(&link->queue, sending);
	}
}

void smpp_submit(struct iwf_link *base, const struct iwf_job *job)
{
	struct smpp_link *link = smpp_link_of(base);

	if (!is_tellable(job->msg))
		job_answer(link, job, IWF_FATE_SENT, "nothing to tell by SMS");
	else if (!smpp_link_is_up(link))
		job_answer(link, job, IWF_FATE_QUEUED, "the link is not up");
	else
		job_take(link, job);
	smpp_submit_pump(link);
}

void smpp_submit_cancel(struct iwf_link *base, uint64_t job_id)
{
	struct smpp_link *link = smpp_link_of(base);
	struct smpp_sending *sending = link->queue.first_job;

	while (sending && sending->job_id != job_id)
		sending = sending->older;
	if (!sending)
		return;
	parts_fail(link, smpp_queue_extract(&link->queue, sending), 0, "cancelled");
	smpp_submit_pump(link);
}

/* --- answers from the SMSC --- */

static void part_sent(struct smpp_link *link, struct smpp_part *part,
		      const struct smpp_pdu *pdu)
{
	struct iwf_arena *arena = part->sending->arena;
	struct iwf_report report = { .fate = IWF_FATE_SENT };

	count(link, SMPP_METRIC_SUBMIT_OK);
	smpp_pace_on_taken(&link->pace, iwf_loop_now_ms(link->loop));
	if (!iwf_str_is_empty(pdu->message_id)) {
		report.remote_ids[0] = smpp_id_normal(arena, pdu->message_id);
		report.remote_count = 1;
	}
	part_answer(link, part, &report);
}

static void part_throttled(struct smpp_link *link, struct smpp_part *part,
			   const struct smpp_status *status, uint32_t code)
{
	int64_t pause_ms = smpp_pace_on_throttled(&link->pace,
						  iwf_loop_now_ms(link->loop));
	struct iwf_report report = {
		.fate = IWF_FATE_QUEUED, .link_trouble = true, .code = code,
		.text = iwf_str_from(status->name),
		.retry_after_ms = (uint32_t)pause_ms,
	};

	count(link, SMPP_METRIC_SUBMIT_THROTTLED);
	iwf_log_debug(link->log, "throttled", "status=%s pause_ms=%lld "
		      "allowance=%u", status->name, (long long)pause_ms,
		      link->pace.allowance);
	part_answer(link, part, &report);
	smpp_submit_flush(link, "the SMSC throttles", (uint32_t)pause_ms);
}

static bool part_retry(struct smpp_link *link, struct smpp_part *part,
		       const struct smpp_status *status)
{
	/* We send no parameters that could be left out. */
	if (status->again == SMPP_AGAIN_SAME ||
	    status->again == SMPP_AGAIN_NO_TLVS ||
	    (status->again == SMPP_AGAIN_STAND_IN &&
	     !part->sending->draft.stand_in.digits.len) ||
	    part->varied != SMPP_AGAIN_SAME || !smpp_link_is_up(link))
		return false;
	part->varied = status->again;
	count(link, SMPP_METRIC_SUBMIT_VARIED);
	iwf_log_debug(link->log, "varied", "dlv=%llu part=%u status=%s",
		      (unsigned long long)part->sending->job_id, part->number,
		      status->name);
	smpp_queue_prepend(&link->queue, part);
	return true;
}

static void part_refused(struct smpp_link *link, struct smpp_part *part,
			 const struct smpp_status *status, uint32_t code)
{
	struct smpp_sending *sending = part->sending;
	bool is_worn = status->max_tries && sending->attempt >= status->max_tries;
	struct iwf_report report = {
		.fate = is_worn ? IWF_FATE_FAILED : status->fate,
		.code = code, .text = iwf_str_from(status->name),
		.forbidden = status->forbidden,
	};

	report.link_trouble = report.fate == IWF_FATE_QUEUED &&
		status->link_trouble;
	if (report.fate == IWF_FATE_FAILED) {
		count(link, SMPP_METRIC_SUBMIT_FAILED);
		/* Half a message is of no use: the rest stays here. */
		parts_fail(link, smpp_queue_extract(&link->queue, sending), code,
			   "another part was refused");
	}
	if (status->class == SMPP_CLASS_BUG)
		iwf_log_warning(link->log, "disliked", "dlv=%llu status=%s",
				(unsigned long long)sending->job_id,
				status->name);
	part_answer(link, part, &report);
}

static void part_answered(struct smpp_link *link, struct smpp_session *session,
			  struct smpp_part *part, const struct smpp_pdu *pdu)
{
	uint32_t code = pdu->header.status;
	const struct smpp_status *status;

	/* A nack without a reason is no consent. */
	if (pdu->header.id == SMPP_GENERIC_NACK && code == SMPP_ROK)
		code = SMPP_RUNKNOWNERR;
	status = smpp_status_get(code);
	if (status->class == SMPP_CLASS_OK)
		part_sent(link, part, pdu);
	else if (status->class == SMPP_CLASS_THROTTLE)
		part_throttled(link, part, status, code);
	else if (!part_retry(link, part, status))
		part_refused(link, part, status, code);
	if (status->class == SMPP_CLASS_LINK)
		smpp_session_drop(session, status->name);
}

static void part_unsure(struct smpp_link *link, struct smpp_part *part,
			const char *why)
{
	struct iwf_report report = {
		.fate = IWF_FATE_UNSURE,
		.text = iwf_str_from(why),
	};

	count(link, SMPP_METRIC_SUBMIT_UNSURE);
	part_answer(link, part, &report);
}

static void late_remember(struct smpp_link *link, const struct smpp_part *part)
{
	const struct smpp_late_entry entry = {
		.generation = part->generation,
		.sequence = part->request.sequence,
		.job_id = part->sending->job_id,
		.part = part->number,
		.parts = (uint32_t)part->sending->draft.split.count,
		.sent_at_ms = part->written_at_ms,
		.msg = part->sending->msg,
	};

	smpp_late_push(&link->late, &entry);
}

void smpp_submit_on_end(struct smpp_link *link, struct smpp_session *session,
			struct smpp_request *request, enum smpp_end end,
			const struct smpp_pdu *pdu)
{
	struct smpp_part *part =
		IWF_CONTAINER(request, struct smpp_part, request);

	link->queue.written_count--;
	if (end == SMPP_ENDED_ANSWERED) {
		part_answered(link, session, part, pdu);
		return;
	}
	if (end == SMPP_ENDED_TIMEOUT) {
		late_remember(link, part);
		iwf_log_seldom(link->log, "unanswered", "command=submit_sm "
			       "bind=%u sequence=%u", session->number,
			       request->sequence);
	}
	part_unsure(link, part, end == SMPP_ENDED_TIMEOUT ?
		    "no answer to the submit_sm" :
		    "the connection ended before the answer");
}

/* A refusal that comes late changes nothing: the part was called unsure and
 * may have gone again. An id does: a receipt may speak of it. */
void smpp_submit_on_late(struct smpp_link *link, struct smpp_session *session,
			 const struct smpp_pdu *pdu)
{
	struct smpp_late_entry entry;
	struct iwf_report report = { .fate = IWF_FATE_SENT };
	struct iwf_arena *arena;

	if (!smpp_late_take(&link->late, session->generation,
			    pdu->header.sequence, &entry)) {
		count(link, SMPP_METRIC_UNEXPECTED_RESPONSE);
		iwf_log_seldom(link->log, "unexpected_response",
			       "bind=%u command=%s sequence=%u",
			       session->number,
			       smpp_command_name(pdu->header.id),
			       pdu->header.sequence);
		return;
	}
	count(link, SMPP_METRIC_LATE_RESPONSE);
	iwf_log_info(link->log, "late_response", "dlv=%llu part=%u status=%s",
		     (unsigned long long)entry.job_id, entry.part,
		     smpp_status_get(pdu->header.status)->name);
	if (pdu->header.status == SMPP_ROK && pdu->message_id.len) {
		arena = iwf_arena_create(0);
		report.late_job = entry.job_id;
		report.part = entry.part;
		report.parts = entry.parts;
		report.from = entry.msg->from;
		report.to = entry.msg->to;
		report.submitted_at_ms = entry.sent_at_ms;
		report.happened_at_ms = iwf_loop_wall_ms(link->loop);
		report.remote_ids[0] = smpp_id_normal(arena, pdu->message_id);
		report.remote_count = 1;
		iwf_host_report_remote(link->base.host, &report, NULL, 0);
		iwf_arena_destroy(&arena);
	}
	iwf_message_unref(&entry.msg);
}
