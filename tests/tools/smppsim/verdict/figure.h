/* Named numbers: what a run came to, for the summary, expectations and the
 * page. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct figure {
	char name[48];
	long long value;
};

struct figures {
	struct figure *rows;
	size_t count;
	size_t size;
};

void figures_add(struct figures *figures, const char *name, long long value);
/* NULL if there is none. */
const struct figure *figures_find(const struct figures *figures,
				  const char *name);
void figures_destroy(struct figures *figures);
