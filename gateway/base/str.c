/* Slices of text: comparing, searching, splitting, checking. */
#include <iwf/str.h>
#include <iwf/utf8.h>

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

struct iwf_str iwf_str_sub(struct iwf_str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return iwf_str_make(s.ptr ? s.ptr + from : NULL, to - from);
}

bool iwf_str_eq(struct iwf_str a, struct iwf_str b)
{
	return a.len == b.len && (!a.len || !memcmp(a.ptr, b.ptr, a.len));
}

bool iwf_str_eq_case(struct iwf_str a, struct iwf_str b)
{
	return a.len == b.len && iwf_str_starts_case(a, b);
}

bool iwf_str_starts(struct iwf_str s, struct iwf_str prefix)
{
	return iwf_str_eq(iwf_str_sub(s, 0, prefix.len), prefix);
}

bool iwf_str_starts_case(struct iwf_str s, struct iwf_str prefix)
{
	if (s.len < prefix.len)
		return false;
	for (size_t i = 0; i < prefix.len; i++)
		if (lower(s.ptr[i]) != lower(prefix.ptr[i]))
			return false;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct iwf_str iwf_str_trim(struct iwf_str s)
{
	while (s.len && is_blank(s.ptr[0]))
		s = iwf_str_sub(s, 1, s.len);
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

size_t iwf_str_find(struct iwf_str s, char c)
{
	const char *p = s.len ? memchr(s.ptr, c, s.len) : NULL;

	return p ? (size_t)(p - s.ptr) : IWF_STR_NPOS;
}

size_t iwf_str_search(struct iwf_str s, struct iwf_str what)
{
	const char *p;

	if (!what.len)
		return 0;
	p = s.len ? memmem(s.ptr, s.len, what.ptr, what.len) : NULL;
	return p ? (size_t)(p - s.ptr) : IWF_STR_NPOS;
}

bool iwf_str_split(struct iwf_str *rest, char sep, struct iwf_str *piece)
{
	size_t at;

	*piece = IWF_STR_NONE;
	if (!rest->ptr)
		return false;
	at = iwf_str_find(*rest, sep);
	if (at != IWF_STR_NPOS) {
		*piece = iwf_str_sub(*rest, 0, at);
		*rest = iwf_str_sub(*rest, at + 1, rest->len);
		return true;
	}
	*piece = *rest;
	*rest = IWF_STR_NONE;
	return true;
}

enum iwf_err iwf_str_to_u64(struct iwf_str s, uint64_t max, uint64_t *value)
{
	uint64_t sum = 0;

	if (!s.len)
		return IWF_E_SYNTAX;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return IWF_E_SYNTAX;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(s.ptr[i] - '0');

		if (sum > (max - digit) / 10 || digit > max)
			return IWF_E_LIMIT;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return IWF_OK;
}

void iwf_str_hex(char *to, uint64_t value, unsigned digits)
{
	while (digits--)
		*to++ = "0123456789abcdef"[value >> 4 * digits & 15];
}

#define EACH_OCTET(value) (0x0101010101010101u * (value))

/* Nearly all text is plain: eight octets at a time, and behind it one by one.
 * Of octets below 0x80 adding 1 lifts the top bit of 0x7f alone, taking 0x20
 * away that of what is below it; a carry or borrow needs such an octet first. */
size_t iwf_str_plain_len(struct iwf_str s)
{
	uint64_t word;
	size_t at = 0;

	for (; at + sizeof(word) <= s.len; at += sizeof(word)) {
		memcpy(&word, s.ptr + at, sizeof(word));
		if ((word | (word + EACH_OCTET(1)) |
		     (word - EACH_OCTET(0x20))) & EACH_OCTET(0x80))
			break;
	}
	while (at < s.len && s.ptr[at] >= 0x20 && s.ptr[at] < 0x7f)
		at++;
	return at;
}

bool iwf_str_is_printable(struct iwf_str s)
{
	for (size_t i = iwf_str_plain_len(s); i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
			return false;
	return true;
}

static size_t ascii_len(struct iwf_str s)
{
	uint64_t word;
	size_t at = 0;

	for (; at + sizeof(word) <= s.len; at += sizeof(word)) {
		memcpy(&word, s.ptr + at, sizeof(word));
		if (word & EACH_OCTET(0x80))
			break;
	}
	while (at < s.len && !(s.ptr[at] & 0x80))
		at++;
	return at;
}

bool iwf_str_is_utf8(struct iwf_str s)
{
	s = iwf_str_sub(s, ascii_len(s), s.len);
	while (s.len)
		if (iwf_utf8_next(&s) == IWF_UTF8_BAD)
			return false;
	return true;
}
