/* Timers of loops while somebody sets the wall clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <semaphore.h>
#include <sofia-sip/su_time.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/steady.h"

#define WAIT_SEC 5

static _Atomic long wall_shift_sec;

/* In place of the C library's, for this program and its libraries. */
__attribute__((visibility("default")))
int clock_gettime(clockid_t clock, struct timespec *now)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, now);

	if (rc == 0 && clock == CLOCK_REALTIME)
		now->tv_sec += atomic_load(&wall_shift_sec);
	return rc;
}

struct waiting {
	struct iwf_loop *loop;
	struct iwf_task start;
	struct iwf_timer timer;
	sem_t started, fired;
	int64_t after_ms;
};

static void on_fired(struct iwf_timer *timer)
{
	sem_post(&IWF_CONTAINER(timer, struct waiting, timer)->fired);
}

static void on_start(struct iwf_task *task)
{
	struct waiting *waiting = IWF_CONTAINER(task, struct waiting, start);

	iwf_timer_start(waiting->loop, &waiting->timer, waiting->after_ms,
			on_fired);
	sem_post(&waiting->started);
}

static bool wait_for(sem_t *sem, int sec)
{
	struct timespec until;

	syscall(SYS_clock_gettime, CLOCK_REALTIME, &until);
	until.tv_sec += sec;
	return sem_timedwait(sem, &until) == 0;
}

static void on_stop(void *timer)
{
	iwf_timer_stop(timer);
}

/* Whether the timer fired in time after the jump. */
static bool fires(long jump_sec, int64_t after_ms, int wait_sec)
{
	struct waiting waiting = { .after_ms = after_ms,
				   .start.run = on_start };
	bool is_fired;

	sem_init(&waiting.started, 0, 0);
	sem_init(&waiting.fired, 0, 0);
	waiting.loop = loop_create("steady");
	loop_start(waiting.loop);
	iwf_loop_post(waiting.loop, &waiting.start);
	assert_true(wait_for(&waiting.started, WAIT_SEC));
	atomic_fetch_add(&wall_shift_sec, jump_sec);
	is_fired = wait_for(&waiting.fired, wait_sec);
	loop_call(waiting.loop, on_stop, &waiting.timer);
	loop_destroy(&waiting.loop);
	return is_fired;
}

static void set_back(void **state)
{
	(void)state;
	assert_true(fires(-3600, 100, WAIT_SEC));
}

static void set_forward(void **state)
{
	(void)state;
	assert_true(fires(2 * 3600, 100, WAIT_SEC));
}

/* Sofia's own timers, those of its transactions, ask this clock. */
static void asked_by_the_library(void **state)
{
	su_time_t before, after;

	(void)state;
	steady_start();
	before = su_now();
	atomic_fetch_add(&wall_shift_sec, -3600);
	after = su_now();
	assert_true(su_time_diff(after, before) >= 0);
	assert_true(su_time_diff(after, before) < WAIT_SEC);
	atomic_fetch_add(&wall_shift_sec, 7200);
	assert_true(su_time_diff(su_now(), before) < WAIT_SEC);
	/* and its date was right at the start */
	assert_true(labs((long)before.tv_sec - 2208988800L -
			 (long)time(NULL)) < 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_back),
		cmocka_unit_test(set_forward),
		cmocka_unit_test(asked_by_the_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
