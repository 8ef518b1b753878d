/* A hash table of 64-bit keys, intrusive: what is in it embeds a map_node. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct map_node {
	struct map_node *next;
	uint64_t key;
};

/* Zero-initialise it to begin; not locked. Keys need not be unique: find gives
 * the one put last. */
struct map {
	struct map_node **buckets;
	size_t bucket_count;
	size_t count;
};

void map_put(struct map *map, struct map_node *node, uint64_t key);
/* NULL when there is none. */
struct map_node *map_find(const struct map *map, uint64_t key);
/* The node must be in the map. */
void map_remove(struct map *map, struct map_node *node);
/* Some node, for taking everything out; NULL when it is empty. */
struct map_node *map_any(const struct map *map);
/* Frees the table itself; it must be empty. */
void map_free(struct map *map);
