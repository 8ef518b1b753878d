/* How many requests may wait for their answer on one bind: the window of the
 * settings, less while the SMSC throttles or answers ever later. What a
 * smaller window only makes slower gets it back. Pure: the clock is an
 * argument. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct smpp_delay {
	uint32_t window;    /* by setting */
	uint32_t allowed;   /* how much of it is used now, at least 1 */
	double answer_ms;   /* smoothed response time; 0: not known */
	double least_ms;    /* the least of late */
	double least_next_ms;
	int64_t least_until_ms;

	/* The round under way: as many answers as were allowed. */
	uint32_t answered;
	int64_t round_ms;
	bool was_full;      /* the window was what held us back */
	bool was_late;      /* the round before: only two tell a rate */

	/* A cut that has yet to show that it cost nothing. */
	uint32_t cut_from;
	double rate_before;
};

void smpp_delay_create(struct smpp_delay *delay, uint32_t window);
/* Another setting; what was learnt stays. */
void smpp_delay_resize(struct smpp_delay *delay, uint32_t window);
/* One left; so many wait for their answers now. */
void smpp_delay_on_sent(struct smpp_delay *delay, uint32_t waiting);
/* An answer other than throttling. */
void smpp_delay_on_answer(struct smpp_delay *delay, int64_t sent_ms,
			  int64_t now_ms);
/* The SMSC throttled and will be sent so many a second. */
void smpp_delay_on_throttled(struct smpp_delay *delay, double rate);
