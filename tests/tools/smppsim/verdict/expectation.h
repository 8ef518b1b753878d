/* "submit_sm>=10": a named number, a comparison and what it is held
 * against. */
#pragma once

#include "verdict/figure.h"

enum expectation_order {
	EXPECT_EQUAL,
	EXPECT_NOT_EQUAL,
	EXPECT_AT_LEAST,
	EXPECT_AT_MOST,
	EXPECT_MORE,
	EXPECT_LESS,
};

struct expectation {
	char name[48];
	enum expectation_order order;
	long long value;
};

/* Whether this is one at all, rather than the name of a file. */
bool expectation_is_one(const char *text);
/* False if it is none: blanks around the comparison are allowed. */
bool expectation_parse(struct expectation *expectation, const char *text);
bool expectation_is_met(const struct expectation *expectation, long long value);
/* The number it is about. A status that never came is 0 under any of its
 * names (RTHROTTLED, ESME_RTHROTTLED, 0x58). False for an unknown name. */
bool expectation_find(const struct expectation *expectation,
		      const struct figures *figures, long long *value);
