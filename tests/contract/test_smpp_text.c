/* What the settings about texts make of a message on the wire. */
#include "smpp_flow.h"

#include "smpp/text/way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static char letters[1200];

static struct iwf_str text_of(const char *unit, size_t count)
{
	size_t len = strlen(unit);

	for (size_t i = 0; i < count; i++)
		memcpy(letters + i * len, unit, len);
	return iwf_str_make(letters, count * len);
}

static void flow_set(struct flow *flow)
{
	*flow = (struct flow){ 0 };
	flow->conf = smsc_conf();
}

static bool body_has(const struct smsc_submit *got, struct iwf_str octets)
{
	return memmem(got->pdu.body, got->pdu.body_len, octets.ptr,
		      octets.len) != NULL;
}

static const struct iwf_report *answered(struct flow *flow, uint64_t id,
					 enum iwf_fate fate)
{
	const struct iwf_report *report = fake_host_report(flow->host, id);

	assert_non_null(report);
	assert_int_equal(report->fate, fate);
	return report;
}

static void wide_references_take_an_octet_more(void **state)
{
	struct smsc_submit got[2];
	struct flow flow;

	(void)state;
	flow_set(&flow);
	flow.conf.style = SMPP_STYLE_UDH16;
	flow_bind_with(&flow);
	flow_submit(&flow, text_of("a", 304));
	for (unsigned i = 0; i < 2; i++) {
		got[i] = smsc_expect_submit(flow.stream);
		assert_int_equal(got[i].esm_class, 0x40);
		assert_int_equal(got[i].text_len, 7 + 152);
		assert_memory_equal(got[i].text, "\x06\x08\x04", 3);
		assert_memory_equal(got[i].text + 3, got[0].text + 3, 2);
		assert_int_equal(got[i].text[5], 2);
		assert_int_equal(got[i].text[6], i + 1);
	}
	smsc_expect_nothing(flow.stream);
	flow_close(&flow);
}

static void sar_parts_have_no_header(void **state)
{
	struct smsc_submit got;
	struct flow flow;

	(void)state;
	flow_set(&flow);
	flow.conf.style = SMPP_STYLE_SAR;
	flow_bind_with(&flow);
	flow_submit(&flow, text_of("a", 304));
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(got.esm_class, 0);
	assert_int_equal(got.text_len, 152);
	assert_true(body_has(&got, IWF_STR("\x02\x0C\0\x02")));
	assert_true(body_has(&got, IWF_STR("\x02\x0E\0\x01\x02"
					   "\x02\x0F\0\x01\x01")));
	got = smsc_expect_submit(flow.stream);
	assert_true(body_has(&got, IWF_STR("\x02\x0E\0\x01\x02"
					   "\x02\x0F\0\x01\x02")));
	flow_submit(&flow, text_of("a", 160));
	got = smsc_expect_submit(flow.stream);
	assert_false(body_has(&got, IWF_STR("\x02\x0C\0\x02")));
	flow_close(&flow);
}

static void a_payload_goes_as_one(void **state)
{
	struct smsc_submit got;
	struct flow flow;
	uint64_t id;

	(void)state;
	flow_set(&flow);
	flow.conf.style = SMPP_STYLE_PAYLOAD;
	flow_bind_with(&flow);
	id = flow_submit(&flow, text_of("a", 500));
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(got.esm_class, 0);
	assert_int_equal(got.text_len, 0);
	assert_true(body_has(&got, IWF_STR("\x04\x24\x01\xF4" "aaaa")));
	smsc_expect_nothing(flow.stream);
	smsc_answer(flow.stream, 0, got.pdu.sequence, "1");
	assert_int_equal(answered(&flow, id, IWF_FATE_SENT)->parts, 1);
	flow_submit(&flow, text_of("a", 160));
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(got.text_len, 160);
	/* More than parts_max on the air is refused, whoever cuts. */
	id = flow_submit(&flow, iwf_str_make(letters, 0));
	smsc_driver.take_all(&flow.contract);
	flow_close(&flow);
}

static void tables_ride_in_a_header(void **state)
{
	static const struct iwf_str turkish = { "turkish", 7 };
	struct smsc_submit got;
	struct flow flow;

	(void)state;
	flow_set(&flow);
	flow.conf.shift_tables = (struct iwf_texts){ &turkish, 1 };
	flow_bind_with(&flow);
	flow_submit(&flow, text_of("\xC5\x9F", 155)); /* ş */
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(got.esm_class, 0x40);
	assert_int_equal(got.data_coding, 0);
	assert_int_equal(got.text_len, 4 + 155);
	assert_memory_equal(got.text, "\x03\x25\x01\x01\x1D\x1D", 6);
	smsc_expect_nothing(flow.stream);
	flow_close(&flow);
}

/* jasmin #725: @ _ $ wrong because each side means something else by 0. */
static void zero_is_written_as_the_smsc_reads_it(void **state)
{
	static const struct {
		uint32_t zero, alphabet;
		const char *text;
		unsigned data_coding;
		struct iwf_str octets;
	} rows[] = {
		{ SMPP_ZERO_GSM, SMPP_CHOICE_DEFAULT, "@_$", 0,
		  IWF_STR("\0\x11\x02") },
		{ SMPP_ZERO_LATIN1, SMPP_CHOICE_DEFAULT, "@_$\xC3\xA9", 0,
		  IWF_STR("@_$\xE9") },
		{ SMPP_ZERO_ASCII, SMPP_CHOICE_DEFAULT, "@_$", 0,
		  IWF_STR("@_$") },
		{ SMPP_ZERO_ASCII, SMPP_CHOICE_DEFAULT, "\xC3\xA9", 8,
		  IWF_STR("\0\xE9") },
		/* GSM lacks it, so an SMSC would lose it (sms-smpp #139) */
		{ SMPP_ZERO_LATIN1, SMPP_CHOICE_DEFAULT, "\xC3\xA1", 8,
		  IWF_STR("\0\xE1") },
		{ SMPP_ZERO_GSM, SMPP_CHOICE_LATIN1, "@\xC3\xA9", 3,
		  IWF_STR("@\xE9") },
		{ SMPP_ZERO_GSM, SMPP_CHOICE_ASCII, "@_$", 1,
		  IWF_STR("@_$") },
		{ SMPP_ZERO_GSM, SMPP_CHOICE_UCS2, "@", 8,
		  IWF_STR("\0@") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct smsc_submit got;
		struct flow flow;

		flow_set(&flow);
		flow.conf.data_coding_0 = rows[i].zero;
		flow.conf.alphabet = rows[i].alphabet;
		flow_bind_with(&flow);
		flow_submit(&flow, iwf_str_from(rows[i].text));
		got = smsc_expect_submit(flow.stream);
		assert_int_equal(got.data_coding, rows[i].data_coding);
		assert_int_equal(got.text_len, rows[i].octets.len);
		assert_memory_equal(got.text, rows[i].octets.ptr,
				    got.text_len);
		flow_close(&flow);
	}
}

static void packed_is_packed(void **state)
{
	struct smsc_submit got;
	struct flow flow;

	(void)state;
	flow_set(&flow);
	flow.conf.packing = SMPP_PACKING_CR;
	flow_bind_with(&flow);
	flow_submit(&flow, IWF_STR("hellohello"));
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(got.text_len, 9);
	assert_memory_equal(got.text, "\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37",
			    9);
	flow_submit(&flow, text_of("a", 161));
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(got.text_len, 140);
	flow_close(&flow);
}

static void what_may_not_be_ucs2_fails_clearly(void **state)
{
	struct flow flow;
	uint64_t id;

	(void)state;
	flow_set(&flow);
	flow.conf.unsayable = SMPP_UNSAYABLE_REFUSE;
	flow_bind_with(&flow);
	id = flow_submit(&flow, IWF_STR("it\xE2\x80\x99s"));
	flow_assert_str(answered(&flow, id, IWF_FATE_FAILED)->text,
		   "the alphabet lacks U+2019, and the link forbids UCS-2");
	smsc_expect_nothing(flow.stream);
	flow_close(&flow);
}

static void plainness_saves_a_part_and_is_counted(void **state)
{
	struct smsc_submit got;
	struct flow flow;

	(void)state;
	flow_set(&flow);
	flow.conf.plain = SMPP_PLAIN_PUNCTUATION;
	flow_bind_with(&flow);
	flow_submit(&flow, text_of("it\xE2\x80\x99s ", 20));
	got = smsc_expect_submit(flow.stream);
	assert_int_equal(got.data_coding, 0);
	assert_int_equal(got.text_len, 100);
	assert_memory_equal(got.text, "it's ", 5);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_PLAIN), 1);
	flow_close(&flow);
}

/* --- resends --- */

static struct iwf_report first_answer(struct flow *flow,
				      const struct iwf_message *msg)
{
	const struct iwf_job job = { .id = 77, .msg = msg, .attempt = 1 };
	struct smsc_submit got;

	contract_submit_job(&flow->contract, &job);
	got = smsc_expect_submit(flow->stream);
	smsc_answer(flow->stream, 0, got.pdu.sequence, "1");
	smsc_driver.take_all(&flow->contract);
	return *fake_host_report(flow->host, 77);
}

/* The second part only, with what the first attempt was answered. */
static void second_part_again(struct flow *flow, const struct iwf_message *msg,
			      const struct iwf_report *first)
{
	const struct iwf_job job = {
		.id = 77, .msg = msg, .attempt = 2, .parts = first->parts,
		.coding = first->coding, .parts_done = { 1 },
	};

	contract_submit_job(&flow->contract, &job);
}

/* The handset has one part; other settings must not cost it the other. */
static void what_began_one_way_ends_that_way(void **state)
{
	const struct iwf_message *msg =
		contract_message(text_of("a", 250), 0);
	struct iwf_report first;
	struct smsc_submit got;
	struct flow flow, later;

	(void)state;
	flow_set(&flow);
	flow_bind_with(&flow);
	first = first_answer(&flow, msg);
	assert_int_equal(first.parts, 2);
	assert_int_equal(first.coding, 0);
	flow_close(&flow);
	flow_set(&later);
	later.conf.style = SMPP_STYLE_SAR;
	flow_bind_with(&later);
	second_part_again(&later, msg, &first);
	got = smsc_expect_submit(later.stream);
	assert_int_equal(got.esm_class, 0x40);
	assert_int_equal(got.text_len, 6 + 97);
	assert_int_equal(got.text[5], 2);
	smsc_expect_nothing(later.stream);
	assert_int_equal(flow_metric(&later, SMPP_METRIC_RECUT), 0);
	flow_close(&later);
	iwf_message_unref(&msg);
}

/* A cut of as many parts at other places, as an older table of clusters would
 * make it: nothing of it fits to this one. */
static void another_place_of_the_cut_is_another_cut(void **state)
{
	/* 66 units, then a letter with an accent of its own. */
	static char body[2 * 66 + 4 + 20];
	const struct iwf_message *msg;
	struct iwf_report first;
	struct flow flow;

	(void)state;
	for (size_t i = 0; i < sizeof(body) / 2; i++)
		memcpy(body + 2 * i, "\xD0\xB6", 2);
	memcpy(body + 2 * 66, "\xD0\xB5\xCC\x81", 4);
	msg = contract_message(iwf_str_make(body, sizeof(body)), 0);
	flow_set(&flow);
	flow_bind_with(&flow);
	first = first_answer(&flow, msg);
	assert_int_equal(first.parts, 2);
	assert_int_not_equal(first.coding, 8);
	assert_int_equal(first.coding & 0xFF, 8);
	second_part_again(&flow, msg, &first);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_RECUT), 0);
	first.coding = 8;
	second_part_again(&flow, msg, &first);
	assert_int_equal(flow_metric(&flow, SMPP_METRIC_RECUT), 1);
	smsc_driver.take_all(&flow.contract);
	flow_close(&flow);
	iwf_message_unref(&msg);
}

/* --- settings and explain --- */

static void settings_that_exclude_one_another(void **state)
{
	static const struct iwf_str turkish = { "turkish", 7 };
	static const struct iwf_str klingon = { "klingon", 7 };
	struct smpp_conf conf = smsc_conf();
	struct iwf_why why = { 0 };

	(void)state;
	assert_int_equal(smsc_driver.adapter->ops->check(&conf, &why), 0);
	conf.shift_tables = (struct iwf_texts){ &klingon, 1 };
	assert_int_equal(smsc_driver.adapter->ops->check(&conf, &why),
			 IWF_E_SYNTAX);
	assert_non_null(strstr(why.text, "klingon"));
	conf.shift_tables = (struct iwf_texts){ &turkish, 1 };
	assert_int_equal(smsc_driver.adapter->ops->check(&conf, &why), 0);
	conf.data_coding_0 = SMPP_ZERO_LATIN1;
	assert_int_equal(smsc_driver.adapter->ops->check(&conf, &why),
			 IWF_E_SYNTAX);
	conf.shift_tables = (struct iwf_texts){ NULL, 0 };
	assert_int_equal(smsc_driver.adapter->ops->check(&conf, &why), 0);
	conf.packing = SMPP_PACKING_CR;
	assert_int_equal(smsc_driver.adapter->ops->check(&conf, &why),
			 IWF_E_SYNTAX);
}

static void explained(struct flow *flow, struct iwf_str body,
		      const char *const *wanted)
{
	struct iwf_message msg = flow_message(body);
	struct iwf_buf text = { 0 };

	smsc_driver.adapter->ops->explain(flow->contract.link, &msg, &text);
	iwf_buf_u8(&text, 0);
	for (; *wanted; wanted++)
		if (!strstr(text.ptr, *wanted))
			fail_msg("no \"%s\" in:\n%s", *wanted, text.ptr);
	iwf_buf_free(&text);
}

static void explain_names_what_costs(void **state)
{
	static const char *const curly[] = {
		"alphabet: UCS-2\n", "units: 100\n", "parts: 2\n",
		"room: 67 units in each part\n",
		"carried_by: user data header, reference ",
		"part: 1 of 2, 67 units in 140 octets, \"it\xE2\x80\x99s it",
		"part: 2 of 2, 33 units in 72 octets, \"",
		"forces_ucs2: U+2019 \xE2\x80\x99 (20 times)\n",
		"advice: with transliterate = \"punctuation\" parts: 1\n", NULL
	};
	static const char *const turkish[] = {
		"parts: 3\n", "forces_ucs2: U+015F \xC5\x9F (150 times)\n",
		"advice: with shift_tables \"turkish\" parts: 1\n", NULL
	};
	static const char *const refused[] = {
		"refused: the text needs more than 1 short messages\n", NULL
	};
	struct flow flow;

	(void)state;
	flow_set(&flow);
	flow_bind_with(&flow);
	explained(&flow, text_of("it\xE2\x80\x99s ", 20), curly);
	explained(&flow, text_of("\xC5\x9F", 150), turkish);
	flow.conf.parts_max = 1;
	explained(&flow, text_of("a", 161), refused);
	smsc_expect_nothing(flow.stream);
	flow_close(&flow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wide_references_take_an_octet_more),
		cmocka_unit_test(sar_parts_have_no_header),
		cmocka_unit_test(a_payload_goes_as_one),
		cmocka_unit_test(tables_ride_in_a_header),
		cmocka_unit_test(zero_is_written_as_the_smsc_reads_it),
		cmocka_unit_test(packed_is_packed),
		cmocka_unit_test(what_may_not_be_ucs2_fails_clearly),
		cmocka_unit_test(plainness_saves_a_part_and_is_counted),
		cmocka_unit_test(what_began_one_way_ends_that_way),
		cmocka_unit_test(another_place_of_the_cut_is_another_cut),
		cmocka_unit_test(settings_that_exclude_one_another),
		cmocka_unit_test(explain_names_what_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
