/* Trust lists as tables: entries, addresses, names. */
#include "sip/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>

struct entry {
	const char *text;
	enum iwf_err err;
};

static const struct entry entries[] = {
	{ "192.0.2.0/24", IWF_OK },
	{ "192.0.2.1", IWF_OK },
	{ "0.0.0.0/0", IWF_OK },
	{ "2001:db8::/32", IWF_OK },
	{ "::1", IWF_OK },
	{ "tls:scscf.example.net", IWF_OK },
	{ "", IWF_E_SYNTAX },                   /* nothing */
	{ "tls:", IWF_E_SYNTAX },               /* no name */
	{ "192.0.2.1/24", IWF_E_SYNTAX },       /* host bits */
	{ "192.0.2.0/33", IWF_E_SYNTAX },       /* longer than IPv4 */
	{ "2001:db8::/129", IWF_E_SYNTAX },     /* longer than IPv6 */
	{ "192.0.2.0/", IWF_E_SYNTAX },         /* no length */
	{ "192.0.2.0/-1", IWF_E_SYNTAX },       /* no number */
	{ "192.0.2", IWF_E_SYNTAX },            /* three octets */
	{ "scscf.example.net", IWF_E_SYNTAX },  /* a name without tls: */
};

static void test_entries(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		struct iwf_why why;

		if (trust_check(iwf_str_from(entries[i].text), &why) !=
		    entries[i].err)
			fail_msg("%s", entries[i].text);
	}
}

static bool has(const struct trust *trust, const char *text)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return trust_has_address(trust, (struct sockaddr *)&in);
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return trust_has_address(trust, (struct sockaddr *)&in6);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *address;
		bool is_in;
	} rows[] = {
		{ "192.0.2.0", true }, { "192.0.2.255", true },
		{ "192.0.3.0", false }, { "192.0.1.255", false },
		{ "10.31.255.255", true }, { "10.32.0.0", false },
		{ "198.51.100.7", true }, { "198.51.100.6", false },
		{ "::ffff:192.0.2.9", true }, { "::ffff:192.0.3.9", false },
		{ "2001:db8:ffff::1", true }, { "2001:db9::1", false },
		{ "::192.0.2.1", false }, { "127.0.0.1", false },
	};
	static const struct iwf_str items[] = {
		{ "192.0.2.0/24", 12 }, { "10.0.0.0/11", 11 },
		{ "198.51.100.7", 12 }, { "2001:db8::/32", 13 },
	};
	struct trust *trust = trust_create(&(struct iwf_texts){ items, 4 },
					   true);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (has(trust, rows[i].address) != rows[i].is_in)
			fail_msg("%s", rows[i].address);
	}
	assert_false(trust_wants_name(trust));
	trust_destroy(&trust);
	assert_null(trust);
}

static void test_defaults(void **state)
{
	struct trust *loopback = trust_create(&(struct iwf_texts){ NULL, 0 },
					      true);
	struct trust *other = trust_create(&(struct iwf_texts){ NULL, 0 },
					   false);

	(void)state;
	assert_true(has(loopback, "127.0.0.1"));
	assert_true(has(loopback, "127.9.9.9"));
	assert_true(has(loopback, "::1"));
	assert_true(has(loopback, "::ffff:127.0.0.1"));
	assert_false(has(loopback, "192.0.2.1"));
	assert_false(has(other, "127.0.0.1"));
	assert_false(has(other, "192.0.2.1"));
	trust_destroy(&loopback);
	trust_destroy(&other);
}

static void test_names(void **state)
{
	static const struct iwf_str items[] = {
		{ "tls:scscf.example.net", 21 }, { "192.0.2.0/24", 12 },
	};
	struct trust *names = trust_create(&(struct iwf_texts){ items, 1 },
					   true);
	struct trust *both = trust_create(&(struct iwf_texts){ items, 2 },
					  true);

	(void)state;
	assert_true(trust_wants_name(names));
	assert_true(trust_has_name(names, IWF_STR("SCSCF.example.NET")));
	assert_false(trust_has_name(names, IWF_STR("scscf.example.ne")));
	assert_false(trust_has_name(names, IWF_STR("")));
	assert_true(has(names, "203.0.113.1"));
	assert_true(has(both, "192.0.2.1"));
	assert_false(has(both, "203.0.113.1"));
	trust_destroy(&names);
	trust_destroy(&both);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
