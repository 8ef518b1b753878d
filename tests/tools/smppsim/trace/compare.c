/* Holds one transcript against another, chain by chain. */
#include "trace/line.h"
#include "trace/transcript.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (64u * 1024 * 1024)

/* A line taken apart; the pointers borrow from the text. */
struct line {
	unsigned long conn_id;
	bool is_out;
	enum trace_kind kind;
	const char *said;
	size_t number;
};

struct lines {
	struct line *lines;
	size_t count;
};

static bool line_parse(struct line *line, char *text)
{
	char *end;

	line->conn_id = strtoul(text, &end, 10);
	if (end == text || end[0] != ' ' || (end[1] != '<' && end[1] != '>'))
		return false;
	line->is_out = end[1] == '>';
	end = strstr(end, ": ");
	if (!end)
		return false;
	line->said = end + 2;
	line->kind = trace_line_kind(line->said);
	return true;
}

/* Cuts text into its lines. */
static void lines_take(struct lines *lines, char *text)
{
	struct line line;
	char *next;
	size_t size = 0;

	while ((next = strsep(&text, "\n"))) {
		if (!line_parse(&line, next) || line.kind == TRACE_UPKEEP)
			continue;
		if (lines->count == size) {
			size = size ? 2 * size : 64;
			lines->lines =
				realloc(lines->lines, size * sizeof(line));
			if (!lines->lines)
				abort();
		}
		line.number = lines->count;
		lines->lines[lines->count++] = line;
	}
}

static int compare_places(const struct line *a, const struct line *b)
{
	if (a->conn_id != b->conn_id)
		return a->conn_id < b->conn_id ? -1 : 1;
	if (a->is_out != b->is_out)
		return a->is_out - b->is_out;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->kind == TRACE_RECEIPT ? strcmp(a->said, b->said) : 0;
}

static int by_chain(const void *one, const void *other)
{
	const struct line *a = one;
	const struct line *b = other;
	const int order = compare_places(a, b);

	return order ? order : a->number < b->number ? -1 : 1;
}

static bool lines_differ(const struct line *want, const struct line *got)
{
	return compare_places(want, got) != 0 ||
	       strcmp(want->said, got->said) != 0;
}

static bool lines_compare(struct lines *want, struct lines *got,
			  struct buf *why)
{
	static const struct line nothing = { .said = "nothing" };

	if (want->count)
		qsort(want->lines, want->count, sizeof(*want->lines), by_chain);
	if (got->count)
		qsort(got->lines, got->count, sizeof(*got->lines), by_chain);
	for (size_t i = 0; i < want->count || i < got->count; i++) {
		const struct line *a =
			i < want->count ? &want->lines[i] : &nothing;
		const struct line *b =
			i < got->count ? &got->lines[i] : &nothing;

		if (!lines_differ(a, b))
			continue;
		buf_appendf(why, "expected \"%s\", got \"%s\"", a->said,
			    b->said);
		return false;
	}
	return true;
}

static bool read_text(const char *path, struct buf *text, struct buf *why)
{
	FILE *file = fopen(path, "re");
	char bytes[65536];
	size_t got;

	if (!file) {
		buf_appendf(why, "%s: %s", path, strerror(errno));
		return false;
	}
	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0 &&
	       text->len <= FILE_MAX)
		buf_append(text, bytes, got);
	fclose(file);
	buf_append_u8(text, 0);
	if (text->len > FILE_MAX)
		buf_appendf(why, "%s: too long", path);
	return text->len <= FILE_MAX;
}

bool transcript_compare(struct transcript *transcript, const char *path,
			struct buf *why)
{
	struct buf text = { 0 };
	struct lines want = { 0 };
	struct lines got = { 0 };
	bool is_same = read_text(path, &text, why);

	if (is_same) {
		lines_take(&want, (char *)text.bytes);
		buf_append_u8(&transcript->kept, 0);
		lines_take(&got, (char *)transcript->kept.bytes);
		is_same = lines_compare(&want, &got, why);
	}
	free(want.lines);
	free(got.lines);
	buf_destroy(&text);
	return is_same;
}
