/* Every PDU that came or went, told to all who record it. */
#include "trace/trace.h"

#include "sim/session.h"

#include <stdio.h>
#include <string.h>

static void count_status(struct trace *trace, uint32_t status)
{
	for (size_t i = 0; i < trace->status_count; i++) {
		if (trace->statuses[i].status == status) {
			trace->statuses[i].count++;
			return;
		}
	}
	if (trace->status_count < TRACE_STATUS_MAX)
		trace->statuses[trace->status_count++] =
			(struct trace_status){ status, 1 };
}

static void trace_one(struct trace *trace, struct session *session,
		      enum trace_way way, const uint8_t *bytes, size_t len)
{
	struct recent_pdu *recent = recent_add(&trace->recent, bytes, len);
	const uint32_t id = len >= PDU_HEADER_LEN ? pdu_peek_u32(bytes + 4) : 0;

	recent->wall_ms = loop_wall_ms(session->sim->loop);
	recent->conn_id = session->conn_id;
	recent->way = way;
	memcpy(recent->system_id, session->system_id,
	       sizeof(recent->system_id));
	trace->counts[pdu_command_index(id)]++;
	if (id & PDU_RESP)
		count_status(trace, pdu_peek_u32(bytes + 8));
	transcript_add(&trace->transcript, &session->chains, session->conn_id,
		       way, bytes, len);
}

void trace_octets(struct trace *trace, struct session *session,
		  enum trace_way way, const struct buf *bytes)
{
	size_t at = 0;

	if (trace->capture) {
		if (!session->flow.is_open)
			capture_connect(trace->capture, &session->flow,
					session->is_caller);
		capture_octets(trace->capture, &session->flow, way == TRACE_OUT,
			       bytes);
	}

	while (bytes->len - at >= PDU_HEADER_LEN) {
		const uint32_t len = pdu_peek_u32(bytes->bytes + at);

		if (len < PDU_HEADER_LEN || len > bytes->len - at)
			break;
		trace_one(trace, session, way, bytes->bytes + at, len);
		at += len;
	}
	if (at < bytes->len)
		trace_one(trace, session, way, bytes->bytes + at,
			  bytes->len - at);
}

void trace_connect(struct trace *trace, struct session *session)
{
	if (trace->capture)
		capture_flow_fill(&session->flow, session->watch.fd,
				  &session->sim->called);
}

void trace_disconnect(struct trace *trace, struct session *session)
{
	transcript_fold(&trace->transcript, &session->chains);
	if (trace->capture)
		capture_disconnect(trace->capture, &session->flow);
}

void trace_add_figures(const struct trace *trace, struct figures *figures)
{
	for (size_t i = 0; i < PDU_COMMAND_COUNT; i++)
		figures_add(figures, pdu_command_at(i), trace->counts[i]);
	figures_add(figures, "broken", trace->counts[PDU_COMMAND_COUNT]);
	for (size_t i = 0; i < trace->status_count; i++) {
		const uint32_t status = trace->statuses[i].status;
		const char *name = pdu_status_name(status);
		char number[16];

		if (strncmp(name, "ESME_", 5) != 0) {
			snprintf(number, sizeof(number), "0x%x", status);
			name = number;
		}
		figures_add(figures, name, trace->statuses[i].count);
	}
}

void trace_destroy(struct trace *trace)
{
	transcript_destroy(&trace->transcript);
	recent_destroy(&trace->recent);
	capture_close(&trace->capture);
}
