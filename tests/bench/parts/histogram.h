/* Times in microseconds, counted in slots that are at most 1/32 wide, so that
 * a quantile of millions costs some kilobytes. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#define HISTOGRAM_SLOTS (32 * 36)

struct histogram {
	uint64_t slot[HISTOGRAM_SLOTS];
	uint64_t count, max;
};

void histogram_add(struct histogram *hist, uint64_t us);
/* The lower end of the slot that holds the quantile (0 to 1); 0 when empty. */
uint64_t histogram_at(const struct histogram *hist, double quantile);
/* As members of a JSON object: "p50_us": ..., "p99_us": ..., "max_us": ... */
void histogram_print(FILE *out, const struct histogram *hist);
