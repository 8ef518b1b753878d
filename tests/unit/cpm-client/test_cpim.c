/* Tests of reading and writing CPIM and notifications. */
#include "cpim.h"
#include "send.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_text(const char *expected, struct text text)
{
	assert_int_equal(strlen(expected), text.len);
	assert_memory_equal(expected, text.at, text.len);
}

static void test_parse(void **state)
{
	struct cpim cpim;

	(void)state;
	assert_true(cpim_parse(&cpim, text_from(
		"From: \"A <b\" <tel:+1>\r\nTo: <tel:+2>\r\nTo: <tel:+3>\r\n"
		"DateTime: 2026-03-01T10:15:00Z\r\n"
		"NS: other <urn:other>\r\nNS: x <urn:ietf:params:imdn>\r\n"
		"x.Message-ID: m1\r\nother.Message-ID: m2\r\n"
		"Message-ID: m3\r\nx.Disposition-Notification: display\r\n\r\n"
		"content-type: text/plain\r\n\r\nhi\r\n\r\nthere")));
	assert_text("tel:+2", cpim.to);
	assert_text("m1", cpim.message_id);
	assert_text("display", cpim.wants);
	assert_text("text/plain", cpim.content_type);
	assert_text("hi\r\n\r\nthere", cpim.content);
}

static void test_parse_bare_lf(void **state)
{
	struct cpim cpim;

	(void)state;
	assert_true(cpim_parse(&cpim, text_from("From: <tel:+1>\n\nA: b\n\nc")));
	assert_text("tel:+1", cpim.from);
	assert_text("", cpim.message_id);
	assert_text("c", cpim.content);
}

static void test_parse_refused(void **state)
{
	static const struct {
		const char *rule;
		const char *text;
	} cases[] = {
		{ "nothing", "" },
		{ "no From", "To: <tel:+2>\r\n\r\nA: b\r\n\r\nc" },
		{ "no end of the headers", "From: <tel:+1>" },
		{ "nothing behind the headers", "From: <tel:+1>\r\n\r\n" },
	};
	struct cpim cpim;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (cpim_parse(&cpim, text_from(cases[i].text)))
			fail_msg("taken against the rule: %s", cases[i].rule);
}

static void test_format(void **state)
{
	const struct cpim cpim = {
		text_from("tel:+1"), text_from("tel:+2"),
		text_from("2026-03-01T10:15:00Z"), text_from("m1"),
		text_from("display"), text_from("text/plain"),
		text_from("notification"), text_from("hi"),
	};
	struct out *out = calloc(1, sizeof(*out));
	struct cpim read;

	(void)state;
	assert_non_null(out);
	cpim_format(out, &cpim);
	assert_false(out->is_full);
	assert_true(cpim_parse(&read, out_text(out)));
	assert_text("tel:+1", read.from);
	assert_text("tel:+2", read.to);
	assert_text("2026-03-01T10:15:00Z", read.datetime);
	assert_text("m1", read.message_id);
	assert_text("display", read.wants);
	assert_text("text/plain", read.content_type);
	assert_text("notification", read.disposition);
	assert_text("hi", read.content);
	free(out);
}

/* A text without a type must not become a header. */
static void test_format_untyped(void **state)
{
	const struct cpim cpim = {
		.from = text_from("tel:+1"), .content = text_from("a: b\r\n"),
	};
	struct out *out = calloc(1, sizeof(*out));
	struct cpim read;

	(void)state;
	assert_non_null(out);
	cpim_format(out, &cpim);
	assert_true(cpim_parse(&read, out_text(out)));
	assert_text("a: b\r\n", read.content);
	free(out);
}

#define HEAD "<?xml version=\"1.0\"?><imdn><message-id> m1 </message-id>"

static void test_imdn(void **state)
{
	static const struct {
		const char *type;
		const char *status;
		unsigned settled;
		const char *text;
	} cases[] = {
		{ "delivery", "delivered", WANT_DELIVERED | WANT_FAILED,
		  HEAD "<delivery-notification><status><delivered/></status>"
		  "</delivery-notification></imdn>" },
		{ "display", "displayed", WANT_DISPLAY,
		  HEAD "<display-notification>\n <status>\n  <displayed />"
		  "</status></display-notification><note>x</note></imdn>" },
		{ "interworking", "legacy-sms", WANT_INTERWORKED,
		  HEAD "<cpm:interworking-notification><cpm:status>"
		  "<cpm:legacy-sms/></cpm:status>"
		  "</cpm:interworking-notification></imdn>" },
		{ "interworking", "legacy-sms", WANT_INTERWORKED,
		  HEAD "<interworking-notification><status><cpm:legacy-sms/>"
		  "</status></interworking-notification></imdn>" },
		{ "processing", "stored", 0,
		  HEAD "<processing-notification><status><stored></stored>"
		  "</status></processing-notification></imdn>" },
	};
	struct imdn imdn;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(imdn_parse(&imdn, text_from(cases[i].text)));
		assert_text("m1", imdn.message_id);
		assert_text(cases[i].type, imdn.type);
		assert_text(cases[i].status, imdn.status);
		assert_int_equal(cases[i].settled, send_settled(&imdn));
	}
}

static void test_imdn_refused(void **state)
{
	static const struct {
		const char *rule;
		const char *text;
	} cases[] = {
		{ "nothing", "" },
		{ "a DOCTYPE", "<!DOCTYPE imdn>" HEAD "<display-notification>"
		  "<status><displayed/></status></display-notification>" },
		{ "no message-id", "<imdn><display-notification><status>"
		  "<displayed/></status></display-notification></imdn>" },
		{ "no notification", HEAD "<status><displayed/></status>" },
		{ "no status", HEAD "<display-notification></imdn>" },
		{ "an empty status", HEAD "<display-notification><status/>" },
		{ "a tag without end", HEAD "<display-notification><status>"
		  "<displayed/></status><note" },
	};
	struct imdn imdn;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (imdn_parse(&imdn, text_from(cases[i].text)))
			fail_msg("taken against the rule: %s", cases[i].rule);
}

static void test_imdn_format(void **state)
{
	const struct imdn imdn = { text_from("m1"), text_from("delivery"),
				   text_from("delivered") };
	struct out *out = calloc(1, sizeof(*out));
	struct imdn read;

	(void)state;
	assert_non_null(out);
	imdn_format(out, &imdn, text_from("2026-03-01T10:15:00Z"),
		    text_from("sip:a@b?x=<&"));
	assert_true(imdn_parse(&read, out_text(out)));
	assert_text("m1", read.message_id);
	assert_text("delivery", read.type);
	assert_text("delivered", read.status);
	assert_non_null(memmem(out->bytes, out->len, "x=&lt;&amp;<", 12));
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_bare_lf),
		cmocka_unit_test(test_parse_refused),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_format_untyped),
		cmocka_unit_test(test_imdn),
		cmocka_unit_test(test_imdn_refused),
		cmocka_unit_test(test_imdn_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
