/* UTF-8 (RFC 3629) as code points, and UTF-16 pieces joined into it. */
#pragma once

#include <iwf/buf.h>

#define IWF_UTF8_BAD 0xFFFFFFFFu

/* Takes one code point off the front of *rest; IWF_UTF8_BAD for a byte that
 * starts nothing valid (then one byte is taken). *rest must not be empty. */
IWF_EXPORT uint32_t iwf_utf8_next(struct iwf_str *rest);
/* Appends a code point; a surrogate is written in its three-byte form, which
 * is not UTF-8 and is meant to be cured by iwf_utf8_mend. */
IWF_EXPORT void iwf_utf8_put(struct iwf_buf *buf, uint32_t code);
/* Appends s to buf as valid UTF-8: surrogate halves that meet, also across
 * two pieces that were cut between them, become their character; what remains
 * broken becomes U+FFFD. */
IWF_EXPORT void iwf_utf8_mend(struct iwf_buf *buf, struct iwf_str s);
