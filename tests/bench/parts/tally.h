/* What has arrived somewhere: how many different messages, how many again, in
 * what time. */
#pragma once

#include "bench/parts/histogram.h"
#include "bench/parts/marker.h"

struct tally {
	uint8_t *seen;              /* bits by number, kept over reports */
	uint64_t unique, again;
	uint64_t unmarked;          /* without a marker */
	uint64_t first_us, last_us; /* when the first and last came */
	struct histogram times;     /* from meant to be sent to now */
};

void tally_create(struct tally *tally);
void tally_destroy(struct tally *tally);
/* A marker, NULL: something without one. */
void tally_add(struct tally *tally, const struct marker *marker,
	       uint64_t now_us);
/* As a member of a JSON object, and begins anew; what was seen stays known. */
void tally_report(struct tally *tally, FILE *out, const char *name);
