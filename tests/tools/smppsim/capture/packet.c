/* One TCP segment with its headers (RFC 791, 8200, 9293). */
#include "capture/packet.h"

#include "wire/pdu.h"

enum { TCP_LEN = 20, IPV4_LEN = 20, IPV4_ADDR_LEN = 4, IPV6_ADDR_LEN = 16 };
enum { PROTOCOL_TCP = 6, HOPS = 64, WINDOW = 65535 };

static uint32_t sum_words(uint32_t sum, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (len % 2)
		sum += (uint32_t)bytes[len - 1] << 8;
	return sum;
}

static void put_checksum(uint8_t *at, uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	at[0] = (uint8_t)(~sum >> 8);
	at[1] = (uint8_t)~sum;
}

static void append_ipv4(struct buf *out, const struct capture_flow *flow,
			int from, size_t len)
{
	const size_t start = out->len;

	buf_append_u16(out, 0x4500);
	buf_append_u16(out, (uint16_t)(IPV4_LEN + len));
	/* No fragments. */
	buf_append_u32(out, 0x00004000);
	buf_append_u8(out, HOPS);
	buf_append_u8(out, PROTOCOL_TCP);
	buf_append_u16(out, 0);
	buf_append(out, flow->addrs[from], IPV4_ADDR_LEN);
	buf_append(out, flow->addrs[!from], IPV4_ADDR_LEN);
	put_checksum(out->bytes + start + 10,
		     sum_words(0, out->bytes + start, IPV4_LEN));
}

static void append_ipv6(struct buf *out, const struct capture_flow *flow,
			int from, size_t len)
{
	buf_append_u32(out, 0x60000000);
	buf_append_u16(out, (uint16_t)len);
	buf_append_u8(out, PROTOCOL_TCP);
	buf_append_u8(out, HOPS);
	buf_append(out, flow->addrs[from], IPV6_ADDR_LEN);
	buf_append(out, flow->addrs[!from], IPV6_ADDR_LEN);
}

static void append_tcp(struct buf *out, const struct capture_flow *flow,
		       const struct packet *packet)
{
	const int from = packet->from;

	buf_append_u16(out, flow->ports[from]);
	buf_append_u16(out, flow->ports[!from]);
	buf_append_u32(out, flow->sequences[from]);
	buf_append_u32(out,
		       packet->flags & PACKET_ACK ? flow->sequences[!from] : 0);
	buf_append_u16(out, (uint16_t)(TCP_LEN / 4 << 12 | packet->flags));
	buf_append_u16(out, WINDOW);
	buf_append_u32(out, 0);
	buf_append(out, packet->payload, packet->len);
}

void packet_format(struct buf *out, struct capture_flow *flow,
		   const struct packet *packet)
{
	const size_t addr_len = flow->is_v6 ? IPV6_ADDR_LEN : IPV4_ADDR_LEN;
	const size_t len = TCP_LEN + packet->len;
	uint32_t sum = PROTOCOL_TCP + (uint32_t)len;

	if (flow->is_v6)
		append_ipv6(out, flow, packet->from, len);
	else
		append_ipv4(out, flow, packet->from, len);

	const size_t start = out->len;

	append_tcp(out, flow, packet);
	for (int end = 0; end < 2; end++)
		sum = sum_words(sum, flow->addrs[end], addr_len);
	put_checksum(out->bytes + start + 16,
		     sum_words(sum, out->bytes + start, len));
	flow->sequences[packet->from] += (uint32_t)packet->len;
	if (packet->flags & (PACKET_SYN | PACKET_FIN))
		flow->sequences[packet->from]++;
}
