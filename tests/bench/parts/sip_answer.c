/* 200 OK: Via, From, To with a tag, Call-ID and CSeq of the request. */
#include "bench/parts/sip_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TO_TAG ";tag=bench"

struct out {
	char *text;
	size_t len, max;
};

static void put(struct out *out, const char *text, size_t len)
{
	if (out->len + len <= out->max)
		memcpy(out->text + out->len, text, len);
	out->len += len;
}

static int is_field(const char *line, size_t len, const char *name)
{
	size_t name_len = strlen(name);

	return len > name_len && line[name_len] == ':' &&
	       !strncasecmp(line, name, name_len);
}

static int is_echoed(const char *line, size_t len)
{
	static const char *const names[] = { "Via", "v", "From", "f",
					     "Call-ID", "i", "CSeq" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (is_field(line, len, names[i]))
			return 1;
	}
	return 0;
}

/* A line without its CRLF. */
static void answer_line(struct out *out, const char *line, size_t len)
{
	int is_to = is_field(line, len, "To") || is_field(line, len, "t");

	if (!is_to && !is_echoed(line, len))
		return;
	put(out, line, len);
	if (is_to && !memmem(line, len, ";tag=", 5))
		put(out, TO_TAG, strlen(TO_TAG));
	put(out, "\r\n", 2);
}

size_t sip_length(const char *text, size_t len)
{
	const char *end = memmem(text, len, "\r\n\r\n", 4);
	const char *field;
	size_t head, body;

	if (!end)
		return 0;
	head = (size_t)(end - text) + 4;
	field = memmem(text, head, "\r\nContent-Length:", 17);
	if (!field)
		field = memmem(text, head, "\r\nl:", 4);
	body = field ? strtoul(strchr(field, ':') + 1, NULL, 10) : 0;
	return body <= len - head ? head + body : 0;
}

size_t sip_answer_write(const char *text, size_t len, char *to, size_t max)
{
	static const char status[] = "SIP/2.0 200 OK\r\n";
	static const char tail[] = "Content-Length: 0\r\n\r\n";
	const char *head_end = memmem(text, len, "\r\n\r\n", 4);
	const char *at = memmem(text, len, "\r\n", 2);
	struct out out = { to, 0, max };

	if (!head_end || len < 8 || !memcmp(text, "SIP/2.0 ", 8))
		return 0;
	put(&out, status, sizeof(status) - 1);
	while (at < head_end) {
		const char *line = at + 2;

		at = memmem(line, (size_t)(head_end + 2 - line), "\r\n", 2);
		answer_line(&out, line, (size_t)(at - line));
	}
	put(&out, tail, sizeof(tail) - 1);
	return out.len <= max ? out.len : 0;
}
