/* Writes JSON (RFC 8259), a key at a time. */
#include "core/json.h"

#include "wire/text.h"

#include <string.h>

static void append_escaped(struct buf *out, const uint8_t *bytes, size_t len)
{
	uint32_t character;

	while (len > 0) {
		size_t step = text_next_utf8(bytes, len, &character);

		if (step == 0) {
			character = bytes[0];
			step = 1;
			buf_appendf(out, "\\u%04x", character);
		} else if (character == '"' || character == '\\') {
			buf_appendf(out, "\\%c", (char)character);
		} else if (character < 0x20 || character == 0x7f) {
			buf_appendf(out, "\\u%04x", character);
		} else {
			buf_append(out, bytes, step);
		}
		bytes += step;
		len -= step;
	}
}

static void append_key(struct buf *out, const char *key)
{
	if (out->len > 0 && out->bytes[out->len - 1] != '{')
		buf_append_u8(out, ',');
	buf_append_u8(out, '"');
	buf_append_str(out, key);
	buf_append_str(out, "\":");
}

void json_open(struct buf *out)
{
	buf_append_u8(out, '{');
}

void json_text(struct buf *out, const char *key, const uint8_t *bytes,
	       size_t len)
{
	append_key(out, key);
	buf_append_u8(out, '"');
	append_escaped(out, bytes, len);
	buf_append_u8(out, '"');
}

void json_str(struct buf *out, const char *key, const char *value)
{
	json_text(out, key, (const uint8_t *)value, strlen(value));
}

void json_hex(struct buf *out, const char *key, const uint8_t *bytes,
	      size_t len)
{
	append_key(out, key);
	buf_append_u8(out, '"');
	buf_append_hex(out, bytes, len);
	buf_append_u8(out, '"');
}

void json_number(struct buf *out, const char *key, long long value)
{
	append_key(out, key);
	buf_appendf(out, "%lld", value);
}

void json_bool(struct buf *out, const char *key, bool value)
{
	append_key(out, key);
	buf_append_str(out, value ? "true" : "false");
}

void json_open_object(struct buf *out, const char *key)
{
	append_key(out, key);
	buf_append_u8(out, '{');
}

void json_close_object(struct buf *out)
{
	buf_append_u8(out, '}');
}

void json_open_list(struct buf *out, const char *key)
{
	append_key(out, key);
	buf_append_u8(out, '[');
}

void json_open_item(struct buf *out)
{
	if (out->bytes[out->len - 1] != '[')
		buf_append_u8(out, ',');
	buf_append_u8(out, '{');
}

void json_close_list(struct buf *out)
{
	buf_append_u8(out, ']');
}

void json_close(struct buf *out)
{
	buf_append_str(out, "}\n");
}
