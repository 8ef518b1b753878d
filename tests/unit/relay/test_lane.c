/* Order: what one sender says to one recipient by one link (design: Order). */
#include "unit/relay/rig.h"

#include "support/fake_loop.h"

static void attempt_is_durable_before_the_job(void **state)
{
	struct rig *rig = *state;
	struct iwf_message msg = rig_message(1, 2);
	uint32_t tag;

	rig->holds_commits = true;
	tag = fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	assert_int_equal(rig->op1->job_count, 0);
	assert_int_equal(rig->cpm->verdicts[tag].count, 0);
	rig_commit(rig);
	assert_int_equal(rig->op1->job_count, 1);
	assert_state(rig, rig->op1->jobs[0].id, STORE_ATTEMPT);
	assert_int_equal(rig_result(rig->cpm, tag), IWF_RESULT_ACCEPTED);
	assert_int_equal(rig->op1->jobs[0].job.attempt, 1);
	rig->holds_commits = false;
}

/* Its link comes up while its own put is under way. */
static void room_before_the_own_commit(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(1, 2);

	fake_link_down(rig->op1);
	fake_link_down(rig->op2);
	rig_turn(rig);
	rig->holds_commits = true;
	fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
	rig_commit(rig); /* the put */
	assert_int_equal(rig->op1->job_count, 0);
	rig_commit(rig); /* the attempt */
	assert_int_equal(rig->op1->job_count, 1);
	assert_state(rig, rig->op1->jobs[0].id, STORE_ATTEMPT);
	rig->holds_commits = false;
}

static void a_resend_is_durable_before_the_job(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	struct store_delivery row = { 0 };

	rig->holds_commits = true;
	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, id), 1);
	rig_commit(rig);
	rig_commit(rig);
	assert_int_equal(fake_link_count(rig->op1, id), 2);
	assert_true(rig_row(rig, id, &row));
	assert_int_equal(row.resends, 1);
	rig->holds_commits = false;
}

/* The answer of one part is still being saved, as ATTEMPT, when the attempt
 * ends unsure: that change makes the first attempt durable, not the second. */
static void an_earlier_attempt_does_not_vouch_for_a_resend(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	const struct iwf_report unsure = { .fate = IWF_FATE_UNSURE, .part = 2,
					   .parts = 2 };
	struct store_delivery row = { 0 };

	rig->holds_commits = true;
	fake_link_sent_part(rig->op1, id, 1, 2, "a");
	fake_link_answer(rig->op1, id, &unsure);
	rig_turn(rig);
	rig_commit(rig);
	assert_int_equal(fake_link_count(rig->op1, id), 1);
	rig_commit(rig);
	assert_int_equal(fake_link_count(rig->op1, id), 2);
	assert_true(rig_row(rig, id, &row));
	assert_int_equal(row.resends, 1);
	assert_int_equal(row.attempts, 2);
	rig->holds_commits = false;
	fake_link_sent_part(rig->op1, id, 2, 2, "b");
	rig_turn(rig);
	assert_state(rig, id, STORE_SENT);
	rig_assert_balance(rig);
}

static void one_is_outstanding(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2), second = rig_send(rig, 1, 2);
	uint64_t other = rig_send(rig, 1, 3), third = rig_send(rig, 1, 2);

	assert_int_equal(rig->op1->job_count, 2);
	assert_int_equal(rig->op1->jobs[0].id, first);
	assert_int_equal(rig->op1->jobs[1].id, other);
	fake_link_sent(rig->op1, first, "a");
	rig_turn(rig);
	assert_int_equal(rig->op1->jobs[2].id, second);
	assert_int_equal(fake_link_count(rig->op1, third), 0);
	fake_link_sent(rig->op1, second, "b");
	rig_turn(rig);
	assert_int_equal(rig->op1->jobs[3].id, third);
	fake_link_sent(rig->op1, third, "c");
	fake_link_sent(rig->op1, other, "d");
	rig_turn(rig);
	rig_assert_balance(rig);
}

/* Without order everything is out at once. */
static void order_none(void **state)
{
	struct rig *rig = *state;
	struct relay_link_conf conf = { .name = IWF_STR("op1"),
					.order = RELAY_ORDER_NONE };
	uint64_t first, second;

	relay_link_add(rig->relay, &conf);
	first = rig_send(rig, 1, 2);
	second = rig_send(rig, 1, 2);
	assert_int_equal(rig->op1->job_count, 2);
	fake_link_fate(rig->op1, first, IWF_FATE_QUEUED);
	rig_turn(rig);
	rig_send(rig, 1, 2);
	assert_int_equal(rig->op1->job_count, 3);
	fake_link_sent(rig->op1, second, "b");
	rig_advance(rig, 31 * SEC);
	assert_int_equal(fake_link_count(rig->op1, first), 2);
}

static void throttling_keeps_order_and_counts_nothing(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2), second = rig_send(rig, 1, 2);

	for (int i = 0; i < 50; i++) {
		/* As a throttled link does: no room for a while. */
		rig->op1->room = 0;
		iwf_host_room(rig->op1->host, 0);
		fake_link_trouble(rig->op1, first);
		rig_turn(rig);
		assert_int_equal(fake_link_count(rig->op1, first),
				 (unsigned)i + 1);
		rig_jump(rig, 20 * MIN);
		iwf_host_room(rig->op1->host, 1);
		rig_turn(rig);
	}
	assert_int_equal(fake_link_count(rig->op1, first), 51);
	assert_int_equal(fake_link_find(rig->op1, first)->job.attempt, 1);
	assert_int_equal(rig_attempts(rig, first), 1);
	assert_int_equal(fake_link_count(rig->op1, second), 0);
	fake_link_sent(rig->op1, first, "a");
	iwf_host_room(rig->op1->host, 5);
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, second), 1);
	assert_int_equal(rig_metric(rig, RELAY_M_POSSIBLE_DUPLICATE), 0);
}

static void own_failure_holds_the_lane(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2), second = rig_send(rig, 1, 2);
	uint64_t third;

	fake_link_fate(rig->op1, first, IWF_FATE_QUEUED);
	rig_turn(rig);
	third = rig_send(rig, 1, 2);
	assert_int_equal(rig->op1->job_count, 1);
	rig_advance(rig, 29 * SEC);
	assert_int_equal(rig->op1->job_count, 1);
	rig_advance(rig, 2 * SEC);
	/* Its first retry is within the hold, and goes before them. */
	assert_int_equal(fake_link_count(rig->op1, first), 2);
	fake_link_fate(rig->op1, first, IWF_FATE_QUEUED);
	rig_advance(rig, 27 * SEC);
	assert_int_equal(fake_link_count(rig->op1, second), 0);
	rig_advance(rig, 3 * SEC);
	assert_int_equal(fake_link_count(rig->op1, second), 1);
	assert_int_equal(fake_link_count(rig->op1, third), 0);
	fake_link_sent(rig->op1, second, "b");
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, third), 1);
	fake_link_sent(rig->op1, third, "c");
	rig_advance(rig, 2 * MIN);
	assert_int_equal(fake_link_count(rig->op1, first), 3);
	fake_link_sent(rig->op1, first, "a");
	rig_turn(rig);
	rig_assert_balance(rig);
}

static void success_ends_the_hold(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2), second = rig_send(rig, 1, 2);

	fake_link_fate(rig->op1, first, IWF_FATE_QUEUED);
	rig_advance(rig, 31 * SEC);
	fake_link_sent(rig->op1, first, "a");
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, second), 1);
}

/* More than a lane keeps in memory waits in the store, in order all the same. */
static void many_behind_a_held_one(void **state)
{
	struct rig *rig = *state;
	uint64_t ids[40], first = rig_send(rig, 1, 2);

	fake_link_fate(rig->op1, first, IWF_FATE_QUEUED);
	rig_turn(rig);
	for (int i = 0; i < 40; i++)
		ids[i] = rig_send(rig, 1, 2);
	assert_in_range(rig->relay->active.count, 1, 17);
	rig->op1->answers_all = true;
	rig_advance(rig, 31 * SEC);
	/* Sent at its first retry; what is in the store comes after the hold. */
	rig_advance(rig, 31 * SEC);
	assert_int_equal(rig->op1->job_count, 42);
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(rig->op1->jobs[i + 2].id, ids[i]);
	rig_assert_balance(rig);
}

/* The hold is over by the clock, and its timer has not yet fired. */
static void a_new_one_does_not_pass_at_the_end_of_a_hold(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2), second, third;

	fake_link_fate(rig->op1, first, IWF_FATE_QUEUED);
	rig_turn(rig);
	second = rig_send(rig, 1, 2);
	rig_advance(rig, 31 * SEC);
	fake_link_fate(rig->op1, first, IWF_FATE_QUEUED);
	rig_turn(rig);
	/* Only the wall clock moves: no timer. */
	fake_loop_set_wall(rig->loop, rig_now(rig) + 30 * SEC);
	third = rig_send(rig, 1, 2);
	assert_int_equal(fake_link_count(rig->op1, third), 0);
	rig_advance(rig, 31 * SEC);
	assert_int_equal(fake_link_count(rig->op1, third), 0);
	assert_int_equal(fake_link_count(rig->op1, second), 1);
}

/* A lane that is held again goes to the end; those after it are let go in
 * time. */
static void a_lane_held_again_does_not_delay_others(void **state)
{
	struct rig *rig = *state;
	uint64_t a1 = rig_send(rig, 1, 2), a2 = rig_send(rig, 1, 2);
	uint64_t b1, b2;

	fake_link_fate(rig->op1, a1, IWF_FATE_QUEUED);
	rig_turn(rig);
	b1 = rig_send(rig, 1, 3);
	b2 = rig_send(rig, 1, 3);
	fake_link_fate(rig->op1, b1, IWF_FATE_QUEUED);
	rig_advance(rig, 31 * SEC);
	fake_link_sent(rig->op1, a1, "a");
	rig_turn(rig);
	fake_link_fate(rig->op1, a2, IWF_FATE_QUEUED);
	fake_link_fate(rig->op1, b1, IWF_FATE_QUEUED);
	rig_advance(rig, 30 * SEC);
	assert_int_equal(fake_link_count(rig->op1, b2), 1);
}

static void the_ladder_to_its_last_step(void **state)
{
	static const int waits_s[] = { 30, 120, 600, 1800, 3600, 3600, 3600 };
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	for (unsigned i = 0; i < 7; i++) {
		fake_link_fate(rig->op1, id, IWF_FATE_QUEUED);
		rig_advance(rig, (int64_t)waits_s[i] * SEC - 500);
		assert_int_equal(fake_link_count(rig->op1, id), i + 1);
		rig_advance(rig, SEC);
		assert_int_equal(fake_link_count(rig->op1, id), i + 2);
		assert_int_equal(fake_link_find(rig->op1, id)->job.attempt,
				 i + 2);
	}
	assert_int_equal(rig_metric(rig, RELAY_M_RETRIED), 7);
}

/* Several retries wait; when the earliest is over, the others are not
 * forgotten. */
static void retries_of_many_lanes(void **state)
{
	struct rig *rig = *state;
	uint64_t ids[5];

	for (unsigned i = 0; i < 5; i++) {
		ids[i] = rig_send(rig, 1, 2 + i);
		fake_link_fate(rig->op1, ids[i], IWF_FATE_QUEUED);
		rig_advance(rig, 4 * SEC);
	}
	rig_advance(rig, 31 * SEC);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(fake_link_count(rig->op1, ids[i]), 2);
}

static void the_peers_hint_beats_the_ladder(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	const struct iwf_report report = { .fate = IWF_FATE_QUEUED, .part = 1,
					   .parts = 1,
					   .retry_after_ms = 5 * MIN };

	fake_link_answer(rig->op1, id, &report);
	rig_advance(rig, 4 * MIN);
	assert_int_equal(fake_link_count(rig->op1, id), 1);
	rig_advance(rig, 61 * SEC);
	assert_int_equal(fake_link_count(rig->op1, id), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(attempt_is_durable_before_the_job),
		RIG_TEST(room_before_the_own_commit),
		RIG_TEST(a_resend_is_durable_before_the_job),
		RIG_TEST(an_earlier_attempt_does_not_vouch_for_a_resend),
		RIG_TEST(one_is_outstanding),
		RIG_TEST(order_none),
		RIG_TEST(throttling_keeps_order_and_counts_nothing),
		RIG_TEST(own_failure_holds_the_lane),
		RIG_TEST(success_ends_the_hold),
		RIG_TEST(many_behind_a_held_one),
		RIG_TEST(a_new_one_does_not_pass_at_the_end_of_a_hold),
		RIG_TEST(a_lane_held_again_does_not_delay_others),
		RIG_TEST(the_ladder_to_its_last_step),
		RIG_TEST(retries_of_many_lanes),
		RIG_TEST(the_peers_hint_beats_the_ladder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
