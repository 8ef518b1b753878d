/* Memory that lives and dies with one unit of work (a request, a PDU, a
 * message, a settings snapshot). */
#pragma once

#include <iwf/str.h>

/* Not locked: one thread at a time. Allocation never fails, it aborts; what
 * bounds memory is the limit checked where the bytes came in. */
struct iwf_arena;

/* hint_len: how many bytes will likely be wanted, 0 for a default. */
IWF_EXPORT struct iwf_arena *iwf_arena_create(size_t hint_len);
/* Frees everything that was allocated from it; accepts a pointer to NULL. */
IWF_EXPORT void iwf_arena_destroy(struct iwf_arena **arena);
/* Forgets everything but keeps the first block for the next unit of work. */
IWF_EXPORT void iwf_arena_reset(struct iwf_arena *arena);

/* Zeroed, aligned for any type. len 0 gives a valid pointer to nothing. */
IWF_EXPORT void *iwf_arena_alloc(struct iwf_arena *arena, size_t len)
	__attribute__((malloc, returns_nonnull));
/* A copy; NUL-terminated behind its end, so .ptr serves as a C string when the
 * bytes contain no NUL themselves. An empty slice gives "" and length 0. */
IWF_EXPORT struct iwf_str iwf_arena_copy(struct iwf_arena *arena,
					 struct iwf_str s);
IWF_EXPORT struct iwf_str iwf_arena_printf(struct iwf_arena *arena,
					   const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

#define IWF_ARENA_NEW(arena, type) \
	((type *)iwf_arena_alloc((arena), sizeof(type)))
#define IWF_ARENA_ARRAY(arena, type, count) \
	((type *)iwf_arena_alloc((arena), (count) * sizeof(type)))

/* malloc that aborts instead of returning NULL, and zeroes; freed by free(). */
IWF_EXPORT void *iwf_alloc(size_t len) __attribute__((malloc, returns_nonnull));
#define IWF_NEW(type) ((type *)iwf_alloc(sizeof(type)))
