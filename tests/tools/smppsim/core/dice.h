/* Repeatable chance: the same seed gives the same throws. */
#pragma once

#include <stdint.h>

struct dice {
	uint64_t state;
};

void dice_seed(struct dice *dice, uint64_t seed);
/* 0 .. sides-1; sides > 0. */
uint32_t dice_throw(struct dice *dice, uint32_t sides);
