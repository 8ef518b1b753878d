/* See bucket.h. */
#include "server/bucket.h"

void server_bucket_create(struct server_bucket *bucket, uint32_t tps,
			  uint32_t burst, int64_t now_ms)
{
	*bucket = (struct server_bucket){
		.tps = tps, .burst = burst ? burst : tps, .at_ms = now_ms,
	};
	bucket->level_milli = (int64_t)bucket->burst * 1000;
}

bool server_bucket_take(struct server_bucket *bucket, uint32_t count,
			int64_t now_ms)
{
	int64_t most = (int64_t)bucket->burst * 1000;
	int64_t want = (int64_t)count * 1000;

	if (!bucket->tps)
		return true;
	bucket->level_milli += (now_ms - bucket->at_ms) * bucket->tps;
	bucket->at_ms = now_ms;
	if (bucket->level_milli > most)
		bucket->level_milli = most;
	if (bucket->level_milli < 1000)
		return false;
	bucket->level_milli -= want;
	return true;
}
