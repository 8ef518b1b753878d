/* What time alone decides: expiry, and receipts that nobody sends. */
#include "unit/relay/rig.h"

static uint64_t send_until(struct rig *rig, unsigned to, int64_t in_ms)
{
	struct iwf_message msg = rig_message(1, to);

	msg.expires_at_ms = rig_now(rig) + in_ms;
	return rig_send_message(rig, &msg);
}

static void while_it_waits_in_the_store(void **state)
{
	struct rig *rig = *state;
	uint64_t id;

	fake_link_down(rig->op1);
	fake_link_down(rig->op2);
	rig_crash(rig);
	fake_link_up(rig->cpm, RIG_ROOM);
	rig_turn(rig);
	id = send_until(rig, 2, HOUR);
	assert_int_equal(rig->relay->active.count, 0);
	rig_jump(rig, HOUR - 10 * SEC);
	assert_state(rig, id, STORE_QUEUED);
	rig_advance(rig, 10 * SEC);
	assert_state(rig, id, STORE_EXPIRED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_EXPIRED), 1);
	assert_int_equal(rig_metric(rig, RELAY_M_EXPIRED), 1);
}

static void while_its_link_is_down(void **state)
{
	struct rig *rig = *state;
	uint64_t id, behind;

	fake_link_down(rig->op1);
	fake_link_down(rig->op2);
	rig_turn(rig);
	id = send_until(rig, 2, HOUR);
	behind = send_until(rig, 2, HOUR);
	assert_int_equal(rig->relay->active.count, 2);
	rig_jump(rig, HOUR);
	assert_state(rig, id, STORE_EXPIRED);
	assert_state(rig, behind, STORE_EXPIRED);
	rig->cpm->answers_all = true;
	fake_link_sent(rig->cpm, rig->cpm->jobs[0].id, "");
	rig_advance(rig, SEC);
	rig_assert_balance(rig);
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
	assert_int_equal(rig->op1->job_count, 0);
}

/* Throttled while enough was made ahead of it, then its link went down: the store
 * must know that it only waits. */
static void after_a_throttled_attempt(void **state)
{
	struct rig *rig = *state;
	struct relay_link_conf conf = { .name = IWF_STR("op1"),
					.order = RELAY_ORDER_NONE };
	uint64_t id;

	relay_link_add(rig->relay, &conf);
	id = send_until(rig, 2, HOUR);
	rig->op1->room = 0;
	iwf_host_room(rig->op1->host, 0);
	for (unsigned i = 0; i < 300; i++)
		rig_send(rig, 1, 2);
	fake_link_trouble(rig->op1, id);
	rig_turn(rig);
	assert_state(rig, id, STORE_ATTEMPT);
	assert_int_equal(rig->op1->job_count, 1);
	fake_link_down(rig->op1);
	fake_link_down(rig->op2);
	rig_turn(rig);
	assert_state(rig, id, STORE_QUEUED);
	rig_jump(rig, HOUR);
	assert_state(rig, id, STORE_EXPIRED);
}

static void in_a_lane(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2), id = send_until(rig, 2, HOUR);
	uint64_t next = rig_send(rig, 1, 2);

	rig_jump(rig, HOUR);
	assert_state(rig, id, STORE_EXPIRED);
	assert_state(rig, first, STORE_ATTEMPT);
	fake_link_sent(rig->op1, first, "a");
	rig_turn(rig);
	assert_int_equal(fake_link_count(rig->op1, id), 0);
	assert_int_equal(fake_link_count(rig->op1, next), 1);
}

static void between_retries(void **state)
{
	struct rig *rig = *state;
	uint64_t id = send_until(rig, 2, 40 * SEC);

	fake_link_fate(rig->op1, id, IWF_FATE_QUEUED);
	rig_advance(rig, 31 * SEC);
	fake_link_fate(rig->op1, id, IWF_FATE_QUEUED);
	rig_advance(rig, 11 * SEC);
	assert_state(rig, id, STORE_EXPIRED);
	assert_int_equal(fake_link_count(rig->op1, id), 2);
}

static void unsure(void **state)
{
	struct rig *rig = *state;
	uint64_t id = send_until(rig, 2, 100 * HOUR);

	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	fake_link_fate(rig->op1, id, IWF_FATE_UNSURE);
	rig_turn(rig);
	/* Longer than a receipt is awaited, but not yet expired. */
	rig_jump(rig, 80 * HOUR);
	assert_state(rig, id, STORE_UNSURE);
	rig_jump(rig, 20 * HOUR);
	assert_state(rig, id, STORE_EXPIRED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_EXPIRED), 1);
}

/* The job is with the link: it is its answer that ends it. */
static void not_while_the_link_has_it(void **state)
{
	struct rig *rig = *state;
	uint64_t id = send_until(rig, 2, HOUR);

	rig_jump(rig, 2 * HOUR);
	assert_state(rig, id, STORE_ATTEMPT);
	fake_link_fate(rig->op1, id, IWF_FATE_QUEUED);
	rig_advance(rig, 5 * SEC);
	assert_state(rig, id, STORE_EXPIRED);
}

static void the_default_validity(void **state)
{
	struct rig *rig = *state;
	uint64_t id;

	fake_link_down(rig->op1);
	fake_link_down(rig->op2);
	rig_turn(rig);
	id = rig_send(rig, 1, 2);
	rig_jump(rig, 48 * HOUR - 10 * SEC);
	assert_state(rig, id, STORE_QUEUED);
	rig_advance(rig, 10 * SEC);
	assert_state(rig, id, STORE_EXPIRED);
}

static void sent_without_a_receipt(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	uint32_t tag;

	fake_link_sent(rig->op1, id, "r1");
	rig_turn(rig);
	rig_jump(rig, 72 * HOUR - 10 * SEC);
	assert_state(rig, id, STORE_SENT);
	rig_advance(rig, 10 * SEC);
	assert_state(rig, id, STORE_FINISHED);
	/* Nothing is invented. */
	assert_int_equal(rig->cpm->job_count, 0);
	tag = fake_link_receipt(rig->op1, "r1", IWF_FATE_DELIVERED);
	rig_turn(rig);
	assert_int_equal(rig_result(rig->op1, tag), IWF_RESULT_UNMATCHED);
	rig_assert_balance(rig);
}

/* A receipt that is joined just before its delivery is finished for want of one:
 * a good one still counts, a bad one is late. */
static void a_receipt_at_the_last_moment(void **state)
{
	static const enum iwf_fate fates[] = { IWF_FATE_DELIVERED,
					       IWF_FATE_FAILED };
	static const enum store_state states[] = { STORE_DELIVERED,
						   STORE_FINISHED };
	static const char *const ids[] = { "r0", "r1" };
	struct rig *rig = *state;

	rig->cpm->answers_all = true;
	for (unsigned i = 0; i < 2; i++) {
		uint64_t id = rig_send(rig, 1, 2 + i);
		uint32_t tag;

		fake_link_sent(rig->op1, id, ids[i]);
		rig_turn(rig);
		rig->holds_commits = true;
		tag = fake_link_receipt(rig->op1, ids[i], fates[i]);
		rig_jump(rig, 72 * HOUR);
		rig->holds_commits = false;
		rig_turn(rig);
		assert_int_equal(rig_result(rig->op1, tag),
				 IWF_RESULT_ACCEPTED);
		assert_state(rig, id, states[i]);
		assert_int_equal(rig_told(rig, id, fates[i]), i == 0);
		rig_assert_balance(rig);
	}
	assert_int_equal(rig_metric(rig, RELAY_M_RECEIPT_LATE), 1);
}

/* Many that are unsure do not keep those that are sent from their end. */
static void behind_many_unsure(void **state)
{
	struct rig *rig = *state;
	uint64_t id;

	rig->conf.resends = 0;
	rig->relay->conf.resends = 0;
	for (unsigned i = 0; i < 300; i++)
		fake_link_fate(rig->op1, send_until(rig, 2, 200 * HOUR),
			       IWF_FATE_UNSURE);
	rig_turn(rig);
	id = rig_send(rig, 1, 3);
	fake_link_sent(rig->op1, id, "r1");
	rig_turn(rig);
	rig_jump(rig, 73 * HOUR);
	rig_advance(rig, 5 * SEC);
	assert_state(rig, id, STORE_FINISHED);
	assert_int_equal(rig_count(rig, IWF_KIND_MESSAGE, STORE_UNSURE), 300);
}

/* One that takes ten seconds may come every 200, not every minute. */
static void a_slow_recount_comes_seldom(void **state)
{
	struct rig *rig = *state;
	int64_t began_ms;

	rig_advance(rig, 2 * MIN);
	assert_in_range(iwf_loop_now_ms(rig->loop) - rig->relay->count_began_ms,
			0, MIN);
	rig->holds_answers = true;
	rig_advance(rig, MIN);
	assert_true(rig->relay->counting);
	began_ms = rig->relay->count_began_ms;
	rig_advance(rig, 10 * SEC);
	rig->holds_answers = false;
	rig_turn(rig);
	assert_false(rig->relay->counting);
	rig_advance(rig, 3 * MIN);
	assert_int_equal(rig->relay->count_began_ms, began_ms);
	rig_advance(rig, 30 * MIN);
	assert_true(rig->relay->count_began_ms > began_ms);
}

static void put_finished(struct rig *rig, uint64_t id)
{
	struct store_change put = { .verb = STORE_PUT };

	put.put.row = (struct store_delivery){
		.id = id, .message_id = id, .kind = IWF_KIND_MESSAGE,
		.state = STORE_FINISHED, .link = 1, .origin = 1,
		.accepted_at_ms = rig_now(rig), .done_at_ms = rig_now(rig),
	};
	put.put.record = IWF_STR("x");
	rig_apply(rig, &put);
}

/* Slice after slice goes, and nothing else of a tick is done more often. */
static void many_old_rows_go_in_a_hurry(void **state)
{
	struct rig *rig = *state;
	unsigned steps;

	for (unsigned i = 1; i <= 5000; i++)
		put_finished(rig, i);
	assert_int_equal(rig_count(rig, IWF_KIND_MESSAGE, STORE_FINISHED),
			 5000);
	steps = rig->relay->expire_step;
	rig_jump(rig, 21 * DAY);
	assert_int_equal(rig_count(rig, IWF_KIND_MESSAGE, STORE_FINISHED), 0);
	assert_in_range(rig->relay->expire_step - steps, 4, 6);
}

/* Its turn comes when its time is over: the next of the lane goes. */
static void an_expired_head_lets_the_lane_go_on(void **state)
{
	struct rig *rig = *state;
	uint64_t first = rig_send(rig, 1, 2);
	uint64_t expired = send_until(rig, 2, 2);
	uint64_t last = rig_send(rig, 1, 2);

	rig->cpm->answers_all = true; /* the report of it */
	rig_advance(rig, 5);
	fake_link_sent(rig->op1, first, "a");
	rig_turn(rig);
	assert_state(rig, expired, STORE_EXPIRED);
	assert_int_equal(fake_link_count(rig->op1, expired), 0);
	assert_int_equal(fake_link_count(rig->op1, last), 1);
	fake_link_sent(rig->op1, last, "b");
	rig_turn(rig);
	rig_assert_balance(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(while_it_waits_in_the_store),
		RIG_TEST(while_its_link_is_down),
		RIG_TEST(after_a_throttled_attempt),
		RIG_TEST(in_a_lane),
		RIG_TEST(between_retries),
		RIG_TEST(unsure),
		RIG_TEST(not_while_the_link_has_it),
		RIG_TEST(the_default_validity),
		RIG_TEST(sent_without_a_receipt),
		RIG_TEST(a_receipt_at_the_last_moment),
		RIG_TEST(behind_many_unsure),
		RIG_TEST(a_slow_recount_comes_seldom),
		RIG_TEST(many_old_rows_go_in_a_hurry),
		RIG_TEST(an_expired_head_lets_the_lane_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
