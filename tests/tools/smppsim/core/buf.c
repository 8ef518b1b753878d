/* A growing byte buffer and allocation that does not fail. */
#include "core/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *mem_alloc(size_t size)
{
	void *mem = calloc(1, size ? size : 1);

	if (!mem)
		abort();
	return mem;
}

void *mem_grow(void *array, size_t *count, size_t size)
{
	uint8_t *grown = realloc(array, (*count + 1) * size);

	if (!grown)
		abort();
	memset(grown + *count * size, 0, size);
	++*count;
	return grown;
}

static void buf_reserve(struct buf *buf, size_t more)
{
	if (buf->size - buf->len >= more)
		return;

	size_t size = buf->size ? buf->size : 64;

	while (size - buf->len < more)
		size *= 2;
	buf->bytes = realloc(buf->bytes, size);
	if (!buf->bytes)
		abort();
	buf->size = size;
}

void buf_append(struct buf *buf, const void *bytes, size_t len)
{
	if (len == 0)
		return;
	buf_reserve(buf, len);
	memcpy(buf->bytes + buf->len, bytes, len);
	buf->len += len;
}

void buf_append_str(struct buf *buf, const char *str)
{
	buf_append(buf, str, strlen(str));
}

void buf_append_u8(struct buf *buf, uint8_t value)
{
	buf_append(buf, &value, 1);
}

void buf_append_u16(struct buf *buf, uint16_t value)
{
	const uint8_t octets[] = { (uint8_t)(value >> 8), (uint8_t)value };

	buf_append(buf, octets, sizeof(octets));
}

void buf_append_u32(struct buf *buf, uint32_t value)
{
	buf_append_u16(buf, (uint16_t)(value >> 16));
	buf_append_u16(buf, (uint16_t)value);
}

void buf_appendf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_list again;

	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);

	va_end(args);
	if (len < 0)
		abort();
	buf_reserve(buf, (size_t)len + 1);
	vsnprintf((char *)buf->bytes + buf->len, (size_t)len + 1, format,
		  again);
	va_end(again);
	buf->len += (size_t)len;
}

void buf_append_hex(struct buf *buf, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	buf_reserve(buf, 2 * len);
	for (size_t i = 0; i < len; i++) {
		buf->bytes[buf->len++] = (uint8_t)digits[bytes[i] >> 4];
		buf->bytes[buf->len++] = (uint8_t)digits[bytes[i] & 15];
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool buf_append_unhex(struct buf *buf, const char *hex)
{
	const size_t before = buf->len;

	while (*hex) {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		const int high = hex_digit(hex[0]);
		const int low = high < 0 ? -1 : hex_digit(hex[1]);

		if (low < 0) {
			buf->len = before;
			return false;
		}
		buf_append_u8(buf, (uint8_t)(high << 4 | low));
		hex += 2;
	}
	return true;
}

const char *buf_str(struct buf *buf)
{
	buf_reserve(buf, 1);
	buf->bytes[buf->len] = 0;
	return (const char *)buf->bytes;
}

void buf_consume(struct buf *buf, size_t len)
{
	if (len == 0)
		return;
	memmove(buf->bytes, buf->bytes + len, buf->len - len);
	buf->len -= len;
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
}

void buf_destroy(struct buf *buf)
{
	free(buf->bytes);
	*buf = (struct buf){ 0 };
}
