/* Tests of rules and of the file they come from. */
#include "rules/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smsc/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool read_script(struct options *options, const char *text, char *path)
{
	char *argv[] = { (char[]){ "smppsim" }, (char[]){ "--script" }, path,
			 NULL };
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	fclose(file);
	return options_parse(options, 3, argv) == OPTIONS_RUN;
}

static char *make_path(char path[32])
{
	int fd;

	snprintf(path, 32, "/tmp/smppsim-script-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	return path;
}

static const char whole[] =
	"options = { port = 0; receipt_style = \"tlv\"; quiet = true;\n"
	"            id_format = \"dec\"; seed = 9; };\n"
	"accounts = ( { system_id = \"a\"; password = \"b\"; max_binds = 2; },\n"
	"             { system_id = \"c\"; } );\n"
	"rules = (\n"
	"  { to = \"*7\"; after = 1.5; until = 10; status = \"RTHROTTLED\"; },\n"
	"  { from = \"+49*\"; outcome = \"undeliv\"; receipts = \"never\";\n"
	"    receipt_delay = 5; receipt_coding = \"ucs2\"; count = 2; },\n"
	"  { text = \"*stop*\"; every = 2; fault = \"drop\"; status = 0x400; }\n"
	");\n"
	"faults = [ \"delay:ms=5\", \"no-receipt:every=2\" ];\n"
	"steps = ( { at = 2; command = \"fault clear\"; },\n"
	"          { at = 0.5; command = \"unbind\"; } );\n"
	"messages = ( { at = 1; from = \"1\"; to = \"2\"; text = \"a b\"; } );\n"
	"expect = [ \"submit_sm>=1\" ];\n";

static void test_whole_file(void **state)
{
	struct options options;
	char path[32];
	const struct rule *rules;

	(void)state;
	assert_true(read_script(&options, whole, make_path(path)));
	unlink(path);
	rules = options.rules.rules;
	assert_int_equal(0, options.port);
	assert_true(options.quiet);
	assert_int_equal(2, options.account_count);
	assert_int_equal(2, options.accounts[0].max_binds);
	assert_string_equal("", options.accounts[1].password);
	assert_int_equal(3, options.rules.count);
	assert_int_equal(1500, rules[0].from_ms);
	assert_int_equal(10000, rules[0].until_ms);
	assert_int_equal(0x58, rules[0].status);
	/* What a rule does not say is as the options have it. */
	assert_int_equal(STYLE_TLV, rules[0].shape.style);
	assert_int_equal(ID_DEC, rules[0].shape.id_format);
	assert_int_equal(MESSAGE_UNDELIVERABLE, rules[1].outcome);
	assert_int_equal(RECEIPTS_NEVER, rules[1].shape.when);
	assert_int_equal(5, rules[1].shape.delay_ms);
	assert_int_equal(CODING_UCS2, rules[1].shape.coding);
	assert_true(rules[2].has_fault);
	assert_int_equal(0x400, rules[2].status);
	assert_int_equal(2, options.faults.count);
	assert_int_equal(3, options.step_count);
	assert_string_equal("unbind", options.steps[0].line);
	assert_string_equal("mo --from 1 --to 2 --text \"a b\" ",
			    options.steps[1].line);
	assert_int_equal(2000, options.steps[2].at_ms);
	assert_int_equal(1, options.expect_count);
	options_destroy(&options);
}

static void test_bad_files(void **state)
{
	static const char *const rows[] = {
		"nonsense = 1;",
		"rules = ( { too = \"*\"; } );",
		"rules = ( 1 );",
		"rules = 1;",
		"rules = ( { to = 1; } );",
		"rules = ( { after = -1; } );",
		"rules = ( { after = \"1\"; } );",
		"rules = ( { percent = 0; } );",
		"rules = ( { percent = 101; } );",
		"rules = ( { status = \"RNONSENSE\"; } );",
		"rules = ( { outcome = \"GONE\"; } );",
		"rules = ( { fault = \"explode\"; } );",
		"rules = ( { fault = \"drop-bind\"; } );",
		"rules = ( { fault = \"away:now\"; } );",
		"rules = ( { receipt_style = \"none\"; } );",
		"rules = ( { port = 1; } );",
		"accounts = ( { system_id = \"\"; } );",
		"accounts = ( { name = \"a\"; } );",
		"accounts = ( { system_id = \"a\"; max_binds = -1; } );",
		"faults = [ \"explode\" ];",
		"faults = [ false ];",
		"steps = ( { at = 1; } );",
		"steps = ( { command = \"dance\"; } );",
		"messages = ( { from = \"1\"; } );",
		"options = { nonsense = 1; };",
		"options = { script = \"x\"; };",
		"options = { port = \"x\"; };",
		"options = { port = 1.5; };",
		"options = { rate = 1; };",
		"options = { quiet = \"no\"; };",
		"expect = [ 1 ];",
		"rules = (",
	};
	char path[32];

	(void)state;
	make_path(path);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct options options;

		if (read_script(&options, rows[i], path))
			fail_msg("%s", rows[i]);
		options_destroy(&options);
	}
	unlink(path);
}

static const char *selected(struct rule_set *set, const char *to,
			    const char *text, long now_ms)
{
	const struct rule_subject subject = { to, "+4911", text, "demo",
					      now_ms };
	const struct rule *rule = rule_select(set, &subject);

	return rule ? rule->to : "none";
}

static void test_select(void **state)
{
	struct rule rules[] = {
		{ .to = "*1", .count = 1 },
		{ .to = "*2", .every = 2 },
		{ .to = "*3", .from_ms = 100, .until_ms = 200 },
		{ .to = "?4", .from = "49*", .system_id = "demo" },
		{ .to = "*5", .system_id = "other" },
		{ .to = "+44*", .from = "+49*" },
		{ .to = "*", .text = "*st[ou]p*" },
	};
	static const struct {
		const char *to;
		const char *text;
		long now_ms;
		const char *rule;
	} rows[] = {
		{ "1", "x", 0, "*1" },       { "1", "x", 0, "none" },
		{ "2", "x", 0, "none" },     { "2", "x", 0, "*2" },
		{ "3", "x", 99, "none" },    { "3", "x", 100, "*3" },
		{ "3", "x", 200, "none" },   { "14", "x", 0, "?4" },
		{ "114", "x", 0, "none" },   { "5", "x", 0, "none" },
		{ "9", "a stup b", 0, "*" }, { "+449", "x", 0, "+44*" },
		{ "449", "x", 0, "none" },
	};
	struct rule_set set = { rules, COUNT(rules) };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(rows[i].rule,
				    selected(&set, rows[i].to, rows[i].text,
					     rows[i].now_ms));
}

/* The first letter of the rule that each of 1000 messages meets. */
static void draw(char drawn[1001], uint64_t seed)
{
	struct rule rules[] = { { .to = "1*", .percent = 30 },
				{ .to = "?2", .percent = 100 },
				{ .to = "*", .percent = 50 } };
	struct rule_set set = { rules, COUNT(rules) };

	rule_seed_all(&set, seed);
	for (size_t i = 0; i < 1000; i++)
		drawn[i] = selected(&set, "1", "x", 0)[0];
	drawn[1000] = 0;
}

static size_t count_of(const char *drawn, char what)
{
	size_t count = 0;

	for (; *drawn; drawn++)
		count += *drawn == what;
	return count;
}

static void test_percent(void **state)
{
	char first[1001], again[1001], other[1001];

	(void)state;
	draw(first, 7);
	draw(again, 7);
	draw(other, 8);
	assert_string_equal(first, again);
	assert_string_not_equal(first, other);
	assert_in_range(count_of(first, '1'), 250, 350);
	/* Half of the seven hundred that are left. */
	assert_in_range(count_of(first, '*'), 300, 400);
	assert_int_equal(0, count_of(first, '?'));
}

static void test_describe(void **state)
{
	const struct rule rule = { .to = "*1",
				   .from_ms = 5,
				   .status = 0x58,
				   .outcome = MESSAGE_EXPIRED };
	struct buf line = { 0 };

	(void)state;
	rule_describe(&line, &rule);
	assert_string_equal(" to=*1 after_ms=5 -> status 0x58 outcome EXPIRED "
			    "receipts asked",
			    buf_str(&line));
	buf_destroy(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_whole_file),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_select),
		cmocka_unit_test(test_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
