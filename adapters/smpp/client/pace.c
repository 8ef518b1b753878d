/* See pace.h. */
#include "client/pace.h"

#include <math.h>
#include <string.h>

#define SLOT_MS 100
/* What a loop that was late may catch up. To lose it would cost more than what
 * is refused for it. */
#define CATCH_UP_US 100000
/* Held back by the rate, and not by a lack of messages or answers: who has too
 * few lags by all that may be caught up. */
#define LATE_US 30000
#define RATE_MIN 0.2
/* When the first one is refused there is nothing to judge by. */
#define RATE_FIRST 5.0
/* Nobody's limit: as good as none. */
#define RATE_MAX 100000.0

/* The share of what was found that is used, from the throttling until the
 * limit is tried again. */
#define SHARE_FIRST 0.98
#define SHARE_LAST 0.99
/* So many are taken between two looks above, that a refused one counts little;
 * bounds in seconds. */
#define LOOK_AFTER_COUNT 85.0
#define LOOK_AFTER_MIN_SEC 10.0
#define LOOK_AFTER_MAX_SEC 40.0
/* The look: so much more at first, twice that after each time, in which so many
 * must have been sent. */
#define LOOK_FIRST 0.01
#define LOOK_AT_ONCE 0.05
#define LOOK_DOUBLES_SEC 0.6
#define LOOK_DOUBLES_COUNT 5.0
/* What it refused above what was found, so much of that may be there: more
 * where to be wrong costs few of many. */
#define TRUST_LEAST 0.25
#define TRUST_MOST 0.6
#define TRUST_RATE 200.0

#define SOON_MS 2500
#define FALL_LEAST 0.97
#define FALL_MOST 0.6
/* Taken in the last second less than this share of the rate: not by chance. */
#define FALL_CLEAR 0.85
#define RISE_CLEAR 1.1
/* congestion_state: from here on nearing congestion, and congested. */
#define NEAR_PERCENT 90
#define BUSY_PERCENT 100
#define BUSY_MS 1000
#define BUSY_SHARE 0.9

#define PAUSE_MIN_MS 10.0
#define PAUSE_MAX_MS 200.0
#define PAUSE_LIMIT_MS 2000u

static double clamp(double value, double low, double high)
{
	if (value < low)
		return low;
	return value > high ? high : value;
}

/* --- what was taken in the last second --- */

static void slots_move(struct smpp_pace *pace, int64_t now_ms)
{
	int64_t slot = now_ms / SLOT_MS;

	if (slot - pace->slot >= SMPP_PACE_SLOTS) {
		memset(pace->taken, 0, sizeof(pace->taken));
		pace->slot = slot;
	}
	while (pace->slot < slot)
		pace->taken[++pace->slot % SMPP_PACE_SLOTS] = 0;
}

static double taken_in_second(struct smpp_pace *pace, int64_t now_ms)
{
	uint32_t sum = 0;

	slots_move(pace, now_ms);
	for (size_t i = 0; i < SMPP_PACE_SLOTS; i++)
		sum += pace->taken[i];
	return sum;
}

/* --- sending --- */

int64_t smpp_pace_wait_ms(const struct smpp_pace *pace, int64_t now_ms)
{
	int64_t ahead_us = pace->next_us - now_ms * 1000;

	if (pace->is_testing && pace->is_test_out)
		return SMPP_PACE_ANSWER;
	if (pace->is_testing)
		return now_ms < pace->test_ms ? pace->test_ms - now_ms : 0;
	if (!(pace->rate > 0) || ahead_us <= 0)
		return 0;
	return (ahead_us + 999) / 1000;
}

static double look_after_sec(const struct smpp_pace *pace)
{
	return clamp(LOOK_AFTER_COUNT / pace->found, LOOK_AFTER_MIN_SEC,
		     LOOK_AFTER_MAX_SEC);
}

/* A share of what was found. */
static double share_of(double look, double sec, double after_sec)
{
	if (look > 0)
		return 1 + look;
	return SHARE_FIRST + (SHARE_LAST - SHARE_FIRST) * sec / after_sec;
}

static void look_bolder(struct smpp_pace *pace, double sec)
{
	double doubles_sec = fmax(LOOK_DOUBLES_SEC,
				  LOOK_DOUBLES_COUNT / pace->rate);

	pace->look = pace->look > 0 ?
		pace->look * exp2(sec / doubles_sec) : LOOK_FIRST;
}

/* The rate has held us back for so long more. */
static void rate_follow(struct smpp_pace *pace, int64_t held_us)
{
	double after_sec = look_after_sec(pace);
	double sec;

	pace->held_us += held_us;
	pace->held_count++;
	sec = (double)pace->held_us / 1e6;
	if (sec >= after_sec)
		look_bolder(pace, (double)held_us / 1e6);
	pace->rate = clamp(pace->found * share_of(pace->look, sec, after_sec),
			   RATE_MIN, RATE_MAX);
	if (pace->rate >= RATE_MAX)
		pace->rate = pace->found = 0;
}

void smpp_pace_on_sent(struct smpp_pace *pace, int64_t now_ms)
{
	int64_t now_us = now_ms * 1000;

	if (pace->is_testing) {
		pace->is_test_out = true;
		pace->last_us = now_us;
		return;
	}
	if (!(pace->rate > 0))
		return;
	if (now_us - pace->next_us <= LATE_US)
		rate_follow(pace, now_us - pace->last_us);
	pace->last_us = now_us;
	if (pace->next_us < now_us - CATCH_UP_US)
		pace->next_us = now_us - CATCH_UP_US;
	if (pace->rate > 0)
		pace->next_us += (int64_t)(1e6 / pace->rate);
}

/* --- answers --- */

void smpp_pace_on_taken(struct smpp_pace *pace, int64_t sent_ms,
			int64_t now_ms)
{
	slots_move(pace, now_ms);
	pace->taken[pace->slot % SMPP_PACE_SLOTS]++;
	if (!pace->is_testing || !pace->is_test_out ||
	    sent_ms < pace->test_ms)
		return;
	pace->is_testing = false;
	pace->is_test_out = false;
	pace->pause_ms = 0;
	/* last_us is when the test left. */
	pace->next_us = pace->last_us + (int64_t)(1e6 / pace->rate);
	pace->last_us = now_ms * 1000;
	if (pace->next_us < pace->last_us)
		pace->next_us = pace->last_us;
}

static void test_later(struct smpp_pace *pace, int64_t now_ms)
{
	uint32_t least_ms = (uint32_t)clamp(1000 / pace->rate, PAUSE_MIN_MS,
					    PAUSE_MAX_MS);

	pace->pause_ms = pace->pause_ms ? pace->pause_ms * 2 : least_ms;
	if (pace->pause_ms > PAUSE_LIMIT_MS)
		pace->pause_ms = PAUSE_LIMIT_MS;
	pace->is_testing = true;
	pace->is_test_out = false;
	pace->test_ms = now_ms + pace->pause_ms;
}

static double mean_held(const struct smpp_pace *pace)
{
	return pace->held_us ?
		pace->held_count * 1e6 / (double)pace->held_us : 0;
}

/* Again so soon: the estimate was a little wrong, or the limit has fallen. */
static double estimate_soon(const struct smpp_pace *pace, double second)
{
	if (second + 1 > pace->rate * FALL_CLEAR)
		return pace->rate * FALL_LEAST;
	return fmax(second + 1, pace->rate * FALL_MOST);
}

static double look_trust(const struct smpp_pace *pace)
{
	return clamp(pace->found / TRUST_RATE, TRUST_LEAST, TRUST_MOST);
}

/* Between two throttlings that lie some time apart the SMSC took what it can,
 * if it has a bucket that was empty at both. If it counts by the second, or has
 * a small bucket, it takes a little more than was found when only the look
 * above was too bold. The last second tells more when the limit has risen. */
static double estimate(struct smpp_pace *pace, int64_t now_ms)
{
	double second = taken_in_second(pace, now_ms);
	double best = mean_held(pace);

	if (!(pace->rate > 0))
		return fmax(second, RATE_FIRST);
	if (now_ms - pace->throttled_ms < SOON_MS)
		return estimate_soon(pace, second);
	if (pace->rate > pace->found)
		best = fmax(best, pace->found + look_trust(pace) *
			    (pace->rate - pace->found));
	if (second - 2 * sqrt(second) > mean_held(pace) * RISE_CLEAR)
		best = fmax(best, second);
	return clamp(best, pace->rate * FALL_MOST, pace->rate);
}

static void rate_fall(struct smpp_pace *pace, double found, int64_t now_ms)
{
	bool is_first = !(pace->rate > 0);

	pace->found = clamp(found, 2 * RATE_MIN, RATE_MAX);
	/* What came before may have been less than is taken: look at once. */
	pace->held_us = is_first ? (int64_t)(look_after_sec(pace) * 1e6) : 0;
	pace->held_count = (uint32_t)(pace->found * (double)pace->held_us / 1e6);
	pace->look = is_first ? LOOK_AT_ONCE : 0;
	pace->rate = clamp(pace->found * SHARE_FIRST, RATE_MIN, RATE_MAX);
	pace->throttled_ms = now_ms;
}

bool smpp_pace_on_throttled(struct smpp_pace *pace, int64_t sent_ms,
			    int64_t now_ms)
{
	if (pace->is_testing) {
		/* Its test, or what had left before. */
		if (pace->is_test_out && sent_ms >= pace->test_ms)
			test_later(pace, now_ms);
		return false;
	}
	if (pace->rate > 0 && sent_ms < pace->throttled_ms)
		return false;
	rate_fall(pace, estimate(pace, now_ms), now_ms);
	test_later(pace, now_ms);
	return true;
}

void smpp_pace_on_lost(struct smpp_pace *pace)
{
	pace->is_test_out = false;
}

/* Nearing congestion it gets no more than now, congested less and less. */
void smpp_pace_on_congestion(struct smpp_pace *pace, uint32_t percent,
			     int64_t now_ms)
{
	double now = pace->rate > 0 ? pace->rate :
		taken_in_second(pace, now_ms);

	if (percent < NEAR_PERCENT || now < 1 ||
	    now_ms - pace->throttled_ms < BUSY_MS)
		return;
	if (percent >= BUSY_PERCENT)
		now *= BUSY_SHARE;
	/* As if it had been found before, so that no look above follows. */
	pace->rate = now;
	rate_fall(pace, now / SHARE_FIRST, now_ms);
	pace->last_us = pace->next_us = now_ms * 1000;
}
