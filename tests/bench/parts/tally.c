/* Counting what arrives, by the number in its marker. */
#include "bench/parts/tally.h"

#include <stdlib.h>
#include <string.h>

void tally_create(struct tally *tally)
{
	*tally = (struct tally){
		.seen = calloc(MARKER_INDEX_MAX / 8 + 1, 1),
	};
	if (!tally->seen)
		abort();
}

void tally_destroy(struct tally *tally)
{
	free(tally->seen);
	tally->seen = NULL;
}

static bool is_new(struct tally *tally, uint32_t index)
{
	uint8_t bit = (uint8_t)(1u << index % 8);
	bool was_seen = tally->seen[index / 8] & bit;

	tally->seen[index / 8] |= bit;
	return !was_seen;
}

void tally_add(struct tally *tally, const struct marker *marker,
	       uint64_t now_us)
{
	if (!marker) {
		tally->unmarked++;
		return;
	}
	if (!is_new(tally, marker->index)) {
		tally->again++;
		return;
	}
	if (!tally->unique++)
		tally->first_us = now_us;
	tally->last_us = now_us;
	histogram_add(&tally->times, now_us - marker->sent_us);
}

static double rate_of(const struct tally *tally)
{
	uint64_t took_us = tally->last_us - tally->first_us;

	return took_us ? (double)tally->unique * 1e6 / (double)took_us : 0;
}

void tally_report(struct tally *tally, FILE *out, const char *name)
{
	uint8_t *seen = tally->seen;

	fprintf(out, "\"%s\": {\"unique\": %llu, \"again\": %llu, "
		"\"unmarked\": %llu, \"per_s\": %.1f, \"last_us\": %llu, ",
		name, (unsigned long long)tally->unique,
		(unsigned long long)tally->again,
		(unsigned long long)tally->unmarked, rate_of(tally),
		(unsigned long long)tally->last_us);
	histogram_print(out, &tally->times);
	fprintf(out, "}");
	*tally = (struct tally){ .seen = seen };
}
