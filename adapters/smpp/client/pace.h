/* How fast a link sends: a rate by setting, and the way it gives in when the
 * SMSC throttles: a pause that doubles, half of the window, and the window
 * back piece by piece. Pure: the clock is an argument. */
#pragma once

#include <stdint.h>

#define SMPP_PAUSE_MIN_MS 1000u
#define SMPP_PAUSE_MAX_MS 30000u

struct smpp_pace {
	uint32_t tps;             /* 0: no limit */
	int64_t next_us;          /* when the next one is due by tps */
	uint32_t window;          /* of the whole link */
	uint32_t allowance;       /* how much of it is used now, at least 1 */
	uint32_t taken;           /* answers since the allowance grew */
	uint32_t pause_ms;        /* the last one, 0: none since all is well */
	int64_t paused_until_ms;
};

void smpp_pace_create(struct smpp_pace *pace, uint32_t window, uint32_t tps);
/* 0: one may go now; else how long to wait. */
int64_t smpp_pace_wait_ms(const struct smpp_pace *pace, int64_t now_ms);
void smpp_pace_on_sent(struct smpp_pace *pace, int64_t now_ms);
/* The SMSC took one over. */
void smpp_pace_on_taken(struct smpp_pace *pace, int64_t now_ms);
/* The SMSC throttled; answers to what was under way during a pause change
 * nothing more. Returns how long the pause lasts from now. */
int64_t smpp_pace_on_throttled(struct smpp_pace *pace, int64_t now_ms);
