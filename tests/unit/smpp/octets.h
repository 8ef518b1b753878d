/* Octets written as hex digits and quoted text, for tables of test cases. */
#pragma once

#include <iwf/arena.h>
#include <iwf/buf.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static inline unsigned octets_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* "00 1f 'text' 00" becomes octets; blanks are nothing. */
static inline struct iwf_str octets(struct iwf_arena *arena, const char *spec)
{
	char *out = iwf_arena_alloc(arena, strlen(spec) + 1);
	size_t len = 0;

	while (*spec) {
		if (*spec == ' ') {
			spec++;
		} else if (*spec == '\'') {
			for (spec++; *spec && *spec != '\''; spec++)
				out[len++] = *spec;
			spec += *spec == '\'';
		} else {
			assert_true(spec[1]);
			out[len++] = (char)(octets_digit(spec[0]) << 4 |
					    octets_digit(spec[1]));
			spec += 2;
		}
	}
	return iwf_str_make(out, len);
}

static inline void octets_assert(struct iwf_str got, struct iwf_str want)
{
	assert_int_equal(got.len, want.len);
	if (want.len)
		assert_memory_equal(got.ptr, want.ptr, want.len);
}

#define assert_text(got, want) octets_assert((got), iwf_str_from(want))
