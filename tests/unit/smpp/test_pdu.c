/* Every command there and back, and PDUs cut at every octet. */
#include <smpp/wire/pdu.h>

#include "octets.h"

static const uint32_t ids[] = {
	0x01, 0x80000001, 0x02, 0x80000002, 0x03, 0x80000003, 0x04, 0x80000004,
	0x05, 0x80000005, 0x06, 0x80000006, 0x07, 0x80000007, 0x08, 0x80000008,
	0x09, 0x80000009, 0x0B, 0x15, 0x80000015, 0x21, 0x80000021, 0x102,
	0x103, 0x80000103, 0x80000000,
};
#define ID_COUNT (sizeof(ids) / sizeof(ids[0]))

static const struct smpp_dest two_dests[] = {
	{ .ton = 1, .npi = 1, .addr = { "4917", 4 } },
	{ .is_list = true, .addr = { "friends", 7 } },
};
static const struct smpp_tlv one_tlv[] = { { 0x0204, { "\x12\x34", 2 } } };

/* Every field filled; a command takes of it what it has. */
static struct smpp_pdu full_pdu(uint32_t id)
{
	return (struct smpp_pdu){
		.header = { .id = id, .sequence = 7 },
		.system_id = IWF_STR("gateway"), .password = IWF_STR("secret"),
		.system_type = IWF_STR("cpm"), .interface_version = 0x34,
		.addr_ton = 1, .addr_npi = 1, .address_range = IWF_STR("^49"),
		.service_type = IWF_STR("CMT"), .source_ton = 5,
		.source_npi = 0, .source_addr = IWF_STR("Bank"),
		.dest_ton = 1, .dest_npi = 1,
		.dest_addr = IWF_STR("491710000002"), .dests = two_dests,
		.dest_count = 2, .esm_class = 0x40, .protocol_id = 1,
		.priority = 2, .schedule_time = IWF_STR("000001000000000R"),
		.validity_period = IWF_STR("000002000000000R"),
		.registered_delivery = 1, .replace_if_present = 1,
		.data_coding = 8, .sm_default_msg_id = 3,
		.short_message = IWF_STR("a\0b"), .message_id = IWF_STR("id1"),
		.final_date = IWF_STR("240229120000000+"), .message_state = 2,
		.error_code = 9, .tlvs = { one_tlv, 1 },
	};
}

static void parse_undoes_format(void **state)
{
	(void)state;
	for (size_t i = 0; i < ID_COUNT; i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_pdu pdu = full_pdu(ids[i]);
		struct smpp_pdu back;
		struct iwf_buf one = { 0 };
		struct iwf_buf two = { 0 };

		iwf_buf_u8(&one, 0xEE); /* appended behind what is there */
		assert_int_equal(smpp_pdu_format(&one, &pdu), IWF_OK);
		iwf_buf_eat(&one, 1);
		assert_int_equal(smpp_pdu_parse(arena, iwf_buf_str(&one), &back,
						NULL), IWF_OK);
		assert_int_equal(back.header.length, one.len);
		assert_int_equal(back.odd & ~(unsigned)SMPP_ODD_TIME, 0);
		assert_int_equal(smpp_pdu_format(&two, &back), IWF_OK);
		octets_assert(iwf_buf_str(&two), iwf_buf_str(&one));
		assert_string_not_equal(smpp_command_name(ids[i]), "unknown");
		iwf_buf_free(&one);
		iwf_buf_free(&two);
		iwf_arena_destroy(&arena);
	}
}

static void submit_sm_field_by_field(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_pdu pdu = full_pdu(SMPP_SUBMIT_SM);
	struct iwf_buf buf = { 0 };
	struct smpp_pdu back;

	(void)state;
	assert_int_equal(smpp_pdu_format(&buf, &pdu), IWF_OK);
	octets_assert(iwf_buf_str(&buf), octets(arena,
		"0000005d 00000004 00000000 00000007 'CMT'00 05 00 'Bank'00 "
		"01 01 '491710000002'00 40 01 02 '000001000000000R'00 "
		"'000002000000000R'00 01 01 08 03 03 'a' 00 'b' "
		"0204 0002 1234"));
	assert_int_equal(smpp_pdu_parse(arena, iwf_buf_str(&buf), &back, NULL),
			 IWF_OK);
	assert_text(back.service_type, "CMT");
	assert_int_equal(back.source_ton, 5);
	assert_text(back.source_addr, "Bank");
	assert_int_equal(back.dest_ton, 1);
	assert_int_equal(back.dest_npi, 1);
	assert_text(back.dest_addr, "491710000002");
	assert_int_equal(back.esm_class, 0x40);
	assert_int_equal(back.protocol_id, 1);
	assert_int_equal(back.priority, 2);
	assert_text(back.schedule_time, "000001000000000R");
	assert_text(back.validity_period, "000002000000000R");
	assert_int_equal(back.registered_delivery, 1);
	assert_int_equal(back.replace_if_present, 1);
	assert_int_equal(back.data_coding, 8);
	assert_int_equal(back.sm_default_msg_id, 3);
	octets_assert(back.short_message, IWF_STR("a\0b"));
	assert_int_equal(back.tlv_at, buf.len - 6);
	assert_int_equal(back.tlvs.count, 1);
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
}

/* A request cut anywhere is refused with a status, unless the cut falls on the
 * end of its mandatory part; an answer cut anywhere is taken. */
static void cut_at_every_octet(void **state)
{
	(void)state;
	for (size_t i = 0; i < ID_COUNT; i++) {
		struct smpp_pdu pdu = full_pdu(ids[i]);
		struct iwf_buf buf = { 0 };
		size_t whole;

		smpp_pdu_format(&buf, &pdu);
		whole = buf.len;
		for (size_t len = 0; len < whole; len++) {
			struct iwf_arena *arena = iwf_arena_create(0);
			struct iwf_str cut = iwf_arena_copy(
				arena, iwf_str_make(buf.ptr, len));
			struct smpp_pdu got;
			enum iwf_err err;

			if (len >= 4) {
				char *p = (char *)(uintptr_t)cut.ptr;

				p[2] = (char)(len >> 8);
				p[3] = (char)len;
			}
			err = smpp_pdu_parse(arena, cut, &got, NULL);
			if (len < 16)
				assert_int_equal(err, IWF_E_SYNTAX);
			else if (smpp_is_response(ids[i]))
				assert_int_equal(err, IWF_OK);
			else if (err)
				assert_true(got.refusal != SMPP_ROK);
			else
				assert_int_equal(len, got.tlv_at);
			iwf_arena_destroy(&arena);
		}
		iwf_buf_free(&buf);
	}
}

static void format_refuses(void **state)
{
	static const char digits[] = "123456789012345678901";
	char long_message[255] = { 0 };
	struct smpp_pdu pdu = full_pdu(SMPP_SUBMIT_SM);
	struct iwf_buf buf = { 0 };

	(void)state;
	pdu.source_addr = iwf_str_make(digits, 21);
	assert_int_equal(smpp_pdu_format(&buf, &pdu), IWF_E_LIMIT);
	pdu.source_addr = iwf_str_make(digits, 20);
	assert_int_equal(smpp_pdu_format(&buf, &pdu), IWF_OK);
	iwf_buf_clear(&buf);
	pdu.source_addr = iwf_str_make("1\0" "2", 3);
	assert_int_equal(smpp_pdu_format(&buf, &pdu), IWF_E_SYNTAX);
	pdu = full_pdu(SMPP_SUBMIT_SM);
	pdu.short_message = iwf_str_make(long_message, 255);
	assert_int_equal(smpp_pdu_format(&buf, &pdu), IWF_E_LIMIT);
	pdu.short_message.len = 254;
	assert_int_equal(smpp_pdu_format(&buf, &pdu), IWF_OK);
	iwf_buf_clear(&buf);
	pdu = full_pdu(0x99);
	assert_int_equal(smpp_pdu_format(&buf, &pdu), IWF_E_UNSUPPORTED);
	pdu = full_pdu(SMPP_SUBMIT_MULTI);
	pdu.dest_count = 0;
	assert_int_equal(smpp_pdu_format(&buf, &pdu), IWF_E_LIMIT);
	assert_int_equal(buf.len, 0);
	iwf_buf_free(&buf);
}

static void refusals_have_no_body(void **state)
{
	static const struct {
		uint32_t id;
		size_t len;
	} cases[] = {
		{ 0x80000004, 16 }, { 0x80000103, 16 }, { 0x80000009, 16 },
		{ 0x80000005, 17 }, /* its NUL stays */
		{ 0x80000015, 16 }, { 0x80000000, 16 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct smpp_pdu pdu = {
			.header = { .id = cases[i].id, .status = 8 },
		};
		struct iwf_buf buf = { 0 };

		assert_int_equal(smpp_pdu_format(&buf, &pdu), IWF_OK);
		assert_int_equal(buf.len, cases[i].len);
		iwf_buf_free(&buf);
	}
}

static void message_or_payload(void **state)
{
	static const struct smpp_tlv payload[] = {
		{ SMPP_TAG_MESSAGE_PAYLOAD, { "long", 4 } }
	};
	struct smpp_pdu pdu = { .tlvs = { payload, 1 } };

	(void)state;
	assert_text(smpp_pdu_message(&pdu), "long");
	pdu.short_message = IWF_STR("short");
	assert_text(smpp_pdu_message(&pdu), "short");
	pdu = (struct smpp_pdu){ 0 };
	assert_int_equal(smpp_pdu_message(&pdu).len, 0);
}

static void refusals_are_in_the_command_or_nacks(void **state)
{
	struct smpp_pdu pdu = { .header.id = SMPP_SUBMIT_SM };

	(void)state;
	pdu.refusal = SMPP_RINVSRCADR;
	assert_int_equal(smpp_refusal_id(&pdu), SMPP_SUBMIT_SM | SMPP_RESPONSE);
	pdu.refusal = SMPP_RINVCMDID;
	assert_int_equal(smpp_refusal_id(&pdu), SMPP_GENERIC_NACK);
	pdu.refusal = SMPP_RINVCMDLEN;
	assert_int_equal(smpp_refusal_id(&pdu), SMPP_GENERIC_NACK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_are_in_the_command_or_nacks),
		cmocka_unit_test(parse_undoes_format),
		cmocka_unit_test(submit_sm_field_by_field),
		cmocka_unit_test(cut_at_every_octet),
		cmocka_unit_test(format_refuses),
		cmocka_unit_test(refusals_have_no_body),
		cmocka_unit_test(message_or_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
