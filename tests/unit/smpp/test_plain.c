/* What is replaced by what looks alike, and what never is. */
#include <smpp/text/plain.h>

#include "octets.h"

static const struct {
	enum smpp_plainness plain;
	struct gsm_tables tables;
	const char *text;
	const char *want; /* NULL: nothing to replace */
	size_t count;
} cases[] = {
	{ SMPP_PLAIN_NO, { 0, 0 }, "it’s", NULL, 0 },
	{ SMPP_PLAIN_PUNCTUATION, { 0, 0 }, "it’s", "it's", 1 },
	{ SMPP_PLAIN_PUNCTUATION, { 0, 0 }, "“a” – b…", "\"a\" - b...", 4 },
	{ SMPP_PLAIN_PUNCTUATION, { 0, 0 }, "1\u00A0000", "1 000", 1 },
	{ SMPP_PLAIN_PUNCTUATION, { 0, 0 }, "plain é€", NULL, 0 },
	{ SMPP_PLAIN_PUNCTUATION, { 0, 0 }, "á", NULL, 0 },
	{ SMPP_PLAIN_PUNCTUATION, { 0, 0 }, "", NULL, 0 },
	{ SMPP_PLAIN_LETTERS, { 0, 0 }, "áÈçłœ", "aEcloe", 5 },
	{ SMPP_PLAIN_LETTERS, { 0, 0 }, "Ñé", NULL, 0 },
	{ SMPP_PLAIN_LETTERS, { 0, 0 }, "e\u0301", "e", 1 },
	/* A table that has it keeps it */
	{ SMPP_PLAIN_LETTERS, { 1, 0 }, "şő", "şo", 1 },
	/* What has no likeness stays */
	{ SMPP_PLAIN_LETTERS, { 0, 0 }, "á日😀", "a日😀", 1 },
	{ SMPP_PLAIN_LETTERS, { 0, 0 }, "ж", NULL, 0 },
	{ SMPP_PLAIN_LETTERS, { 0, 0 }, "’\xFF", NULL, 0 },
};

static void replaces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct smpp_way way = {
			.alphabet = SMPP_ALPHABET_GSM,
			.tables = cases[i].tables, .plain = cases[i].plain,
		};
		struct iwf_buf buf = { 0 };

		assert_int_equal(smpp_plain(&buf, &way, iwf_str_from(
			cases[i].text)), cases[i].count);
		assert_text(iwf_buf_str(&buf),
			    cases[i].want ? cases[i].want : "");
		iwf_buf_free(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(replaces) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
