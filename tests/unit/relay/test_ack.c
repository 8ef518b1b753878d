/* Answers that wait for an outcome (design: Acknowledgement). */
#include "unit/relay/rig.h"

#define WAIT_MS (10 * SEC)

static uint32_t accept(struct rig *rig, unsigned to)
{
	const struct iwf_message msg = rig_message(1, to);
	const struct iwf_accept accept = { .msg = &msg, .outcome_ms = WAIT_MS };
	uint32_t tag = rig->cpm->next_tag++;

	iwf_host_accept_with(rig->cpm->host, &accept, fake_link_on_done, tag);
	rig_turn(rig);
	return tag;
}

static uint64_t last_id(const struct rig *rig)
{
	assert_true(rig->op1->job_count > 0);
	return rig->op1->jobs[rig->op1->job_count - 1].id;
}

static const struct iwf_verdict *verdict_of(const struct rig *rig, uint32_t tag)
{
	assert_int_equal(rig->cpm->verdicts[tag].count, 1);
	assert_int_equal(rig->cpm->verdicts[tag].verdict.result,
			 IWF_RESULT_ACCEPTED);
	return &rig->cpm->verdicts[tag].verdict;
}

static void assert_open(const struct rig *rig, uint32_t tag)
{
	assert_int_equal(rig->cpm->verdicts[tag].count, 0);
}

static void taken_over_is_good_news(void **state)
{
	struct rig *rig = *state;
	uint32_t tag = accept(rig, 2);

	assert_open(rig, tag);
	rig->holds_commits = true;
	fake_link_sent(rig->op1, last_id(rig), "a");
	rig_turn(rig);
	assert_open(rig, tag);
	rig_commit(rig);
	assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_SENT);
	assert_int_equal(verdict_of(rig, tag)->id, last_id(rig));
	rig->holds_commits = false;
	rig_advance(rig, MIN);
	assert_int_equal(rig_metric(rig, RELAY_M_ACK_UNDECIDED), 0);
	assert_int_equal(rig_metric(rig, RELAY_M_ACCEPTED), 1);
}

/* The answer tells it, when it is durable, and no REPORT does. */
static void a_failure_is_the_answer(void **state)
{
	struct rig *rig = *state;
	uint32_t tag = accept(rig, 2);
	uint64_t id = last_id(rig);
	struct store_delivery row = { 0 };

	rig->holds_commits = true;
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_open(rig, tag);
	rig_commit(rig);
	rig->holds_commits = false;
	assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_FAILED);
	assert_int_equal(verdict_of(rig, tag)->code, 69);
	assert_false(verdict_of(rig, tag)->forbidden);
	assert_state(rig, id, STORE_FAILED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 0);
	assert_true(rig_row(rig, id, &row));
	assert_int_equal(row.told_at_ms, row.done_at_ms);
	assert_int_equal(rig_metric(rig, RELAY_M_ACK_REFUSED), 1);
	rig_assert_balance(rig);
}

static void forbidden_says_so(void **state)
{
	const struct iwf_report report = { .fate = IWF_FATE_FAILED,
		.part = 1, .parts = 1, .forbidden = true };
	struct rig *rig = *state;
	uint32_t tag = accept(rig, 2);

	fake_link_answer(rig->op1, last_id(rig), &report);
	rig_turn(rig);
	assert_true(verdict_of(rig, tag)->forbidden);
}

/* However long the disk takes, there is one answer, and it is that one. */
static void a_failure_on_its_way_to_the_disk(void **state)
{
	struct rig *rig = *state;
	uint32_t tag = accept(rig, 2);

	rig->fails_commits = true;
	fake_link_fate(rig->op1, last_id(rig), IWF_FATE_FAILED);
	rig_advance(rig, 2 * WAIT_MS);
	assert_open(rig, tag);
	rig->fails_commits = false;
	rig_advance(rig, SEC);
	assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_FAILED);
	assert_int_equal(rig_metric(rig, RELAY_M_ACK_UNDECIDED), 0);
}

/* The peer of a link whose own setting asks for outcomes, and for temporary
 * failures too, keeps its message; of another it is kept here. */
static void a_temporary_failure_may_be_the_answer(void **state)
{
	struct rig *rig = *state;
	const struct iwf_report offline = {
		.fate = IWF_FATE_QUEUED, .part = 1, .parts = 1, .code = 480
	};

	for (int refuses = 0; refuses < 2; refuses++) {
		const struct iwf_message msg = rig_message(2 + refuses, 1);
		uint32_t tag;
		uint64_t id;

		rig->op1->host->queue->outcome_ms = WAIT_MS;
		rig->op1->host->queue->ack_refuses = refuses;
		tag = fake_link_accept(rig->op1, &msg);
		rig_turn(rig);
		id = rig->cpm->jobs[rig->cpm->job_count - 1].id;
		fake_link_answer(rig->cpm, id, &offline);
		rig_advance(rig, refuses ? 0 : WAIT_MS);
		assert_int_equal(rig->op1->verdicts[tag].count, 1);
		assert_int_equal(rig->op1->verdicts[tag].verdict.fate,
				 refuses ? IWF_FATE_FAILED : IWF_FATE_NONE);
		assert_int_equal(rig->op1->verdicts[tag].verdict.code,
				 refuses ? 480 : 0);
		assert_int_equal(rig->op1->verdicts[tag].verdict
				 .retry_after_sec, refuses ? 30 : 0);
		assert_state(rig, id, refuses ? STORE_FAILED : STORE_QUEUED);
	}
	rig_assert_balance(rig);
}

static void at_the_latest_after_its_time(void **state)
{
	struct rig *rig = *state;
	uint32_t tag = accept(rig, 2);
	uint64_t id = last_id(rig);

	rig_advance(rig, WAIT_MS - 1);
	assert_open(rig, tag);
	rig_advance(rig, 1);
	assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_NONE);
	assert_int_equal(rig_metric(rig, RELAY_M_ACK_UNDECIDED), 1);
	/* From then on it is as if it had been so from the beginning. */
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
	assert_int_equal(rig->cpm->verdicts[tag].count, 1);
}

/* What may have arrived is no refusal, whatever comes after it. */
static void unsure_is_accepted(void **state)
{
	struct rig *rig = *state;
	uint32_t tag = accept(rig, 2);
	uint64_t id = last_id(rig);

	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_NONE);
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
}

static void a_part_that_may_have_arrived(void **state)
{
	static const enum iwf_fate firsts[] = { IWF_FATE_SENT, IWF_FATE_UNSURE };
	struct rig *rig = *state;

	for (unsigned i = 0; i < 2; i++) {
		uint32_t tag = accept(rig, 2 + i);
		uint64_t id = last_id(rig);
		struct iwf_report report = { .fate = firsts[i], .part = 1,
					     .parts = 2 };

		fake_link_answer(rig->op1, id, &report);
		report.fate = IWF_FATE_FAILED;
		report.part = 2;
		fake_link_answer(rig->op1, id, &report);
		rig_turn(rig);
		assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_NONE);
		assert_state(rig, id, STORE_FAILED);
		assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
	}
	assert_int_equal(rig_metric(rig, RELAY_M_ACK_REFUSED), 0);
}

/* It will be tried again, but not before somebody gives up waiting. */
static void a_retry_is_not_waited_for(void **state)
{
	struct rig *rig = *state;
	uint32_t tag = accept(rig, 2);

	fake_link_fate(rig->op1, last_id(rig), IWF_FATE_QUEUED);
	rig_turn(rig);
	assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_NONE);
}

/* Throttled, it is sent as soon as the link lets it. */
static void the_links_trouble_is_waited_for(void **state)
{
	struct rig *rig = *state;
	uint32_t tag = accept(rig, 2);
	uint64_t id = last_id(rig);

	fake_link_trouble(rig->op1, id);
	rig_turn(rig);
	assert_open(rig, tag);
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_FAILED);
}

/* The window is full: it is only in the store, and nobody waits for that. */
static void outside_of_memory(void **state)
{
	struct rig *rig = *state;
	uint32_t tag = 0;

	iwf_host_room(rig->op1->host, 0);
	rig->op1->room = 0;
	for (unsigned i = 0; i <= rig->conf.window; i++)
		tag = accept(rig, 2);
	assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_NONE);
	assert_open(rig, tag - 1);
	rig_advance(rig, WAIT_MS);
	verdict_of(rig, tag - 1);
	rig->op1->answers_all = true;
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
}

static void expired_before_it_was_sent(void **state)
{
	struct rig *rig = *state;
	struct iwf_message msg = rig_message(1, 2);
	const struct iwf_accept accept = { .msg = &msg, .outcome_ms = WAIT_MS };
	uint32_t tag = rig->cpm->next_tag++;

	fake_link_down(rig->op1);
	fake_link_down(rig->op2);
	rig_turn(rig);
	msg.expires_at_ms = rig_now(rig) + 2 * SEC;
	iwf_host_accept_with(rig->cpm->host, &accept, fake_link_on_done, tag);
	rig_advance(rig, 5 * SEC);
	assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_EXPIRED);
}

/* A link's own setting. */
static void by_the_link(void **state)
{
	struct rig *rig = *state;
	struct relay_link_conf conf = { .name = IWF_STR("op1"),
		.ack = RELAY_ACK_OUTCOME, .ack_wait_ms = 3 * SEC };
	struct queue *queue = relay_link_find(rig->relay, conf.name);
	struct iwf_message msg = rig_message(3, 4);
	uint32_t tag;

	relay_link_reconfigure(queue, &conf, rig->op1);
	tag = fake_link_accept(rig->op1, &msg);
	rig_turn(rig);
	assert_int_equal(rig->op1->verdicts[tag].count, 0);
	fake_link_fate(rig->cpm, rig->cpm->jobs[0].id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_int_equal(rig->op1->verdicts[tag].verdict.fate,
			 IWF_FATE_FAILED);
	tag = fake_link_accept(rig->op1, &msg);
	rig_advance(rig, 3 * SEC);
	assert_int_equal(rig->op1->verdicts[tag].count, 1);
	conf.ack = RELAY_ACK_COMMIT;
	relay_link_reconfigure(queue, &conf, rig->op1);
	tag = fake_link_accept(rig->op1, &msg);
	rig_turn(rig);
	assert_int_equal(rig->op1->verdicts[tag].count, 1);
}

/* What is answered as failed may be sent again, and is another message. */
static void a_copy_of_what_was_refused(void **state)
{
	struct rig *rig = *state;
	uint32_t tag = accept(rig, 2);

	fake_link_fate(rig->op1, last_id(rig), IWF_FATE_FAILED);
	rig_turn(rig);
	/* Not told: the connection was gone. */
	iwf_host_untold(rig->cpm->host, verdict_of(rig, tag)->id);
	rig_turn(rig);
	tag = accept(rig, 2);
	assert_int_equal(rig->op1->job_count, 2);
	fake_link_sent(rig->op1, last_id(rig), "b");
	rig_turn(rig);
	assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_SENT);
}

/* While it is not told yet a copy cannot be judged. */
static void a_copy_of_what_waits(void **state)
{
	struct rig *rig = *state;
	const struct iwf_message msg = rig_message(1, 2);
	uint32_t tag = accept(rig, 2), copy;

	iwf_host_cut(rig->cpm->host);
	rig_turn(rig);
	copy = fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, copy), IWF_RESULT_BUSY);
	fake_link_sent(rig->op1, last_id(rig), "a");
	rig_turn(rig);
	verdict_of(rig, tag);
	copy = fake_link_accept(rig->cpm, &msg);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->cpm, copy), IWF_RESULT_DUPLICATE);
}

/* Nobody waits for what ends after the process. */
static void all_are_told_at_the_end(void **state)
{
	struct rig *rig = *state;
	uint32_t tag = accept(rig, 2), other = accept(rig, 3);

	atomic_store(&rig->relay->draining, true);
	ack_give_up_all(rig->relay);
	rig_turn(rig);
	assert_int_equal(verdict_of(rig, tag)->fate, IWF_FATE_NONE);
	assert_int_equal(verdict_of(rig, other)->fate, IWF_FATE_NONE);
	atomic_store(&rig->relay->draining, false);
}

/* The process ends without telling; nothing is left of it but the message. */
static void a_crash_while_waiting(void **state)
{
	struct rig *rig = *state;
	uint64_t id;

	accept(rig, 2);
	id = last_id(rig);
	rig_crash(rig);
	rig_links_up(rig);
	assert_state(rig, id, STORE_ATTEMPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(taken_over_is_good_news),
		RIG_TEST(a_failure_is_the_answer),
		RIG_TEST(forbidden_says_so),
		RIG_TEST(a_failure_on_its_way_to_the_disk),
		RIG_TEST(a_temporary_failure_may_be_the_answer),
		RIG_TEST(at_the_latest_after_its_time),
		RIG_TEST(unsure_is_accepted),
		RIG_TEST(a_part_that_may_have_arrived),
		RIG_TEST(a_retry_is_not_waited_for),
		RIG_TEST(the_links_trouble_is_waited_for),
		RIG_TEST(outside_of_memory),
		RIG_TEST(expired_before_it_was_sent),
		RIG_TEST(by_the_link),
		RIG_TEST(a_copy_of_what_was_refused),
		RIG_TEST(a_copy_of_what_waits),
		RIG_TEST(all_are_told_at_the_end),
		RIG_TEST(a_crash_while_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
