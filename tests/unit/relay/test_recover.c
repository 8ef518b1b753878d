/* The first thing after a start (design: Unsure). */
#include "unit/relay/rig.h"

static void attempts_are_resent_once(void **state)
{
	struct rig *rig = *state;
	uint64_t out = rig_send(rig, 1, 2), behind = rig_send(rig, 1, 2);
	struct store_delivery row = { 0 };

	rig_crash(rig);
	/* The one behind was made ready ahead: nobody knows any more. */
	assert_int_equal(rig_metric(rig, RELAY_M_UNSURE), 2);
	assert_state(rig, out, STORE_QUEUED);
	rig_links_up(rig);
	assert_int_equal(fake_link_count(rig->op1, out), 1);
	assert_int_equal(fake_link_count(rig->op1, behind), 0);
	assert_true(fake_link_find(rig->op1, out)->job.again);
	assert_int_equal(rig_metric(rig, RELAY_M_POSSIBLE_DUPLICATE), 2);
	assert_true(rig_row(rig, out, &row));
	assert_int_equal(row.resends, 1);
	fake_link_sent(rig->op1, out, "a");
	rig_turn(rig);
	assert_true(fake_link_find(rig->op1, behind)->job.again);
	fake_link_sent(rig->op1, behind, "b");
	rig_turn(rig);
	rig_assert_balance(rig);
}

/* What two crashes interrupt was mostly never written: leaving it would lose
 * it. One that ends the process each time comes to rest all the same. */
static void what_crashes_interrupt_goes_again(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	for (unsigned crashes = 1; crashes <= 9; crashes++) {
		rig_crash(rig);
		rig_links_up(rig);
		assert_int_equal(fake_link_count(rig->op1, id), 1);
		assert_int_equal(rig_metric(rig, RELAY_M_POSSIBLE_DUPLICATE),
				 1);
	}
	rig_crash(rig);
	rig_links_up(rig);
	assert_state(rig, id, STORE_UNSURE);
	assert_int_equal(rig->op1->job_count, 0);
	rig_assert_balance(rig);
}

/* A link that takes one in each life: those behind, attempted ahead of its
 * room, were never written and are not given up for it. */
static void what_waits_for_room_is_not_given_up(void **state)
{
	struct rig *rig = *state;
	uint64_t ids[30];

	rig->op1->room = 0;
	for (unsigned i = 0; i < 30; i++)
		ids[i] = rig_send(rig, 1, i % 10);
	for (unsigned crashes = 0; crashes < 15; crashes++) {
		rig->holds_commits = true;
		fake_link_down(rig->op1);
		rig_turn(rig);
		rig->holds_commits = false;
		rig_crash(rig);
		fake_link_up(rig->op1, 1);
		rig->op1->room = 0;
		rig_turn(rig);
		assert_int_equal(rig->op1->job_count, 1);
		fake_link_sent(rig->op1, rig->op1->jobs[0].id, "");
		rig_turn(rig);
	}
	assert_int_equal(rig_count(rig, IWF_KIND_MESSAGE, STORE_UNSURE), 0);
	rig->op1->answers_all = true;
	rig->op1->room = RIG_ROOM;
	rig_links_up(rig);
	for (unsigned i = 0; i < 30; i++)
		assert_true(rig_state(rig, ids[i]) >= STORE_SENT);
	rig_assert_balance(rig);
}

/* What was never committed as ATTEMPT was never sent. */
static void waiting_ones_run(void **state)
{
	struct rig *rig = *state;
	uint64_t ids[5];

	fake_link_down(rig->op1);
	fake_link_down(rig->op2);
	rig_turn(rig);
	for (unsigned i = 0; i < 5; i++)
		ids[i] = rig_send(rig, 1, 2);
	rig_crash(rig);
	assert_int_equal(rig_metric(rig, RELAY_M_UNSURE), 0);
	rig->op1->answers_all = true;
	rig_links_up(rig);
	assert_int_equal(rig->op1->job_count, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(rig->op1->jobs[i].id, ids[i]);
		assert_false(rig->op1->jobs[i].job.again);
	}
	rig_assert_balance(rig);
}

static void only_missing_parts_go_again(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	fake_link_sent_part(rig->op1, id, 1, 2, "p1");
	rig_turn(rig);
	rig_crash(rig);
	rig_links_up(rig);
	assert_true(iwf_job_is_done(&fake_link_find(rig->op1, id)->job, 1));
	assert_false(iwf_job_is_done(&fake_link_find(rig->op1, id)->job, 2));
	fake_link_sent_part(rig->op1, id, 2, 2, "p2");
	rig_turn(rig);
	assert_state(rig, id, STORE_SENT);
}

static void messages_are_refused_until_it_is_over(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(1, 2);
	uint32_t tag;

	rig_send(rig, 1, 2);
	rig->holds_answers = true;
	rig_crash(rig);
	assert_false(relay_is_ready(rig->relay));
	tag = fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, tag), IWF_RESULT_BUSY);
	rig->holds_answers = false;
	rig_advance(rig, 100);
	assert_true(relay_is_ready(rig->relay));
}

/* Its receipt comes while recovery still reads: it is one delivery. */
static void a_receipt_during_recovery(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	fake_link_sent_part(rig->op1, id, 1, 2, "p1");
	rig_turn(rig);
	rig->holds_answers = true;
	rig_crash(rig);
	rig->holds_commits = true;
	fake_link_receipt(rig->op1, "p1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	rig_commit(rig);
	rig->holds_answers = false;
	rig_turn(rig);
	rig->holds_commits = false;
	rig_advance(rig, 100);
	rig_links_up(rig);
	assert_int_equal(fake_link_count(rig->op1, id), 1);
	fake_link_sent_part(rig->op1, id, 2, 2, "p2");
	fake_link_receipt(rig->op1, "p2", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_state(rig, id, STORE_DELIVERED);
}

static void a_report_that_was_out(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
	rig_crash(rig);
	rig->cpm->answers_all = true;
	rig_links_up(rig);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
	rig_assert_balance(rig);
}

/* Ids are never made again, also when the clock went back. */
static void ids_go_on(void **state)
{
	struct rig *rig = *state;
	uint64_t before = rig_send(rig, 1, 2), after;

	rig_crash(rig);
	rig_links_up(rig);
	rig_jump(rig, -HOUR);
	after = rig_send(rig, 1, 3);
	assert_true(after > before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(attempts_are_resent_once),
		RIG_TEST(what_crashes_interrupt_goes_again),
		RIG_TEST(what_waits_for_room_is_not_given_up),
		RIG_TEST(waiting_ones_run),
		RIG_TEST(only_missing_parts_go_again),
		RIG_TEST(messages_are_refused_until_it_is_over),
		RIG_TEST(a_receipt_during_recovery),
		RIG_TEST(a_report_that_was_out),
		RIG_TEST(ids_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
