/* The ids an SMSC gave, until their receipts come. */
#include "esme/awaited.h"

#include "core/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct awaited_id {
	TAILQ_ENTRY(awaited_id) entry;
	char id[66];
	bool is_receipt;
	int64_t at_us;
};

void awaited_create(struct awaited *awaited)
{
	*awaited = (struct awaited){ 0 };
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

static void put(struct awaited *awaited, const char *id, bool is_receipt,
		int64_t now_us)
{
	struct awaited_id *it = mem_alloc(sizeof(*it));

	snprintf(it->id, sizeof(it->id), "%s", id);
	it->is_receipt = is_receipt;
	it->at_us = now_us;
	TAILQ_INSERT_TAIL(bucket_of(awaited, id), it, entry);
}

/* Removes the other half of id; its time, -1 if there is none. */
static int64_t take(struct awaited *awaited, const char *id, bool is_receipt)
{
	struct awaited_list *bucket = bucket_of(awaited, id);
	struct awaited_id *it;
	int64_t at_us;

	TAILQ_FOREACH(it, bucket, entry)
	if (it->is_receipt == is_receipt && strcmp(it->id, id) == 0)
		break;
	if (!it)
		return -1;
	at_us = it->at_us;
	TAILQ_REMOVE(bucket, it, entry);
	free(it);
	awaited->matched++;
	return at_us;
}

void awaited_add_id(struct awaited *awaited, const char *id, int64_t now_us)
{
	if (take(awaited, id, true) >= 0) {
		awaited->unmatched--;
		return;
	}
	put(awaited, id, false, now_us);
	awaited->missing++;
}

int64_t awaited_add_receipt(struct awaited *awaited, const char *id,
			    int64_t now_us)
{
	const int64_t at_us = take(awaited, id, false);

	if (at_us < 0) {
		put(awaited, id, true, now_us);
		awaited->unmatched++;
		return -1;
	}
	awaited->missing--;
	return now_us - at_us;
}
