/* Listener URIs and certificate folders as tables. */
#include "sip/listener.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { UDP = LISTENER_UDP, TCP = LISTENER_TCP, TLS = LISTENER_TLS };

struct row {
	const char *uri;
	const char *host;      /* NULL: refused */
	unsigned port;
	unsigned transports;
	bool is_loopback;
};

static const struct row rows[] = {
	{ "sip:127.0.0.1:5060", "127.0.0.1", 5060, UDP | TCP, true },
	{ "sip:192.0.2.1", "192.0.2.1", 5060, UDP | TCP, false },
	{ "SIP:0.0.0.0:5070;transport=UDP", "0.0.0.0", 5070, UDP, false },
	{ "sip:[::1]:5062;transport=tcp", "[::1]", 5062, TCP, true },
	{ "sip:[2001:db8::1]", "[2001:db8::1]", 5060, UDP | TCP, false },
	{ "sip:127.0.0.1;transport=tls", "127.0.0.1", 5061, TLS, true },
	{ "sips:127.0.0.1", "127.0.0.1", 5061, TLS, true },
	{ "sips:127.0.0.1:7000;transport=tls", "127.0.0.1", 7000, TLS, true },
	{ "", NULL, 0, 0, false },                          /* no scheme */
	{ "127.0.0.1:5060", NULL, 0, 0, false },            /* no scheme */
	{ "tel:+4917", NULL, 0, 0, false },                 /* other scheme */
	{ "sip:", NULL, 0, 0, false },                      /* no address */
	{ "sip:localhost:5060", NULL, 0, 0, false },        /* a name */
	{ "sip:a@127.0.0.1", NULL, 0, 0, false },           /* a user */
	{ "sip:::1:5060", NULL, 0, 0, false },              /* no brackets */
	{ "sip:[::1", NULL, 0, 0, false },                  /* open bracket */
	{ "sip:[::1]x", NULL, 0, 0, false },                /* behind it */
	{ "sip:127.0.0.1:0", NULL, 0, 0, false },           /* port 0 */
	{ "sip:127.0.0.1:65536", NULL, 0, 0, false },       /* port too high */
	{ "sip:127.0.0.1:", NULL, 0, 0, false },            /* empty port */
	{ "sip:127.0.0.1:5060;transport=sctp", NULL, 0, 0, false },
	{ "sips:127.0.0.1;transport=udp", NULL, 0, 0, false }, /* TLS on UDP */
	{ "sip:127.0.0.1;lr", NULL, 0, 0, false },          /* other parameter */
};

static void test_uris(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct listener_uri uri;
		struct iwf_why why = { 0 };
		enum iwf_err err = listener_parse(iwf_str_from(row->uri),
						  &uri, &why);

		if ((err == IWF_OK) != (row->host != NULL))
			fail_msg("%s: %s", row->uri, why.text);
		if (err) {
			assert_true(why.text[0]);
			continue;
		}
		assert_string_equal(uri.host, row->host);
		assert_int_equal(uri.port, row->port);
		assert_int_equal(uri.transports, row->transports);
		assert_int_equal(uri.is_loopback, row->is_loopback);
	}
}

static void test_format(void **state)
{
	static const struct {
		const char *address;
		unsigned port;
		enum listener_transport transport;
		const char *want;
	} cases[] = {
		{ "127.0.0.1", 0, LISTENER_UDP,
		  "sip:127.0.0.1:*;transport=udp" },
		{ "::1", 5070, LISTENER_TCP, "sip:[::1]:5070;transport=tcp" },
		{ "[::1]", 5071, LISTENER_TLS,
		  "sips:[::1]:5071;transport=tls" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct listener_uri uri;
		struct iwf_buf buf = { 0 };

		assert_int_equal(listener_parse_address(
			iwf_str_from(cases[i].address), &uri, NULL), IWF_OK);
		uri.port = (uint16_t)cases[i].port;
		listener_format(&buf, &uri, cases[i].transport);
		iwf_buf_u8(&buf, 0);
		assert_string_equal(buf.ptr, cases[i].want);
		iwf_buf_free(&buf);
	}
}

static void test_no_certificates(void **state)
{
	struct iwf_why why = { 0 };

	(void)state;
	assert_int_not_equal(listener_check_tls(IWF_STR(""), false, &why),
			     IWF_OK);
	assert_int_not_equal(listener_check_tls(IWF_STR("/nonexistent"), false,
						&why), IWF_OK);
	assert_non_null(strstr(why.text, "agent.pem"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uris),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_no_certificates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
