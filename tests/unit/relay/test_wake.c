/* Recipients that can be reached again. */
#include "unit/relay/rig.h"

static void wake(struct rig *rig, unsigned number)
{
	const struct iwf_address address = rig_address(number);

	iwf_host_wake(rig->op1->host, &address);
	rig_advance(rig, 5);
}

static void retry(struct rig *rig, uint64_t id)
{
	fake_link_fate(rig->op1, id, IWF_FATE_QUEUED);
	rig_turn(rig);
}

static void what_waits_for_it_goes_now(void **state)
{
	struct rig *rig = *state;
	uint64_t mine = rig_send(rig, 1, 2), too = rig_send(rig, 3, 2);
	uint64_t other = rig_send(rig, 1, 4);

	retry(rig, mine);
	retry(rig, too);
	retry(rig, other);
	rig_advance(rig, SEC);
	assert_int_equal(fake_link_count(rig->op1, mine), 1);
	wake(rig, 2);
	assert_int_equal(fake_link_count(rig->op1, mine), 2);
	assert_int_equal(fake_link_count(rig->op1, too), 2);
	assert_int_equal(fake_link_count(rig->op1, other), 1);
	rig_advance(rig, 31 * SEC);
	assert_int_equal(fake_link_count(rig->op1, other), 2);
	assert_int_equal(fake_link_count(rig->op1, mine), 2);
}

/* Those of the lane that came after it go after it; what a held lane keeps in
 * the store comes when the hold was to end. */
static void order_is_kept(void **state)
{
	struct rig *rig = *state;
	uint64_t ids[40];

	for (unsigned i = 0; i < 40; i++)
		ids[i] = rig_send(rig, 1, 2);
	retry(rig, ids[0]);
	for (unsigned i = 1; i < 40; i++)
		assert_int_equal(fake_link_count(rig->op1, ids[i]), 0);
	rig_send(rig, 1, 2);
	rig->op1->answers_all = true;
	wake(rig, 2);
	rig_advance(rig, SEC);
	assert_int_equal(rig->op1->job_count, 41);
	rig_advance(rig, MIN);
	assert_int_equal(rig->op1->job_count, 42);
	for (unsigned i = 1; i < 41; i++)
		assert_true(rig->op1->jobs[i].id < rig->op1->jobs[i + 1].id);
	assert_int_equal(rig->op1->jobs[1].id, ids[0]);
	rig_assert_balance(rig);
}

static void of_another_link(void **state)
{
	const struct iwf_address address = rig_address(2);
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	retry(rig, id);
	iwf_host_wake(rig->op2->host, &address);
	rig_advance(rig, 5);
	assert_int_equal(fake_link_count(rig->op1, id), 1);
}

static void nobody_waits(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	wake(rig, 2);
	wake(rig, 5);
	assert_int_equal(fake_link_count(rig->op1, id), 1);
	fake_link_sent(rig->op1, id, "a");
	rig_turn(rig);
	rig_assert_balance(rig);
}

/* More of them while the store is asked about the first; and too many. */
static void several_at_once(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2), second = rig_send(rig, 1, 3);

	retry(rig, first);
	retry(rig, second);
	rig->holds_answers = true;
	wake(rig, 2);
	for (unsigned i = 0; i < 2 * QUEUE_WAKES_MAX; i++)
		wake(rig, i ? 5 : 3);
	rig->holds_answers = false;
	rig_advance(rig, 5);
	assert_int_equal(fake_link_count(rig->op1, first), 2);
	assert_int_equal(fake_link_count(rig->op1, second), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(what_waits_for_it_goes_now),
		RIG_TEST(order_is_kept),
		RIG_TEST(of_another_link),
		RIG_TEST(nobody_waits),
		RIG_TEST(several_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
