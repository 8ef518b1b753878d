/* What the runner says to a program on its standard input: a line of a word
 * and numbers. The end of the input ends the program, so that none outlives
 * the runner. */
#pragma once

#include <stdbool.h>

#define ORDER_NUMBERS 6

struct order {
	char word[16];
	double number[ORDER_NUMBERS]; /* those not said are 0 */
};

/* Reads what has come after poll said so; calls take for each line. False at
 * the end of the input. */
typedef void order_fn(void *arg, const struct order *order);
bool order_read(order_fn *take, void *arg);
