/* What libconfig 1.5 accepts in silence: numbers it truncates, text it cuts at
 * a NUL, comments that never end; and what ends the process inside its
 * scanner: including what is not a regular file. Walks the same tokens. */
#include "base/conf_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX_LEN (16u << 20)
/* As deep as libconfig follows; deeper it fails on the including line. */
#define INCLUDE_MAX 10

struct scan {
	struct iwf_arena *arena;
	const char *folder;
	struct conf_flaw *flaw;
	struct iwf_why *why;
};

struct source {
	const char *file;
	struct iwf_str rest;
	size_t line;
	unsigned depth;
	bool fresh; /* nothing but blanks on this line yet */
};

static enum iwf_err scan_file(struct scan *scan, const char *path,
			      unsigned depth, const struct source *from);

static enum iwf_err refuse(struct scan *scan, const char *file, size_t line,
			   enum iwf_err err, const char *text)
{
	iwf_why_set(scan->why, err, line, "%s", text);
	if (scan->why)
		scan->why->file = file;
	return err;
}

static void note_flaw(struct scan *scan, const struct source *src,
		      struct iwf_str literal, const char *text)
{
	struct conf_flaw *flaw = scan->flaw;

	if (flaw->err)
		return;
	flaw->err = iwf_why_set(&flaw->why, IWF_E_SYNTAX, src->line,
				"%.*s %s", IWF_STR_ARG(literal), text);
	flaw->why.file = src->file;
}

const char *conf_path_join(struct iwf_arena *arena, const char *folder,
			   const char *name)
{
	if (!strcmp(folder, "."))
		return iwf_arena_copy(arena, iwf_str_from(name)).ptr;
	return iwf_arena_printf(arena, "%s/%s", folder, name).ptr;
}

/* --- tokens --- */

static char peek(const struct source *src, size_t ahead)
{
	return ahead < src->rest.len ? src->rest.ptr[ahead] : '\0';
}

static void skip(struct source *src, size_t len)
{
	for (size_t i = 0; i < len && i < src->rest.len; i++) {
		char c = src->rest.ptr[i];

		if (c == '\n') {
			src->line++;
			src->fresh = true;
		} else if (c != ' ' && c != '\t') {
			src->fresh = false;
		}
	}
	src->rest = iwf_str_sub(src->rest, len, src->rest.len);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
}

static bool is_name(char c)
{
	return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}

static size_t digits_len(const struct source *src, size_t at,
			 bool (*is)(char c))
{
	size_t len = 0;

	while (is(peek(src, at + len)))
		len++;
	return len;
}

static const char range_text[] =
	"does not fit 32 bits; a larger number ends with L";
static const char range64_text[] = "does not fit 64 bits";

static void scan_hex(struct scan *scan, struct source *src)
{
	size_t len = digits_len(src, 2, is_hex);
	bool wide = peek(src, 2 + len) == 'L';
	struct iwf_str literal = iwf_str_sub(src->rest, 0, 2 + len);
	struct iwf_str digits = iwf_str_sub(src->rest, 2, 2 + len);

	while (digits.len > 1 && digits.ptr[0] == '0')
		digits = iwf_str_sub(digits, 1, digits.len);
	if (!wide && (digits.len > 8 ||
		      (digits.len == 8 && digits.ptr[0] > '7')))
		note_flaw(scan, src, literal, range_text);
	else if (wide && (digits.len > 16 ||
			  (digits.len == 16 && digits.ptr[0] > '7')))
		note_flaw(scan, src, literal, range64_text);
	skip(src, 2 + len + wide);
}

static void check_decimal(struct scan *scan, struct source *src,
			  struct iwf_str literal, bool wide)
{
	bool minus = literal.ptr[0] == '-';
	bool sign = minus || literal.ptr[0] == '+';
	struct iwf_str digits = iwf_str_sub(literal, sign, literal.len);
	uint64_t max = (wide ? INT64_MAX : (uint64_t)INT_MAX) + minus;
	uint64_t value;

	if (digits.len > 1 && digits.ptr[0] == '0')
		note_flaw(scan, src, literal, "begins with a needless 0");
	else if (iwf_str_to_u64(digits, max, &value) != IWF_OK)
		note_flaw(scan, src, literal, wide ? range64_text : range_text);
}

static void scan_decimal(struct scan *scan, struct source *src)
{
	size_t sign = is_digit(peek(src, 0)) ? 0 : 1;
	size_t len = sign + digits_len(src, sign, is_digit);
	char next = peek(src, len);
	char after = peek(src, len + 1);

	if (next == '.' || ((next == 'e' || next == 'E') &&
			    (is_digit(after) || after == '-' || after == '+'))) {
		/* A float: no row takes one, so nothing can be lost. */
		skip(src, len + 1);
		while (is_digit(peek(src, 0)) || peek(src, 0) == 'e' ||
		       peek(src, 0) == 'E')
			skip(src, 1);
		return;
	}
	check_decimal(scan, src, iwf_str_sub(src->rest, 0, len), next == 'L');
	skip(src, len);
}

static enum iwf_err scan_text(struct scan *scan, struct source *src)
{
	size_t line = src->line;

	skip(src, 1);
	while (src->rest.len && peek(src, 0) != '"') {
		bool escape = peek(src, 0) == '\\';
		char c = peek(src, 1);

		if (escape && (c == 'x' || c == 'X') && peek(src, 2) == '0' &&
		    peek(src, 3) == '0')
			note_flaw(scan, src, iwf_str_sub(src->rest, 0, 4),
				  "cannot be part of a text");
		skip(src, escape && (c == '"' || c == '\\') ? 2 : 1);
	}
	if (!src->rest.len && src->depth)
		return refuse(scan, src->file, line, IWF_E_SYNTAX,
			      "this text never ends");
	skip(src, 1);
	return IWF_OK;
}

static enum iwf_err scan_comment(struct scan *scan, struct source *src)
{
	size_t line = src->line;
	size_t end = iwf_str_search(iwf_str_sub(src->rest, 2, src->rest.len),
				    IWF_STR("*/"));

	if (end == IWF_STR_NPOS)
		return refuse(scan, src->file, line, IWF_E_SYNTAX,
			      "this comment never ends");
	skip(src, 2 + end + 2);
	return IWF_OK;
}

static void skip_line(struct source *src)
{
	size_t end = iwf_str_find(src->rest, '\n');

	skip(src, end == IWF_STR_NPOS ? src->rest.len : end);
}

/* Returns false, and eats nothing, when this is not an include. */
static bool take_include(struct source *src, struct iwf_str *name)
{
	struct source ahead = *src;
	size_t blanks = 0;
	size_t end;

	if (!src->fresh || !iwf_str_starts(ahead.rest, IWF_STR("@include")))
		return false;
	skip(&ahead, 8);
	while (peek(&ahead, blanks) == ' ' || peek(&ahead, blanks) == '\t')
		blanks++;
	if (!blanks || peek(&ahead, blanks) != '"')
		return false;
	skip(&ahead, blanks + 1);
	end = iwf_str_find(ahead.rest, '"');
	if (end == IWF_STR_NPOS)
		return false;
	*name = iwf_str_sub(ahead.rest, 0, end);
	skip(&ahead, end + 1);
	*src = ahead;
	return true;
}

static enum iwf_err scan_include(struct scan *scan, struct source *src)
{
	struct iwf_str name;
	const char *path;

	if (!take_include(src, &name)) {
		skip(src, 1);
		return IWF_OK;
	}
	if (iwf_str_find(name, '\\') != IWF_STR_NPOS || !name.len)
		return refuse(scan, src->file, src->line, IWF_E_SYNTAX,
			      "a file is included by its plain name");
	if (src->depth == INCLUDE_MAX)
		return refuse(scan, src->file, src->line, IWF_E_SYNTAX,
			      "includes are nested too deep");
	path = conf_path_join(scan->arena, scan->folder,
			      iwf_arena_copy(scan->arena, name).ptr);
	return scan_file(scan, path, src->depth + 1, src);
}

static enum iwf_err scan_token(struct scan *scan, struct source *src)
{
	char c = peek(src, 0);
	char next = peek(src, 1);

	if (c == '"')
		return scan_text(scan, src);
	if (c == '/' && next == '*')
		return scan_comment(scan, src);
	if (c == '@')
		return scan_include(scan, src);
	if (c == '#' || (c == '/' && next == '/'))
		skip_line(src);
	else if (is_letter(c))
		skip(src, digits_len(src, 0, is_name));
	else if (c == '0' && (next == 'x' || next == 'X') &&
		 is_hex(peek(src, 2)))
		scan_hex(scan, src);
	else if (is_digit(c) || c == '.' ||
		 ((c == '-' || c == '+') && is_digit(next)))
		scan_decimal(scan, src);
	else
		skip(src, 1);
	return IWF_OK;
}

/* --- files --- */

static enum iwf_err read_all(struct iwf_arena *arena, int fd, size_t len,
			     struct iwf_str *text)
{
	char *to = iwf_arena_alloc(arena, len + 1);
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(fd, to + got, len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return IWF_E_IO;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*text = iwf_str_make(to, got);
	return IWF_OK;
}

static enum iwf_err read_file(struct iwf_arena *arena, const char *path,
			      struct iwf_str *text, const char **problem)
{
	/* Not blocking: opening a pipe must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum iwf_err err = IWF_OK;
	struct stat st;

	if (fd < 0) {
		*problem = strerror(errno);
		return errno == ENOENT ? IWF_E_NOT_FOUND : IWF_E_IO;
	}
	*problem = "cannot be read";
	if (fstat(fd, &st) < 0) {
		err = IWF_E_IO;
	} else if (!S_ISREG(st.st_mode)) {
		*problem = "is not a regular file";
		err = IWF_E_IO;
	} else if (st.st_size > (off_t)FILE_MAX_LEN) {
		*problem = "is larger than 16 MiB";
		err = IWF_E_LIMIT;
	} else {
		err = read_all(arena, fd, (size_t)st.st_size, text);
	}
	close(fd);
	return err;
}

static enum iwf_err refuse_file(struct scan *scan, const char *path,
				enum iwf_err err, const char *problem,
				const struct source *from)
{
	if (!from)
		return refuse(scan, path, 0, err, problem);
	refuse(scan, from->file, from->line, IWF_E_SYNTAX,
	       iwf_arena_printf(scan->arena, "%s: %s", path, problem).ptr);
	return IWF_E_SYNTAX;
}

static enum iwf_err scan_file(struct scan *scan, const char *path,
			      unsigned depth, const struct source *from)
{
	struct source src = { .file = path, .line = 1, .depth = depth,
			      .fresh = true };
	enum iwf_err err;
	const char *problem;

	err = read_file(scan->arena, path, &src.rest, &problem);
	if (err != IWF_OK)
		return refuse_file(scan, path, err, problem, from);
	if (iwf_str_find(src.rest, '\0') != IWF_STR_NPOS) {
		skip(&src, iwf_str_find(src.rest, '\0'));
		return refuse(scan, path, src.line, IWF_E_SYNTAX,
			      "a NUL byte in a text file");
	}
	while (src.rest.len && err == IWF_OK)
		err = scan_token(scan, &src);
	return err;
}

enum iwf_err conf_scan(struct iwf_arena *arena, const char *path,
		       const char *folder, struct conf_flaw *flaw,
		       struct iwf_why *why)
{
	struct scan scan = { arena, folder, flaw, why };

	flaw->err = IWF_OK;
	return scan_file(&scan, path, 0, NULL);
}
