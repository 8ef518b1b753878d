/* Tests of receipts, ids and the checks of a submit. */
#include "smsc/receipt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smsc/submit.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_text(void **state)
{
	const struct receipt delivered = { "a1", "DELIVRD", "hello",
					   1767225600000, 1767225660000 };
	const struct receipt failed = { "7", "UNDELIV", "", 0, 0 };
	struct buf text = { 0 };

	(void)state;
	receipt_format_text(&text, &delivered, FIELDS_ALL);
	assert_string_equal("id:a1 sub:001 dlvrd:001 submit date:2601010000 "
			    "done date:2601010001 stat:DELIVRD err:000 "
			    "text:hello",
			    buf_str(&text));
	buf_clear(&text);
	receipt_format_text(&text, &failed, FIELDS_ALL);
	assert_string_equal("id:7 sub:001 dlvrd:000 submit date:7001010000 "
			    "done date:7001010000 stat:UNDELIV err:001 text:",
			    buf_str(&text));
	buf_clear(&text);
	receipt_format_text(&text, &failed, FIELDS_SHORT);
	assert_string_equal("id:7 submit date:7001010000 "
			    "done date:7001010000 stat:UNDELIV err:001 text:",
			    buf_str(&text));
	buf_clear(&text);
	receipt_format_text(&text, &failed, FIELDS_LONG_ERR);
	assert_non_null(strstr(buf_str(&text), "err:0001 text:"));
	buf_clear(&text);
	receipt_format_text(&text, &failed, FIELDS_NO_TEXT);
	assert_null(strstr(buf_str(&text), "text:"));
	buf_destroy(&text);
}

static void test_vendor_tlv(void **state)
{
	static const char *const bad[] = { "",         "1401",     "0x1401",
					   "0:00",     "x:00",     "0x10000:00",
					   "0x1401:0", "0x1401:zz" };
	static const uint8_t octets[] = { 0x14, 1, 0, 2, 0xa, 0xb };
	struct buf tlv = { 0 };

	(void)state;
	assert_true(shape_append_tlv(&tlv, "0x1401:0a0b"));
	assert_int_equal(sizeof(octets), tlv.len);
	assert_memory_equal(octets, tlv.bytes, tlv.len);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (shape_append_tlv(&tlv, bad[i]))
			fail_msg("%s", bad[i]);
	assert_int_equal(sizeof(octets), tlv.len);
	buf_destroy(&tlv);
}

static void test_outcome(void **state)
{
	static const struct {
		const char *number;
		const char *stat;
	} rows[] = {
		{ "490", "DELIVRD" },  { "491", "EXPIRED" },
		{ "492", "DELETED" },  { "493", "UNDELIV" },
		{ "494", "ACCEPTD" },  { "495", "REJECTD" },
		{ "496", "DELIVRD" },  { "499", "DELIVRD" },
		{ "Bank", "DELIVRD" }, { "", "DELIVRD" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(rows[i].stat, receipt_stat(receipt_outcome(
							  rows[i].number)));
}

static void test_state_names(void **state)
{
	(void)state;
	for (int i = MESSAGE_ENROUTE; i <= MESSAGE_REJECTED; i++)
		assert_int_equal(
			i, receipt_state(receipt_stat((enum message_state)i)));
	assert_int_equal(0, receipt_state("FOO"));
}

static void test_wanted(void **state)
{
	static const struct {
		enum shape_when when;
		uint8_t asked;
		enum message_state end;
		bool is_wanted;
	} rows[] = {
		{ RECEIPTS_ASKED, 0, MESSAGE_DELIVERED, false },
		{ RECEIPTS_ASKED, 1, MESSAGE_DELIVERED, true },
		{ RECEIPTS_ASKED, 1, MESSAGE_EXPIRED, true },
		{ RECEIPTS_ASKED, 2, MESSAGE_DELIVERED, false },
		{ RECEIPTS_ASKED, 2, MESSAGE_ACCEPTED, false },
		{ RECEIPTS_ASKED, 2, MESSAGE_REJECTED, true },
		{ RECEIPTS_ASKED, 0x10, MESSAGE_DELIVERED, false },
		{ RECEIPTS_ASKED, 0x05, MESSAGE_DELIVERED, true },
		{ RECEIPTS_ALWAYS, 0, MESSAGE_DELIVERED, true },
		{ RECEIPTS_NEVER, 1, MESSAGE_DELIVERED, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(rows[i].is_wanted,
				 receipt_is_wanted(rows[i].when, rows[i].asked,
						   rows[i].end));
}

static void test_ids(void **state)
{
	char id[65];

	(void)state;
	message_format_id(id, 0xa1b2, ID_HEX, 0);
	assert_string_equal("a1b2", id);
	message_format_id(id, 0xa1b2, ID_HEX_UPPER, 8);
	assert_string_equal("0000A1B2", id);
	message_format_id(id, 0xa1b2, ID_DEC, 10);
	assert_string_equal("0000041394", id);
}

static void test_times(void **state)
{
	static const struct {
		const char *time;
		bool is_valid;
	} rows[] = {
		{ "", true },
		{ "000000000500000R", true },
		{ "260131235959900+", true },
		{ "260131235959948-", true },
		{ "260131235959949+", false },
		{ "261331235959000+", false },
		{ "260131245959000+", false },
		{ "260131", false },
		{ "26013123595900x+", false },
		{ "2601312359590000", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (submit_is_time_valid(rows[i].time) != rows[i].is_valid)
			fail_msg("%s", rows[i].time);
}

static struct pdu good(void)
{
	return (struct pdu){ .command_id = PDU_submit_sm,
			     .source = { 1, 1, "49" },
			     .dest = { 1, 1, "50" },
			     .short_message = (const uint8_t *)"hi",
			     .sm_len = 2 };
}

#define SET(member, text) memcpy(member, text, sizeof(text))
#define CASE(expected, change)                                  \
	do {                                                    \
		struct pdu pdu = good();                        \
		change;                                         \
		assert_int_equal(expected, submit_check(&pdu)); \
	} while (0)

static void test_submit_check(void **state)
{
	(void)state;
	CASE(ESME_ROK, (void)pdu);
	CASE(ESME_ROK, pdu.source.number[0] = 0);
	CASE(ESME_RINVSRCTON, pdu.source.ton = 7);
	CASE(ESME_RINVSRCNPI, pdu.source.npi = 2);
	CASE(ESME_RINVSRCADR, SET(pdu.source.number, "x"));
	CASE(ESME_ROK, pdu.source = ((struct pdu_addr){ 5, 0, "My Bank" }));
	CASE(ESME_RINVSRCADR,
	     pdu.source = ((struct pdu_addr){ 5, 0, "twelve chars" }));
	CASE(ESME_RINVDSTTON, pdu.dest.ton = 7);
	CASE(ESME_RINVDSTNPI, pdu.dest.npi = 19);
	CASE(ESME_RINVDSTADR, pdu.dest.number[0] = 0);
	CASE(ESME_RINVDSTADR, SET(pdu.dest.number, "hello"));
	CASE(ESME_RINVESMCLASS, pdu.esm_class = 0x04);
	CASE(ESME_RINVESMCLASS, pdu.esm_class = 0x40);
	CASE(ESME_RINVPRTFLG, pdu.priority_flag = 4);
	CASE(ESME_RINVREGDLVFLG, pdu.registered_delivery = 3);
	CASE(ESME_RINVREGDLVFLG, pdu.registered_delivery = 0x20);
	CASE(ESME_RINVREPFLAG, pdu.replace_flag = 2);
	CASE(ESME_RINVSCHED, SET(pdu.schedule, "now"));
	CASE(ESME_RINVEXPIRY, SET(pdu.validity, "soon"));
	CASE(ESME_RINVMSGLEN,
	     (pdu.tlvs = (const uint8_t *)"\x04\x24\0\x01x", pdu.tlvs_len = 5));
	CASE(ESME_RMISSINGOPTPARAM,
	     (pdu.command_id = PDU_data_sm, pdu.sm_len = 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_vendor_tlv),
		cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_state_names),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_submit_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
