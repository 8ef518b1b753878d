/* Writes JSON (RFC 8259), a key at a time. */
#pragma once

#include "core/buf.h"

void json_open(struct buf *out);
void json_str(struct buf *out, const char *key, const char *value);
/* Octets that are not UTF-8 are written as the Latin-1 characters they
 * would be, so that a line is always valid JSON. */
void json_text(struct buf *out, const char *key, const uint8_t *bytes,
	       size_t len);
void json_hex(struct buf *out, const char *key, const uint8_t *bytes,
	      size_t len);
void json_number(struct buf *out, const char *key, long long value);
void json_bool(struct buf *out, const char *key, bool value);
/* Objects and lists in it. */
void json_open_object(struct buf *out, const char *key);
void json_close_object(struct buf *out);
void json_open_list(struct buf *out, const char *key);
/* An object in a list, closed as one. */
void json_open_item(struct buf *out);
void json_close_list(struct buf *out);
/* Ends the object and the line. */
void json_close(struct buf *out);
