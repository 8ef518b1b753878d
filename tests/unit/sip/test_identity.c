/* P-Asserted-Identity as a table; malformed rows name what they break. */
#include "sip/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

struct row {
	const char *value;
	int count;             /* -1: refused */
	const char *uris[2];
};

static const struct row rows[] = {
	/* RFC 3325 9.1 */
	{ "\"Cullen Jennings\" <sip:fluffy@cisco.com>", 1,
	  { "sip:fluffy@cisco.com" } },
	{ "tel:+14085264000", 1, { "tel:+14085264000" } },
	{ "<sip:a@b>, <tel:+4917>", 2, { "sip:a@b", "tel:+4917" } },
	{ "<tel:+4917>,<sips:a@b>", 2, { "tel:+4917", "sips:a@b" } },
	{ "sip:a@b,tel:+4917", 2, { "sip:a@b", "tel:+4917" } },
	{ "Al Smith <sip:a@b;user=phone>", 1, { "sip:a@b;user=phone" } },
	{ "\"a \\\" , <x> b\" <sip:a@b>", 1, { "sip:a@b" } },
	{ "<sip:a,b@c>", 1, { "sip:a,b@c" } },
	{ " <SIP:a@b> ", 1, { "SIP:a@b" } },
	{ "<sip:a@b>, <sip:c@d>", 1, { "sip:a@b" } },
	{ "<sip:a@b>, <sip:c@d>, <tel:1>", 2, { "sip:a@b", "tel:1" } },
	{ "<im:a@b>", 0, { NULL } },
	{ "", -1, { NULL } },                    /* nothing */
	{ ",", -1, { NULL } },                   /* empty elements */
	{ "<sip:a@b>,", -1, { NULL } },          /* a comma at the end */
	{ "<sip:a@b", -1, { NULL } },            /* no closing bracket */
	{ "sip:a@b>, <tel:1>", -1, { NULL } },   /* no opening bracket */
	{ "\"Al <sip:a@b>", -1, { NULL } },      /* no closing quote */
	{ "\"Al\" sip:a@b", -1, { NULL } },      /* a name without brackets */
	{ "\"Al\\", -1, { NULL } },              /* ends in an escape */
	{ "<>", -1, { NULL } },                  /* no URI */
	{ "<alice>", -1, { NULL } },             /* no scheme */
	{ "<sip:a b@c>", -1, { NULL } },         /* a blank in a URI */
	{ "<sip:a@b> x", -1, { NULL } },         /* behind the bracket */
	{ "<sip:a\001@b>", -1, { NULL } },       /* a control character */
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_str uris[2];
		unsigned count = 9;
		enum iwf_err err = identity_parse(iwf_str_from(rows[i].value),
						  uris, &count);

		if ((err ? -1 : (int)count) != rows[i].count)
			fail_msg("%s: %d %u", rows[i].value, err, count);
		for (unsigned k = 0; !err && k < count; k++)
			assert_true(iwf_str_eq(uris[k],
					       iwf_str_from(rows[i].uris[k])));
	}
}

/* Every prefix of every row, in a buffer of exactly its size. */
static void test_prefixes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t len = 0; len <= strlen(rows[i].value); len++) {
			char *exact = malloc(len ? len : 1);
			struct iwf_str uris[2];
			unsigned count;

			memcpy(exact, rows[i].value, len);
			identity_parse(iwf_str_make(exact, len), uris, &count);
			assert_in_range(count, 0, 2);
			free(exact);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
