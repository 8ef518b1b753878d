/* Receipts in the spellings of the field, and how their ids meet. */
#include <smpp/wire/receipt.h>

#include "octets.h"

#define AT 1709208000000LL /* 2024-02-29 12:00:00 UTC */

static const struct {
	const char *message;
	uint8_t coding;
	const char *id;
	enum smpp_state state;
	uint32_t err;
	int64_t submitted_at_ms;
	int64_t done_at_ms;
	const char *text;
	bool is_miscoded;
} cases[] = {
	/* Appendix B */
	{ "'id:0123456789 sub:001 dlvrd:001 submit date:2402291200 "
	  "done date:2402291201 stat:DELIVRD err:000 text:Hello you'", 0,
	  "0123456789", SMPP_STATE_DELIVERED, 0, AT, AT + 60000, "Hello you",
	  false },
	/* other order, case, 12 and 14 digits, no sub, dlvrd, text */
	{ "'STAT:UNDELIV ID:abC Err:0123 Submit Date:240229120001 "
	  "DONE DATE:20240229120002'", 0, "abC", SMPP_STATE_UNDELIVERABLE, 123,
	  AT + 1000, AT + 2000, "", false },
	{ "'id:1 stat:EXPIRED err:0A'", 0, "1", SMPP_STATE_EXPIRED, 10, 0, 0,
	  "", false },
	{ "'id:1 stat:REJECTD err:0x1F'", 0, "1", SMPP_STATE_REJECTED, 31, 0,
	  0, "", false },
	{ "'id: 77 stat: DELIVERED'", 0, "77", SMPP_STATE_DELIVERED, 0, 0, 0,
	  "", false },
	{ "'id:77 sub: dlvrd: stat:ACCEPTD'", 0, "77", SMPP_STATE_ACCEPTED, 0,
	  0, 0, "", false },
	{ "'id:77 submit date: done date:2402291200 stat:ENROUTE'", 0, "77",
	  SMPP_STATE_ENROUTE, 0, 0, AT, "", false },
	{ "'id:77, stat:DELIVRD, err:001;'", 0, "77", SMPP_STATE_DELIVERED, 1,
	  0, 0, "", false },
	{ "'id:77' 0d0a 'stat:DELIVRD' 0a", 0, "77", SMPP_STATE_DELIVERED, 0, 0,
	  0, "", false },
	{ "'id:77 stat:WHATEVER'", 0, "77", SMPP_STATE_NONE, 0, 0, 0, "",
	  false },
	{ "'id:77 submit_date:2402291200 done_date:2402291200 status:2'", 0,
	  "77", SMPP_STATE_DELIVERED, 0, AT, AT, "", false },
	/* ASCII although it says GSM; and GSM indeed */
	{ "'id:a_$@1 stat:DELIVRD'", 0, "a_$@1", SMPP_STATE_DELIVERED, 0, 0, 0,
	  "", false },
	{ "'id:a' 11 02 00 '1 stat:DELIVRD'", 0, "a_$@1", SMPP_STATE_DELIVERED,
	  0, 0, 0, "", false },
	/* what the user wrote is no field */
	{ "'id:77 stat:DELIVRD text:err:5 id:6 stat:FAILED'", 0, "77",
	  SMPP_STATE_DELIVERED, 0, 0, 0, "err:5 id:6 stat:FAILED", false },
	{ "'text:my invalid:5 stat:EXPIRED id:9'", 0, "9", SMPP_STATE_EXPIRED,
	  0, 0, 0, "my invalid:5 stat:EXPIRED id:9", false },
	/* no blanks, other separators, "=" for ":", quotes, padding */
	{ "'id:77;sub:001;dlvrd:001;stat:UNDELIV;err:00B'", 0, "77",
	  SMPP_STATE_UNDELIVERABLE, 11, 0, 0, "", false },
	{ "'id=77&stat=DELIVRD&err=5'", 0, "77", SMPP_STATE_DELIVERED, 5, 0, 0,
	  "", false },
	{ "'id:a,b;c|stat:DELIVRD|text:x'", 0, "a,b;c", SMPP_STATE_DELIVERED,
	  0, 0, 0, "x", false },
	{ "'ID : 77 STAT : EXPIRED'", 0, "77", SMPP_STATE_EXPIRED, 0, 0, 0, "",
	  false },
	{ "'\"id:77 stat:DELIVRD\"'", 0, "77", SMPP_STATE_DELIVERED, 0, 0, 0,
	  "", false },
	{ "'id:\"77\" stat:\"REJECTD\" err:\"7\"'", 0, "77",
	  SMPP_STATE_REJECTED, 7, 0, 0, "", false },
	{ "'{\"id\":\"77\",\"stat\":\"DELIVRD\"}'", 0, "77",
	  SMPP_STATE_DELIVERED, 0, 0, 0, "", false },
	{ "'id:77 stat:DELIVRD err:000 text:abc' 00", 0, "77",
	  SMPP_STATE_DELIVERED, 0, 0, 0, "abc", false },
	{ "'id:77 stat:DELIVRD' 00 00", 0, "77", SMPP_STATE_DELIVERED, 0, 0, 0,
	  "", false },
	/* other names, fields nobody knows, dates with blanks, words for err */
	{ "'message_id:77 state:FAILED error code:0x0C'", 0, "77",
	  SMPP_STATE_UNDELIVERABLE, 12, 0, 0, "", false },
	{ "'msgid:77 imsi:262011234567890 stat:DELIVRD mcc:262 err:000'", 0,
	  "77", SMPP_STATE_DELIVERED, 0, 0, 0, "", false },
	{ "'id:77 submit date:2024-02-29 12:00:00 done date:2024/02/29 "
	  "12:01:00 stat:DELIVRD'", 0, "77", SMPP_STATE_DELIVERED, 0, AT,
	  AT + 60000, "", false },
	{ "'id:77 submit date:never done date:240231 stat:DELIVRD err:NONE'",
	  0, "77", SMPP_STATE_DELIVERED, 0, 0, 0, "", false },
	{ "'id:77 stat:ENROUTE err:  text:'", 0, "77", SMPP_STATE_ENROUTE, 0,
	  0, 0, "", false },
	/* the first of each counts */
	{ "'id:77 stat:UNDELIV stat:DELIVRD id:78'", 0, "77",
	  SMPP_STATE_UNDELIVERABLE, 0, 0, 0, "", false },
	/* a UUID */
	{ "'id:6BA7B810-9dad-11d1 stat:DELIVRD'", 0, "6BA7B810-9dad-11d1",
	  SMPP_STATE_DELIVERED, 0, 0, 0, "", false },
	/* UCS-2 text, well marked */
	{ "00'i'00'd'00':'00'7'00' '00's'00't'00'a'00't'00':'00'D'00'E'00'L'"
	  "00'I'00'V'00'R'00'D'", 8, "7", SMPP_STATE_DELIVERED, 0, 0, 0, "",
	  false },
	/* UCS-2 text marked 0, ASCII marked 8, text marked binary */
	{ "00'i'00'd'00':'00'7'00' '00's'00't'00'a'00't'00':'00'D'00'E'00'L'"
	  "00'I'00'V'", 0, "7", SMPP_STATE_DELIVERED, 0, 0, 0, "", true },
	{ "'i'00'd'00':'00'7'00' '00's'00't'00'a'00't'00':'00'D'00'E'00'L'00"
	  "'I'00'V'00", 8, "7", SMPP_STATE_DELIVERED, 0, 0, 0, "", true },
	{ "feff 00'i'00'd'00':'00'7'00' '00's'00't'00'a'00't'00':'00'D'00'E'"
	  "00'L'00'I'00'V'", 8, "7", SMPP_STATE_DELIVERED, 0, 0, 0, "",
	  false },
	{ "'id:7 stat:DELIVRD'", 8, "7", SMPP_STATE_DELIVERED, 0, 0, 0, "",
	  true },
	{ "'id:7 stat:DELIVRD'", 4, "7", SMPP_STATE_DELIVERED, 0, 0, 0, "",
	  true },
};

static void parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_receipt_source source = {
			.message = octets(arena, cases[i].message),
			.data_coding = cases[i].coding,
		};
		struct smpp_receipt got;

		assert_int_equal(smpp_receipt_parse(arena, &source, &got, NULL),
				 IWF_OK);
		assert_text(got.id, cases[i].id);
		assert_int_equal(got.state, cases[i].state);
		assert_int_equal(got.err, cases[i].err);
		assert_true(got.submitted_at_ms == cases[i].submitted_at_ms);
		assert_true(got.done_at_ms == cases[i].done_at_ms);
		assert_text(got.text, cases[i].text);
		assert_int_equal(got.is_miscoded, cases[i].is_miscoded);
		assert_int_equal(smpp_receipt_is_one(&got),
				 cases[i].state != SMPP_STATE_NONE);
		iwf_arena_destroy(&arena);
	}
}

static const char *const no_receipts[] = {
	"", "'Hello'", "'stat:DELIVRD'", "'id:'", "'id: stat:DELIVRD'",
	"'valid:5 grid:6'", "'id 5'",
};

static void without_id_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(no_receipts) / sizeof(no_receipts[0]);
	     i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_receipt_source source = {
			.message = octets(arena, no_receipts[i]),
		};
		struct smpp_receipt got;

		assert_int_equal(smpp_receipt_parse(arena, &source, &got, NULL),
				 IWF_E_SYNTAX);
		iwf_arena_destroy(&arena);
	}
}

static void endless_id_is_none(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	char message[3 + 256];
	struct smpp_receipt_source source = {
		.message = iwf_str_make(message, sizeof(message)),
	};
	struct smpp_receipt got;

	(void)state;
	memset(message, '7', sizeof(message));
	memcpy(message, "id:", 3);
	assert_int_equal(smpp_receipt_parse(arena, &source, &got, NULL),
			 IWF_E_SYNTAX);
	source.message.len--;
	assert_int_equal(smpp_receipt_parse(arena, &source, &got, NULL),
			 IWF_OK);
	assert_int_equal(got.candidate_count, 1);
	iwf_arena_destroy(&arena);
}

static void parse_with(struct iwf_arena *arena, const char *tlv_octets,
		       const char *message, struct smpp_receipt *got)
{
	struct smpp_tlvs tlvs;
	struct smpp_receipt_source source = {
		.message = iwf_str_from(message), .tlvs = &tlvs,
	};

	assert_int_equal(smpp_tlvs_parse(arena, octets(arena, tlv_octets),
					 &tlvs, NULL), IWF_OK);
	assert_int_equal(smpp_receipt_parse(arena, &source, got, NULL), IWF_OK);
}

static void parameters_win(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_receipt got;

	(void)state;
	parse_with(arena, "001e 0003 'A1'00 0427 0001 05 0423 0003 03 000d",
		   "id:99 stat:DELIVRD err:001", &got);
	assert_text(got.id, "A1");
	assert_int_equal(got.state, SMPP_STATE_UNDELIVERABLE);
	assert_int_equal(got.err, 13);
	assert_int_equal(got.network_type, 3);
	assert_false(got.forbidden);
	/* Both ids are candidates. */
	assert_text(got.candidates[0], "a1");
	assert_text(got.candidates[1], "99");
	/* Only parameters, id without NUL, state in four octets. */
	parse_with(arena, "001e 0002 'A1' 0427 0004 00000002", "", &got);
	assert_text(got.id, "A1");
	assert_int_equal(got.state, SMPP_STATE_DELIVERED);
	/* A state nobody defined: the text counts. */
	parse_with(arena, "0427 0001 63", "id:1 stat:EXPIRED", &got);
	assert_int_equal(got.state, SMPP_STATE_EXPIRED);
	/* Barred by the network. */
	parse_with(arena, "0427 0001 08 0423 0003 03 000d", "id:1", &got);
	assert_true(got.forbidden);
	/* Parameters of a wrong size are not there. */
	parse_with(arena, "0427 0000 0423 0002 030d 001e 0001 00",
		   "id:1 stat:DELIVRD err:7", &got);
	assert_int_equal(got.state, SMPP_STATE_DELIVERED);
	assert_int_equal(got.err, 7);
	assert_text(got.id, "1");
	/* The id here and the state there. */
	parse_with(arena, "001e 0003 'A1'00", "stat:REJECTD err:004", &got);
	assert_text(got.id, "A1");
	assert_int_equal(got.state, SMPP_STATE_REJECTED);
	assert_int_equal(got.err, 4);
	assert_false(got.is_miscoded);
	iwf_arena_destroy(&arena);
}

static const struct {
	const char *answered; /* in submit_sm_resp */
	const char *receipt;  /* in the receipt */
	enum smpp_id_base base;
	bool meet;
} joins[] = {
	{ "0123456789", "0123456789", SMPP_ID_ANY, true },
	{ "123", "0000123", SMPP_ID_ANY, true },
	{ "0000123", "123", SMPP_ID_ANY, true },
	{ "1A2B", "1a2b", SMPP_ID_ANY, true },
	{ "1A2B", "6699", SMPP_ID_ANY, true },       /* hex, then decimal */
	{ "00001A2B", "0000006699", SMPP_ID_ANY, true },
	{ "6699", "1A2B", SMPP_ID_ANY, true },       /* decimal, then hex */
	{ "0000006699", "00001a2b", SMPP_ID_ANY, true },
	{ "ffffffffffffffff", "18446744073709551615", SMPP_ID_ANY, true },
	{ "340282366920938463463374607431768211455",
	  "ffffffffffffffffffffffffffffffff", SMPP_ID_ANY, true },
	{ "0", "0000", SMPP_ID_ANY, true },
	{ "6BA7B810-9DAD", "6ba7b810-9dad", SMPP_ID_ANY, true },
	{ "MsgXy-1", "MsgXy-1", SMPP_ID_ANY, true },
	{ " 77 ", "77", SMPP_ID_ANY, true },
	{ "1A2B", "6699", SMPP_ID_HEX_DEC, true },
	{ "6699", "1A2B", SMPP_ID_DEC_HEX, true },
	{ "1A2B", "6699", SMPP_ID_SAME, false },
	{ "1A2B", "6699", SMPP_ID_DEC_HEX, false },
	{ "MsgXy-1", "msgxy-1", SMPP_ID_ANY, false }, /* case may mean */
	{ "0x1A2B", "1a2b", SMPP_ID_ANY, true },
	{ "1a2b", "0X00001A2B", SMPP_ID_ANY, true },
	{ "0x1A2B", "6699", SMPP_ID_ANY, true },
	{ "0xyz", "xyz", SMPP_ID_ANY, false },
	{ "12", "13", SMPP_ID_ANY, false },
};

static void ids_meet(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_str stored = smpp_id_normal(
			arena, iwf_str_from(joins[i].answered));
		struct smpp_receipt_source source = {
			.message = iwf_arena_printf(arena, "id:%s stat:DELIVRD",
						    joins[i].receipt),
			.base = joins[i].base,
		};
		struct smpp_receipt got;
		bool meet = false;

		assert_int_equal(smpp_receipt_parse(arena, &source, &got, NULL),
				 IWF_OK);
		for (size_t k = 0; k < got.candidate_count; k++)
			meet |= iwf_str_eq(got.candidates[k], stored);
		assert_int_equal(meet, joins[i].meet);
		/* The normal form is one. */
		octets_assert(smpp_id_normal(arena, stored), stored);
		iwf_arena_destroy(&arena);
	}
}

/* What a candidate says of the bases, and that the learnt one comes first. */
static void bases_are_learnt(void **state)
{
	static const struct {
		const char *id;
		enum smpp_id_base learnt;
		const char *first;
		enum smpp_id_base first_base;
	} rows[] = {
		{ "6699", SMPP_ID_ANY, "6699", SMPP_ID_SAME },
		{ "6699", SMPP_ID_SAME, "6699", SMPP_ID_SAME },
		{ "6699", SMPP_ID_HEX_DEC, "1a2b", SMPP_ID_HEX_DEC },
		{ "6699", SMPP_ID_DEC_HEX, "26265", SMPP_ID_DEC_HEX },
		{ "1a2b", SMPP_ID_DEC_HEX, "6699", SMPP_ID_DEC_HEX },
		/* no decimal number: what was learnt does not help */
		{ "1a2b", SMPP_ID_HEX_DEC, "1a2b", SMPP_ID_SAME },
		/* the same in both bases: nothing to learn */
		{ "7", SMPP_ID_ANY, "7", SMPP_ID_ANY },
		{ "7", SMPP_ID_HEX_DEC, "7", SMPP_ID_ANY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct smpp_receipt_source source = {
			.message = iwf_arena_printf(arena, "id:%s stat:DELIVRD",
						    rows[i].id),
			.learnt = rows[i].learnt,
		};
		struct smpp_receipt got;

		assert_int_equal(smpp_receipt_parse(arena, &source, &got, NULL),
				 IWF_OK);
		assert_text(got.candidates[0], rows[i].first);
		assert_int_equal(got.bases[0], rows[i].first_base);
		iwf_arena_destroy(&arena);
	}
}

static void states_and_fates(void **state)
{
	static const struct {
		const char *stat;
		enum smpp_state state;
		enum iwf_fate fate;
	} words[] = {
		{ "DELIVRD", SMPP_STATE_DELIVERED, IWF_FATE_DELIVERED },
		{ "delivered", SMPP_STATE_DELIVERED, IWF_FATE_DELIVERED },
		{ "UNDELIV", SMPP_STATE_UNDELIVERABLE, IWF_FATE_FAILED },
		{ "UNDELIVERABLE", SMPP_STATE_UNDELIVERABLE, IWF_FATE_FAILED },
		{ "UNDELIVERED", SMPP_STATE_UNDELIVERABLE, IWF_FATE_FAILED },
		{ "FAILED", SMPP_STATE_UNDELIVERABLE, IWF_FATE_FAILED },
		{ "EXPIRED", SMPP_STATE_EXPIRED, IWF_FATE_EXPIRED },
		{ "DELETED", SMPP_STATE_DELETED, IWF_FATE_FAILED },
		{ "REJECTD", SMPP_STATE_REJECTED, IWF_FATE_FAILED },
		{ "REJECTED", SMPP_STATE_REJECTED, IWF_FATE_FAILED },
		{ "UNKNOWN", SMPP_STATE_UNKNOWN, IWF_FATE_UNSURE },
		{ "SKIPPED", SMPP_STATE_SKIPPED, IWF_FATE_FAILED },
		{ "ACCEPTD", SMPP_STATE_ACCEPTED, IWF_FATE_NONE },
		{ "ACCEPTED", SMPP_STATE_ACCEPTED, IWF_FATE_NONE },
		{ "ENROUTE", SMPP_STATE_ENROUTE, IWF_FATE_NONE },
		{ "SCHEDULED", SMPP_STATE_SCHEDULED, IWF_FATE_NONE },
		{ "DELIVERD", SMPP_STATE_DELIVERED, IWF_FATE_DELIVERED },
		{ "dlvrd", SMPP_STATE_DELIVERED, IWF_FATE_DELIVERED },
		{ "UNDELIVRD", SMPP_STATE_UNDELIVERABLE, IWF_FATE_FAILED },
		{ "EXPIRD", SMPP_STATE_EXPIRED, IWF_FATE_EXPIRED },
		{ "En_Route", SMPP_STATE_ENROUTE, IWF_FATE_NONE },
		{ "002", SMPP_STATE_DELIVERED, IWF_FATE_DELIVERED },
		/* They begin like a good end. */
		{ "DELIVERY_FAILED", SMPP_STATE_UNDELIVERABLE,
		  IWF_FATE_FAILED },
		{ "DeliveredToNetwork", SMPP_STATE_ACCEPTED, IWF_FATE_NONE },
		{ "DELIVERYUNCERTAIN", SMPP_STATE_NONE, IWF_FATE_NONE },
		{ "", SMPP_STATE_NONE, IWF_FATE_NONE },
		{ "10", SMPP_STATE_NONE, IWF_FATE_NONE },
		{ "banana", SMPP_STATE_NONE, IWF_FATE_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		enum smpp_state got =
			smpp_state_from_text(iwf_str_from(words[i].stat));

		assert_int_equal(got, words[i].state);
		assert_int_equal(smpp_state_fate(got), words[i].fate);
	}
	assert_int_equal(smpp_state_fate((enum smpp_state)99), IWF_FATE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(without_id_is_none),
		cmocka_unit_test(endless_id_is_none),
		cmocka_unit_test(parameters_win),
		cmocka_unit_test(ids_meet),
		cmocka_unit_test(bases_are_learnt),
		cmocka_unit_test(states_and_fates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
