/* An event loop on one thread: tasks from other threads, timers, file
 * descriptors, clocks. */
#pragma once

#include <iwf/err.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The struct that holds `member`, from the member a callback was given. */
#define IWF_CONTAINER(ptr, type, member) \
	((type *)(void *)((char *)(ptr) - offsetof(type, member)))

struct iwf_loop;

/* Work for a loop, embedded in what the work is about. A task is in at most
 * one loop's queue at a time and belongs to that loop until run is called. */
struct iwf_task;
typedef void iwf_task_fn(struct iwf_task *task);
struct iwf_task {
	struct iwf_task *next;
	iwf_task_fn *run;
};

/* Any thread, also the loop's own: run is called once, in a later turn of the
 * loop, in the order of posting for one poster. Never fails and takes no
 * memory; who posts on behalf of a peer asks iwf_loop_backlog first. */
IWF_EXPORT void iwf_loop_post(struct iwf_loop *loop, struct iwf_task *task);
/* Tasks posted and not yet run; any thread, a snapshot. */
IWF_EXPORT unsigned iwf_loop_backlog(const struct iwf_loop *loop);
/* True on the loop's own thread. */
IWF_EXPORT bool iwf_loop_is_here(const struct iwf_loop *loop);

/* Milliseconds that never go back, as of this turn of the loop. */
IWF_EXPORT int64_t iwf_loop_now_ms(const struct iwf_loop *loop);
/* Milliseconds since 1970; follows the system's clock. */
IWF_EXPORT int64_t iwf_loop_wall_ms(const struct iwf_loop *loop);

/* A timer, embedded in what it times; zero-initialise it. Only on the loop's
 * own thread. Destroying a running timer's holder is a bug: stop it first. */
struct iwf_timer;
typedef void iwf_timer_fn(struct iwf_timer *timer);
struct iwf_timer {
	struct iwf_loop *loop; /* NULL while it does not run */
	iwf_timer_fn *fire;
	int64_t due_ms;
	unsigned slot;
};

/* Fires once, not earlier than after_ms from now; starting a running timer
 * moves it. It has stopped when fire is called and may be started again. */
IWF_EXPORT void iwf_timer_start(struct iwf_loop *loop, struct iwf_timer *timer,
				int64_t after_ms, iwf_timer_fn *fire);
/* Nothing happens when it does not run. */
IWF_EXPORT void iwf_timer_stop(struct iwf_timer *timer);
static inline bool iwf_timer_is_running(const struct iwf_timer *timer)
{
	return timer->loop != NULL;
}

/* Readiness of a file descriptor; zero-initialise it. Level-triggered. */
enum iwf_ready { IWF_READY_IN = 1, IWF_READY_OUT = 2, IWF_READY_ERROR = 4 };

struct iwf_watch;
typedef void iwf_watch_fn(struct iwf_watch *watch, unsigned ready);
struct iwf_watch {
	struct iwf_loop *loop; /* NULL while nothing is watched */
	iwf_watch_fn *on_ready;
	int fd;
	int slot;
	unsigned wanted;
};

/* wanted: IWF_READY_IN and IWF_READY_OUT bits; errors are always told. May be
 * called again to change wanted. Stop it before closing the descriptor. */
IWF_EXPORT void iwf_watch_start(struct iwf_loop *loop, struct iwf_watch *watch,
				int fd, unsigned wanted,
				iwf_watch_fn *on_ready);
IWF_EXPORT void iwf_watch_stop(struct iwf_watch *watch);
