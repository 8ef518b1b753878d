/* Tests of the command line, of addresses, of timer E and of JSON strings. */
#include "client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define WORDS_MAX 16

/* Parses a line of words; they must stay as long as the options. */
static enum options_result parse(struct options *options, char *line)
{
	char *argv[WORDS_MAX + 2] = { (char[]){ "cpm-client" } };
	int argc = 1;
	char *word;

	while ((word = strsep(&line, " ")) && argc < WORDS_MAX)
		argv[argc++] = word;
	return options_parse(options, argc, argv);
}

static void test_send(void **state)
{
	char line[] = "send --from tel:+1 --to tel:+2 --text hi --want "
		      "delivered,interworked --pai --wait 5";
	struct options options;

	(void)state;
	assert_int_equal(OPTIONS_RUN, parse(&options, line));
	assert_false(options.is_listen);
	assert_string_equal("tel:+1", options.from);
	assert_string_equal("127.0.0.1:5060", options.gateway);
	assert_int_equal(WANT_DELIVERED | WANT_INTERWORKED, options.want);
	assert_true(options.pai);
	assert_false(options.tcp);
	assert_int_equal(5, options.wait_sec);
	assert_null(options.conversation);
}

static void test_listen(void **state)
{
	char line[] = "listen --listen [::1]:5070 --answer 480 --send-imdn "
		      "delivered,displayed --count 2 --json";
	struct options options;

	(void)state;
	assert_int_equal(OPTIONS_RUN, parse(&options, line));
	assert_true(options.is_listen);
	assert_int_equal(480, options.answer);
	assert_int_equal(WANT_DELIVERED | WANT_DISPLAY, options.send_imdn);
	assert_int_equal(2, options.count);
	assert_int_equal(0, options.timeout_sec);
	assert_true(options.json);
}

static void test_wrong(void **state)
{
	static const char *const lines[] = {
		"", "receive", "send", "send --from tel:+1 --to tel:+2",
		"send --from tel:+1 --to tel:+2 --text x --want all",
		"send --from tel:+1 --to tel:+2 --text x --want failed --plain",
		"send --from tel:+1 --to tel:+2 --text x --wait 0",
		"send --from tel:+1 --to tel:+2 --text x --wait 5s",
		"send --from tel:+1 --to tel:+2 --text x --count 1",
		"send --from tel:+1\r\nX:y --to tel:+2 --text x",
		"listen --to tel:+1", "listen --count", "listen --answer 100",
		"listen --answer 700", "listen --send-imdn failed",
	};
	struct options options;
	char line[128];

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		memcpy(line, lines[i], strlen(lines[i]) + 1);
		if (parse(&options, line) != OPTIONS_WRONG)
			fail_msg("taken: %s", lines[i]);
	}
}

static void test_address(void **state)
{
	static const char *const wrong[] = {
		"", ":", "127.0.0.1", "127.0.0.1:", ":5060", "127.0.0.1:0",
		"127.0.0.1:65536", "127.0.0.1:50x", "localhost:5060", "::1:5060",
		"[::1]", "[]:5060", "[127.0.0.1]:5060", "127.0.0.256:1",
		"[0000:0000:0000:0000:0000:0000:0000:0000:0000:00001]:1",
	};
	struct net_address address;

	(void)state;
	assert_true(net_address_parse("127.0.0.1:5060", &address));
	assert_int_equal(AF_INET, address.addr.ss_family);
	assert_true(net_address_parse("[::1]:65535", &address));
	assert_int_equal(AF_INET6, address.addr.ss_family);
	for (size_t i = 0; i < COUNT(wrong); i++)
		if (net_address_parse(wrong[i], &address))
			fail_msg("taken: %s", wrong[i]);
}

static void test_timer_e(void **state)
{
	/* RFC 3261 17.1.2.2, T1 500 ms, T2 4 s. */
	static const long waits_ms[] = { 500, 1000, 2000, 4000, 4000 };

	(void)state;
	for (size_t i = 1; i < COUNT(waits_ms); i++)
		assert_int_equal(waits_ms[i], client_next_interval_ms(
			waits_ms[i - 1], false));
	assert_int_equal(4000, client_next_interval_ms(500, true));
}

static void test_json(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} cases[] = {
		{ "", "\"\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "a\r\n\x01\x7f", "\"a\\u000d\\u000a\\u0001\\u007f\"" },
		{ "\xc3\xa9\xf0\x9f\x98\x80", "\"\xc3\xa9\xf0\x9f\x98\x80\"" },
		{ "\xc3", "\"\\u00c3\"" },             /* cut */
		{ "\xc0\x80", "\"\\u00c0\\u0080\"" },  /* overlong */
		{ "\xed\xa0\x80", "\"\\u00ed\\u00a0\\u0080\"" }, /* surrogate */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);

		assert_non_null(out);
		print_json_string(out, text_from(cases[i].in));
		fclose(out);
		assert_string_equal(cases[i].out, text);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_send),    cmocka_unit_test(test_listen),
		cmocka_unit_test(test_wrong),   cmocka_unit_test(test_address),
		cmocka_unit_test(test_timer_e), cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
