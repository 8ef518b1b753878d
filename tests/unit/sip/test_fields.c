/* Header values: folds, control characters, joining, bounds. */
#include "sip/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sofia-sip/msg.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <stdio.h>
#include <stdlib.h>

struct unfolded {
	const char *raw;
	const char *value;     /* NULL: refused */
};

static const struct unfolded unfolded[] = {
	{ "a", "a" },
	{ "  a b \r\n", "a b" },
	{ "a,\r\n b", "a, b" },
	{ "a \r\n\t \tb", "a b" },
	{ "a\tb", "a b" },
	{ "", "" },
	{ "\r\n ", "" },
	{ "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "a\001b", NULL },
	{ "a\x7f", NULL },
};

static void test_unfold(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);

	(void)state;
	for (size_t i = 0; i < sizeof(unfolded) / sizeof(unfolded[0]); i++) {
		struct iwf_str value;
		enum iwf_err err = fields_unfold(
			arena, iwf_str_from(unfolded[i].raw), &value);

		assert_int_equal(err == IWF_OK, unfolded[i].value != NULL);
		if (!err && !iwf_str_eq(value, iwf_str_from(unfolded[i].value)))
			fail_msg("row %zu: `%.*s`", i, IWF_STR_ARG(value));
	}
	iwf_arena_destroy(&arena);
}

static msg_t *parse(const char *headers)
{
	char text[16384];
	int len = snprintf(text, sizeof(text),
		"MESSAGE tel:+49 SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
		"From: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\n"
		"Call-ID: 1\r\nCSeq: 1 MESSAGE\r\n%s"
		"Content-Length: 0\r\n\r\n", headers);
	msg_t *msg = msg_make(sip_default_mclass(), 0, text, len);

	assert_non_null(msg);
	return msg;
}

static void test_read(void **state)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct fields fields;
	const char *bad = NULL;
	msg_t *msg = parse("Conversation-ID: c-1\r\n"
			   "contribution-id: k-1\r\n"
			   "InReplyTo-Contribution-ID: r-1\r\n"
			   "P-Asserted-Service: urn:x\r\n"
			   "P-Asserted-Identity: <sip:a@b>\r\n"
			   "p-asserted-identity: <tel:+49>\r\n"
			   "P-Charging-Vector: icid-value=1\r\n"
			   "P-Served-User: <sip:s@u>\r\n"
			   "s: subject\r\n"
			   "Privacy: id\r\n"
			   "a: *;+g.3gpp.icsi-ref=\"u\";require\r\n"
			   "Accept-Contact: *;x\r\n");

	(void)state;
	assert_int_equal(fields_read(arena, sip_object(msg), &fields, &bad),
			 IWF_OK);
#define IS(value, want) assert_true(iwf_str_eq((value), IWF_STR(want)))
	IS(fields.values[SIP_F_CONVERSATION_ID], "c-1");
	IS(fields.values[SIP_F_CONTRIBUTION_ID], "k-1");
	IS(fields.values[SIP_F_IN_REPLY_TO_CONTRIBUTION_ID], "r-1");
	IS(fields.values[SIP_F_P_ASSERTED_SERVICE], "urn:x");
	IS(fields.values[SIP_F_P_CHARGING_VECTOR], "icid-value=1");
	IS(fields.values[SIP_F_P_SERVED_USER], "<sip:s@u>");
	IS(fields.values[SIP_F_SUBJECT], "subject");
	IS(fields.values[SIP_F_PRIVACY], "id");
	IS(fields.values[SIP_F_ACCEPT_CONTACT],
	   "*;+g.3gpp.icsi-ref=\"u\";require, *;x");
	IS(fields.asserted, "<sip:a@b>, <tel:+49>");
	msg_destroy(msg);
	iwf_arena_destroy(&arena);
}

static void test_bounds(void **state)
{
	static const char *const refused[] = {
		"Conversation-ID: a\001b\r\n", "Subject: a\x7f\r\n", NULL, NULL
	};
	struct iwf_arena *arena = iwf_arena_create(0);
	static const char line[] = "P-Asserted-Service: urn:urn-7:3gpp-service."
		"ims.icsi.oma.cpm.msg.and.more.and.more.and.more.and.more\r\n";
	char many[60 * (sizeof(line) - 1) + 1], single[6000];

	(void)state;
	for (int i = 0; i < 60; i++)
		memcpy(many + i * (sizeof(line) - 1), line, sizeof(line));
	memset(single, 'x', sizeof(single));
	memcpy(single, "Contribution-ID: ", 17);
	memcpy(single + sizeof(single) - 3, "\r\n", 3);
	for (int i = 0; i < 4; i++) {
		struct fields fields;
		const char *bad = NULL;
		msg_t *msg = parse(i == 2 ? many : i == 3 ? single : refused[i]);

		if (!fields_read(arena, sip_object(msg), &fields, &bad))
			fail_msg("row %d was taken", i);
		assert_non_null(bad);
		msg_destroy(msg);
	}
	iwf_arena_destroy(&arena);
}

static void test_can_be_sent(void **state)
{
	(void)state;
	assert_true(fields_can_be_sent(IWF_STR("plain \"text\" <x>")));
	assert_true(fields_can_be_sent(IWF_STR("")));
	assert_false(fields_can_be_sent(IWF_STR("a\r\nX: y")));
	assert_false(fields_can_be_sent(IWF_STR("a\nb")));
	assert_false(fields_can_be_sent(IWF_STR("a\0b")));
	assert_false(fields_can_be_sent(IWF_STR("a\tb")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unfold),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_can_be_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
