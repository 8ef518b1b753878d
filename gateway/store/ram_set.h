/* Ordered sets of the RAM backend (skip lists): keys of three numbers, each
 * with one block of memory. */
#pragma once

#include <stdint.h>

#define RAM_LEVELS 20

struct ram_key {
	uint64_t a, b, c;
};
/* RAM_KEY(a), RAM_KEY(a, b), RAM_KEY(a, b, c): what is left out is 0. */
#define RAM_KEY(...) RAM_KEY_OF(__VA_ARGS__, 0, 0, 0)
#define RAM_KEY_OF(x, y, z, ...) ((struct ram_key){ (x), (y), (z) })

struct ram_node {
	struct ram_key key;
	void *item; /* freed with the node; may be NULL */
	struct ram_node *next[];
};

/* Zero-initialise it. Not locked. */
struct ram_set {
	struct ram_node *heads[RAM_LEVELS];
	uint64_t dice;
};

/* The first node that is not before key; NULL: none. Node->next[0] follows. */
struct ram_node *ram_seek(const struct ram_set *set, struct ram_key key);
/* The last node before key. */
struct ram_node *ram_before(const struct ram_set *set, struct ram_key key);
/* What is under exactly this key, or NULL. */
void *ram_find(const struct ram_set *set, struct ram_key key);
/* Takes item; what was there is freed. */
void ram_put(struct ram_set *set, struct ram_key key, void *item);
/* Nothing happens when it is not there. */
void ram_drop(struct ram_set *set, struct ram_key key);
void ram_clear(struct ram_set *set);
