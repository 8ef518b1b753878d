/* Names, parameters and escapes of CPIM headers (RFC 3862 2.3.1 and 3). */
#include "wire/cpim_text.h"

#include <iwf/utf8.h>

static const struct iwf_str field_names[CPIM_FIELD_COUNT] = {
	[CPIM_FIELD_FROM] = { "From", 4 },
	[CPIM_FIELD_TO] = { "To", 2 },
	[CPIM_FIELD_CC] = { "cc", 2 },
	[CPIM_FIELD_DATETIME] = { "DateTime", 8 },
	[CPIM_FIELD_SUBJECT] = { "Subject", 7 },
	[CPIM_FIELD_NS] = { "NS", 2 },
	[CPIM_FIELD_REQUIRE] = { "Require", 7 },
};

enum cpim_field cpim_field_find(struct iwf_str name)
{
	for (size_t i = CPIM_FIELD_NONE + 1; i < CPIM_FIELD_COUNT; i++)
		if (iwf_str_eq(name, field_names[i]))
			return (enum cpim_field)i;
	return CPIM_FIELD_NONE;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* At least one character, all of them alphanumeric, `-` or in extra. */
static bool is_made_of(struct iwf_str s, struct iwf_str extra)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.ptr[i]) && s.ptr[i] != '-' &&
		    iwf_str_find(extra, s.ptr[i]) == IWF_STR_NPOS)
			return false;
	return s.len > 0;
}

bool cpim_is_name(struct iwf_str s)
{
	return is_made_of(s, IWF_STR("!#$%&'*+^_`|~"));
}

bool cpim_is_lang(struct iwf_str s)
{
	return is_made_of(s, IWF_STR_NONE);
}

bool cpim_is_token(struct iwf_str s)
{
	return is_made_of(s, IWF_STR("!#$%&'*+.^_`|~"));
}

size_t cpim_params_len(struct iwf_str s)
{
	bool quoted = false;
	size_t i;

	if (!s.len || s.ptr[0] != ';')
		return 0;
	for (i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\' && quoted && i + 1 < s.len)
			i++;
		else if (s.ptr[i] == '"')
			quoted = !quoted;
		else if (s.ptr[i] == '\t' && quoted)
			return IWF_STR_NPOS;
		else if ((s.ptr[i] == ' ' || s.ptr[i] == '\t') && !quoted)
			break;
	}
	return quoted ? IWF_STR_NPOS : i;
}

bool cpim_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct iwf_str cpim_trim(struct iwf_str s)
{
	while (s.len && cpim_is_blank(s.ptr[0]))
		s = iwf_str_sub(s, 1, s.len);
	while (s.len && cpim_is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* Offset behind the string that opens at 0, or NPOS. */
static size_t skip_string(struct iwf_str s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return i + 1;
	}
	return IWF_STR_NPOS;
}

static bool is_uri(struct iwf_str s)
{
	return s.len && iwf_str_is_printable(s) &&
	       iwf_str_find(s, '<') == IWF_STR_NPOS &&
	       iwf_str_find(s, '>') == IWF_STR_NPOS &&
	       iwf_str_find(s, '\\') == IWF_STR_NPOS;
}

bool cpim_address_split(struct iwf_str raw, struct cpim_address *out)
{
	bool is_quoted = raw.len && raw.ptr[0] == '"';
	size_t end = is_quoted ? skip_string(raw) : iwf_str_find(raw, '<');
	struct iwf_str rest;

	if (end == IWF_STR_NPOS)
		return false;
	out->name = is_quoted ? iwf_str_sub(raw, 1, end - 1) :
				cpim_trim(iwf_str_sub(raw, 0, end));
	rest = cpim_trim(iwf_str_sub(raw, end, raw.len));
	if (rest.len < 2 || rest.ptr[0] != '<' || rest.ptr[rest.len - 1] != '>')
		return false;
	out->uri = cpim_trim(iwf_str_sub(rest, 1, rest.len - 1));
	return is_uri(out->uri);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code point of an escape whose letter stands first in s, and its length;
 * 0 when it is none. */
static size_t read_escape(struct iwf_str s, uint32_t *code)
{
	static const char letters[] = "\\\"'btnr";
	static const char meanings[] = "\\\"'\b\t\n\r";
	const char *at = s.len && s.ptr[0] ? strchr(letters, s.ptr[0]) : NULL;

	if (at) {
		*code = (unsigned char)meanings[at - letters];
		return 1;
	}
	if (s.len < 5 || s.ptr[0] != 'u')
		return 0;
	*code = 0;
	for (size_t i = 1; i < 5; i++) {
		int digit = hex_value(s.ptr[i]);

		if (digit < 0)
			return 0;
		*code = *code << 4 | (uint32_t)digit;
	}
	return 5;
}

struct iwf_str cpim_unescape(struct iwf_arena *arena, struct iwf_str s)
{
	struct iwf_buf loose = { .len = 0 }, whole = { .len = 0 };
	struct iwf_str plain;
	uint32_t code;

	if (iwf_str_find(s, '\\') == IWF_STR_NPOS)
		return s;
	for (size_t i = 0; i < s.len; i++) {
		size_t len = s.ptr[i] == '\\' ?
			read_escape(iwf_str_sub(s, i + 1, s.len), &code) : 0;

		if (len)
			iwf_utf8_put(&loose, code);
		else
			iwf_buf_u8(&loose, (uint8_t)s.ptr[i]);
		i += len;
	}
	/* Surrogate halves were put singly and meet here. */
	iwf_utf8_mend(&whole, iwf_buf_str(&loose));
	plain = iwf_arena_copy(arena, iwf_buf_str(&whole));
	iwf_buf_free(&loose);
	iwf_buf_free(&whole);
	return plain;
}

static void put_escaped(struct iwf_buf *buf, char c)
{
	static const char plain[] = "\b\t\n\r\\\"";
	static const char letters[] = "btnr\\\"";
	const char *at = c ? strchr(plain, c) : NULL;

	if (at)
		iwf_buf_printf(buf, "\\%c", letters[at - plain]);
	else
		iwf_buf_printf(buf, "\\u%04x", (unsigned)(unsigned char)c);
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static bool is_end(struct iwf_str s, size_t i)
{
	return i == 0 || i + 1 == s.len;
}

/* s itself where it is whole, as nearly all text is. */
static struct iwf_str mend(struct iwf_buf *mended, struct iwf_str s)
{
	if (iwf_str_is_utf8(s))
		return s;
	iwf_utf8_mend(mended, s);
	return iwf_buf_str(mended);
}

void cpim_escape(struct iwf_buf *buf, struct iwf_str s, bool is_quoted)
{
	struct iwf_buf mended = { .len = 0 };
	size_t done = 0;

	s = mend(&mended, s);
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!is_control(c) && c != '\\' && (c != '"' || !is_quoted) &&
		    (c != ' ' || is_quoted || !is_end(s, i)))
			continue;
		iwf_buf_str_put(buf, iwf_str_sub(s, done, i));
		put_escaped(buf, c);
		done = i + 1;
	}
	iwf_buf_str_put(buf, iwf_str_sub(s, done, s.len));
	iwf_buf_free(&mended);
}

void cpim_put_uri(struct iwf_buf *buf, struct iwf_str s)
{
	struct iwf_buf mended = { .len = 0 };
	size_t done = 0;

	s = mend(&mended, s);
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!is_control(c) && c != '<' && c != '>' && c != '\\' &&
		    (c != ' ' || !is_end(s, i)))
			continue;
		iwf_buf_str_put(buf, iwf_str_sub(s, done, i));
		iwf_buf_printf(buf, "%%%02X", (unsigned)(uint8_t)c);
		done = i + 1;
	}
	iwf_buf_str_put(buf, iwf_str_sub(s, done, s.len));
	iwf_buf_free(&mended);
}
