/* REPORTs: who is told what, where, and that it is never lost (design: Return
 * path, One commit per cause). */
#include "unit/relay/rig.h"

static void only_what_was_asked_for(void **state)
{
	static const struct {
		uint32_t want;
		enum iwf_fate fate; /* of the receipt; NONE: only sent */
		enum iwf_fate told; /* NONE: nothing */
	} rows[] = {
		{ 0, IWF_FATE_NONE, IWF_FATE_NONE },
		{ IWF_WANT_INTERWORKED, IWF_FATE_NONE, IWF_FATE_SENT },
		{ IWF_WANT_DELIVERED, IWF_FATE_NONE, IWF_FATE_NONE },
		{ IWF_WANT_DELIVERED, IWF_FATE_DELIVERED, IWF_FATE_DELIVERED },
		{ IWF_WANT_DELIVERED, IWF_FATE_FAILED, IWF_FATE_NONE },
		{ IWF_WANT_FAILED, IWF_FATE_FAILED, IWF_FATE_FAILED },
		{ IWF_WANT_FAILED, IWF_FATE_DELIVERED, IWF_FATE_NONE },
		{ IWF_WANT_DISPLAYED, IWF_FATE_DELIVERED, IWF_FATE_NONE },
		{ IWF_WANT_DISPLAYED, IWF_FATE_DISPLAYED, IWF_FATE_DISPLAYED },
		{ IWF_WANT_PROCESSED, IWF_FATE_NONE, IWF_FATE_NONE },
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_message msg = rig_message(1, 2);
		unsigned before = rig->cpm->job_count;
		char remote[8] = { 'r', (char)('a' + i), 0 };
		uint64_t id;

		msg.want = rows[i].want;
		id = rig_send_message(rig, &msg);
		fake_link_sent(rig->op1, id, remote);
		rig_turn(rig);
		if (rows[i].fate)
			fake_link_receipt(rig->op1, remote, rows[i].fate);
		rig_turn(rig);
		assert_int_equal(rig->cpm->job_count - before,
				 rows[i].told != IWF_FATE_NONE);
		if (rows[i].told)
			assert_int_equal(rig_told(rig, id, rows[i].told), 1);
		if (rig->cpm->job_count > before)
			fake_link_sent(rig->cpm,
				       rig->cpm->jobs[before].id, "");
		rig_turn(rig);
	}
}

static void what_a_report_carries(void **state)
{
	struct rig *rig = *state;
	struct iwf_message msg = rig_message(1, 2);
	const struct iwf_message *report;
	uint64_t id;

	msg.want = IWF_WANT_INTERWORKED | IWF_WANT_FAILED;
	msg.peer_id = IWF_STR("imdn-1");
	msg.conversation_id = IWF_STR("conv");
	msg.contribution_id = IWF_STR("contrib");
	msg.account = IWF_STR("account");
	id = rig_send_message(rig, &msg);
	fake_link_sent(rig->op1, id, "r1");
	rig_turn(rig);
	assert_int_equal(rig->cpm->job_count, 1);
	report = rig->cpm->jobs[0].msg;
	assert_int_equal(report->kind, IWF_KIND_REPORT);
	assert_true(report->interworked);
	assert_int_equal(report->about, id);
	assert_true(iwf_address_eq(&report->to, &msg.from));
	assert_true(iwf_address_eq(&report->from, &msg.to));
	assert_true(iwf_str_eq(report->peer_id, msg.peer_id));
	assert_true(iwf_str_eq(report->conversation_id, msg.conversation_id));
	assert_true(iwf_str_eq(report->account, msg.account));
	fake_link_sent(rig->cpm, report->id, "");
	fake_link_receipt(rig->op1, "r1", IWF_FATE_FAILED);
	rig_turn(rig);
	assert_int_equal(rig->cpm->job_count, 2);
	report = rig->cpm->jobs[1].msg;
	assert_false(report->interworked);
	assert_int_equal(report->code, 8);
}

/* Not through the rules, which would send it to op1. */
static void only_to_its_origin(void **state)
{
	const struct iwf_str op1 = IWF_STR("op1");
	const struct route_conf rule = { .via = { &op1, 1 } };
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	rig_set_routes(rig, &rule, 1);
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_int_equal(rig->op1->job_count, 1);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
}

/* A REPORT that cannot be delivered is retried, fails or expires, and nobody is
 * told of that. */
static void never_about_a_report(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2), report;

	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	report = rig->cpm->jobs[0].id;
	fake_link_fate(rig->cpm, report, IWF_FATE_QUEUED);
	rig_advance(rig, 31 * SEC);
	assert_int_equal(fake_link_count(rig->cpm, report), 2);
	fake_link_fate(rig->cpm, report, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_state(rig, report, STORE_FAILED);
	assert_int_equal(rig->cpm->job_count, 2);
	assert_int_equal(rig_metric(rig, RELAY_M_REPORTS), 1);
}

static void durable_with_its_cause(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	rig->holds_commits = true;
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_int_equal(rig->cpm->job_count, 0);
	assert_int_equal(rig_count(rig, IWF_KIND_REPORT, STORE_ATTEMPT), 0);
	rig_commit(rig);
	/* One commit: the fate, and the REPORT with its ATTEMPT. */
	assert_state(rig, id, STORE_FAILED);
	assert_int_equal(rig_count(rig, IWF_KIND_REPORT, STORE_ATTEMPT), 1);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
	rig->holds_commits = false;
}

static void waits_for_its_link(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2), more[3];

	for (unsigned i = 0; i < 3; i++)
		more[i] = rig_send(rig, 1, 3 + i);
	fake_link_down(rig->cpm);
	rig_turn(rig);
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_state(rig, id, STORE_FAILED);
	assert_int_equal(rig_count(rig, IWF_KIND_REPORT, STORE_QUEUED), 1);
	rig_crash(rig);
	fake_link_up(rig->cpm, RIG_ROOM);
	rig_turn(rig);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 1);
	assert_state(rig, more[0], STORE_QUEUED);
}

/* REPORTs that go to the store only are put by their causes' changes, which do
 * not end in the order in which the REPORTs were made. */
static void outside_and_out_of_order(void **state)
{
	struct rig *rig = *state;
	uint64_t first, second;
	const struct iwf_report sent = { .fate = IWF_FATE_SENT, .part = 1,
					 .parts = 2 };
	const struct iwf_report failed = { .fate = IWF_FATE_FAILED, .part = 2,
					   .parts = 2 };

	rig_crash(rig); /* with cpm down everything for it waits in the store */
	fake_link_up(rig->op1, RIG_ROOM);
	fake_link_up(rig->cpm, RIG_ROOM);
	rig_turn(rig);
	first = rig_send(rig, 1, 2);
	second = rig_send(rig, 1, 3);
	rig_crash(rig);
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
	rig->holds_commits = true;
	/* The first one's REPORT has to wait for a change under way. */
	fake_link_answer(rig->op1, first, &sent);
	rig_turn(rig);
	fake_link_answer(rig->op1, first, &failed);
	rig_turn(rig);
	fake_link_fate(rig->op1, second, IWF_FATE_FAILED);
	rig_turn(rig);
	rig->holds_commits = false;
	rig_turn(rig);
	assert_state(rig, first, STORE_FAILED);
	assert_state(rig, second, STORE_FAILED);
	rig->cpm->answers_all = true;
	fake_link_up(rig->cpm, RIG_ROOM);
	rig_turn(rig);
	assert_int_equal(rig_told(rig, first, IWF_FATE_FAILED), 1);
	assert_int_equal(rig_told(rig, second, IWF_FATE_FAILED), 1);
	rig_assert_balance(rig);
}

/* The fate was told in the store already: its REPORT is not made again, and what
 * waits behind it goes on. */
static void a_fate_the_store_refuses(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2), other = rig_send(rig, 1, 3);
	struct store_change meddle = { .verb = STORE_UPDATE };

	assert_true(rig_row(rig, id, &meddle.update.row));
	meddle.update.row.state = STORE_CANCELLED;
	rig_apply(rig, &meddle);
	rig->cpm->answers_all = true;
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	fake_link_fate(rig->op1, other, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 0);
	assert_int_equal(rig_told(rig, other, IWF_FATE_FAILED), 1);
	rig_assert_balance(rig);
}

/* The row was purged meanwhile: the change is given up, not tried for ever. */
static void a_row_that_is_gone(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2), other = rig_send(rig, 1, 3);
	struct store_change end = { .verb = STORE_UPDATE };
	struct store_change sweep = { .verb = STORE_SWEEP,
				      .sweep = { .max_rows = 1000 } };

	assert_true(rig_row(rig, id, &end.update.row));
	end.update.row.state = STORE_CANCELLED;
	rig_apply(rig, &end);
	sweep.sweep.keep_before_ms = rig_now(rig) + 1;
	rig_apply(rig, &sweep);
	assert_int_equal(rig_state(rig, id), 0);
	rig->cpm->answers_all = true;
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	fake_link_fate(rig->op1, other, IWF_FATE_FAILED);
	rig_advance(rig, SEC);
	assert_int_equal(rig_metric(rig, RELAY_M_SAVE_RETRIES), 0);
	assert_int_equal(rig_told(rig, id, IWF_FATE_FAILED), 0);
	assert_int_equal(rig_told(rig, other, IWF_FATE_FAILED), 1);
	rig_assert_balance(rig);
}

static int64_t told_at(struct rig *rig, uint64_t id)
{
	struct store_delivery row = { 0 };

	assert_true(rig_row(rig, id, &row));
	return row.told_at_ms;
}

/* When the sender's side has taken the REPORT, not when it was made; the row
 * of the delivery may be anywhere meanwhile. */
static void taken_is_noted_on_the_delivery(void **state)
{
	struct rig *rig = *state;
	struct iwf_message msg = rig_message(1, 2);
	int64_t first_ms;
	uint64_t id;

	msg.want = IWF_WANT_INTERWORKED | IWF_WANT_DELIVERED;
	id = rig_send_message(rig, &msg);
	fake_link_sent(rig->op1, id, "r1");
	rig_turn(rig);
	fake_link_fate(rig->cpm, rig->cpm->jobs[0].id, IWF_FATE_QUEUED);
	rig_advance(rig, SEC);
	assert_int_equal(told_at(rig, id), 0);
	rig_advance(rig, 31 * SEC);
	fake_link_sent(rig->cpm, rig->cpm->jobs[0].id, "");
	first_ms = rig_now(rig);
	rig_turn(rig);
	assert_int_equal(told_at(rig, id), first_ms);
	rig_advance(rig, SEC);
	fake_link_receipt(rig->op1, "r1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_state(rig, id, STORE_DELIVERED);
	assert_int_equal(told_at(rig, id), first_ms);
	fake_link_sent(rig->cpm, rig->cpm->jobs[2].id, "");
	rig_turn(rig);
	assert_int_equal(told_at(rig, id), first_ms + SEC);
	rig_assert_balance(rig);
}

/* A REPORT that its side refuses tells nobody. */
static void refused_is_not_taken(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	fake_link_fate(rig->cpm, rig->cpm->jobs[0].id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_state(rig, rig->cpm->jobs[0].id, STORE_FAILED);
	assert_int_equal(told_at(rig, id), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(only_what_was_asked_for),
		RIG_TEST(what_a_report_carries),
		RIG_TEST(only_to_its_origin),
		RIG_TEST(never_about_a_report),
		RIG_TEST(durable_with_its_cause),
		RIG_TEST(waits_for_its_link),
		RIG_TEST(outside_and_out_of_order),
		RIG_TEST(a_fate_the_store_refuses),
		RIG_TEST(a_row_that_is_gone),
		RIG_TEST(taken_is_noted_on_the_delivery),
		RIG_TEST(refused_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
