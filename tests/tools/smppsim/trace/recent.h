/* The last PDUs, for who looks at a running simulator. */
#pragma once

#include "trace/transcript.h"

#define RECENT_MAX 50
/* Of a longer PDU only its beginning is kept. */
#define RECENT_OCTETS_MAX 2048

struct recent_pdu {
	int64_t wall_ms;
	uint32_t conn_id;
	char system_id[16];
	enum trace_way way;
	struct buf bytes;
	size_t len;
};

/* next counts all that were ever added. */
struct recent {
	struct recent_pdu pdus[RECENT_MAX];
	unsigned long long next;
};

/* The slot of the next PDU, its octets filled in; the caller says the rest. */
struct recent_pdu *recent_add(struct recent *recent, const uint8_t *bytes,
			      size_t len);
/* age 0 is the newest; NULL beyond the oldest. */
const struct recent_pdu *recent_get(const struct recent *recent, size_t age);
void recent_destroy(struct recent *recent);
