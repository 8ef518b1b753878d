/* The events over HTTP: GET /events?after=N. */
#pragma once

#include "core/buf.h"

#include <microhttpd.h>

struct history;

/* NULL: `after` is no number. The lines behind it as NDJSON, with the headers
 * Next-Event, which is what to ask from next, and Lost-Events. */
struct MHD_Response *events_answer(const struct history *history,
				   const char *after);
