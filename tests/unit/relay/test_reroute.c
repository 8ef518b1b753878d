/* What waits for a link that is down for long or gone (design: Return path). */
#include "unit/relay/rig.h"

static struct queue *queue_of(struct rig *rig, const char *name)
{
	return queue_find(rig->relay, iwf_str_from(name));
}

static void down_both(struct rig *rig)
{
	fake_link_down(rig->op1);
	fake_link_down(rig->op2);
	rig_turn(rig);
}

/* In memory, in a lane's line, and in the store alone. */
static void waiting_ones_fail_over(void **state)
{
	struct rig *rig = *state;
	uint64_t ids[40];

	for (unsigned round = 0; round < 2; round++) {
		down_both(rig);
		if (round)
			queue_of(rig, "op1")->behind = true;
		for (unsigned i = 0; i < 40; i++)
			ids[i] = rig_send(rig, 1, 2 + i % 2);
		rig->op2->answers_all = true;
		fake_link_forget(rig->op2);
		fake_link_up(rig->op2, RIG_ROOM);
		rig_advance(rig, 28 * SEC);
		assert_int_equal(rig->op2->job_count, 0);
		rig_advance(rig, 4 * SEC);
		assert_int_equal(rig->op2->job_count, 40);
		for (unsigned i = 0; i < 40; i++) {
			const struct fake_job *job =
				fake_link_find(rig->op2, ids[i]);

			assert_non_null(job);
			assert_int_equal(job->job.attempt, 1);
			assert_state(rig, ids[i], STORE_SENT);
		}
		/* In order for each recipient. */
		for (unsigned i = 2; i < 40; i++)
			assert_true(fake_link_find(rig->op2, ids[i]) >
				    fake_link_find(rig->op2, ids[i - 2]));
		rig_assert_balance(rig);
		fake_link_up(rig->op1, RIG_ROOM);
		rig_advance(rig, 35 * SEC);
		assert_int_equal(rig->op1->job_count, 0);
	}
	assert_int_equal(rig_metric(rig, RELAY_M_REROUTED), 80);
}

/* What was given to its link once stays with it: it may know of it. */
static void attempted_ones_stay(void **state)
{
	struct rig *rig = *state;
	uint64_t retried = rig_send(rig, 1, 2), unsure = rig_send(rig, 1, 3);

	fake_link_fate(rig->op1, retried, IWF_FATE_QUEUED);
	rig_turn(rig);
	fake_link_down(rig->op1);
	fake_link_fate(rig->op1, unsure, IWF_FATE_UNSURE);
	rig_advance(rig, 10 * MIN);
	assert_int_equal(rig->op2->job_count, 0);
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, retried), 2);
	assert_int_equal(fake_link_count(rig->op1, unsure), 2);
}

static void switched_off(void **state)
{
	struct rig *rig = *state;

	rig->relay->conf.failover_ms = 0;
	down_both(rig);
	rig_send(rig, 1, 2);
	fake_link_up(rig->op2, RIG_ROOM);
	rig_advance(rig, 10 * MIN);
	assert_int_equal(rig->op2->job_count, 0);
}

static void only_as_the_rules_say(void **state)
{
	const struct iwf_str names[] = { IWF_STR("op1") };
	const struct route_conf rule = { .via = { names, 1 } };
	struct rig *rig = *state;

	rig_set_routes(rig, &rule, 1);
	fake_link_down(rig->op1);
	rig_turn(rig);
	rig_send(rig, 1, 2);
	rig_advance(rig, 10 * MIN);
	assert_int_equal(rig->op2->job_count, 0);
	assert_int_equal(rig->cpm->job_count, 0);
}

/* --- links that share --- */

static const struct iwf_str sharing[] = { IWF_STR("op1"), IWF_STR("op2") };
static const struct route_conf share_rule = {
	.via = { sharing, 2 }, .share = true,
};

static void links_share_by_sender_and_recipient(void **state)
{
	struct rig *rig = *state;

	rig->op1->answers_all = rig->op2->answers_all = true;
	rig_set_routes(rig, &share_rule, 1);
	for (unsigned i = 0; i < 162; i++)
		rig_send(rig, 1 + i % 9, 1 + i / 9 % 9);
	assert_int_equal(rig->op1->job_count + rig->op2->job_count, 162);
	assert_in_range(rig->op1->job_count, 40, 122);
	/* 81 lanes, two messages each, none of them on both. */
	for (unsigned i = 0; i < rig->op1->job_count; i++)
		for (unsigned j = 0; j < rig->op2->job_count; j++) {
			const struct iwf_message *a = rig->op1->jobs[i].msg;
			const struct iwf_message *b = rig->op2->jobs[j].msg;

			assert_false(iwf_address_eq(&a->from, &b->from) &&
				     iwf_address_eq(&a->to, &b->to));
		}
}

static void the_share_of_a_link_that_is_down(void **state)
{
	struct rig *rig = *state;

	rig->op1->answers_all = rig->op2->answers_all = true;
	rig_set_routes(rig, &share_rule, 1);
	fake_link_down(rig->op1);
	rig_turn(rig);
	for (unsigned i = 0; i < 18; i++)
		rig_send(rig, 1 + i / 9, 1 + i % 9);
	assert_int_equal(rig->op1->job_count, 0);
	assert_int_equal(rig->op2->job_count, 18);
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
	for (unsigned i = 0; i < 18; i++)
		rig_send(rig, 1 + i / 9, 1 + i % 9);
	assert_in_range(rig->op1->job_count, 2, 16);
}

/* --- a link that is gone from the configuration --- */

static void waiting_ones_of_a_removed_link(void **state)
{
	struct rig *rig = *state;
	uint64_t ids[6], retried = rig_send(rig, 1, 4);

	fake_link_fate(rig->op1, retried, IWF_FATE_QUEUED);
	rig_turn(rig);
	down_both(rig);
	for (unsigned i = 0; i < 6; i++)
		ids[i] = rig_send(rig, 1, 2 + i % 2);
	queue_of(rig, "op1")->behind = true;
	ids[5] = rig_send(rig, 1, 5);
	rig->op2->answers_all = true;
	relay_link_remove(rig->relay, queue_of(rig, "op1"));
	rig_turn(rig);
	fake_link_up(rig->op2, RIG_ROOM);
	rig_advance(rig, 2 * SEC);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(fake_link_count(rig->op2, ids[i]), 1);
	assert_int_equal(fake_link_count(rig->op2, retried), 1);
	assert_int_equal(rig->op1->close_count, 1);
	assert_null(relay_link_find(rig->relay, IWF_STR("op1")));
	rig_assert_balance(rig);
}

/* What it has is answered while it drains; what it never answers is unsure. */
static void outstanding_ones_of_a_removed_link(void **state)
{
	struct rig *rig = *state;
	uint64_t answered = rig_send(rig, 1, 2), failed = rig_send(rig, 1, 3);
	uint64_t silent = rig_send(rig, 1, 4), behind = rig_send(rig, 1, 4);

	rig->op2->answers_all = true;
	relay_link_remove(rig->relay, queue_of(rig, "op1"));
	rig_turn(rig);
	assert_int_equal(rig->op1->drain_count, 1);
	fake_link_sent(rig->op1, answered, "a");
	fake_link_trouble(rig->op1, failed);
	rig_advance(rig, 2 * SEC);
	assert_state(rig, answered, STORE_SENT);
	assert_int_equal(fake_link_count(rig->op2, failed), 1);
	assert_false(fake_link_find(rig->op2, failed)->job.again);
	assert_int_equal(rig->op1->close_count, 0);
	assert_state(rig, silent, STORE_ATTEMPT);
	assert_int_equal(fake_link_count(rig->op2, behind), 1);
	rig_advance(rig, 11 * SEC);
	assert_int_equal(rig->op1->close_count, 1);
	assert_int_equal(fake_link_count(rig->op2, silent), 1);
	assert_true(fake_link_find(rig->op2, silent)->job.again);
	rig_assert_balance(rig);
}

static void no_other_link_takes_them(void **state)
{
	const struct iwf_str names[] = { IWF_STR("op1") };
	const struct route_conf rule = { .from_link = IWF_STR("cpm"),
					 .via = { names, 1 } };
	struct rig *rig = *state;
	uint64_t id;

	rig_set_routes(rig, &rule, 1);
	fake_link_down(rig->op1);
	rig_turn(rig);
	id = rig_send(rig, 1, 2);
	relay_link_remove(rig->relay, queue_of(rig, "op1"));
	rig_turn(rig);
	assert_state(rig, id, STORE_FAILED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
}

static void not_yet_durable_when_its_link_goes(void **state)
{
	struct rig *rig = *state;
	struct iwf_message msg = rig_message(1, 2);
	uint32_t tags[2];

	rig->holds_commits = true;
	tags[0] = fake_link_accept(rig->cpm, &msg); /* becomes an attempt */
	tags[1] = fake_link_accept(rig->cpm, &msg); /* behind it */
	rig_turn(rig);
	relay_link_remove(rig->relay, queue_of(rig, "op1"));
	rig_turn(rig);
	rig->holds_commits = false;
	rig->op2->answers_all = true;
	rig_advance(rig, 35 * SEC);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rig_result(rig->cpm, tags[i]),
				 IWF_RESULT_ACCEPTED);
		assert_int_equal(fake_link_count(rig->op2,
			rig->cpm->verdicts[tags[i]].verdict.id), 1);
	}
	assert_int_equal(rig->op1->job_count, 0);
	rig_assert_balance(rig);
}

/* REPORTs go nowhere else, and go when their link is there again. */
static void reports_of_a_removed_link(void **state)
{
	struct rig *rig = *state;
	struct relay_link_conf conf = { .name = IWF_STR("op1") };
	struct iwf_message msg = rig_message(2, 1);
	uint32_t tag = fake_link_accept(rig->op1, &msg);
	uint64_t id, later;

	rig_turn(rig);
	id = rig->op1->verdicts[tag].verdict.id;
	msg.body = IWF_STR("later");
	tag = fake_link_accept(rig->op1, &msg);
	rig_turn(rig);
	later = rig->op1->verdicts[tag].verdict.id;
	fake_link_down(rig->op1);
	rig_turn(rig);
	fake_link_fate(rig->cpm, id, IWF_FATE_FAILED);
	rig_turn(rig);
	relay_link_remove(rig->relay, queue_of(rig, "op1"));
	rig_turn(rig);
	fake_link_fate(rig->cpm, later, IWF_FATE_FAILED);
	rig_advance(rig, 5 * MIN);
	assert_int_equal(rig_count(rig, IWF_KIND_REPORT, STORE_QUEUED), 2);
	assert_int_equal(rig->op1->job_count, 0);
	assert_int_equal(rig->op2->job_count, 0);
	assert_true(queue_of(rig, "op1")->is_alarmed);
	/* As if all of it had been looked through. */
	queue_of(rig, "op1")->behind = false;
	queue_of(rig, "op1")->loaded_until_ms = rig_now(rig);
	/* Added again: a new instance, the old one takes nothing. */
	relay_link_open(rig->relay, relay_link_add(rig->relay, &conf),
			&fake_adapter, rig->op1, NULL);
	assert_non_null(relay_link_find(rig->relay, IWF_STR("op1")));
	rig->op1->answers_all = true;
	fake_link_up(rig->op1, RIG_ROOM);
	rig_advance(rig, SEC);
	assert_int_equal(rig->op1->job_count, 2);
	assert_int_equal(rig->op1->jobs[0].msg->about, id);
	rig_send(rig, 1, 2);
	rig_send(rig, 1, 3);
	rig_send(rig, 1, 4);
	assert_int_equal(rig->op1->job_count, 5);
	rig_assert_balance(rig);
}

static void reports_of_a_removed_link_expire(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(2, 1);
	uint32_t tag = fake_link_accept(rig->op1, &msg);

	rig_turn(rig);
	fake_link_down(rig->op1);
	fake_link_fate(rig->cpm, rig->op1->verdicts[tag].verdict.id,
		       IWF_FATE_FAILED);
	rig_turn(rig);
	relay_link_remove(rig->relay, queue_of(rig, "op1"));
	rig_jump(rig, 48 * HOUR);
	rig_advance(rig, 2 * SEC);
	assert_int_equal(rig_count(rig, IWF_KIND_REPORT, STORE_EXPIRED), 1);
	rig_assert_balance(rig);
}

/* It went while the process was down. */
static void gone_at_a_restart(void **state)
{
	struct rig *rig = *state;
	uint64_t out = rig_send(rig, 1, 2), waits = rig_send(rig, 1, 2);

	rig->leaves_out_op1 = true;
	rig_crash(rig);
	rig->op2->answers_all = true;
	fake_link_up(rig->cpm, RIG_ROOM);
	fake_link_up(rig->op2, RIG_ROOM);
	rig_advance(rig, 2 * SEC);
	assert_int_equal(fake_link_count(rig->op2, out), 1);
	assert_true(fake_link_find(rig->op2, out)->job.again);
	assert_int_equal(fake_link_count(rig->op2, waits), 1);
	rig_assert_balance(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(waiting_ones_fail_over),
		RIG_TEST(attempted_ones_stay),
		RIG_TEST(switched_off),
		RIG_TEST(only_as_the_rules_say),
		RIG_TEST(links_share_by_sender_and_recipient),
		RIG_TEST(the_share_of_a_link_that_is_down),
		RIG_TEST(waiting_ones_of_a_removed_link),
		RIG_TEST(outstanding_ones_of_a_removed_link),
		RIG_TEST(no_other_link_takes_them),
		RIG_TEST(not_yet_durable_when_its_link_goes),
		RIG_TEST(reports_of_a_removed_link),
		RIG_TEST(reports_of_a_removed_link_expire),
		RIG_TEST(gone_at_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
