/* What a message of the bench begins with: when it was meant to be sent and
 * its number. Whoever sees the text knows the time it took and whether it was
 * seen before, without memory that the processes share. It passes every
 * alphabet and is a valid imdn.Message-ID, where receipts and notifications
 * bring it home. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MARKER_LEN 29
#define MARKER_INDEX_MAX 1000000000u

struct marker {
	uint64_t sent_us;
	uint32_t index;
};

/* Writes MARKER_LEN characters, no NUL. */
void marker_put(char *at, struct marker marker);
/* The first one in the text; false: there is none. */
bool marker_find(const char *text, size_t len, struct marker *marker);
