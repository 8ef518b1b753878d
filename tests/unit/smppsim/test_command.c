/* Tests of the control lines and of MO addresses and segments. */
#include "control/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_mo(void **state)
{
	struct command command;
	const char *why;

	(void)state;
	assert_true(command_parse(
		&command,
		"mo --from +491 --to 100 "
		"--text \"a \\\"b\\\"\\n'c'\" --data-coding 0x08 "
		"--udh '05 00 03 01 02 01' --esm-class 3 --service-type CMT "
		"--system-id demo",
		1, &why));
	assert_int_equal(COMMAND_MO, command.verb);
	assert_string_equal("+491", command.mo.from);
	assert_string_equal("100", command.mo.to);
	assert_string_equal("a \"b\"\n'c'", command.mo.text);
	assert_string_equal("05 00 03 01 02 01", command.mo.udh);
	assert_string_equal("CMT", command.mo.service_type);
	assert_string_equal("demo", command.system_id);
	assert_int_equal(8, command.mo.data_coding);
	assert_int_equal(3, command.mo.esm_class);
	assert_int_equal(1, command.mo.registered_delivery);
	assert_null(command.mo.hex);
	command_destroy(&command);
}

static void test_others(void **state)
{
	static const struct {
		const char *line;
		enum command_verb verb;
		const char *argument;
	} rows[] = {
		{ "fault drop-response:every=10", COMMAND_FAULT,
		  "drop-response:every=10" },
		{ "  fault\tclear\r", COMMAND_FAULT, "clear" },
		{ "raw '00 01' --system-id x", COMMAND_RAW, "00 01" },
		{ "raw --system-id x 0001", COMMAND_RAW, "0001" },
		{ "stats", COMMAND_STATS, NULL },
		{ "quit", COMMAND_QUIT, NULL },
		{ "unbind", COMMAND_UNBIND, NULL },
		{ "outbind [::1]:2775 --password p", COMMAND_OUTBIND,
		  "[::1]:2775" },
		{ "enquire --system-id x", COMMAND_ENQUIRE, NULL },
		{ "receipt --id '' --from 1 --to 2 --stat FOO --tlv-only",
		  COMMAND_RECEIPT, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct command command;
		const char *why;

		if (!command_parse(&command, rows[i].line, 0, &why))
			fail_msg("%s: %s", rows[i].line, why);
		assert_int_equal(rows[i].verb, command.verb);
		if (rows[i].argument)
			assert_string_equal(rows[i].argument, command.argument);
		assert_int_equal(rows[i].verb == COMMAND_RECEIPT,
				 command.tlv_only);
		command_destroy(&command);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *line;
		const char *why;
	} rows[] = {
		{ "", "unknown command" },
		{ "   ", "unknown command" },
		{ "dance", "unknown command" },
		{ "fault", "an argument is missing" },
		{ "raw", "an argument is missing" },
		{ "outbind", "an argument is missing" },
		{ "raw 00 --password p",
		  "unknown argument for this command" },
		{ "mo --from 1 --text x", "an argument is missing" },
		{ "receipt --id 1 --from 1 --to 2", "an argument is missing" },
		{ "mo --from", "value is missing" },
		{ "mo --from 1 --to 2 --text \"x", "value is missing" },
		{ "fault 'x", "quote is not closed" },
		{ "mo --from 1 --to 2 --stat x",
		  "unknown argument for this command" },
		{ "stats now", "unknown argument for this command" },
		{ "mo --from 1 --to 2 --data-coding 256",
		  "value is no number from 0 to 255" },
		{ "mo --from 1 --to 2 --esm-class ''",
		  "value is no number from 0 to 255" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct command command;
		const char *why;

		if (command_parse(&command, rows[i].line, 0, &why))
			fail_msg("%s", rows[i].line);
		assert_string_equal(rows[i].why, why);
	}
}

/* parse(quote(x)) == x */
static void test_quote(void **state)
{
	static const char *const texts[] = {
		"plain",       "",          "two words", "a\"b\\c", "it's",
		"line\nbreak", "tab\there", "€ 😀",       "\\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct buf line = { 0 };
		struct command command;
		const char *why;

		buf_append_str(&line, "mo --from 1 --to 2 --text ");
		command_quote(&line, texts[i]);
		assert_true(command_parse(&command, buf_str(&line), 0, &why));
		assert_string_equal(texts[i], command.mo.text);
		command_destroy(&command);
		buf_destroy(&line);
	}
}

static void test_addr(void **state)
{
	static const struct {
		const char *text;
		int ton;
		int npi;
		const char *number;
	} rows[] = {
		{ "+491710001", 1, 1, "491710001" },
		{ "100", 0, 1, "100" },
		{ "My Bank", 5, 0, "My Bank" },
		{ "+x", 5, 0, "+x" },
	};
	struct pdu_addr addr;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(mo_parse_addr(&addr, rows[i].text));
		assert_int_equal(rows[i].ton, addr.ton);
		assert_int_equal(rows[i].npi, addr.npi);
		assert_string_equal(rows[i].number, addr.number);
	}
	assert_false(mo_parse_addr(&addr, "123456789012345678901"));
}

static void test_segments(void **state)
{
	static const struct {
		enum text_alphabet alphabet;
		size_t len;
		size_t count;
	} rows[] = {
		{ TEXT_GSM, 0, 1 },    { TEXT_GSM, 160, 1 },
		{ TEXT_GSM, 161, 2 },  { TEXT_GSM, 306, 2 },
		{ TEXT_GSM, 307, 3 },  { TEXT_UCS2, 140, 1 },
		{ TEXT_UCS2, 142, 2 }, { TEXT_UCS2, 268, 2 },
		{ TEXT_UCS2, 270, 3 },
	};
	uint8_t bytes[400];

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(
			rows[i].count,
			mo_segment_count(rows[i].alphabet, bytes, rows[i].len));
	/* An escape that would be cut moves to the next segment. */
	bytes[152] = 0x1b;
	assert_int_equal(3, mo_segment_count(TEXT_GSM, bytes, 306));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mo),      cmocka_unit_test(test_others),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_quote),
		cmocka_unit_test(test_addr),    cmocka_unit_test(test_segments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
