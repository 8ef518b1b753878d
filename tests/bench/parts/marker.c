/* bm<16 digits of microseconds>.<9 digits of number>. */
#include "bench/parts/marker.h"

#include <string.h>

#define TIME_DIGITS 16
#define INDEX_DIGITS 9
#define TIME_AT 2
#define INDEX_AT (TIME_AT + TIME_DIGITS + 1)

static void put_digits(char *at, unsigned count, uint64_t value)
{
	while (count--) {
		at[count] = (char)('0' + value % 10);
		value /= 10;
	}
}

static bool get_digits(const char *at, unsigned count, uint64_t *value)
{
	*value = 0;
	for (unsigned i = 0; i < count; i++) {
		if (at[i] < '0' || at[i] > '9')
			return false;
		*value = *value * 10 + (uint64_t)(at[i] - '0');
	}
	return true;
}

void marker_put(char *at, struct marker marker)
{
	memcpy(at, "bm", TIME_AT);
	put_digits(at + TIME_AT, TIME_DIGITS, marker.sent_us);
	at[INDEX_AT - 1] = '.';
	put_digits(at + INDEX_AT, INDEX_DIGITS, marker.index);
	at[MARKER_LEN - 1] = '.';
}

static bool parse(const char *at, struct marker *marker)
{
	uint64_t index;

	if (memcmp(at, "bm", TIME_AT) || at[INDEX_AT - 1] != '.' ||
	    at[MARKER_LEN - 1] != '.' ||
	    !get_digits(at + TIME_AT, TIME_DIGITS, &marker->sent_us) ||
	    !get_digits(at + INDEX_AT, INDEX_DIGITS, &index))
		return false;
	marker->index = (uint32_t)index;
	return true;
}

bool marker_find(const char *text, size_t len, struct marker *marker)
{
	const char *end = text + len;

	while ((size_t)(end - text) >= MARKER_LEN) {
		size_t left = (size_t)(end - text) - MARKER_LEN + 1;
		const char *at = memchr(text, 'b', left);

		if (!at)
			return false;
		if (parse(at, marker))
			return true;
		text = at + 1;
	}
	return false;
}
