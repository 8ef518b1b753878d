/* The retransmission cache: two chained hash indexes over one list ordered by
 * the time of the last change (RFC 3261 17.2.2 timer J, 8.2.2.2). */
#include "sip/retransmit.h"

#include <iwf/arena.h>

#include <stdlib.h>

#define BUCKETS_LEAST 1024

struct entry {
	uint64_t key;
	uint64_t merge;
	struct entry *next_key;
	struct entry *next_merge;
	struct entry *newer;
	struct entry *older;
	char *texts;           /* phrase NUL accept NUL; NULL: as below */
	uint32_t at_sec_x8;    /* eighths of a second since the cache's birth */
	uint32_t retry_after_sec;
	uint16_t status;       /* 0: pending */
	bool has_accept;
};

/* By far the most frequent answer costs no allocation. */
static const char accepted[] = "Accepted";

struct retransmit {
	struct entry **by_key;
	struct entry **by_merge;
	size_t bucket_count;   /* a power of two */
	size_t count;
	size_t max;
	struct entry *oldest;
	struct entry *newest;
	int64_t born_ms;
};

struct retransmit *retransmit_create(size_t max)
{
	struct retransmit *cache = IWF_NEW(struct retransmit);

	cache->max = max;
	cache->born_ms = -1;
	cache->bucket_count = BUCKETS_LEAST;
	cache->by_key = iwf_alloc(BUCKETS_LEAST * sizeof(struct entry *));
	cache->by_merge = iwf_alloc(BUCKETS_LEAST * sizeof(struct entry *));
	return cache;
}

static void entry_free(struct entry *entry)
{
	free(entry->texts);
	free(entry);
}

void retransmit_destroy(struct retransmit **cache)
{
	struct retransmit *gone = *cache;

	if (!gone)
		return;
	*cache = NULL;
	while (gone->oldest) {
		struct entry *entry = gone->oldest;

		gone->oldest = entry->newer;
		entry_free(entry);
	}
	free(gone->by_key);
	free(gone->by_merge);
	free(gone);
}

static struct entry **key_bucket(struct retransmit *cache, uint64_t key)
{
	return &cache->by_key[key & (cache->bucket_count - 1)];
}

static struct entry **merge_bucket(struct retransmit *cache, uint64_t merge)
{
	return &cache->by_merge[merge & (cache->bucket_count - 1)];
}

static void index_entry(struct retransmit *cache, struct entry *entry)
{
	struct entry **bucket = key_bucket(cache, entry->key);

	entry->next_key = *bucket;
	*bucket = entry;
	if (!entry->merge)
		return;
	bucket = merge_bucket(cache, entry->merge);
	entry->next_merge = *bucket;
	*bucket = entry;
}

static void unindex_entry(struct retransmit *cache, struct entry *entry)
{
	struct entry **at = key_bucket(cache, entry->key);

	while (*at != entry)
		at = &(*at)->next_key;
	*at = entry->next_key;
	if (!entry->merge)
		return;
	at = merge_bucket(cache, entry->merge);
	while (*at != entry)
		at = &(*at)->next_merge;
	*at = entry->next_merge;
}

static void grow(struct retransmit *cache)
{
	size_t len = 2 * cache->bucket_count * sizeof(struct entry *);

	free(cache->by_key);
	free(cache->by_merge);
	cache->by_key = iwf_alloc(len);
	cache->by_merge = iwf_alloc(len);
	cache->bucket_count *= 2;
	for (struct entry *e = cache->oldest; e; e = e->newer)
		index_entry(cache, e);
}

static void list_append(struct retransmit *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
	cache->newest = entry;
}

static void list_remove(struct retransmit *cache, struct entry *entry)
{
	*(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
	*(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
}

static void drop(struct retransmit *cache, struct entry *entry)
{
	unindex_entry(cache, entry);
	list_remove(cache, entry);
	entry_free(entry);
	cache->count--;
}

static uint32_t clock_of(struct retransmit *cache, int64_t now_ms)
{
	if (cache->born_ms < 0)
		cache->born_ms = now_ms;
	return (uint32_t)((now_ms - cache->born_ms) / 125);
}

/* Pending ones never expire: the answer that they stand for is still to come,
 * and a second copy must not get through before. */
static void expire(struct retransmit *cache, int64_t now_ms)
{
	uint32_t now = clock_of(cache, now_ms);

	while (cache->oldest &&
	       now - cache->oldest->at_sec_x8 > RETRANSMIT_KEEP_MS / 125) {
		struct entry *entry = cache->oldest;

		if (entry->status) {
			drop(cache, entry);
			continue;
		}
		list_remove(cache, entry);
		entry->at_sec_x8 = now;
		list_append(cache, entry);
	}
}

static struct entry *find(struct retransmit *cache, uint64_t key)
{
	struct entry *entry = *key_bucket(cache, key);

	while (entry && entry->key != key)
		entry = entry->next_key;
	return entry;
}

enum retransmit_state retransmit_find(struct retransmit *cache, uint64_t key,
				      int64_t now_ms,
				      struct retransmit_answer *answer)
{
	struct entry *entry;

	expire(cache, now_ms);
	entry = find(cache, key);
	if (!entry)
		return RETRANSMIT_UNKNOWN;
	if (!entry->status)
		return RETRANSMIT_PENDING;
	answer->status = entry->status;
	answer->retry_after_sec = entry->retry_after_sec;
	answer->phrase = entry->texts ? entry->texts : accepted;
	answer->accept = entry->has_accept ?
		entry->texts + strlen(entry->texts) + 1 : NULL;
	return RETRANSMIT_ANSWERED;
}

bool retransmit_has_merged(struct retransmit *cache, uint64_t key,
			   uint64_t merge, int64_t now_ms)
{
	struct entry *entry;

	expire(cache, now_ms);
	for (entry = *merge_bucket(cache, merge); entry;
	     entry = entry->next_merge) {
		if (entry->merge == merge && entry->key != key &&
		    entry->status < 300)
			return true;
	}
	return false;
}

void retransmit_begin(struct retransmit *cache, uint64_t key, uint64_t merge,
		      int64_t now_ms)
{
	struct entry *entry;

	expire(cache, now_ms);
	if (find(cache, key))
		return;
	if (cache->count >= cache->max)
		drop(cache, cache->oldest);
	if (cache->count >= cache->bucket_count)
		grow(cache);
	entry = IWF_NEW(struct entry);
	entry->key = key;
	entry->merge = merge;
	entry->at_sec_x8 = clock_of(cache, now_ms);
	index_entry(cache, entry);
	list_append(cache, entry);
	cache->count++;
}

static void set_texts(struct entry *entry,
		      const struct retransmit_answer *answer)
{
	size_t phrase_len = strlen(answer->phrase) + 1;
	size_t accept_len = answer->accept ? strlen(answer->accept) + 1 : 0;

	free(entry->texts);
	entry->texts = NULL;
	entry->has_accept = answer->accept;
	if (!answer->accept && !strcmp(answer->phrase, accepted))
		return;
	entry->texts = iwf_alloc(phrase_len + accept_len);
	memcpy(entry->texts, answer->phrase, phrase_len);
	if (accept_len)
		memcpy(entry->texts + phrase_len, answer->accept, accept_len);
}

void retransmit_end(struct retransmit *cache, uint64_t key,
		    const struct retransmit_answer *answer, int64_t now_ms)
{
	struct entry *entry;

	expire(cache, now_ms);
	entry = find(cache, key);
	if (!entry)
		return;
	entry->status = (uint16_t)answer->status;
	entry->retry_after_sec = answer->retry_after_sec;
	set_texts(entry, answer);
	entry->at_sec_x8 = clock_of(cache, now_ms);
	list_remove(cache, entry);
	list_append(cache, entry);
}

size_t retransmit_count(const struct retransmit *cache)
{
	return cache->count;
}
