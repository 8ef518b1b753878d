/* Ids of messages: 64 bits, time-ordered, made where the message is made. */
#pragma once

#include <iwf/arena.h>

/* 41 bits of milliseconds since 2020, 4 of node, 6 of loop, 12 of counter, so
 * that they stay positive in any database. One maker belongs to one loop. */
struct id_maker {
	int64_t last_ms;
	uint32_t counter;
	uint32_t place;
};

/* node below 16, loop below 64. Ids will be above last_id, whatever the clock
 * says. */
void id_start(struct id_maker *maker, unsigned node, unsigned loop,
	      uint64_t last_id);
/* Never 0, never the same twice, never smaller than one made before. */
uint64_t id_make(struct id_maker *maker, int64_t wall_ms);
/* The smallest id that a message accepted at wall_ms can have. */
uint64_t id_at(int64_t wall_ms);
/* As a UUID (RFC 4122 4.4: the version is 4, the variant 10), which takes six of
 * the bits. */
struct iwf_str id_uuid(struct iwf_arena *arena, uint64_t high, uint64_t low);
