/* See rig.h. */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct cpm_conf rig_conf(void)
{
	return (struct cpm_conf){
		.missing_ids = CPM_IDS_LENIENT, .pager_max_len = 1300,
		.pager_max_stream_len = 65536,
		.report_service = CPM_REPORT_SYSTEMMSG, .window = 4,
		.key = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
	};
}

void rig_open_with(struct rig *rig, const struct cpm_conf *conf)
{
	*rig = (struct rig){ .conf = *conf };
	rig->loop = fake_loop_create();
	rig->host = fake_host_create(rig->loop);
	rig->worker = sip_double_create(rig->loop);
	rig->link = cpm_link_create(rig->host, rig->worker, &rig->conf,
				    &rig->edge);
	rig->host->link = rig->link;
}

void rig_open(struct rig *rig)
{
	const struct cpm_conf conf = rig_conf();

	rig_open_with(rig, &conf);
}

void rig_close_link(struct rig *rig)
{
	cpm_adapter.ops->close(&rig->link);
	rig->host->link = NULL;
	assert_null(rig->link);
}

void rig_close(struct rig *rig)
{
	if (rig->link)
		rig_close_link(rig);
	assert_int_equal(rig->worker->waiting, 0);
	assert_int_equal(fake_loop_timer_count(rig->loop), 0);
	sip_double_destroy(&rig->worker);
	fake_host_destroy(&rig->host);
	fake_loop_destroy(&rig->loop);
}

struct sip_request rig_request(void)
{
	return (struct sip_request){
		.method = IWF_STR("MESSAGE"),
		.listener = IWF_STR("sip:192.0.2.1:5060"),
		.role = SIP_ROLE_IWF, .is_trusted = true,
		.request_uri = IWF_STR("tel:+491710000002"),
		.from_uri = IWF_STR("sip:anyone@example.net"),
		.to_uri = IWF_STR("tel:+491710000002"),
		.asserted = { IWF_STR("tel:+491710000001") },
		.asserted_count = 1,
		.fields = {
			[SIP_F_CONVERSATION_ID] = IWF_STR("conversation-1"),
			[SIP_F_CONTRIBUTION_ID] = IWF_STR("contribution-1"),
		},
		.content_type = IWF_STR("message/cpim"),
		.body = IWF_STR(
			"From: <tel:+491710000001>\r\n"
			"To: <tel:+491710000002>\r\n"
			"DateTime: 2026-03-01T10:15:00Z\r\n"
			"NS: imdn <urn:ietf:params:imdn>\r\n"
			"imdn.Message-ID: their-id\r\n"
			"imdn.Disposition-Notification: positive-delivery, "
			"negative-delivery\r\n\r\n"
			"Content-Type: text/plain; charset=utf-8\r\n\r\nhello"),
		.expires_ms = -1,
		.transport_key = 4711,
	};
}

void rig_give(struct rig *rig, const struct sip_request *req)
{
	sip_double_give(rig->worker, rig->edge, req);
}

const struct iwf_message *rig_accepted(const struct rig *rig)
{
	unsigned count = rig->host->accept_count;

	return count ? rig->host->accepts[count - 1].msg : NULL;
}

void rig_accept_last(struct rig *rig)
{
	fake_host_answer_accept(rig->host, rig->host->accept_count - 1,
				IWF_RESULT_ACCEPTED);
}

void rig_assert_refused(const struct rig *rig, unsigned status,
			const char *phrase)
{
	const struct iwf_metric *metrics = rig->host->metrics;

	assert_int_equal(rig->host->accept_count, 0);
	assert_int_equal(rig->host->remote_count, 0);
	assert_int_equal(rig->worker->answer_count, 1);
	assert_int_equal(sip_double_last(rig->worker)->status, status);
	assert_string_equal(sip_double_last(rig->worker)->phrase, phrase);
	assert_int_equal(iwf_metric_get(&metrics[CPM_M_REFUSED]), 1);
	assert_int_equal(iwf_metric_get(&metrics[CPM_M_MESSAGES]), 0);
}

struct iwf_message rig_text(void)
{
	return (struct iwf_message){
		.id = 77, .kind = IWF_KIND_MESSAGE,
		.want = IWF_WANT_DELIVERED | IWF_WANT_FAILED,
		.from = { .kind = IWF_ADDRESS_NUMBER,
			  .user = IWF_STR("+491710000001") },
		.to = { .kind = IWF_ADDRESS_NUMBER,
			.user = IWF_STR("+491710000002") },
		.content_type = IWF_STR("text/plain; charset=utf-8"),
		.body = IWF_STR("hello"), .sent_at_ms = 1772360100000,
	};
}

void rig_submit(struct rig *rig, uint64_t id, const struct iwf_message *msg)
{
	const struct iwf_message *own = iwf_message_create(msg);
	/* In memory of its own, so that a use after the call is found. */
	struct iwf_job *job = IWF_NEW(struct iwf_job);

	job->id = id;
	job->msg = own;
	job->attempt = 1;
	cpm_adapter.ops->submit(rig->link, job);
	free(job);
	iwf_message_unref(&own);
}

const struct sip_message *rig_sent(const struct rig *rig)
{
	assert_true(rig->worker->sent_count > 0);
	return &rig->worker->sent[rig->worker->sent_count - 1].message;
}

void rig_assert_str(struct iwf_str got, const char *wanted)
{
	if (!iwf_str_eq(got, iwf_str_from(wanted)))
		fail_msg("\"%.*s\" is not \"%s\"", IWF_STR_ARG(got), wanted);
}
