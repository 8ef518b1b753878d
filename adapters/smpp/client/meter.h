/* The rate that a link may not exceed by its settings, over all of its binds.
 * Pure: the clock is an argument. */
#pragma once

#include <stdint.h>

struct smpp_meter {
	uint32_t tps;    /* 0: no limit */
	uint32_t burst;  /* so many at once after a silence, at least 1 */
	int64_t next_us; /* when the next one is due */
};

/* burst 0: a twentieth of tps. May be called again with other settings. */
void smpp_meter_set(struct smpp_meter *meter, uint32_t tps, uint32_t burst);
/* 0: one may go now; else how long to wait. */
int64_t smpp_meter_wait_ms(const struct smpp_meter *meter, int64_t now_ms);
void smpp_meter_on_sent(struct smpp_meter *meter, int64_t now_ms);
