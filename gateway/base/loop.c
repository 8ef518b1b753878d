/* Event loops on Sofia's su_root: one thread each, tasks in by an intrusive
 * lock-free list and one eventfd, timers in a heap behind one Sofia timer. */
#define SU_ROOT_MAGIC_T struct iwf_loop
#define SU_WAKEUP_ARG_T struct iwf_watch
#define SU_TIMER_ARG_T struct iwf_loop
#include "base/loop.h"

#include "base/steady.h"

#include <iwf/arena.h>

#include <pthread.h>
#include <semaphore.h>
#include <sofia-sip/su.h>
#include <sofia-sip/su_wait.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Sofia's loop sleeps at most this long by itself. */
#define ROOT_SLEEP_MS 1000

struct iwf_loop {
	char name[16];
	pthread_t thread;
	su_root_t *root;
	su_timer_t *alarm;
	struct iwf_watch wake;
	sem_t turning;
	_Atomic(struct iwf_task *) posted; /* newest first */
	atomic_uint backlog;
	struct iwf_timer **heap;           /* [0] is due first */
	unsigned heap_count;
	unsigned heap_cap;
	bool ending;
};

static int64_t clock_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t iwf_loop_now_ms(const struct iwf_loop *loop)
{
	(void)loop;
	return clock_ms(CLOCK_MONOTONIC);
}

int64_t iwf_loop_wall_ms(const struct iwf_loop *loop)
{
	(void)loop;
	return clock_ms(CLOCK_REALTIME);
}

bool iwf_loop_is_here(const struct iwf_loop *loop)
{
	return pthread_equal(loop->thread, pthread_self());
}

struct su_root_s *loop_root(struct iwf_loop *loop)
{
	return loop->root;
}

/* --- tasks --- */

static void wake_up(struct iwf_loop *loop)
{
	uint64_t one = 1;
	ssize_t n = write(loop->wake.fd, &one, sizeof(one));

	(void)n; /* a full counter wakes as well */
}

void iwf_loop_post(struct iwf_loop *loop, struct iwf_task *task)
{
	struct iwf_task *head;

	atomic_fetch_add_explicit(&loop->backlog, 1, memory_order_relaxed);
	head = atomic_load_explicit(&loop->posted, memory_order_relaxed);
	do
		task->next = head;
	while (!atomic_compare_exchange_weak_explicit(
		&loop->posted, &head, task, memory_order_release,
		memory_order_relaxed));
	if (!head)
		wake_up(loop);
}

unsigned iwf_loop_backlog(const struct iwf_loop *loop)
{
	return atomic_load_explicit(&loop->backlog, memory_order_relaxed);
}

static struct iwf_task *take_posted(struct iwf_loop *loop)
{
	struct iwf_task *newest, *oldest = NULL;

	newest = atomic_exchange_explicit(&loop->posted, NULL,
					  memory_order_acquire);
	while (newest) {
		struct iwf_task *next = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	return oldest;
}

static void run_posted(struct iwf_loop *loop)
{
	struct iwf_task *task = take_posted(loop);

	while (task) {
		struct iwf_task *next = task->next;

		task->next = NULL;
		atomic_fetch_sub_explicit(&loop->backlog, 1,
					  memory_order_relaxed);
		task->run(task);
		task = next;
	}
}

static void on_wake(struct iwf_watch *watch, unsigned ready)
{
	struct iwf_loop *loop = IWF_CONTAINER(watch, struct iwf_loop, wake);
	uint64_t count;
	ssize_t n = read(watch->fd, &count, sizeof(count));

	(void)n;
	(void)ready;
	run_posted(loop);
}

/* --- descriptors --- */

static int on_wait(struct iwf_loop *loop, su_wait_t *wait,
		   struct iwf_watch *watch)
{
	int events = su_wait_events(wait, watch->fd);
	unsigned ready = 0;

	(void)loop;
	if (events & SU_WAIT_IN)
		ready |= IWF_READY_IN;
	if (events & SU_WAIT_OUT)
		ready |= IWF_READY_OUT;
	if (events & (SU_WAIT_ERR | SU_WAIT_HUP))
		ready |= IWF_READY_ERROR;
	if (ready)
		watch->on_ready(watch, ready);
	return 0;
}

static int wait_events(unsigned wanted)
{
	return (wanted & IWF_READY_IN ? SU_WAIT_IN : 0) |
	       (wanted & IWF_READY_OUT ? SU_WAIT_OUT : 0) | SU_WAIT_ERR;
}

void iwf_watch_start(struct iwf_loop *loop, struct iwf_watch *watch, int fd,
		     unsigned wanted, iwf_watch_fn *on_ready)
{
	su_wait_t wait[1];

	watch->on_ready = on_ready;
	if (watch->loop) {
		if (watch->wanted != wanted)
			su_root_eventmask(loop->root, watch->slot, fd,
					  wait_events(wanted));
		watch->wanted = wanted;
		return;
	}
	watch->loop = loop;
	watch->fd = fd;
	watch->wanted = wanted;
	IWF_BUG_ON(su_wait_create(wait, fd, wait_events(wanted)) < 0);
	watch->slot = su_root_register(loop->root, wait, on_wait, watch, 0);
	IWF_BUG_ON(watch->slot < 0);
}

void iwf_watch_stop(struct iwf_watch *watch)
{
	if (!watch->loop)
		return;
	su_root_deregister(watch->loop->root, watch->slot);
	watch->loop = NULL;
}

/* --- timers: a binary heap; a timer's slot is its place plus one --- */

static void heap_set(struct iwf_loop *loop, unsigned at, struct iwf_timer *timer)
{
	loop->heap[at] = timer;
	timer->slot = at + 1;
}

static void heap_up(struct iwf_loop *loop, unsigned at, struct iwf_timer *timer)
{
	while (at && loop->heap[(at - 1) / 2]->due_ms > timer->due_ms) {
		heap_set(loop, at, loop->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_set(loop, at, timer);
}

static void heap_down(struct iwf_loop *loop, unsigned at,
		      struct iwf_timer *timer)
{
	for (;;) {
		unsigned child = 2 * at + 1;

		if (child + 1 < loop->heap_count &&
		    loop->heap[child + 1]->due_ms < loop->heap[child]->due_ms)
			child++;
		if (child >= loop->heap_count ||
		    loop->heap[child]->due_ms >= timer->due_ms)
			break;
		heap_set(loop, at, loop->heap[child]);
		at = child;
	}
	heap_set(loop, at, timer);
}

static void heap_remove(struct iwf_loop *loop, struct iwf_timer *timer)
{
	unsigned at = timer->slot - 1;
	struct iwf_timer *last = loop->heap[--loop->heap_count];

	timer->loop = NULL;
	if (last == timer)
		return;
	if (at && loop->heap[(at - 1) / 2]->due_ms > last->due_ms)
		heap_up(loop, at, last);
	else
		heap_down(loop, at, last);
}

static void on_alarm(struct iwf_loop *magic, su_timer_t *alarm,
		     struct iwf_loop *loop);

static void set_alarm(struct iwf_loop *loop)
{
	int64_t wait_ms;

	if (!loop->heap_count)
		return;
	wait_ms = loop->heap[0]->due_ms - iwf_loop_now_ms(loop);
	if (wait_ms < 1)
		wait_ms = 1;
	su_timer_set_interval(loop->alarm, on_alarm, loop,
			      (su_duration_t)wait_ms);
}

static void on_alarm(struct iwf_loop *magic, su_timer_t *alarm,
		     struct iwf_loop *loop)
{
	int64_t now_ms = iwf_loop_now_ms(loop);

	(void)magic;
	(void)alarm;
	while (loop->heap_count && loop->heap[0]->due_ms <= now_ms) {
		struct iwf_timer *timer = loop->heap[0];

		heap_remove(loop, timer);
		timer->fire(timer);
	}
	set_alarm(loop);
}

void iwf_timer_start(struct iwf_loop *loop, struct iwf_timer *timer,
		     int64_t after_ms, iwf_timer_fn *fire)
{
	iwf_timer_stop(timer);
	if (loop->heap_count == loop->heap_cap) {
		loop->heap_cap = loop->heap_cap ? 2 * loop->heap_cap : 64;
		loop->heap = realloc(loop->heap, loop->heap_cap *
				     sizeof(struct iwf_timer *));
		IWF_BUG_ON(!loop->heap);
	}
	timer->loop = loop;
	timer->fire = fire;
	timer->due_ms = iwf_loop_now_ms(loop) + (after_ms > 0 ? after_ms : 0);
	heap_up(loop, loop->heap_count++, timer);
	if (loop->heap[0] == timer)
		set_alarm(loop);
}

void iwf_timer_stop(struct iwf_timer *timer)
{
	if (timer->loop)
		heap_remove(timer->loop, timer);
}

/* --- life --- */

struct iwf_loop *loop_create(const char *name)
{
	struct iwf_loop *loop = IWF_NEW(struct iwf_loop);

	steady_start();
	strncpy(loop->name, name, sizeof(loop->name) - 1);
	sem_init(&loop->turning, 0, 0);
	atomic_init(&loop->posted, NULL);
	loop->wake.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	IWF_BUG_ON(loop->wake.fd < 0);
	return loop;
}

static void *loop_thread(void *arg)
{
	struct iwf_loop *loop = arg;
	su_root_t *root;

	pthread_setname_np(pthread_self(), loop->name);
	root = su_root_create(loop);
	IWF_BUG_ON(!root);
	loop->thread = pthread_self();
	loop->root = root;
	loop->alarm = su_timer_create(su_root_task(root), 0);
	IWF_BUG_ON(!loop->alarm);
	iwf_watch_start(loop, &loop->wake, loop->wake.fd, IWF_READY_IN,
			on_wake);
	sem_post(&loop->turning);
	while (!loop->ending)
		su_root_step(root, ROOT_SLEEP_MS);
	run_posted(loop);
	iwf_watch_stop(&loop->wake);
	su_timer_destroy(loop->alarm);
	su_root_destroy(root);
	return NULL;
}

void loop_start(struct iwf_loop *loop)
{
	pthread_t thread;

	IWF_BUG_ON(pthread_create(&thread, NULL, loop_thread, loop));
	sem_wait(&loop->turning);
}

struct call {
	struct iwf_task task;
	loop_call_fn *fn;
	void *arg;
	sem_t finished;
};

static void run_call(struct iwf_task *task)
{
	struct call *call = IWF_CONTAINER(task, struct call, task);

	call->fn(call->arg);
	sem_post(&call->finished);
}

void loop_call(struct iwf_loop *loop, loop_call_fn *fn, void *arg)
{
	struct call call = { .task.run = run_call, .fn = fn, .arg = arg };

	if (iwf_loop_is_here(loop)) {
		fn(arg);
		return;
	}
	sem_init(&call.finished, 0, 0);
	iwf_loop_post(loop, &call.task);
	sem_wait(&call.finished);
	sem_destroy(&call.finished);
}

static void end_loop(void *arg)
{
	struct iwf_loop *loop = arg;

	loop->ending = true;
}

void loop_destroy(struct iwf_loop **loop)
{
	struct iwf_loop *gone = *loop;

	if (!gone)
		return;
	*loop = NULL;
	if (gone->root) {
		loop_call(gone, end_loop, gone);
		pthread_join(gone->thread, NULL);
	}
	close(gone->wake.fd);
	sem_destroy(&gone->turning);
	free(gone->heap);
	free(gone);
}
