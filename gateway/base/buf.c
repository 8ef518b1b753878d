/* Growing output buffer and bounds-checked reading cursor. */
#include <iwf/buf.h>

#include <stdio.h>
#include <stdlib.h>

/* Most of what is formatted is shorter: then it is formatted once only. */
#define PRINTF_LIKELY_LEN 64

void iwf_buf_free(struct iwf_buf *buf)
{
	free(buf->ptr);
	*buf = (struct iwf_buf){ 0 };
}

char *iwf_buf_reserve(struct iwf_buf *buf, size_t len)
{
	size_t cap = buf->cap ? buf->cap : 256;

	IWF_BUG_ON(len > SIZE_MAX / 4);
	while (cap - buf->len < len)
		cap *= 2;
	if (cap != buf->cap) {
		buf->ptr = realloc(buf->ptr, cap);
		IWF_BUG_ON(!buf->ptr);
		buf->cap = cap;
	}
	return buf->ptr + buf->len;
}

void iwf_buf_put(struct iwf_buf *buf, const void *ptr, size_t len)
{
	char *to = buf->cap - buf->len > len ? buf->ptr + buf->len :
					       iwf_buf_reserve(buf, len);

	if (len)
		memcpy(to, ptr, len);
	buf->len += len;
}

void iwf_buf_str_put(struct iwf_buf *buf, struct iwf_str s)
{
	iwf_buf_put(buf, s.ptr, s.len);
}

void iwf_buf_printf(struct iwf_buf *buf, const char *fmt, ...)
{
	char *to = iwf_buf_reserve(buf, PRINTF_LIKELY_LEN);
	size_t room = buf->cap - buf->len;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(to, room, fmt, args);
	va_end(args);
	IWF_BUG_ON(len < 0);
	if ((size_t)len >= room) {
		to = iwf_buf_reserve(buf, (size_t)len + 1);
		va_start(args, fmt);
		vsnprintf(to, (size_t)len + 1, fmt, args);
		va_end(args);
	}
	buf->len += (size_t)len;
}

static void put_be(struct iwf_buf *buf, uint64_t value, unsigned len)
{
	char *to = iwf_buf_reserve(buf, len);

	for (unsigned i = 0; i < len; i++)
		to[i] = (char)(value >> 8 * (len - 1 - i));
	buf->len += len;
}

void iwf_buf_u8(struct iwf_buf *buf, uint8_t value)
{
	*(buf->len < buf->cap ? buf->ptr + buf->len :
				iwf_buf_reserve(buf, 1)) = (char)value;
	buf->len++;
}

void iwf_buf_u16(struct iwf_buf *buf, uint16_t value)
{
	put_be(buf, value, 2);
}

void iwf_buf_u32(struct iwf_buf *buf, uint32_t value)
{
	put_be(buf, value, 4);
}

void iwf_buf_u64(struct iwf_buf *buf, uint64_t value)
{
	put_be(buf, value, 8);
}

void iwf_buf_eat(struct iwf_buf *buf, size_t len)
{
	IWF_BUG_ON(len > buf->len);
	if (len < buf->len)
		memmove(buf->ptr, buf->ptr + len, buf->len - len);
	buf->len -= len;
}

static const unsigned char *take(struct iwf_cursor *cur, size_t len)
{
	const unsigned char *p = cur->pos;

	if (cur->bad || (size_t)(cur->end - cur->pos) < len) {
		cur->bad = true;
		return NULL;
	}
	/* NULL, where there is nothing at all, takes no offset, not even 0. */
	if (len)
		cur->pos += len;
	return p;
}

static uint64_t take_be(struct iwf_cursor *cur, unsigned len)
{
	const unsigned char *p = take(cur, len);
	uint64_t value = 0;

	for (unsigned i = 0; p && i < len; i++)
		value = value << 8 | p[i];
	return value;
}

uint8_t iwf_cursor_u8(struct iwf_cursor *cur)
{
	return (uint8_t)take_be(cur, 1);
}

uint16_t iwf_cursor_u16(struct iwf_cursor *cur)
{
	return (uint16_t)take_be(cur, 2);
}

uint32_t iwf_cursor_u32(struct iwf_cursor *cur)
{
	return (uint32_t)take_be(cur, 4);
}

uint64_t iwf_cursor_u64(struct iwf_cursor *cur)
{
	return take_be(cur, 8);
}

struct iwf_str iwf_cursor_bytes(struct iwf_cursor *cur, size_t len)
{
	const unsigned char *p = take(cur, len);

	return p ? iwf_str_make(p, len) : IWF_STR_NONE;
}

struct iwf_str iwf_cursor_cstr(struct iwf_cursor *cur, size_t max)
{
	size_t left = iwf_cursor_left(cur);
	const unsigned char *nul;
	struct iwf_str s;

	if (left > max)
		left = max;
	nul = left ? memchr(cur->pos, 0, left) : NULL;
	if (!nul) {
		cur->bad = true;
		return IWF_STR_NONE;
	}
	s = iwf_str_make(cur->pos, (size_t)(nul - cur->pos));
	cur->pos = nul + 1;
	return s;
}
