/* What a played SMSC delivers to adapters/smpp: messages, receipts, and the
 * acknowledgements that go back. */
#include "smpp_flow.h"

#include <smpp/wire/smpp_status.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* --- deliver --- */

static const struct smsc_message mo_hello = {
	.source_ton = 1, .source = "491710000002", .dest = "491710000001",
	.text = { "hello", 5 },
};

static uint32_t answer_read(struct flow *flow, uint32_t sequence)
{
	struct smsc_pdu pdu = smsc_expect(flow->stream,
					  SMSC_DELIVER_SM | SMSC_RESP);

	assert_int_equal(pdu.sequence, sequence);
	assert_int_equal(pdu.body_len, 1);
	return pdu.status;
}

static void a_short_message_becomes_a_message(void **state)
{
	const struct iwf_message *msg;
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	smsc_deliver(flow.stream, 41, &mo_hello);
	assert_int_equal(flow.host->accept_count, 1);
	msg = flow.host->accepts[0].msg;
	assert_int_equal(msg->from.kind, IWF_ADDRESS_NUMBER);
	flow_assert_str(msg->from.user, "+491710000002");
	flow_assert_str(msg->to.user, "+491710000001");
	flow_assert_str(msg->body, "hello");
	flow_assert_str(msg->content_type, "text/plain; charset=utf-8");
	assert_int_equal(msg->want, 0);
	assert_int_equal(msg->parts, 0);
	assert_true(msg->sent_at_ms > 0);
	smsc_expect_nothing(flow.stream);
	flow_advance(&flow, 20000);
	smsc_expect_nothing(flow.stream);
	fake_host_answer_accept(flow.host, 0, IWF_RESULT_ACCEPTED);
	assert_int_equal(answer_read(&flow, 41), 0);
	flow_close(&flow);
}

static void each_verdict_has_its_status(void **state)
{
	static const struct {
		enum iwf_result result;
		uint32_t status;
	} rows[] = {
		{ IWF_RESULT_ACCEPTED, 0 }, { IWF_RESULT_DUPLICATE, 0 },
		{ IWF_RESULT_BUSY, 0x58 }, { IWF_RESULT_NO_ROUTE, 0x0B },
		{ IWF_RESULT_ERROR, 0x64 }, { IWF_RESULT_BLOCKED, 0x65 },
		{ IWF_RESULT_TOO_LARGE, 0x01 }, { IWF_RESULT_LOOP, 0x66 },
	};
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		smsc_deliver(flow.stream, 100 + i, &mo_hello);
		fake_host_answer_accept(flow.host, i, rows[i].result);
		assert_int_equal(answer_read(&flow, 100 + i), rows[i].status);
	}
	flow_close(&flow);
}

static void answers_find_their_number_in_any_order(void **state)
{
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	for (uint32_t i = 0; i < 3; i++)
		smsc_deliver(flow.stream, 0x7FFFFFF0u + i, &mo_hello);
	for (uint32_t i = 3; i-- > 0;) {
		fake_host_answer_accept(flow.host, i, IWF_RESULT_ACCEPTED);
		assert_int_equal(answer_read(&flow, 0x7FFFFFF0u + i), 0);
	}
	flow_close(&flow);
}

/* SMPP 3.4 4.12: the mobile station is there again. */
static void an_alert_wakes_its_number(void **state)
{
	static const char body[] = "\x01\x01" "491710000002\0"
				   "\x00\x00" "demo";
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	smsc_send(flow.stream, 0x102, 0, 7, iwf_str_make(body, sizeof(body)));
	assert_int_equal(flow.host->wake_count, 1);
	assert_int_equal(flow.host->awake.kind, IWF_ADDRESS_NUMBER);
	flow_assert_str(flow.host->awake.user, "+491710000002");
	smsc_expect_nothing(flow.stream);
	flow_close(&flow);
}

static void data_sm_is_taken_too(void **state)
{
	struct smsc_message message = mo_hello;
	struct smsc_pdu pdu;
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	message.id = SMSC_DATA_SM;
	message.tlvs = IWF_STR("\x04\x24\x00\x03yes");
	smsc_deliver(flow.stream, 9, &message);
	assert_int_equal(flow.host->accept_count, 1);
	flow_assert_str(flow.host->accepts[0].msg->body, "yes");
	fake_host_answer_accept(flow.host, 0, IWF_RESULT_ACCEPTED);
	pdu = smsc_expect(flow.stream, SMSC_DATA_SM | SMSC_RESP);
	assert_int_equal(pdu.sequence, 9);
	flow_close(&flow);
}

static void an_answer_for_a_dead_connection_goes_nowhere(void **state)
{
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	smsc_deliver(flow.stream, 5, &mo_hello);
	fake_net_hang_up(flow.stream, IWF_OK);
	flow.stream = smsc_bind(&flow.contract, 0);
	fake_host_answer_accept(flow.host, 0, IWF_RESULT_ACCEPTED);
	smsc_expect_nothing(flow.stream);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_DELIVER_WAITING), 0);
	flow_close(&flow);
}

static void too_many_unstored_are_throttled(void **state)
{
	struct flow flow;

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.deliver_max = 3;
	flow_bind_with(&flow);
	for (uint32_t i = 1; i <= 4; i++)
		smsc_deliver(flow.stream, i, &mo_hello);
	assert_int_equal(flow.host->accept_count, 3);
	assert_int_equal(answer_read(&flow, 4), 0x58);
	fake_host_answer_accept(flow.host, 0, IWF_RESULT_ACCEPTED);
	assert_int_equal(answer_read(&flow, 1), 0);
	smsc_deliver(flow.stream, 5, &mo_hello);
	assert_int_equal(flow.host->accept_count, 4);
	flow_close(&flow);
}

static void parts_name_their_set(void **state)
{
	struct smsc_message message = mo_hello;
	const struct iwf_message *msg;
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	message.esm_class = 0x40;
	message.text = IWF_STR("\x05\x00\x03\x2A\x03\x02" "mid");
	smsc_deliver(flow.stream, 1, &message);
	msg = flow.host->accepts[0].msg;
	flow_assert_str(msg->set, "491710000002|491710000001|42|8|3");
	assert_int_equal(msg->part, 2);
	assert_int_equal(msg->parts, 3);
	flow_assert_str(msg->body, "mid");
	message.text = IWF_STR("\x06\x08\x04\x01\x02\x03\x01" "one");
	smsc_deliver(flow.stream, 2, &message);
	flow_assert_str(flow.host->accepts[1].msg->set,
		   "491710000002|491710000001|258|16|3");
	message.esm_class = 0;
	message.text = IWF_STR("sar");
	message.tlvs = IWF_STR("\x02\x0C\x00\x02\x00\x07\x02\x0E\x00\x01\x02"
			       "\x02\x0F\x00\x01\x02");
	smsc_deliver(flow.stream, 3, &message);
	msg = flow.host->accepts[2].msg;
	flow_assert_str(msg->set, "491710000002|491710000001|7|0|2");
	assert_int_equal(msg->part, 2);
	flow_close(&flow);
}

static void half_a_character_is_kept_for_the_next_part(void **state)
{
	struct smsc_message message = mo_hello;
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	message.data_coding = 8;
	message.esm_class = 0x40;
	message.text = IWF_STR("\x05\x00\x03\x01\x02\x01\xD8\x3D");
	smsc_deliver(flow.stream, 1, &message);
	flow_assert_str(flow.host->accepts[0].msg->body, "\xED\xA0\xBD");
	message.esm_class = 0;
	message.text = IWF_STR("\xD8\x3D");
	smsc_deliver(flow.stream, 2, &message);
	flow_assert_str(flow.host->accepts[1].msg->body, "\xEF\xBF\xBD");
	flow_close(&flow);
}

static void what_is_no_text_is_refused(void **state)
{
	struct smsc_message message = mo_hello;
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	message.data_coding = 4;
	smsc_deliver(flow.stream, 1, &message);
	assert_int_equal(answer_read(&flow, 1), 0x66);
	message.data_coding = 0;
	message.esm_class = 0x40;
	message.text = IWF_STR("\x06\x05\x04\x0B\x84\x23\xF0wap");
	smsc_deliver(flow.stream, 2, &message);
	assert_int_equal(answer_read(&flow, 2), 0x66);
	assert_int_equal(flow.host->accept_count, 0);
	flow_close(&flow);
}

static void zero_means_what_the_setting_says(void **state)
{
	struct smsc_message message = mo_hello;
	struct flow flow;

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.data_coding_0 = SMPP_ZERO_LATIN1;
	flow_bind_with(&flow);
	message.text = IWF_STR("\xE9@");
	smsc_deliver(flow.stream, 1, &message);
	flow_assert_str(flow.host->accepts[0].msg->body, "\xC3\xA9@");
	flow_close(&flow);
}

/* --- receipts --- */

static void receipts_of_every_shape_are_reported(void **state)
{
	static const struct {
		unsigned esm_class, data_coding;
		struct iwf_str text, tlvs;
		enum iwf_fate fate;
		const char *id; /* one of the candidates */
	} rows[] = {
		{ 4, 0, IWF_STR("id:00ABC sub:001 dlvrd:001 submit date:"
		  "2501010000 done date:2501010001 stat:DELIVRD err:000 text:"),
		  IWF_STR(""), IWF_FATE_DELIVERED, "abc" },
		{ 4, 0, IWF_STR("id:43981 stat:UNDELIV err:0B1"), IWF_STR(""),
		  IWF_FATE_FAILED, "abcd" },
		{ 4, 0, IWF_STR("id:abcd stat:EXPIRED"), IWF_STR(""),
		  IWF_FATE_EXPIRED, "43981" },
		{ 4, 0, IWF_STR(""), IWF_STR("\x00\x1E\x00\x04" "777\0"
		  "\x04\x27\x00\x01\x02"), IWF_FATE_DELIVERED, "777" },
		{ 0, 0, IWF_STR("id:12 sub:001 dlvrd:001 stat:DELIVRD err:0"),
		  IWF_STR(""), IWF_FATE_DELIVERED, "12" },
		{ 4, 8, IWF_STR("id:12 stat:REJECTD"), IWF_STR(""),
		  IWF_FATE_FAILED, "12" },
		{ 4, 0, IWF_STR("id:12 stat:UNKNOWN"), IWF_STR(""),
		  IWF_FATE_UNSURE, "12" },
		/* type, mode, reply path, and a stage that is none */
		{ 0x24, 0, IWF_STR("id:12 stat:DELIVRD"), IWF_STR(""),
		  IWF_FATE_DELIVERED, "12" },
		{ 0x87, 0, IWF_STR("id:12 stat:DELIVRD"), IWF_STR(""),
		  IWF_FATE_DELIVERED, "12" },
		/* the text as message_payload */
		{ 4, 0, IWF_STR(""), IWF_STR("\x04\x24\x00\x11"
		  "id:12;stat:FAILED"), IWF_FATE_FAILED, "12" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct smsc_message message = mo_hello;
		const struct iwf_report *report;
		struct flow flow;
		bool is_there = false;

		message.esm_class = rows[i].esm_class;
		message.data_coding = rows[i].data_coding;
		message.text = rows[i].text;
		message.tlvs = rows[i].tlvs;
		flow_bind(&flow);
		smsc_deliver(flow.stream, 61, &message);
		assert_int_equal(flow.host->accept_count, 0);
		assert_int_equal(flow.host->remote_count, 1);
		report = &flow.host->remotes[0].report;
		assert_int_equal(report->fate, rows[i].fate);
		for (uint32_t k = 0; k < report->remote_count; k++)
			is_there = is_there || iwf_str_eq(
				report->remote_ids[k],
				iwf_str_from(rows[i].id));
		assert_true(is_there);
		flow_assert_str(report->from.user, "+491710000001");
		flow_assert_str(report->to.user, "+491710000002");
		assert_true(report->happened_at_ms > 0);
		smsc_expect_nothing(flow.stream);
		fake_host_answer_remote(flow.host, 0, i % 2 ?
			IWF_RESULT_ACCEPTED : IWF_RESULT_UNMATCHED);
		assert_int_equal(answer_read(&flow, 61), 0);
		flow_close(&flow);
	}
}

/* Text, parameters, and both, in the message_payload of a data_sm. */
static void receipts_come_by_data_sm(void **state)
{
	static const struct iwf_str rows[] = {
		IWF_STR("\x04\x24\x00\x13" "id:0A1 stat:DELIVRD"),
		IWF_STR("\x00\x1E\x00\x03" "A1\0" "\x04\x27\x00\x01\x02"),
		IWF_STR("\x04\x27\x00\x01\x02" "\x00\x1E\x00\x03" "a1\0"
			"\x04\x24\x00\x0C" "stat:DELIVRD"),
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct smsc_message message = mo_hello;
		struct smsc_pdu answer;
		struct flow flow;

		flow_bind(&flow);
		message.id = SMSC_DATA_SM;
		message.esm_class = 4;
		message.text = IWF_STR_NONE;
		message.tlvs = rows[i];
		smsc_deliver(flow.stream, 5, &message);
		assert_int_equal(flow.host->accept_count, 0);
		assert_int_equal(flow.host->remote_count, 1);
		assert_int_equal(flow.host->remotes[0].report.fate,
				 IWF_FATE_DELIVERED);
		flow_assert_str(flow.host->remotes[0].report.remote_ids[0],
				"a1");
		fake_host_answer_remote(flow.host, 0, IWF_RESULT_ACCEPTED);
		answer = smsc_expect(flow.stream, SMSC_DATA_SM | SMSC_RESP);
		assert_int_equal(answer.status, 0);
		flow_close(&flow);
	}
}

/* Rows of the link come before those of the specification. */
static void receipts_mean_what_the_link_says(void **state)
{
	/* as words of `fate`: delivered, forbidden, none */
	static const struct smpp_receipt_rule rules[] = {
		{ IWF_STR("ACCEPTD"), IWF_STR(""), 0 },
		{ IWF_STR(""), IWF_STR("9"), 3 },
		{ IWF_STR("EXPIRED"), IWF_STR(""), 5 },
	};
	struct smsc_message message = mo_hello;
	const struct iwf_report *report;
	struct flow flow;

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.receipts_table = (struct iwf_list){ rules, 3 };
	flow_bind_with(&flow);
	message.esm_class = 4;
	message.text = IWF_STR("id:1 stat:ACCEPTD err:000");
	smsc_deliver(flow.stream, 61, &message);
	message.text = IWF_STR("id:2 stat:UNDELIV err:009");
	smsc_deliver(flow.stream, 62, &message);
	assert_int_equal(flow.host->remote_count, 2);
	report = &flow.host->remotes[0].report;
	assert_int_equal(report->fate, IWF_FATE_DELIVERED);
	report = &flow.host->remotes[1].report;
	assert_int_equal(report->fate, IWF_FATE_FAILED);
	assert_true(report->forbidden);
	message.text = IWF_STR("id:3 stat:EXPIRED err:000");
	smsc_deliver(flow.stream, 63, &message);
	assert_int_equal(answer_read(&flow, 63), 0);
	assert_int_equal(flow.host->remote_count, 2);
	flow_close(&flow);
}

static void receipt_join(struct flow *flow, const char *id, uint32_t remote)
{
	struct smsc_message message = mo_hello;
	unsigned index = flow->host->remote_count;
	char text[64];

	snprintf(text, sizeof(text), "id:%s stat:DELIVRD", id);
	message.esm_class = 4;
	message.text = iwf_str_from(text);
	smsc_deliver(flow->stream, 100 + index, &message);
	fake_host_answer_joined(flow->host, index, remote);
	assert_int_equal(answer_read(flow, 100 + index), 0);
}

static void assert_first_id(const struct flow *flow, const char *id)
{
	flow_assert_str(flow->host->remotes[flow->host->remote_count - 1]
			.report.remote_ids[0], id);
}

/* In the answer hex, in the receipt decimal: after the third it is the first
 * guess, and in the next life, too. */
static void bases_are_learnt_from_joins(void **state)
{
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	receipt_join(&flow, "6699", 2);
	receipt_join(&flow, "7", 1); /* teaches nothing */
	receipt_join(&flow, "6700", 2);
	receipt_join(&flow, "6701", 0); /* by its addresses */
	assert_first_id(&flow, "6701");
	assert_int_equal(flow.host->value_count, 0);
	receipt_join(&flow, "6702", 2);
	flow_assert_str(iwf_host_recall(flow.host, IWF_STR("receipt_ids")),
			"hex-dec");
	assert_true(fake_host_has_said(flow.host, "learnt=hex-dec"));
	receipt_join(&flow, "6703", 1);
	assert_first_id(&flow, "1a2f");
	/* It may change its mind. */
	for (int i = 0; i < 3; i++)
		receipt_join(&flow, "6704", 2);
	flow_assert_str(iwf_host_recall(flow.host, IWF_STR("receipt_ids")),
			"same");
	receipt_join(&flow, "6705", 1);
	assert_first_id(&flow, "6705");
	flow_close(&flow);
}

static void stages_on_the_way_are_only_answered(void **state)
{
	static const struct {
		unsigned esm_class;
		struct iwf_str text;
	} rows[] = {
		{ 4, IWF_STR("id:1 stat:ENROUTE") },
		{ 4, IWF_STR("id:1 stat:ACCEPTD") },
		{ 0x20, IWF_STR("id:1 stat:DELIVRD") },
		{ 0x08, IWF_STR("seen") },
		{ 4, IWF_STR("nothing of use") },
	};
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct smsc_message message = mo_hello;

		message.esm_class = rows[i].esm_class;
		message.text = rows[i].text;
		smsc_deliver(flow.stream, i + 1, &message);
		assert_int_equal(answer_read(&flow, i + 1), 0);
	}
	assert_int_equal(flow.host->accept_count, 0);
	assert_int_equal(flow.host->remote_count, 0);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_RECEIPT_UNDECODABLE),
			 1);
	flow_close(&flow);
}

/* --- acknowledgements of the recipient's side --- */

static void an_asked_delivery_is_acknowledged(void **state)
{
	struct smsc_message message = mo_hello;
	struct iwf_message report = flow_message(IWF_STR_NONE);
	struct smsc_submit got;
	struct flow flow;
	uint64_t id;

	(void)state;
	flow_bind(&flow);
	message.registered_delivery = 0x04;
	smsc_deliver(flow.stream, 1, &message);
	assert_int_equal(flow.host->accepts[0].msg->want, IWF_WANT_DELIVERED);
	fake_host_answer_accept(flow.host, 0, IWF_RESULT_ACCEPTED);
	assert_int_equal(answer_read(&flow, 1), 0);
	report.kind = IWF_KIND_REPORT;
	report.content_type = IWF_STR_NONE;
	report.fate = IWF_FATE_DELIVERED;
	report.about = 4711;
	id = flow_submit_message(&flow, &report);
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(got.esm_class, 0x08);
	assert_int_equal(got.registered_delivery, 0);
	got.text[got.text_len] = '\0';
	assert_non_null(strstr((const char *)got.text, "stat:DELIVRD"));
	smsc_answer(flow.stream, 0, got.pdu.sequence, "1");
	assert_int_equal(fake_host_report_count(flow.host, id, 1,
						IWF_FATE_SENT), 1);
	report.fate = IWF_FATE_FAILED;
	id = flow_submit_message(&flow, &report);
	smsc_expect_nothing(flow.stream);
	assert_int_equal(fake_host_report_count(flow.host, id, 0,
						IWF_FATE_SENT), 1);
	flow_close(&flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_message_becomes_a_message),
		cmocka_unit_test(each_verdict_has_its_status),
		cmocka_unit_test(answers_find_their_number_in_any_order),
		cmocka_unit_test(data_sm_is_taken_too),
		cmocka_unit_test(an_alert_wakes_its_number),
		cmocka_unit_test(an_answer_for_a_dead_connection_goes_nowhere),
		cmocka_unit_test(too_many_unstored_are_throttled),
		cmocka_unit_test(parts_name_their_set),
		cmocka_unit_test(half_a_character_is_kept_for_the_next_part),
		cmocka_unit_test(what_is_no_text_is_refused),
		cmocka_unit_test(zero_means_what_the_setting_says),
		cmocka_unit_test(receipts_of_every_shape_are_reported),
		cmocka_unit_test(receipts_come_by_data_sm),
		cmocka_unit_test(receipts_mean_what_the_link_says),
		cmocka_unit_test(bases_are_learnt_from_joins),
		cmocka_unit_test(stages_on_the_way_are_only_answered),
		cmocka_unit_test(an_asked_delivery_is_acknowledged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
