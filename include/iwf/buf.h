/* A growing output buffer, and a reading cursor with an error that sticks. */
#pragma once

#include <iwf/str.h>

/* Zero-initialise it to begin. The bytes belong to the buffer until
 * iwf_buf_free. Not locked. */
struct iwf_buf {
	char *ptr;
	size_t len;
	size_t cap;
};

IWF_EXPORT void iwf_buf_free(struct iwf_buf *buf);
static inline void iwf_buf_clear(struct iwf_buf *buf)
{
	buf->len = 0;
}
static inline struct iwf_str iwf_buf_str(const struct iwf_buf *buf)
{
	return iwf_str_make(buf->ptr, buf->len);
}
/* Makes room for len more bytes and returns where they go; buf->len is not
 * moved. */
IWF_EXPORT char *iwf_buf_reserve(struct iwf_buf *buf, size_t len)
	__attribute__((returns_nonnull));
IWF_EXPORT void iwf_buf_put(struct iwf_buf *buf, const void *ptr, size_t len);
IWF_EXPORT void iwf_buf_str_put(struct iwf_buf *buf, struct iwf_str s);
IWF_EXPORT void iwf_buf_printf(struct iwf_buf *buf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));
/* Network byte order. */
IWF_EXPORT void iwf_buf_u8(struct iwf_buf *buf, uint8_t value);
IWF_EXPORT void iwf_buf_u16(struct iwf_buf *buf, uint16_t value);
IWF_EXPORT void iwf_buf_u32(struct iwf_buf *buf, uint32_t value);
IWF_EXPORT void iwf_buf_u64(struct iwf_buf *buf, uint64_t value);
/* Drops the first len bytes, for stream input and output. */
IWF_EXPORT void iwf_buf_eat(struct iwf_buf *buf, size_t len);

/* Reads advance; the first read past the end makes the cursor bad, and every
 * later read gives zero or nothing. Check iwf_cursor_is_ok once at the end. */
struct iwf_cursor {
	const unsigned char *pos;
	const unsigned char *end;
	bool bad;
};

static inline struct iwf_cursor iwf_cursor_make(struct iwf_str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;

	return (struct iwf_cursor){ p, s.len ? p + s.len : p, false };
}
static inline bool iwf_cursor_is_ok(const struct iwf_cursor *cur)
{
	return !cur->bad;
}
static inline size_t iwf_cursor_left(const struct iwf_cursor *cur)
{
	return cur->bad ? 0 : (size_t)(cur->end - cur->pos);
}
IWF_EXPORT uint8_t iwf_cursor_u8(struct iwf_cursor *cur);
IWF_EXPORT uint16_t iwf_cursor_u16(struct iwf_cursor *cur);
IWF_EXPORT uint32_t iwf_cursor_u32(struct iwf_cursor *cur);
IWF_EXPORT uint64_t iwf_cursor_u64(struct iwf_cursor *cur);
IWF_EXPORT struct iwf_str iwf_cursor_bytes(struct iwf_cursor *cur, size_t len);
/* A NUL-terminated string of at most max bytes with its NUL; the NUL is eaten
 * and not part of the result. Bad when there is none in time. */
IWF_EXPORT struct iwf_str iwf_cursor_cstr(struct iwf_cursor *cur, size_t max);
