/* The door in: durable before it is answered, refused when it cannot be. */
#include "unit/relay/rig.h"

#include <stdio.h>

static struct iwf_message with_id(unsigned to, const char *peer_id)
{
	struct iwf_message msg = rig_message(1, to);

	msg.peer_id = iwf_str_from(peer_id);
	return msg;
}

static const struct fake_verdict *accept_one(struct rig *rig,
					     const struct iwf_message *msg)
{
	uint32_t tag = fake_link_accept(rig->cpm, msg);

	rig_turn(rig);
	return &rig->cpm->verdicts[tag];
}

static void done_comes_after_the_commit(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(1, 2);
	uint32_t tag;

	rig->holds_commits = true;
	tag = fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	assert_int_equal(rig->cpm->verdicts[tag].count, 0);
	rig_commit(rig);
	assert_int_equal(rig_result(rig->cpm, tag), IWF_RESULT_ACCEPTED);
	assert_true(rig->cpm->verdicts[tag].verdict.id != 0);
	rig->holds_commits = false;
}

static void busy_only_when_it_passes(void **state)
{
	static const struct {
		enum iwf_err err;
		enum iwf_result result;
	} rows[] = {
		{ IWF_E_IO, IWF_RESULT_BUSY },
		{ IWF_E_FULL, IWF_RESULT_BUSY },
		{ IWF_E_CORRUPT, IWF_RESULT_BUSY },
		{ IWF_E_STATE, IWF_RESULT_ERROR },
		{ IWF_E_EXISTS, IWF_RESULT_ERROR },
		{ IWF_E_LIMIT, IWF_RESULT_ERROR },
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(intake_result_of(rows[i].err, &why),
				 rows[i].result);
}

static void a_failed_commit_accepts_nothing(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(1, 2);
	uint32_t tag;

	rig->fails_commits = true;
	tag = fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, tag), IWF_RESULT_BUSY);
	assert_true(rig->cpm->verdicts[tag].verdict.retry_after_sec > 0);
	assert_int_equal(rig->op1->job_count, 0);
	rig_assert_balance(rig);
	/* The store cannot be written: not even tried. */
	tag = fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, tag), IWF_RESULT_BUSY);
	assert_true(rig->cpm->verdicts[tag].verdict.retry_after_sec > 0);
	rig->fails_commits = false;
	rig_advance(rig, 2 * SEC);
	assert_true(rig_send(rig, 1, 2) != 0);
	assert_int_equal(rig->op1->job_count, 1);
}

static void too_many_not_yet_durable(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(1, 2);
	uint32_t last = 0;

	rig->relay->conf.intake_max = 16;
	rig->holds_commits = true;
	for (int i = 0; i < 17; i++)
		last = fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, last), IWF_RESULT_BUSY);
	assert_int_equal(rig->cpm->verdicts[last].verdict.retry_after_sec, 2);
	assert_int_equal(rig->cpm->verdicts[last - 1].count, 0);
	rig->holds_commits = false;
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, last - 1), IWF_RESULT_ACCEPTED);
	assert_true(rig_send(rig, 1, 2) != 0);
}

static void too_large(void **state)
{
	struct rig *rig = *state;
	static const char body[65537];
	struct iwf_message msg = rig_message(1, 2);

	msg.body = iwf_str_make(body, 65536);
	assert_int_equal(accept_one(rig, &msg)->verdict.result,
			 IWF_RESULT_ACCEPTED);
	msg.body.len++;
	assert_int_equal(accept_one(rig, &msg)->verdict.result,
			 IWF_RESULT_TOO_LARGE);
}

static void while_draining(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(1, 2);

	assert_true(relay_is_ready(rig->relay));
	relay_drain(rig->relay, 0);
	assert_false(relay_is_ready(rig->relay));
	assert_int_equal(accept_one(rig, &msg)->verdict.result,
			 IWF_RESULT_BUSY);
	assert_int_equal(rig->op1->drain_count, 1);
}

/* --- duplicates --- */

static void a_duplicate_is_answered_and_not_sent(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = with_id(2, "m1");
	const struct fake_verdict *first = accept_one(rig, &msg);
	const struct fake_verdict *second = accept_one(rig, &msg);

	assert_int_equal(first->verdict.result, IWF_RESULT_ACCEPTED);
	assert_int_equal(second->verdict.result, IWF_RESULT_DUPLICATE);
	assert_true(second->verdict.original_id == first->verdict.id);
	assert_int_equal(rig->op1->job_count, 1);
	fake_link_sent(rig->op1, first->verdict.id, "a");
	rig_turn(rig);
	assert_int_equal(accept_one(rig, &msg)->verdict.result,
			 IWF_RESULT_DUPLICATE);
	assert_int_equal(rig_metric(rig, RELAY_M_DUPLICATE), 2);
	rig_assert_balance(rig);
}

/* Both before either is durable. */
static void a_duplicate_in_the_same_commit(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = with_id(2, "m1"), next = with_id(2, "m2");
	uint32_t tags[3];

	rig->holds_commits = true;
	tags[0] = fake_link_accept(rig->cpm, &msg);
	tags[1] = fake_link_accept(rig->cpm, &msg);
	tags[2] = fake_link_accept(rig->cpm, &next);
	rig_turn(rig);
	rig->holds_commits = false;
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, tags[0]), IWF_RESULT_ACCEPTED);
	assert_int_equal(rig_result(rig->cpm, tags[1]), IWF_RESULT_DUPLICATE);
	assert_int_equal(rig->op1->job_count, 1);
	fake_link_sent(rig->op1, rig->op1->jobs[0].id, "a");
	rig_turn(rig);
	/* The lane does not stand still behind the one that was not put. */
	assert_int_equal(rig->op1->job_count, 2);
	fake_link_sent(rig->op1, rig->op1->jobs[1].id, "b");
	rig_turn(rig);
	rig_assert_balance(rig);
}

static void not_a_duplicate(void **state)
{
	struct rig *rig = *state;
	struct iwf_message msg = with_id(2, "m1");
	const struct iwf_message other_to = with_id(3, "m1");
	const struct iwf_message other_id = with_id(2, "m2");
	uint64_t id = rig_send_message(rig, &msg);

	assert_true(rig_send_message(rig, &other_to) != 0);
	assert_true(rig_send_message(rig, &other_id) != 0);
	msg.body = IWF_STR("another");
	assert_true(rig_send_message(rig, &msg) != 0);
	msg.body = IWF_STR("hello");
	msg.session_case = IWF_STR("term");
	assert_true(rig_send_message(rig, &msg) != 0);
	msg.session_case = IWF_STR_NONE;
	/* The original failed: it may come again. */
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_true(rig_send_message(rig, &msg) != 0);
}

static void after_ten_minutes_it_is_new(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = with_id(2, "m1");

	assert_true(rig_send_message(rig, &msg) != 0);
	rig_jump(rig, 9 * MIN);
	assert_int_equal(rig_send_message(rig, &msg), 0);
	rig_jump(rig, 2 * MIN);
	assert_true(rig_send_message(rig, &msg) != 0);
}

/* --- conversations --- */

static const struct iwf_message *answer_of(struct rig *rig)
{
	struct iwf_message msg = rig_message(2, 1);
	unsigned before = rig->cpm->job_count;
	uint32_t tag;

	msg.want = 0;
	tag = fake_link_accept(rig->op1, &msg);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_ACCEPTED);
	assert_int_equal(rig->cpm->job_count, before + 1);
	fake_link_sent(rig->cpm, rig->cpm->jobs[before].id, "");
	rig_turn(rig);
	return rig->cpm->jobs[before].msg;
}

static void an_sms_answers_the_conversation(void **state)
{
	struct rig *rig = *state;
	struct iwf_message msg = rig_message(1, 2);
	const struct iwf_message *answer;

	assert_int_equal(answer_of(rig)->in_reply_to.len, 0);
	msg.conversation_id = IWF_STR("conv-1");
	msg.contribution_id = IWF_STR("contrib-1");
	rig_send_message(rig, &msg);
	answer = answer_of(rig);
	assert_true(iwf_str_eq(answer->conversation_id, IWF_STR("conv-1")));
	assert_true(iwf_str_eq(answer->in_reply_to, IWF_STR("contrib-1")));
	/* The latest of them counts. */
	msg.conversation_id = IWF_STR("conv-2");
	msg.contribution_id = IWF_STR("contrib-2");
	rig_send_message(rig, &msg);
	answer = answer_of(rig);
	assert_true(iwf_str_eq(answer->conversation_id, IWF_STR("conv-2")));
	rig_jump(rig, 7 * DAY - MIN);
	answer = answer_of(rig);
	assert_true(iwf_str_eq(answer->conversation_id, IWF_STR("conv-2")));
	assert_true(iwf_str_eq(answer->in_reply_to, IWF_STR("contrib-2")));
	/* As long as they talk it goes on; then it is another. */
	rig_jump(rig, 7 * DAY - MIN);
	answer = answer_of(rig);
	assert_true(iwf_str_eq(answer->conversation_id, IWF_STR("conv-2")));
	rig_jump(rig, 7 * DAY + MIN);
	answer = answer_of(rig);
	assert_false(iwf_str_eq(answer->conversation_id, IWF_STR("conv-2")));
	assert_int_equal(answer->in_reply_to.len, 0);
}

/* Nobody on this side has said anything yet. */
static void sms_in_a_row_are_one_conversation(void **state)
{
	struct rig *rig = *state;
	struct iwf_str first = answer_of(rig)->conversation_id;
	const struct iwf_message *second = answer_of(rig);

	assert_int_equal(first.len, 36);
	assert_true(iwf_str_eq(second->conversation_id, first));
	assert_int_equal(second->in_reply_to.len, 0);
	assert_int_equal(second->contribution_id.len, 0);
}

/* Who has no number is named by one, and what comes to it is theirs. */
static void a_number_stands_in_both_ways(void **state)
{
	static const struct iwf_address alice = {
		.kind = IWF_ADDRESS_SIP, .user = IWF_STR("alice"),
		.domain = IWF_STR("ims.example"),
	};
	struct rig *rig = *state;
	struct iwf_message msg = rig_message(1, 2);
	struct iwf_message back = rig_message(2, 9);
	struct queue *op1 = rig->op1->host->queue;
	const struct iwf_message *answer;
	uint32_t tag;

	op1->stand_in = rig_address(9);
	rig_send_message(rig, &msg);
	assert_int_equal(rig->op1->jobs[0].job.stand_in.kind,
			 IWF_ADDRESS_NONE);
	fake_link_sent(rig->op1, rig->op1->jobs[0].id, "a");
	rig_turn(rig);
	msg.from = alice;
	msg.conversation_id = IWF_STR("conv-1");
	msg.contribution_id = IWF_STR("contrib-1");
	rig_send_message(rig, &msg);
	assert_true(iwf_address_eq(&rig->op1->jobs[1].job.stand_in,
				   &op1->stand_in));
	for (int i = 0; i < 2; i++) {
		tag = fake_link_accept(rig->op1, &back);
		rig_turn(rig);
		assert_int_equal(rig_result(rig->op1, tag),
				 IWF_RESULT_ACCEPTED);
		answer = rig->cpm->jobs[rig->cpm->job_count - 1].msg;
		assert_true(iwf_address_eq(&answer->to, &alice));
		assert_true(iwf_str_eq(answer->conversation_id,
				       IWF_STR("conv-1")));
		assert_true(iwf_str_eq(answer->in_reply_to,
				       IWF_STR("contrib-1")));
		fake_link_sent(rig->cpm,
			       rig->cpm->jobs[rig->cpm->job_count - 1].id, "");
		rig_turn(rig);
	}
}

/* The value is there with the message, neither before nor without it. */
static void a_cursor_is_put_with_its_message(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(1, 2);
	const struct iwf_accept accept = {
		.msg = &msg, .cursor_key = IWF_STR("uid"),
		.cursor_value = IWF_STR("17"),
	};
	uint32_t tag = rig->cpm->next_tag++;

	rig->fails_commits = true;
	iwf_host_accept_with(rig->cpm->host, &accept, fake_link_on_done, tag);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, tag), IWF_RESULT_BUSY);
	assert_int_equal(iwf_host_recall(rig->cpm->host, accept.cursor_key).len,
			 0);
	rig->fails_commits = false;
	rig_advance(rig, 2 * SEC);
	tag = rig->cpm->next_tag++;
	iwf_host_accept_with(rig->cpm->host, &accept, fake_link_on_done, tag);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, tag), IWF_RESULT_ACCEPTED);
	assert_true(iwf_str_eq(iwf_host_recall(rig->cpm->host,
					       accept.cursor_key),
			       IWF_STR("17")));
	/* another link has values of its own */
	assert_int_equal(iwf_host_recall(rig->op1->host, accept.cursor_key).len,
			 0);
	rig_crash(rig);
	rig_links_up(rig);
	assert_true(iwf_str_eq(iwf_host_recall(rig->cpm->host,
					       accept.cursor_key),
			       IWF_STR("17")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(done_comes_after_the_commit),
		cmocka_unit_test(busy_only_when_it_passes),
		RIG_TEST(a_failed_commit_accepts_nothing),
		RIG_TEST(too_many_not_yet_durable),
		RIG_TEST(too_large),
		RIG_TEST(while_draining),
		RIG_TEST(a_duplicate_is_answered_and_not_sent),
		RIG_TEST(a_duplicate_in_the_same_commit),
		RIG_TEST(not_a_duplicate),
		RIG_TEST(after_ten_minutes_it_is_new),
		RIG_TEST(an_sms_answers_the_conversation),
		RIG_TEST(sms_in_a_row_are_one_conversation),
		RIG_TEST(a_number_stands_in_both_ways),
		RIG_TEST(a_cursor_is_put_with_its_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
