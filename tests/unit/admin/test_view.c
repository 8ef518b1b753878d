/* Rows and counters as JSON, and what an operator types as addresses. */
#include "double.h"

#include "admin/compose.h"
#include "admin/trace_key.h"
#include "base/log.h"

#include <iwf/arena.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect_json(json_t *take, const char *want)
{
	char *have = json_dumps(take, JSON_COMPACT | JSON_ENCODE_ANY);

	assert_string_equal(have, want);
	free(have);
	json_decref(take);
}

static void test_words(void **state)
{
	(void)state;
	expect_json(view_time(1700000000123), "\"2023-11-14T22:13:20.123Z\"");
	expect_json(view_time(0), "null");
	expect_json(view_time(-5), "null");
	expect_json(view_id(0xab), "\"00000000000000ab\"");
	expect_json(view_text(IWF_STR_NONE), "\"\"");
	expect_json(view_text(IWF_STR("a\xff" "b")), "\"a\xef\xbf\xbd" "b\"");
	expect_json(view_text(IWF_STR("a\"\n")), "\"a\\\"\\n\"");
}

#define NUMBER(digits) \
	{ .kind = IWF_ADDRESS_NUMBER, .user = { digits, sizeof(digits) - 1 } }

static void test_masking(void **state)
{
	static const struct iwf_address number = NUMBER("+491711234567");
	static const struct iwf_address brief = NUMBER("+12345");
	static const struct iwf_address sip = {
		.kind = IWF_ADDRESS_SIP, .user = { "alice", 5 },
		.domain = { "example.net", 11 },
	};
	static const struct iwf_address none = { .kind = IWF_ADDRESS_NONE };
	struct log_conf conf = { .level = IWF_LOG_ERROR };
	struct iwf_log *log = log_create(&conf);

	(void)state;
	expect_json(view_address(log, &none, true), "null");
	expect_json(view_address(log, &number, false),
		    "\"tel:+4917******67\"");
	/* The log's setting forbids it. */
	expect_json(view_address(log, &number, true), "\"tel:+4917******67\"");
	conf.full_addresses = true;
	log_reconfigure(log, &conf);
	expect_json(view_address(log, &number, true), "\"tel:+491711234567\"");
	expect_json(view_address(log, &number, false),
		    "\"tel:+4917******67\"");
	expect_json(view_address(log, &brief, false), "\"tel:+1***5\"");
	expect_json(view_address(log, &sip, false),
		    "\"sip:al**e@example.net\"");
	log_destroy(&log);
}

static void test_metric_find(void **state)
{
	static const char text[] = "# HELP iwf_a Text iwf_a 9\n"
		"# TYPE iwf_a counter\niwf_a 5\niwf_ab 7\n"
		"iwf_l{link=\"x\"} 3\niwf_l{link=\"a b} 8\"} 4\n"
		"iwf_n -2\niwf_bad{link=\"\niwf_empty \n";
	static const struct {
		const char *name;
		bool is_found;
		int64_t value;
	} finds[] = {
		{ "iwf_a", true, 5 }, { "iwf_ab", true, 7 },
		{ "iwf_l", true, 7 }, { "iwf_n", true, -2 },
		{ "iwf_", false, 0 }, { "iwf_bad", false, 0 },
		{ "iwf_empty", false, 0 }, { "nothing", false, 0 },
	};
	int64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(finds) / sizeof(finds[0]); i++) {
		assert_int_equal(metric_find(iwf_str_from(text), finds[i].name,
					     &value), finds[i].is_found);
		assert_int_equal(value, finds[i].value);
	}
}

static void test_links(void **state)
{
	struct bench *bench = bench_create();
	struct store_query counts = { .counts = bench->store.counts,
				      .count_count = 2 };

	(void)state;
	expect_json(links_json(&bench->relay.links[1], 1, &counts,
			       &bench->store),
		    "[{\"name\":\"op2\",\"adapter\":\"smpp\",\"state\":\"down\""
		    ",\"instances\":1,\"instances_up\":0,\"outstanding\":0,"
		    "\"in_memory\":0,\"waiting\":2,"
		    "\"since\":\"2023-11-14T22:13:21.000Z\","
		    "\"reason\":\"refused\",\"removed\":false}]");
	expect_json(queue_json(&counts, &bench->store, "op2", 1700000004500),
		    "[{\"link\":\"op2\",\"kind\":\"report\",\"state\":"
		    "\"queued\",\"count\":2,"
		    "\"oldest\":\"2023-11-14T22:13:23.000Z\","
		    "\"oldest_age_ms\":1500}]");
	expect_json(delivery_json(&bench->store.rows[0], &bench->store,
				  bench->log, false),
		    "{\"id\":\"abc0000000001234\",\"kind\":\"message\","
		    "\"state\":\"delivered\","
		    "\"accepted\":\"2023-11-14T22:13:20.000Z\","
		    "\"origin\":\"cpm\",\"link\":\"op1\",\"attempts\":1,"
		    "\"code\":0,\"text\":\"DELIVRD\","
		    "\"from\":\"sip:al**e@example.net\","
		    "\"to\":\"tel:+4917******67\"}");
	bench_destroy(&bench);
}

/* --- trace --- */

static void check_hint(const struct trace_view *view, struct store_found *found,
		       enum store_state as, const char *want)
{
	json_t *json;
	const char *hint;

	found->row.state = as;
	json = trace_json(view, found);
	hint = json_string_value(json_object_get(json, "hint"));
	assert_string_equal(hint ? hint : "", want);
	json_decref(json);
}

static void test_steps(void **state)
{
	struct bench *bench = bench_create();
	struct trace_view view = { .store = &bench->store, .log = bench->log,
				   .wall_ms = 1700000010000 };
	json_t *json = trace_json(&view, &bench->store.rows[0]);

	(void)state;
	expect_json(json_deep_copy(json_object_get(json, "steps")),
		"[{\"at\":\"2023-11-14T22:13:20.000Z\",\"at_ms\":1700000000000,"
		"\"delta_ms\":0,\"step\":\"accepted\","
		"\"text\":\"by link cpm, listener sip:l\"},"
		"{\"at\":\"2023-11-14T22:13:20.010Z\",\"at_ms\":1700000000010,"
		"\"delta_ms\":10,\"step\":\"attempt\","
		"\"text\":\"number 1 on link op1\"},"
		"{\"at\":\"2023-11-14T22:13:20.250Z\",\"at_ms\":1700000000250,"
		"\"delta_ms\":240,\"step\":\"sent\","
		"\"text\":\"2 of 2 parts, peer's id 77,78\"},"
		"{\"at\":\"2023-11-14T22:13:23.000Z\",\"at_ms\":1700000003000,"
		"\"delta_ms\":2750,\"step\":\"delivered\","
		"\"text\":\"2 of 2 parts, DELIVRD\"}]");
	assert_string_equal(json_string_value(json_object_get(json,
			    "message_id")), "Imdn-1");
	json_decref(json);
	/* Every time there may be, a resend after the first answer. */
	bench->store.rows[0].row.state = STORE_FAILED;
	bench->store.rows[0].row.attempt_at_ms = 1700000002000;
	bench->store.rows[0].row.told_at_ms = 1700000004000;
	bench->store.rows[0].row.resends = 1;
	bench->store.rows[0].row.code = 0x45;
	json = trace_json(&view, &bench->store.rows[0]);
	expect_json(json_deep_copy(json_array_get(json_object_get(json,
			"steps"), 2)),
		"{\"at\":\"2023-11-14T22:13:22.000Z\",\"at_ms\":1700000002000,"
		"\"delta_ms\":1750,\"step\":\"attempt\",\"text\":\"number 1 on "
		"link op1, sent again 1 times although it may have "
		"arrived\"}");
	expect_json(json_deep_copy(json_object_get(json_array_get(
			json_object_get(json, "steps"), 3), "text")),
		"\"2 of 2 parts, code 69 (0x45), DELIVRD\"");
	assert_int_equal(json_array_size(json_object_get(json, "steps")), 5);
	json_decref(json);
	bench_destroy(&bench);
}

static void test_hints(void **state)
{
	struct bench *bench = bench_create();
	struct trace_view view = { .store = &bench->store, .log = bench->log,
				   .links = bench->relay.links,
				   .link_count = 2, .wall_ms = 1700000010000 };
	struct store_found *found = &bench->store.rows[0];

	(void)state;
	found->record = IWF_STR_NONE;
	check_hint(&view, found, STORE_DELIVERED, "");
	check_hint(&view, found, STORE_ATTEMPT, "under way: link op1 has it, "
		   "the peer's answer is awaited");
	check_hint(&view, found, STORE_SENT, "waiting: the peer of link op1 "
		   "has it, its receipt is awaited");
	found->row.expires_at_ms = 1700000020000;
	check_hint(&view, found, STORE_UNSURE, "unsure: it may have arrived by "
		   "link op1; a receipt or its expiry at "
		   "2023-11-14T22:13:40.000Z decides");
	check_hint(&view, found, STORE_QUEUED, "waiting: its turn on link op1, "
		   "which has 4 outstanding and 3 in memory");
	found->row.due_at_ms = 1700000011000;
	found->row.code = 8;
	check_hint(&view, found, STORE_QUEUED, "waiting: next attempt at "
		   "2023-11-14T22:13:31.000Z, code 8 (0x8), DELIVRD");
	found->row.link = 2;
	check_hint(&view, found, STORE_QUEUED, "waiting: link op2 is down since"
		   " 2023-11-14T22:13:21.000Z, reason: refused");
	found->row.link = 3;
	check_hint(&view, found, STORE_QUEUED,
		   "waiting: link cpm is not configured any more");
	bench_destroy(&bench);
}

static const struct {
	const char *key;
	enum iwf_kind kind;
	bool matches;
} keys[] = {
	{ "abc0000000001234", IWF_KIND_MESSAGE, true },
	{ "ABC0000000001234", IWF_KIND_REPORT, true },
	{ "1234", IWF_KIND_MESSAGE, true },
	{ "1234", IWF_KIND_REPORT, true },
	{ "234", IWF_KIND_MESSAGE, false },   /* too short to mean an id */
	{ "01235", IWF_KIND_MESSAGE, false },
	{ "0abc0000000001234", IWF_KIND_MESSAGE, false },
	{ "77", IWF_KIND_MESSAGE, true },
	{ "a8", IWF_KIND_MESSAGE, true },
	{ "A8", IWF_KIND_MESSAGE, true },
	{ "77,a8", IWF_KIND_MESSAGE, false },
	{ "7", IWF_KIND_MESSAGE, false },
	{ "77", IWF_KIND_REPORT, false },
	{ "imdn.X", IWF_KIND_MESSAGE, true },
	{ "IMDN.X", IWF_KIND_MESSAGE, false }, /* RFC 5438 6.3: exactly */
	{ "imdn.X", IWF_KIND_REPORT, false },
};

static void test_keys(void **state)
{
	uint64_t id = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct store_delivery row = {
			.id = 0xabc0000000001234, .kind = keys[i].kind,
			.remote = IWF_STR("77,,A8"),
		};

		if (trace_key_matches(iwf_str_from(keys[i].key), &row,
				      IWF_STR("imdn.X")) != keys[i].matches)
			fail_msg("%s", keys[i].key);
	}
	assert_true(trace_key_id(IWF_STR("aBc0000000001234"), &id));
	assert_true(id == 0xabc0000000001234);
	assert_false(trace_key_id(IWF_STR("abc000000000123"), &id));
	assert_false(trace_key_id(IWF_STR("abc000000000123g"), &id));
}

static const struct {
	const char *text;
	bool is_sender;
	const char *key;   /* NULL: refused */
} addresses[] = {
	{ "+49171", false, "tel:+49171" },
	{ " +49-171 ", false, "tel:+49171" },
	{ "tel:+49171", false, "tel:+49171" },
	{ "sip:bob@example.net", false, "sip:bob@example.net" },
	{ "bob@example.net", false, "sip:bob@example.net" },
	{ "12345", false, "tel:12345" },
	{ "ACME", true, "alpha:ACME" },
	{ "ACME", false, NULL },
	{ "ACME is here", true, NULL },
	{ "", false, NULL },
	{ "", true, NULL },
	{ "+", false, NULL },
	{ "+49x", false, NULL },
	{ "http://example.net", false, NULL },
	{ "a\nb", true, NULL },
	{ "123456789012345678901", false, NULL },
};

static void test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_address address;
		struct iwf_buf key = { 0 };
		struct iwf_why why;
		enum iwf_err err = compose_address(arena,
				iwf_str_from(addresses[i].text),
				addresses[i].is_sender, &address, &why);

		if ((err == IWF_OK) != (addresses[i].key != NULL))
			fail_msg("%s: %d", addresses[i].text, err);
		if (!err) {
			iwf_address_key(&key, &address);
			iwf_buf_u8(&key, 0);
			assert_string_equal(key.ptr, addresses[i].key);
		}
		iwf_buf_free(&key);
		iwf_arena_destroy(&arena);
	}
}

static void test_wants(void **state)
{
	struct iwf_why why;
	uint32_t want = 99;

	(void)state;
	assert_int_equal(compose_want(IWF_STR("delivered, failed"), &want,
				      &why), IWF_OK);
	assert_int_equal(want, 3);
	assert_int_equal(compose_want(IWF_STR("none"), &want, &why), IWF_OK);
	assert_int_equal(want, 0);
	assert_int_equal(compose_want(IWF_STR("displayed,interworked,"
				      "processed"), &want, &why), IWF_OK);
	assert_int_equal(want, 28);
	assert_int_equal(compose_want(IWF_STR("delivered,"), &want, &why),
			 IWF_E_SYNTAX);
	assert_int_equal(compose_want(IWF_STR("Delivered"), &want, &why),
			 IWF_E_SYNTAX);
	assert_int_equal(want, 28);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_masking),
		cmocka_unit_test(test_metric_find),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_wants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
