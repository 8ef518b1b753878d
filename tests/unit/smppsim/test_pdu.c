/* Tests of the PDU codec (SMPP 3.4 3, 4, 5). */
#include "wire/pdu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/dice.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t parse_hex(struct pdu *pdu, struct buf *bytes, const char *hex)
{
	const char *why;

	buf_clear(bytes);
	assert_true(buf_append_unhex(bytes, hex));
	return pdu_parse(pdu, bytes->bytes, bytes->len, &why);
}

/* PDUs by hand, without their length, and the status they deserve. */
static const struct {
	const char *rule;
	const char *hex;
	uint32_t status;
} cases[] = {
	{ "enquire_link", "00000015 00000000 00000001", ESME_ROK },
	{ "unknown command_id", "00000099 00000000 00000001", ESME_RINVCMDID },
	{ "bind", "00000009 00000000 00000001 6100 6200 00 34 00 00 00",
	  ESME_ROK },
	{ "system_id of 16 without NUL",
	  "00000009 00000000 00000001 "
	  "61616161616161616161616161616161 00 00 00 34 00 00 00",
	  ESME_RINVSYSID },
	{ "password of 9 without NUL",
	  "00000009 00000000 00000001 6100 "
	  "626262626262626262 00 00 34 00 00 00",
	  ESME_RINVPASWD },
	{ "bind ends in the mandatory part",
	  "00000009 00000000 00000001 6100 6200", ESME_RINVCMDLEN },
	{ "submit_sm",
	  "00000004 00000000 00000002 00 01 01 343900 01 01 343900"
	  "00 00 00 00 00 01 00 00 00 02 6869",
	  ESME_ROK },
	{ "sm_length beyond the end",
	  "00000004 00000000 00000002 00 01 01 "
	  "343900 01 01 343900 00 00 00 00 00 01 00 00 00 03 6869",
	  ESME_RINVMSGLEN },
	{ "sm_length 255",
	  "00000004 00000000 00000002 00 01 01 343900 01 01 "
	  "343900 00 00 00 00 00 01 00 00 00 ff 6869",
	  ESME_RINVMSGLEN },
	{ "service_type of 6 without NUL",
	  "00000004 00000000 00000002 "
	  "616161616161 00",
	  ESME_RINVSERTYP },
	{ "source_addr of 21 without NUL",
	  "00000004 00000000 00000002 00 01 "
	  "01 313131313131313131313131313131313131313131 00",
	  ESME_RINVSRCADR },
	{ "TLV head cut",
	  "00000004 00000000 00000002 00 01 01 343900 01 01 "
	  "343900 00 00 00 00 00 01 00 00 00 00 0204 00",
	  ESME_RINVOPTPARSTREAM },
	{ "TLV longer than the PDU",
	  "00000004 00000000 00000002 00 01 01 "
	  "343900 01 01 343900 00 00 00 00 00 01 00 00 00 00 0204 0009 0000",
	  ESME_RINVOPTPARSTREAM },
	{ "TLV one octet longer than the PDU",
	  "00000004 00000000 00000002 00 01 01 "
	  "343900 01 01 343900 00 00 00 00 00 01 00 00 00 00 0204 0002 00",
	  ESME_RINVOPTPARSTREAM },
	{ "user_message_reference of 1",
	  "00000004 00000000 00000002 00 01 01 "
	  "343900 01 01 343900 00 00 00 00 00 01 00 00 00 00 0204 0001 00",
	  ESME_RINVPARLEN },
	{ "unknown TLV skipped",
	  "00000004 00000000 00000002 00 01 01 "
	  "343900 01 01 343900 00 00 00 00 00 01 00 00 00 00 1400 0001 00",
	  ESME_ROK },
	{ "deliver_sm_resp without body", "80000005 00000000 00000002",
	  ESME_ROK },
	{ "error response without body", "80000004 00000058 00000002",
	  ESME_ROK },
	{ "generic_nack", "80000000 00000003 00000000", ESME_ROK },
	{ "submit_multi without destinations",
	  "00000021 00000000 00000002 00 "
	  "01 01 343900 00",
	  ESME_RINVNUMDESTS },
	{ "submit_multi with dest_flag 3",
	  "00000021 00000000 00000002 00 "
	  "01 01 343900 01 03 01 01 3100",
	  ESME_RINVNUMDESTS },
};

static void test_parse_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf bytes = { 0 };
		struct pdu pdu;
		const char *why;

		buf_append_u32(&bytes, 0);
		assert_true(buf_append_unhex(&bytes, cases[i].hex));
		pdu_poke_u32(bytes.bytes, (uint32_t)bytes.len);
		if (pdu_parse(&pdu, bytes.bytes, bytes.len, &why) !=
		    cases[i].status)
			fail_msg("%s", cases[i].rule);
		buf_destroy(&bytes);
	}
}

static void test_length_must_agree(void **state)
{
	struct buf bytes = { 0 };
	struct pdu pdu;

	(void)state;
	assert_int_equal(
		ESME_RINVCMDLEN,
		parse_hex(&pdu, &bytes, "00000011 00000015 00000000 00000007"));
	assert_int_equal(7, pdu.sequence);
	assert_int_equal(
		ESME_RINVCMDLEN,
		parse_hex(&pdu, &bytes, "0000000f 00000015 00000000 000000"));
	buf_destroy(&bytes);
}

static struct pdu sample(uint32_t command_id)
{
	struct pdu pdu = {
		.command_id = command_id,
		.sequence = 0x7fffffff,
		.system_id = "fifteen-octets-",
		.password = "eightlet",
		.system_type = "VMA",
		.interface_version = 0x34,
		.address_range = "^49",
		.service_type = "CMT",
		.source = { 1, 1, "491710001" },
		.dest = { 5, 0, "Bank" },
		.esm_class = 0x40,
		.protocol_id = 1,
		.priority_flag = 3,
		.validity = "000001000000000R",
		.registered_delivery = 1,
		.data_coding = 8,
		.message_id = "a10a2ded",
		.final_date = "260101000000000+",
		.message_state = 2,
		.short_message = (const uint8_t *)"\x05\x00\x03\x01\x02\x01hi",
		.sm_len = 8,
		.dests = (const uint8_t *)"\x01\x01\x01"
					  "49\0\x02list",
		.dests_len = 12,
		.dest_count = 2,
		.tlvs = (const uint8_t *)"\x04\x27\x00\x01\x02",
		.tlvs_len = 5,
	};

	return pdu;
}

/* format(parse(format(x))) == format(x), for each command. */
static void test_round_trip(void **state)
{
	static const uint32_t ids[] = {
#define PDU_COMMAND(name, id, layout) id,
#include "wire/pdu.def"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		struct pdu pdu = sample(ids[i]);
		struct buf first = { 0 };
		struct buf second = { 0 };
		const char *why;

		if (ids[i] == (uint32_t)PDU_submit_multi_resp) {
			pdu.dests = (const uint8_t *)"\x01\x01"
						     "49\0\0\0\0\x0b";
			pdu.dests_len = 9;
			pdu.dest_count = 1;
		}
		pdu_format(&first, &pdu);
		assert_int_equal(ESME_ROK,
				 pdu_parse(&pdu, first.bytes, first.len, &why));
		pdu_format(&second, &pdu);
		assert_int_equal(first.len, second.len);
		assert_memory_equal(first.bytes, second.bytes, first.len);
		buf_destroy(&first);
		buf_destroy(&second);
	}
}

/* The octets of a submit_sm, written out once by hand (4.4.1). */
static void test_submit_octets(void **state)
{
	const struct pdu pdu = {
		.command_id = PDU_submit_sm,
		.sequence = 9,
		.source = { 1, 1, "49" },
		.dest = { 2, 8, "50" },
		.esm_class = 3,
		.protocol_id = 4,
		.priority_flag = 1,
		.registered_delivery = 1,
		.replace_flag = 1,
		.data_coding = 8,
		.default_msg_id = 7,
		.short_message = (const uint8_t *)"hi",
		.sm_len = 2,
	};
	struct buf expected = { 0 };
	struct buf got = { 0 };

	(void)state;
	buf_append_unhex(
		&expected,
		"0000002700000004 00000000 00000009 00"
		"01 01 343900 02 08 353000 03 04 01 00 00 01 01 08 07 02 6869");
	pdu_format(&got, &pdu);
	assert_int_equal(expected.len, got.len);
	assert_memory_equal(expected.bytes, got.bytes, got.len);
	buf_destroy(&expected);
	buf_destroy(&got);
}

static void test_error_response_has_no_body(void **state)
{
	struct pdu pdu = sample((uint32_t)PDU_submit_sm_resp);
	struct buf bytes = { 0 };

	(void)state;
	pdu.command_status = ESME_RTHROTTLED;
	pdu_format(&bytes, &pdu);
	assert_int_equal(16, bytes.len);
	buf_destroy(&bytes);
}

static void test_dests(void **state)
{
	const struct pdu pdu = sample(PDU_submit_multi);
	struct pdu_dest dest;
	size_t offset = 0;

	(void)state;
	assert_true(pdu_next_dest(&pdu, &offset, &dest));
	assert_false(dest.is_list);
	assert_string_equal("49", dest.addr.number);
	assert_true(pdu_next_dest(&pdu, &offset, &dest));
	assert_true(dest.is_list);
	assert_string_equal("list", dest.addr.number);
	assert_false(pdu_next_dest(&pdu, &offset, &dest));
}

/* Every field by its name, as it stands. */
static void test_fields(void **state)
{
	static const struct pdu pdu = {
		.command_id = PDU_data_sm,
		.source = { 1, 1, "123" },
		.dest = { 5, 0, "Bank" },
		.esm_class = 0x40,
		.tlvs = (const uint8_t *)"\x02\x04\0\2\0\7\x99\x99\0\0",
		.tlvs_len = 10,
	};
	static const char *const names[] = {
		"service_type",     "source_addr_ton", "source_addr_npi",
		"source_addr",      "dest_addr_ton",   "dest_addr_npi",
		"destination_addr", "esm_class",       "registered_delivery",
		"data_coding"
	};
	struct pdu_field field;
	struct pdu_option option;
	size_t index = 0;
	size_t offset = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_true(pdu_next_field(&pdu, &index, &field));
		assert_string_equal(names[i], field.name);
		if (i == 6)
			assert_string_equal("Bank", field.str);
		if (i == 7)
			assert_int_equal(0x40, field.number);
	}
	assert_false(pdu_next_field(&pdu, &index, &field));
	assert_true(pdu_next_option(&pdu, &offset, &option));
	assert_string_equal("user_message_reference", option.name);
	assert_int_equal(2, option.len);
	assert_true(pdu_next_option(&pdu, &offset, &option));
	assert_string_equal("unknown", option.name);
	assert_int_equal(0x9999, option.tag);
	assert_false(pdu_next_option(&pdu, &offset, &option));
}

static void test_no_fields(void **state)
{
	const struct pdu refused = { .command_id = (uint32_t)PDU_submit_sm_resp,
				     .command_status = ESME_RTHROTTLED };
	const struct pdu unknown = { .command_id = 0x777 };
	struct pdu_field field;
	size_t index = 0;

	(void)state;
	assert_false(pdu_next_field(&refused, &index, &field));
	assert_false(pdu_next_field(&unknown, &index, &field));
	assert_int_equal(PDU_COMMAND_COUNT, pdu_command_index(0x777));
	assert_string_equal("submit_sm",
			    pdu_command_at(pdu_command_index(PDU_submit_sm)));
}

static void test_payload_is_the_text(void **state)
{
	struct buf tlvs = { 0 };
	struct pdu pdu = { .command_id = PDU_data_sm };
	size_t len;

	(void)state;
	pdu_append_tlv(&tlvs, PDU_TLV_source_port, "\x01\x02", 2);
	pdu_append_tlv(&tlvs, PDU_TLV_message_payload, "hello", 5);
	pdu.tlvs = tlvs.bytes;
	pdu.tlvs_len = tlvs.len;
	assert_memory_equal("hello", pdu_text(&pdu, &len), 5);
	assert_int_equal(5, len);
	assert_int_equal(0x102, pdu_find_tlv_number(&pdu, PDU_TLV_source_port));
	assert_int_equal(-1, pdu_find_tlv_number(&pdu, PDU_TLV_set_dpf));
	buf_destroy(&tlvs);
}

static void test_status_names(void **state)
{
	(void)state;
	assert_int_equal(0x58, pdu_status_value("RTHROTTLED"));
	assert_int_equal(0x58, pdu_status_value("ESME_RTHROTTLED"));
	assert_int_equal(0x400, pdu_status_value("0x400"));
	assert_int_equal(-1, pdu_status_value("ESME_NONSENSE"));
	assert_int_equal(-1, pdu_status_value(""));
	assert_string_equal("vendor", pdu_status_name(0x400));
	assert_string_equal("reserved", pdu_status_name(0x09));
}

/* Broken copies of each PDU, each in memory of exactly its size, so that the
 * address sanitizer sees every octet read too far. */
static void test_mutations_stay_inside(void **state)
{
	struct dice dice;

	(void)state;
	dice_seed(&dice, 7);
	for (int round = 0; round < 40000; round++) {
		static const uint32_t ids[] = {
			PDU_submit_sm,  PDU_submit_multi, PDU_bind_receiver,
			PDU_data_sm,    PDU_query_sm,     PDU_cancel_sm,
			PDU_replace_sm, PDU_outbind
		};
		const struct pdu pdu = sample(ids[round % 8]);
		struct buf bytes = { 0 };
		struct pdu parsed;
		const char *why;
		size_t len;

		pdu_format(&bytes, &pdu);
		len = 16 + dice_throw(&dice, (uint32_t)bytes.len - 15);
		uint8_t *exact = malloc(len);

		assert_non_null(exact);
		memcpy(exact, bytes.bytes, len);
		pdu_poke_u32(exact, (uint32_t)len);
		for (uint32_t i = dice_throw(&dice, 4); i > 0 && len > 16; i--)
			exact[16 + dice_throw(&dice, (uint32_t)len - 16)] =
				(uint8_t)dice_throw(&dice, 256);
		if (pdu_parse(&parsed, exact, len, &why) == ESME_ROK) {
			struct pdu_dest dest;
			size_t offset = 0;

			pdu_text(&parsed, &len);
			while (pdu_next_dest(&parsed, &offset, &dest))
				assert_true(strlen(dest.addr.number) < 65);
		}
		free(exact);
		buf_destroy(&bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_cases),
		cmocka_unit_test(test_length_must_agree),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_submit_octets),
		cmocka_unit_test(test_error_response_has_no_body),
		cmocka_unit_test(test_dests),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_no_fields),
		cmocka_unit_test(test_payload_is_the_text),
		cmocka_unit_test(test_status_names),
		cmocka_unit_test(test_mutations_stay_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
