/* Borrowed pieces of text or bytes. */
#pragma once

#include <iwf/err.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A slice. It never owns its bytes and is not NUL-terminated; ptr may be NULL
 * only when len is 0. Pass it by value. */
struct iwf_str {
	const char *ptr;
	size_t len;
};

#define IWF_STR(literal) \
	((struct iwf_str){ "" literal, sizeof(literal) - 1 })
#define IWF_STR_NONE ((struct iwf_str){ NULL, 0 })

/* For printf("%.*s"). */
#define IWF_STR_ARG(s) (int)(s).len, (s).ptr ? (s).ptr : ""

static inline struct iwf_str iwf_str_make(const void *ptr, size_t len)
{
	return (struct iwf_str){ (const char *)ptr, len };
}

/* NULL becomes the empty slice. */
static inline struct iwf_str iwf_str_from(const char *z)
{
	return (struct iwf_str){ z, z ? strlen(z) : 0 };
}

static inline bool iwf_str_is_empty(struct iwf_str s)
{
	return s.len == 0;
}

/* Bytes [from, to); both are clamped to the slice. */
IWF_EXPORT struct iwf_str iwf_str_sub(struct iwf_str s, size_t from, size_t to);
IWF_EXPORT bool iwf_str_eq(struct iwf_str a, struct iwf_str b);
/* ASCII letters without regard to case; other bytes exactly. */
IWF_EXPORT bool iwf_str_eq_case(struct iwf_str a, struct iwf_str b);
IWF_EXPORT bool iwf_str_starts(struct iwf_str s, struct iwf_str prefix);
IWF_EXPORT bool iwf_str_starts_case(struct iwf_str s, struct iwf_str prefix);
/* Without spaces, tabs, CR and LF at both ends. */
IWF_EXPORT struct iwf_str iwf_str_trim(struct iwf_str s);

#define IWF_STR_NPOS ((size_t)-1)
/* Offset of the first c, or IWF_STR_NPOS. */
IWF_EXPORT size_t iwf_str_find(struct iwf_str s, char c);
/* Offset of the first occurrence of what, or IWF_STR_NPOS. */
IWF_EXPORT size_t iwf_str_search(struct iwf_str s, struct iwf_str what);

/* Takes the part before the first `sep` off *rest, and the separator with it.
 * Returns false (and an empty *piece) once *rest is used up, so
 * `while (iwf_str_split(&rest, ',', &piece))` sees every piece, empty ones
 * included; IWF_STR_NONE has no pieces, "" has one, the empty one. */
IWF_EXPORT bool iwf_str_split(struct iwf_str *rest, char sep,
			      struct iwf_str *piece);

/* Decimal digits only, no sign, no blanks. IWF_E_SYNTAX, or IWF_E_LIMIT above
 * max; *value is then untouched. */
IWF_EXPORT enum iwf_err iwf_str_to_u64(struct iwf_str s, uint64_t max,
				       uint64_t *value);

/* The lowest `digits` hexadecimal digits of value, in lower case; no NUL. */
IWF_EXPORT void iwf_str_hex(char *to, uint64_t value, unsigned digits);

/* Length of the run at the front that is printable ASCII, blank to tilde:
 * what every check and every text of ours lets pass as it is. */
IWF_EXPORT size_t iwf_str_plain_len(struct iwf_str s);
/* True for an empty slice too: no byte below 0x20 and no 0x7f. What goes into
 * a protocol header passes this test first. */
IWF_EXPORT bool iwf_str_is_printable(struct iwf_str s);
/* Well-formed UTF-8 (RFC 3629): no surrogates, nothing overlong. */
IWF_EXPORT bool iwf_str_is_utf8(struct iwf_str s);
