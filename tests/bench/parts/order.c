/* Orders of the runner, one line each. */
#include "bench/parts/order.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void parse(char *line, struct order *order)
{
	double *number = order->number;

	*order = (struct order){ 0 };
	sscanf(line, "%15s %lf %lf %lf %lf %lf %lf", order->word, &number[0],
	       &number[1], &number[2], &number[3], &number[4], &number[5]);
}

/* The runner writes whole lines, each in one piece. */
bool order_read(order_fn *take, void *arg)
{
	char text[512], *rest = text, *line;
	ssize_t len = read(STDIN_FILENO, text, sizeof(text) - 1);

	if (len <= 0)
		return false;
	text[len] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		struct order order;

		parse(line, &order);
		if (order.word[0])
			take(arg, &order);
	}
	return true;
}
