/* What throttling does to the messages of a link: they keep their place, and
 * nothing of it is their attempt. */
#include "smpp_flow.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The next submit_sm, whose part number it returns in *part. */
static uint32_t submit_part(struct flow *flow, unsigned *part)
{
	struct smsc_submit got = smsc_expect_submit(flow->stream);

	*part = got.text[5];
	return got.pdu.sequence;
}

static void what_is_throttled_goes_again_in_its_place(void **state)
{
	static char text[700];
	uint32_t sequences[3];
	struct flow flow;
	unsigned part;
	uint64_t id;

	(void)state;
	memset(text, 'a', sizeof(text));
	flow.conf = smsc_conf();
	flow.conf.window = 3;
	flow_bind_with(&flow);
	id = flow_submit(&flow, iwf_str_make(text, sizeof(text)));
	for (unsigned i = 0; i < 3; i++)
		sequences[i] = submit_part(&flow, &part);
	smsc_answer(flow.stream, 0x58, sequences[1], NULL);
	smsc_answer(flow.stream, 0x58, sequences[2], "");
	smsc_answer(flow.stream, 0, sequences[0], "1");
	/* A pause, then one alone until it is taken. */
	smsc_expect_nothing(flow.stream);
	flow_advance(&flow, 1000);
	sequences[1] = submit_part(&flow, &part);
	assert_int_equal(part, 2);
	smsc_expect_nothing(flow.stream);
	smsc_answer(flow.stream, 0, sequences[1], "2");
	for (unsigned i = 3; i <= 5; i++) {
		flow_advance(&flow, 1000);
		sequences[0] = submit_part(&flow, &part);
		assert_int_equal(part, i);
		smsc_answer(flow.stream, 0, sequences[0], "3");
	}
	assert_int_equal(fake_host_report_count(flow.host, id, 0,
						IWF_FATE_SENT), 5);
	assert_int_equal(fake_host_answer_count(flow.host, id), 5);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_SUBMIT_THROTTLED), 2);
	flow_close(&flow);
}

static void throttling_that_lasts_is_tried_ever_more_seldom(void **state)
{
	struct flow flow;
	unsigned tries = 0;
	uint64_t id;

	(void)state;
	flow_bind(&flow);
	id = flow_submit(&flow, IWF_STR("x"));
	for (int64_t ms = 0; ms < 60000; ms += 10) {
		struct smsc_pdu pdu;

		while (smsc_read(flow.stream, &pdu)) {
			if (pdu.id == SMSC_SUBMIT_SM) {
				tries++;
				smsc_answer(flow.stream, 0x58, pdu.sequence,
					    NULL);
			}
		}
		flow_advance(&flow, 10);
	}
	/* Doubling to two seconds; nothing of it is the message's attempt. */
	assert_in_range(tries, 25, 40);
	assert_int_equal(fake_host_answer_count(flow.host, id), 0);
	smsc_driver.take_all(&flow.contract);
	flow_advance(&flow, 2000);
	smsc_driver.take_all(&flow.contract);
	assert_int_equal(fake_host_report_count(flow.host, id, 1,
						IWF_FATE_SENT), 1);
	flow_close(&flow);
}

static void vendors_throttle_in_their_own_words(void **state)
{
	static const struct iwf_str words[] = {
		IWF_STR("0x45F"), IWF_STR("1121"),
	};
	static const uint32_t codes[] = { 0x45F, 1121 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct smsc_submit got;
		struct flow flow;
		uint64_t id;

		flow.conf = smsc_conf();
		flow.conf.throttle_status = (struct iwf_texts){ words, 2 };
		flow_bind_with(&flow);
		id = flow_submit(&flow, IWF_STR("x"));
		got = smsc_expect_submit(flow.stream);
		smsc_answer(flow.stream, codes[i], got.pdu.sequence, NULL);
		smsc_expect_nothing(flow.stream);
		assert_int_equal(fake_host_answer_count(flow.host, id), 0);
		flow_advance(&flow, 1000);
		smsc_expect_submit(flow.stream);
		flow_close(&flow);
	}
}

static void what_throttling_keeps_goes_back_with_the_link(void **state)
{
	struct smsc_submit got;
	struct flow flow;
	uint64_t ids[2];

	(void)state;
	flow_bind(&flow);
	for (unsigned i = 0; i < 2; i++) {
		ids[i] = flow_submit(&flow, IWF_STR("x"));
		got = smsc_expect_submit(flow.stream);
		smsc_answer(flow.stream, 0x58, got.pdu.sequence, NULL);
		flow_advance(&flow, i ? 0 : 200);
	}
	smsc_driver.adapter->ops->cancel(flow.contract.link, ids[0]);
	assert_int_equal(fake_host_report_count(flow.host, ids[0], 1,
						IWF_FATE_FAILED), 1);
	fake_net_hang_up(flow.stream, IWF_OK);
	assert_int_equal(fake_host_report_count(flow.host, ids[1], 1,
						IWF_FATE_QUEUED), 1);
	assert_true(fake_host_report(flow.host, ids[1])->link_trouble);
	flow_close(&flow);
}

static void a_full_queue_of_one_recipient_holds_nobody_else(void **state)
{
	const struct iwf_report *report;
	struct flow flow;
	uint64_t id;

	(void)state;
	flow_bind(&flow);
	id = flow_submit(&flow, IWF_STR("full"));
	for (unsigned i = 0; i < 10 &&
	     !fake_host_answer_count(flow.host, id); i++) {
		uint64_t other = flow_submit(&flow, IWF_STR("x"));

		for (int64_t ms = 0; ms < 3000; ms += 10) {
			struct smsc_pdu pdu;

			while (smsc_read(flow.stream, &pdu))
				if (pdu.id == SMSC_SUBMIT_SM)
					smsc_answer(flow.stream,
						memmem(pdu.body, pdu.body_len,
						       "full", 4) ? 0x14 : 0,
						pdu.sequence, "1");
			flow_advance(&flow, 10);
		}
		assert_int_equal(fake_host_report_count(flow.host, other, 1,
							IWF_FATE_SENT), 1);
	}
	report = fake_host_report(flow.host, id);
	assert_int_equal(report->fate, IWF_FATE_QUEUED);
	assert_int_equal(report->code, 0x14);
	assert_false(report->link_trouble);
	flow_close(&flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_throttled_goes_again_in_its_place),
		cmocka_unit_test(
			throttling_that_lasts_is_tried_ever_more_seldom),
		cmocka_unit_test(vendors_throttle_in_their_own_words),
		cmocka_unit_test(what_throttling_keeps_goes_back_with_the_link),
		cmocka_unit_test(
			a_full_queue_of_one_recipient_holds_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
