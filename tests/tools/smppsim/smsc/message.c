/* The messages an ESME submitted: found by id, ended by a timer. */
#include "smsc/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKET_COUNT 65536u

TAILQ_HEAD(message_list, message);

struct message_store {
	uint64_t last_number;
	size_t count;
	size_t open_count;
	struct message_list by_age;
	struct message_list buckets[BUCKET_COUNT];
};

struct message_store *message_store_create(uint64_t seed)
{
	struct message_store *store = mem_alloc(sizeof(*store));
	struct dice dice;

	dice_seed(&dice, seed);
	/* Always a letter in hexadecimal, so that the formats differ. */
	store->last_number = 0xa0000000u + dice_throw(&dice, 0x10000000);
	TAILQ_INIT(&store->by_age);
	for (size_t i = 0; i < BUCKET_COUNT; i++)
		TAILQ_INIT(&store->buckets[i]);
	return store;
}

static struct message_list *bucket_of(struct message_store *store,
				      const char *id)
{
	uint32_t hash = 2166136261u;

	for (; *id; id++)
		hash = (hash ^ (uint8_t)*id) * 16777619u;
	return &store->buckets[(hash ^ hash >> 16) % BUCKET_COUNT];
}

static void message_destroy(struct message_store *store,
			    struct message *message)
{
	TAILQ_REMOVE(&store->by_age, message, in_age);
	TAILQ_REMOVE(bucket_of(store, message->id), message, in_bucket);
	store->count--;
	free(message);
}

void message_store_destroy(struct message_store **store)
{
	struct message *message;

	if (!*store)
		return;
	while ((message = TAILQ_FIRST(&(*store)->by_age))) {
		loop_disarm(message->sim->loop, &message->timer);
		message_destroy(*store, message);
	}
	free(*store);
	*store = NULL;
}

uint64_t message_next_number(struct message_store *store)
{
	return ++store->last_number;
}

struct message *message_create(struct message_store *store, uint64_t number,
			       const char *id)
{
	struct message *message = mem_alloc(sizeof(*message));
	struct message *oldest;

	while (store->count >= MESSAGE_KEPT &&
	       (oldest = TAILQ_FIRST(&store->by_age)) &&
	       message_is_final(oldest))
		message_destroy(store, oldest);
	message->number = number;
	message->state = MESSAGE_ENROUTE;
	snprintf(message->id, sizeof(message->id), "%s", id);
	TAILQ_INSERT_TAIL(&store->by_age, message, in_age);
	TAILQ_INSERT_TAIL(bucket_of(store, id), message, in_bucket);
	store->count++;
	store->open_count++;
	return message;
}

struct message *message_find(struct message_store *store, const char *id)
{
	struct message *message;

	TAILQ_FOREACH(message, bucket_of(store, id), in_bucket)
	if (strcmp(message->id, id) == 0)
		return message;
	return NULL;
}

struct message *message_next(struct message_store *store,
			     const struct message *message)
{
	return message ? TAILQ_NEXT(message, in_age) :
			 TAILQ_FIRST(&store->by_age);
}

bool message_is_final(const struct message *message)
{
	return message->state != MESSAGE_ENROUTE;
}

size_t message_open_count(const struct message_store *store)
{
	return store->open_count;
}

void message_finish(struct message *message, enum message_state state,
		    int64_t wall_ms)
{
	if (message_is_final(message))
		return;
	message->state = state;
	message->final_at = wall_ms;
	message->sim->messages->open_count--;
}

void message_format_id(char id[65], uint64_t number, enum shape_id format,
		       long pad)
{
	const unsigned long long value = number;
	const int width = (int)pad;

	if (format == ID_DEC)
		snprintf(id, 65, "%0*llu", width, value);
	else if (format == ID_HEX_UPPER)
		snprintf(id, 65, "%0*llX", width, value);
	else
		snprintf(id, 65, "%0*llx", width, value);
}
