/* The newest events, numbered from 1, for who asks later. */
#pragma once

#include "core/buf.h"

#include <stdint.h>

/* The oldest go when there are more. */
#define HISTORY_LINES_MAX 8192u
#define HISTORY_LEN_MAX (4u << 20)

struct history;

struct history *history_create(void);
void history_destroy(struct history **history);
void history_add(struct history *history, const struct buf *line);

struct history_part {
	/* Number of the last one given: what to ask from next. */
	uint64_t last;
	/* How many that were asked for are gone. */
	uint64_t lost;
};

/* Appends the lines behind number `after`, as many as fit into len_max but at
 * least one. */
struct history_part history_read(const struct history *history, uint64_t after,
				 size_t len_max, struct buf *out);
