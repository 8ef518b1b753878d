/* Borrowed slices of text, and a bounded place to write text into. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct text text_from(const char *z)
{
	return z ? (struct text){ z, strlen(z) } : TEXT_NONE;
}

struct text text_sub(struct text text, size_t from, size_t to)
{
	if (to > text.len)
		to = text.len;
	if (from > to)
		from = to;
	return (struct text){ text.at + from, to - from };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct text text_trim(struct text text)
{
	while (text.len && is_blank(text.at[0]))
		text = text_sub(text, 1, text.len);
	while (text.len && is_blank(text.at[text.len - 1]))
		text.len--;
	return text;
}

bool text_is(struct text text, const char *z)
{
	return text.len == strlen(z) && !memcmp(text.at, z, text.len);
}

bool text_starts_case(struct text text, const char *z)
{
	size_t len = strlen(z);

	return text.len >= len && !strncasecmp(text.at, z, len);
}

bool text_is_case(struct text text, const char *z)
{
	return text.len == strlen(z) && text_starts_case(text, z);
}

size_t text_find(struct text text, char c)
{
	const char *found = text.len ? memchr(text.at, c, text.len) : NULL;

	return found ? (size_t)(found - text.at) : text.len;
}

struct text text_take(struct text *rest, char c)
{
	size_t at = text_find(*rest, c);
	struct text taken = text_sub(*rest, 0, at);

	*rest = text_sub(*rest, at + 1, rest->len);
	return taken;
}

struct text text_take_line(struct text *rest)
{
	struct text line = text_take(rest, '\n');

	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

bool text_number(struct text text, unsigned long *number)
{
	*number = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9' || *number > 99999)
			return false;
		*number = 10 * *number + (unsigned long)(text.at[i] - '0');
	}
	return text.len > 0;
}

struct text text_uri(struct text text)
{
	size_t from = text_find(text, '<');
	struct text uri = text_sub(text, from + 1, text.len);

	if (from == text.len)
		return text_trim(text);
	return text_trim(text_sub(uri, 0, text_find(uri, '>')));
}

void out_put(struct out *out, struct text text)
{
	if (text.len > OUT_SIZE - out->len) {
		out->is_full = true;
		return;
	}
	if (text.len)
		memcpy(out->bytes + out->len, text.at, text.len);
	out->len += text.len;
}

void out_printf(struct out *out, const char *format, ...)
{
	size_t room = OUT_SIZE - out->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(out->bytes + out->len, room, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= room)
		out->is_full = true;
	else
		out->len += (size_t)len;
}

struct text out_text(const struct out *out)
{
	return (struct text){ out->bytes, out->len };
}
