/* See answer.h. */
#include "store/answer.h"

#define LIMIT_MAX 65536u

void answer_start(struct store_query *query)
{
	query->arena = iwf_arena_create(0);
	query->found_count = query->set_count = query->count_count = 0;
	query->found_len = 0;
	query->has_more = false;
	query->ledger = (struct store_ledger){ 0 };
}

uint32_t answer_limit(const struct store_query *query)
{
	return query->limit && query->limit < LIMIT_MAX ? query->limit :
							  LIMIT_MAX;
}

/* By doubling: most answers are short. */
void *answer_grow(struct iwf_arena *arena, void *items, uint32_t count,
		  size_t len)
{
	void *more;

	if (count & (count - 1))
		return items;
	more = iwf_arena_alloc(arena, len * (count ? 2 * (size_t)count : 1));
	if (count)
		memcpy(more, items, len * count);
	return more;
}

struct store_found *answer_add(struct store_query *query)
{
	query->found = answer_grow(query->arena, query->found,
				   query->found_count, sizeof(*query->found));
	return &query->found[query->found_count++];
}

bool answer_count(struct store_query *query, const struct store_found *found)
{
	query->found_len += found->record.len + found->part.len;
	query->has_more = query->found_count >= answer_limit(query) ||
		(query->records_max_len &&
		 query->found_len >= query->records_max_len);
	return !query->has_more;
}
