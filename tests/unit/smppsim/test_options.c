/* Tests of the command line. */
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define WORDS_MAX 20

/* Parses a line of words; they must stay as long as the options. */
static enum options_result parse(struct options *options, char *line)
{
	char *argv[WORDS_MAX + 1] = { NULL };
	int argc = 0;
	char *word;

	argv[argc++] = (char[]){ "smppsim" };
	while ((word = strsep(&line, " ")) && argc < WORDS_MAX)
		argv[argc++] = word;
	return options_parse(options, argc, argv);
}

static void test_defaults(void **state)
{
	struct options options;
	char *argv[] = { (char[]){ "smppsim" }, NULL };

	(void)state;
	assert_int_equal(OPTIONS_RUN, options_parse(&options, 1, argv));
	assert_int_equal(12775, options.port);
	assert_string_equal("127.0.0.1", options.bind);
	assert_int_equal(200, options.shape.delay_ms);
	assert_int_equal(ROLE_SMSC, options.role);
	assert_int_equal(RECEIPTS_ASKED, options.shape.when);
	assert_int_equal(STYLE_BOTH, options.shape.style);
	assert_int_equal(ID_HEX, options.shape.id_format);
	assert_int_equal(10, options.window);
	assert_int_equal(0, options.account_count);
	options_destroy(&options);
}

static void test_all_kinds(void **state)
{
	char line[] =
		"--account a:b --account cc: --mo +1,2,x,y --quiet "
		"--fault drop-response:every=2 --id-format HEX --id-pad 8 "
		"--port 0x10";
	struct options options;

	(void)state;
	assert_int_equal(OPTIONS_RUN, parse(&options, line));
	assert_int_equal(2, options.account_count);
	assert_string_equal("a", options.accounts[0].system_id);
	assert_string_equal("b", options.accounts[0].password);
	assert_string_equal("", options.accounts[1].password);
	assert_int_equal(1, options.mo_count);
	assert_string_equal("+1", options.mos[0].from);
	assert_string_equal("x,y", options.mos[0].text);
	assert_int_equal(1, options.faults.count);
	assert_int_equal(16, options.port);
	assert_true(options.quiet);
	/* Receipts follow the responses unless they are told otherwise. */
	assert_int_equal(ID_HEX_UPPER, options.shape.id_format);
	assert_int_equal(8, options.shape.id_pad);
	options_destroy(&options);
}

static void test_receipt_id_differs(void **state)
{
	char line[] = "--receipt-id-format dec --receipt-id-pad 0 --id-pad 9";
	struct options options;

	(void)state;
	assert_int_equal(OPTIONS_RUN, parse(&options, line));
	assert_int_equal(ID_DEC, options.shape.id_format);
	assert_int_equal(ID_HEX, options.id_format);
	assert_int_equal(0, options.shape.id_pad);
	options_destroy(&options);
}

static void test_wrong(void **state)
{
	static const char *const lines[] = {
		"--nonsense",
		"--port",
		"--port 65536",
		"--port -1",
		"--port x",
		"--account nocolon",
		"--account :pw",
		"--account sixteen-octets-x:pw",
		"--account a:ninechars",
		"--receipts maybe",
		"--id-format oct",
		"--mo 1,2",
		"--mo ,2,x",
		"--fault explode",
		"--window 0",
		"--receipt-tlv 1401",
		"--receipt-coding utf8",
		"--script no-such-file",
		"--rate 5",
		"esme --receipts never",
		"esme --system-id sixteen-octets-x",
		"esme --bind-as trxx",
		"esme esme",
		"word",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct options options;
		char line[64];
		const size_t len = strlen(lines[i]);

		memcpy(line, lines[i], len + 1);
		if (parse(&options, line) != OPTIONS_WRONG)
			fail_msg("%s", lines[i]);
		options_destroy(&options);
	}
}

static void test_esme(void **state)
{
	char line[] = "esme --host ::1 --system-id me --bind-as tx --rate 50 "
		      "--count 7 --expect submit_sm>=7 --expect a-file";
	struct options options;

	(void)state;
	assert_int_equal(OPTIONS_RUN, parse(&options, line));
	assert_int_equal(ROLE_ESME, options.role);
	assert_string_equal("::1", options.esme.host);
	assert_string_equal("me", options.esme.system_id);
	assert_int_equal(BIND_TX, options.esme.bind_as);
	assert_int_equal(50, options.esme.rate);
	assert_int_equal(7, options.count);
	assert_int_equal(2, options.expect_count);
	assert_string_equal("a-file", options.expects[1]);
	options_destroy(&options);
}

static void test_help(void **state)
{
	char line[] = "--quiet --help --nonsense";
	struct options options;

	(void)state;
	assert_int_equal(OPTIONS_HELP, parse(&options, line));
	options_destroy(&options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_all_kinds),
		cmocka_unit_test(test_receipt_id_differs),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_esme),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
