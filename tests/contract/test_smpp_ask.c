/* query_sm about what may have arrived, cancel_sm for what is not wanted any
 * more, and links that go one way only. */
#include "smpp_flow.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SMSC_QUERY_SM = 3, SMSC_CANCEL_SM = 8 };

static struct iwf_job job_of(const struct iwf_message *msg, const char *remote)
{
	return (struct iwf_job){
		.id = 77, .msg = msg, .attempt = 2, .parts = 1, .again = true,
		.remote = iwf_str_from(remote),
	};
}

static void query(struct flow *flow, const struct iwf_job *job)
{
	smsc_driver.adapter->ops->query(flow->contract.link, job);
}

static void assert_body(const struct smsc_pdu *pdu, struct iwf_str wanted)
{
	assert_int_equal(pdu->body_len, wanted.len);
	assert_memory_equal(pdu->body, wanted.ptr, wanted.len);
}

#define QUERIED(state) IWF_STR("00ABC\0\0" state "\0")

static void a_query_says_what_the_smsc_knows(void **state)
{
	static const struct {
		uint32_t status;
		struct iwf_str body;
		enum iwf_fate fate;
	} rows[] = {
		{ 0, QUERIED("\1"), IWF_FATE_SENT },
		{ 0, QUERIED("\2"), IWF_FATE_DELIVERED },
		{ 0, QUERIED("\5"), IWF_FATE_FAILED },
		{ 0, QUERIED("\6"), IWF_FATE_SENT },
		{ 0, QUERIED("\7"), IWF_FATE_UNSURE },
		{ 0, QUERIED("\x7F"), IWF_FATE_UNSURE },
		{ 0x0C, IWF_STR(""), IWF_FATE_UNSURE },
		{ 0x67, IWF_STR(""), IWF_FATE_UNSURE },
		{ 0x58, IWF_STR(""), IWF_FATE_UNSURE },
	};
	const struct iwf_message *msg = contract_message(IWF_STR("x"), 0);
	const struct iwf_job job = job_of(msg, "00ABC");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct iwf_report *report;
		struct smsc_pdu pdu;
		struct flow flow;

		flow_bind(&flow);
		query(&flow, &job);
		assert_int_equal(flow.host->room, 9);
		pdu = smsc_expect(flow.stream, SMSC_QUERY_SM);
		/* As the SMSC spelled it. */
		assert_body(&pdu, IWF_STR("00ABC\0\1\1" "491710000001\0"));
		smsc_send(flow.stream, SMSC_QUERY_SM | SMSC_RESP,
			  rows[i].status, pdu.sequence, rows[i].body);
		report = fake_host_report(flow.host, 77);
		assert_int_equal(report->fate, rows[i].fate);
		assert_int_equal(report->part, 0);
		assert_int_equal(fake_host_answer_count(flow.host, 77), 1);
		assert_int_equal(flow.host->room,
				 rows[i].status == 0x58 ? 7 : 10);
		flow_close(&flow);
	}
	iwf_message_unref(&msg);
}

static void without_an_id_nobody_can_be_asked(void **state)
{
	const struct iwf_message *msg = contract_message(IWF_STR("x"), 0);
	struct iwf_job job = job_of(msg, "");
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	query(&flow, &job);
	assert_int_equal(fake_host_report(flow.host, 77)->fate,
			 IWF_FATE_UNSURE);
	/* Of which part the id is, nobody knows. */
	job = job_of(msg, "abc");
	job.id = 78;
	job.parts = 3;
	query(&flow, &job);
	assert_int_equal(fake_host_report(flow.host, 78)->fate,
			 IWF_FATE_UNSURE);
	smsc_expect_nothing(flow.stream);
	flow_close(&flow);
	iwf_message_unref(&msg);
}

static void a_query_that_is_not_answered(void **state)
{
	const struct iwf_message *msg = contract_message(IWF_STR("x"), 0);
	struct iwf_job job = job_of(msg, "abc");
	struct flow flow;

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.window = 1;
	flow.conf.enquire_link_ms = 90000;
	flow_bind_with(&flow);
	query(&flow, &job);
	smsc_expect(flow.stream, SMSC_QUERY_SM);
	flow_advance(&flow, 60000);
	assert_int_equal(fake_host_report(flow.host, 77)->fate,
			 IWF_FATE_UNSURE);
	/* One on its way and one that waits, when the connection ends: both
	 * are asked again when it is back. */
	for (job.id = 78; job.id < 80; job.id++)
		query(&flow, &job);
	smsc_expect(flow.stream, SMSC_QUERY_SM);
	smsc_expect_nothing(flow.stream);
	fake_net_hang_up(flow.stream, IWF_OK);
	for (uint64_t id = 78; id < 80; id++) {
		assert_int_equal(fake_host_report(flow.host, id)->fate,
				 IWF_FATE_QUEUED);
		assert_true(fake_host_report(flow.host, id)->link_trouble);
	}
	flow_close(&flow);
	iwf_message_unref(&msg);
}

static void a_wrong_kind_of_answer_is_none(void **state)
{
	struct smsc_submit got;
	struct flow flow;
	uint64_t id;

	(void)state;
	flow_bind(&flow);
	id = flow_submit(&flow, IWF_STR("x"));
	got = smsc_expect_submit(flow.stream);
	smsc_send(flow.stream, SMSC_QUERY_SM | SMSC_RESP, 0, got.pdu.sequence,
		  QUERIED("\2"));
	assert_int_equal(fake_host_answer_count(flow.host, id), 0);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_UNEXPECTED_RESPONSE),
			 1);
	smsc_answer(flow.stream, 0, got.pdu.sequence, "a");
	assert_int_equal(fake_host_report_count(flow.host, id, 1,
						IWF_FATE_SENT), 1);
	flow_close(&flow);
}

static void what_is_revoked_is_cancelled_by_its_ids(void **state)
{
	const struct iwf_message *msg = contract_message(IWF_STR("x"), 0);
	const struct iwf_job job = job_of(msg, "00AB,00CD");
	struct smsc_pdu one, two;
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	smsc_driver.adapter->ops->revoke(flow.contract.link, &job);
	one = smsc_expect(flow.stream, SMSC_CANCEL_SM);
	assert_body(&one, IWF_STR("\0" "00AB\0\1\1" "491710000001\0\1\1"
				  "491710000002\0"));
	two = smsc_expect(flow.stream, SMSC_CANCEL_SM);
	smsc_send(flow.stream, SMSC_CANCEL_SM | SMSC_RESP, 0x11, one.sequence,
		  IWF_STR_NONE);
	assert_int_equal(flow.host->remote_count, 0);
	smsc_send(flow.stream, SMSC_CANCEL_SM | SMSC_RESP, 0, two.sequence,
		  IWF_STR_NONE);
	assert_int_equal(flow.host->remote_count, 1);
	assert_int_equal(flow.host->remotes[0].report.fate,
			 IWF_FATE_CANCELLED);
	flow_assert_str(flow.host->remotes[0].report.remote_ids[0], "cd");
	assert_int_equal(fake_host_answer_count(flow.host, 77), 0);
	flow_close(&flow);
	iwf_message_unref(&msg);
}

static void a_transmitter_alone_is_up(void **state)
{
	struct flow flow;

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.bind = SMPP_BIND_MODE_TRANSMITTER;
	flow.conf.binds = 2;
	flow_bind_with(&flow);
	assert_int_equal(fake_net_count(), 2);
	assert_int_equal(flow.host->room, 10);
	flow_submit(&flow, IWF_STR("x"));
	smsc_expect_submit(flow.stream);
	flow_close(&flow);
}

static void a_receiver_alone_takes_no_jobs(void **state)
{
	const struct smsc_message message = {
		.source_ton = 1, .source = "491710000002", .dest = "123",
		.text = IWF_STR("in"),
	};
	struct iwf_message report = flow_message(IWF_STR("")),
		msg = flow_message(IWF_STR("x"));
	struct flow flow;
	uint64_t ids[2];

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.bind = SMPP_BIND_MODE_RECEIVER;
	flow_bind_with(&flow);
	smsc_deliver(flow.stream, 9, &message);
	assert_int_equal(flow.host->accept_count, 1);
	report.kind = IWF_KIND_REPORT;
	report.fate = IWF_FATE_DELIVERED;
	ids[0] = flow_submit_message(&flow, &report);
	ids[1] = flow_submit_message(&flow, &msg);
	assert_int_equal(fake_host_report(flow.host, ids[0])->fate,
			 IWF_FATE_SENT);
	assert_int_equal(fake_host_report(flow.host, ids[1])->fate,
			 IWF_FATE_FAILED);
	flow_close(&flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_says_what_the_smsc_knows),
		cmocka_unit_test(without_an_id_nobody_can_be_asked),
		cmocka_unit_test(a_query_that_is_not_answered),
		cmocka_unit_test(a_wrong_kind_of_answer_is_none),
		cmocka_unit_test(what_is_revoked_is_cancelled_by_its_ids),
		cmocka_unit_test(a_transmitter_alone_is_up),
		cmocka_unit_test(a_receiver_alone_takes_no_jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
