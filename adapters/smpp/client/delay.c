/* See delay.h. */
#include "client/delay.h"

#include <math.h>

/* Waits below this are nobody's trouble. */
#define LATE_MS 300.0
/* So many times the least: the requests lie in a queue of the SMSC. */
#define LATE_TIMES 4.0
#define CUT 0.8
/* A cut that lowers the rate below this share was no use. */
#define CUT_HARMS 0.9
#define THROTTLED_CUT 0.7
#define LEAST_KEPT_MS 60000
#define SMOOTH 0.125
#define ROUND_MIN_MS 50

static uint32_t clamp(double value, uint32_t high)
{
	if (value < 1)
		return 1;
	return value > high ? high : (uint32_t)value;
}

void smpp_delay_create(struct smpp_delay *delay, uint32_t window)
{
	*delay = (struct smpp_delay){ .window = window, .allowed = window };
}

void smpp_delay_resize(struct smpp_delay *delay, uint32_t window)
{
	if (window != delay->window)
		smpp_delay_create(delay, window);
}

void smpp_delay_on_sent(struct smpp_delay *delay, uint32_t waiting)
{
	if (waiting >= delay->allowed)
		delay->was_full = true;
}

static void time_note(struct smpp_delay *delay, double took_ms, int64_t now_ms)
{
	if (took_ms < 1)
		took_ms = 1;
	if (!(delay->answer_ms > 0))
		delay->answer_ms = delay->least_ms = delay->least_next_ms =
			took_ms;
	delay->answer_ms += (took_ms - delay->answer_ms) * SMOOTH;
	delay->least_ms = fmin(delay->least_ms, took_ms);
	delay->least_next_ms = fmin(delay->least_next_ms, took_ms);
	if (now_ms < delay->least_until_ms)
		return;
	delay->least_ms = delay->least_next_ms;
	delay->least_next_ms = took_ms;
	delay->least_until_ms = now_ms + LEAST_KEPT_MS;
}

static bool is_late(const struct smpp_delay *delay)
{
	return delay->answer_ms > LATE_MS &&
		delay->answer_ms > delay->least_ms * LATE_TIMES;
}

/* The time is the SMSC's own, and none of its queue. */
static void cut_undo(struct smpp_delay *delay, uint32_t before)
{
	delay->allowed = clamp(before, delay->window);
	delay->least_ms = delay->least_next_ms = delay->answer_ms;
}

static void round_judge(struct smpp_delay *delay, double rate)
{
	uint32_t before = delay->cut_from;
	bool was_late = delay->was_late;

	delay->cut_from = 0;
	delay->was_late = is_late(delay);
	if (before && delay->was_full &&
	    rate < delay->rate_before * CUT_HARMS) {
		cut_undo(delay, before);
	} else if (was_late && delay->was_late && delay->was_full &&
		   delay->allowed > 1) {
		delay->cut_from = delay->allowed;
		delay->rate_before = rate;
		delay->allowed = clamp(delay->allowed * CUT, delay->window);
	} else if (!delay->was_late && delay->allowed < delay->window) {
		delay->allowed++;
	}
}

void smpp_delay_on_answer(struct smpp_delay *delay, int64_t sent_ms,
			  int64_t now_ms)
{
	int64_t took_ms = now_ms - delay->round_ms;

	time_note(delay, (double)(now_ms - sent_ms), now_ms);
	if (++delay->answered < delay->allowed || took_ms < ROUND_MIN_MS)
		return;
	round_judge(delay, delay->answered * 1000.0 / (double)took_ms);
	delay->answered = 0;
	delay->round_ms = now_ms;
	delay->was_full = false;
}

void smpp_delay_on_throttled(struct smpp_delay *delay, double rate)
{
	/* What the rate needs is no more than is on its way. */
	double needed = rate * delay->answer_ms / 1000 * 1.25 + 2;
	uint32_t cut = clamp(delay->allowed * THROTTLED_CUT, delay->window);

	delay->cut_from = 0;
	if (needed > cut)
		cut = clamp(needed, delay->allowed);
	delay->allowed = cut;
}
