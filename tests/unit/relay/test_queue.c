/* The window between the store and memory: bounded, in order, nothing lost. */
#include "unit/relay/rig.h"

#include "support/fake_loop.h"

#define MANY 10000u

static void all_down(struct rig *rig)
{
	fake_link_down(rig->op1);
	fake_link_down(rig->op2);
	rig_turn(rig);
}

static struct queue *queue_of(struct rig *rig, const char *name)
{
	return queue_find(rig->relay, iwf_str_from(name));
}

static void memory_is_bounded(void **state)
{
	struct rig *rig = *state;
	unsigned per_lane[10] = { 0 };

	all_down(rig);
	for (unsigned i = 0; i < MANY; i++) {
		rig_send(rig, 0, 1 + i % 9);
		assert_in_range(rig->relay->active.count, 0,
				rig->conf.window + 1);
	}
	assert_int_equal(rig->op1->job_count, 0);
	rig->op1->answers_all = true;
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
	rig_advance(rig, SEC);
	assert_int_equal(rig->op1->job_count, MANY);
	/* Ids grow with time: so they must in each lane. */
	for (unsigned to = 1; to < 10; to++) {
		const struct iwf_address address = rig_address(to);
		uint64_t last = 0;

		for (unsigned i = 0; i < MANY; i++) {
			const struct fake_job *job = &rig->op1->jobs[i];

			if (!iwf_address_eq(&job->msg->to, &address))
				continue;
			assert_true(job->id > last);
			last = job->id;
			per_lane[to]++;
		}
		assert_true(per_lane[to] >= MANY / 9);
	}
	rig_assert_balance(rig);
}

#define LARGE_LEN (1u << 20)
#define LARGE_COUNT 80u

static void send_large(struct rig *rig)
{
	char *body = iwf_alloc(LARGE_LEN);
	struct iwf_message msg = rig_message(0, 1);

	memset(body, 'x', LARGE_LEN);
	msg.body = iwf_str_make(body, LARGE_LEN);
	for (unsigned i = 0; i < LARGE_COUNT; i++) {
		msg.to = rig_address(1 + i % 9);
		assert_true(rig_send_message(rig, &msg));
	}
	free(body);
}

/* By octets too: what one page of the store or the queue holds is far below
 * what so many messages may be long. */
static void memory_is_bounded_with_large_bodies(void **state)
{
	struct rig *rig = *state;
	const struct queue *queue;

	rig->conf.message_max_len = 2 * LARGE_LEN;
	rig_crash(rig);
	fake_link_up(rig->cpm, RIG_ROOM);
	send_large(rig);
	rig_crash(rig);
	rig->read_max_len = 0;
	rig_links_up(rig);
	queue = queue_of(rig, "op1");
	assert_in_range(queue->in_memory_len, 56 << 20, 64 << 20);
	for (unsigned i = 0; i < rig->op1->job_count; i++) {
		fake_link_sent(rig->op1, rig->op1->jobs[i].id, "r");
		rig_turn(rig);
		assert_in_range(queue->in_memory_len, 0, 64 << 20);
	}
	assert_int_equal(rig->op1->job_count, LARGE_COUNT);
	assert_int_equal(queue->in_memory_len, 0);
	assert_in_range(rig->read_max_len, 8 << 20, 10 << 20);
	rig_assert_balance(rig);
}

static void what_is_too_large_for_memory_waits(void **state)
{
	struct rig *rig = *state;

	rig->conf.message_max_len = 2 * LARGE_LEN;
	rig_crash(rig);
	rig_links_up(rig);
	send_large(rig);
	assert_in_range(queue_of(rig, "op1")->in_memory_len, 63 << 20,
			64 << 20);
	assert_true(rig->op1->job_count < LARGE_COUNT);
	for (unsigned i = 0; i < rig->op1->job_count; i++) {
		fake_link_sent(rig->op1, rig->op1->jobs[i].id, "r");
		rig_turn(rig);
	}
	rig->op1->answers_all = true;
	rig_advance(rig, SEC);
	for (unsigned i = 0; i < rig->op1->job_count; i++)
		assert_int_equal(rig_state(rig, rig->op1->jobs[i].id),
				 STORE_SENT);
	assert_int_equal(rig->op1->job_count, LARGE_COUNT);
	assert_int_equal(queue_of(rig, "op1")->in_memory_len, 0);
}

static void nothing_is_in_memory_before_the_link_was_up(void **state)
{
	struct rig *rig = *state;

	rig_crash(rig);
	fake_link_up(rig->cpm, RIG_ROOM);
	rig_turn(rig);
	for (unsigned i = 0; i < 100; i++)
		rig_send(rig, 1, 2);
	assert_int_equal(rig->relay->active.count, 0);
	rig->op1->answers_all = true;
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
	assert_int_equal(rig->op1->job_count, 100);
	rig_assert_balance(rig);
}

/* While some of a lane wait in the store, new ones go behind them. */
static void new_ones_go_behind(void **state)
{
	struct rig *rig = *state;
	uint64_t ids[20];

	rig_crash(rig);
	fake_link_up(rig->cpm, RIG_ROOM);
	rig_turn(rig);
	for (unsigned i = 0; i < 10; i++)
		ids[i] = rig_send(rig, 1, 2);
	rig->holds_answers = true;
	fake_link_up(rig->op1, RIG_ROOM);
	rig_turn(rig);
	for (unsigned i = 10; i < 20; i++)
		ids[i] = rig_send(rig, 1, 2);
	assert_int_equal(rig->op1->job_count, 0);
	rig->op1->answers_all = true;
	rig->holds_answers = false;
	rig_advance(rig, SEC);
	assert_int_equal(rig->op1->job_count, 20);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(rig->op1->jobs[i].id, ids[i]);
	rig_assert_balance(rig);
}

/* Accepted in the very millisecond up to which was read. */
static void in_the_millisecond_of_a_load(void **state)
{
	struct rig *rig = *state;
	uint64_t first, second;

	rig_crash(rig);
	fake_link_up(rig->cpm, RIG_ROOM);
	fake_link_up(rig->op1, RIG_ROOM);
	rig->op1->answers_all = true;
	rig_turn(rig);
	queue_of(rig, "op1")->behind = true;
	first = rig_send(rig, 1, 2);
	queue_of(rig, "op1")->behind = true;
	second = rig_send(rig, 1, 2);
	rig_advance(rig, 50);
	assert_int_equal(fake_link_count(rig->op1, first), 1);
	assert_int_equal(fake_link_count(rig->op1, second), 1);
}

/* The wall clock goes back an hour: nothing waits for it to come again. */
static void the_clock_goes_back(void **state)
{
	struct rig *rig = *state;
	uint64_t before, after, retried;

	rig->op1->answers_all = true;
	before = rig_send(rig, 1, 2);
	rig_advance(rig, SEC);
	fake_loop_set_wall(rig->loop, rig_now(rig) - HOUR);
	after = rig_send(rig, 1, 2);
	assert_int_equal(fake_link_count(rig->op1, before), 1);
	assert_int_equal(fake_link_count(rig->op1, after), 1);
	rig->op1->answers_all = false;
	retried = rig_send(rig, 1, 3);
	fake_link_fate(rig->op1, retried, IWF_FATE_QUEUED);
	rig_turn(rig);
	rig_jump(rig, HOUR + 31 * SEC);
	assert_int_equal(fake_link_count(rig->op1, retried), 2);
}

/* A row read as waiting, while it is sent and released before the answer of the
 * reading comes, is not sent again. */
static void read_before_it_was_sent(void **state)
{
	struct rig *rig = *state;
	struct queue *queue = queue_of(rig, "op1");
	uint64_t id;

	id = rig_send(rig, 1, 2);
	rig->op1->room = 0;
	iwf_host_room(rig->op1->host, 0);
	fake_link_trouble(rig->op1, id); /* READY again, ATTEMPT durable */
	rig_turn(rig);
	fake_link_down(rig->op1);
	rig_turn(rig);
	assert_state(rig, id, STORE_QUEUED);
	/* The reading sees QUEUED; its answer stays under way. */
	fake_link_up(rig->op1, RIG_ROOM);
	queue->behind = true;
	queue->loaded_until_ms = 0;
	queue->loaded_id = 0;
	rig_read_slowly(rig);
	fake_link_sent(rig->op1, id, "a");
	rig_turn(rig);
	assert_state(rig, id, STORE_SENT);
	rig->holds_answers = false;
	rig_advance(rig, SEC);
	assert_int_equal(fake_link_count(rig->op1, id), 2);
	assert_state(rig, id, STORE_SENT);
	rig_assert_balance(rig);
}

/* A later retry that came due while a load was under way. */
static void due_while_loading(void **state)
{
	struct rig *rig = *state;
	uint64_t id = rig_send(rig, 1, 2);

	fake_link_fate(rig->op1, id, IWF_FATE_QUEUED);
	rig_advance(rig, 29 * SEC);
	queue_of(rig, "op1")->behind = true;
	rig->holds_answers = true;
	rig_send(rig, 1, 3);
	rig_advance(rig, 2 * SEC);
	rig->holds_answers = false;
	rig_advance(rig, SEC);
	assert_int_equal(fake_link_count(rig->op1, id), 2);
}

/* Put into the store just before a load, which finds it while it is still held:
 * the next one, which may stay in memory, does not pass it. */
static void put_just_before_a_load(void **state)
{
	struct rig *rig = *state;
	uint64_t first, second;

	rig->op1->answers_all = true;
	rig_advance(rig, SEC);
	queue_of(rig, "op1")->behind = true;
	rig->holds_answers = true;
	first = rig_send(rig, 1, 2);
	rig_read_slowly(rig);
	rig_tell(rig);
	second = rig_send(rig, 1, 2);
	rig->holds_answers = false;
	rig_advance(rig, SEC);
	assert_int_equal(rig->op1->job_count, 2);
	assert_int_equal(rig->op1->jobs[0].id, first);
	assert_int_equal(rig->op1->jobs[1].id, second);
	rig_assert_balance(rig);
}

/* After a restart what waits for its retry is found when it is due. */
static void retries_after_a_restart(void **state)
{
	struct rig *rig = *state;
	uint64_t ids[3];

	for (unsigned i = 0; i < 3; i++) {
		ids[i] = rig_send(rig, 1, 2 + i);
		fake_link_fate(rig->op1, ids[i], IWF_FATE_QUEUED);
		rig_advance(rig, 5 * SEC);
	}
	rig_crash(rig);
	rig_links_up(rig);
	assert_int_equal(rig->op1->job_count, 0);
	rig_advance(rig, 31 * SEC);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(fake_link_count(rig->op1, ids[i]), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(memory_is_bounded),
		RIG_TEST(memory_is_bounded_with_large_bodies),
		RIG_TEST(what_is_too_large_for_memory_waits),
		RIG_TEST(nothing_is_in_memory_before_the_link_was_up),
		RIG_TEST(new_ones_go_behind),
		RIG_TEST(in_the_millisecond_of_a_load),
		RIG_TEST(the_clock_goes_back),
		RIG_TEST(read_before_it_was_sent),
		RIG_TEST(due_while_loading),
		RIG_TEST(put_just_before_a_load),
		RIG_TEST(retries_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
