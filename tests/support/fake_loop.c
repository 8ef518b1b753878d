/* A loop for tests: the test's thread turns it, its clocks stand still. */
#include "fake_loop.h"

#include <iwf/arena.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define TIMERS_MAX 4096
#define START_WALL_MS INT64_C(1700000000000)

struct iwf_loop {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct iwf_task *head;
	struct iwf_task **tail;
	unsigned count;
	pthread_t owner;
	int64_t now_ms, wall_ms;
	struct iwf_timer *timers[TIMERS_MAX]; /* by start, NULL where free */
	unsigned timer_count;
};

struct iwf_loop *fake_loop_create(void)
{
	struct iwf_loop *loop = IWF_NEW(struct iwf_loop);
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&loop->more, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&loop->lock, NULL);
	loop->tail = &loop->head;
	loop->owner = pthread_self();
	loop->now_ms = 1000;
	loop->wall_ms = START_WALL_MS;
	return loop;
}

void fake_loop_destroy(struct iwf_loop **loop)
{
	if (!*loop)
		return;
	pthread_cond_destroy(&(*loop)->more);
	pthread_mutex_destroy(&(*loop)->lock);
	free(*loop);
	*loop = NULL;
}

void iwf_loop_post(struct iwf_loop *loop, struct iwf_task *task)
{
	task->next = NULL;
	pthread_mutex_lock(&loop->lock);
	*loop->tail = task;
	loop->tail = &task->next;
	loop->count++;
	/* under the lock: the test may destroy the loop after the last task */
	pthread_cond_signal(&loop->more);
	pthread_mutex_unlock(&loop->lock);
}

unsigned iwf_loop_backlog(const struct iwf_loop *loop)
{
	struct iwf_loop *mine = (struct iwf_loop *)loop;
	unsigned count;

	pthread_mutex_lock(&mine->lock);
	count = mine->count;
	pthread_mutex_unlock(&mine->lock);
	return count;
}

bool iwf_loop_is_here(const struct iwf_loop *loop)
{
	return pthread_equal(loop->owner, pthread_self());
}

int64_t iwf_loop_now_ms(const struct iwf_loop *loop)
{
	return loop->now_ms;
}

int64_t iwf_loop_wall_ms(const struct iwf_loop *loop)
{
	return loop->wall_ms;
}

static struct iwf_task *take_all(struct iwf_loop *loop)
{
	struct iwf_task *all;

	pthread_mutex_lock(&loop->lock);
	all = loop->head;
	loop->head = NULL;
	loop->tail = &loop->head;
	pthread_mutex_unlock(&loop->lock);
	return all;
}

unsigned fake_loop_turn(struct iwf_loop *loop)
{
	struct iwf_task *task = take_all(loop);
	unsigned ran = 0;

	while (task) {
		struct iwf_task *next = task->next;

		pthread_mutex_lock(&loop->lock);
		loop->count--;
		pthread_mutex_unlock(&loop->lock);
		task->run(task);
		task = next;
		ran++;
	}
	return ran;
}

static struct timespec deadline_in(int ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += ms / 1000;
	at.tv_nsec += (long)(ms % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return at;
}

bool fake_loop_run_until(struct iwf_loop *loop, fake_loop_done_fn *is_done,
			 void *arg, int real_ms)
{
	struct timespec deadline = deadline_in(real_ms);
	int rc = 0;

	while (!is_done(arg)) {
		if (fake_loop_turn(loop))
			continue;
		if (rc == ETIMEDOUT)
			return false;
		pthread_mutex_lock(&loop->lock);
		while (!loop->head && rc != ETIMEDOUT)
			rc = pthread_cond_timedwait(&loop->more, &loop->lock,
						    &deadline);
		pthread_mutex_unlock(&loop->lock);
	}
	return true;
}

void iwf_timer_start(struct iwf_loop *loop, struct iwf_timer *timer,
		     int64_t after_ms, iwf_timer_fn *fire)
{
	unsigned slot = 0;

	IWF_BUG_ON(!iwf_loop_is_here(loop));
	iwf_timer_stop(timer);
	while (slot < TIMERS_MAX && loop->timers[slot])
		slot++;
	IWF_BUG_ON(slot == TIMERS_MAX);
	*timer = (struct iwf_timer){ .loop = loop, .fire = fire,
		.due_ms = loop->now_ms + after_ms, .slot = slot };
	loop->timers[slot] = timer;
	loop->timer_count++;
}

void iwf_timer_stop(struct iwf_timer *timer)
{
	if (!timer->loop)
		return;
	IWF_BUG_ON(timer->loop->timers[timer->slot] != timer);
	timer->loop->timers[timer->slot] = NULL;
	timer->loop->timer_count--;
	timer->loop = NULL;
}

unsigned fake_loop_timer_count(const struct iwf_loop *loop)
{
	return loop->timer_count;
}

static struct iwf_timer *next_timer(const struct iwf_loop *loop)
{
	struct iwf_timer *next = NULL;

	for (unsigned i = 0; i < TIMERS_MAX; i++)
		if (loop->timers[i] &&
		    (!next || loop->timers[i]->due_ms < next->due_ms))
			next = loop->timers[i];
	return next;
}

static void move_clocks(struct iwf_loop *loop, int64_t to_ms)
{
	if (to_ms <= loop->now_ms)
		return;
	loop->wall_ms += to_ms - loop->now_ms;
	loop->now_ms = to_ms;
}

void fake_loop_advance(struct iwf_loop *loop, int64_t ms)
{
	int64_t until_ms = loop->now_ms + ms;
	struct iwf_timer *timer;

	while ((timer = next_timer(loop)) && timer->due_ms <= until_ms) {
		move_clocks(loop, timer->due_ms);
		iwf_timer_stop(timer);
		timer->fire(timer);
		while (fake_loop_turn(loop))
			;
	}
	move_clocks(loop, until_ms);
}

int64_t fake_loop_next_ms(const struct iwf_loop *loop)
{
	const struct iwf_timer *timer = next_timer(loop);

	if (!timer)
		return -1;
	return timer->due_ms > loop->now_ms ? timer->due_ms - loop->now_ms : 0;
}

void fake_loop_set_wall(struct iwf_loop *loop, int64_t wall_ms)
{
	loop->wall_ms = wall_ms;
}

void iwf_watch_start(struct iwf_loop *loop, struct iwf_watch *watch, int fd,
		     unsigned wanted, iwf_watch_fn *on_ready)
{
	(void)loop;
	(void)watch;
	(void)fd;
	(void)wanted;
	(void)on_ready;
	IWF_BUG_ON("a fake loop watches nothing");
}

void iwf_watch_stop(struct iwf_watch *watch)
{
	IWF_BUG_ON(watch->loop != NULL);
}
