/* Texts as a played SMSC delivers them, labelled rightly and wrongly. */
#include "smpp_flow.h"

#include "smpp/text/way.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct smsc_message mo = {
	.source_ton = 1, .source = "491710000002", .dest = "491710000001",
};

static void flow_set(struct flow *flow)
{
	*flow = (struct flow){ 0 };
	flow->conf = smsc_conf();
}

static const struct iwf_message *delivered(struct flow *flow,
					   unsigned data_coding,
					   unsigned esm_class,
					   struct iwf_str text)
{
	struct smsc_message message = mo;
	size_t count = flow->host->accept_count;

	message.data_coding = data_coding;
	message.esm_class = esm_class;
	message.text = text;
	smsc_deliver(flow->stream, (uint32_t)count + 1, &message);
	assert_int_equal(flow->host->accept_count, count + 1);
	return flow->host->accepts[count].msg;
}

static void national_tables_are_read_whatever_is_set(void **state)
{
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	flow_assert_str(delivered(&flow, 0, 0x40,
				  IWF_STR("\x03\x25\x01\x01" "\x1D\x04"))
			->body, "\xC5\x9F\xE2\x82\xAC");
	flow_assert_str(delivered(&flow, 0, 0x40,
				  IWF_STR("\x03\x24\x01\x02" "\x1B" "a"))
			->body, "\xC3\xA1");
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_SHIFT_UNKNOWN), 0);
	/* Hindi: nobody has the table, and it is told */
	flow_assert_str(delivered(&flow, 0, 0x40,
				  IWF_STR("\x03\x25\x01\x06" "abc"))->body,
			"abc");
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_SHIFT_UNKNOWN), 1);
	flow_close(&flow);
}

/* farhadi/node-smpp #261: flash messages and voice mail notices are text. */
static void the_whole_data_coding_counts(void **state)
{
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	flow_assert_str(delivered(&flow, 0x10, 0, IWF_STR("\x11"))->body, "_");
	flow_assert_str(delivered(&flow, 0xF0, 0, IWF_STR("\x11"))->body, "_");
	flow_assert_str(delivered(&flow, 0xC8, 0, IWF_STR("\x11"))->body, "_");
	flow_assert_str(delivered(&flow, 0x18, 0, IWF_STR("\0A"))->body, "A");
	flow_assert_str(delivered(&flow, 0xE0, 0, IWF_STR("\0A"))->body, "A");
	flow_close(&flow);
}

static void sniffing_is_off_by_default(void **state)
{
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	/* kneodev/ksmppd #50: never pass undeclared bytes */
	flow_assert_str(delivered(&flow, 0, 0, IWF_STR("a\xC3\xA9"))->body,
			"a\xEF\xBF\xBD\xEF\xBF\xBD");
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_DELIVER_MANGLED), 1);
	flow_assert_str(delivered(&flow, 0, 0, IWF_STR("\0H\0i"))->body,
			"@H@i");
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_DELIVER_SNIFFED), 0);
	flow_close(&flow);
}

static void sniffing_reads_what_is_meant(void **state)
{
	struct flow flow;

	(void)state;
	flow_set(&flow);
	flow.conf.sniff_utf8 = flow.conf.sniff_ucs2 = true;
	flow.conf.high_octets = SMPP_HIGH_OCTETS_LATIN1;
	flow.conf.binary = SMPP_BINARY_LATIN1;
	flow_bind_with(&flow);
	flow_assert_str(delivered(&flow, 0, 0, IWF_STR("a\xC3\xA9"))->body,
			"a\xC3\xA9");
	flow_assert_str(delivered(&flow, 0, 0, IWF_STR("\0H\0i"))->body, "Hi");
	flow_assert_str(delivered(&flow, 0, 0, IWF_STR("a\xE9"))->body,
			"a\xC3\xA9");
	flow_assert_str(delivered(&flow, 4, 0, IWF_STR("a\xE9"))->body,
			"a\xC3\xA9");
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_DELIVER_SNIFFED), 3);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_DELIVER_MANGLED), 0);
	flow_close(&flow);
}

static void packed_septets_are_unpacked_behind_their_header(void **state)
{
	const struct iwf_message *msg;
	struct flow flow;

	(void)state;
	flow_set(&flow);
	flow.conf.packing = SMPP_PACKING_ZERO;
	flow_bind_with(&flow);
	flow_assert_str(delivered(&flow, 0, 0, IWF_STR(
		"\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37"))->body, "hellohello");
	msg = delivered(&flow, 0, 0x40, IWF_STR("\x05\0\x03\x01\x02\x01\xC2"));
	flow_assert_str(msg->body, "a");
	assert_int_equal(msg->parts, 2);
	flow_close(&flow);
}

/* Lihuanghe/SMSGate #51: both at once; the header is what handsets believe. */
static void header_and_sar_together(void **state)
{
	struct smsc_message message = mo;
	const struct iwf_message *msg;
	struct flow flow;

	(void)state;
	flow_bind(&flow);
	message.esm_class = 0x40;
	message.text = IWF_STR("\x05\x00\x03\x2A\x03\x02" "mid");
	message.tlvs = IWF_STR("\x02\x0C\x00\x02\x00\x07\x02\x0E\x00\x01\x09"
			       "\x02\x0F\x00\x01\x09");
	smsc_deliver(flow.stream, 1, &message);
	msg = flow.host->accepts[0].msg;
	flow_assert_str(msg->set, "491710000002|491710000001|42|8|3");
	assert_int_equal(msg->part, 2);
	assert_int_equal(msg->parts, 3);
	flow_assert_str(msg->body, "mid");
	flow_close(&flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(national_tables_are_read_whatever_is_set),
		cmocka_unit_test(the_whole_data_coding_counts),
		cmocka_unit_test(sniffing_is_off_by_default),
		cmocka_unit_test(sniffing_reads_what_is_meant),
		cmocka_unit_test(
			packed_septets_are_unpacked_behind_their_header),
		cmocka_unit_test(header_and_sar_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
