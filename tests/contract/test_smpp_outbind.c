/* The SMSC connects and says outbind: we bind on its connection. */
#include "smpp_flow.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SMSC_OUTBIND = 0x0B, PORT = 3600 };

static const char peer[] = "192.0.2.7";
static const struct iwf_str trusted[] = { IWF_STR("192.0.2.8") };

/* Open, and nobody has connected. */
static void open_waiting(struct flow *flow)
{
	flow->conf.outbind.port = PORT;
	flow->conf.host = iwf_str_from(peer);
	contract_open(&flow->contract, &smsc_driver, &flow->conf);
	flow->host = flow->contract.host;
	assert_int_equal(fake_net_listener_count(), 1);
	assert_int_equal(fake_net_count(), 0);
}

static void bind_on(struct flow *flow, struct iwf_stream *stream)
{
	struct smsc_pdu pdu;

	smsc_expect_nothing(stream);
	smsc_send(stream, SMSC_OUTBIND, 0, 1, IWF_STR("smsc\0pw\0"));
	pdu = smsc_expect(stream, SMSC_BIND_TRANSCEIVER);
	assert_string_equal((const char *)pdu.body, "carrier");
	smsc_send(stream, pdu.id | SMSC_RESP, 0, pdu.sequence,
		  IWF_STR("smsc\0"));
	assert_int_equal(fake_host_state(flow->host), IWF_LINK_UP);
	flow->stream = stream;
}

static void it_is_bound_on_its_own_connection(void **state)
{
	struct flow flow;

	(void)state;
	flow.conf = smsc_conf();
	open_waiting(&flow);
	flow_advance(&flow, 600000);
	assert_int_equal(fake_net_count(), 0);
	bind_on(&flow, fake_net_connect(PORT, peer));
	flow_submit(&flow, IWF_STR("x"));
	smsc_expect_submit(flow.stream);
	/* It goes, and comes again at once. */
	fake_net_hang_up(flow.stream, IWF_OK);
	assert_int_not_equal(fake_host_state(flow.host), IWF_LINK_UP);
	bind_on(&flow, fake_net_connect(PORT, peer));
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_OUTBIND), 2);
	flow_close(&flow);
	assert_int_equal(fake_net_listener_count(), 0);
}

static void who_is_not_trusted_is_closed(void **state)
{
	struct flow flow;

	(void)state;
	flow.conf = smsc_conf();
	flow.conf.outbind.trust = (struct iwf_texts){ trusted, 1 };
	open_waiting(&flow);
	assert_false(fake_net_is_open(fake_net_connect(PORT, "192.0.2.9")));
	assert_true(fake_host_has_said(flow.host, "192.0.2.9"));
	bind_on(&flow, fake_net_connect(PORT, "192.0.2.8"));
	/* There is one bind to be had. */
	assert_false(fake_net_is_open(fake_net_connect(PORT, peer)));
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_OUTBIND_REFUSED), 2);
	flow_close(&flow);
}

static void it_must_be_who_it_should(void **state)
{
	static const struct {
		struct iwf_str body;
		uint32_t status;
	} rows[] = {
		{ IWF_STR("other\0secret\0"), 0x0F },
		{ IWF_STR("smsc\0wrong\0"), 0x0E },
		{ IWF_STR("smsc\0\0"), 0x0E },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_stream *stream;
		struct flow flow;

		flow.conf = smsc_conf();
		flow.conf.outbind.system_id = IWF_STR("smsc");
		flow.conf.outbind.password = IWF_STR("secret");
		open_waiting(&flow);
		stream = fake_net_connect(PORT, peer);
		smsc_send(stream, SMSC_OUTBIND, 0, 5, rows[i].body);
		assert_int_equal(smsc_expect(stream, SMSC_NACK).status,
				 rows[i].status);
		assert_false(fake_net_is_open(stream));
		assert_int_equal(flow_metric(&flow,
					     SMPP_METRIC_OUTBIND_REFUSED), 1);
		flow_close(&flow);
	}
}

static void who_says_nothing_is_closed(void **state)
{
	struct iwf_stream *stream;
	struct flow flow;

	(void)state;
	flow.conf = smsc_conf();
	open_waiting(&flow);
	stream = fake_net_connect(PORT, peer);
	flow_advance(&flow, 9999);
	assert_true(fake_net_is_open(stream));
	flow_advance(&flow, 1);
	assert_false(fake_net_is_open(stream));
	bind_on(&flow, fake_net_connect(PORT, peer));
	flow_close(&flow);
}

static void out_of_place_it_is_refused(void **state)
{
	struct flow flow;
	struct smsc_pdu pdu;

	(void)state;
	flow_bind(&flow);
	smsc_send(flow.stream, SMSC_OUTBIND, 0, 5, IWF_STR("smsc\0pw\0"));
	pdu = smsc_expect(flow.stream, SMSC_NACK);
	assert_int_equal(pdu.status, 4);
	assert_int_equal(pdu.sequence, 5);
	assert_int_equal(fake_host_state(flow.host), IWF_LINK_UP);
	flow_close(&flow);
}

static void new_settings_listen_elsewhere(void **state)
{
	struct flow flow;
	struct smpp_conf other;

	(void)state;
	flow.conf = smsc_conf();
	open_waiting(&flow);
	bind_on(&flow, fake_net_connect(PORT, peer));
	other = flow.conf;
	other.outbind.port = PORT + 1;
	smsc_driver.adapter->ops->reconfigure(flow.contract.link, &other);
	smsc_expect(flow.stream, SMSC_UNBIND);
	fake_net_hang_up(flow.stream, IWF_OK);
	bind_on(&flow, fake_net_connect(PORT + 1, peer));
	flow_close(&flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_bound_on_its_own_connection),
		cmocka_unit_test(who_is_not_trusted_is_closed),
		cmocka_unit_test(it_must_be_who_it_should),
		cmocka_unit_test(who_says_nothing_is_closed),
		cmocka_unit_test(out_of_place_it_is_refused),
		cmocka_unit_test(new_settings_listen_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
