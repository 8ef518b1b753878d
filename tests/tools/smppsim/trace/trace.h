/* Every PDU that came or went, told to all who record it. */
#pragma once

#include "capture/capture.h"
#include "trace/recent.h"
#include "trace/transcript.h"
#include "verdict/figure.h"
#include "wire/pdu.h"

struct session;

#define TRACE_STATUS_MAX 64

struct trace_status {
	uint32_t status;
	long long count;
};

struct trace {
	struct transcript transcript;
	struct recent recent;
	struct capture *capture;
	long long counts[PDU_COMMAND_COUNT + 1];
	/* Of responses, either way. */
	struct trace_status statuses[TRACE_STATUS_MAX];
	size_t status_count;
};

/* Octets as they came or are about to go: whole PDUs, or something else. */
void trace_octets(struct trace *trace, struct session *session,
		  enum trace_way way, const struct buf *bytes);
/* The connection begins, and is over. */
void trace_connect(struct trace *trace, struct session *session);
void trace_disconnect(struct trace *trace, struct session *session);
/* PDUs by command, and statuses by name. */
void trace_add_figures(const struct trace *trace, struct figures *figures);
void trace_destroy(struct trace *trace);
