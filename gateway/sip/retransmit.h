/* Requests seen in the last 64*T1 and how they were answered, so that each is
 * taken once (RFC 3261 17.2.2) without a server transaction's memory. */
#pragma once

#include <iwf/str.h>

struct retransmit;

#define RETRANSMIT_KEEP_MS 32000

enum retransmit_state {
	RETRANSMIT_UNKNOWN,
	RETRANSMIT_PENDING,  /* the answer will come */
	RETRANSMIT_ANSWERED
};

struct retransmit_answer {
	unsigned status;
	uint32_t retry_after_sec;
	const char *phrase;
	const char *accept;  /* NULL: none */
};

/* Keeps at most `max` entries, dropping the oldest. Not locked. Time only goes
 * forward from call to call. */
struct retransmit *retransmit_create(size_t max);
void retransmit_destroy(struct retransmit **cache);

/* *answer is filled when ANSWERED; its texts live until the next call. */
enum retransmit_state retransmit_find(struct retransmit *cache, uint64_t key,
				      int64_t now_ms,
				      struct retransmit_answer *answer);
/* True when another transaction of the same request (RFC 3261 8.2.2.2) is
 * pending or was answered 2xx. */
bool retransmit_has_merged(struct retransmit *cache, uint64_t key,
			   uint64_t merge, int64_t now_ms);
/* A new one is pending. merge 0: it has none. */
void retransmit_begin(struct retransmit *cache, uint64_t key, uint64_t merge,
		      int64_t now_ms);
/* Copies the texts. Without effect when the entry was dropped. */
void retransmit_end(struct retransmit *cache, uint64_t key,
		    const struct retransmit_answer *answer, int64_t now_ms);
size_t retransmit_count(const struct retransmit *cache);
