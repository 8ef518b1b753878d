/* Rules: what becomes of which message, by its numbers, text and time. */
#pragma once

#include "sim/fault.h"
#include "smsc/shape.h"

/* Patterns as of a shell (*, ?, [a-z]); NULL fits all. Times in ms since the
 * start. */
struct rule {
	const char *to;
	const char *from;
	const char *text;
	const char *system_id;
	long from_ms;
	/* 0 is no end. */
	long until_ms;
	/* Strikes every so often, and so many times; 0 is always. */
	long every;
	long count;
	/* Of a hundred that fit, by the seed; 0 is all. */
	long percent;
	/* ESME_ROK takes the message. */
	long status;
	/* A message_state; 0 leaves it to the last digit of the number. */
	long outcome;
	struct receipt_shape shape;
	bool has_fault;
	struct fault fault;
	/* What happened so far. */
	long seen;
	long struck;
	struct dice dice;
};

struct rule_set {
	struct rule *rules;
	size_t count;
};

/* What a rule looks at; now_ms since the start, text in UTF-8. A number that
 * begins with a plus sign fits with it and without. */
struct rule_subject {
	const char *to;
	const char *from;
	const char *text;
	const char *system_id;
	long now_ms;
};

/* Chance starts again, for each rule its own. */
void rule_seed_all(struct rule_set *set, uint64_t seed);

/* Appends what it looks at, for people. */
void rule_describe(struct buf *out, const struct rule *rule);

/* The first rule that fits and is due, counted; NULL if none is. */
struct rule *rule_select(struct rule_set *set,
			 const struct rule_subject *subject);
