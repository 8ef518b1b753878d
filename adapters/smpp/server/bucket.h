/* So many messages a second, and some more at once after a silence. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct server_bucket {
	uint32_t tps; /* 0: no limit */
	uint32_t burst;
	int64_t level_milli; /* thousandths of a message */
	int64_t at_ms;
};

/* Full. */
void server_bucket_create(struct server_bucket *bucket, uint32_t tps,
			  uint32_t burst, int64_t now_ms);
/* All of them, or none and false. A list longer than what is left passes, too,
 * and those behind it wait for it. */
bool server_bucket_take(struct server_bucket *bucket, uint32_t count,
			int64_t now_ms);
