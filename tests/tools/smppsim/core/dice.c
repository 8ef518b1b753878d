/* Repeatable chance: the same seed gives the same throws. */
#include "core/dice.h"

void dice_seed(struct dice *dice, uint64_t seed)
{
	dice->state = seed;
}

uint32_t dice_throw(struct dice *dice, uint32_t sides)
{
	/* A Weyl sequence, mixed: every seed is good, also 0. */
	dice->state += 0x9e3779b97f4a7c15u;

	uint64_t mixed = dice->state;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((mixed ^ mixed >> 31) >> 32) % sides;
}
