/* See pace.h. */
#include "client/pace.h"

/* So much may go at once after a silence; timers are not finer. */
#define BURST_US 50000

void smpp_pace_create(struct smpp_pace *pace, uint32_t window, uint32_t tps)
{
	*pace = (struct smpp_pace){
		.tps = tps, .window = window, .allowance = window,
	};
}

int64_t smpp_pace_wait_ms(const struct smpp_pace *pace, int64_t now_ms)
{
	int64_t ahead_us = pace->next_us - now_ms * 1000;

	if (now_ms < pace->paused_until_ms)
		return pace->paused_until_ms - now_ms;
	if (!pace->tps || ahead_us <= 0)
		return 0;
	return (ahead_us + 999) / 1000;
}

void smpp_pace_on_sent(struct smpp_pace *pace, int64_t now_ms)
{
	int64_t earliest_us = now_ms * 1000 - BURST_US;

	if (!pace->tps)
		return;
	if (pace->next_us < earliest_us)
		pace->next_us = earliest_us;
	pace->next_us += 1000000 / pace->tps;
}

void smpp_pace_on_taken(struct smpp_pace *pace, int64_t now_ms)
{
	if (now_ms < pace->paused_until_ms)
		return;
	pace->pause_ms = 0;
	if (pace->allowance >= pace->window || ++pace->taken < pace->allowance)
		return;
	pace->taken = 0;
	pace->allowance++;
}

int64_t smpp_pace_on_throttled(struct smpp_pace *pace, int64_t now_ms)
{
	if (now_ms < pace->paused_until_ms)
		return pace->paused_until_ms - now_ms;
	pace->pause_ms = pace->pause_ms ? pace->pause_ms * 2 :
		SMPP_PAUSE_MIN_MS;
	if (pace->pause_ms > SMPP_PAUSE_MAX_MS)
		pace->pause_ms = SMPP_PAUSE_MAX_MS;
	pace->paused_until_ms = now_ms + pace->pause_ms;
	pace->allowance = pace->allowance > 1 ? pace->allowance / 2 : 1;
	pace->taken = 0;
	return pace->pause_ms;
}
