/* Tests of reading and answering SIP messages. */
#include "sip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define FIELDS                                                                \
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1;rport\r\n"          \
	"From: <tel:+1;phone-context=x>;tag=f1\r\nTo: <tel:+2>\r\n"           \
	"Call-ID: c1\r\nCSeq: 1 MESSAGE\r\n"
#define REQUEST "MESSAGE tel:+2 SIP/2.0\r\n" FIELDS

static void assert_text(const char *expected, struct text text)
{
	assert_int_equal(strlen(expected), text.len);
	assert_memory_equal(expected, text.at, text.len);
}

/* On the heap and without a NUL behind it: the sanitizer sees a step beyond. */
static bool parse(struct sip_message *msg, const char *z, char **bytes)
{
	size_t len = strlen(z);

	*bytes = malloc(len ? len : 1);
	assert_non_null(*bytes);
	memcpy(*bytes, z, len);
	return sip_parse(msg, (struct text){ *bytes, len });
}

static void test_request(void **state)
{
	struct sip_message msg;
	char *bytes;

	(void)state;
	assert_true(parse(&msg, "\r\n" REQUEST "Subject: a\r\n  b\r\n"
			  "Content-Length: 2\r\n\r\nhi..", &bytes));
	assert_text("MESSAGE", msg.method);
	assert_text("tel:+2", msg.uri);
	assert_int_equal(0, msg.status);
	assert_text("hi", msg.body);
	assert_text("a\r\n  b", sip_find(&msg, "subject"));
	assert_text("z9hG4bK-1", sip_param(sip_find(&msg, "Via"), "branch"));
	assert_text("f1", sip_param(sip_find(&msg, "From"), "tag"));
	/* What stands in the URI is no parameter of the field. */
	assert_text("", sip_param(sip_find(&msg, "From"), "phone-context"));
	assert_text("", sip_param(sip_find(&msg, "To"), "tag"));
	assert_text("", sip_find(&msg, "Route"));
	free(bytes);
}

static void test_compact_answer(void **state)
{
	struct sip_message msg;
	char *bytes;

	(void)state;
	assert_true(parse(&msg, "SIP/2.0 202 Accepted here\r\n"
			  "v: SIP/2.0/TCP [::1]:5060;branch=b\r\nf: <tel:+1>\r\n"
			  "t: <tel:+2>;tag=x\r\ni: c1\r\nCSeq: 1 MESSAGE\r\n"
			  "l: 0\r\n\r\n", &bytes));
	assert_int_equal(202, msg.status);
	assert_text("Accepted here", msg.phrase);
	assert_text("b", sip_param(sip_find(&msg, "Via"), "branch"));
	assert_text("c1", sip_find(&msg, "Call-ID"));
	free(bytes);
}

static void test_refused(void **state)
{
	static const struct {
		const char *rule;
		const char *text;
	} cases[] = {
		{ "nothing", "" },
		{ "line ends only", "\r\n\r\n" },
		{ "7.1: method, URI and version", "MESSAGE tel:+2\r\n" FIELDS
		  "\r\n" },
		{ "7.1: version", "MESSAGE tel:+2 SIP/3.0\r\n" FIELDS "\r\n" },
		{ "7.2: status is a number", "SIP/2.0 2xx OK\r\n" FIELDS "\r\n" },
		{ "7.2: three digits", "SIP/2.0 2000 OK\r\n" FIELDS "\r\n" },
		{ "7.2: 100 and above", "SIP/2.0 99 OK\r\n" FIELDS "\r\n" },
		{ "7.3: a colon", REQUEST "Subject\r\n\r\n" },
		{ "7: an empty line ends the fields", REQUEST },
		{ "8.1.1: no Via", "MESSAGE tel:+2 SIP/2.0\r\nFrom: <tel:+1>\r\n"
		  "To: <tel:+2>\r\nCall-ID: c\r\nCSeq: 1 MESSAGE\r\n\r\n" },
		{ "20.14: length above the bytes", REQUEST
		  "Content-Length: 3\r\n\r\nhi" },
		{ "20.14: digits", REQUEST "Content-Length: +2\r\n\r\nhi" },
		{ "20.14: a length of this world", REQUEST
		  "Content-Length: 99999999999999999999\r\n\r\nhi" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sip_message msg;
		char *bytes;

		if (parse(&msg, cases[i].text, &bytes))
			fail_msg("taken against the rule: %s", cases[i].rule);
		free(bytes);
	}
}

static void test_too_many_fields(void **state)
{
	char text[4096] = REQUEST;
	struct sip_message msg;
	char *bytes;

	(void)state;
	for (size_t i = 5; i < SIP_FIELDS_MAX; i++)
		strncat(text, "X: 1\r\n", sizeof(text) - strlen(text) - 1);
	strncat(text, "\r\n", sizeof(text) - strlen(text) - 1);
	assert_true(parse(&msg, text, &bytes));
	assert_int_equal(SIP_FIELDS_MAX, msg.field_count);
	free(bytes);
	text[strlen(text) - 2] = 0;
	strncat(text, "X: 1\r\n\r\n", sizeof(text) - strlen(text) - 1);
	assert_false(parse(&msg, text, &bytes));
	free(bytes);
}

static void test_frame(void **state)
{
	static const char whole[] = "\r\n" REQUEST
				    "Content-Length: 5\r\n\r\nhello";
	char two[2 * sizeof(whole)] = "";

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++)
		assert_int_equal(0, sip_frame_len((struct text){ whole, len }));
	assert_int_equal(sizeof(whole) - 1, sip_frame_len(text_from(whole)));
	memcpy(two, whole, sizeof(whole) - 1);
	memcpy(two + sizeof(whole) - 1, whole, sizeof(whole));
	assert_int_equal(sizeof(whole) - 1, sip_frame_len(text_from(two)));
}

static void test_frame_refused(void **state)
{
	char *endless = malloc(SIP_LEN_MAX);

	(void)state;
	assert_non_null(endless);
	memset(endless, 'a', SIP_LEN_MAX);
	assert_int_equal(0, sip_frame_len((struct text){ endless, 100 }));
	assert_int_equal(-1, sip_frame_len((struct text){ endless,
							  SIP_LEN_MAX }));
	free(endless);
	/* RFC 3261 18.3: a stream needs Content-Length. */
	assert_int_equal(-1, sip_frame_len(text_from(REQUEST "\r\n")));
	assert_int_equal(-1, sip_frame_len(text_from(
		REQUEST "Content-Length: 70000\r\n\r\n")));
	assert_int_equal(-1, sip_frame_len(text_from("GET / HTTP/1.1\r\n"
						     "Host: x\r\n\r\n")));
}

static void test_answer(void **state)
{
	struct out *out = calloc(1, sizeof(*out));
	struct sip_message msg, read;
	char *bytes;

	(void)state;
	assert_non_null(out);
	assert_true(parse(&msg, REQUEST "Content-Length: 0\r\n\r\n", &bytes));
	sip_format_answer(out, &msg, 405, "t9");
	assert_true(sip_parse(&read, out_text(out)));
	assert_int_equal(405, read.status);
	assert_text("t9", sip_param(sip_find(&read, "To"), "tag"));
	assert_text("MESSAGE, OPTIONS", sip_find(&read, "Allow"));
	assert_text("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1;rport",
		    sip_find(&read, "Via"));
	free(bytes);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_compact_answer),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many_fields),
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_frame_refused),
		cmocka_unit_test(test_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
