/* The requests of one bind that wait for their answer: found by sequence
 * number, timed out in the order they were sent. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in what was sent; belongs to the window from push to take. */
struct smpp_request {
	uint32_t command;  /* SMPP_SUBMIT_SM ... */
	uint32_t sequence;
	int64_t sent_ms;
	int64_t due_ms;
	struct smpp_request *chain;        /* same bucket */
	struct smpp_request *older, *newer;
};

struct smpp_window {
	struct smpp_request **buckets;
	size_t bucket_count; /* a power of two */
	struct smpp_request *oldest, *newest;
	size_t count;
	size_t limit;
};

/* limit: from 1. */
void smpp_window_create(struct smpp_window *window, size_t limit);
/* It must be empty. */
void smpp_window_destroy(struct smpp_window *window);
/* An empty window may get another limit. */
void smpp_window_resize(struct smpp_window *window, size_t limit);
static inline bool smpp_window_is_full(const struct smpp_window *window)
{
	return window->count >= window->limit;
}
/* sequence is not in the window yet, which is not full; due_ms does not fall
 * from one push to the next. The caller has set command and sent_ms. */
void smpp_window_push(struct smpp_window *window, struct smpp_request *request,
		      uint32_t sequence, int64_t due_ms);
/* The request with this number, or NULL; take also removes it. */
struct smpp_request *smpp_window_find(struct smpp_window *window,
				      uint32_t sequence);
struct smpp_request *smpp_window_take(struct smpp_window *window,
				      uint32_t sequence);
/* Removes and returns the oldest when it is due at now_ms, or NULL. */
struct smpp_request *smpp_window_take_due(struct smpp_window *window,
					  int64_t now_ms);
/* How long the oldest may still wait, 0: no more; -1: nothing waits. */
int64_t smpp_window_wait_ms(const struct smpp_window *window, int64_t now_ms);
/* The oldest, due or not, or NULL. */
struct smpp_request *smpp_window_take_oldest(struct smpp_window *window);
