/* Changes seeds into inputs nobody wrote: each is told by two numbers, so that
 * what it found can be made again. */
#pragma once

#include "corpus.h"

#define MUTATE_LEN_MAX 16384

struct mutant {
	uint8_t bytes[MUTATE_LEN_MAX];
	size_t len;
	size_t of; /* the seed it began as */
};

/* The input of that number under that seed of the dice; always the same for
 * the same corpus. */
void mutate(const struct corpus *corpus, uint64_t dice, uint64_t number,
	    struct mutant *out);
