/* One PDU as one line of text, the same for the same PDU in every run. */
#pragma once

#include "core/buf.h"

/* Appends "submit_sm ESME_ROK source_addr="1" ..." without newline: what is
 * empty or zero is left out, and so are sequence_number and every date, which
 * differ from run to run. Octets that are no PDU are "octets 00ff...". */
void trace_line(struct buf *line, const uint8_t *bytes, size_t len);

/* What order among others means: requests and responses are in order, when a
 * receipt comes is a matter of time, and upkeep (enquire_link, unbind) is
 * that alone. */
enum trace_kind { TRACE_REQUEST, TRACE_RESPONSE, TRACE_RECEIPT, TRACE_UPKEEP };

/* Of such a line. */
enum trace_kind trace_line_kind(const char *line);
