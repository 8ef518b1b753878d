/* The events over HTTP, for who asks again and again: nothing waits here. */
#include "web/events.h"

#include "sim/history.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MAX (1u << 20)

static void add_number(struct MHD_Response *response, const char *name,
		       uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	MHD_add_response_header(response, name, text);
}

struct MHD_Response *events_answer(const struct history *history,
				   const char *after)
{
	struct MHD_Response *response;
	struct history_part part;
	struct buf lines = { 0 };
	char *end = NULL;
	const uint64_t number =
		after ? (uint64_t)strtoull(after, &end, 10) : 0;

	if (after && (!isdigit((unsigned char)*after) || *end))
		return NULL;
	part = history_read(history, number, ANSWER_MAX, &lines);
	response = MHD_create_response_from_buffer(lines.len, lines.bytes,
						   MHD_RESPMEM_MUST_COPY);
	buf_destroy(&lines);
	MHD_add_response_header(response, "Content-Type",
				"application/x-ndjson");
	add_number(response, "Next-Event", part.last);
	add_number(response, "Lost-Events", part.lost);
	return response;
}
