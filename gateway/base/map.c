/* Chained hashing with doubling; keys are spread by a multiplication. */
#include "base/map.h"

#include <iwf/arena.h>

#include <stdlib.h>

#define FIRST_BUCKETS 64

static struct map_node **bucket(const struct map *map, uint64_t key)
{
	uint64_t spread = key * 0x9E3779B97F4A7C15u;

	return &map->buckets[(spread >> 32) & (map->bucket_count - 1)];
}

static void insert(struct map *map, struct map_node *node)
{
	struct map_node **head = bucket(map, node->key);

	node->next = *head;
	*head = node;
}

static void grow(struct map *map)
{
	struct map old = *map;

	map->bucket_count = old.bucket_count ? 2 * old.bucket_count :
					       FIRST_BUCKETS;
	map->buckets = iwf_alloc(map->bucket_count * sizeof(*map->buckets));
	for (size_t i = 0; i < old.bucket_count; i++) {
		struct map_node *node = old.buckets[i];

		while (node) {
			struct map_node *next = node->next;

			insert(map, node);
			node = next;
		}
	}
	free(old.buckets);
}

void map_put(struct map *map, struct map_node *node, uint64_t key)
{
	if (map->count >= map->bucket_count)
		grow(map);
	node->key = key;
	insert(map, node);
	map->count++;
}

struct map_node *map_find(const struct map *map, uint64_t key)
{
	struct map_node *node = map->bucket_count ? *bucket(map, key) : NULL;

	while (node && node->key != key)
		node = node->next;
	return node;
}

void map_remove(struct map *map, struct map_node *node)
{
	struct map_node **at = bucket(map, node->key);

	while (*at != node) {
		IWF_BUG_ON(!*at);
		at = &(*at)->next;
	}
	*at = node->next;
	node->next = NULL;
	map->count--;
}

struct map_node *map_any(const struct map *map)
{
	for (size_t i = 0; map->count && i < map->bucket_count; i++)
		if (map->buckets[i])
			return map->buckets[i];
	return NULL;
}

void map_free(struct map *map)
{
	IWF_BUG_ON(map->count);
	free(map->buckets);
	*map = (struct map){ 0 };
}
