/* Named numbers: what a run came to. */
#include "verdict/figure.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

void figures_add(struct figures *figures, const char *name, long long value)
{
	if (figures->count == figures->size) {
		figures->size = figures->size ? 2 * figures->size : 32;
		figures->rows = realloc(figures->rows,
					figures->size * sizeof(*figures->rows));
		if (!figures->rows)
			abort();
	}

	struct figure *figure = &figures->rows[figures->count++];

	snprintf(figure->name, sizeof(figure->name), "%s", name);
	figure->value = value;
}

const struct figure *figures_find(const struct figures *figures,
				  const char *name)
{
	for (size_t i = 0; i < figures->count; i++)
		if (strcasecmp(figures->rows[i].name, name) == 0)
			return &figures->rows[i];
	return NULL;
}

void figures_destroy(struct figures *figures)
{
	free(figures->rows);
	*figures = (struct figures){ 0 };
}
