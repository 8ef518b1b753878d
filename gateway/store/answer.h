/* How the answer to a query grows, and where it ends; for every engine alike. */
#pragma once

#include "store/query.h"

/* Empty, with an arena of its own. */
void answer_start(struct store_query *query);
/* The most rows that may be in it. */
uint32_t answer_limit(const struct store_query *query);
/* Room for one more behind `count` items of `len` octets; where they are now. */
void *answer_grow(struct iwf_arena *arena, void *items, uint32_t count,
		  size_t len);
/* One more row that was found, to be filled and then counted. */
struct store_found *answer_add(struct store_query *query);
/* False: with this row the answer ends, and query->has_more is set. */
bool answer_count(struct store_query *query, const struct store_found *found);
