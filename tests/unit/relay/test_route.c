/* Routing rules: the first that matches, whatever it is made of. */
#include "unit/relay/rig.h"

#include <stdio.h>
#include <time.h>

#define MSG_URN "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg"

static const struct iwf_str link_names[] = {
	IWF_STR("a"), IWF_STR("b"), IWF_STR("c"),
};
static const struct iwf_texts links = { link_names, 3 };
static const struct iwf_texts via_a = { link_names, 1 };
static const struct iwf_texts via_b = { link_names + 1, 1 };

static struct routes *compile(const struct route_conf *rules, size_t count)
{
	const struct iwf_list list = { rules, count };
	struct routes *routes;
	struct iwf_why why;
	size_t bad;

	assert_int_equal(routes_create(&routes, &list, &links, &bad, &why),
			 IWF_OK);
	return routes;
}

struct row {
	const char *label;
	struct route_conf rule;
	struct iwf_message msg;
	const char *from;
	bool matches;
};

#define TEL(number) { .kind = IWF_ADDRESS_NUMBER, .user = IWF_STR(number) }
#define SIP(name, host) { .kind = IWF_ADDRESS_SIP, .user = IWF_STR(name), \
			  .domain = IWF_STR(host) }

static const struct row rows[] = {
	{ "empty matches all", { .match = { NULL, 0 } }, { .to = TEL("+491") },
	  "", true },
	{ "exact", { .match = IWF_STR("+491") }, { .to = TEL("+491") }, "",
	  true },
	{ "exact is no prefix", { .match = IWF_STR("+491") },
	  { .to = TEL("+4917") }, "", false },
	{ "prefix", { .match = IWF_STR("+49*") }, { .to = TEL("+4917") }, "",
	  true },
	{ "prefix itself", { .match = IWF_STR("+49*") }, { .to = TEL("+49") },
	  "", true },
	{ "other prefix", { .match = IWF_STR("+49*") }, { .to = TEL("+43") },
	  "", false },
	{ "lone star", { .match = IWF_STR("*") }, { .to = SIP("x", "h") }, "",
	  true },
	{ "keyword", { .keyword = IWF_STR("Vote") },
	  { .body = IWF_STR(" vote 7") }, "", true },
	{ "keyword alone", { .keyword = IWF_STR("vote") },
	  { .body = IWF_STR("VOTE") }, "", true },
	{ "keyword is a whole word", { .keyword = IWF_STR("vote") },
	  { .body = IWF_STR("votes 7") }, "", false },
	{ "keyword is the first word", { .keyword = IWF_STR("vote") },
	  { .body = IWF_STR("7 vote") }, "", false },
	{ "no text, no keyword", { .keyword = IWF_STR("vote") },
	  { .part = 0 }, "", false },
	{ "a later part may belong to it", { .keyword = IWF_STR("vote") },
	  { .body = IWF_STR("7"), .part = 2, .parts = 2 }, "", true },
	{ "domain without case", { .domain = IWF_STR("Example.ORG") },
	  { .to = SIP("x", "example.org") }, "", true },
	{ "other domain", { .domain = IWF_STR("example.org") },
	  { .to = SIP("x", "sub.example.org") }, "", false },
	{ "pattern on the canonical form", { .pattern = IWF_STR("^tel:\\+49") },
	  { .to = TEL("+491") }, "", true },
	{ "pattern on sip", { .pattern = IWF_STR("^sip:[a-z]+@h$") },
	  { .to = SIP("alice", "h") }, "", true },
	{ "pattern that does not match", { .pattern = IWF_STR("^tel:\\+43") },
	  { .to = TEL("+491") }, "", false },
	{ "service by URN", { .service = IWF_STR(MSG_URN) },
	  { .to = TEL("+1"), .service = IWF_STR(MSG_URN) }, "", true },
	{ "service by its last part", { .service = IWF_STR("msg") },
	  { .to = TEL("+1"), .service = IWF_STR(MSG_URN) }, "", true },
	{ "last part whole", { .service = IWF_STR("sg") },
	  { .to = TEL("+1"), .service = IWF_STR(MSG_URN) }, "", false },
	{ "other service", { .service = IWF_STR("largemsg") },
	  { .to = TEL("+1"), .service = IWF_STR(MSG_URN) }, "", false },
	{ "no service", { .service = IWF_STR("msg") }, { .to = TEL("+1") }, "",
	  false },
	{ "listener", { .listener = IWF_STR("sip:h:5060") },
	  { .to = TEL("+1"), .listener = IWF_STR("sip:h:5060") }, "", true },
	{ "other listener", { .listener = IWF_STR("sip:h:5060") },
	  { .to = TEL("+1"), .listener = IWF_STR("sip:h:5070") }, "", false },
	{ "from link", { .from_link = IWF_STR("c") }, { .to = TEL("+1") }, "c",
	  true },
	{ "from another", { .from_link = IWF_STR("c") }, { .to = TEL("+1") },
	  "b", false },
	{ "from the operator", { .from_link = IWF_STR("c") },
	  { .to = TEL("+1") }, "", false },
	{ "sender's prefix", { .from = IWF_STR("+1555*") },
	  { .from = TEL("+15550001"), .to = TEL("+1") }, "", true },
	{ "another sender", { .from = IWF_STR("+1555*") },
	  { .from = TEL("+491"), .to = TEL("+1555") }, "", false },
	{ "all must match", { .match = IWF_STR("+1"),
			      .from_link = IWF_STR("c") },
	  { .to = TEL("+2") }, "c", false },
};

static void each_field(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct route_conf rule = rows[i].rule;
		struct route_choice choice;
		struct routes *routes;

		rule.via = via_a;
		routes = compile(&rule, 1);
		route_select(routes, &rows[i].msg, rows[i].from, &choice);
		if (choice.matched != rows[i].matches)
			fail_msg("%s", rows[i].label);
		if (choice.matched)
			assert_string_equal(choice.names[0], "a");
		routes_destroy(&routes);
	}
}

static void the_first_wins(void **state)
{
	const struct route_conf rules[] = {
		{ .match = IWF_STR("+43*"), .via = via_a },
		{ .match = IWF_STR("+4*"), .via = links },
		{ .via = via_b },
	};
	const struct iwf_message msg = { .to = TEL("+491") };
	struct routes *routes = compile(rules, 3);
	struct route_choice choice;

	(void)state;
	route_select(routes, &msg, "", &choice);
	assert_int_equal(choice.rule, 1);
	assert_int_equal(choice.count, 3);
	assert_string_equal(choice.names[2], "c");
	assert_true(route_has_both(routes, "a", "c"));
	routes_destroy(&routes);
	routes = compile(rules, 1);
	route_select(routes, &msg, "", &choice);
	assert_false(choice.matched);
	assert_false(route_has_both(routes, "a", "c"));
	routes_destroy(&routes);
	route_select(NULL, &msg, "", &choice);
	assert_false(choice.matched);
}

static void bad_rules(void **state)
{
	const struct iwf_str stranger = IWF_STR("nowhere");
	const struct route_conf good = { .via = via_a };
	const struct {
		struct route_conf rule;
		enum iwf_err err;
	} bad[] = {
		{ { .via = { &stranger, 1 } }, IWF_E_NOT_FOUND },
		{ { .pattern = IWF_STR("("), .via = via_a }, IWF_E_SYNTAX },
		{ { .pattern = IWF_STR("a{2,1}"), .via = via_a },
		  IWF_E_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct route_conf rules[] = { good, bad[i].rule };
		const struct iwf_list list = { rules, 2 };
		struct routes *routes;
		struct iwf_why why;
		size_t at = 99;

		assert_int_equal(routes_create(&routes, &list, &links, &at,
					       &why), bad[i].err);
		assert_null(routes);
		assert_int_equal(at, 1);
		assert_true(why.text[0] != 0);
	}
}

/* A pattern that would try every way to cut the address ends soon. */
static void a_pattern_without_end(void **state)
{
	const struct route_conf rule = { .pattern = IWF_STR("^(.+)+[!?]$"),
					 .via = via_a };
	const struct iwf_message msg = {
		.to = SIP("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
	};
	struct routes *routes = compile(&rule, 1);
	struct route_choice choice;
	struct timespec start, end;

	(void)state;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	route_select(routes, &msg, "", &choice);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	assert_false(choice.matched);
	/* Of the processor's time, so that a busy machine does not matter. */
	assert_true((end.tv_sec - start.tv_sec) * 1000 +
		    (end.tv_nsec - start.tv_nsec) / 1000000 < 100);
	routes_destroy(&routes);
}

static void each_block(void **state)
{
	static const struct block_conf blocks[] = {
		{ .from = IWF_STR("+1900*") },
		{ .from = IWF_STR("+491") },
		{ .from = IWF_STR("MYBANK"), .to = IWF_STR("+43*") },
	};
	static const struct {
		struct iwf_message msg;
		bool is_blocked;
	} rows_of[] = {
		{ { .from = TEL("+19001"), .to = TEL("+1") }, true },
		{ { .from = TEL("+19011"), .to = TEL("+1900") }, false },
		{ { .from = TEL("+491"), .to = TEL("+1") }, true },
		{ { .from = TEL("+4911"), .to = TEL("+491") }, false },
		{ { .from = TEL("MYBANK"), .to = TEL("+431") }, true },
		{ { .from = TEL("MYBANK"), .to = TEL("+41") }, false },
	};
	const struct iwf_list list = { blocks, 3 };
	struct routes *routes = compile(NULL, 0);
	struct iwf_why why;
	size_t bad;

	(void)state;
	assert_int_equal(routes_add_blocks(routes, &list, &bad, &why), IWF_OK);
	for (size_t i = 0; i < sizeof(rows_of) / sizeof(rows_of[0]); i++)
		assert_int_equal(route_is_blocked(routes, &rows_of[i].msg),
				 rows_of[i].is_blocked);
	routes_destroy(&routes);
}

static void a_block_of_nobody(void **state)
{
	static const struct block_conf blocks[] = {
		{ .from = IWF_STR("+1*") }, { .to = IWF_STR("+1*") },
	};
	const struct iwf_list list = { blocks, 2 };
	struct routes *routes = compile(NULL, 0);
	struct iwf_why why;
	size_t bad = 99;

	(void)state;
	assert_int_equal(routes_add_blocks(routes, &list, &bad, &why),
			 IWF_E_SYNTAX);
	assert_int_equal(bad, 1);
	routes_destroy(&routes);
}

/* --- in the relay --- */

static uint32_t verdict_of(struct rig *rig, struct fake_link *link)
{
	struct iwf_message msg = rig_message(1, 2);
	uint32_t tag = fake_link_accept(link, &msg);

	rig_turn(rig);
	return rig_result(link, tag);
}

static void the_first_link_that_is_up(void **state)
{
	struct rig *rig = *state;

	rig_send(rig, 1, 2);
	assert_int_equal(rig->op1->job_count, 1);
	fake_link_down(rig->op1);
	rig_turn(rig);
	rig_send(rig, 1, 2);
	assert_int_equal(rig->op2->job_count, 1);
	/* With none up the first keeps it. */
	fake_link_down(rig->op2);
	rig_turn(rig);
	rig_send(rig, 1, 3);
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
	assert_int_equal(rig->op1->job_count, 2);
}

static void never_back(void **state)
{
	const struct iwf_str both[] = { IWF_STR("op1"), IWF_STR("op2") };
	const struct route_conf home = { .via = { both, 1 } };
	const struct route_conf beside = { .via = { both, 2 } };
	struct rig *rig = *state;

	rig_set_routes(rig, &home, 1);
	assert_int_equal(verdict_of(rig, rig->op1), IWF_RESULT_LOOP);
	rig_set_routes(rig, &beside, 1);
	assert_int_equal(verdict_of(rig, rig->op1), IWF_RESULT_ACCEPTED);
	assert_int_equal(rig->op2->job_count, 1);
	assert_int_equal(rig->op1->job_count, 0);
}

static void refused_and_without_route(void **state)
{
	const struct iwf_str refuse = IWF_STR("refuse");
	const struct route_conf rules[] = {
		{ .match = IWF_STR("+49170002"), .via = { &refuse, 1 } },
	};
	const struct route_conf elsewhere[] = {
		{ .match = IWF_STR("+1*"), .via = { &refuse, 1 } },
	};
	struct rig *rig = *state;

	rig_set_routes(rig, rules, 1);
	assert_int_equal(verdict_of(rig, rig->cpm), IWF_RESULT_BLOCKED);
	rig_set_routes(rig, elsewhere, 1);
	assert_int_equal(verdict_of(rig, rig->cpm), IWF_RESULT_NO_ROUTE);
	assert_int_equal(rig_metric(rig, RELAY_M_REFUSED), 2);
	rig_assert_balance(rig);
}

/* Before parts and duplicates are looked at; what was accepted goes on. */
static void a_blocked_sender(void **state)
{
	struct block_conf block = { .from = rig_address(1).user };
	const struct iwf_list list = { &block, 1 };
	struct rig *rig = *state;
	struct iwf_message msg = rig_message(1, 2);
	uint64_t id = rig_send(rig, 1, 2);
	uint32_t tag;
	struct iwf_why why;
	size_t bad;

	assert_int_equal(routes_add_blocks(rig->relay->routes, &list, &bad,
					   &why), IWF_OK);
	tag = fake_link_accept(rig->cpm, &msg);
	msg.set = IWF_STR("a set");
	msg.part = 1;
	msg.parts = 2;
	fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, tag), IWF_RESULT_BLOCKED);
	assert_string_equal(rig->cpm->verdicts[tag].verdict.why,
			    "Sender Is Blocked");
	assert_int_equal(rig_result(rig->cpm, tag + 1), IWF_RESULT_BLOCKED);
	assert_int_equal(rig_metric(rig, RELAY_M_BLOCKED), 2);
	assert_int_equal(rig_metric(rig, RELAY_M_REFUSED), 2);
	assert_int_equal(rig->op1->job_count, 1);
	assert_int_not_equal(rig_send(rig, 3, 2), 0);
	/* A REPORT to the sender is no message of the sender's. */
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field),
		cmocka_unit_test(the_first_wins),
		cmocka_unit_test(bad_rules),
		cmocka_unit_test(a_pattern_without_end),
		cmocka_unit_test(each_block),
		cmocka_unit_test(a_block_of_nobody),
		RIG_TEST(the_first_link_that_is_up),
		RIG_TEST(never_back),
		RIG_TEST(refused_and_without_route),
		RIG_TEST(a_blocked_sender),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
