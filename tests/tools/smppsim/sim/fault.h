/* Faults on purpose: what the simulator shall get wrong, and how often. */
#pragma once

#include "core/dice.h"
#include "sim/limit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_kind {
	FAULT_THROTTLE,
	FAULT_STATUS,
	FAULT_DROP_RESPONSE,
	FAULT_DELAY,
	FAULT_DUPLICATE_RESPONSE,
	FAULT_REORDER,
	FAULT_WRONG_SEQ,
	FAULT_BAD_LENGTH,
	FAULT_TRUNCATE,
	FAULT_DISCONNECT,
	FAULT_UNBIND,
	FAULT_NO_RECEIPT,
	FAULT_DUPLICATE_RECEIPT,
	FAULT_REFUSE_BIND,
	FAULT_HALF_OPEN,
	FAULT_STALL_READ,
	FAULT_SLOW_READ,
	FAULT_GARBAGE,
	FAULT_AWAY,
	FAULT_DROP_BIND,
	FAULT_DROP_ENQUIRE,
	FAULT_BUCKET,
	FAULT_WINDOW,
	FAULT_CONGESTION,
};

#define FAULT_MAX 32
#define FAULT_SPEC_MAX 127

struct fault {
	enum fault_kind kind;
	char spec[FAULT_SPEC_MAX + 1];
	/* When it strikes; 0 means not limited by that. */
	long every;
	long permille;
	long count;
	long after;
	/* What it does, by kind. */
	long rate;
	long ms;
	long code;
	long length;
	long burst;
	long level;
	bool now;
	/* Whom alone it strikes; empty is everybody. */
	char system_id[16];
	/* Of its own, so that faults do not shift each other's chance. */
	struct dice dice;
	/* What happened so far. */
	long seen;
	long struck;
	long struck_in_second;
	int64_t second_ms;
	struct limit limit;
};

struct fault_set {
	struct fault faults[FAULT_MAX];
	size_t count;
};

/* "kind", "kind:key=value,key=value" or "disconnect:now". False with a reason
 * in why. */
bool fault_parse(struct fault *fault, const char *spec, const char **why);

/* Starts its chance from seed and its place in the set. False when FAULT_MAX
 * are set already. */
bool fault_add(struct fault_set *set, const struct fault *fault, uint64_t seed);
void fault_clear(struct fault_set *set);

/* Asks at an occasion (one submit, one bind, one PDU of system_id) whether a
 * fault of this kind strikes it. NULL if not. Each call counts as one
 * occasion. */
struct fault *fault_strike(struct fault_set *set, enum fault_kind kind,
			   const char *system_id, int64_t now_ms);

/* The same of one fault that is in no set. */
bool fault_strikes(struct fault *fault, const char *system_id, int64_t now_ms);

/* Whether it strikes at a message: then a rule may have it. */
bool fault_is_of_message(enum fault_kind kind);

bool fault_is_set(const struct fault_set *set, enum fault_kind kind);

const char *fault_name(enum fault_kind kind);
