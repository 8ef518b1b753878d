/* The PDUs over which libraries and gateways fall, sent on a bind that lives:
 * each is answered under its own number, and the bind goes on. */
#include "../unit/smpp/octets.h"
#include "smpp_flow.h"

enum { SILENCE = 0 };

struct trap {
	const char *name;
	const char *octets;  /* behind command_length */
	uint32_t answer;     /* command_id, or SILENCE */
	uint32_t status;
	bool is_bad;         /* counted as such */
	bool is_message;     /* given to the gateway */
};

#define START "00 01 01 '4917'00 01 01 '123'00 "
#define MIDDLE "00 00 00 00 00 00 00 00 "
#define DELIVER "00000005 00000000 00000009 "
#define ANSWERED 0x80000005

static const struct trap traps[] = {
	{ "an answer with a vendor's status and nobody's number",
	  "80000004 00000458 00000777 00", SILENCE, 0, false, false },
	{ "an answer with an SMPP 5.0 status, no body",
	  "80000004 00000104 00000777", SILENCE, 0, false, false },
	{ "an error answer with an empty id",
	  "80000004 00000058 00000777 00", SILENCE, 0, false, false },
	{ "deliver_sm_resp with an id", "80000005 00000000 00000777 'abc'00",
	  SILENCE, 0, true, false },
	{ "generic_nack with number 0", "80000000 00000003 00000000",
	  SILENCE, 0, false, false },
	{ "enquire_link with number 0", "00000015 00000000 00000000",
	  0x80000015, 0, false, false },
	{ "an unknown request", "00000111 00000000 00000009 00", 0x80000000, 3,
	  true, false },
	{ "an unknown answer", "80000111 00000000 00000009 00", SILENCE, 0,
	  true, false },
	{ "submit_sm to us", "00000004 00000000 00000009 " START MIDDLE
	  "00 01 'x'", 0x80000000, 3, true, false },
	{ "an unknown TON and NPI", DELIVER "00 07 02 '4917'00 ff ff '123'00 "
	  MIDDLE "00 01 'x'", ANSWERED, 0, false, true },
	{ "no NUL at all", DELIVER "414141", 0x80000000, 2, true, false },
	{ "a service_type of nothing but text", DELIVER
	  "'123456789'00 01 01 '1'00 01 01 '2'00 " MIDDLE "00 00",
	  ANSWERED, 0x15, true, false },
	{ "an address of 21", DELIVER "00 01 01 '123456789012345678901'00 01 "
	  "01 '2'00 " MIDDLE "00 00", ANSWERED, 0x0A, true, false },
	{ "addresses of no length", DELIVER "00 00 00 00 00 00 00 " MIDDLE
	  "00 01 'x'", ANSWERED, 0, false, true },
	{ "sm_length 255 of three", DELIVER START MIDDLE "00 ff 'xyz'",
	  ANSWERED, 0x01, true, false },
	{ "no sm_length", DELIVER START MIDDLE "00", 0x80000000, 2, true,
	  false },
	{ "a parameter longer than the PDU", DELIVER START MIDDLE
	  "00 01 'x' 0424 ffff 00", ANSWERED, 0xC2, true, false },
	{ "half a parameter", DELIVER START MIDDLE "00 01 'x' 0424 00",
	  ANSWERED, 0xC0, true, false },
	{ "alert_notification of no length", "00000102 00000000 00000009 "
	  "00 00 00 00 00 00", SILENCE, 0, false, false },
};

/* command_length is computed; fill: so many octets more. */
static void feed(struct flow *flow, const char *spec, struct iwf_str fill)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_str rest = octets(arena, spec);
	struct iwf_buf buf = { 0 };

	iwf_buf_u32(&buf, (uint32_t)(rest.len + fill.len + 4));
	iwf_buf_str_put(&buf, rest);
	iwf_buf_str_put(&buf, fill);
	fake_net_feed(flow->stream, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
}

static void verdicts_tell(struct flow *flow)
{
	for (unsigned i = 0; i < flow->host->accept_count; i++)
		fake_host_answer_accept(flow->host, i, IWF_RESULT_ACCEPTED);
}

/* It still carries a message there, and its answer back. */
static void assert_alive(struct flow *flow)
{
	uint64_t id = flow_submit(flow, IWF_STR("alive"));
	struct smsc_submit got = smsc_expect_submit(flow->stream);

	smsc_answer(flow->stream, 0, got.pdu.sequence, "1");
	assert_int_equal(fake_host_report_count(flow->host, id, 1,
						IWF_FATE_SENT), 1);
	assert_int_equal(fake_host_state(flow->host), IWF_LINK_UP);
}

static void every_trap_is_survived(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		const struct trap *trap = &traps[i];
		struct smsc_pdu pdu;
		struct flow flow;

		print_message("%s\n", trap->name);
		flow_bind(&flow);
		feed(&flow, trap->octets, IWF_STR_NONE);
		assert_int_equal(flow.host->accept_count, trap->is_message);
		verdicts_tell(&flow);
		if (trap->answer) {
			pdu = smsc_expect(flow.stream, trap->answer);
			assert_int_equal(pdu.status, trap->status);
		} else {
			smsc_expect_nothing(flow.stream);
		}
		assert_int_equal(flow_metric(&flow, SMPP_METRIC_BAD_PDU),
				 trap->is_bad);
		assert_alive(&flow);
		flow_close(&flow);
	}
}

/* Parameters as many and as long as one likes. */
static void parameters_beyond_all_measure(void **state)
{
	static const struct {
		size_t count, len;
		uint32_t status;
	} rows[] = {
		{ 36, 1, 0 }, { 500, 1, 0 }, { 1, 1025, 0 }, { 1, 60000, 0 },
		{ 513, 1, 0xC0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_buf tlvs = { 0 };
		struct smsc_pdu pdu;
		struct flow flow;

		for (size_t n = 0; n < rows[i].count; n++) {
			iwf_buf_u16(&tlvs, 0x1401);
			iwf_buf_u16(&tlvs, (uint16_t)rows[i].len);
			for (size_t o = 0; o < rows[i].len; o++)
				iwf_buf_u8(&tlvs, 'x');
		}
		flow_bind(&flow);
		feed(&flow, DELIVER START MIDDLE "00 01 'x' ",
		     iwf_buf_str(&tlvs));
		verdicts_tell(&flow);
		pdu = smsc_expect(flow.stream, ANSWERED);
		assert_int_equal(pdu.status, rows[i].status);
		assert_int_equal(pdu.sequence, 9);
		assert_alive(&flow);
		flow_close(&flow);
		iwf_buf_free(&tlvs);
	}
}

/* What answers our own request may look as it likes. */
static void answers_of_any_shape_are_answers(void **state)
{
	static const struct {
		uint32_t status;
		struct iwf_str body;
		enum iwf_fate fate;
	} rows[] = {
		{ 0x458, IWF_STR(""), IWF_FATE_QUEUED },
		{ 0x458, IWF_STR("\0"), IWF_FATE_QUEUED },
		{ 0xFFFFFFFF, IWF_STR("junk"), IWF_FATE_QUEUED },
		{ 0x101, IWF_STR(""), IWF_FATE_FAILED },
		{ 0x0B, IWF_STR("an id with an error\0"), IWF_FATE_FAILED },
		{ 0, IWF_STR(""), IWF_FATE_SENT },
		{ 0, IWF_STR("no NUL"), IWF_FATE_SENT },
		{ 0, IWF_STR("x\0\x04\x28\0\1\x32"), IWF_FATE_SENT },
		{ 0, IWF_STR("x\0junk behind"), IWF_FATE_SENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct smsc_submit got;
		struct flow flow;
		uint64_t id;

		flow_bind(&flow);
		id = flow_submit(&flow, IWF_STR("x"));
		got = smsc_expect_submit(flow.stream);
		smsc_send(flow.stream, SMSC_SUBMIT_SM | SMSC_RESP,
			  rows[i].status, got.pdu.sequence, rows[i].body);
		assert_int_equal(fake_host_report(flow.host, id)->fate,
				 rows[i].fate);
		assert_alive(&flow);
		flow_close(&flow);
	}
}

/* SMPP 5.0: an SMSC at 100 of 100 gets less at once, without a throttling. */
static void a_congested_smsc_is_spared(void **state)
{
	struct smsc_submit got[2];
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	for (unsigned i = 0; i < 2; i++) {
		flow_submit(&flow, IWF_STR("x"));
		got[i] = smsc_expect_submit(flow.stream);
	}
	flow_advance(&flow, 5);
	for (unsigned i = 0; i < 2; i++)
		smsc_send(flow.stream, SMSC_SUBMIT_SM | SMSC_RESP, 0,
			  got[i].pdu.sequence,
			  IWF_STR("x\0\x04\x28\0\1\x64"));
	assert_true(flow_metric(&flow, SMPP_METRIC_RATE) <= 2);
	flow_submit(&flow, IWF_STR("x"));
	smsc_expect_submit(flow.stream);
	flow_submit(&flow, IWF_STR("y"));
	smsc_expect_nothing(flow.stream);
	flow_close(&flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_trap_is_survived),
		cmocka_unit_test(parameters_beyond_all_measure),
		cmocka_unit_test(answers_of_any_shape_are_answers),
		cmocka_unit_test(a_congested_smsc_is_spared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
