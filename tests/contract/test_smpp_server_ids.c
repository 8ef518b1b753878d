/* The ids that applications of the server role of adapters/smpp are told for
 * parts and lists: their receipts carry them, and they may be asked about. */
#include "esme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define SLICE_MS (15 * 60 * 1000)
#define OCTETS(text) iwf_str_make(text, sizeof(text) - 1)
#define QUERY_SM 3u
#define CANCEL_SM 8u

static const struct iwf_str first = IWF_STR("\5\0\3\x2A\2\1hello ");
static const struct iwf_str second = IWF_STR("\5\0\3\x2A\2\2world");

struct ids {
	struct contract contract;
	struct server_conf conf;
	struct iwf_host *host;
	struct iwf_stream *stream;
	uint32_t sequence;
};

struct id {
	char text[32];
};

static void ids_start(struct ids *t)
{
	t->conf = esme_conf();
	contract_open(&t->contract, &esme_driver, &t->conf);
	contract_turn(t->contract.loop);
	t->host = t->contract.host;
	t->stream = esme_bind(SMSC_BIND_TRANSCEIVER);
}

static void verdict_give(struct ids *t, unsigned index,
			 const struct iwf_verdict *verdict)
{
	struct fake_accept *of = t->host->accepts;
	iwf_done_fn *done;

	assert_true(index < t->host->accept_count);
	of += index;
	done = of->done;
	of->done = NULL;
	done(t->host->link, of->tag, verdict);
}

static struct id id_expect(struct ids *t, uint32_t command)
{
	struct smsc_pdu pdu = smsc_expect(t->stream, command | SMSC_RESP);
	struct id id;

	assert_int_equal(pdu.status, 0);
	snprintf(id.text, sizeof(id.text), "%.31s", (const char *)pdu.body);
	return id;
}

/* `message` when it makes the set whole. */
static struct id part_send(struct ids *t, struct iwf_str text,
			   enum iwf_result result, uint64_t message)
{
	const struct iwf_verdict verdict = { .result = result, .id = message };
	const struct smsc_message part = {
		.source_ton = 1, .source = "491710000002",
		.dest = "491710000001", .registered_delivery = 1,
		.esm_class = 0x40, .text = text,
	};

	esme_submit(t->stream, ++t->sequence, &part);
	verdict_give(t, t->host->accept_count - 1, &verdict);
	return id_expect(t, SMSC_SUBMIT_SM);
}

static struct iwf_str account_of(const struct ids *t, unsigned index)
{
	return t->host->accepts[index].msg->account;
}

static void receipts_expect(struct ids *t, const struct id *ids, unsigned count,
			    struct iwf_str account)
{
	const struct iwf_message report = {
		.kind = IWF_KIND_REPORT, .fate = IWF_FATE_DELIVERED,
		.about = 1, .account = account,
		.from = { .kind = IWF_ADDRESS_NUMBER, .user = IWF_STR("+491") },
		.to = { .kind = IWF_ADDRESS_NUMBER, .user = IWF_STR("+492") },
	};
	const struct iwf_message *msg = iwf_message_create(&report);
	const struct iwf_job job = { .id = 1, .msg = msg, .attempt = 1 };

	contract_submit_job(&t->contract, &job);
	for (unsigned i = 0; i < count; i++) {
		struct smsc_pdu pdu = smsc_expect(t->stream, SMSC_DELIVER_SM);
		char wanted[64];

		snprintf(wanted, sizeof(wanted), "id:%s sub:", ids[i].text);
		assert_true(iwf_str_search(
			iwf_str_make(pdu.body, pdu.body_len),
			iwf_str_from(wanted)) != IWF_STR_NPOS);
		smsc_send(t->stream, pdu.id | SMSC_RESP, 0, pdu.sequence,
			  IWF_STR("\0"));
	}
	smsc_expect_nothing(t->stream);
	iwf_message_unref(&msg);
}

/* To the last millisecond of the time in which a part's id stays the same. */
static void boundary_approach(struct ids *t)
{
	int64_t now_ms = iwf_loop_wall_ms(t->contract.loop);

	fake_loop_set_wall(t->contract.loop,
			   now_ms - now_ms % SLICE_MS + SLICE_MS - 1);
}

static void boundary_cross(struct ids *t)
{
	fake_loop_set_wall(t->contract.loop,
			   iwf_loop_wall_ms(t->contract.loop) + 1);
}

static void time_between_parts_changes_no_id(void **state)
{
	struct ids t = { 0 };
	struct id ids[2];
	char account[80];

	(void)state;
	ids_start(&t);
	boundary_approach(&t);
	ids[0] = part_send(&t, first, IWF_RESULT_ACCEPTED, 0);
	boundary_cross(&t);
	ids[1] = part_send(&t, second, IWF_RESULT_ACCEPTED, 0xab);
	/* As the gateway joins them. */
	snprintf(account, sizeof(account), "%.*s %.*s",
		 IWF_STR_ARG(account_of(&t, 0)),
		 IWF_STR_ARG(account_of(&t, 1)));
	receipts_expect(&t, ids, 2, iwf_str_from(account));
	contract_close(&t.contract);
}

static void a_part_again_has_its_id(void **state)
{
	struct ids t = { 0 };
	struct id id;

	(void)state;
	ids_start(&t);
	boundary_approach(&t);
	id = part_send(&t, first, IWF_RESULT_ACCEPTED, 0);
	assert_string_equal(part_send(&t, first, IWF_RESULT_DUPLICATE, 0).text,
			    id.text);
	boundary_cross(&t);
	assert_string_equal(part_send(&t, first, IWF_RESULT_DUPLICATE, 0).text,
			    id.text);
	contract_close(&t.contract);
}

/* Some applications count to one. */
static void a_reference_again_is_another_id(void **state)
{
	struct ids t = { 0 };
	struct id id;

	(void)state;
	ids_start(&t);
	id = part_send(&t, first, IWF_RESULT_ACCEPTED, 0);
	assert_string_not_equal(part_send(&t, IWF_STR("\5\0\3\x2A\2\1good "),
					  IWF_RESULT_ACCEPTED, 0).text,
				id.text);
	contract_close(&t.contract);
}

static void question_send(struct ids *t, uint32_t command, const struct id *id,
			  const char *dest)
{
	struct iwf_buf body = { 0 };

	if (command == CANCEL_SM)
		iwf_buf_u8(&body, 0);
	iwf_buf_put(&body, id->text, strlen(id->text) + 1);
	iwf_buf_put(&body, "\1\1" "491", 6);
	if (command == CANCEL_SM) {
		iwf_buf_put(&body, "\1\1", 2);
		iwf_buf_put(&body, dest, strlen(dest) + 1);
	}
	smsc_send(t->stream, command, 0, ++t->sequence, iwf_buf_str(&body));
	iwf_buf_free(&body);
}

static void inquiry_answer(struct ids *t, uint64_t id, enum iwf_fate fate,
			   int64_t ended_at_ms)
{
	const struct fake_inquiry *of = t->host->inquiries;
	const struct iwf_verdict verdict = {
		.id = id, .fate = fate, .ended_at_ms = ended_at_ms,
	};

	assert_int_not_equal(t->host->inquiry_count, 0);
	of += t->host->inquiry_count - 1;
	assert_int_equal(of->id, id);
	of->done(t->host->link, of->tag, &verdict);
}

static void a_part_may_be_asked_about(void **state)
{
	struct ids t = { 0 };
	struct id ids[2];
	uint32_t status;

	(void)state;
	ids_start(&t);
	ids[0] = part_send(&t, first, IWF_RESULT_ACCEPTED, 0);
	/* It is no message yet. */
	question_send(&t, QUERY_SM, &ids[0], "");
	status = smsc_expect(t.stream, QUERY_SM | SMSC_RESP).status;
	assert_int_equal(status, 0x0C);
	ids[1] = part_send(&t, second, IWF_RESULT_ACCEPTED, 0xab);
	for (unsigned i = 0; i < 2; i++) {
		question_send(&t, QUERY_SM, &ids[i], "");
		inquiry_answer(&t, 0xab, IWF_FATE_SENT, 0);
		assert_string_equal(id_expect(&t, QUERY_SM).text, ids[i].text);
		question_send(&t, CANCEL_SM, &ids[i], "491710000001");
		inquiry_answer(&t, 0xab, IWF_FATE_CANCELLED, 0);
		status = smsc_expect(t.stream, CANCEL_SM | SMSC_RESP).status;
		assert_int_equal(status, 0);
	}
	contract_close(&t.contract);
}

static void an_end_has_its_date(void **state)
{
	static const char date[] = "270115080100000+";
	const struct id id = { "00000000000000ab" };
	struct ids t = { 0 };
	struct smsc_pdu pdu;

	(void)state;
	ids_start(&t);
	question_send(&t, QUERY_SM, &id, "");
	inquiry_answer(&t, 0xab, IWF_FATE_DELIVERED, 1800000060000);
	pdu = smsc_expect(t.stream, QUERY_SM | SMSC_RESP);
	assert_int_equal(pdu.body_len, 17 + sizeof(date) + 2);
	assert_memory_equal(pdu.body + 17, date, sizeof(date));
	/* What may still change has none. */
	question_send(&t, QUERY_SM, &id, "");
	inquiry_answer(&t, 0xab, IWF_FATE_SENT, 1800000060000);
	pdu = smsc_expect(t.stream, QUERY_SM | SMSC_RESP);
	assert_int_equal(pdu.body_len, 17 + 1 + 2);
	contract_close(&t.contract);
}

/* Two destinations, given to the gateway as the next two. */
static void list_send(struct ids *t)
{
	struct iwf_buf body = { 0 };

	iwf_buf_put(&body, "\0\1\1" "491710000002\0\2", 17);
	iwf_buf_put(&body, "\1\1\1" "4915\0" "\1\1\1" "4916\0", 16);
	iwf_buf_put(&body, "\0\0\0\0\0\1\0\0\0\2hi", 12);
	smsc_send(t->stream, ESME_SUBMIT_MULTI, 0, ++t->sequence,
		  iwf_buf_str(&body));
	iwf_buf_free(&body);
}

static struct id list_answer(struct ids *t, enum iwf_result result)
{
	unsigned at = t->host->accept_count - 2;

	for (unsigned i = 0; i < 2; i++)
		verdict_give(t, at + i, &(struct iwf_verdict){
			.result = result, .id = 0x15 + i,
			.original_id = 0x15 + i });
	return id_expect(t, ESME_SUBMIT_MULTI);
}

static void one_of_a_list_may_be_asked_about(void **state)
{
	struct ids t = { 0 };
	struct id id;
	uint32_t status;

	(void)state;
	ids_start(&t);
	list_send(&t);
	id = list_answer(&t, IWF_RESULT_ACCEPTED);
	question_send(&t, CANCEL_SM, &id, "4916");
	inquiry_answer(&t, 0x16, IWF_FATE_CANCELLED, 0);
	status = smsc_expect(t.stream, CANCEL_SM | SMSC_RESP).status;
	assert_int_equal(status, 0);
	/* Which one? */
	question_send(&t, QUERY_SM, &id, "");
	status = smsc_expect(t.stream, QUERY_SM | SMSC_RESP).status;
	assert_int_equal(status, 0x0C);
	contract_close(&t.contract);
}

static void a_list_again_has_its_id(void **state)
{
	struct ids t = { 0 };
	struct id id;

	(void)state;
	ids_start(&t);
	list_send(&t);
	fake_net_hang_up(t.stream, IWF_E_GONE);
	for (unsigned i = 0; i < 2; i++)
		verdict_give(&t, i, &(struct iwf_verdict){ .id = 0x15 + i });
	t.stream = esme_bind(SMSC_BIND_TRANSCEIVER);
	list_send(&t);
	id = list_answer(&t, IWF_RESULT_DUPLICATE);
	receipts_expect(&t, &id, 1, account_of(&t, 0));
	contract_close(&t.contract);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_between_parts_changes_no_id),
		cmocka_unit_test(a_part_again_has_its_id),
		cmocka_unit_test(a_reference_again_is_another_id),
		cmocka_unit_test(a_part_may_be_asked_about),
		cmocka_unit_test(an_end_has_its_date),
		cmocka_unit_test(one_of_a_list_may_be_asked_about),
		cmocka_unit_test(a_list_again_has_its_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
