/* Loops: tasks of several threads in order, timers in order, descriptors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"

#define POSTERS 4
#define TASKS 5000

struct numbered {
	struct iwf_task task;
	struct counter *counter;
	unsigned poster, number;
};

struct counter {
	struct iwf_loop *loop;
	unsigned next[POSTERS];
	unsigned left;
	bool in_order, on_loop;
	sem_t finished;
};

static void on_numbered(struct iwf_task *task)
{
	struct numbered *n = IWF_CONTAINER(task, struct numbered, task);
	struct counter *counter = n->counter;

	counter->in_order &= counter->next[n->poster]++ == n->number;
	counter->on_loop &= iwf_loop_is_here(counter->loop);
	if (!--counter->left)
		sem_post(&counter->finished);
}

static void *post_all(void *arg)
{
	struct numbered *tasks = arg;

	for (unsigned i = 0; i < TASKS; i++)
		iwf_loop_post(tasks[i].counter->loop, &tasks[i].task);
	return NULL;
}

static void test_tasks_of_each_poster_run_in_order(void **state)
{
	struct numbered *tasks = calloc(POSTERS * TASKS, sizeof(*tasks));
	struct counter counter = { .left = POSTERS * TASKS, .in_order = true,
				   .on_loop = true };
	pthread_t threads[POSTERS];

	(void)state;
	sem_init(&counter.finished, 0, 0);
	counter.loop = loop_create("test");
	loop_start(counter.loop);
	for (unsigned p = 0; p < POSTERS; p++) {
		for (unsigned i = 0; i < TASKS; i++)
			tasks[p * TASKS + i] = (struct numbered){
				.task.run = on_numbered, .counter = &counter,
				.poster = p, .number = i
			};
		assert_int_equal(pthread_create(&threads[p], NULL, post_all,
						&tasks[p * TASKS]), 0);
	}
	sem_wait(&counter.finished);
	for (unsigned p = 0; p < POSTERS; p++)
		pthread_join(threads[p], NULL);
	assert_true(counter.in_order);
	assert_true(counter.on_loop);
	assert_int_equal(iwf_loop_backlog(counter.loop), 0);
	assert_false(iwf_loop_is_here(counter.loop));
	loop_destroy(&counter.loop);
	sem_destroy(&counter.finished);
	free(tasks);
}

#define TIMERS 40

struct clockwork;

struct hand {
	struct iwf_timer timer;
	struct clockwork *clockwork;
	unsigned delay_ms;
	int64_t due_ms;
};

struct clockwork {
	struct iwf_loop *loop;
	struct hand hands[TIMERS];
	unsigned left, last_delay_ms;
	bool in_order, early, stopped_fired;
	sem_t finished;
};

static void on_hand(struct iwf_timer *timer)
{
	struct hand *hand = IWF_CONTAINER(timer, struct hand, timer);
	struct clockwork *work = hand->clockwork;

	work->early |= iwf_loop_now_ms(work->loop) < hand->due_ms;
	work->in_order &= hand->delay_ms >= work->last_delay_ms;
	work->last_delay_ms = hand->delay_ms;
	assert_false(iwf_timer_is_running(timer));
	if (!--work->left)
		sem_post(&work->finished);
}

static void on_never(struct iwf_timer *timer)
{
	struct hand *hand = IWF_CONTAINER(timer, struct hand, timer);

	hand->clockwork->stopped_fired = true;
}

static void wind_up(void *arg)
{
	struct clockwork *work = arg;

	for (unsigned i = 0; i < TIMERS; i++) {
		struct hand *hand = &work->hands[i];

		hand->clockwork = work;
		hand->delay_ms = 3 * ((i * 17) % TIMERS);
		hand->due_ms = iwf_loop_now_ms(work->loop) + hand->delay_ms;
		iwf_timer_start(work->loop, &hand->timer, 1000000, on_never);
		if (i % 4)
			iwf_timer_start(work->loop, &hand->timer,
					hand->delay_ms, on_hand);
		work->left += i % 4 != 0;
	}
	for (unsigned i = 0; i < TIMERS; i += 4)
		iwf_timer_stop(&work->hands[i].timer);
	iwf_timer_stop(&work->hands[0].timer); /* twice is once */
}

static void test_timers_fire_in_order_and_never_early(void **state)
{
	struct clockwork work = { .in_order = true };

	(void)state;
	sem_init(&work.finished, 0, 0);
	work.loop = loop_create("test");
	loop_start(work.loop);
	loop_call(work.loop, wind_up, &work);
	sem_wait(&work.finished);
	assert_true(work.in_order);
	assert_false(work.early);
	assert_false(work.stopped_fired);
	loop_destroy(&work.loop);
	sem_destroy(&work.finished);
}

struct reader {
	struct iwf_loop *loop;
	struct iwf_watch watch;
	int fds[2];
	char got[8];
	bool ended;
	sem_t finished;
};

static void on_readable(struct iwf_watch *watch, unsigned ready)
{
	struct reader *reader = IWF_CONTAINER(watch, struct reader, watch);
	ssize_t n = read(watch->fd, reader->got + strlen(reader->got), 1);

	assert_true(ready & (IWF_READY_IN | IWF_READY_ERROR));
	if (n > 0)
		return; /* level-triggered: the rest is told again */
	reader->ended = true;
	iwf_watch_stop(watch);
	sem_post(&reader->finished);
}

static void watch_pipe(void *arg)
{
	struct reader *reader = arg;

	iwf_watch_start(reader->loop, &reader->watch, reader->fds[0],
			IWF_READY_IN, on_readable);
}

static void test_descriptor_is_told_until_its_end(void **state)
{
	struct reader reader = { 0 };

	(void)state;
	sem_init(&reader.finished, 0, 0);
	assert_int_equal(pipe(reader.fds), 0);
	reader.loop = loop_create("test");
	loop_start(reader.loop);
	loop_call(reader.loop, watch_pipe, &reader);
	assert_int_equal(write(reader.fds[1], "abc", 3), 3);
	close(reader.fds[1]);
	sem_wait(&reader.finished);
	assert_string_equal(reader.got, "abc");
	loop_destroy(&reader.loop);
	close(reader.fds[0]);
	sem_destroy(&reader.finished);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tasks_of_each_poster_run_in_order),
		cmocka_unit_test(test_timers_fire_in_order_and_never_early),
		cmocka_unit_test(test_descriptor_is_told_until_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
