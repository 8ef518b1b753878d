/* The TCP segment in a packet of a capture. */
#include "replay/segment.h"

#include <string.h>

enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW_BSD = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_LINUX_SLL = 113,
	LINK_LINUX_SLL2 = 276,
};
enum { TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd, TYPE_VLAN = 0x8100 };
enum { TYPE_QINQ = 0x88a8, PROTOCOL_TCP = 6, TCP_MIN_LEN = 20 };
enum { IPV4_MIN_LEN = 20, IPV6_LEN = 40, FLAG_SYN = 2 };

/* What is left of the packet. */
struct rest {
	const uint8_t *at;
	size_t left;
};

/* How long each link's header is, and where it says what follows; -1: it is
 * always IP. */
static const struct {
	uint32_t link_type;
	size_t len;
	int type_at;
} links[] = {
	{ LINK_NULL, 4, -1 },       { LINK_LOOP, 4, -1 },
	{ LINK_RAW_BSD, 0, -1 },    { LINK_RAW_OPENBSD, 0, -1 },
	{ LINK_RAW, 0, -1 },        { LINK_ETHERNET, 14, 12 },
	{ LINK_LINUX_SLL, 16, 14 }, { LINK_LINUX_SLL2, 20, 0 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint16_t peek_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static bool skip(struct rest *rest, size_t len)
{
	if (len > rest->left)
		return false;
	rest->at += len;
	rest->left -= len;
	return true;
}

static bool skip_tags(struct rest *rest, uint16_t type)
{
	while (type == TYPE_VLAN || type == TYPE_QINQ) {
		if (rest->left < 4)
			return false;
		type = peek_u16(rest->at + 2);
		skip(rest, 4);
	}
	return type == TYPE_IPV4 || type == TYPE_IPV6;
}

static bool skip_link(struct rest *rest, uint32_t link_type)
{
	for (size_t i = 0; i < COUNT(links); i++) {
		const uint8_t *header = rest->at;

		if (links[i].link_type != link_type)
			continue;
		if (!skip(rest, links[i].len))
			return false;
		return links[i].type_at < 0 ||
		       skip_tags(rest, peek_u16(header + links[i].type_at));
	}
	return false;
}

static bool skip_ipv4(struct rest *rest, struct segment *segment)
{
	const uint8_t *header = rest->at;
	size_t total;
	size_t len;

	if (rest->left < IPV4_MIN_LEN)
		return false;
	len = (size_t)(header[0] & 15) * 4;
	total = peek_u16(header + 2);
	/* Only a first and last fragment is whole. */
	if (len < IPV4_MIN_LEN || (peek_u16(header + 6) & 0x3fff) != 0 ||
	    header[9] != PROTOCOL_TCP)
		return false;
	/* 0: the card had it cut later, and it is all there is. */
	if (total != 0 && total < rest->left)
		rest->left = total;
	memcpy(segment->flow.addrs[0], header + 12, 4);
	memcpy(segment->flow.addrs[1], header + 16, 4);
	return skip(rest, len);
}

static bool skip_ipv6(struct rest *rest, struct segment *segment)
{
	const uint8_t *header = rest->at;
	size_t len;

	if (rest->left < IPV6_LEN || header[6] != PROTOCOL_TCP)
		return false;
	len = peek_u16(header + 4);
	if (len != 0 && len < rest->left - IPV6_LEN)
		rest->left = IPV6_LEN + len;
	memcpy(segment->flow.addrs[0], header + 8, 16);
	memcpy(segment->flow.addrs[1], header + 24, 16);
	return skip(rest, IPV6_LEN);
}

static bool take_tcp(struct rest *rest, struct segment *segment)
{
	const uint8_t *header = rest->at;
	size_t len;

	if (rest->left < TCP_MIN_LEN)
		return false;
	len = (size_t)(header[12] >> 4) * 4;
	if (len < TCP_MIN_LEN || !skip(rest, len))
		return false;
	segment->flow.ports[0] = peek_u16(header);
	segment->flow.ports[1] = peek_u16(header + 2);
	segment->sequence =
		(uint32_t)peek_u16(header + 4) << 16 | peek_u16(header + 6);
	segment->is_syn = header[13] & FLAG_SYN;
	segment->payload = rest->at;
	segment->len = rest->left;
	return true;
}

bool segment_parse(struct segment *segment, const struct pcap_packet *packet)
{
	struct rest rest = { packet->bytes, packet->len };

	memset(segment, 0, sizeof(*segment));
	if (!skip_link(&rest, packet->link_type) || rest.left == 0)
		return false;
	switch (rest.at[0] >> 4) {
	case 4:
		return skip_ipv4(&rest, segment) && take_tcp(&rest, segment);
	case 6:
		return skip_ipv6(&rest, segment) && take_tcp(&rest, segment);
	default:
		return false;
	}
}
