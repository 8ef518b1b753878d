/* See lockout.h. A key may lie in one of four rows. */
#include "server/lockout.h"

#include <iwf/random.h>

#define WAYS 4

static struct server_failures *set_get(const struct server_lockout *lockout,
				       uint64_t who)
{
	size_t set = who % (SERVER_LOCKOUT_MAX / WAYS);

	return (struct server_failures *)&lockout->rows[set * WAYS];
}

static struct server_failures *find(const struct server_lockout *lockout,
				    struct iwf_str text)
{
	uint64_t who = iwf_hash(lockout->key, text) | 1;
	struct server_failures *set = set_get(lockout, who);

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].who == who)
			return &set[i];
	return NULL;
}

static struct server_failures *make(struct server_lockout *lockout,
				    struct iwf_str text)
{
	uint64_t who = iwf_hash(lockout->key, text) | 1;
	struct server_failures *set = set_get(lockout, who);
	struct server_failures *oldest = set;

	for (size_t i = 1; i < WAYS; i++)
		if (!set[i].who || (oldest->who && set[i].at_ms < oldest->at_ms))
			oldest = &set[i];
	*oldest = (struct server_failures){ .who = who };
	return oldest;
}

bool server_lockout_has(const struct server_lockout *lockout,
			struct iwf_str who, uint32_t after, uint32_t lock_ms,
			int64_t now_ms)
{
	const struct server_failures *row = find(lockout, who);

	return after && row && row->count >= after &&
		now_ms - row->at_ms < (int64_t)lock_ms;
}

void server_lockout_add(struct server_lockout *lockout, struct iwf_str who,
			uint32_t lock_ms, int64_t now_ms)
{
	struct server_failures *row = find(lockout, who);

	if (!row)
		row = make(lockout, who);
	if (now_ms - row->at_ms >= (int64_t)lock_ms)
		row->count = 0;
	row->count++;
	row->at_ms = now_ms;
}

void server_lockout_forget(struct server_lockout *lockout, struct iwf_str who)
{
	struct server_failures *row = find(lockout, who);

	if (row)
		*row = (struct server_failures){ 0 };
}
