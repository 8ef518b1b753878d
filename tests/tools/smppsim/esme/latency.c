/* Times in a histogram whose steps grow with the time. */
#include "esme/latency.h"

#include <stddef.h>

#define SLOTS ((size_t)LATENCY_POWERS * LATENCY_STEPS)

/* The first steps are single microseconds, later ones a sixteenth of a power
 * of two. */
static size_t slot_of(uint64_t us)
{
	unsigned shift = 0;
	size_t slot;

	while (us >> shift >= 2 * LATENCY_STEPS)
		shift++;
	slot = shift * LATENCY_STEPS + (size_t)(us >> shift);
	return slot < SLOTS ? slot : SLOTS - 1;
}

/* The longest time that falls into the slot. */
static int64_t slot_end(size_t slot)
{
	unsigned shift = 0;

	if (slot >= 2 * LATENCY_STEPS) {
		shift = (unsigned)(slot / LATENCY_STEPS) - 1;
		slot = slot % LATENCY_STEPS + LATENCY_STEPS;
	}
	return (int64_t)(((uint64_t)slot + 1) << shift) - 1;
}

void latency_add(struct latency *latency, int64_t us)
{
	if (us < 0)
		us = 0;
	latency->counts[slot_of((uint64_t)us)]++;
	latency->count++;
	if (us > latency->max_us)
		latency->max_us = us;
}

int64_t latency_percentile(const struct latency *latency, unsigned permille)
{
	const uint64_t wanted = (latency->count * permille + 999) / 1000;
	uint64_t seen = 0;

	for (size_t i = 0; i < SLOTS && latency->count > 0; i++) {
		seen += latency->counts[i];
		if (seen >= wanted && seen > 0)
			return slot_end(i) < latency->max_us ? slot_end(i) :
							       latency->max_us;
	}
	return latency->max_us;
}
