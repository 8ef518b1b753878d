/* Making and ending event loops; what runs on them is include/iwf/loop.h. */
#pragma once

#include <iwf/loop.h>

struct su_root_s;

/* A loop with a thread of its own, named for debuggers and per-thread CPU
 * figures (at most 15 bytes). It waits for loop_start. */
struct iwf_loop *loop_create(const char *name);
/* Starts the thread; returns when the loop turns. */
void loop_start(struct iwf_loop *loop);
/* Runs fn(arg) on the loop and waits for it: for building and taking down what
 * lives there. Never from a loop, except its own (then it is a plain call). */
typedef void loop_call_fn(void *arg);
void loop_call(struct iwf_loop *loop, loop_call_fn *fn, void *arg);
/* Runs what is posted, ends the thread and frees the loop. Everything on it
 * must be taken down before (loop_call). Accepts a pointer to NULL. */
void loop_destroy(struct iwf_loop **loop);
/* The Sofia root of the loop; only on its thread. */
struct su_root_s *loop_root(struct iwf_loop *loop);
