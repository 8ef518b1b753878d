/* The packets of a capture file: pcap and pcapng, either byte order. */
#include "replay/pcap.h"

#include <string.h>

enum { PCAP_HEADER_LEN = 24, PCAP_RECORD_LEN = 16 };
enum { BLOCK_MIN_LEN = 12, SECTION_MIN_LEN = 28 };
enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_SIMPLE = 3,
	BLOCK_PACKET = 6,
};

static uint32_t swap(uint32_t value)
{
	return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) |
	       value << 24;
}

/* The caller has checked that four octets are there. */
static uint32_t read_u32(const struct pcap *pcap, const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return pcap->is_swapped ? swap(value) : value;
}

static uint16_t read_u16(const struct pcap *pcap, const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return pcap->is_swapped ? (uint16_t)(value >> 8 | value << 8) : value;
}

/* Microseconds and nanoseconds have a magic each. */
static bool is_pcap_magic(uint32_t magic)
{
	return magic == 0xa1b2c3d4 || magic == 0xa1b23c4d;
}

static bool open_classic(struct pcap *pcap)
{
	uint32_t magic;

	if (pcap->len < PCAP_HEADER_LEN)
		return false;
	magic = read_u32(pcap, pcap->bytes);
	pcap->is_swapped = is_pcap_magic(swap(magic));
	if (!pcap->is_swapped && !is_pcap_magic(magic))
		return false;
	/* The upper bits may tell of a frame check sequence. */
	pcap->link_types[0] = read_u32(pcap, pcap->bytes + 20) & 0xffff;
	pcap->interface_count = 1;
	pcap->at = PCAP_HEADER_LEN;
	return true;
}

bool pcap_open(struct pcap *pcap, const uint8_t *bytes, size_t len,
	       const char **why)
{
	*pcap = (struct pcap){ .bytes = bytes, .len = len };
	*why = "neither pcap nor pcapng";
	if (len >= SECTION_MIN_LEN && read_u32(pcap, bytes) == BLOCK_SECTION)
		pcap->is_ng = true;
	return pcap->is_ng || open_classic(pcap);
}

static bool next_classic(struct pcap *pcap, struct pcap_packet *packet)
{
	const uint8_t *record = pcap->bytes + pcap->at;
	size_t len;

	if (pcap->len - pcap->at < PCAP_RECORD_LEN)
		return false;
	len = read_u32(pcap, record + 8);
	if (len > pcap->len - pcap->at - PCAP_RECORD_LEN)
		return false;
	pcap->at += PCAP_RECORD_LEN + len;
	*packet = (struct pcap_packet){ pcap->link_types[0],
					record + PCAP_RECORD_LEN, len };
	return true;
}

/* Each section has a byte order and interfaces of its own. */
static bool begin_section(struct pcap *pcap, const uint8_t *block)
{
	uint32_t magic;

	if (pcap->len - pcap->at < SECTION_MIN_LEN)
		return false;
	memcpy(&magic, block + 8, sizeof(magic));
	pcap->is_swapped = swap(magic) == 0x1a2b3c4d;
	pcap->interface_count = 0;
	return pcap->is_swapped || magic == 0x1a2b3c4d;
}

static void take_interface(struct pcap *pcap, const uint8_t *body, size_t len)
{
	if (len >= 8 && pcap->interface_count < PCAP_INTERFACES_MAX)
		pcap->link_types[pcap->interface_count++] =
			read_u16(pcap, body);
}

static bool take_packet(const struct pcap *pcap, const uint8_t *body,
			size_t len, struct pcap_packet *packet)
{
	uint32_t interface;
	size_t captured;

	if (len < 20)
		return false;
	interface = read_u32(pcap, body);
	captured = read_u32(pcap, body + 12);
	if (interface >= pcap->interface_count || captured > len - 20)
		return false;
	*packet = (struct pcap_packet){ pcap->link_types[interface], body + 20,
					captured };
	return true;
}

/* All there is of it: the file's snapshot length is not asked for. */
static bool take_simple(const struct pcap *pcap, const uint8_t *body,
			size_t len, struct pcap_packet *packet)
{
	if (len < 4 || pcap->interface_count == 0)
		return false;

	const size_t original = read_u32(pcap, body);

	*packet =
		(struct pcap_packet){ pcap->link_types[0], body + 4,
				      original < len - 4 ? original : len - 4 };
	return true;
}

static bool next_block(struct pcap *pcap, const uint8_t **block, size_t *len)
{
	const size_t left = pcap->len - pcap->at;

	*block = pcap->bytes + pcap->at;
	if (left < BLOCK_MIN_LEN)
		return false;
	if (read_u32(pcap, *block) == BLOCK_SECTION &&
	    !begin_section(pcap, *block))
		return false;
	*len = read_u32(pcap, *block + 4);
	if (*len < BLOCK_MIN_LEN || *len > left || *len % 4 != 0)
		return false;
	pcap->at += *len;
	return true;
}

static bool next_ng(struct pcap *pcap, struct pcap_packet *packet)
{
	const uint8_t *block;
	size_t len;

	while (next_block(pcap, &block, &len)) {
		const uint8_t *body = block + 8;
		const size_t body_len = len - BLOCK_MIN_LEN;

		switch (read_u32(pcap, block)) {
		case BLOCK_INTERFACE:
			take_interface(pcap, body, body_len);
			break;
		case BLOCK_PACKET:
			if (take_packet(pcap, body, body_len, packet))
				return true;
			break;
		case BLOCK_SIMPLE:
			if (take_simple(pcap, body, body_len, packet))
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

bool pcap_next(struct pcap *pcap, struct pcap_packet *packet)
{
	return pcap->is_ng ? next_ng(pcap, packet) : next_classic(pcap, packet);
}
