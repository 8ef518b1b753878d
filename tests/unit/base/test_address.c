/* Addresses: when they are the same, how they are written, and that the one
 * follows the other. */
#include <iwf/buf.h>
#include <iwf/message.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ADDRESS(kind, user, domain, uri) \
	{ IWF_ADDRESS_##kind, { user, sizeof(user) - 1 }, \
	  { domain, sizeof(domain) - 1 }, { uri, sizeof(uri) - 1 } }
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Equal addresses stand in the same group. */
static const struct {
	int group;
	struct iwf_address address;
	const char *key;
	const char *text;
} cases[] = {
	{ 0, ADDRESS(NONE, "", "", ""), "none:", "none:" },
	{ 1, ADDRESS(NUMBER, "+491", "", ""), "tel:+491", "tel:+491" },
	{ 1, ADDRESS(NUMBER, "+491", "ims.net", "sip:+491@ims.net;user=phone"),
	  "tel:+491", "sip:+491@ims.net;user=phone" },
	{ 2, ADDRESS(NUMBER, "+492", "", ""), "tel:+492", "tel:+492" },
	{ 3, ADDRESS(LOCAL, "123", "", ""), "tel:123", "tel:123" },
	{ 4, ADDRESS(LOCAL, "123", "Ims.NET", ""),
	  "tel:123;phone-context=ims.net", "tel:123;phone-context=ims.net" },
	{ 4, ADDRESS(LOCAL, "123", "ims.net", "tel:123;phone-context=IMS.net"),
	  "tel:123;phone-context=ims.net", "tel:123;phone-context=IMS.net" },
	{ 5, ADDRESS(ALPHA, "Bank", "", ""), "alpha:Bank", "alpha:Bank" },
	{ 6, ADDRESS(ALPHA, "BANK", "", ""), "alpha:BANK", "alpha:BANK" },
	{ 7, ADDRESS(SIP, "alice", "Home.net", ""), "sip:alice@home.net",
	  "sip:alice@home.net" },
	{ 7, ADDRESS(SIP, "alice", "home.NET", "sips:alice@home.NET"),
	  "sip:alice@home.net", "sips:alice@home.NET" },
	{ 8, ADDRESS(SIP, "Alice", "home.net", ""), "sip:Alice@home.net",
	  "sip:Alice@home.net" },
	{ 9, ADDRESS(SIP, "alice", "home.org", ""), "sip:alice@home.org",
	  "sip:alice@home.org" },
};

static void test_equal(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t j = 0; j < COUNT(cases); j++)
			assert_int_equal(
				iwf_address_eq(&cases[i].address,
					       &cases[j].address),
				cases[i].group == cases[j].group);
}

static void test_text(void **state)
{
	struct iwf_buf buf = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		iwf_buf_clear(&buf);
		iwf_address_key(&buf, &cases[i].address);
		iwf_buf_u8(&buf, '\0');
		assert_string_equal(buf.ptr, cases[i].key);
		iwf_buf_clear(&buf);
		iwf_address_format(&buf, &cases[i].address);
		iwf_buf_u8(&buf, '\0');
		assert_string_equal(buf.ptr, cases[i].text);
	}
	iwf_buf_free(&buf);
}

/* Keys serve for equality, so they must agree with it. */
static void test_keys_agree(void **state)
{
	struct iwf_buf a = { 0 };
	struct iwf_buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		iwf_buf_clear(&a);
		iwf_address_key(&a, &cases[i].address);
		for (size_t j = 0; j < COUNT(cases); j++) {
			iwf_buf_clear(&b);
			iwf_address_key(&b, &cases[j].address);
			assert_int_equal(iwf_str_eq(iwf_buf_str(&a),
						    iwf_buf_str(&b)),
					 cases[i].group == cases[j].group);
		}
	}
	iwf_buf_free(&b);
	iwf_buf_free(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_keys_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
