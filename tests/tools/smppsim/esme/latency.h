/* Times in a histogram: percentiles of millions in a few kilobytes. */
#pragma once

#include <stdint.h>

/* 16 steps in each power of two: no more than 6 % off. */
#define LATENCY_STEPS 16
#define LATENCY_POWERS 36

struct latency {
	uint64_t counts[LATENCY_POWERS * LATENCY_STEPS];
	uint64_t count;
	int64_t max_us;
};

/* Below 0 counts as 0. */
void latency_add(struct latency *latency, int64_t us);
/* The time that permille of all did not exceed; 0 if there are none. */
int64_t latency_percentile(const struct latency *latency, unsigned permille);
