/* One bind of adapters/smpp against a played SMSC: binding, coming back,
 * keeping alive, bad input, leaving. The clock is moved by hand. */
#include "smpp_flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define STEP_MS 10

/* How long until the next connection is begun. */
static int64_t wait_for_connect(struct flow *flow)
{
	unsigned before = fake_net_count();
	int64_t ms = 0;

	for (; fake_net_count() == before; ms += STEP_MS) {
		assert_true(ms < 200000);
		flow_advance(flow, STEP_MS);
	}
	return ms;
}

static void assert_wait(struct flow *flow, int64_t wanted_ms)
{
	int64_t ms = wait_for_connect(flow);

	assert_in_range(ms, wanted_ms * 80 / 100,
			wanted_ms * 120 / 100 + STEP_MS);
}

/* The property of every fault: the link returns. */
static void assert_returns(struct flow *flow)
{
	smsc_driver.bring_up(&flow->contract);
	assert_int_equal(fake_host_state(flow->contract.host), IWF_LINK_UP);
	assert_true(flow->contract.host->room > 0);
	assert_int_equal(fake_net_open_count(), 1);
}

/* --- binding --- */

static void bind_says_what_is_set(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;

	(void)state;
	flow_open(&flow);
	flow.stream = smsc_connect(&flow.contract);
	pdu = smsc_expect(flow.stream, SMSC_BIND_TRANSCEIVER);
	assert_memory_equal(pdu.body, "carrier\0secret\0\0\x34\0\0\0", 20);
	assert_int_equal(pdu.body_len, 20);
	assert_int_not_equal(fake_host_state(flow.contract.host), IWF_LINK_UP);
	assert_int_equal(flow.contract.host->room, 0);
	smsc_send(flow.stream, SMSC_BIND_TRANSCEIVER | SMSC_RESP, 0,
		  pdu.sequence, IWF_STR("smsc\0"));
	assert_int_equal(fake_host_state(flow.contract.host), IWF_LINK_UP);
	assert_int_equal(flow.contract.host->room, 10);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_LINK_UP), 1);
	assert_int_equal(fake_host_line_count(flow.contract.host, IWF_LOG_INFO,
					      "bound"), 1);
	flow_close(&flow);
}

static void the_answer_to_another_bind_binds_nothing(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;

	(void)state;
	flow_open(&flow);
	flow.stream = smsc_connect(&flow.contract);
	pdu = smsc_expect(flow.stream, SMSC_BIND_TRANSCEIVER);
	smsc_send(flow.stream, SMSC_BIND_TRANSCEIVER | SMSC_RESP, 0,
		  pdu.sequence + 1, IWF_STR("smsc\0"));
	assert_int_not_equal(fake_host_state(flow.contract.host), IWF_LINK_UP);
	flow_close(&flow);
}

static void a_refused_bind_tells_its_reason(void **state)
{
	static const struct {
		uint32_t status;
		const char *reason;
	} rows[] = {
		{ 0x05, "already bound" }, { 0x0D, "bind failed" },
		{ 0x0E, "wrong password" }, { 0x0F, "unknown system_id" },
		{ 0x53, "wrong system_type" }, { 0x08, "system error" },
		{ 0x58, "too many binds" }, { 0x0401, "refused" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow flow;

		flow_open(&flow);
		smsc_bind(&flow.contract, rows[i].status);
		assert_int_equal(fake_host_state(flow.contract.host),
				 IWF_LINK_DOWN);
		assert_non_null(strstr(fake_host_reason(flow.contract.host),
				       rows[i].reason));
		assert_int_equal(flow_metric(&flow, SMPP_METRIC_BIND_REFUSED),
				 1);
		assert_int_equal(fake_net_open_count(), 0);
		assert_false(fake_host_has_said(flow.contract.host, "secret"));
		assert_returns(&flow);
		flow_close(&flow);
	}
}

static void a_nacked_bind_is_a_refused_one(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;

	(void)state;
	flow_open(&flow);
	flow.stream = smsc_connect(&flow.contract);
	pdu = smsc_expect(flow.stream, SMSC_BIND_TRANSCEIVER);
	smsc_send(flow.stream, SMSC_NACK, 3, pdu.sequence, IWF_STR_NONE);
	assert_int_equal(fake_host_state(flow.contract.host), IWF_LINK_DOWN);
	assert_non_null(strstr(fake_host_reason(flow.contract.host),
			       "not supported"));
	assert_returns(&flow);
	flow_close(&flow);
}

static void already_bound_backs_off_for_long(void **state)
{
	struct flow flow;

	(void)state;
	flow_open(&flow);
	smsc_bind(&flow.contract, 0x05);
	assert_wait(&flow, 30000);
	smsc_bind(&flow.contract, 0x05);
	assert_wait(&flow, 60000);
	flow_close(&flow);
}

static void a_bind_without_answer_times_out(void **state)
{
	struct flow flow;

	(void)state;
	flow_open(&flow);
	flow.stream = smsc_connect(&flow.contract);
	flow_advance(&flow, 9999);
	assert_true(fake_net_is_open(flow.stream));
	flow_advance(&flow, 1);
	assert_false(fake_net_is_open(flow.stream));
	assert_non_null(strstr(fake_host_reason(flow.contract.host),
			       "no answer to the bind"));
	assert_returns(&flow);
	flow_close(&flow);
}

static void a_connection_that_does_not_come_times_out(void **state)
{
	struct flow flow;

	(void)state;
	flow_open(&flow);
	flow_advance(&flow, 10000);
	assert_int_equal(fake_net_open_count(), 0);
	assert_int_equal(fake_host_state(flow.contract.host), IWF_LINK_DOWN);
	assert_returns(&flow);
	flow_close(&flow);
}

/* --- coming back --- */

static void the_ladder_doubles_to_a_minute(void **state)
{
	static const int64_t waits_ms[] = {
		1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000
	};
	struct flow flow;

	(void)state;
	flow_open(&flow);
	for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
		fake_net_refuse(fake_net_last(), IWF_E_IO, "refused");
		assert_int_equal(fake_net_open_count(), 0);
		assert_wait(&flow, waits_ms[i]);
	}
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_RECONNECT), 9);
	/* A bind that lasts longer than the last wait begins it anew. */
	smsc_bind(&flow.contract, 0);
	flow_advance(&flow, 25000);
	smsc_driver.take_all(&flow.contract);
	flow_advance(&flow, 25000);
	smsc_driver.take_all(&flow.contract);
	flow_advance(&flow, 25000);
	smsc_driver.kill(&flow.contract);
	assert_wait(&flow, 1000);
	flow_close(&flow);
}

static void a_bind_that_dies_at_once_does_not_shorten_the_ladder(void **state)
{
	static const int64_t waits_ms[] = { 1000, 2000, 4000, 8000 };
	struct flow flow;

	(void)state;
	flow_open(&flow);
	for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
		smsc_bind(&flow.contract, 0);
		smsc_driver.kill(&flow.contract);
		assert_wait(&flow, waits_ms[i]);
	}
	flow_close(&flow);
}

static void no_second_socket_before_the_first_is_closed(void **state)
{
	struct flow flow;

	(void)state;
	flow_open(&flow);
	for (int i = 0; i < 20; i++) {
		smsc_bind(&flow.contract, i % 3 ? 0x0D : 0);
		assert_true(fake_net_open_count() <= 1);
		if (fake_net_open_count())
			smsc_driver.kill(&flow.contract);
		assert_int_equal(fake_net_open_count(), 0);
	}
	flow_close(&flow);
}

static void a_pair_is_up_when_both_are_bound(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.bind = SMPP_BIND_MODE_PAIR;
	contract_open(&flow.contract, &smsc_driver, &flow.conf);
	assert_int_equal(fake_net_count(), 2);
	fake_net_accept(fake_net_get(0));
	fake_net_accept(fake_net_get(1));
	pdu = smsc_expect(fake_net_get(0), SMSC_BIND_TRANSMITTER);
	smsc_send(fake_net_get(0), pdu.id | SMSC_RESP, 0, pdu.sequence,
		  IWF_STR("s\0"));
	assert_int_not_equal(fake_host_state(flow.contract.host), IWF_LINK_UP);
	assert_int_equal(flow.contract.host->room, 0);
	pdu = smsc_expect(fake_net_get(1), SMSC_BIND_RECEIVER);
	smsc_send(fake_net_get(1), pdu.id | SMSC_RESP, 0, pdu.sequence,
		  IWF_STR("s\0"));
	assert_int_equal(fake_host_state(flow.contract.host), IWF_LINK_UP);
	contract_submit(&flow.contract, IWF_STR("one"));
	smsc_expect_submit(fake_net_get(0));
	smsc_expect_nothing(fake_net_get(1));
	fake_net_hang_up(fake_net_get(1), IWF_OK);
	assert_int_not_equal(fake_host_state(flow.contract.host), IWF_LINK_UP);
	assert_int_equal(flow.contract.host->room, 0);
	flow_close(&flow);
}

/* --- keeping alive --- */

static void enquire_link_is_answered_with_its_number(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;

	(void)state;
	flow_bind(&flow);
	smsc_send(flow.stream, SMSC_ENQUIRE_LINK, 0, 4711, IWF_STR_NONE);
	pdu = smsc_expect(flow.stream, SMSC_ENQUIRE_LINK | SMSC_RESP);
	assert_int_equal(pdu.sequence, 4711);
	assert_int_equal(pdu.status, 0);
	flow_close(&flow);
}

static void silence_is_enquired_and_then_dropped(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;

	(void)state;
	flow_bind(&flow);
	flow_advance(&flow, 29999);
	smsc_expect_nothing(flow.stream);
	flow_advance(&flow, 1);
	pdu = smsc_expect(flow.stream, SMSC_ENQUIRE_LINK);
	smsc_send(flow.stream, SMSC_ENQUIRE_LINK | SMSC_RESP, 0, pdu.sequence,
		  IWF_STR_NONE);
	flow_advance(&flow, 30000);
	smsc_expect(flow.stream, SMSC_ENQUIRE_LINK);
	assert_true(fake_net_is_open(flow.stream));
	flow_advance(&flow, 30000);
	assert_false(fake_net_is_open(flow.stream));
	assert_int_equal(flow_metric(&flow,
				     SMPP_METRIC_ENQUIRE_LINK_UNANSWERED), 1);
	assert_non_null(strstr(fake_host_reason(flow.contract.host),
			       "enquire_link"));
	assert_returns(&flow);
	flow_close(&flow);
}

static void an_answer_with_a_wrong_number_is_none(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;

	(void)state;
	flow_bind(&flow);
	flow_advance(&flow, 30000);
	pdu = smsc_expect(flow.stream, SMSC_ENQUIRE_LINK);
	smsc_send(flow.stream, SMSC_ENQUIRE_LINK | SMSC_RESP, 0,
		  pdu.sequence + 9, IWF_STR_NONE);
	flow_advance(&flow, 30000);
	assert_false(fake_net_is_open(flow.stream));
	flow_close(&flow);
}

static void traffic_needs_no_enquiry(void **state)
{
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	for (int i = 0; i < 10; i++) {
		flow_advance(&flow, 20000);
		smsc_send(flow.stream, SMSC_ENQUIRE_LINK, 0, 9, IWF_STR_NONE);
		smsc_expect(flow.stream, SMSC_ENQUIRE_LINK | SMSC_RESP);
		smsc_expect_nothing(flow.stream);
	}
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_ENQUIRE_LINK), 0);
	flow_close(&flow);
}

/* --- bad input --- */

static void an_unknown_command_is_nacked(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;

	(void)state;
	flow_bind(&flow);
	smsc_send(flow.stream, 0x0777, 0, 55, IWF_STR("whatever"));
	pdu = smsc_expect(flow.stream, SMSC_NACK);
	assert_int_equal(pdu.status, 3);
	assert_int_equal(pdu.sequence, 55);
	/* An answer to nothing is answered with nothing. */
	smsc_send(flow.stream, 0x80000777, 0, 56, IWF_STR_NONE);
	smsc_expect_nothing(flow.stream);
	/* What only an ESME may ask. */
	smsc_send(flow.stream, SMSC_SUBMIT_SM, 0, 57, IWF_STR_NONE);
	smsc_expect(flow.stream, SMSC_NACK);
	assert_int_equal(fake_host_state(flow.contract.host), IWF_LINK_UP);
	flow_close(&flow);
}

static void one_bad_pdu_does_not_end_the_bind(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;
	uint64_t id;

	(void)state;
	flow_bind(&flow);
	id = contract_submit(&flow.contract, IWF_STR("hello"));
	pdu = smsc_expect_submit(flow.stream).pdu;
	smsc_send(flow.stream, SMSC_DELIVER_SM, 0, 31,
		  IWF_STR("\0\1\1" "491710000002xxxxxxxxxxxxxxxxxx\0"));
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_BAD_PDU), 1);
	assert_int_equal(fake_host_state(flow.contract.host), IWF_LINK_UP);
	smsc_answer(flow.stream, 0, pdu.sequence, "77");
	assert_int_equal(fake_host_report_count(flow.contract.host, id, 1,
						IWF_FATE_SENT), 1);
	pdu = smsc_expect(flow.stream, SMSC_DELIVER_SM | SMSC_RESP);
	assert_int_equal(pdu.sequence, 31);
	assert_int_equal(pdu.status, 0x0A);
	flow_close(&flow);
}

static void lost_framing_ends_the_connection(void **state)
{
	static const struct {
		struct iwf_str bytes;
		const char *guess;
	} rows[] = {
		{ IWF_STR("HTTP/1.1 400 Bad Request\r\n\r\n"), "HTTP" },
		{ IWF_STR("\x16\x03\x01\x02\x00\x01\x00\x01"), "TLS" },
		{ IWF_STR("\x15\x03\x01\x00\x02\x02\x46"), "TLS" },
		{ IWF_STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP" },
		{ IWF_STR("INVITE sip:a@b SIP/2.0\r\n"), "SIP" },
		{ IWF_STR("\x00\x00\x00\x0F\x00\x00\x00\x15"), "15" },
		{ IWF_STR("\x00\x02\x00\x00\x00\x00\x00\x05"), "131072" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow flow;

		flow_bind(&flow);
		fake_net_feed(flow.stream, rows[i].bytes);
		smsc_expect(flow.stream, SMSC_NACK);
		assert_int_equal(fake_net_open_count(), 0);
		assert_int_equal(flow_metric(&flow, SMPP_METRIC_FRAMING_LOST),
				 1);
		assert_true(fake_host_has_said(flow.contract.host,
					       rows[i].guess));
		assert_returns(&flow);
		flow_close(&flow);
	}
}

static void nothing_large_is_taken_before_the_bind(void **state)
{
	struct flow flow;

	(void)state;
	flow_open(&flow);
	flow.stream = smsc_connect(&flow.contract);
	fake_net_feed(flow.stream, IWF_STR("\x00\x00\x01\x01\x00\x00\x00\x05"));
	assert_false(fake_net_is_open(flow.stream));
	assert_returns(&flow);
	flow_close(&flow);
}

static void pdus_come_in_any_pieces(void **state)
{
	static const char octets[] =
		"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01"
		"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x02";
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	for (size_t i = 0; i < sizeof(octets) - 1; i++)
		fake_net_feed(flow.stream, iwf_str_make(octets + i, 1));
	fake_net_feed(flow.stream, iwf_str_make(octets, 32));
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(smsc_expect(flow.stream, SMSC_ENQUIRE_LINK |
					     SMSC_RESP).sequence, i % 2 + 1);
	flow_close(&flow);
}

static void answers_go_while_requests_wait(void **state)
{
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	for (int i = 0; i < 10; i++)
		contract_submit(&flow.contract, IWF_STR("hello"));
	assert_int_equal(flow.contract.host->room, 0);
	for (int i = 0; i < 10; i++)
		smsc_expect_submit(flow.stream);
	smsc_send(flow.stream, SMSC_ENQUIRE_LINK, 0, 1, IWF_STR_NONE);
	smsc_expect(flow.stream, SMSC_ENQUIRE_LINK | SMSC_RESP);
	flow_close(&flow);
}

static void an_smsc_that_never_reads_is_dropped(void **state)
{
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	fake_net_stick(flow.stream, true);
	for (uint32_t i = 1; fake_net_is_open(flow.stream); i++) {
		assert_true(i < 200000);
		smsc_send(flow.stream, SMSC_ENQUIRE_LINK, 0, i, IWF_STR_NONE);
	}
	assert_returns(&flow);
	flow_close(&flow);
}

/* --- leaving --- */

static void unbind_of_the_smsc_waits_for_what_runs(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;
	uint64_t id;

	(void)state;
	flow_bind(&flow);
	id = contract_submit(&flow.contract, IWF_STR("hello"));
	pdu = smsc_expect_submit(flow.stream).pdu;
	smsc_send(flow.stream, SMSC_UNBIND, 0, 99, IWF_STR_NONE);
	smsc_expect_nothing(flow.stream);
	assert_int_equal(flow.contract.host->room, 0);
	smsc_answer(flow.stream, 0, pdu.sequence, "1");
	assert_int_equal(fake_host_report_count(flow.contract.host, id, 1,
						IWF_FATE_SENT), 1);
	pdu = smsc_expect(flow.stream, SMSC_UNBIND | SMSC_RESP);
	assert_int_equal(pdu.sequence, 99);
	assert_false(fake_net_is_open(flow.stream));
	assert_returns(&flow);
	flow_close(&flow);
}

static void unbind_of_the_smsc_does_not_wait_for_ever(void **state)
{
	struct flow flow;
	uint64_t id;

	(void)state;
	flow_bind(&flow);
	id = contract_submit(&flow.contract, IWF_STR("hello"));
	smsc_expect_submit(flow.stream);
	smsc_send(flow.stream, SMSC_UNBIND, 0, 99, IWF_STR_NONE);
	flow_advance(&flow, 10000);
	smsc_expect(flow.stream, SMSC_UNBIND | SMSC_RESP);
	assert_false(fake_net_is_open(flow.stream));
	assert_int_equal(fake_host_report_count(flow.contract.host, id, 1,
						IWF_FATE_UNSURE), 1);
	assert_returns(&flow);
	flow_close(&flow);
}

static void drain_unbinds(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;

	(void)state;
	flow_bind(&flow);
	smsc_driver.adapter->ops->drain(flow.contract.link);
	assert_int_equal(fake_host_state(flow.contract.host),
			 IWF_LINK_DRAINING);
	pdu = smsc_expect(flow.stream, SMSC_UNBIND);
	assert_int_equal(flow.contract.host->drained_count, 0);
	smsc_send(flow.stream, SMSC_UNBIND | SMSC_RESP, 0, pdu.sequence,
		  IWF_STR_NONE);
	assert_int_equal(flow.contract.host->drained_count, 1);
	assert_int_equal(fake_net_open_count(), 0);
	flow_advance(&flow, 600000);
	assert_int_equal(fake_net_count(), 1);
	flow_close(&flow);
}

static void close_says_unbind(void **state)
{
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	smsc_driver.adapter->ops->close(&flow.contract.link);
	smsc_expect(flow.stream, SMSC_UNBIND);
	flow_close(&flow);
}

static void another_password_means_another_bind(void **state)
{
	struct flow flow;
	struct smpp_conf other;
	struct smsc_pdu pdu;

	(void)state;
	flow_bind(&flow);
	other = flow.conf;
	other.password = IWF_STR("changed");
	smsc_driver.adapter->ops->reconfigure(flow.contract.link, &other);
	memset(&flow.conf, 0x5A, sizeof(flow.conf));
	pdu = smsc_expect(flow.stream, SMSC_UNBIND);
	smsc_send(flow.stream, SMSC_UNBIND | SMSC_RESP, 0, pdu.sequence,
		  IWF_STR_NONE);
	assert_false(fake_net_is_open(flow.stream));
	flow.stream = smsc_connect(&flow.contract);
	pdu = smsc_expect(flow.stream, SMSC_BIND_TRANSCEIVER);
	assert_memory_equal(pdu.body, "carrier\0changed\0", 16);
	flow_close(&flow);
}

static void another_window_needs_no_bind(void **state)
{
	struct flow flow;
	struct smpp_conf other;

	(void)state;
	flow_bind(&flow);
	other = flow.conf;
	other.window = 3;
	smsc_driver.adapter->ops->reconfigure(flow.contract.link, &other);
	assert_int_equal(flow.contract.host->room, 3);
	assert_int_equal(fake_net_count(), 1);
	smsc_expect_nothing(flow.stream);
	flow_close(&flow);
}

static void settings_that_cannot_be_are_refused(void **state)
{
	struct smpp_conf conf = smsc_conf();
	const struct iwf_ops *ops = smsc_driver.adapter->ops;
	struct iwf_why why;

	(void)state;
	assert_int_equal(ops->check(&conf, &why), IWF_OK);
	conf.password_file = IWF_STR("/nowhere/password");
	assert_int_equal(ops->check(&conf, &why), IWF_E_SYNTAX);
	conf.password = IWF_STR_NONE;
	assert_int_equal(ops->check(&conf, &why), IWF_E_IO);
	conf = smsc_conf();
	conf.reconnect_min_ms = conf.reconnect_max_ms + 1;
	assert_int_equal(ops->check(&conf, &why), IWF_E_SYNTAX);
	conf = smsc_conf();
	conf.enquire_link_ms = conf.inactivity_ms;
	assert_int_equal(ops->check(&conf, &why), IWF_E_SYNTAX);
}

static void only_numbers_are_statuses(void **state)
{
	static const struct iwf_str words[] = {
		IWF_STR("0x58"), IWF_STR("4294967295"), IWF_STR("0XfF"),
		IWF_STR(""), IWF_STR("0"), IWF_STR("0x"), IWF_STR("12x"),
		IWF_STR("0x12g"), IWF_STR("4294967296"), IWF_STR("-1"),
		IWF_STR("ff"),
	};
	struct iwf_why why;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct smpp_conf conf = smsc_conf();

		conf.throttle_status = (struct iwf_texts){ &words[i], 1 };
		assert_int_equal(smsc_driver.adapter->ops->check(&conf, &why),
				 i < 3 ? IWF_OK : IWF_E_SYNTAX);
	}
}

static void the_password_file_is_trimmed_and_never_logged(void **state)
{
	char path[] = "/tmp/test_smpp_password_XXXXXX";
	int fd = mkstemp(path);
	struct smsc_pdu pdu;
	struct flow flow;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, " hidden\n", 8), 8);
	close(fd);
	flow.conf = smsc_conf();
	flow.conf.password = IWF_STR_NONE;
	flow.conf.password_file = iwf_str_from(path);
	contract_open(&flow.contract, &smsc_driver, &flow.conf);
	unlink(path);
	flow.stream = smsc_connect(&flow.contract);
	pdu = smsc_expect(flow.stream, SMSC_BIND_TRANSCEIVER);
	assert_memory_equal(pdu.body, "carrier\0hidden\0", 15);
	smsc_send(flow.stream, pdu.id | SMSC_RESP, 0x0E, pdu.sequence,
		  IWF_STR_NONE);
	assert_false(fake_host_has_said(flow.contract.host, "hidden"));
	flow_close(&flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bind_says_what_is_set),
		cmocka_unit_test(the_answer_to_another_bind_binds_nothing),
		cmocka_unit_test(a_refused_bind_tells_its_reason),
		cmocka_unit_test(a_nacked_bind_is_a_refused_one),
		cmocka_unit_test(already_bound_backs_off_for_long),
		cmocka_unit_test(a_bind_without_answer_times_out),
		cmocka_unit_test(a_connection_that_does_not_come_times_out),
		cmocka_unit_test(the_ladder_doubles_to_a_minute),
		cmocka_unit_test(
			a_bind_that_dies_at_once_does_not_shorten_the_ladder),
		cmocka_unit_test(no_second_socket_before_the_first_is_closed),
		cmocka_unit_test(a_pair_is_up_when_both_are_bound),
		cmocka_unit_test(enquire_link_is_answered_with_its_number),
		cmocka_unit_test(silence_is_enquired_and_then_dropped),
		cmocka_unit_test(an_answer_with_a_wrong_number_is_none),
		cmocka_unit_test(traffic_needs_no_enquiry),
		cmocka_unit_test(an_unknown_command_is_nacked),
		cmocka_unit_test(one_bad_pdu_does_not_end_the_bind),
		cmocka_unit_test(lost_framing_ends_the_connection),
		cmocka_unit_test(nothing_large_is_taken_before_the_bind),
		cmocka_unit_test(pdus_come_in_any_pieces),
		cmocka_unit_test(answers_go_while_requests_wait),
		cmocka_unit_test(an_smsc_that_never_reads_is_dropped),
		cmocka_unit_test(unbind_of_the_smsc_waits_for_what_runs),
		cmocka_unit_test(unbind_of_the_smsc_does_not_wait_for_ever),
		cmocka_unit_test(drain_unbinds),
		cmocka_unit_test(close_says_unbind),
		cmocka_unit_test(another_password_means_another_bind),
		cmocka_unit_test(another_window_needs_no_bind),
		cmocka_unit_test(the_password_file_is_trimmed_and_never_logged),
		cmocka_unit_test(settings_that_cannot_be_are_refused),
		cmocka_unit_test(only_numbers_are_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
