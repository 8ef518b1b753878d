/* A message as bytes that outlive the process. */
#pragma once

#include <iwf/buf.h>
#include <iwf/message.h>

/* Appends msg as tagged fields; empty and zero ones are left out, and readers
 * skip tags they do not know, so records survive added fields both ways. */
void record_format(struct iwf_buf *buf, const struct iwf_message *msg);

/* A new counted message, or NULL when the bytes are not a record. */
struct iwf_message *record_parse(struct iwf_str bytes);
