/* Fates: what an answer makes of a delivery (design: Attempt, Unsure, One
 * commit per cause). */
#include "unit/relay/rig.h"

static void unsure_is_resent_once_and_counted(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	struct store_delivery row = { 0 };

	assert_false(fake_link_find(rig->op1, id)->job.again);
	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, id), 2);
	assert_true(fake_link_find(rig->op1, id)->job.again);
	assert_int_equal(rig_metric(rig, RELAY_M_POSSIBLE_DUPLICATE), 1);
	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, id), 2);
	assert_int_equal(rig_metric(rig, RELAY_M_POSSIBLE_DUPLICATE), 1);
	assert_state(rig, id, STORE_UNSURE);
	assert_true(rig_row(rig, id, &row));
	assert_int_equal(row.resends, 1);
	rig_assert_balance(rig);
}

static void unsure_frees_its_lane(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2), next = rig_send(rig, 1, 2);

	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, next), 0);
	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, next), 1);
}

static void sent_waits_or_is_finished(void **state)
{
	static const struct {
		uint32_t want;
		enum store_state state;
	} rows[] = {
		{ 0, STORE_FINISHED },
		{ IWF_WANT_INTERWORKED, STORE_FINISHED },
		{ IWF_WANT_DELIVERED, STORE_SENT },
		{ IWF_WANT_FAILED, STORE_SENT },
		{ IWF_WANT_DISPLAYED, STORE_SENT },
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_message msg = rig_message(1, 2);
		uint64_t id;

		msg.want = rows[i].want;
		id = rig_send_message(rig, &msg);
		fake_link_sent(rig->op1, id, "a");
		rig_turn(rig);
		assert_state(rig, id, rows[i].state);
	}
}

static void failed_ends_at_once(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_state(rig, id, STORE_FAILED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
	assert_int_equal(rig_metric(rig, RELAY_M_FAILED), 1);
}

/* The worst of the parts decides. */
static void parts_of_one_job(void **state)
{
	static const struct {
		enum iwf_fate second;
		enum store_state state;
		unsigned jobs;
	} rows[] = {
		{ IWF_FATE_SENT, STORE_SENT, 1 },
		{ IWF_FATE_FAILED, STORE_FAILED, 1 },
		{ IWF_FATE_QUEUED, STORE_QUEUED, 1 },
		{ IWF_FATE_UNSURE, STORE_ATTEMPT, 2 },
	};
	struct rig *rig = *state;

	for (unsigned i = 0; i < 4; i++) {
		uint64_t id = rig_send(rig, 1, 2 + i);
		const struct iwf_report second = { .fate = rows[i].second,
						   .part = 2, .parts = 3 };

		fake_link_sent_part(rig->op1, id, 1, 3, "a");
		fake_link_answer(rig->op1, id, &second);
		rig_turn(rig);
		assert_state(rig, id, STORE_ATTEMPT);
		fake_link_sent_part(rig->op1, id, 3, 3, "c");
		rig_turn(rig);
		assert_state(rig, id, rows[i].state);
		assert_int_equal(fake_link_count(rig->op1, id), rows[i].jobs);
	}
}

/* Only what is missing goes again, as it was cut. */
static void a_retry_carries_what_is_done(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	struct iwf_report report = { .fate = IWF_FATE_QUEUED, .part = 2,
				     .parts = 2, .coding = 7 };
	const struct fake_job *job;

	fake_link_answer(rig->op1, id, &report);
	report.fate = IWF_FATE_SENT;
	report.part = 1;
	fake_link_answer(rig->op1, id, &report);
	rig_advance(rig, 31 * SEC);
	job = fake_link_find(rig->op1, id);
	assert_int_equal(job->job.attempt, 2);
	assert_int_equal(job->job.parts, 2);
	assert_int_equal(job->job.coding, 7);
	assert_true(iwf_job_is_done(&job->job, 1));
	assert_false(iwf_job_is_done(&job->job, 2));
	report.part = 2;
	fake_link_answer(rig->op1, id, &report);
	rig_turn(rig);
	assert_state(rig, id, STORE_SENT);
	rig_assert_balance(rig);
}

static void cut_in_another_way(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	struct iwf_report report = { .fate = IWF_FATE_SENT, .part = 1,
				     .parts = 2, .coding = 0 };

	fake_link_answer(rig->op1, id, &report);
	report.fate = IWF_FATE_QUEUED;
	report.part = 2;
	fake_link_answer(rig->op1, id, &report);
	rig_advance(rig, 31 * SEC);
	report = (struct iwf_report){ .fate = IWF_FATE_SENT, .parts = 3,
				      .coding = 8 };
	for (report.part = 1; report.part <= 3; report.part++) {
		assert_state(rig, id, STORE_ATTEMPT);
		fake_link_answer(rig->op1, id, &report);
		rig_turn(rig);
	}
	assert_state(rig, id, STORE_SENT);
	assert_int_equal(rig_metric(rig, RELAY_M_RECUT), 1);
	rig_assert_balance(rig);
}

/* A failed commit of an outcome is written again until it is. */
static void a_failed_commit_loses_nothing(void **state)
{
	static const enum iwf_fate fates[] = {
		IWF_FATE_SENT, IWF_FATE_FAILED, IWF_FATE_UNSURE,
	};
	static const enum store_state states[] = {
		STORE_SENT, STORE_FAILED, STORE_ATTEMPT,
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < 3; i++) {
		uint64_t id = rig_send(rig, 1, 2 + (unsigned)i);

		rig->fails_commits = true;
		if (fates[i] == IWF_FATE_SENT)
			fake_link_sent(rig->op1, id, "a");
		else
			fake_link_fate(rig->op1, id, fates[i]);
		rig_advance(rig, 10 * SEC);
		assert_state(rig, id, STORE_ATTEMPT);
		assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 0);
		assert_int_equal(fake_link_count(rig->op1, id), 1);
		rig->fails_commits = false;
		rig_advance(rig, 2 * SEC);
		assert_state(rig, id, states[i]);
		assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), i == 1);
	}
	assert_true(rig_metric(rig, RELAY_M_SAVE_RETRIES) > 0);
}

/* A retry whose due time passes while it cannot be written is not lost. */
static void a_retry_that_is_written_late(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2), other;

	rig->fails_commits = true;
	fake_link_fate(rig->op1, id, IWF_FATE_QUEUED);
	rig_advance(rig, 40 * SEC);
	rig->fails_commits = false;
	rig_advance(rig, 2 * SEC);
	assert_int_equal(fake_link_count(rig->op1, id), 2);
	other = rig_send(rig, 1, 5);
	assert_int_equal(fake_link_count(rig->op1, other), 1);
}

/* The final fate comes by a receipt of the first attempt, in each place where
 * the second may be. */
static void final_while_resent(void **state)
{
	struct rig *rig = *state;

	rig->cpm->answers_all = true;
	for (unsigned place = 0; place < 3; place++) {
		uint64_t id = rig_send(rig, 1, 2 + place);
		const struct iwf_report unsure = { .fate = IWF_FATE_UNSURE,
						   .part = 2, .parts = 2 };
		uint64_t next = rig_send(rig, 1, 2 + place);

		fake_link_sent_part(rig->op1, id, 1, 2, "x1");
		rig_turn(rig);
		rig->holds_commits = place == 0;
		fake_link_answer(rig->op1, id, &unsure);
		rig_turn(rig);
		if (place == 2)
			fake_link_sent_part(rig->op1, id, 2, 2, "x2");
		fake_link_receipt(rig->op1, "x1", IWF_FATE_FAILED);
		rig_turn(rig);
		for (int i = 0; i < 4; i++)
			rig_commit(rig);
		rig->holds_commits = false;
		if (place < 2 && fake_link_count(rig->op1, id) == 2)
			fake_link_sent_part(rig->op1, id, 2, 2, "x2");
		rig_turn(rig);
		assert_state(rig, id, STORE_FAILED);
		assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
		assert_int_equal(fake_link_count(rig->op1, next), 1);
		fake_link_fate(rig->op1, next, IWF_FATE_FAILED);
		rig_turn(rig);
		rig_assert_balance(rig);
	}
}

/* The receipt is joined while the change before the ATTEMPT is still under way,
 * so that no change ever says ATTEMPT: the lane must go on all the same. */
static void final_before_the_attempt_is_written(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2), next = rig_send(rig, 1, 2);
	const struct iwf_report unsure = { .fate = IWF_FATE_UNSURE, .part = 2,
					   .parts = 2 };

	fake_link_sent_part(rig->op1, id, 1, 2, "x1");
	rig_turn(rig);
	rig->holds_commits = true;
	/* In one batch: the receipt's join, then QUEUED; ATTEMPT follows. */
	fake_link_receipt(rig->op1, "x1", IWF_FATE_FAILED);
	fake_link_answer(rig->op1, id, &unsure);
	rig_turn(rig);
	rig->holds_commits = false;
	rig_turn(rig);
	assert_state(rig, id, STORE_FAILED);
	if (fake_link_count(rig->op1, id) == 2)
		fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, next), 1);
	fake_link_sent(rig->op1, next, "n");
	fake_link_sent(rig->cpm, rig->cpm->jobs[0].id, "");
	rig_turn(rig);
	rig_assert_balance(rig);
}

/* The late answer of one of them does not end the attempt that is out. */
static void a_late_answer_while_parts_are_resent(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	struct iwf_report report = { .fate = IWF_FATE_UNSURE, .parts = 3 };

	fake_link_sent_part(rig->op1, id, 1, 3, "x1");
	for (report.part = 2; report.part <= 3; report.part++)
		fake_link_answer(rig->op1, id, &report);
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, id), 2);
	report = (struct iwf_report){
		.fate = IWF_FATE_SENT, .part = 2, .parts = 3, .late_job = id,
		.remote_ids = { IWF_STR("x2") }, .remote_count = 1,
	};
	iwf_host_report_remote(rig->op1->host, &report, NULL, 0);
	rig_turn(rig);
	fake_link_sent_part(rig->op1, id, 2, 3, "y2");
	rig_turn(rig);
	assert_state(rig, id, STORE_ATTEMPT);
	fake_link_sent_part(rig->op1, id, 3, 3, "y3");
	rig_turn(rig);
	assert_state(rig, id, STORE_SENT);
	fake_link_receipt(rig->op1, "x1", IWF_FATE_DELIVERED);
	fake_link_receipt(rig->op1, "x2", IWF_FATE_DELIVERED);
	fake_link_receipt(rig->op1, "y3", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_state(rig, id, STORE_DELIVERED);
	fake_link_sent(rig->cpm, rig->cpm->jobs[0].id, "");
	rig_turn(rig);
	rig_assert_balance(rig);
}

static uint64_t queried(struct rig *rig, unsigned to)
{
	unsigned count = rig->op1->query_count;
	uint64_t id = rig_send(rig, 1, to);

	rig->op1->host->adapter = &fake_query_adapter;
	rig->op1->host->queue->unsure = RELAY_UNSURE_QUERY;
	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_int_equal(rig->op1->query_count, count + 1);
	assert_int_equal(rig->op1->queried, id);
	assert_int_equal(fake_link_count(rig->op1, id), 1);
	return id;
}

/* Before it is sent again the peer is asked; what it knows is the answer. */
static void the_peer_is_asked_first(void **state)
{
	static const struct {
		enum iwf_fate fate;
		enum store_state state;
		unsigned jobs, resends;
	} rows[] = {
		{ IWF_FATE_SENT, STORE_SENT, 1, 0 },
		{ IWF_FATE_DELIVERED, STORE_DELIVERED, 1, 0 },
		{ IWF_FATE_FAILED, STORE_FAILED, 1, 0 },
		{ IWF_FATE_QUEUED, STORE_ATTEMPT, 2, 1 },
		{ IWF_FATE_UNSURE, STORE_ATTEMPT, 2, 1 },
	};
	struct rig *rig = *state;
	int64_t copies = 0;

	rig->cpm->answers_all = true;
	for (unsigned i = 0; i < 5; i++) {
		uint64_t id = queried(rig, 2 + i);
		const struct iwf_report report = { .fate = rows[i].fate };
		struct store_delivery row = { 0 };

		assert_int_equal(rig_metric(rig, RELAY_M_POSSIBLE_DUPLICATE),
				 copies);
		fake_link_answer(rig->op1, id, &report);
		rig_turn(rig);
		assert_state(rig, id, rows[i].state);
		assert_int_equal(fake_link_count(rig->op1, id), rows[i].jobs);
		assert_true(rig_row(rig, id, &row));
		assert_int_equal(row.resends, rows[i].resends);
		copies += rows[i].resends;
		assert_int_equal(rig_metric(rig, RELAY_M_POSSIBLE_DUPLICATE),
				 copies);
		if (rows[i].jobs == 2)
			fake_link_sent(rig->op1, id, "copy");
		rig_turn(rig);
	}
	rig_assert_balance(rig);
}

/* Its link is down again before it could ask: it asks when it is up. */
static void asked_when_the_link_is_back(void **state)
{
	struct rig *rig = *state;
	uint64_t id = queried(rig, 2);

	fake_link_trouble(rig->op1, id);
	iwf_host_room(rig->op1->host, 0);
	fake_link_down(rig->op1);
	rig_turn(rig);
	fake_link_up(rig->op1, RIG_ROOM);
	rig_advance(rig, SEC);
	assert_int_equal(rig->op1->query_count, 2);
	assert_int_equal(fake_link_count(rig->op1, id), 1);
}

/* Its ops end before query. */
static void an_older_adapter_is_not_asked(void **state)
{
	struct rig *rig = *state;
	struct iwf_adapter older = fake_query_adapter;
	uint64_t id = rig_send(rig, 1, 2);

	older.abi = 1;
	rig->op1->host->adapter = &older;
	rig->op1->host->queue->unsure = RELAY_UNSURE_QUERY;
	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	assert_int_equal(rig->op1->query_count, 0);
	assert_int_equal(fake_link_count(rig->op1, id), 2);
	rig->op1->host->adapter = &fake_adapter;
}

/* What a link does with it when nobody answered. */
static void each_policy_for_what_is_unsure(void **state)
{
	static const struct {
		enum relay_unsure unsure;
		enum store_state is;
		unsigned jobs;
		int64_t doubles;
	} rows[] = {
		{ RELAY_UNSURE_RESEND, STORE_ATTEMPT, 2, 1 },
		{ RELAY_UNSURE_QUERY, STORE_ATTEMPT, 2, 1 }, /* nobody to ask */
		{ RELAY_UNSURE_HOLD, STORE_UNSURE, 1, 0 },
		{ RELAY_UNSURE_FAIL, STORE_FAILED, 1, 0 },
	};
	struct rig *rig = *state;

	rig->cpm->answers_all = true;
	for (unsigned i = 0; i < 4; i++) {
		int64_t before = rig_metric(rig, RELAY_M_POSSIBLE_DUPLICATE);
		uint64_t id = rig_send(rig, 1, 2 + i);

		rig->op1->host->queue->unsure = rows[i].unsure;
		fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
		rig_turn(rig);
		assert_state(rig, id, rows[i].is);
		assert_int_equal(fake_link_count(rig->op1, id), rows[i].jobs);
		assert_int_equal(rig_metric(rig, RELAY_M_POSSIBLE_DUPLICATE) -
				 before, rows[i].doubles);
		assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED),
				 rows[i].is == STORE_FAILED);
		if (rows[i].is == STORE_ATTEMPT)
			fake_link_sent(rig->op1, id, "copy");
		rig_turn(rig);
	}
	rig_assert_balance(rig);
}

static void each_policy_after_a_crash(void **state)
{
	static const struct {
		enum relay_unsure unsure;
		enum store_state is;
	} rows[] = {
		{ RELAY_UNSURE_RESEND, STORE_QUEUED },
		{ RELAY_UNSURE_HOLD, STORE_UNSURE },
		{ RELAY_UNSURE_FAIL, STORE_FAILED },
	};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		void *own;
		struct rig *rig;
		uint64_t id;

		assert_int_equal(rig_setup(&own), 0);
		rig = own;
		id = rig_send(rig, 1, 2);
		assert_state(rig, id, STORE_ATTEMPT);
		rig->unsure = rows[i].unsure;
		rig_crash(rig);
		assert_state(rig, id, rows[i].is);
		rig_teardown(&own);
	}
}

/* Jobs that the link never saw come back as the link's trouble. */
static void a_link_that_dies_with_jobs_in_its_inbox(void **state)
{
	struct rig *rig = *state;
	uint64_t first, second;

	rig->op1->room = 0;
	iwf_host_room(rig->op1->host, 0);
	rig_turn(rig);
	first = rig_send(rig, 1, 2);
	second = rig_send(rig, 1, 3);
	assert_state(rig, first, STORE_ATTEMPT);
	assert_int_equal(rig->op1->job_count, 0);
	fake_link_down(rig->op1);
	fake_link_down(rig->op2);
	rig_turn(rig);
	assert_state(rig, first, STORE_QUEUED);
	assert_int_equal(rig_attempts(rig, second), 0);
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
	assert_int_equal(fake_link_find(rig->op1, first)->job.attempt, 1);
	assert_int_equal(fake_link_count(rig->op1, second), 1);
	fake_link_sent(rig->op1, first, "a");
	fake_link_sent(rig->op1, second, "b");
	rig_turn(rig);
	rig_assert_balance(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(unsure_is_resent_once_and_counted),
		RIG_TEST(unsure_frees_its_lane),
		RIG_TEST(sent_waits_or_is_finished),
		RIG_TEST(failed_ends_at_once),
		RIG_TEST(parts_of_one_job),
		RIG_TEST(a_retry_carries_what_is_done),
		RIG_TEST(cut_in_another_way),
		RIG_TEST(a_failed_commit_loses_nothing),
		RIG_TEST(a_retry_that_is_written_late),
		RIG_TEST(final_while_resent),
		RIG_TEST(final_before_the_attempt_is_written),
		RIG_TEST(a_late_answer_while_parts_are_resent),
		RIG_TEST(the_peer_is_asked_first),
		RIG_TEST(asked_when_the_link_is_back),
		RIG_TEST(an_older_adapter_is_not_asked),
		RIG_TEST(each_policy_for_what_is_unsure),
		cmocka_unit_test(each_policy_after_a_crash),
		RIG_TEST(a_link_that_dies_with_jobs_in_its_inbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
