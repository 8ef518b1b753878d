/* Time-ordered ids that survive a clock going back. */
#include "base/id.h"

#include <iwf/err.h>

#define EPOCH_2020_MS INT64_C(1577836800000)
#define TIME_SHIFT 22
#define PLACE_SHIFT 12
#define COUNTER_MAX 4095u

void id_start(struct id_maker *maker, unsigned node, unsigned loop,
	      uint64_t last_id)
{
	IWF_BUG_ON(node > 15 || loop > 63);
	maker->place = node << 6 | loop;
	maker->last_ms = (int64_t)(last_id >> TIME_SHIFT) + 1;
	maker->counter = 0;
}

uint64_t id_make(struct id_maker *maker, int64_t wall_ms)
{
	int64_t now_ms = wall_ms - EPOCH_2020_MS;

	if (now_ms > maker->last_ms) {
		maker->last_ms = now_ms;
		maker->counter = 0;
	} else if (++maker->counter > COUNTER_MAX) {
		maker->last_ms++;
		maker->counter = 0;
	}
	return (uint64_t)maker->last_ms << TIME_SHIFT |
	       (uint64_t)maker->place << PLACE_SHIFT | maker->counter;
}

uint64_t id_at(int64_t wall_ms)
{
	int64_t now_ms = wall_ms - EPOCH_2020_MS;

	return now_ms > 0 ? (uint64_t)now_ms << TIME_SHIFT : 0;
}

struct iwf_str id_uuid(struct iwf_arena *arena, uint64_t high, uint64_t low)
{
	char text[36];

	high = (high & ~0xf000ull) | 0x4000;
	low = (low & ~(3ull << 62)) | 1ull << 63;
	iwf_str_hex(text, high >> 32, 8);
	text[8] = '-';
	iwf_str_hex(text + 9, high >> 16, 4);
	text[13] = '-';
	iwf_str_hex(text + 14, high, 4);
	text[18] = '-';
	iwf_str_hex(text + 19, low >> 48, 4);
	text[23] = '-';
	iwf_str_hex(text + 24, low, 12);
	return iwf_arena_copy(arena, iwf_str_make(text, sizeof(text)));
}
