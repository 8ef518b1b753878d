/* The packets of a capture file, pcap or pcapng, bounded and pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCAP_INTERFACES_MAX 64

/* Borrows the bytes of the file. */
struct pcap {
	const uint8_t *bytes;
	size_t len;
	size_t at;
	bool is_ng;
	bool is_swapped;
	uint32_t link_types[PCAP_INTERFACES_MAX];
	size_t interface_count;
};

struct pcap_packet {
	uint32_t link_type;
	const uint8_t *bytes;
	size_t len;
};

/* False with a reason if it is no capture. */
bool pcap_open(struct pcap *pcap, const uint8_t *bytes, size_t len,
	       const char **why);
/* False at the end, and where the file is broken or cut off. */
bool pcap_next(struct pcap *pcap, struct pcap_packet *packet);
