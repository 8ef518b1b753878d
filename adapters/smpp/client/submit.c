/* See submit.h. */
#include "message/compose.h"
#include "client/link.h"

static void count(struct smpp_link *link, enum smpp_metric metric)
{
	iwf_metric_add(&link->metrics[metric], 1);
}

void smpp_submit_flush(struct smpp_link *link, const char *why,
		       uint32_t retry_ms)
{
	struct smpp_part *part;

	while ((part = smpp_queue_shift(&link->queue)))
		smpp_part_requeue(link, part, why, retry_ms);
	smpp_asks_flush(link, why);
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

/* To wait for a bind that never comes would help nobody. */
static void job_unsendable(struct smpp_link *link, const struct iwf_job *job)
{
	if (job->msg->kind == IWF_KIND_REPORT)
		job_answer(link, job, IWF_FATE_SENT,
			   "no way to tell it: the link only receives");
	else
		job_answer(link, job, IWF_FATE_FAILED,
			   "the link only receives (bind = receiver)");
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

	if (link->conf->bind == SMPP_BIND_MODE_RECEIVER)
		job_unsendable(link, job);
	else if (!is_tellable(job->msg))
		job_answer(link, job, IWF_FATE_SENT, "nothing to tell by SMS");
	else if (!smpp_link_is_up(link))
		job_answer(link, job, IWF_FATE_QUEUED, "the link is not up");
	else
		job_take(link, job);
	smpp_pump(link);
}

void smpp_submit_cancel(struct iwf_link *base, uint64_t job_id)
{
	struct smpp_link *link = smpp_link_of(base);
	struct smpp_sending *sending = link->queue.first_job;

	while (sending && sending->job_id != job_id)
		sending = sending->older;
	if (!sending)
		return;
	sending->over = "cancelled";
	smpp_parts_fail(link, smpp_queue_extract(&link->queue, sending), 0,
			sending->over);
	smpp_pump(link);
}
