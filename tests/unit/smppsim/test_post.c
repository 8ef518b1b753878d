/* Tests of what the page's port takes: posts as lines of the control socket,
 * and from whom. */
#include "web/post.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/command.h"
#include "core/json.h"
#include "web/origin.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_lines(void **state)
{
	static const struct {
		const char *verb;
		const char *json;
		const char *line;
	} rows[] = {
		{ "mo", "{\"from\":\"+1\",\"to\":\"2\",\"text\":\"a b\"}",
		  "mo --from +1 --to 2 --text \"a b\" " },
		{ "mo", "{\"text\":\"\\\"; quit\\n\"}",
		  "mo --text \"\\\"; quit\\n\" " },
		{ "mo", "{\"link\":\"d\",\"data_coding\":8}",
		  "mo --system-id d --data-coding 8 " },
		{ "receipt", "{\"id\":\"a\",\"tlv_only\":true}",
		  "receipt --id a --tlv-only " },
		{ "receipt", "{\"tlv_only\":false}", "receipt " },
		{ "mo", "{\"text\":\"\"}", "mo --text \"\" " },
		{ "unbind", "{}", "unbind " },
		{ "fault",
		  "{\"kind\":\"drop_resp\",\"link\":\"demo\","
		  "\"every\":10}",
		  "fault drop_resp:link=demo,every=10 " },
		{ "fault", "{\"kind\":\"away\",\"ms\":5,\"now\":true}",
		  "fault away:ms=5,now " },
		{ "fault", "{\"kind\":\"clear\"}", "fault clear " },
		{ "fault", "{\"clear\":true}", "fault clear " },
		{ "fault", "{\"spec\":\"drop:every=2\"}",
		  "fault drop:every=2 " },
		{ "fault", "{\"kind\":\"a b\"}", "fault \"a b\" " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf json = { 0 };
		struct buf line = { 0 };
		const char *why;

		buf_append_str(&json, rows[i].json);
		assert_true(post_format_line(&line, rows[i].verb, &json, &why));
		assert_string_equal(rows[i].line, buf_str(&line));
		buf_destroy(&json);
		buf_destroy(&line);
	}
}

static void test_bad_posts(void **state)
{
	static const struct {
		const char *verb;
		const char *json;
	} rows[] = {
		{ "mo", "" },
		{ "mo", "[]" },
		{ "mo", "{\"a\":1" },
		{ "mo", "{\"a\":1,\"a\":2}" },
		{ "mo", "{\"a\":null}" },
		{ "mo", "{\"a\":{}}" },
		{ "mo", "{\"a\":1.5}" },
		{ "mo", "{\"a b\":1}" },
		{ "mo", "{\"a\\\"\":1}" },
		{ "mo", "{\"a\":\"\\u0000\"}" },
		{ "fault", "{}" },
		{ "fault", "{\"kind\":1}" },
		{ "fault", "{\"kind\":\"drop\",\"every\":[]}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf json = { 0 };
		struct buf line = { 0 };
		const char *why = NULL;

		buf_append_str(&json, rows[i].json);
		if (post_format_line(&line, rows[i].verb, &json, &why))
			fail_msg("%s", rows[i].json);
		assert_non_null(why);
		buf_destroy(&json);
		buf_destroy(&line);
	}
}

/* What is posted arrives as it was, whatever is in it. */
static void test_round_trip(void **state)
{
	static const char text[] = "a'b\"c\\d\te\r\nf --to 9 {}";
	struct buf json = { 0 };
	struct buf line = { 0 };
	struct command command;
	const char *why;

	(void)state;
	json_open(&json);
	json_str(&json, "from", "1");
	json_str(&json, "to", "2");
	json_str(&json, "text", text);
	json_close(&json);
	assert_true(post_format_line(&line, "mo", &json, &why));
	assert_true(command_parse(&command, buf_str(&line), 0, &why));
	assert_string_equal(text, command.mo.text);
	assert_string_equal("2", command.mo.to);
	command_destroy(&command);
	buf_destroy(&json);
	buf_destroy(&line);
}

static void test_hosts(void **state)
{
	static const struct {
		const char *host;
		bool is_good;
	} rows[] = {
		{ "localhost", true },
		{ "localhost:12776", true },
		{ "127.0.0.1:1", true },
		{ "192.0.2.7", true },
		{ "[::1]:12776", true },
		{ "[::1]", true },
		{ NULL, false },
		{ "", false },
		{ "evil.example", false },
		{ "127.0.0.1.evil.example", false },
		{ "localhost.evil", false },
		{ "localhost:", true },
		{ "localhost:x", false },
		{ "[::1", false },
		{ "::1", false },
		{ "[::1]x", false },
		{ ":80", false },
		{ "a-name-that-is-longer-than-any-address-could-be-you-know-it-is",
		  false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (origin_is_host_good(rows[i].host) != rows[i].is_good)
			fail_msg("%s", rows[i].host);
}

static void test_origins(void **state)
{
	(void)state;
	assert_true(origin_is_same(NULL, "localhost:1"));
	assert_true(origin_is_same("http://localhost:1", "localhost:1"));
	assert_false(origin_is_same("http://localhost:2", "localhost:1"));
	assert_false(origin_is_same("https://localhost:1", "localhost:1"));
	assert_false(origin_is_same("null", "localhost:1"));
	assert_false(origin_is_same("http://localhost:1", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_bad_posts),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_origins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
