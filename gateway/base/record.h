/* A message as bytes that outlive the process. */
#pragma once

#include <iwf/buf.h>
#include <iwf/message.h>

/* Appends msg as tagged fields; empty and zero ones are left out, and readers
 * skip tags they do not know, so records survive added fields both ways. */
void record_format(struct iwf_buf *buf, const struct iwf_message *msg);

/* Where a record has its body: the field's bytes, of which the last body_len
 * are the body. len 0: it has none, or is no record. What is left without the
 * field is a record, too. */
struct record_field {
	size_t at, len, body_len;
};
struct record_field record_body(struct iwf_str record);

/* A new counted message, or NULL when the bytes are not a record. */
struct iwf_message *record_parse(struct iwf_str bytes);
