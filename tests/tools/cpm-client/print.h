/* What happens, as lines for people or as NDJSON, written at once. */
#pragma once

#include "text.h"

#include <stdint.h>
#include <stdio.h>

struct print {
	FILE *out;
	bool is_json;
};

/* A member of the JSON object; with is_shown also a line for people below the
 * headline. Empty values are left out. */
struct print_field {
	const char *key; /* NULL ends the list */
	struct text value;
	bool is_shown;
};

/* `16:03:12.123 HEADLINE`, or {"event":EVENT,"time":MS,...}. */
void print_event(const struct print *print, const char *event,
		 const struct print_field *fields, const char *headline, ...)
	__attribute__((format(printf, 4, 5)));

/* Writes a JSON string; octets that are not UTF-8 as the Latin-1 characters
 * they would be, so that a line is always valid JSON (RFC 8259 7). */
void print_json_string(FILE *out, struct text text);

/* Unix time in milliseconds. */
int64_t print_now_ms(void);
