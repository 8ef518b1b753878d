/* The ids an SMSC gave, until their receipts come. */
#include "esme/awaited.h"

#include "core/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum awaited_state { AWAITED_RECEIPT, AWAITED_ID, AWAITED_NOTHING };

struct awaited_id {
	TAILQ_ENTRY(awaited_id) entry;
	TAILQ_ENTRY(awaited_id) in_settled;
	char id[66];
	enum awaited_state state;
	int64_t at_us;
};

void awaited_create(struct awaited *awaited)
{
	*awaited = (struct awaited){ 0 };
	TAILQ_INIT(&awaited->settled);
	awaited->buckets =
		mem_alloc(AWAITED_BUCKETS * sizeof(*awaited->buckets));
	for (size_t i = 0; i < AWAITED_BUCKETS; i++)
		TAILQ_INIT(&awaited->buckets[i]);
}

void awaited_destroy(struct awaited *awaited)
{
	struct awaited_id *it;

	for (size_t i = 0; awaited->buckets && i < AWAITED_BUCKETS; i++) {
		while ((it = TAILQ_FIRST(&awaited->buckets[i]))) {
			TAILQ_REMOVE(&awaited->buckets[i], it, entry);
			free(it);
		}
	}
	free(awaited->buckets);
	awaited->buckets = NULL;
}

static struct awaited_list *bucket_of(struct awaited *awaited, const char *id)
{
	uint32_t hash = 2166136261u;

	for (; *id; id++)
		hash = (hash ^ (uint8_t)*id) * 16777619u;
	return &awaited->buckets[(hash ^ hash >> 16) % AWAITED_BUCKETS];
}

static struct awaited_id *find(struct awaited *awaited, const char *id)
{
	struct awaited_id *it;

	TAILQ_FOREACH(it, bucket_of(awaited, id), entry)
	if (strcmp(it->id, id) == 0)
		return it;
	return NULL;
}

static void put(struct awaited *awaited, const char *id,
		enum awaited_state state, int64_t now_us)
{
	struct awaited_id *it = mem_alloc(sizeof(*it));

	snprintf(it->id, sizeof(it->id), "%s", id);
	it->state = state;
	it->at_us = now_us;
	TAILQ_INSERT_TAIL(bucket_of(awaited, id), it, entry);
}

static void settle(struct awaited *awaited, struct awaited_id *it)
{
	struct awaited_id *oldest = TAILQ_FIRST(&awaited->settled);

	it->state = AWAITED_NOTHING;
	awaited->matched++;
	TAILQ_INSERT_TAIL(&awaited->settled, it, in_settled);
	if (++awaited->settled_count <= AWAITED_SETTLED_MAX)
		return;
	TAILQ_REMOVE(&awaited->settled, oldest, in_settled);
	TAILQ_REMOVE(bucket_of(awaited, oldest->id), oldest, entry);
	free(oldest);
	awaited->settled_count--;
}

void awaited_add_id(struct awaited *awaited, const char *id, int64_t now_us)
{
	struct awaited_id *it = find(awaited, id);

	if (it && it->state == AWAITED_ID) {
		awaited->unmatched--;
		settle(awaited, it);
	} else if (!it) {
		put(awaited, id, AWAITED_RECEIPT, now_us);
		awaited->missing++;
	}
}

int64_t awaited_add_receipt(struct awaited *awaited, const char *id,
			    int64_t now_us)
{
	struct awaited_id *it = find(awaited, id);

	if (!it) {
		put(awaited, id, AWAITED_ID, now_us);
		awaited->unmatched++;
		return -1;
	}
	if (it->state != AWAITED_RECEIPT) {
		awaited->repeated++;
		return -1;
	}
	awaited->missing--;
	settle(awaited, it);
	return now_us - it->at_us;
}
