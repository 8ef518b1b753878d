/* A loop for tests: the test's thread turns it, its clocks stand until they
 * are moved. Implements include/iwf/loop.h but for watches, which abort. */
#pragma once

#include <iwf/loop.h>

/* Any number may exist; each belongs to the thread that made it. */
struct iwf_loop *fake_loop_create(void);
/* What is still posted is never run. Accepts a pointer to NULL. */
void fake_loop_destroy(struct iwf_loop **loop);

/* Runs what is posted now, not what that posts; how many ran. */
unsigned fake_loop_turn(struct iwf_loop *loop);
/* Turns, and sleeps while other threads work, until is_done(arg). False when
 * real_ms of real time have passed. */
typedef bool fake_loop_done_fn(void *arg);
bool fake_loop_run_until(struct iwf_loop *loop, fake_loop_done_fn *is_done,
			 void *arg, int real_ms);

/* Moves both clocks and fires each timer at its time, in order; what timers
 * post is run. */
void fake_loop_advance(struct iwf_loop *loop, int64_t ms);
/* How long until the next timer is due, -1 when none runs. */
int64_t fake_loop_next_ms(const struct iwf_loop *loop);
/* Only the wall clock, also backwards. */
void fake_loop_set_wall(struct iwf_loop *loop, int64_t wall_ms);
/* Timers that run. */
unsigned fake_loop_timer_count(const struct iwf_loop *loop);
