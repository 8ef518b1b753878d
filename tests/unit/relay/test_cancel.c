/* Deliveries that are not wanted any more. */
#include "unit/relay/rig.h"

struct told {
	unsigned count;
	struct relay_cancelled what;
};

static void on_told(void *arg, const struct relay_cancelled *what)
{
	struct told *told = arg;

	told->count++;
	told->what = *what;
}

static void check(const struct told *told, enum store_state was,
		  enum store_state is)
{
	assert_int_equal(told->count, 1);
	assert_int_equal(told->what.err, IWF_OK);
	assert_string_equal(store_state_name(told->what.was),
			    store_state_name(was));
	assert_string_equal(store_state_name(told->what.is),
			    store_state_name(is));
}

static void cancel(struct rig *rig, uint64_t id, struct told *told)
{
	*told = (struct told){ 0 };
	relay_cancel(rig->relay, id, on_told, told);
	rig_turn(rig);
}

static void what_waits_is_cancelled(void **state)
{
	struct rig *rig = *state;
	uint64_t out = rig_send(rig, 1, 2), behind = rig_send(rig, 1, 2);
	uint64_t retried = rig_send(rig, 1, 3), next = rig_send(rig, 1, 2);
	struct told told;

	fake_link_fate(rig->op1, retried, IWF_FATE_QUEUED);
	rig_turn(rig);
	rig->holds_commits = true;
	cancel(rig, behind, &told);
	assert_int_equal(told.count, 0);
	rig_commit(rig);
	rig->holds_commits = false;
	check(&told, STORE_QUEUED, STORE_CANCELLED);
	assert_state(rig, behind, STORE_CANCELLED);
	assert_int_equal(rig_attempts(rig, behind), 0);
	assert_int_equal(rig_told(rig, behind, IWF_FATE_CANCELLED), 1);
	cancel(rig, retried, &told);
	check(&told, STORE_QUEUED, STORE_CANCELLED);
	/* The lane goes on without it. */
	fake_link_sent(rig->op1, out, "a");
	rig_advance(rig, MIN);
	assert_int_equal(fake_link_count(rig->op1, behind), 0);
	assert_int_equal(fake_link_count(rig->op1, retried), 1);
	assert_int_equal(fake_link_count(rig->op1, next), 1);
	assert_int_equal(rig->op1->cancel_count, 0);
}

/* The link decides: what it had not written, it gives back as FAILED. */
static void what_a_link_has(void **state)
{
	static const struct {
		enum iwf_fate fate;
		enum store_state is;
	} rows[] = {
		{ IWF_FATE_FAILED, STORE_CANCELLED },
		{ IWF_FATE_QUEUED, STORE_CANCELLED },
		{ IWF_FATE_SENT, STORE_SENT },
		{ IWF_FATE_UNSURE, STORE_UNSURE },
	};
	struct rig *rig = *state;

	for (unsigned i = 0; i < 4; i++) {
		uint64_t id = rig_send(rig, 1, 2 + i);
		struct told told;

		cancel(rig, id, &told);
		assert_int_equal(told.count, 0);
		assert_int_equal(rig->op1->cancelled, id);
		assert_int_equal(rig->op1->cancel_count, i + 1);
		fake_link_fate(rig->op1, id, rows[i].fate);
		rig_turn(rig);
		check(&told, STORE_ATTEMPT, rows[i].is);
		assert_state(rig, id, rows[i].is);
		assert_int_equal(fake_link_count(rig->op1, id), 1);
		assert_int_equal(rig_told(rig, id, IWF_FATE_CANCELLED),
				 rows[i].is == STORE_CANCELLED);
	}
}

/* It waits for room behind others: the link never sees it. */
static void in_the_links_inbox(void **state)
{
	struct rig *rig = *state;
	struct told told;
	uint64_t id;

	rig->op1->room = 0;
	iwf_host_room(rig->op1->host, 0);
	id = rig_send(rig, 1, 2);
	assert_state(rig, id, STORE_ATTEMPT);
	cancel(rig, id, &told);
	check(&told, STORE_ATTEMPT, STORE_CANCELLED);
	assert_int_equal(rig->op1->job_count, 0);
	assert_int_equal(rig->op1->cancel_count, 0);
	fake_link_sent(rig->cpm, rig->cpm->jobs[0].id, "");
	rig_turn(rig);
	rig_assert_balance(rig);
}

/* Its ATTEMPT is being written: it is not given to the link. */
static void on_its_way_to_the_link(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	struct told told;

	fake_link_fate(rig->op1, id, IWF_FATE_QUEUED);
	rig_turn(rig);
	rig->holds_commits = true;
	rig_advance(rig, 31 * SEC);
	cancel(rig, id, &told);
	rig->holds_commits = false;
	rig_turn(rig);
	check(&told, STORE_ATTEMPT, STORE_CANCELLED);
	assert_int_equal(fake_link_count(rig->op1, id), 1);
	fake_link_sent(rig->cpm, rig->cpm->jobs[0].id, "");
	rig_turn(rig);
	rig_assert_balance(rig);
}

static void what_is_over_or_with_the_peer(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	struct told told;

	cancel(rig, 4711, &told);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.what.err, IWF_E_NOT_FOUND);
	fake_link_sent(rig->op1, id, "a");
	rig_turn(rig);
	cancel(rig, id, &told);
	check(&told, STORE_SENT, STORE_SENT);
	fake_link_receipt(rig->op1, "a", IWF_FATE_DELIVERED);
	rig_turn(rig);
	cancel(rig, id, &told);
	check(&told, STORE_DELIVERED, STORE_DELIVERED);
}

/* The peer answers late; the operator is not kept waiting. */
static void told_after_a_while(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	struct told told;

	cancel(rig, id, &told);
	rig_advance(rig, 5 * SEC);
	check(&told, STORE_ATTEMPT, STORE_ATTEMPT);
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_state(rig, id, STORE_CANCELLED);
	assert_int_equal(told.count, 1);
}

/* Its time is over while a link has it. */
static void expired_with_the_link(void **state)
{
	struct rig *rig = *state;
	struct iwf_message msg = rig_message(1, 2);
	uint64_t id;

	msg.expires_at_ms = rig_now(rig) + 10 * SEC;
	id = rig_send_message(rig, &msg);
	rig_advance(rig, 9 * SEC);
	assert_int_equal(rig->op1->cancel_count, 0);
	rig_advance(rig, 5 * SEC);
	assert_int_equal(rig->op1->cancel_count, 1);
	assert_int_equal(rig->op1->cancelled, id);
	fake_link_fate(rig->op1, id, IWF_FATE_FAILED);
	rig_turn(rig);
	assert_state(rig, id, STORE_EXPIRED);
	assert_int_equal(rig_told(rig, id, IWF_FATE_EXPIRED), 1);
	fake_link_sent(rig->cpm, rig->cpm->jobs[0].id, "");
	rig_turn(rig);
	rig_assert_balance(rig);
}

/* A peer that can be asked gives it up, or does not. */
static void what_the_peer_has(void **state)
{
	struct rig *rig = *state;
	uint64_t one = rig_send(rig, 1, 2), two = rig_send(rig, 1, 3);
	struct told told;

	rig->cpm->answers_all = true;
	rig->op1->host->adapter = &fake_query_adapter;
	fake_link_sent(rig->op1, one, "abc");
	fake_link_sent_part(rig->op1, two, 1, 2, "x1");
	fake_link_sent_part(rig->op1, two, 2, 2, "x2");
	rig_turn(rig);
	cancel(rig, one, &told);
	check(&told, STORE_SENT, STORE_CANCELLED);
	assert_state(rig, one, STORE_CANCELLED);
	assert_int_equal(rig_told(rig, one, IWF_FATE_CANCELLED), 1);
	cancel(rig, two, &told);
	assert_int_equal(rig->op1->revoke_count, 2);
	assert_int_equal(told.count, 0);
	rig_advance(rig, 6 * SEC);
	check(&told, STORE_SENT, STORE_SENT);
	assert_state(rig, two, STORE_SENT);
	rig_assert_balance(rig);
}

static void a_peer_that_is_away_is_not_asked(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);
	struct told told;

	rig->op1->host->adapter = &fake_query_adapter;
	fake_link_sent(rig->op1, id, "abc");
	fake_link_down(rig->op1);
	rig_turn(rig);
	cancel(rig, id, &told);
	check(&told, STORE_SENT, STORE_SENT);
	assert_int_equal(rig->op1->revoke_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(what_waits_is_cancelled),
		RIG_TEST(what_a_link_has),
		RIG_TEST(in_the_links_inbox),
		RIG_TEST(on_its_way_to_the_link),
		RIG_TEST(what_is_over_or_with_the_peer),
		RIG_TEST(told_after_a_while),
		RIG_TEST(expired_with_the_link),
		RIG_TEST(what_the_peer_has),
		RIG_TEST(a_peer_that_is_away_is_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
