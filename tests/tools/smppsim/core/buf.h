/* A growing byte buffer and allocation that does not fail. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is an empty buffer. The bytes belong to the buffer. */
struct buf {
	uint8_t *bytes;
	size_t len;
	size_t size;
};

/* Zeroed memory; aborts when there is none. Free with free(). */
void *mem_alloc(size_t size);
/* The array with one more element of this size, zeroed; *count is raised. */
void *mem_grow(void *array, size_t *count, size_t size);

void buf_append(struct buf *buf, const void *bytes, size_t len);
void buf_append_str(struct buf *buf, const char *str);
void buf_append_u8(struct buf *buf, uint8_t value);
/* Network byte order. */
void buf_append_u16(struct buf *buf, uint16_t value);
void buf_append_u32(struct buf *buf, uint32_t value);
void buf_appendf(struct buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));
void buf_append_hex(struct buf *buf, const uint8_t *bytes, size_t len);
/* Hex digits, blanks between octets allowed. False on anything else or on an
 * odd number of digits; then nothing was appended. */
bool buf_append_unhex(struct buf *buf, const char *hex);
/* The bytes as a C string; valid until the next append. */
const char *buf_str(struct buf *buf);
/* Removes len bytes from the front. */
void buf_consume(struct buf *buf, size_t len);
void buf_clear(struct buf *buf);
/* Frees the bytes; the buffer is empty and usable afterwards. */
void buf_destroy(struct buf *buf);
