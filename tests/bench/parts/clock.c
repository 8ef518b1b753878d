/* The clock that markers carry. */
#include "bench/parts/clock.h"

#include <time.h>

uint64_t clock_us(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000000 + (uint64_t)at.tv_nsec / 1000;
}
