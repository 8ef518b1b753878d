/* How fast one bind sends when its SMSC throttles. Until it does there is no
 * limit. Then the rate is searched: an estimate of what is taken, kept by even
 * spacing a little below; after each throttling a pause and one message alone
 * as a test; after a while without any a careful look above, ever bolder.
 * Pure: the clock is an argument. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SMPP_PACE_SLOTS 10

struct smpp_pace {
	double rate;           /* a second, now; 0: no limit was met */
	double found;          /* what the SMSC was last found to take */
	int64_t next_us;       /* when the next one is due by rate */
	int64_t last_us;       /* the last one left */

	/* Since the last throttling, while the rate alone held us back. */
	int64_t held_us;
	double look;           /* so much above what was found */
	uint32_t held_count;

	/* One alone, to see whether the SMSC takes again. */
	bool is_testing;
	bool is_test_out;
	int64_t test_ms;       /* not before */
	uint32_t pause_ms;
	int64_t throttled_ms;  /* the last time that the rate fell */

	/* Taken in the last second, by tenths. */
	uint32_t taken[SMPP_PACE_SLOTS];
	int64_t slot;
};

/* 0: one may go now; else how long to wait, SMPP_PACE_ANSWER until an answer
 * comes. */
#define SMPP_PACE_ANSWER INT64_MAX
int64_t smpp_pace_wait_ms(const struct smpp_pace *pace, int64_t now_ms);
void smpp_pace_on_sent(struct smpp_pace *pace, int64_t now_ms);
/* Any answer but throttling, to what was sent at sent_ms. */
void smpp_pace_on_taken(struct smpp_pace *pace, int64_t sent_ms,
			int64_t now_ms);
/* True when it is news: answers to what had left before the last time that
 * the rate fell change nothing more. */
bool smpp_pace_on_throttled(struct smpp_pace *pace, int64_t sent_ms,
			    int64_t now_ms);
/* No answer will come to what is out. */
void smpp_pace_on_lost(struct smpp_pace *pace);
/* The SMSC says how busy it is, 0 to 100 (congestion_state of SMPP 5.0). */
void smpp_pace_on_congestion(struct smpp_pace *pace, uint32_t percent,
			     int64_t now_ms);
