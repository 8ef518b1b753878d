/* Log-linear counting of times. */
#include "bench/parts/histogram.h"

#define STEP_BITS 5
#define STEPS (1u << STEP_BITS)

/* Below 32 a slot is one microsecond, then each doubling has 32 slots. */
static unsigned slot_of(uint64_t us)
{
	unsigned power, slot;

	if (us < STEPS)
		return (unsigned)us;
	power = 63 - (unsigned)__builtin_clzll(us) - STEP_BITS;
	slot = (power + 1) * STEPS + (unsigned)((us >> power) - STEPS);
	return slot < HISTOGRAM_SLOTS ? slot : HISTOGRAM_SLOTS - 1;
}

static uint64_t value_of(unsigned slot)
{
	unsigned power = slot / STEPS;

	if (!power)
		return slot;
	return (uint64_t)(STEPS + slot % STEPS) << (power - 1);
}

void histogram_add(struct histogram *hist, uint64_t us)
{
	hist->slot[slot_of(us)]++;
	hist->count++;
	if (us > hist->max)
		hist->max = us;
}

uint64_t histogram_at(const struct histogram *hist, double quantile)
{
	uint64_t rank = (uint64_t)(quantile * (double)hist->count);
	uint64_t passed = 0;

	if (!hist->count)
		return 0;
	for (unsigned i = 0; i < HISTOGRAM_SLOTS; i++) {
		passed += hist->slot[i];
		if (passed > rank)
			return value_of(i);
	}
	return hist->max;
}

void histogram_print(FILE *out, const struct histogram *hist)
{
	fprintf(out, "\"p50_us\": %llu, \"p99_us\": %llu, \"max_us\": %llu",
		(unsigned long long)histogram_at(hist, 0.5),
		(unsigned long long)histogram_at(hist, 0.99),
		(unsigned long long)hist->max);
}
