/* See meter.h. */
#include "client/meter.h"

#define BURST_SHARE 20
/* Timers are no finer, and the mean must be what was asked for. */
#define TIMER_US 999

void smpp_meter_set(struct smpp_meter *meter, uint32_t tps, uint32_t burst)
{
	meter->tps = tps;
	meter->burst = burst ? burst : tps / BURST_SHARE;
	if (!meter->burst)
		meter->burst = 1;
}

int64_t smpp_meter_wait_ms(const struct smpp_meter *meter, int64_t now_ms)
{
	int64_t ahead_us = meter->next_us - now_ms * 1000;

	if (!meter->tps || ahead_us <= 0)
		return 0;
	return (ahead_us + 999) / 1000;
}

void smpp_meter_on_sent(struct smpp_meter *meter, int64_t now_ms)
{
	int64_t step_us;
	int64_t earliest_us;

	if (!meter->tps)
		return;
	step_us = 1000000 / meter->tps;
	earliest_us = now_ms * 1000 - step_us * (meter->burst - 1) -
		TIMER_US;
	if (meter->next_us < earliest_us)
		meter->next_us = earliest_us;
	meter->next_us += step_us;
}
