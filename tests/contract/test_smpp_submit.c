/* What adapters/smpp submits to a played SMSC, and what its answers mean. */
#include "smpp_flow.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_octets(const struct smsc_submit *got, struct iwf_str wanted)
{
	assert_int_equal(got->text_len, wanted.len);
	assert_memory_equal(got->text, wanted.ptr, wanted.len);
}

/* --- submit --- */

static void a_text_becomes_a_submit_sm(void **state)
{
	struct flow flow;
	struct smsc_submit got;
	const struct iwf_report *report;
	uint64_t id;

	(void)state;
	flow_bind(&flow);
	id = flow_submit(&flow, IWF_STR("hi @"));
	got = smsc_expect_submit(flow.stream);
	assert_string_equal(got.source, "491710000001");
	assert_string_equal(got.dest, "491710000002");
	assert_int_equal(got.source_ton, 1);
	assert_int_equal(got.source_npi, 1);
	assert_int_equal(got.dest_ton, 1);
	assert_int_equal(got.dest_npi, 1);
	assert_int_equal(got.esm_class, 0);
	assert_int_equal(got.data_coding, 0);
	assert_int_equal(got.registered_delivery, 1);
	assert_string_equal(got.validity, "");
	assert_octets(&got, IWF_STR("hi \0"));
	assert_int_equal(fake_host_answer_count(flow.host, id), 0);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_WINDOW_USED), 1);
	smsc_answer(flow.stream, 0, got.pdu.sequence, "00ABCdef");
	report = fake_host_report(flow.host, id);
	assert_int_equal(report->fate, IWF_FATE_SENT);
	assert_int_equal(report->part, 1);
	assert_int_equal(report->parts, 1);
	assert_int_equal(report->remote_count, 2);
	flow_assert_str(report->remote_ids[0], "abcdef");
	flow_assert_str(report->remote_ids[1], "00ABCdef");
	flow_close(&flow);
}

static void receipts_are_ordered_as_wanted(void **state)
{
	static const struct {
		uint32_t receipts, want;
		unsigned registered_delivery;
	} rows[] = {
		{ SMPP_RECEIPTS_ASKED, 0, 0 },
		{ SMPP_RECEIPTS_ASKED, IWF_WANT_DISPLAYED, 0 },
		{ SMPP_RECEIPTS_ASKED, IWF_WANT_FAILED, 2 },
		{ SMPP_RECEIPTS_ASKED, IWF_WANT_DELIVERED, 1 },
		{ SMPP_RECEIPTS_ASKED,
		  IWF_WANT_DELIVERED | IWF_WANT_FAILED, 1 },
		{ SMPP_RECEIPTS_ALWAYS, 0, 1 },
		{ SMPP_RECEIPTS_NEVER, IWF_WANT_DELIVERED, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_message msg = flow_message(IWF_STR("x"));
		struct flow flow;

		flow.conf = smsc_conf();
		flow.conf.receipts = rows[i].receipts;
		flow_bind_with(&flow);
		msg.want = rows[i].want;
		flow_submit_message(&flow, &msg);
		assert_int_equal(smsc_expect_submit(flow.stream)
				 .registered_delivery,
				 rows[i].registered_delivery);
		flow_close(&flow);
	}
}

static void the_expiry_is_told_when_set(void **state)
{
	static const struct {
		bool validity;
		int64_t after_ms;
		const char *text;
	} rows[] = {
		{ true, 3600000, "000000010000000R" },
		{ true, 60000, "000000000500000R" },
		{ true, 90061000, "000001010101000R" },
		{ false, 3600000, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_message msg = flow_message(IWF_STR("x"));
		struct flow flow;

		flow.conf = smsc_conf();
		flow.conf.validity = rows[i].validity;
		flow_bind_with(&flow);
		msg.expires_at_ms = iwf_loop_wall_ms(flow.contract.loop) +
			rows[i].after_ms;
		flow_submit_message(&flow, &msg);
		assert_string_equal(smsc_expect_submit(flow.stream).validity,
				    rows[i].text);
		flow_close(&flow);
	}
}

static void the_expiry_may_be_a_date(void **state)
{
	struct iwf_message msg = flow_message(IWF_STR("x"));
	struct flow flow;
	struct smsc_submit got;

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.validity_form = SMPP_VALIDITY_ABSOLUTE;
	flow_bind_with(&flow);
	msg.expires_at_ms = iwf_loop_wall_ms(flow.contract.loop) + 86400000;
	flow_submit_message(&flow, &msg);
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(strlen(got.validity), 16);
	assert_string_equal(got.validity + 13, "00+");
	flow_close(&flow);
}

/* Who is named when the sender has no number, or is not to be known. */
static void a_number_stands_in_for_senders(void **state)
{
	static const struct iwf_address number = {
		.kind = IWF_ADDRESS_NUMBER, .user = IWF_STR("+499000")
	};
	static const struct iwf_address none = { .kind = IWF_ADDRESS_NONE };
	static const struct iwf_address alice = {
		.kind = IWF_ADDRESS_SIP, .user = IWF_STR("alice"),
		.domain = IWF_STR("h")
	};
	static const struct iwf_address bank = {
		.kind = IWF_ADDRESS_ALPHA, .user = IWF_STR("My Bank")
	};
	static const struct iwf_address long_name = {
		.kind = IWF_ADDRESS_ALPHA, .user = IWF_STR("A Very Long Name")
	};
	static const struct {
		const struct iwf_address *from, *stand_in;
		bool anonymous;
		uint32_t policy;
		bool no_alpha;
		const char *source; /* NULL: refused */
	} rows[] = {
		{ &alice, &number, false, 0, false, "499000" },
		{ &alice, &none, false, 0, false, NULL },
		{ &bank, &number, false, 0, false, "My Bank" },
		{ &bank, &number, false, 0, true, "499000" },
		{ &bank, &none, false, 0, true, "My Bank" },
		{ &long_name, &number, false, 0, false, "499000" },
		{ &long_name, &none, false, 0, false, NULL },
		{ &none, &number, false, 0, false, "499000" },
		{ &number, &number, true, SMPP_ANONYMOUS_STAND_IN, false,
		  "499000" },
		{ &number, &none, true, SMPP_ANONYMOUS_STAND_IN, false, NULL },
		{ &alice, &number, true, SMPP_ANONYMOUS_EMPTY, false, "" },
		{ &number, &none, true, SMPP_ANONYMOUS_EMPTY, false, "" },
		{ &alice, &number, true, SMPP_ANONYMOUS_REFUSE, false, NULL },
		{ &number, &none, true, SMPP_ANONYMOUS_SHOW, false, "499000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_message from = flow_message(IWF_STR("x"));
		const struct iwf_message *msg;
		struct iwf_job job = { .id = 77, .attempt = 1,
				       .stand_in = *rows[i].stand_in };
		struct flow flow;

		flow.conf = smsc_conf();
		flow.conf.anonymous = rows[i].policy;
		flow.conf.alpha_senders = !rows[i].no_alpha;
		flow_bind_with(&flow);
		from.from = *rows[i].from;
		from.anonymous = rows[i].anonymous;
		msg = job.msg = iwf_message_create(&from);
		contract_submit_job(&flow.contract, &job);
		if (rows[i].source)
			assert_string_equal(smsc_expect_submit(flow.stream)
					    .source, rows[i].source);
		else
			assert_int_equal(fake_host_report_count(
				flow.host, 77, 0, IWF_FATE_FAILED), 1);
		iwf_message_unref(&msg);
		flow_close(&flow);
	}
}

static void a_refused_name_goes_once_more_under_a_number(void **state)
{
	static const uint32_t statuses[] = { 0x0A, 0x48, 0x49, 0x0B };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct iwf_message from = flow_message(IWF_STR("x"));
		const struct iwf_message *msg;
		struct iwf_job job = {
			.id = 77, .attempt = 1, .stand_in = {
				.kind = IWF_ADDRESS_NUMBER,
				.user = IWF_STR("+499000") },
		};
		struct smsc_submit got;
		struct flow flow;

		flow_bind(&flow);
		from.from = (struct iwf_address){ .kind = IWF_ADDRESS_ALPHA,
						  .user = IWF_STR("Bank") };
		msg = job.msg = iwf_message_create(&from);
		contract_submit_job(&flow.contract, &job);
		got = smsc_expect_submit(flow.stream);
		assert_string_equal(got.source, "Bank");
		smsc_answer(flow.stream, statuses[i], got.pdu.sequence, NULL);
		if (statuses[i] != 0x0B) {
			got = smsc_expect_submit(flow.stream);
			assert_string_equal(got.source, "499000");
			/* Only once. */
			smsc_answer(flow.stream, statuses[i], got.pdu.sequence,
				    NULL);
		}
		smsc_expect_nothing(flow.stream);
		assert_int_equal(fake_host_report_count(flow.host, 77, 0,
							IWF_FATE_FAILED), 1);
		iwf_message_unref(&msg);
		flow_close(&flow);
	}
}

static void what_no_sms_can_say_fails_clearly(void **state)
{
	static char long_text[1600];
	struct iwf_message rows[4];

	(void)state;
	memset(long_text, 'a', sizeof(long_text));
	for (size_t i = 0; i < 4; i++)
		rows[i] = flow_message(IWF_STR("x"));
	rows[0].content_type = IWF_STR("image/jpeg");
	rows[1].content_type = IWF_STR("text/plain; charset=utf-16");
	rows[2].to = (struct iwf_address){ .kind = IWF_ADDRESS_SIP,
		.user = IWF_STR("alice"), .domain = IWF_STR("example.org") };
	rows[3].body = iwf_str_make(long_text, sizeof(long_text));
	for (size_t i = 0; i < 4; i++) {
		const struct iwf_report *report;
		struct flow flow;
		uint64_t id;

		flow_bind(&flow);
		id = flow_submit_message(&flow, &rows[i]);
		report = fake_host_report(flow.host, id);
		assert_int_equal(report->fate, IWF_FATE_FAILED);
		assert_true(report->text.len > 10);
		assert_int_equal(fake_host_answer_count(flow.host, id), 1);
		assert_int_equal(flow.host->room, 10);
		smsc_expect_nothing(flow.stream);
		flow_close(&flow);
	}
}

static void a_long_text_goes_in_parts(void **state)
{
	static char text[400];
	struct smsc_submit got[3];
	struct flow flow;
	uint64_t id;

	(void)state;
	memset(text, 'a', sizeof(text));
	flow_bind(&flow);
	id = flow_submit(&flow, iwf_str_make(text, sizeof(text)));
	for (unsigned i = 0; i < 3; i++) {
		got[i] = smsc_expect_submit(flow.stream);
		assert_int_equal(got[i].esm_class, 0x40);
		assert_memory_equal(got[i].text, "\x05\x00\x03", 3);
		assert_int_equal(got[i].text[3], got[0].text[3]);
		assert_int_equal(got[i].text[4], 3);
		assert_int_equal(got[i].text[5], i + 1);
		assert_int_equal(got[i].registered_delivery, 1);
	}
	assert_int_equal(got[0].text_len, 159);
	assert_int_equal(got[2].text_len, 6 + 400 - 2 * 153);
	assert_int_equal(flow.host->room, 7);
	smsc_answer(flow.stream, 0, got[2].pdu.sequence, "3");
	smsc_answer(flow.stream, 0, got[0].pdu.sequence, "1");
	smsc_answer(flow.stream, 0, got[1].pdu.sequence, "2");
	for (uint32_t part = 1; part <= 3; part++)
		assert_int_equal(fake_host_report_count(flow.host, id, part,
							IWF_FATE_SENT), 1);
	assert_int_equal(fake_host_answer_count(flow.host, id), 3);
	flow_assert_str(fake_host_report(flow.host, id)->remote_ids[0], "2");
	flow_close(&flow);
}

/* The first attempt's cut, as the relay would give it back. */
static void resubmit(struct flow *flow, const struct iwf_message *msg,
		     uint32_t parts, uint32_t done, unsigned written)
{
	const struct iwf_job job = {
		.id = 1, .msg = msg, .attempt = 2, .parts = parts,
		.coding = 0, .parts_done = { (uint8_t)done },
	};

	contract_submit_job(&flow->contract, &job);
	assert_int_equal(flow_metric(flow, SMPP_METRIC_SUBMIT_TOTAL), written);
}

static void parts_that_are_done_are_left_out(void **state)
{
	static char text[400];
	const struct iwf_message *msg;
	struct smsc_submit first[3], again;
	struct flow flow;

	(void)state;
	memset(text, 'a', sizeof(text));
	flow_bind(&flow);
	flow_submit(&flow, iwf_str_make(text, sizeof(text)));
	for (unsigned i = 0; i < 3; i++)
		first[i] = smsc_expect_submit(flow.stream);
	msg = contract_message(iwf_str_make(text, sizeof(text)), 0);
	resubmit(&flow, msg, 3, 0x5, 4);
	again = smsc_expect_submit(flow.stream);
	/* The same reference, so that the handset joins it with the others. */
	assert_int_equal(again.text_len, first[1].text_len);
	assert_memory_equal(again.text, first[1].text, again.text_len);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_RECUT), 0);
	smsc_expect_nothing(flow.stream);
	iwf_message_unref(&msg);
	flow_close(&flow);
}

static void another_cut_goes_under_another_reference(void **state)
{
	static char text[500];
	const struct iwf_message *msg;
	struct smsc_submit first, again;
	struct flow flow;

	(void)state;
	memset(text, 'a', sizeof(text));
	flow_bind(&flow);
	flow_submit(&flow, iwf_str_make(text, 400));
	first = smsc_expect_submit(flow.stream);
	smsc_driver.take_all(&flow.contract);
	msg = contract_message(iwf_str_make(text, 500), 0);
	resubmit(&flow, msg, 3, 0x5, 7);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_RECUT), 1);
	for (unsigned i = 0; i < 4; i++) {
		again = smsc_expect_submit(flow.stream);
		assert_int_equal(again.text[4], 4);
		assert_int_equal(again.text[5], i + 1);
		assert_int_not_equal(again.text[3], first.text[3]);
	}
	iwf_message_unref(&msg);
	flow_close(&flow);
}

static void emoji_go_as_ucs2(void **state)
{
	struct smsc_submit got;
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	flow_submit(&flow, IWF_STR("\xF0\x9F\x98\x80"));
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(got.data_coding, 8);
	assert_octets(&got, IWF_STR("\xD8\x3D\xDE\x00"));
	flow_close(&flow);
}

static void a_message_longer_than_the_window_goes_whole(void **state)
{
	static char text[800];
	struct flow flow;
	uint64_t id;

	(void)state;
	memset(text, 'a', sizeof(text));
	flow.conf = smsc_conf();
	flow.conf.window = 2;
	flow_bind_with(&flow);
	assert_int_equal(flow.host->room, 2);
	id = flow_submit(&flow, iwf_str_make(text, sizeof(text)));
	assert_int_equal(flow.host->room, 0);
	for (unsigned i = 0; i < 6; i++) {
		struct smsc_submit got = smsc_expect_submit(flow.stream);

		assert_int_equal(got.text[5], i + 1);
		assert_true(flow_metric(&flow, SMPP_METRIC_WINDOW_USED) <= 2);
		smsc_answer(flow.stream, 0, got.pdu.sequence, "1");
	}
	assert_int_equal(fake_host_answer_count(flow.host, id), 6);
	assert_int_equal(flow.host->room, 2);
	flow_close(&flow);
}

/* --- answers --- */

static void each_status_class_has_its_fate(void **state)
{
	static const struct {
		uint32_t status;
		enum iwf_fate fate;
		bool link_trouble, forbidden;
	} rows[] = {
		{ 0x0B, IWF_FATE_FAILED, false, false },
		{ 0x0A, IWF_FATE_FAILED, false, false },
		{ 0x66, IWF_FATE_FAILED, false, true },
		{ 0x08, IWF_FATE_QUEUED, false, false },
		{ 0x64, IWF_FATE_QUEUED, false, false },
		{ 0x04, IWF_FATE_QUEUED, true, false },
		{ 0x0401, IWF_FATE_QUEUED, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct iwf_report *report;
		struct smsc_submit got;
		struct flow flow;
		uint64_t id;

		flow_bind(&flow);
		id = flow_submit(&flow, IWF_STR("x"));
		got = smsc_expect_submit(flow.stream);
		smsc_answer(flow.stream, rows[i].status, got.pdu.sequence,
			    i % 2 ? "" : NULL);
		report = fake_host_report(flow.host, id);
		assert_int_equal(report->fate, rows[i].fate);
		assert_int_equal(report->link_trouble, rows[i].link_trouble);
		assert_int_equal(report->forbidden, rows[i].forbidden);
		assert_int_equal(report->code, rows[i].status);
		assert_true(report->text.len > 0);
		assert_int_equal(fake_host_answer_count(flow.host, id), 1);
		flow_close(&flow);
	}
}

static void a_disliked_wish_is_left_out_once(void **state)
{
	struct iwf_message msg = flow_message(IWF_STR("x"));
	struct smsc_submit got;
	struct flow flow;
	uint64_t id;

	(void)state;
	flow_bind(&flow);
	msg.want = IWF_WANT_DELIVERED;
	msg.expires_at_ms = iwf_loop_wall_ms(flow.contract.loop) + 3600000;
	id = flow_submit_message(&flow, &msg);
	got = smsc_expect_submit(flow.stream);
	smsc_answer(flow.stream, 0x07, got.pdu.sequence, NULL);
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(got.registered_delivery, 0);
	assert_string_not_equal(got.validity, "");
	assert_int_equal(fake_host_answer_count(flow.host, id), 0);
	smsc_answer(flow.stream, 0, got.pdu.sequence, "1");
	assert_int_equal(fake_host_report_count(flow.host, id, 1,
						IWF_FATE_SENT), 1);
	id = flow_submit_message(&flow, &msg);
	got = smsc_expect_submit(flow.stream);
	smsc_answer(flow.stream, 0x62, got.pdu.sequence, NULL);
	got = smsc_expect_submit(flow.stream);
	assert_string_equal(got.validity, "");
	smsc_answer(flow.stream, 0x62, got.pdu.sequence, NULL);
	smsc_expect_nothing(flow.stream);
	assert_int_equal(fake_host_answer_count(flow.host, id), 1);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_SUBMIT_VARIED), 2);
	flow_close(&flow);
}

static void a_generic_nack_answers_its_request(void **state)
{
	struct smsc_submit got[2];
	struct flow flow;
	uint64_t ids[2];

	(void)state;
	flow_bind(&flow);
	for (unsigned i = 0; i < 2; i++) {
		ids[i] = flow_submit(&flow, IWF_STR("x"));
		got[i] = smsc_expect_submit(flow.stream);
	}
	smsc_send(flow.stream, SMSC_NACK, 2, got[1].pdu.sequence, IWF_STR_NONE);
	assert_int_equal(fake_host_report_count(flow.host, ids[1], 1,
						IWF_FATE_FAILED), 1);
	assert_int_equal(fake_host_answer_count(flow.host, ids[0]), 0);
	smsc_send(flow.stream, SMSC_NACK, 0, got[0].pdu.sequence, IWF_STR_NONE);
	assert_int_equal(fake_host_report_count(flow.host, ids[0], 1,
						IWF_FATE_QUEUED), 1);
	smsc_send(flow.stream, SMSC_NACK, 3, 0, IWF_STR_NONE);
	assert_int_equal(fake_host_state(flow.host), IWF_LINK_UP);
	flow_close(&flow);
}

static void a_second_try_keeps_its_place(void **state)
{
	static char text[700];
	struct smsc_submit got;
	struct flow flow;

	(void)state;
	memset(text, 'a', sizeof(text));
	flow.conf = smsc_conf();
	flow.conf.window = 1;
	flow_bind_with(&flow);
	flow_submit(&flow, iwf_str_make(text, sizeof(text)));
	got = smsc_expect_submit(flow.stream);
	smsc_answer(flow.stream, 0x07, got.pdu.sequence, NULL);
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(got.text[5], 1);
	assert_int_equal(got.registered_delivery, 0);
	flow_close(&flow);
}

static void no_answer_is_unsure_and_may_come_late(void **state)
{
	struct smsc_submit got;
	struct flow flow;
	uint64_t id;

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.enquire_link_ms = 90000;
	flow_bind_with(&flow);
	id = flow_submit(&flow, IWF_STR("x"));
	got = smsc_expect_submit(flow.stream);
	flow_advance(&flow, 59999);
	assert_int_equal(fake_host_answer_count(flow.host, id), 0);
	flow_advance(&flow, 1);
	assert_int_equal(fake_host_report_count(flow.host, id, 1,
						IWF_FATE_UNSURE), 1);
	assert_int_equal(flow.host->room, 10);
	smsc_answer(flow.stream, 0, got.pdu.sequence, "0F00");
	assert_int_equal(fake_host_answer_count(flow.host, id), 1);
	assert_int_equal(flow.host->remote_count, 1);
	assert_int_equal(flow.host->remotes[0].report.fate, IWF_FATE_SENT);
	flow_assert_str(flow.host->remotes[0].report.remote_ids[0], "f00");
	flow_assert_str(flow.host->remotes[0].report.to.user, "+491710000002");
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_LATE_RESPONSE), 1);
	/* Twice said is once heard. */
	smsc_answer(flow.stream, 0, got.pdu.sequence, "0F00");
	assert_int_equal(flow.host->remote_count, 1);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_UNEXPECTED_RESPONSE),
			 1);
	flow_close(&flow);
}

static void time_outs_come_in_the_order_of_sending(void **state)
{
	struct flow flow;

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.enquire_link_ms = 90000;
	flow_bind_with(&flow);
	for (int i = 0; i < 3; i++) {
		flow_submit(&flow, IWF_STR("x"));
		flow_advance(&flow, 10000);
	}
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(flow.host->report_count, i);
		flow_advance(&flow, i ? 10000 : 30000);
		assert_int_equal(flow.host->report_count, i + 1);
		assert_int_equal(flow.host->reports[i].job_id, i + 1);
	}
	flow_close(&flow);
}

static void a_lost_connection_tells_written_from_waiting(void **state)
{
	static char text[700];
	struct flow flow;
	uint64_t id;

	(void)state;
	memset(text, 'a', sizeof(text));
	flow.conf = smsc_conf();
	flow.conf.window = 2;
	flow_bind_with(&flow);
	id = flow_submit(&flow, iwf_str_make(text, sizeof(text)));
	fake_net_hang_up(flow.stream, IWF_OK);
	for (uint32_t part = 1; part <= 5; part++)
		assert_int_equal(fake_host_report_count(flow.host, id, part,
			part <= 2 ? IWF_FATE_UNSURE : IWF_FATE_QUEUED), 1);
	assert_int_equal(fake_host_answer_count(flow.host, id), 5);
	assert_true(fake_host_report(flow.host, id)->link_trouble);
	flow_close(&flow);
}

static void cancel_ends_what_is_not_written(void **state)
{
	static char text[700];
	struct flow flow;
	uint64_t id;

	(void)state;
	memset(text, 'a', sizeof(text));
	flow.conf = smsc_conf();
	flow.conf.window = 2;
	flow_bind_with(&flow);
	id = flow_submit(&flow, iwf_str_make(text, sizeof(text)));
	smsc_driver.adapter->ops->cancel(flow.contract.link, id);
	for (uint32_t part = 3; part <= 5; part++)
		assert_int_equal(fake_host_report_count(flow.host, id, part,
							IWF_FATE_FAILED), 1);
	assert_int_equal(fake_host_answer_count(flow.host, id), 3);
	smsc_driver.take_all(&flow.contract);
	assert_int_equal(fake_host_answer_count(flow.host, id), 5);
	flow_close(&flow);
}

static void a_refused_part_stops_the_rest(void **state)
{
	static char text[700];
	struct smsc_submit got;
	struct flow flow;
	uint64_t id;

	(void)state;
	memset(text, 'a', sizeof(text));
	flow.conf = smsc_conf();
	flow.conf.window = 1;
	flow_bind_with(&flow);
	id = flow_submit(&flow, iwf_str_make(text, sizeof(text)));
	got = smsc_expect_submit(flow.stream);
	smsc_answer(flow.stream, 0x0B, got.pdu.sequence, NULL);
	smsc_expect_nothing(flow.stream);
	assert_int_equal(fake_host_answer_count(flow.host, id), 5);
	assert_int_equal(fake_host_report_count(flow.host, id, 0,
						IWF_FATE_FAILED), 5);
	flow_close(&flow);
}

static void a_rate_is_kept(void **state)
{
	struct flow flow;
	unsigned sent = 0;

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.tps = 10;
	flow_bind_with(&flow);
	for (int i = 0; i < 100; i++) {
		while (flow.host->room)
			flow_submit(&flow, IWF_STR("x"));
		smsc_driver.take_all(&flow.contract);
		sent = (unsigned)flow_metric(&flow, SMPP_METRIC_SUBMIT_TOTAL);
		flow_advance(&flow, 100);
	}
	assert_in_range(sent, 95, 105);
	flow_close(&flow);
}

static void explain_tells_and_sends_nothing(void **state)
{
	static const char *const wanted[] = {
		"smsc: ", "binds: 1 of 1 connections can send\n",
		"window: 0 of 10 unanswered, 0 waiting\n",
		"alphabet: GSM 7-bit\n", "septets: 3\n",
		"room: 160 septets in each part\n", "parts: 1\n",
		"part: 1 of 1, 3 septets in 3 octets, \"x\xE2\x82\xAC\"\n",
		"destination: 491710000002 ton=1",
		"registered_delivery: 1 (a receipt)\n",
	};
	struct iwf_message msg = flow_message(IWF_STR("x\xE2\x82\xAC"));
	struct iwf_buf text = { 0 };
	struct flow flow;

	(void)state;
	msg.want = IWF_WANT_DELIVERED;
	flow_bind(&flow);
	smsc_driver.adapter->ops->explain(flow.contract.link, &msg, &text);
	iwf_buf_u8(&text, 0);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(text.ptr, wanted[i]))
			fail_msg("no \"%s\" in:\n%s", wanted[i], text.ptr);
	assert_null(strstr(text.ptr, "forces_ucs2"));
	smsc_expect_nothing(flow.stream);
	iwf_buf_free(&text);
	flow_close(&flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_becomes_a_submit_sm),
		cmocka_unit_test(receipts_are_ordered_as_wanted),
		cmocka_unit_test(the_expiry_is_told_when_set),
		cmocka_unit_test(the_expiry_may_be_a_date),
		cmocka_unit_test(a_number_stands_in_for_senders),
		cmocka_unit_test(a_refused_name_goes_once_more_under_a_number),
		cmocka_unit_test(what_no_sms_can_say_fails_clearly),
		cmocka_unit_test(a_long_text_goes_in_parts),
		cmocka_unit_test(parts_that_are_done_are_left_out),
		cmocka_unit_test(another_cut_goes_under_another_reference),
		cmocka_unit_test(emoji_go_as_ucs2),
		cmocka_unit_test(a_message_longer_than_the_window_goes_whole),
		cmocka_unit_test(each_status_class_has_its_fate),
		cmocka_unit_test(a_disliked_wish_is_left_out_once),
		cmocka_unit_test(a_generic_nack_answers_its_request),
		cmocka_unit_test(a_second_try_keeps_its_place),
		cmocka_unit_test(no_answer_is_unsure_and_may_come_late),
		cmocka_unit_test(time_outs_come_in_the_order_of_sending),
		cmocka_unit_test(a_lost_connection_tells_written_from_waiting),
		cmocka_unit_test(cancel_ends_what_is_not_written),
		cmocka_unit_test(a_refused_part_stops_the_rest),
		cmocka_unit_test(a_rate_is_kept),
		cmocka_unit_test(explain_tells_and_sends_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
