/* Jobs of the relay as MESSAGEs to the SIP/IP core: messages that came from
 * other services, and reports as IMDN. */
#include "cpm/cpm_priv.h"

#include "wire/imdn.h"

#include <stdlib.h>

#define PAUSE_FIRST_MS 1000
#define PAUSE_MAX_MS 30000

/* A MESSAGE on its way. The job is borrowed until it is answered. The SIP layer
 * keeps what is pending until the answer, even when the link is closed. */
struct cpm_sent {
	struct sip_pending pending;
	struct cpm_sent *next, **at;
	struct cpm_link *link;     /* NULL: closed, nobody is told */
	uint64_t job_id;
	bool is_report;
	struct iwf_arena *arena;
	struct iwf_str message_id;
	struct iwf_buf body;
};

static void sent_detach(struct cpm_sent *sent)
{
	*sent->at = sent->next;
	if (sent->next)
		sent->next->at = sent->at;
	sent->link = NULL;
}

static void sent_free(struct cpm_sent *sent)
{
	if (sent->link)
		sent_detach(sent);
	iwf_buf_free(&sent->body);
	iwf_arena_destroy(&sent->arena);
	free(sent);
}

static struct cpm_sent *sent_create(struct cpm_link *link,
				    const struct iwf_job *job)
{
	struct cpm_sent *sent = IWF_NEW(struct cpm_sent);

	sent->link = link;
	sent->job_id = job->id;
	sent->is_report = job->msg->kind == IWF_KIND_REPORT;
	sent->arena = iwf_arena_create(2048);
	sent->message_id = cpm_message_id(sent->arena, link->conf->key,
					  job->id);
	sent->next = link->sent;
	sent->at = &link->sent;
	if (sent->next)
		sent->next->at = &sent->next;
	link->sent = sent;
	return sent;
}

/* --- room, and leaving a next hop alone that is not there --- */

void cpm_announce(struct cpm_link *link)
{
	unsigned window = link->conf->window;
	bool closed = link->draining || iwf_timer_is_running(&link->pause);

	iwf_host_room(link->link.host, closed || link->outstanding >= window ?
		      0 : window - link->outstanding);
}

static void on_pause_end(struct iwf_timer *timer)
{
	struct cpm_link *link = IWF_CONTAINER(timer, struct cpm_link, pause);

	iwf_host_state(link->link.host, IWF_LINK_UP, "next hop is tried again");
	iwf_metric_set(&link->metrics[CPM_M_UP], 1);
	cpm_announce(link);
}

static void pause_link(struct cpm_link *link, const struct iwf_report *report)
{
	if (iwf_timer_is_running(&link->pause) || link->draining)
		return;
	link->pause_ms = link->pause_ms ? 2 * link->pause_ms : PAUSE_FIRST_MS;
	if (link->pause_ms > PAUSE_MAX_MS)
		link->pause_ms = PAUSE_MAX_MS;
	if (report->retry_after_ms > link->pause_ms)
		link->pause_ms = report->retry_after_ms < PAUSE_MAX_MS ?
			report->retry_after_ms : PAUSE_MAX_MS;
	iwf_timer_start(iwf_host_loop(link->link.host), &link->pause,
			link->pause_ms, on_pause_end);
	iwf_metric_add(&link->metrics[CPM_M_PAUSES], 1);
	iwf_metric_set(&link->metrics[CPM_M_UP], 0);
	iwf_host_state(link->link.host, IWF_LINK_CONNECTING,
		       report->code == 503 && report->retry_after_ms ?
		       "next hop asked to wait" : "next hop cannot be reached");
}

/* --- answers --- */

static void report_job(struct cpm_link *link, uint64_t job_id,
		       const struct iwf_report *report)
{
	iwf_host_report(link->link.host, job_id, report);
}

static void settle(struct cpm_sent *sent, struct iwf_report *report)
{
	struct cpm_link *link = sent->link;

	if (report->fate != IWF_FATE_SENT) {
		iwf_metric_add(&link->metrics[CPM_M_SEND_FAILED], 1);
	} else if (!sent->is_report) {
		report->remote_ids[0] = sent->message_id;
		report->remote_count = 1;
	}
	if (report->link_trouble)
		pause_link(link, report);
	else if (report->fate != IWF_FATE_UNSURE)
		link->pause_ms = 0; /* a refusal too comes from somebody */
	report_job(link, sent->job_id, report);
}

static void on_answer(struct sip_pending *pending, unsigned status,
		      struct iwf_str phrase, uint32_t retry_after_sec,
		      bool local)
{
	struct cpm_sent *sent = IWF_CONTAINER(pending, struct cpm_sent,
					      pending);
	struct cpm_link *link = sent->link;
	struct iwf_report report = { .part = 1, .parts = 1, .text = phrase };

	if (!link) {
		sent_free(sent);
		return;
	}
	cpm_status_to_report(status, local, retry_after_sec, &report);
	settle(sent, &report);
	sent_free(sent);
	link->outstanding--;
	cpm_announce(link);
	if (link->draining && !link->outstanding)
		iwf_host_drained(link->link.host);
}

/* --- requests --- */

static struct iwf_str imdn_want(struct iwf_arena *arena, uint32_t want)
{
	struct iwf_buf buf = { 0 };
	struct iwf_str text;

	imdn_want_format(&buf, want & (IWF_WANT_DELIVERED | IWF_WANT_FAILED |
				       IWF_WANT_DISPLAYED));
	text = iwf_arena_copy(arena, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return text;
}

static void format_text(struct cpm_sent *sent, const struct iwf_message *msg)
{
	struct iwf_arena *arena = sent->arena;
	struct iwf_loop *loop = iwf_host_loop(sent->link->link.host);
	struct cpim_header headers[2] = {
		{ .uri = IWF_STR(CPIM_NS_IMDN), .name = IWF_STR("Message-ID"),
		  .value = sent->message_id },
		{ .uri = IWF_STR(CPIM_NS_IMDN),
		  .name = IWF_STR("Disposition-Notification"),
		  .value = imdn_want(arena, msg->want) },
	};
	struct cpim_address to = { .uri = cpm_uri(arena, &msg->to) };
	struct cpim_message cpim = {
		.from.uri = cpm_sender_uri(arena, &msg->from), .to = &to, .to_count = 1,
		.datetime_ms = msg->sent_at_ms ? msg->sent_at_ms :
						 iwf_loop_wall_ms(loop),
		.headers = headers,
		.header_count = headers[1].value.len ? 2 : 1,
		.content_type = msg->content_type, .content = msg->body,
	};

	cpim_format(&sent->body, &cpim);
}

static struct iwf_str accept_contact(struct iwf_arena *arena,
				     enum service service)
{
	struct iwf_buf buf = { 0 };
	struct iwf_str text;

	iwf_buf_str_put(&buf, IWF_STR("*;"));
	service_tag_format(&buf, SERVICE_BIT(service));
	text = iwf_arena_copy(arena, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return text;
}

static void set_identities(struct cpm_sent *sent, const struct iwf_job *job,
			   struct sip_message *request)
{
	const struct iwf_message *msg = job->msg;
	enum service service = SERVICE_MSG;
	struct iwf_arena *arena = sent->arena;

	if (sent->is_report &&
	    sent->link->conf->report_service == CPM_REPORT_SYSTEMMSG)
		service = SERVICE_SYSTEMMSG;
	request->request_uri = cpm_uri(arena, &msg->to);
	request->to_uri = request->request_uri;
	request->from_uri = cpm_sender_uri(arena, &msg->from);
	/* Nothing is asserted of whom nobody knows. */
	if (msg->from.kind != IWF_ADDRESS_NONE)
		request->asserted = request->from_uri;
	request->asserted_service = service_urn(service);
	request->accept_contact = accept_contact(arena, service);
}

static void set_fields(struct cpm_sent *sent, const struct iwf_job *job,
		       struct sip_message *request)
{
	const struct iwf_message *msg = job->msg;

	request->fields[SIP_F_CONVERSATION_ID] = msg->conversation_id.len ?
		msg->conversation_id : cpm_contribution_id(sent->arena,
			sent->link->conf->key, ~job->id);
	request->fields[SIP_F_CONTRIBUTION_ID] = msg->contribution_id.len ?
		msg->contribution_id : cpm_contribution_id(sent->arena,
			sent->link->conf->key, job->id);
	request->fields[SIP_F_IN_REPLY_TO_CONTRIBUTION_ID] = msg->in_reply_to;
	request->fields[SIP_F_P_CHARGING_VECTOR] = msg->charging;
	if (!sent->is_report)
		request->fields[SIP_F_SUBJECT] = msg->subject;
}

static int64_t expires_sec(const struct cpm_link *link,
			   const struct iwf_message *msg)
{
	int64_t left_ms = msg->expires_at_ms -
			  iwf_loop_wall_ms(iwf_host_loop(link->link.host));

	if (!msg->expires_at_ms)
		return -1;
	return left_ms > 0 ? left_ms / 1000 : 0;
}

static void refuse_job(struct cpm_link *link, struct cpm_sent *sent,
		       enum iwf_err err)
{
	struct iwf_report report = {
		.fate = IWF_FATE_FAILED, .part = 1, .parts = 1, .code = 500,
		.text = IWF_STR("an address or a header field holds what "
				"cannot be said in a MESSAGE"),
	};

	if (err == IWF_E_LIMIT) {
		report.code = 513;
		report.text = IWF_STR("larger than a MESSAGE may be");
	} else if (err == IWF_E_FULL) {
		report.fate = IWF_FATE_QUEUED;
		report.link_trouble = true;
		report.code = 503;
		report.text = IWF_STR("too many requests wait for answers");
	}
	iwf_metric_add(&link->metrics[CPM_M_SEND_FAILED], 1);
	report_job(link, sent->job_id, &report);
	sent_free(sent);
	/* Else the job would come back at once: there is room again with the
	 * next answer or, when none is to come, in a while. */
	if (err == IWF_E_FULL && !link->outstanding)
		pause_link(link, &report);
	if (err == IWF_E_FULL)
		iwf_host_room(link->link.host, 0);
	else
		cpm_announce(link);
}

void cpm_originate(struct iwf_link *iwf_link, const struct iwf_job *job)
{
	struct cpm_link *link = IWF_CONTAINER(iwf_link, struct cpm_link, link);
	struct cpm_sent *sent = sent_create(link, job);
	struct sip_message request = { .expires_sec = -1,
				       .content_type = IWF_STR("message/cpim") };
	uint64_t max_len = link->conf->udp_only ? link->conf->pager_max_len :
					link->conf->pager_max_stream_len;
	enum iwf_err err = IWF_E_LIMIT;

	if (sent->is_report)
		cpm_report_format(sent->arena, job->msg, sent->message_id,
				  &sent->body);
	else
		format_text(sent, job->msg);
	set_identities(sent, job, &request);
	set_fields(sent, job, &request);
	request.body = iwf_buf_str(&sent->body);
	if (!sent->is_report)
		request.expires_sec = expires_sec(link, job->msg);
	sent->pending.on_answer = on_answer;
	if (request.body.len <= max_len)
		err = sip_send(link->worker, &request, &sent->pending);
	if (err) {
		refuse_job(link, sent, err);
		return;
	}
	link->outstanding++;
	iwf_metric_add(&link->metrics[sent->is_report ? CPM_M_REPORTS_SENT :
							CPM_M_SENT], 1);
	cpm_announce(link);
}

void cpm_originate_close(struct cpm_link *link)
{
	struct iwf_report unsure = { .fate = IWF_FATE_UNSURE, .part = 1,
				     .parts = 1,
				     .text = IWF_STR("gateway stopped") };

	while (link->sent) {
		report_job(link, link->sent->job_id, &unsure);
		sent_detach(link->sent);
	}
	link->outstanding = 0;
}
