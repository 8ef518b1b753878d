/* Networks an account may be used from. */
#include "server/allow.h"

#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>

#include <cmocka.h>

static const struct { const char *network, *address; bool has; } rows[] = {
	{ "192.0.2.1", "::ffff:192.0.2.1", true },
	{ "192.0.2.1", "::ffff:192.0.2.2", false },
	{ "192.0.2.0/25", "::ffff:192.0.2.127", true },
	{ "192.0.2.0/25", "::ffff:192.0.2.128", false },
	{ "192.0.2.8/29", "::ffff:192.0.2.15", true },
	{ "192.0.2.8/29", "::ffff:192.0.2.16", false },
	{ "0.0.0.0/0", "::ffff:203.0.113.9", true },
	{ "0.0.0.0/0", "2001:db8::1", false },
	{ "2001:db8::/32", "2001:db8:ffff::1", true },
	{ "2001:db8::/32", "2001:db9::1", false },
	{ "::1", "::1", true }, { "::/0", "::ffff:192.0.2.1", true },
};

static void a_network_has_its_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct iwf_str network = iwf_str_from(rows[i].network);
		const struct iwf_texts allow = { &network, 1 };
		uint8_t address[16];

		assert_int_equal(inet_pton(AF_INET6, rows[i].address, address),
				 1);
		assert_int_equal(server_allow_has(&allow, address),
				 rows[i].has);
		assert_int_equal(server_allow_check(&allow, NULL), IWF_OK);
	}
}

static void no_network_allows_nobody(void **state)
{
	static const char *const bad[] = {
		"", "/8", "192.0.2.0/33", "192.0.2/24", "::/129", "host",
		"192.0.2.1/", "192.0.2.1/x", "192.0.2.1 ",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111:2222",
	};
	const struct iwf_texts none = { NULL, 0 };
	const uint8_t address[16] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct iwf_str network = iwf_str_from(bad[i]);
		const struct iwf_texts allow = { &network, 1 };

		assert_false(server_allow_has(&allow, address));
		assert_int_equal(server_allow_check(&allow, NULL),
				 IWF_E_SYNTAX);
	}
	assert_true(server_allow_has(&none, address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_has_its_addresses),
		cmocka_unit_test(no_network_allows_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
