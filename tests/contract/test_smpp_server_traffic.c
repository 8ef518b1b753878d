/* What applications submit to the server role of adapters/smpp, and what is
 * delivered to them. */
#include "esme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct smsc_message hello = {
	.source_ton = 1, .source = "491710000002", .dest = "491710000001",
	.registered_delivery = 1, .text = { "hello", 5 },
};

struct traffic {
	struct contract contract;
	struct server_conf conf;
	struct iwf_host *host;
	struct iwf_stream *stream;
};

static void traffic_open(struct traffic *t, uint32_t command)
{
	contract_open(&t->contract, &esme_driver, &t->conf);
	contract_turn(t->contract.loop);
	t->host = t->contract.host;
	t->stream = esme_bind(command);
}

static void traffic_start(struct traffic *t)
{
	t->conf = esme_conf();
	traffic_open(t, SMSC_BIND_TRANSCEIVER);
}

static uint32_t status_of(struct traffic *t, uint32_t sequence)
{
	struct smsc_pdu pdu = smsc_expect(t->stream,
					  SMSC_SUBMIT_SM | SMSC_RESP);

	assert_int_equal(pdu.sequence, sequence);
	return pdu.status;
}

static bool body_has(const struct smsc_pdu *pdu, const char *text)
{
	return iwf_str_search(iwf_str_make(pdu->body, pdu->body_len),
			      iwf_str_from(text)) != IWF_STR_NPOS;
}

static void a_submit_becomes_a_message(void **state)
{
	const struct iwf_message *msg;
	struct traffic t = { 0 };
	struct smsc_pdu pdu;

	(void)state;
	traffic_start(&t);
	esme_submit(t.stream, 41, &hello);
	assert_int_equal(t.host->accept_count, 1);
	msg = t.host->accepts[0].msg;
	assert_true(iwf_str_eq(msg->from.user, IWF_STR("+491710000002")));
	assert_true(iwf_str_eq(msg->to.user, IWF_STR("+491710000001")));
	assert_true(iwf_str_eq(msg->body, IWF_STR("hello")));
	assert_int_equal(msg->want, IWF_WANT_DELIVERED | IWF_WANT_FAILED);
	smsc_expect_nothing(t.stream);
	fake_host_answer_accept(t.host, 0, IWF_RESULT_ACCEPTED);
	pdu = smsc_expect(t.stream, SMSC_SUBMIT_SM | SMSC_RESP);
	assert_int_equal(pdu.status, 0);
	assert_int_equal(pdu.sequence, 41);
	assert_int_equal(pdu.body_len, 17);
	contract_close(&t.contract);
}

static void refusals_have_their_status(void **state)
{
	static const struct { enum iwf_result result; uint32_t status; } rows[] = {
		{ IWF_RESULT_BUSY, 0x58 }, { IWF_RESULT_NO_ROUTE, 0x0B },
		{ IWF_RESULT_ERROR, 0x64 }, { IWF_RESULT_DUPLICATE, 0 },
	};
	struct traffic t = { 0 };

	(void)state;
	traffic_start(&t);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		esme_submit(t.stream, i + 1, &hello);
		fake_host_answer_accept(t.host, i, rows[i].result);
		assert_int_equal(status_of(&t, i + 1), rows[i].status);
	}
	contract_close(&t.contract);
}

static void wishes_we_cannot_grant_are_refused(void **state)
{
	struct traffic t = { 0 };
	struct smsc_message message = hello;

	(void)state;
	traffic_start(&t);
	message.esm_class = 0x08;
	esme_submit(t.stream, 1, &message);
	assert_int_equal(status_of(&t, 1), 0x43);
	message = hello;
	message.data_coding = 0x04; /* octets */
	esme_submit(t.stream, 2, &message);
	assert_int_equal(status_of(&t, 2), 0x66);
	message = hello;
	message.dest = "";
	esme_submit(t.stream, 3, &message);
	assert_int_equal(status_of(&t, 3), 0x0B);
	assert_int_equal(t.host->accept_count, 0);
	contract_close(&t.contract);
}

static void only_its_own_senders_are_taken(void **state)
{
	static const struct iwf_str senders[] = {
		IWF_STR("+4917100*"), IWF_STR("Bank")
	};
	struct smsc_message message = hello;
	struct traffic t = { .conf = esme_conf() };

	(void)state;
	t.conf.from = (struct iwf_texts){ senders, 2 };
	traffic_open(&t, SMSC_BIND_TRANSMITTER);
	esme_submit(t.stream, 1, &message);
	message.source = "491710100002";
	esme_submit(t.stream, 2, &message);
	assert_int_equal(status_of(&t, 2), 0x0A);
	message.source_ton = 5;
	message.source = "Bank";
	esme_submit(t.stream, 3, &message);
	message.source = "Bankx";
	esme_submit(t.stream, 4, &message);
	assert_int_equal(status_of(&t, 4), 0x0A);
	assert_int_equal(t.host->accept_count, 2);
	contract_close(&t.contract);
}

static void who_is_too_fast_is_throttled(void **state)
{
	struct traffic t = { .conf = esme_conf() };

	(void)state;
	t.conf.tps = 10;
	t.conf.burst = 3;
	traffic_open(&t, SMSC_BIND_TRANSCEIVER);
	for (uint32_t i = 1; i <= 4; i++)
		esme_submit(t.stream, i, &hello);
	assert_int_equal(t.host->accept_count, 3);
	assert_int_equal(status_of(&t, 4), 0x58);
	fake_loop_advance(t.contract.loop, 100);
	esme_submit(t.stream, 5, &hello);
	assert_int_equal(t.host->accept_count, 4);
	contract_close(&t.contract);
}

static void what_is_not_stored_is_bounded(void **state)
{
	struct traffic t = { .conf = esme_conf() };

	(void)state;
	t.conf.submit_max = 2;
	traffic_open(&t, SMSC_BIND_TRANSCEIVER);
	for (uint32_t i = 1; i <= 3; i++)
		esme_submit(t.stream, i, &hello);
	assert_int_equal(status_of(&t, 3), 0x58);
	fake_host_answer_accept(t.host, 0, IWF_RESULT_ACCEPTED);
	assert_int_equal(status_of(&t, 1), 0);
	esme_submit(t.stream, 4, &hello);
	assert_int_equal(t.host->accept_count, 3);
	contract_close(&t.contract);
}

/* The answer could not be told: a copy will come. */
static void a_cut_is_told(void **state)
{
	struct traffic t = { 0 };

	(void)state;
	traffic_start(&t);
	esme_submit(t.stream, 1, &hello);
	fake_net_hang_up(t.stream, IWF_E_GONE);
	assert_int_equal(t.host->cut_count, 1);
	fake_host_answer_accept(t.host, 0, IWF_RESULT_ACCEPTED);
	assert_int_equal(t.host->untold_count, 1);
	contract_close(&t.contract);
}

static void a_receiver_does_not_submit(void **state)
{
	struct traffic t = { .conf = esme_conf() };

	(void)state;
	traffic_open(&t, SMSC_BIND_RECEIVER);
	assert_int_equal(fake_host_state(t.host), IWF_LINK_UP);
	esme_submit(t.stream, 1, &hello);
	assert_int_equal(status_of(&t, 1), 0x04);
	contract_close(&t.contract);
}

static void a_transmitter_does_not_hear(void **state)
{
	struct traffic t = { .conf = esme_conf() };

	(void)state;
	traffic_open(&t, SMSC_BIND_TRANSMITTER);
	assert_int_equal(fake_host_state(t.host), IWF_LINK_DOWN);
	esme_submit(t.stream, 1, &hello);
	assert_int_equal(t.host->accept_count, 1);
	esme_bind(SMSC_BIND_RECEIVER);
	assert_int_equal(fake_host_state(t.host), IWF_LINK_UP);
	contract_close(&t.contract);
}

static void multi_put(struct iwf_buf *body)
{
	iwf_buf_put(body, "\0\1\1" "491710000002\0\3", 17);
	iwf_buf_put(body, "\1\1\1" "4915\0", 8);
	iwf_buf_put(body, "\2" "list\0", 6);
	iwf_buf_put(body, "\1\1\1" "4916\0", 8);
	iwf_buf_put(body, "\0\0\0\0\0\0\0\0\0\2hi", 12);
}

/* Each destination has its own fate, and those that failed are named. */
static void a_list_is_answered_once(void **state)
{
	static const unsigned char unsuccess[] =
		"\2\0\0" "list\0\0\0\0\x34" "\1\1" "4916\0\0\0\0\x0B";
	struct traffic t = { 0 };
	struct iwf_buf body = { 0 };
	struct smsc_pdu pdu;

	(void)state;
	traffic_start(&t);
	multi_put(&body);
	smsc_send(t.stream, ESME_SUBMIT_MULTI, 0, 9, iwf_buf_str(&body));
	iwf_buf_free(&body);
	assert_int_equal(t.host->accept_count, 2);
	fake_host_answer_accept(t.host, 1, IWF_RESULT_NO_ROUTE);
	smsc_expect_nothing(t.stream);
	fake_host_answer_accept(t.host, 0, IWF_RESULT_ACCEPTED);
	pdu = smsc_expect(t.stream, ESME_SUBMIT_MULTI | SMSC_RESP);
	assert_int_equal(pdu.status, 0);
	assert_int_equal(pdu.body_len, 17 + sizeof(unsuccess) - 1);
	assert_memory_equal(pdu.body + 17, unsuccess, sizeof(unsuccess) - 1);
	contract_close(&t.contract);
}

static void a_report_becomes_a_receipt(void **state)
{
	static const struct { enum iwf_fate fate; const char *text; } rows[] = {
		{ IWF_FATE_DELIVERED, "dlvrd:001 " },
		{ IWF_FATE_FAILED, "stat:UNDELIV err:404 " },
		{ IWF_FATE_EXPIRED, "stat:EXPIRED " },
		{ IWF_FATE_CANCELLED, "stat:DELETED " },
	};
	struct traffic t = { 0 };

	(void)state;
	traffic_start(&t);
	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_message report = {
			.kind = IWF_KIND_REPORT, .fate = rows[i].fate,
			.about = 0x123, .code = 404,
			.from = { .kind = IWF_ADDRESS_NUMBER,
				  .user = IWF_STR("+491") },
			.to = { .kind = IWF_ADDRESS_NUMBER,
				  .user = IWF_STR("+492") },
			.sent_at_ms = 1800000000000, .happened_at_ms =
			1800000060000,
		};
		const struct iwf_message *msg = iwf_message_create(&report);
		struct iwf_job job = { .id = i + 1, .msg = msg, .attempt = 1 };
		struct smsc_pdu pdu;

		contract_submit_job(&t.contract, &job);
		assert_true(smsc_read(t.stream, &pdu));
		assert_int_equal(pdu.id, SMSC_DELIVER_SM);
		assert_true(body_has(&pdu, "id:0000000000000123 sub:001 "));
		assert_true(body_has(&pdu, "submit date:2701150800 done "
				     "date:2701150801 "));
		assert_true(body_has(&pdu, rows[i].text));
		assert_true(body_has(&pdu, "text:"));
		/* receipted_message_id and message_state */
		assert_int_equal(pdu.body[pdu.body_len - 5], 0x04);
		assert_int_equal(pdu.body[pdu.body_len - 26], 0x00);
		assert_int_equal(pdu.body[pdu.body_len - 25], 0x1E);
		smsc_send(t.stream, pdu.id | SMSC_RESP, 0, pdu.sequence,
			  IWF_STR("\0"));
		assert_int_equal(fake_host_report_count(t.host, job.id, 0,
							IWF_FATE_SENT), 1);
		iwf_message_unref(&msg);
	}
	contract_close(&t.contract);
}

/* Each part was answered with an id of its own, so each has its receipt. */
static void parts_have_their_receipts(void **state)
{
	struct smsc_message part = hello;
	struct traffic t = { 0 };
	char ids[2][32];
	char account[80];

	(void)state;
	traffic_start(&t);
	part.esm_class = 0x40;
	for (uint32_t i = 0; i < 2; i++) {
		struct smsc_pdu pdu;

		part.text = i ? IWF_STR("\5\0\3\x2A\2\2world") :
			IWF_STR("\5\0\3\x2A\2\1hello ");
		esme_submit(t.stream, i + 1, &part);
		assert_int_equal(t.host->accepts[i].msg->part, i + 1);
		fake_host_answer_accept(t.host, i, IWF_RESULT_ACCEPTED);
		pdu = smsc_expect(t.stream, SMSC_SUBMIT_SM | SMSC_RESP);
		snprintf(ids[i], sizeof(ids[i]), "id:%.24s ",
			 (char *)pdu.body);
	}
	assert_string_not_equal(ids[0], ids[1]);
	/* As the gateway joins them. */
	snprintf(account, sizeof(account), "%.*s %.*s",
		 IWF_STR_ARG(t.host->accepts[0].msg->account),
		 IWF_STR_ARG(t.host->accepts[1].msg->account));
	{
		struct iwf_message report = {
			.kind = IWF_KIND_REPORT, .fate = IWF_FATE_DELIVERED,
			.about = 1, .account = iwf_str_from(account),
			.from = { .kind = IWF_ADDRESS_NUMBER,
				  .user = IWF_STR("+491") },
			.to = { .kind = IWF_ADDRESS_NUMBER,
				  .user = IWF_STR("+492") },
		};
		const struct iwf_message *msg = iwf_message_create(&report);
		struct iwf_job job = { .id = 1, .msg = msg, .attempt = 1 };
		struct smsc_pdu pdu;

		contract_submit_job(&t.contract, &job);
		for (uint32_t i = 0; i < 2; i++) {
			pdu = smsc_expect(t.stream, SMSC_DELIVER_SM);
			assert_true(body_has(&pdu, ids[i]));
			smsc_send(t.stream, pdu.id | SMSC_RESP, 0,
				  pdu.sequence, IWF_STR("\0"));
		}
		assert_int_equal(fake_host_answer_count(t.host, 1), 2);
		iwf_message_unref(&msg);
	}
	contract_close(&t.contract);
}

static void inquiry_answer(struct traffic *t, unsigned index,
			   enum iwf_result result, enum iwf_fate fate)
{
	const struct fake_inquiry *inquiry = &t->host->inquiries[index];
	const struct iwf_verdict verdict = {
		.result = result, .id = inquiry->id, .fate = fate,
	};

	inquiry->done(t->host->link, inquiry->tag, &verdict);
}

#define QUERY_BODY "00000000000000ab\0\1\1" "491\0"
#define CANCEL_BODY "\0" QUERY_BODY "\0\0\0"
#define OCTETS(text) iwf_str_make(text, sizeof(text) - 1)

static void questions_are_answered(void **state)
{
	static const struct { enum iwf_fate fate; unsigned state, cancel; }
	rows[] = {
		{ IWF_FATE_QUEUED, 1, 0x11 }, { IWF_FATE_SENT, 1, 0x11 },
		{ IWF_FATE_UNSURE, 1, 0x11 }, { IWF_FATE_DELIVERED, 2, 0x11 },
		{ IWF_FATE_EXPIRED, 3, 0x11 }, { IWF_FATE_CANCELLED, 4, 0 },
		{ IWF_FATE_FAILED, 5, 0x11 },
	};
	struct traffic t = { 0 };
	struct smsc_pdu pdu;

	(void)state;
	traffic_start(&t);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		smsc_send(t.stream, 3, 0, 70, OCTETS(QUERY_BODY));
		smsc_send(t.stream, 8, 0, 71, OCTETS(CANCEL_BODY));
		assert_int_equal(t.host->inquiries[2 * i].id, 0xab);
		assert_false(t.host->inquiries[2 * i].is_withdrawal);
		assert_true(t.host->inquiries[2 * i + 1].is_withdrawal);
		smsc_expect_nothing(t.stream);
		inquiry_answer(&t, 2 * i, IWF_RESULT_ACCEPTED, rows[i].fate);
		pdu = smsc_expect(t.stream, 3 | SMSC_RESP);
		assert_int_equal(pdu.sequence, 70);
		assert_int_equal(pdu.status, 0);
		assert_int_equal(pdu.body[pdu.body_len - 2], rows[i].state);
		inquiry_answer(&t, 2 * i + 1, IWF_RESULT_ACCEPTED,
			       rows[i].fate);
		pdu = smsc_expect(t.stream, 8 | SMSC_RESP);
		assert_int_equal(pdu.status, rows[i].cancel);
	}
	contract_close(&t.contract);
}

static void questions_of_nothing_are_refused(void **state)
{
	struct traffic t = { 0 };

	(void)state;
	traffic_start(&t);
	smsc_send(t.stream, 3, 0, 1, OCTETS("ab\0\1\1" "491\0"));
	assert_int_equal(smsc_expect(t.stream, 3 | SMSC_RESP).status, 0x0C);
	smsc_send(t.stream, 3, 0, 2, OCTETS(QUERY_BODY));
	inquiry_answer(&t, 0, IWF_RESULT_UNMATCHED, IWF_FATE_NONE);
	assert_int_equal(smsc_expect(t.stream, 3 | SMSC_RESP).status, 0x0C);
	/* Nobody waits for the answer any more. */
	smsc_send(t.stream, 3, 0, 3, OCTETS(QUERY_BODY));
	fake_net_hang_up(t.stream, IWF_OK);
	inquiry_answer(&t, 1, IWF_RESULT_ACCEPTED, IWF_FATE_SENT);
	contract_close(&t.contract);
}

static void nothing_is_replaced(void **state)
{
	struct traffic t = { 0 };

	(void)state;
	traffic_start(&t);
	smsc_send(t.stream, 7, 0, 1, OCTETS("00000000000000ab\0\1\1"
		  "491\0" "\0\0" "\0\0\2hi"));
	assert_int_equal(smsc_expect(t.stream, 7 | SMSC_RESP).status, 0x13);
	contract_close(&t.contract);
}

static void binds_share_what_is_delivered(void **state)
{
	struct traffic t = { 0 };
	struct iwf_stream *second;

	(void)state;
	traffic_start(&t);
	second = esme_bind(SMSC_BIND_RECEIVER);
	assert_int_equal(t.host->room, 20);
	for (unsigned i = 0; i < 4; i++)
		contract_submit(&t.contract, IWF_STR("hi"));
	for (unsigned i = 0; i < 2; i++) {
		smsc_expect(t.stream, SMSC_DELIVER_SM);
		smsc_expect(second, SMSC_DELIVER_SM);
	}
	assert_int_equal(t.host->room, 16);
	/* One dies: what was written to it is unsure, the rest goes on. */
	fake_net_hang_up(second, IWF_E_GONE);
	assert_int_equal(fake_host_state(t.host), IWF_LINK_UP);
	assert_int_equal(t.host->room, 8);
	contract_close(&t.contract);
}

static void silence_is_unsure(void **state)
{
	struct traffic t = { 0 };
	uint64_t job;

	(void)state;
	traffic_start(&t);
	job = contract_submit(&t.contract, IWF_STR("hi"));
	for (int i = 0; i < 6; i++) {
		fake_loop_advance(t.contract.loop, 10000);
		smsc_send(t.stream, SMSC_ENQUIRE_LINK, 0, 1, IWF_STR_NONE);
	}
	assert_int_equal(fake_host_report_count(t.host, job, 1,
						IWF_FATE_UNSURE), 1);
	assert_true(fake_net_is_open(t.stream));
	contract_close(&t.contract);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_submit_becomes_a_message),
		cmocka_unit_test(refusals_have_their_status),
		cmocka_unit_test(wishes_we_cannot_grant_are_refused),
		cmocka_unit_test(only_its_own_senders_are_taken),
		cmocka_unit_test(who_is_too_fast_is_throttled),
		cmocka_unit_test(what_is_not_stored_is_bounded),
		cmocka_unit_test(a_cut_is_told),
		cmocka_unit_test(a_receiver_does_not_submit),
		cmocka_unit_test(a_transmitter_does_not_hear),
		cmocka_unit_test(a_list_is_answered_once),
		cmocka_unit_test(a_report_becomes_a_receipt),
		cmocka_unit_test(parts_have_their_receipts),
		cmocka_unit_test(questions_are_answered),
		cmocka_unit_test(questions_of_nothing_are_refused),
		cmocka_unit_test(nothing_is_replaced),
		cmocka_unit_test(binds_share_what_is_delivered),
		cmocka_unit_test(silence_is_unsure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
