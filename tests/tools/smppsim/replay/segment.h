/* The TCP segment in a packet of a capture, bounded and pure. */
#pragma once

#include "replay/pcap.h"

/* One direction of a connection. */
struct segment_flow {
	uint8_t addrs[2][16];
	uint16_t ports[2];
};

struct segment {
	struct segment_flow flow;
	uint32_t sequence;
	bool is_syn;
	/* Borrowed from the packet. */
	const uint8_t *payload;
	size_t len;
};

/* False if the packet holds none: another protocol, a fragment, cut off. */
bool segment_parse(struct segment *segment, const struct pcap_packet *packet);
