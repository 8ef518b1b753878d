/* See answer.h. */
#include "client/habit.h"
#include "client/link.h"
#include "wire/receipt.h"

/* So often a queue may be full for one message while others are taken. */
#define FULL_TRIES 3

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

void smpp_part_requeue(struct smpp_link *link, struct smpp_part *part,
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

void smpp_parts_fail(struct smpp_link *link, struct smpp_part *part,
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

/* --- answers from the SMSC --- */

static void part_sent(struct smpp_link *link, struct smpp_part *part,
		      const struct smpp_pdu *pdu)
{
	struct iwf_arena *arena = part->sending->arena;
	struct iwf_report report = { .fate = IWF_FATE_SENT };

	count(link, SMPP_METRIC_SUBMIT_OK);
	link->queue.taken_count++;
	if (!iwf_str_is_empty(pdu->message_id)) {
		report.remote_ids[0] = smpp_id_normal(arena, pdu->message_id);
		/* query_sm and cancel_sm must spell it as the SMSC did. */
		report.remote_ids[1] = pdu->message_id;
		report.remote_count = iwf_str_eq(report.remote_ids[0],
						 pdu->message_id) ? 1 : 2;
	}
	part_answer(link, part, &report);
}

/* ESME_RMSGQFUL may speak of the recipient's queue alone: others are taken, and
 * this one never is. Then it is the message's own trouble. */
static bool is_own_trouble(const struct smpp_link *link,
			   struct smpp_part *part, uint32_t code)
{
	if (code != SMPP_RMSGQFUL)
		return false;
	if (part->taken_before != link->queue.taken_count)
		part->full_count++;
	part->taken_before = link->queue.taken_count;
	return part->full_count > FULL_TRIES;
}

static void part_full(struct smpp_link *link, struct smpp_part *part,
		      const struct smpp_status *status)
{
	struct iwf_report report = {
		.fate = IWF_FATE_QUEUED, .code = status->code,
		.text = IWF_STR("the SMSC's queue for this recipient is full"),
	};

	part_answer(link, part, &report);
}

/* It surely was not taken: it goes again, and the bind slower. */
static void part_throttled(struct smpp_link *link, struct smpp_part *part,
			   const struct smpp_status *status, uint32_t code)
{
	count(link, SMPP_METRIC_SUBMIT_THROTTLED);
	part->next = NULL;
	if (part->sending->over)
		smpp_parts_fail(link, part, code, part->sending->over);
	else if (!smpp_link_is_up(link))
		smpp_part_requeue(link, part, status->name, 0);
	else if (is_own_trouble(link, part, code))
		part_full(link, part, status);
	else if (code == SMPP_RMSGQFUL)
		/* Let another one see if it is only this one. */
		smpp_queue_append(&link->queue, part);
	else
		smpp_queue_return(&link->queue, part);
}

static bool part_retry(struct smpp_link *link, struct smpp_part *part,
		       const struct smpp_status *status)
{
	/* We send no parameters that could be left out. */
	if (status->again == SMPP_AGAIN_SAME ||
	    status->again == SMPP_AGAIN_NO_TLVS ||
	    (status->again == SMPP_AGAIN_STAND_IN &&
	     !part->sending->draft.stand_in.digits.len) ||
	    part->varied != SMPP_AGAIN_SAME || part->sending->over ||
	    !smpp_link_is_up(link))
		return false;
	part->varied = status->again;
	count(link, SMPP_METRIC_SUBMIT_VARIED);
	iwf_log_debug(link->log, "varied", "dlv=%llu part=%u status=%s",
		      (unsigned long long)part->sending->job_id, part->number,
		      status->name);
	smpp_queue_return(&link->queue, part);
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
		sending->over = "another part was refused";
		smpp_parts_fail(link, smpp_queue_extract(&link->queue, sending),
				code, sending->over);
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
	status = smpp_habit_status(link->conf, code);
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

void smpp_part_on_end(struct smpp_link *link, struct smpp_session *session,
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
void smpp_part_on_late(struct smpp_link *link, struct smpp_session *session,
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
