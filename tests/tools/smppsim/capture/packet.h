/* One TCP segment with its headers (RFC 791, 8200, 9293). */
#pragma once

#include "capture/capture.h"

enum { PACKET_FIN = 1, PACKET_SYN = 2, PACKET_PUSH = 8, PACKET_ACK = 16 };

#define PACKET_PAYLOAD_MAX 32768u

struct packet {
	/* 0: from our end. */
	int from;
	unsigned flags;
	const uint8_t *payload;
	/* At most PACKET_PAYLOAD_MAX. */
	size_t len;
};

/* Appends it with IP and TCP headers, checksums and all, and moves the flow's
 * sequence on. */
void packet_format(struct buf *out, struct capture_flow *flow,
		   const struct packet *packet);
