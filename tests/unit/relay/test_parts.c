/* Messages that come in parts (design: Parts). */
#include "unit/relay/rig.h"

#include <stdio.h>

static struct iwf_message part_of(const char *set, uint32_t part,
				  uint32_t parts, struct iwf_str body)
{
	struct iwf_message msg = rig_message(2, 1);

	msg.want = 0;
	msg.set = iwf_str_from(set);
	msg.part = part;
	msg.parts = parts;
	msg.body = body;
	return msg;
}

static enum iwf_result give(struct rig *rig, const char *set, uint32_t part,
			    uint32_t parts, struct iwf_str body)
{
	const struct iwf_message msg = part_of(set, part, parts, body);
	uint32_t tag = fake_link_accept(rig->op1, &msg);

	rig_turn(rig);
	return rig_result(rig->op1, tag);
}

static void assert_joined(const struct rig *rig, unsigned index,
			  struct iwf_str body, bool incomplete)
{
	const struct iwf_message *msg;

	assert_true(rig->cpm->job_count > index);
	msg = rig->cpm->jobs[index].msg;
	if (!iwf_str_eq(msg->body, body))
		fail_msg("got \"%.*s\"", IWF_STR_ARG(msg->body));
	assert_int_equal(msg->parts, 0);
	assert_int_equal(msg->set.len, 0);
	assert_int_equal(msg->incomplete, incomplete);
}

static void each_is_acknowledged_when_durable(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = part_of("s", 1, 2, IWF_STR("one"));
	uint32_t tag;

	rig->holds_commits = true;
	tag = fake_link_accept(rig->op1, &msg);
	rig_turn(rig);
	assert_int_equal(rig->op1->verdicts[tag].count, 0);
	rig_commit(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_ACCEPTED);
	rig->holds_commits = false;
	assert_int_equal(rig->cpm->job_count, 0);
}

static void in_any_order(void **state)
{
	static const uint32_t orders[][3] = {
		{ 1, 2, 3 }, { 3, 2, 1 }, { 2, 3, 1 },
	};
	static const char *const sets[] = { "s1", "s2", "s3" };
	struct rig *rig = *state;

	rig->cpm->answers_all = true;
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned k = 0; k < 3; k++) {
			const struct iwf_str bodies[] = {
				IWF_STR("one "), IWF_STR("two "),
				IWF_STR("three"),
			};
			uint32_t part = orders[i][k];

			assert_int_equal(rig->cpm->job_count, i);
			assert_int_equal(give(rig, sets[i], part, 3,
					      bodies[part - 1]),
					 IWF_RESULT_ACCEPTED);
		}
		assert_joined(rig, i, IWF_STR("one two three"), false);
	}
	assert_int_equal(rig_metric(rig, RELAY_M_PARTS_JOINED), 3);
	rig_assert_balance(rig);
}

static void a_part_twice(void **state)
{
	struct rig *rig = *state;

	give(rig, "s", 1, 2, IWF_STR("a"));
	assert_int_equal(give(rig, "s", 1, 2, IWF_STR("a")),
			 IWF_RESULT_DUPLICATE);
	give(rig, "s", 2, 2, IWF_STR("b"));
	assert_joined(rig, 0, IWF_STR("ab"), false);
	/* After the join its tombstone answers. */
	assert_int_equal(give(rig, "s", 2, 2, IWF_STR("b")),
			 IWF_RESULT_DUPLICATE);
	rig_advance(rig, 5 * SEC);
	assert_int_equal(rig->cpm->job_count, 1);
}

static void across_a_restart(void **state)
{
	struct rig *rig = *state;

	give(rig, "s", 2, 2, IWF_STR("b"));
	rig_crash(rig);
	rig_links_up(rig);
	give(rig, "s", 1, 2, IWF_STR("a"));
	assert_joined(rig, 0, IWF_STR("ab"), false);
}

/* The last part was durable, the joined message was not. */
static void whole_but_not_joined_at_a_crash(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message last = part_of("s", 2, 2, IWF_STR("b"));
	uint32_t tag;

	give(rig, "s", 1, 2, IWF_STR("a"));
	rig->holds_commits = true;
	tag = fake_link_accept(rig->op1, &last);
	rig_turn(rig);
	rig_commit(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_ACCEPTED);
	rig->fails_commits = true;
	rig_commit(rig);
	rig->holds_commits = rig->fails_commits = false;
	rig_crash(rig);
	rig_links_up(rig);
	rig_advance(rig, SEC);
	assert_int_equal(rig->cpm->job_count, 1);
	assert_joined(rig, 0, IWF_STR("ab"), false);
	rig_jump(rig, 31 * MIN);
	rig_advance(rig, 2 * MIN);
	assert_int_equal(rig->cpm->job_count, 1);
}

static void incomplete_after_its_time(void **state)
{
	struct rig *rig = *state;

	give(rig, "s", 3, 3, IWF_STR("c"));
	give(rig, "s", 1, 3, IWF_STR("a"));
	rig_jump(rig, 28 * MIN);
	rig_advance(rig, 61 * SEC);
	assert_int_equal(rig->cpm->job_count, 0);
	rig_advance(rig, 3 * MIN);
	assert_joined(rig, 0, IWF_STR("a[...]c"), true);
	assert_int_equal(rig_metric(rig, RELAY_M_PARTS_INCOMPLETE), 1);
}

/* Too late for its message, yet taken: so it is told. */
static void a_part_that_comes_too_late(void **state)
{
	struct rig *rig = *state;

	rig->cpm->answers_all = true;
	give(rig, "s", 1, 3, IWF_STR("a"));
	rig_jump(rig, 30 * MIN);
	rig_advance(rig, 3 * MIN);
	assert_joined(rig, 0, IWF_STR("a[...]"), true);
	assert_int_equal(give(rig, "s", 2, 3, IWF_STR("b")),
			 IWF_RESULT_ACCEPTED);
	rig_jump(rig, 30 * MIN);
	rig_advance(rig, 3 * MIN);
	assert_joined(rig, 1, IWF_STR("[...]b[...]"), true);
	rig_assert_balance(rig);
}

/* The next message's first part is durable in the same commit as the last of
 * the one before, which is not yet joined. */
static void a_reference_used_again_at_once(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message last = part_of("s", 2, 2, IWF_STR("b"));
	const struct iwf_message next = part_of("s", 1, 2, IWF_STR("c"));

	rig->cpm->answers_all = true;
	give(rig, "s", 1, 2, IWF_STR("a"));
	rig->holds_commits = true;
	fake_link_accept(rig->op1, &last);
	fake_link_accept(rig->op1, &next);
	rig_turn(rig);
	rig->holds_commits = false;
	rig_commit(rig);
	rig_advance(rig, SEC);
	assert_joined(rig, 0, IWF_STR("ab"), false);
	give(rig, "s", 2, 2, IWF_STR("d"));
	assert_joined(rig, 1, IWF_STR("cd"), false);
	rig_jump(rig, 31 * MIN);
	rig_advance(rig, 3 * MIN);
	assert_int_equal(rig->cpm->job_count, 2);
	rig_assert_balance(rig);
}

/* Some peers count to one. */
static void a_reference_used_again(void **state)
{
	struct rig *rig = *state;

	rig->cpm->answers_all = true;
	give(rig, "s", 1, 2, IWF_STR("a"));
	give(rig, "s", 2, 2, IWF_STR("b"));
	assert_joined(rig, 0, IWF_STR("ab"), false);
	give(rig, "s", 2, 2, IWF_STR("d"));
	assert_int_equal(give(rig, "s", 1, 2, IWF_STR("c")),
			 IWF_RESULT_ACCEPTED);
	assert_joined(rig, 1, IWF_STR("cd"), false);
	/* One that was never whole gives way, and is told after its time. */
	give(rig, "s", 1, 2, IWF_STR("e"));
	give(rig, "s", 1, 2, IWF_STR("g"));
	give(rig, "s", 2, 2, IWF_STR("h"));
	assert_joined(rig, 2, IWF_STR("gh"), false);
	assert_int_equal(rig_metric(rig, RELAY_M_PARTS_REUSED), 1);
	rig_jump(rig, 30 * MIN);
	rig_advance(rig, 3 * MIN);
	assert_joined(rig, 3, IWF_STR("e[...]"), true);
	rig_assert_balance(rig);
}

/* Waiting ends while one more part is on its way to the disk: it is not taken
 * for one that came too late. */
static void one_more_while_waiting_ends(void **state)
{
	static const struct {
		uint32_t parts;
		bool incomplete;
	} sets[] = { { 3, false }, { 4, true } };
	struct rig *rig = *state;

	rig->cpm->answers_all = true;
	for (unsigned i = 0; i < 2; i++) {
		const struct iwf_message last = part_of("s", 2, sets[i].parts,
							IWF_STR("b"));
		uint32_t tag;

		give(rig, "s", 1, sets[i].parts, IWF_STR("a"));
		give(rig, "s", 3, sets[i].parts, IWF_STR("c"));
		rig->holds_commits = true;
		tag = fake_link_accept(rig->op1, &last);
		rig_jump(rig, 30 * MIN);
		rig_advance(rig, 3 * MIN);
		rig->holds_commits = false;
		rig_commit(rig);
		rig_advance(rig, 3 * MIN);
		assert_int_equal(rig_result(rig->op1, tag),
				 IWF_RESULT_ACCEPTED);
		assert_int_equal(rig->cpm->job_count, i + 1);
		assert_joined(rig, i, sets[i].incomplete ?
			      IWF_STR("abc[...]") : IWF_STR("abc"),
			      sets[i].incomplete);
		rig_jump(rig, 31 * MIN); /* the tombstone goes */
	}
	rig_assert_balance(rig);
}

/* U+1F600 as UTF-16 is cut between two short messages; each half comes as the
 * three bytes its surrogate would have. */
static void a_character_cut_between_parts(void **state)
{
	struct rig *rig = *state;

	give(rig, "s", 1, 2, IWF_STR("x\xED\xA0\xBD"));
	give(rig, "s", 2, 2, IWF_STR("\xED\xB8\x80y"));
	assert_joined(rig, 0, IWF_STR("x\xF0\x9F\x98\x80y"), false);
}

static void bad_numbers(void **state)
{
	static const struct {
		uint32_t part, parts;
	} bad[] = { { 0, 2 }, { 3, 2 }, { 1, 256 }, { 256, 256 } };
	struct rig *rig = *state;

	for (size_t i = 0; i < 4; i++)
		assert_int_equal(give(rig, "s", bad[i].part, bad[i].parts,
				      IWF_STR("a")), IWF_RESULT_BLOCKED);
	rig_assert_balance(rig);
}

/* What cannot be routed is refused with its first part, and does not stay. */
static void without_a_route(void **state)
{
	const struct iwf_str op1 = IWF_STR("op1");
	const struct route_conf loop = { .via = { &op1, 1 } };
	struct rig *rig = *state;

	rig_set_routes(rig, NULL, 0);
	assert_int_equal(give(rig, "s", 1, 2, IWF_STR("a")),
			 IWF_RESULT_NO_ROUTE);
	rig_set_routes(rig, &loop, 1);
	assert_int_equal(give(rig, "s", 1, 2, IWF_STR("a")), IWF_RESULT_LOOP);
}

static void sets_of_two_links(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message other = part_of("s", 2, 2, IWF_STR("B"));

	give(rig, "s", 1, 2, IWF_STR("a"));
	fake_link_accept(rig->op2, &other);
	rig_turn(rig);
	assert_int_equal(rig->cpm->job_count, 0);
}

/* A joined message keeps its own conversation; one without gets it. */
static void the_conversation_of_a_joined_message(void **state)
{
	struct rig *rig = *state;
	struct iwf_message msg = rig_message(1, 2);

	msg.conversation_id = IWF_STR("conv");
	msg.contribution_id = IWF_STR("contrib");
	rig_send_message(rig, &msg);
	give(rig, "s", 1, 2, IWF_STR("a"));
	give(rig, "s", 2, 2, IWF_STR("b"));
	assert_true(iwf_str_eq(rig->cpm->jobs[0].msg->conversation_id,
			       IWF_STR("conv")));
}

static uint32_t give_as(struct rig *rig, uint32_t part, uint32_t parts,
			const char *account)
{
	struct iwf_message msg = part_of("s", part, parts, IWF_STR("x"));
	uint32_t tag;

	msg.account = iwf_str_from(account);
	tag = fake_link_accept(rig->op1, &msg);
	rig_turn(rig);
	return tag;
}

/* Who knows each part by a name of its own finds them all in the whole. */
static void the_accounts_of_its_parts(void **state)
{
	struct rig *rig = *state;

	rig->cpm->answers_all = true;
	give_as(rig, 2, 3, "b");
	give_as(rig, 3, 3, "c");
	give_as(rig, 1, 3, "a");
	assert_true(iwf_str_eq(rig->cpm->jobs[0].msg->account,
			       IWF_STR("a b c")));
	give(rig, "t", 1, 2, IWF_STR("a"));
	give(rig, "t", 2, 2, IWF_STR("b"));
	assert_int_equal(rig->cpm->jobs[1].msg->account.len, 0);
}

static void the_last_part_tells_the_id_of_the_whole(void **state)
{
	struct rig *rig = *state;
	const struct iwf_verdict *verdict;
	uint32_t tag = give_as(rig, 1, 2, "");

	assert_int_equal(rig->op1->verdicts[tag].verdict.id, 0);
	tag = give_as(rig, 2, 2, "");
	verdict = &rig->op1->verdicts[tag].verdict;
	assert_int_equal(verdict->result, IWF_RESULT_ACCEPTED);
	assert_int_not_equal(verdict->id, 0);
	assert_int_equal(verdict->id, rig->cpm->jobs[0].id);
}

/* What comes under one reference, one message after the other, and what the
 * recipient gets of it. What is known may be a copy, sent again after a cut, or
 * belong to the next message, which says the same in this place. */
struct reuse {
	uint32_t parts;
	const char *given[8];  /* the place, then what it says; "!": a crash */
	const char *joined;    /* at once, in this order */
	const char *late;      /* at the end of store.sets */
};

static const struct reuse reuses[] = {
	/* a repeated first, last, middle part, and all but one */
	{ 2, { "1a", "2b", "1a", "2d" }, "ab ad", "" },
	{ 2, { "1a", "2b", "1c", "2b" }, "ab cb", "" },
	{ 3, { "1a", "2b", "3c", "1d", "2b", "3f" }, "abc dbf", "" },
	{ 3, { "1a", "2b", "3c", "1a", "2b", "3f" }, "abc abf", "" },
	{ 3, { "1a", "2b", "3c", "1d", "2b", "3c" }, "abc dbc", "" },
	{ 3, { "1a", "2b", "3c", "1a", "2e", "3c" }, "abc aec", "" },
	/* a restart in between */
	{ 2, { "1a", "2b", "1a", "!", "2d" }, "ab ad", "" },
	{ 3, { "1a", "2b", "3c", "1d", "2b", "!", "3f" }, "abc dbf", "" },
	/* out of order: known first, it may be a copy; then the message waits */
	{ 2, { "1a", "2b", "2b", "1c" }, "ab", "cb" },
	{ 2, { "1a", "2b", "2d", "1a" }, "ab ad", "" },
	{ 2, { "1a", "2b", "2b", "1c", "!" }, "ab", "cb" },
	/* copies after a cut, of one part or of all, and then the next */
	{ 2, { "1a", "2b", "2b", "1c", "2d" }, "ab cd", "" },
	{ 2, { "1a", "2b", "1a", "1c", "2d" }, "ab cd", "" },
	{ 2, { "1a", "2b", "1a", "2b" }, "ab", "" },
	{ 2, { "1a", "2b", "1a", "2b", "1c", "2d" }, "ab cd", "" },
	{ 2, { "1a", "1a", "2b", "2b", "1a" }, "ab", "" },
	/* a late copy while the next one is coming */
	{ 3, { "1a", "2b", "3c", "1d", "2b", "2e", "3f" }, "abc def", "" },
	/* a copy of what is not yet joined does not stay for the next */
	{ 2, { "1a", "1a", "2b", "2d" }, "ab", "[...]d" },
	/* the last again, and the first of a third */
	{ 2, { "1a", "2b", "1a", "2d", "1a", "2f" }, "ab ad af", "" },
};

/* The texts that came, one after the other; a crash forgets the jobs. */
struct heard {
	char text[64];
	size_t len;
	unsigned jobs;
};

static void hear(const struct rig *rig, struct heard *heard)
{
	for (; heard->jobs < rig->cpm->job_count; heard->jobs++) {
		const struct iwf_message *msg =
			rig->cpm->jobs[heard->jobs].msg;
		int len = snprintf(heard->text + heard->len,
				   sizeof(heard->text) - heard->len, "%s%.*s",
				   heard->len ? " " : "",
				   IWF_STR_ARG(msg->body));

		heard->len += (size_t)len;
		assert_true(heard->len < sizeof(heard->text));
		assert_int_equal(msg->incomplete,
				 memchr(msg->body.ptr, '[', msg->body.len) !=
				 NULL);
	}
}

static void restart(struct rig *rig, struct heard *heard)
{
	rig_crash(rig);
	rig_links_up(rig);
	rig->cpm->answers_all = true;
	heard->jobs = 0;
	rig_advance(rig, SEC);
}

static void give_all(struct rig *rig, const struct reuse *reuse,
		     struct heard *heard)
{
	for (unsigned i = 0; i < 8 && reuse->given[i]; i++) {
		const char *given = reuse->given[i];
		enum iwf_result result;

		if (*given == '!') {
			restart(rig, heard);
			continue;
		}
		result = give(rig, "s", (uint32_t)(*given - '0'), reuse->parts,
			      iwf_str_from(given + 1));
		assert_true(result == IWF_RESULT_ACCEPTED ||
			    result == IWF_RESULT_DUPLICATE);
		hear(rig, heard);
	}
}

static void a_known_part_of_the_next_message(void **state)
{
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(reuses) / sizeof(reuses[0]); i++) {
		struct heard soon = { .len = 0 }, late = { .len = 0 };

		print_message("row %zu\n", i);
		restart(rig, &soon);
		give_all(rig, &reuses[i], &soon);
		assert_string_equal(soon.text, reuses[i].joined);
		late.jobs = soon.jobs;
		rig_jump(rig, 31 * MIN);
		rig_advance(rig, 3 * MIN);
		hear(rig, &late);
		assert_string_equal(late.text, reuses[i].late);
		rig_jump(rig, 31 * MIN); /* what was known is forgotten */
		rig_advance(rig, 3 * MIN);
		rig_assert_balance(rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(each_is_acknowledged_when_durable),
		RIG_TEST(in_any_order),
		RIG_TEST(a_part_twice),
		RIG_TEST(across_a_restart),
		RIG_TEST(whole_but_not_joined_at_a_crash),
		RIG_TEST(incomplete_after_its_time),
		RIG_TEST(a_part_that_comes_too_late),
		RIG_TEST(a_reference_used_again),
		RIG_TEST(a_reference_used_again_at_once),
		RIG_TEST(a_known_part_of_the_next_message),
		RIG_TEST(one_more_while_waiting_ends),
		RIG_TEST(a_character_cut_between_parts),
		RIG_TEST(bad_numbers),
		RIG_TEST(without_a_route),
		RIG_TEST(sets_of_two_links),
		RIG_TEST(the_conversation_of_a_joined_message),
		RIG_TEST(the_accounts_of_its_parts),
		RIG_TEST(the_last_part_tells_the_id_of_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
