/* Ordered sets of the RAM backend, as skip lists. */
#include "store/ram_set.h"

#include <iwf/arena.h>

#include <stdlib.h>

static int compare(struct ram_key x, struct ram_key y)
{
	if (x.a != y.a)
		return x.a < y.a ? -1 : 1;
	if (x.b != y.b)
		return x.b < y.b ? -1 : 1;
	return x.c == y.c ? 0 : x.c < y.c ? -1 : 1;
}

/* At each level the link that leads to the first node not before key. */
static struct ram_node *walk(struct ram_set *set, struct ram_key key,
			     struct ram_node **links[RAM_LEVELS])
{
	struct ram_node **at = set->heads;
	struct ram_node *last = NULL;

	for (int level = RAM_LEVELS - 1; level >= 0; level--) {
		while (at[level] && compare(at[level]->key, key) < 0) {
			last = at[level];
			at = last->next;
		}
		links[level] = &at[level];
	}
	return last;
}

struct ram_node *ram_seek(const struct ram_set *set, struct ram_key key)
{
	struct ram_node **links[RAM_LEVELS];

	/* walking only looks */
	walk((struct ram_set *)set, key, links);
	return *links[0];
}

struct ram_node *ram_before(const struct ram_set *set, struct ram_key key)
{
	struct ram_node **links[RAM_LEVELS];

	return walk((struct ram_set *)set, key, links);
}

void *ram_find(const struct ram_set *set, struct ram_key key)
{
	struct ram_node *node = ram_seek(set, key);

	return node && compare(node->key, key) == 0 ? node->item : NULL;
}

static int throw_level(struct ram_set *set)
{
	set->dice = set->dice * UINT64_C(6364136223846793005) +
		    UINT64_C(1442695040888963407);
	int level = 1;

	for (uint64_t bits = set->dice >> 24; bits & 1 && level < RAM_LEVELS;
	     bits >>= 1)
		level++;
	return level;
}

void ram_put(struct ram_set *set, struct ram_key key, void *item)
{
	struct ram_node **links[RAM_LEVELS];
	struct ram_node *node;
	int level;

	walk(set, key, links);
	node = *links[0];
	if (node && compare(node->key, key) == 0) {
		free(node->item);
		node->item = item;
		return;
	}
	level = throw_level(set);
	node = iwf_alloc(sizeof(*node) + (size_t)level * sizeof(node->next[0]));
	node->key = key;
	node->item = item;
	for (int i = 0; i < level; i++) {
		node->next[i] = *links[i];
		*links[i] = node;
	}
}

void ram_drop(struct ram_set *set, struct ram_key key)
{
	struct ram_node **links[RAM_LEVELS];
	struct ram_node *node;

	walk(set, key, links);
	node = *links[0];
	if (!node || compare(node->key, key) != 0)
		return;
	for (int i = 0; i < RAM_LEVELS && *links[i] == node; i++)
		*links[i] = node->next[i];
	free(node->item);
	free(node);
}

void ram_clear(struct ram_set *set)
{
	while (set->heads[0])
		ram_drop(set, set->heads[0]->key);
}
