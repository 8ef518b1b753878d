/* How many messages a second an account may submit: a limit that nobody tells
 * it of. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More accounts share the last place. */
#define LIMIT_ACCOUNT_MAX 16

struct limit_account {
	char system_id[16];
	/* Thousandths of a message, or messages of this second. */
	long level;
	int64_t at_ms;
};

/* All zero at the start. */
struct limit {
	struct limit_account accounts[LIMIT_ACCOUNT_MAX];
	size_t count;
};

/* What comes in: rate a second and, in the bucket, burst at once. What does
 * not pass does not count. */
struct limit_ask {
	const char *system_id;
	long rate;
	long burst;
	int64_t now_ms;
};

/* A bucket of burst that rate a second flows into. */
bool limit_bucket_passes(struct limit *limit, const struct limit_ask *ask);
/* Whole seconds, at most rate in each. */
bool limit_window_passes(struct limit *limit, const struct limit_ask *ask);
