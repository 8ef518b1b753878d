/* Borrowed slices of text, and a bounded place to write text into. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct text {
	const char *at;
	size_t len;
};

#define TEXT_NONE ((struct text){ "", 0 })

struct text text_from(const char *z);
struct text text_sub(struct text text, size_t from, size_t to);
struct text text_trim(struct text text);
bool text_is(struct text text, const char *z);
/* Without regard to the case of ASCII letters. */
bool text_is_case(struct text text, const char *z);
bool text_starts_case(struct text text, const char *z);
/* Where a character is first, or the length. */
size_t text_find(struct text text, char c);
/* Takes what stands before the first c off the front, and c with it; all of it
 * when there is none. */
struct text text_take(struct text *rest, char c);
/* The next line without its CRLF or LF. */
struct text text_take_line(struct text *rest);
/* All digits and below a million: false for anything else. */
bool text_number(struct text text, unsigned long *number);
/* What stands between the first < and the next >, else all of it, trimmed. */
struct text text_uri(struct text text);

#define OUT_SIZE 131072

/* What does not fit is left out and is_full tells. */
struct out {
	size_t len;
	bool is_full;
	char bytes[OUT_SIZE];
};

void out_put(struct out *out, struct text text);
void out_printf(struct out *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
struct text out_text(const struct out *out);
