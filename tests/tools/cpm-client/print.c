/* Lines for people and NDJSON (RFC 8259). */
#include "print.h"

#include <stdarg.h>
#include <time.h>

int64_t print_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Octets of the character that text begins with; 0 if it is broken. */
static size_t utf8_len(struct text text)
{
	const unsigned char *at = (const unsigned char *)text.at;
	size_t len = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 :
		     at[0] < 0xf0 ? 3 : at[0] < 0xf5 ? 4 : 0;

	if (len > text.len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return len;
}

void print_json_string(FILE *out, struct text text)
{
	fputc('"', out);
	while (text.len) {
		size_t len = utf8_len(text);
		const unsigned char c = (unsigned char)text.at[0];

		if (!len || c < 0x20 || c == 0x7f)
			fprintf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else
			fwrite(text.at, 1, len, out);
		text = text_sub(text, len ? len : 1, text.len);
	}
	fputc('"', out);
}

/* Control characters of peers stay off the terminal. */
static void put_clean(FILE *out, struct text text)
{
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.at[i];

		fputc(c < 0x20 || c == 0x7f ? ' ' : c, out);
	}
}

static void print_people(const struct print *print, int64_t now_ms,
			 const struct print_field *fields,
			 struct text headline)
{
	time_t now = (time_t)(now_ms / 1000);
	struct tm local;

	localtime_r(&now, &local);
	fprintf(print->out, "%02d:%02d:%02d.%03d ", local.tm_hour,
		local.tm_min, local.tm_sec, (int)(now_ms % 1000));
	put_clean(print->out, headline);
	for (; fields->key; fields++) {
		if (!fields->is_shown || !fields->value.len)
			continue;
		fprintf(print->out, "\n    %-16s", fields->key);
		put_clean(print->out, fields->value);
	}
	fputc('\n', print->out);
}

static void print_json(const struct print *print, int64_t now_ms,
		       const char *event, const struct print_field *fields)
{
	fprintf(print->out, "{\"event\":\"%s\",\"time\":%lld", event,
		(long long)now_ms);
	for (; fields->key; fields++) {
		if (!fields->value.len)
			continue;
		fprintf(print->out, ",\"%s\":", fields->key);
		print_json_string(print->out, fields->value);
	}
	fputs("}\n", print->out);
}

void print_event(const struct print *print, const char *event,
		 const struct print_field *fields, const char *headline, ...)
{
	static const struct print_field none = { .key = NULL };
	int64_t now_ms = print_now_ms();
	char line[1024];
	va_list args;
	int len;

	va_start(args, headline);
	len = vsnprintf(line, sizeof(line), headline, args);
	va_end(args);
	if (len < 0)
		len = 0;
	if ((size_t)len >= sizeof(line))
		len = sizeof(line) - 1;
	if (print->is_json)
		print_json(print, now_ms, event, fields ? fields : &none);
	else
		print_people(print, now_ms, fields ? fields : &none,
			     (struct text){ line, (size_t)len });
	fflush(print->out);
}
