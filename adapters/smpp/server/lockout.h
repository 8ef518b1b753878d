/* Who failed to bind too often: keys in a table of fixed size, the oldest goes
 * when it is full. Pure. */
#pragma once

#include <iwf/str.h>

#define SERVER_LOCKOUT_MAX 1024

struct server_lockout {
	uint8_t key[16]; /* of the hash */
	struct server_failures {
		uint64_t who;
		uint32_t count;
		int64_t at_ms;    /* of the last one */
	} rows[SERVER_LOCKOUT_MAX];
};

/* True while `who` has failed `after` times, the last not `lock_ms` ago. */
bool server_lockout_has(const struct server_lockout *lockout,
			struct iwf_str who, uint32_t after, uint32_t lock_ms,
			int64_t now_ms);
/* Failures older than lock_ms are forgotten. */
void server_lockout_add(struct server_lockout *lockout, struct iwf_str who,
			uint32_t lock_ms, int64_t now_ms);
void server_lockout_forget(struct server_lockout *lockout, struct iwf_str who);
