/* Where characters begin for their reader (Unicode, UAX 29). */
#include <smpp/text/cluster.h>

#include "octets.h"

#include <iwf/utf8.h>

/* A bar stands before each cluster. */
static const char *const cases[] = {
	"|a|b|c", "|a|\r\n|b", "|e\u0301|x", "|😀|😀", "|👍🏽|!",
	"|👨‍👩‍👧|👨‍👩‍👧", "|🇩🇪|🇫🇷|a", "|a|🇩🇪|b|🇫🇷", "|❤️|1️⃣", "|n|i\u0303|?",
	"|한|\u1112\u1161\u11AB", "|\u0301\u0301|a",
};

static void breaks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iwf_str rest = iwf_str_from(cases[i]);
		struct smpp_cluster cluster = { 0 };

		while (rest.len) {
			bool is_marked = rest.ptr[0] == '|';

			if (is_marked)
				iwf_utf8_next(&rest);
			assert_int_equal(smpp_cluster_next(
				&cluster, iwf_utf8_next(&rest)), is_marked);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(breaks) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
