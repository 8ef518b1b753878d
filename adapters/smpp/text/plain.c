/* See plain.h; the decompositions are utf8proc's (Unicode, UAX 15). */
#include "text/plain.h"

#include <iwf/utf8.h>

#include <utf8proc.h>

struct replacement {
	uint32_t code;
	const char *text;
};

static const struct replacement marks[] = {
	{ 0x00A0, " " },  { 0x00AB, "\"" }, { 0x00AD, "" },   { 0x00B4, "'" },
	{ 0x00B7, "." },  { 0x00BB, "\"" }, { 0x00D7, "x" },  { 0x0060, "'" },
	{ 0x02BC, "'" },  { 0x2002, " " },  { 0x2003, " " },  { 0x2007, " " },
	{ 0x2008, " " },  { 0x2009, " " },  { 0x200A, " " },  { 0x2010, "-" },
	{ 0x2011, "-" },  { 0x2012, "-" },  { 0x2013, "-" },  { 0x2014, "-" },
	{ 0x2015, "-" },  { 0x2018, "'" },  { 0x2019, "'" },  { 0x201A, "'" },
	{ 0x201B, "'" },  { 0x201C, "\"" }, { 0x201D, "\"" }, { 0x201E, "\"" },
	{ 0x201F, "\"" }, { 0x2022, "*" },  { 0x2026, "..." }, { 0x202F, " " },
	{ 0x2032, "'" },  { 0x2033, "\"" }, { 0x2039, "'" },  { 0x203A, "'" },
	{ 0x2044, "/" },  { 0x2212, "-" },  { 0x3000, " " },
};

/* Letters that are no base with a mark. */
static const struct replacement letters[] = {
	{ 0x0110, "D" },  { 0x0111, "d" },  { 0x0131, "i" },  { 0x0141, "L" },
	{ 0x0142, "l" },  { 0x0152, "OE" }, { 0x0153, "oe" }, { 0x1E9E, "SS" },
	{ 0xFB01, "fi" }, { 0xFB02, "fl" },
};

static const char *replacement_find(const struct replacement *rows,
				    size_t count, uint32_t code)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].code == code)
			return rows[i].text;
	return NULL;
}

#define FIND(rows, code) \
	replacement_find((rows), sizeof(rows) / sizeof((rows)[0]), (code))

#define BASES_MAX 8

/* Without its marks; false when something that cannot be said remains. */
static bool base_put(struct iwf_buf *buf, const struct smpp_way *way,
		     uint32_t code)
{
	utf8proc_int32_t bases[BASES_MAX];
	int last_class = 0;
	utf8proc_ssize_t count = utf8proc_decompose_char(
		(utf8proc_int32_t)code, bases, BASES_MAX,
		UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK, &last_class);
	size_t before = buf->len;

	if (count < 0 || count > BASES_MAX)
		return false;
	for (utf8proc_ssize_t i = 0; i < count; i++) {
		if (!smpp_way_cost(way, (uint32_t)bases[i])) {
			buf->len = before;
			return false;
		}
		iwf_utf8_put(buf, (uint32_t)bases[i]);
	}
	return true;
}

static bool alike_put(struct iwf_buf *buf, const struct smpp_way *way,
		      uint32_t code)
{
	const char *text = FIND(marks, code);

	if (!text && way->plain == SMPP_PLAIN_LETTERS)
		text = FIND(letters, code);
	if (text) {
		iwf_buf_str_put(buf, iwf_str_from(text));
		return true;
	}
	return way->plain == SMPP_PLAIN_LETTERS && base_put(buf, way, code);
}

size_t smpp_plain(struct iwf_buf *buf, const struct smpp_way *way,
		  struct iwf_str text)
{
	size_t before = buf->len;
	size_t count = 0;

	if (way->plain == SMPP_PLAIN_NO || !iwf_str_is_utf8(text))
		return 0;
	while (text.len) {
		uint32_t code = iwf_utf8_next(&text);

		if (!smpp_way_cost(way, code) && alike_put(buf, way, code))
			count++;
		else
			iwf_utf8_put(buf, code);
	}
	if (!count)
		buf->len = before;
	return count;
}
