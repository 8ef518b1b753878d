/* One epoll loop with timers; everything runs on it, one call at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct loop_watch;
struct loop_timer;

typedef void loop_ready_fn(struct loop_watch *watch, uint32_t events);
typedef void loop_due_fn(struct loop_timer *timer);

/* Embed it in what owns the descriptor; set fd and on_ready first. */
struct loop_watch {
	int fd;
	loop_ready_fn *on_ready;
	uint32_t events;
};

/* Embed it; all zero is a timer that is not armed. */
struct loop_timer {
	loop_due_fn *on_due;
	int64_t due_ms;
	/* It limits how long others may take: time that is skipped does not
	 * count. Set it before arming. */
	bool is_limit;
	size_t slot;
};

#define loop_owner(member_ptr, type, member) \
	((type *)(void *)((char *)(member_ptr)-offsetof(type, member)))

/* NULL with errno if the kernel gives no epoll descriptor. */
struct loop *loop_create(void);
void loop_destroy(struct loop **loop);

/* Starts watching, or changes the EPOLL* events; 0 stops it but keeps the
 * descriptor known. */
void loop_watch(struct loop *loop, struct loop_watch *watch, uint32_t events);
/* To be called before the descriptor is closed. Sets fd to -1, which keeps
 * events of the running turn away; the owner frees itself in a later turn. */
void loop_forget(struct loop *loop, struct loop_watch *watch);

/* The monotonic time of this turn. */
int64_t loop_now_ms(const struct loop *loop);
/* Unix time of this turn. */
int64_t loop_wall_ms(const struct loop *loop);

/* Arms or moves the timer; timers due at once fire in the order of arming. */
void loop_arm(struct loop *loop, struct loop_timer *timer, int64_t delay_ms,
	      loop_due_fn *on_due);
void loop_disarm(struct loop *loop, struct loop_timer *timer);

/* Waits for events or the next timer, but no longer than most_ms (-1: no
 * matter how long), and calls what is due. False if there was nothing. */
bool loop_turn(struct loop *loop, int most_ms);

/* Moves the time on to the next timer that is no limit. */
void loop_skip(struct loop *loop);
