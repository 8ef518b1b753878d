/* The user data header in front of a short message (3GPP TS 23.040
 * 9.2.3.24). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* total 0: not concatenated. */
struct udh {
	size_t len;
	unsigned ref;
	unsigned total;
	unsigned seq;
};

/* False if the header or one of its elements does not fit. */
bool udh_parse(struct udh *udh, const uint8_t *bytes, size_t len);
