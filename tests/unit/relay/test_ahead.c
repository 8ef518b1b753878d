/* The next of a busy lane are ATTEMPT in the store before their turn comes. */
#include "unit/relay/rig.h"

static void follow_without_a_commit(void **state)
{
	struct rig *rig = *state;
	uint64_t ids[4];

	for (unsigned i = 0; i < 4; i++) {
		ids[i] = rig_send(rig, 1, 2);
		assert_state(rig, ids[i], STORE_ATTEMPT);
		assert_int_equal(fake_link_count(rig->op1, ids[i]), i == 0);
	}
	rig->holds_commits = true;
	for (unsigned i = 0; i + 1 < 4; i++) {
		fake_link_sent(rig->op1, ids[i], "a");
		rig_turn(rig);
		assert_int_equal(fake_link_count(rig->op1, ids[i + 1]), 1);
		assert_int_equal(fake_link_find(rig->op1,
						ids[i + 1])->job.attempt, 1);
	}
	rig->holds_commits = false;
	fake_link_sent(rig->op1, ids[3], "a");
	rig_turn(rig);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(rig_attempts(rig, ids[i]), 1);
	rig_assert_balance(rig);
}

/* The turn comes while the put, which says ATTEMPT, is still under way. */
static void not_before_the_own_put(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(1, 2);
	uint64_t first = rig_send(rig, 1, 2);

	rig->holds_commits = true;
	fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	fake_link_sent(rig->op1, first, "a");
	rig_turn(rig);
	assert_int_equal(rig->op1->job_count, 1);
	rig_commit(rig);
	assert_int_equal(rig->op1->job_count, 2);
	assert_state(rig, rig->op1->jobs[1].id, STORE_ATTEMPT);
	rig->holds_commits = false;
	fake_link_sent(rig->op1, rig->op1->jobs[1].id, "b");
	rig_turn(rig);
	rig_assert_balance(rig);
}

static void what_waited_for_the_link_too(void **state)
{
	struct rig *rig = *state;
	uint64_t ids[3];

	fake_link_down(rig->op1);
	fake_link_down(rig->op2);
	rig_turn(rig);
	for (unsigned i = 0; i < 3; i++)
		ids[i] = rig_send(rig, 1, 2);
	assert_state(rig, ids[1], STORE_QUEUED);
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, ids[0]), 1);
	fake_link_sent(rig->op1, ids[0], "a");
	rig_turn(rig);
	assert_state(rig, ids[2], STORE_ATTEMPT);
	assert_int_equal(fake_link_count(rig->op1, ids[2]), 0);
}

/* They only wait: not unsure, not tried, and free to go another way. */
static void a_link_that_goes_down(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2), next = rig_send(rig, 1, 2);
	struct store_delivery row = { 0 };

	fake_link_down(rig->op1);
	rig_turn(rig);
	assert_true(rig_row(rig, next, &row));
	assert_int_equal(row.state, STORE_QUEUED);
	assert_int_equal(row.attempts, 0);
	assert_int_equal(row.attempt_at_ms, 0);
	fake_link_fate(rig->op1, first, IWF_FATE_UNSURE);
	rig->op2->answers_all = true;
	rig_advance(rig, 40 * SEC);
	assert_int_equal(fake_link_count(rig->op2, next), 1);
	assert_int_equal(fake_link_count(rig->op1, next), 0);
}

static void down_while_it_is_put(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(1, 2);
	uint32_t tag;
	uint64_t id;

	rig_send(rig, 1, 2);
	rig->holds_commits = true;
	tag = fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	fake_link_down(rig->op1);
	rig_turn(rig);
	rig->holds_commits = false;
	rig_turn(rig);
	id = rig->cpm->verdicts[tag].verdict.id;
	assert_state(rig, id, STORE_QUEUED);
	assert_int_equal(rig_attempts(rig, id), 0);
}

static void a_lane_that_is_held(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2), next = rig_send(rig, 1, 2);

	fake_link_fate(rig->op1, first, IWF_FATE_QUEUED);
	rig_turn(rig);
	assert_state(rig, next, STORE_QUEUED);
	assert_int_equal(rig_attempts(rig, next), 0);
	rig_advance(rig, 31 * SEC);
	assert_int_equal(fake_link_count(rig->op1, first), 2);
	fake_link_sent(rig->op1, first, "a");
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, next), 1);
	assert_int_equal(rig_attempts(rig, next), 1);
}

static void a_put_that_fails(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(1, 2);
	uint64_t first = rig_send(rig, 1, 2);
	uint32_t tag;

	rig->fails_commits = true;
	tag = fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, tag), IWF_RESULT_BUSY);
	rig->fails_commits = false;
	fake_link_sent(rig->op1, first, "a");
	rig_advance(rig, SEC);
	assert_int_equal(rig->op1->job_count, 1);
	rig_assert_balance(rig);
}

/* What a crash left unsure goes out one by one: each attempt that is made ahead
 * would be another resend after the next crash. */
static void not_what_was_unsure(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2), next = rig_send(rig, 1, 2);
	struct store_delivery row = { 0 };

	rig_crash(rig);
	rig_links_up(rig);
	assert_int_equal(fake_link_count(rig->op1, first), 1);
	assert_true(rig_row(rig, next, &row));
	assert_int_equal(row.state, STORE_QUEUED);
	assert_int_equal(row.resends, 1);
}

/* A stop takes back what it can, so that nothing is unsure at the next start. */
static void a_stop(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2);

	rig_send(rig, 1, 2);
	rig_send(rig, 1, 2);
	fake_link_down(rig->op1);
	fake_link_fate(rig->op1, first, IWF_FATE_QUEUED);
	rig_turn(rig);
	rig_crash(rig);
	assert_int_equal(rig_metric(rig, RELAY_M_UNSURE), 0);
}

/* However many wait: of one lane 64, of a link 256. */
static void within_bounds(void **state)
{
	struct rig *rig = *state;

	for (unsigned i = 0; i < 100; i++)
		rig_send(rig, 1, 2);
	assert_int_equal(rig_count(rig, IWF_KIND_MESSAGE, STORE_ATTEMPT), 65);
	for (unsigned from = 2; from < 8; from++)
		for (unsigned i = 0; i < 50; i++)
			rig_send(rig, from, 2);
	/* and the first of each lane, which is out */
	assert_int_equal(rig_count(rig, IWF_KIND_MESSAGE, STORE_ATTEMPT),
			 256 + 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(follow_without_a_commit),
		RIG_TEST(not_before_the_own_put),
		RIG_TEST(what_waited_for_the_link_too),
		RIG_TEST(a_link_that_goes_down),
		RIG_TEST(down_while_it_is_put),
		RIG_TEST(a_lane_that_is_held),
		RIG_TEST(a_put_that_fails),
		RIG_TEST(not_what_was_unsure),
		RIG_TEST(a_stop),
		RIG_TEST(within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
