/* One row for each PDU that libsmpp34 crashes on, leaks over or refuses
 * although peers send it, and for each trap of peers: the octets, and what we
 * make of them. The codec must come to the same verdict as the walk. */
#include <smpp/wire/codec.h>

#include "octets.h"

/* A request's body up to short_message, for rows about something else. */
#define DELIVER_START "00 01 01 '4917'00 01 01 '123'00 "
#define DELIVER_BODY DELIVER_START "00 00 00 00 00 00 00 00 00 01 'x' "

struct trap {
	const char *name;
	const char *octets; /* behind command_length, which is computed */
	enum iwf_err err;
	uint32_t refusal;
	uint32_t odd;
	uint32_t id;
	uint32_t status;
	uint32_t sequence;
	const char *message_id;
	size_t tlv_count;
	const char *message; /* "" also for those that have none */
};

static const struct trap traps[] = {
	{ "submit_sm_resp, error, no body",
	  "80000004 00000058 00000001", IWF_OK, 0, 0, 0x80000004, 0x58, 1, "",
	  0, "" },
	{ "submit_sm_resp, error, empty message_id",
	  "80000004 00000058 00000001 00", IWF_OK, 0, 0, 0x80000004, 0x58, 1, "",
	  0, "" },
	{ "submit_sm_resp, error with a message_id",
	  "80000004 0000000b 00000001 'abc'00", IWF_OK, 0, 0, 0x80000004, 0x0B, 1,
	  "abc", 0, "" },
	{ "submit_sm_resp, vendor status",
	  "80000004 00000458 00000001 00", IWF_OK, 0, 0, 0x80000004, 0x458, 1,
	  "", 0, "" },
	{ "submit_sm_resp, SMPP 5.0 status",
	  "80000004 00000100 00000001", IWF_OK, 0, 0, 0x80000004, 0x100, 1, "",
	  0, "" },
	{ "submit_sm_resp, status of nobody",
	  "80000004 ffffffff 00000001", IWF_OK, 0, 0, 0x80000004, 0xFFFFFFFF, 1,
	  "", 0, "" },
	{ "submit_sm_resp, good, no body",
	  "80000004 00000000 00000001", IWF_OK, 0, SMPP_ODD_BODY, 0x80000004, 0,
	  1, "", 0, "" },
	{ "submit_sm_resp, message_id without NUL",
	  "80000004 00000000 00000001 'abc'", IWF_OK, 0, SMPP_ODD_BODY,
	  0x80000004, 0, 1, "abc", 0, "" },
	{ "submit_sm_resp, message_id above 64",
	  "80000004 00000000 00000001 '0123456789012345678901234567890123456789"
	  "012345678901234567890123456789'00", IWF_OK, 0, SMPP_ODD_LONG,
	  0x80000004, 0, 1, "0123456789012345678901234567890123456789"
	  "012345678901234567890123456789", 0, "" },
	{ "submit_sm_resp with parameters (5.0)",
	  "80000004 00000000 00000001 'a'00 001d 0002 'x'00", IWF_OK, 0, 0,
	  0x80000004, 0, 1, "a", 1, "" },
	{ "submit_sm_resp with junk behind",
	  "80000004 00000000 00000001 'a'00 00", IWF_OK, 0, SMPP_ODD_TAIL,
	  0x80000004, 0, 1, "a", 0, "" },
	{ "data_sm_resp with parameters",
	  "80000103 000000fe 00000001 'a'00 0425 0001 03", IWF_OK, 0, 0,
	  0x80000103, 0xFE, 1, "a", 1, "" },
	{ "deliver_sm_resp with message_id",
	  "80000005 00000000 00000001 'abc'00", IWF_OK, 0, 0, 0x80000005, 0, 1,
	  "abc", 0, "" },
	{ "deliver_sm_resp without body",
	  "80000005 00000000 00000001", IWF_OK, 0, SMPP_ODD_BODY, 0x80000005, 0,
	  1, "", 0, "" },
	{ "bind_transceiver_resp, error, no body",
	  "80000009 00000005 00000001", IWF_OK, 0, 0, 0x80000009, 5, 1, "", 0,
	  "" },
	{ "bind_receiver_resp, error, no body",
	  "80000001 0000000e 00000001", IWF_OK, 0, 0, 0x80000001, 14, 1, "", 0,
	  "" },
	{ "bind_transmitter_resp, version in two octets",
	  "80000002 00000000 00000001 'smsc'00 0210 0002 0034", IWF_OK, 0, 0,
	  0x80000002, 0, 1, "", 1, "" },
	{ "generic_nack, sequence 0",
	  "80000000 00000003 00000000", IWF_OK, 0, 0, 0x80000000, 3, 0, "", 0,
	  "" },
	{ "generic_nack with a body",
	  "80000000 00000003 00000000 00", IWF_OK, 0, SMPP_ODD_TAIL, 0x80000000,
	  3, 0, "", 0, "" },
	{ "enquire_link with a body",
	  "00000015 00000000 00000001 00000000", IWF_OK, 0, SMPP_ODD_TAIL, 0x15,
	  0, 1, "", 0, "" },
	{ "enquire_link, sequence 0",
	  "00000015 00000000 00000000", IWF_OK, 0, SMPP_ODD_SEQUENCE, 0x15, 0, 0,
	  "", 0, "" },
	{ "deliver_sm, sequence above 31 bits",
	  "00000005 00000000 80000001 " DELIVER_BODY, IWF_OK, 0,
	  SMPP_ODD_SEQUENCE, 5, 0, 0x80000001, "", 0, "x" },
	{ "deliver_sm with a status",
	  "00000005 00000400 00000001 " DELIVER_BODY, IWF_OK, 0, 0, 5, 0x400, 1,
	  "", 0, "x" },
	{ "bind_transceiver, version 0x50",
	  "00000009 00000000 00000001 'a'00 'b'00 00 50 00 00 00", IWF_OK, 0,
	  SMPP_ODD_VERSION, 9, 0, 1, "", 0, "" },
	{ "bind_transmitter, version 0x33",
	  "00000002 00000000 00000001 'a'00 'b'00 00 33 00 00 00", IWF_OK, 0,
	  SMPP_ODD_VERSION, 2, 0, 1, "", 0, "" },
	{ "bind_receiver, TON 7, NPI 5",
	  "00000001 00000000 00000001 'a'00 'b'00 00 34 07 05 00", IWF_OK, 0,
	  SMPP_ODD_TON_NPI, 1, 0, 1, "", 0, "" },
	{ "deliver_sm, TON 7, NPI 2",
	  "00000005 00000000 00000001 00 07 02 '4917'00 ff ff '123'00 "
	  "00 00 00 00 00 00 00 00 00 01 'x'", IWF_OK, 0, SMPP_ODD_TON_NPI, 5, 0,
	  1, "", 0, "x" },
	{ "deliver_sm with schedule and validity",
	  "00000005 00000000 00000001 " DELIVER_START "00 00 00 "
	  "'000001000000000R'00 '000002000000000R'00 00 00 00 00 01 'x'",
	  IWF_OK, 0, SMPP_ODD_TIME, 5, 0, 1, "", 0, "x" },
	{ "deliver_sm, a parameter of another width",
	  "00000005 00000000 00000001 " DELIVER_BODY "0427 0004 00000002 "
	  "0204 0001 07", IWF_OK, 0, 0, 5, 0, 1, "", 2, "x" },
	{ "deliver_sm, unknown and vendor parameters",
	  "00000005 00000000 00000001 " DELIVER_BODY "0428 0001 01 "
	  "060d 0003 010203 1401 0000", IWF_OK, 0, 0, 5, 0, 1, "", 3, "x" },
	{ "data_sm, alert_on_message_delivery with length 1",
	  "00000103 00000000 00000001 00 00 00 '1'00 00 00 '2'00 00 00 00 "
	  "130c 0001 01 0424 0002 'hi'", IWF_OK, 0, 0, 0x103, 0, 1, "", 2, "hi" },
	{ "data_sm, source address above 20",
	  "00000103 00000000 00000001 00 01 01 '1234567890123456789012345'00 "
	  "01 01 '2'00 00 00 00 0424 0001 'x'", IWF_OK, 0, 0, 0x103, 0, 1, "", 1,
	  "x" },
	{ "deliver_sm, UDH and SAR parameters together",
	  "00000005 00000000 00000001 " DELIVER_START "40 00 00 00 00 00 00 00 "
	  "00 07 050003010201 'x' 020c 0002 0001 020e 0001 02 020f 0001 01",
	  IWF_OK, 0, 0, 5, 0, 1, "", 3, "\x05" },

	/* Refused, with a status, under the PDU's own sequence number. */
	{ "deliver_sm, no NUL in the PDU",
	  "00000005 00000000 00000009 414141", IWF_E_SYNTAX, SMPP_RINVCMDLEN,
	  0, 5, 0, 9, "", 0, "" },
	{ "deliver_sm, source address above 20 with its NUL",
	  "00000005 00000000 00000009 00 01 01 '123456789012345678901'00 01 01 "
	  "'2'00 00 00 00 00 00 00 00 00 00 00", IWF_E_SYNTAX, SMPP_RINVSRCADR,
	  0, 5, 0, 9, "", 0, "" },
	{ "deliver_sm, destination above 20",
	  "00000005 00000000 00000009 00 01 01 '1'00 01 01 "
	  "'123456789012345678901'00 00 00 00 00 00 00 00 00 00 00",
	  IWF_E_SYNTAX, SMPP_RINVDSTADR, 0, 5, 0, 9, "", 0, "" },
	{ "submit_sm, service_type above 5",
	  "00000004 00000000 00000009 '123456'00 01 01 '1'00 01 01 '2'00 "
	  "00 00 00 00 00 00 00 00 00 00", IWF_E_SYNTAX, SMPP_RINVSERTYP, 0, 4,
	  0, 9, "", 0, "" },
	{ "submit_sm, validity above 16",
	  "00000004 00000000 00000009 00 01 01 '1'00 01 01 '2'00 00 00 00 00 "
	  "'00000200000000000R'00 00 00 00 00 00", IWF_E_SYNTAX,
	  SMPP_RINVEXPIRY, 0, 4, 0, 9, "", 0, "" },
	{ "bind, password above 8",
	  "00000009 00000000 00000001 'a'00 '123456789'00 00 34 00 00 00",
	  IWF_E_SYNTAX, SMPP_RINVPASWD, 0, 9, 0, 1, "", 0, "" },
	{ "deliver_sm, sm_length lies",
	  "00000005 00000000 00000009 " DELIVER_START "00 00 00 00 00 00 00 00 "
	  "00 ff 'xyz'", IWF_E_SYNTAX, SMPP_RINVMSGLEN, 0, 5, 0, 9, "", 0, "" },
	{ "deliver_sm without sm_length",
	  "00000005 00000000 00000009 " DELIVER_START "00 00 00 00 00 00 00 00 "
	  "00", IWF_E_SYNTAX, SMPP_RINVCMDLEN, 0, 5, 0, 9, "", 0, "" },
	{ "deliver_sm, parameter longer than the PDU",
	  "00000005 00000000 00000009 " DELIVER_BODY "0424 ffff 00",
	  IWF_E_SYNTAX, SMPP_RINVPARLEN, 0, 5, 0, 9, "", 0, "x" },
	{ "deliver_sm, half a parameter",
	  "00000005 00000000 00000009 " DELIVER_BODY "0424 00", IWF_E_SYNTAX,
	  SMPP_RINVOPTPARSTREAM, 0, 5, 0, 9, "", 0, "x" },
	{ "broadcast_sm (5.0)",
	  "00000111 00000000 00000009 00", IWF_E_UNSUPPORTED, SMPP_RINVCMDID, 0,
	  0x111, 0, 9, "", 0, "" },
	{ "unknown answer",
	  "80000111 00000000 00000009 00", IWF_E_UNSUPPORTED, SMPP_RINVCMDID, 0,
	  0x80000111, 0, 9, "", 0, "" },
	{ "submit_multi, more destinations than octets",
	  "00000021 00000000 00000009 00 00 00 00 fe 01 00 00 00",
	  IWF_E_SYNTAX, SMPP_RINVCMDLEN, 0, 0x21, 0, 9, "", 0, "" },
	{ "submit_multi, unknown dest_flag",
	  "00000021 00000000 00000009 00 00 00 00 01 07 00 00 00",
	  IWF_E_SYNTAX, SMPP_RINVDESTFLAG, 0, 0x21, 0, 9, "", 0, "" },
};

static struct iwf_str framed(struct iwf_arena *arena, const char *spec)
{
	struct iwf_str rest = octets(arena, spec);
	struct iwf_buf buf = { 0 };
	struct iwf_str frame;

	iwf_buf_u32(&buf, (uint32_t)rest.len + 4);
	iwf_buf_str_put(&buf, rest);
	frame = iwf_arena_copy(arena, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return frame;
}

static void trap_assert(const struct trap *trap, enum iwf_err err,
			const struct smpp_pdu *got)
{
	assert_int_equal(err, trap->err);
	assert_int_equal(got->refusal, trap->refusal);
	assert_int_equal(got->odd, trap->odd);
	assert_int_equal(got->header.id, trap->id);
	assert_int_equal(got->header.status, trap->status);
	assert_int_equal(got->header.sequence, trap->sequence);
	assert_text(got->message_id, trap->message_id);
	assert_int_equal(got->tlvs.count, trap->tlv_count);
	assert_true(iwf_str_starts(smpp_pdu_message(got),
				   iwf_str_from(trap->message)));
	assert_int_equal(smpp_pdu_message(got).len > 0,
			 trap->message[0] != 0);
}

static void every_trap_is_passed(void **state)
{
	struct smpp_codec *codec = smpp_codec_create(SMPP_CODEC_ALL);

	(void)state;
	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_str frame = framed(arena, traps[i].octets);
		struct smpp_pdu got;
		enum iwf_err err;

		print_message("%s\n", traps[i].name);
		err = smpp_pdu_parse(arena, frame, &got, NULL);
		trap_assert(&traps[i], err, &got);
		err = smpp_codec_unpack(codec, arena, frame, &got, NULL);
		trap_assert(&traps[i], err, &got);
		iwf_arena_destroy(&arena);
	}
	assert_int_equal(smpp_codec_counts(codec)->unpack_refused, 0);
	smpp_codec_destroy(&codec);
}

/* command_length that is not the frame's: the library believes it. */
static void lying_command_length(void **state)
{
	static const char *const frames[] = {
		"00000011 00000015 00000000 00000001",
		"0000000f 00000015 00000000 00000001",
		"ffffffff 00000103 00000000 00000001 00",
		"00000010 00000015 000000",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_pdu got;

		assert_int_equal(smpp_pdu_parse(
			arena, octets(arena, frames[i]), &got, NULL),
			IWF_E_SYNTAX);
		assert_int_equal(got.refusal, SMPP_RINVCMDLEN);
		iwf_arena_destroy(&arena);
	}
}

/* 36 small parameters overflow the library's error text; 64 KiB of payload is
 * more than its 1,024 octets. */
static struct iwf_str data_sm_with(struct iwf_arena *arena, size_t count,
				   size_t len)
{
	struct iwf_buf buf = { 0 };
	struct iwf_str head = octets(arena, "00000000 00000103 00000000 "
				     "00000001 00 0000 00 0000 00 000000");
	struct iwf_str frame;

	iwf_buf_str_put(&buf, head);
	for (size_t i = 0; i < count; i++)
		smpp_tlv_put(&buf, SMPP_TAG_MESSAGE_PAYLOAD, iwf_str_make(
			iwf_arena_alloc(arena, len), len));
	buf.ptr[1] = (char)(buf.len >> 16);
	buf.ptr[2] = (char)(buf.len >> 8);
	buf.ptr[3] = (char)buf.len;
	frame = iwf_arena_copy(arena, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return frame;
}

static void many_and_large_parameters(void **state)
{
	static const struct {
		size_t count, len;
		enum iwf_err err;
	} cases[] = {
		{ 36, 1, 0 }, { 256, 1, 0 }, { 500, 1, 0 }, { 512, 0, 0 },
		{ 513, 0, IWF_E_LIMIT }, { 16000, 0, IWF_E_LIMIT },
		{ 1, 1025, 0 }, { 1, 65535, 0 },
	};
	struct smpp_codec *codec = smpp_codec_create(SMPP_CODEC_ALL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_pdu got;

		assert_int_equal(smpp_codec_unpack(
			codec, arena, data_sm_with(arena, cases[i].count,
						   cases[i].len), &got, NULL),
			cases[i].err);
		assert_int_equal(got.refusal, cases[i].err ?
				 SMPP_RINVOPTPARSTREAM : SMPP_ROK);
		assert_int_equal(got.tlvs.count,
				 cases[i].err ? 0 : cases[i].count);
		iwf_arena_destroy(&arena);
	}
	assert_int_equal(smpp_codec_counts(codec)->unpack_refused, 0);
	smpp_codec_destroy(&codec);
}

/* 40 destinations, legal up to 254, crash the library. */
static void many_destinations(void **state)
{
	struct smpp_codec *codec = smpp_codec_create(SMPP_CODEC_ALL);
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_dest *dests = IWF_ARENA_ARRAY(arena, struct smpp_dest, 254);
	struct smpp_pdu pdu = {
		.header = { .id = SMPP_SUBMIT_MULTI, .sequence = 1 },
		.dests = dests, .dest_count = 254,
	};
	struct iwf_buf buf = { 0 };
	struct smpp_pdu got;

	(void)state;
	for (size_t i = 0; i < 254; i++)
		dests[i] = (struct smpp_dest){
			.ton = 1, .npi = 1, .addr = IWF_STR("491710000002"),
		};
	assert_int_equal(smpp_codec_pack(codec, &buf, &pdu), IWF_OK);
	assert_int_equal(smpp_codec_unpack(codec, arena, iwf_buf_str(&buf),
					   &got, NULL), IWF_OK);
	assert_int_equal(got.dest_count, 254);
	assert_text(got.dests[253].addr, "491710000002");
	assert_int_equal(smpp_codec_counts(codec)->packed, 0);
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
	smpp_codec_destroy(&codec);
}

/* What is sanitised for the library keeps its value for us. */
static void real_values_are_kept(void **state)
{
	struct smpp_codec *codec = smpp_codec_create(SMPP_CODEC_ALL);
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_pdu got;

	(void)state;
	smpp_codec_unpack(codec, arena, framed(arena,
		"00000005 00000458 00000000 00 07 02 '4917'00 ff fe '123'00 "
		"04 00 00 '000001000000000R'00 '000002000000000R'00 "
		"00 00 f1 00 01 'x'"), &got, NULL);
	assert_int_equal(got.header.status, 0x458);
	assert_int_equal(got.header.sequence, 0);
	assert_int_equal(got.source_ton, 7);
	assert_int_equal(got.source_npi, 2);
	assert_int_equal(got.dest_ton, 0xFF);
	assert_int_equal(got.dest_npi, 0xFE);
	assert_int_equal(got.data_coding, 0xF1);
	assert_text(got.schedule_time, "000001000000000R");
	assert_text(got.validity_period, "000002000000000R");
	smpp_codec_unpack(codec, arena, framed(arena,
		"00000009 00000000 00000001 'a'00 'b'00 00 50 07 05 00"), &got,
		NULL);
	assert_int_equal(got.interface_version, 0x50);
	assert_int_equal(got.addr_ton, 7);
	assert_int_equal(got.addr_npi, 5);
	iwf_arena_destroy(&arena);
	smpp_codec_destroy(&codec);
}

/* SMPP 5.0 has 255 octets, the library's array 254. */
static void longest_short_message(void **state)
{
	struct smpp_codec *codec = smpp_codec_create(SMPP_CODEC_ALL);
	struct iwf_arena *arena = iwf_arena_create(0);
	char message[256] = { (char)0xFF };
	struct iwf_buf buf = { 0 };
	struct smpp_pdu got;

	(void)state;
	iwf_buf_str_put(&buf, framed(arena, "00000005 00000000 00000001 "
				     DELIVER_START "00 00 00 00 00 00 00 00 "
				     "00"));
	iwf_buf_put(&buf, message, sizeof(message));
	buf.ptr[2] = (char)(buf.len >> 8);
	buf.ptr[3] = (char)buf.len;
	assert_int_equal(smpp_codec_unpack(codec, arena, iwf_buf_str(&buf),
					   &got, NULL), IWF_OK);
	assert_int_equal(got.short_message.len, 255);
	assert_int_equal(smpp_codec_counts(codec)->unpack_refused, 0);
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
	smpp_codec_destroy(&codec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_trap_is_passed),
		cmocka_unit_test(lying_command_length),
		cmocka_unit_test(many_and_large_parameters),
		cmocka_unit_test(many_destinations),
		cmocka_unit_test(real_values_are_kept),
		cmocka_unit_test(longest_short_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
