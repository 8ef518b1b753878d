/* Writes what is said as pcapng (draft-ietf-opsawg-pcapng). */
#include "capture/capture.h"

#include "capture/packet.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum { LINKTYPE_RAW = 101 };

struct capture {
	FILE *file;
};

/* Of this machine's byte order, as the format has it. */
static void append_native(struct buf *out, uint32_t value)
{
	buf_append(out, &value, sizeof(value));
}

static void write_block(struct capture *capture, uint32_t type,
			const struct buf *body)
{
	static const uint8_t padding[4];
	const size_t pad = (4 - body->len % 4) % 4;
	const uint32_t len = (uint32_t)(12 + body->len + pad);
	struct buf block = { 0 };

	append_native(&block, type);
	append_native(&block, len);
	buf_append(&block, body->bytes, body->len);
	buf_append(&block, padding, pad);
	append_native(&block, len);
	fwrite(block.bytes, 1, block.len, capture->file);
	/* A reader may look at any time, and a test may kill us. */
	fflush(capture->file);
	buf_destroy(&block);
}

static void write_packet(struct capture *capture, const struct buf *packet)
{
	struct buf body = { 0 };
	struct timespec now;
	uint64_t us;

	clock_gettime(CLOCK_REALTIME, &now);
	us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	append_native(&body, 0);
	append_native(&body, (uint32_t)(us >> 32));
	append_native(&body, (uint32_t)us);
	append_native(&body, (uint32_t)packet->len);
	append_native(&body, (uint32_t)packet->len);
	buf_append(&body, packet->bytes, packet->len);
	write_block(capture, BLOCK_PACKET, &body);
	buf_destroy(&body);
}

struct capture *capture_open(const char *path)
{
	FILE *file = fopen(path, "we");
	struct buf body = { 0 };
	struct capture *capture;

	if (!file)
		return NULL;
	capture = mem_alloc(sizeof(*capture));
	capture->file = file;
	/* Byte order, version 1.0, a section of unknown length. */
	append_native(&body, 0x1a2b3c4d);
	append_native(&body, 1);
	append_native(&body, 0xffffffff);
	append_native(&body, 0xffffffff);
	write_block(capture, BLOCK_SECTION, &body);
	buf_clear(&body);
	append_native(&body, LINKTYPE_RAW);
	append_native(&body, 0);
	write_block(capture, BLOCK_INTERFACE, &body);
	buf_destroy(&body);
	return capture;
}

void capture_close(struct capture **capture)
{
	if (!*capture)
		return;
	fclose((*capture)->file);
	free(*capture);
	*capture = NULL;
}

static void fill_end(struct capture_flow *flow, int end,
		     const struct sockaddr_storage *addr)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)addr;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)addr;

	if (addr->ss_family == AF_INET) {
		memcpy(flow->addrs[end], &v4->sin_addr, 4);
		flow->ports[end] = ntohs(v4->sin_port);
	} else if (addr->ss_family == AF_INET6) {
		memcpy(flow->addrs[end], &v6->sin6_addr, 16);
		flow->ports[end] = ntohs(v6->sin6_port);
		flow->is_v6 = true;
	}
}

void capture_flow_fill(struct capture_flow *flow, int fd,
		       const struct sockaddr_storage *peer)
{
	/* 192.0.2.0/24 (RFC 5737). */
	static const uint8_t unknown[] = { 192, 0, 2, 1 };
	struct sockaddr_storage addr = { 0 };
	socklen_t len = sizeof(addr);

	memset(flow, 0, sizeof(*flow));
	for (int end = 0; end < 2; end++)
		memcpy(flow->addrs[end], unknown, sizeof(unknown));
	if (getsockname(fd, (struct sockaddr *)&addr, &len) == 0)
		fill_end(flow, 0, &addr);
	len = sizeof(addr);
	if (peer)
		fill_end(flow, 1, peer);
	else if (getpeername(fd, (struct sockaddr *)&addr, &len) == 0)
		fill_end(flow, 1, &addr);
}

static void capture_one(struct capture *capture, struct capture_flow *flow,
			const struct packet *packet)
{
	struct buf octets = { 0 };

	packet_format(&octets, flow, packet);
	write_packet(capture, &octets);
	buf_destroy(&octets);
}

void capture_connect(struct capture *capture, struct capture_flow *flow,
		     bool is_ours)
{
	const int from = !is_ours;
	const struct packet steps[] = {
		{ .from = from, .flags = PACKET_SYN },
		{ .from = !from, .flags = PACKET_SYN | PACKET_ACK },
		{ .from = from, .flags = PACKET_ACK },
	};

	flow->is_open = true;
	for (size_t i = 0; i < 3; i++)
		capture_one(capture, flow, &steps[i]);
}

void capture_octets(struct capture *capture, struct capture_flow *flow,
		    bool is_out, const struct buf *octets)
{
	struct packet packet = { .from = !is_out,
				 .flags = PACKET_PUSH | PACKET_ACK };

	for (size_t at = 0; at < octets->len; at += packet.len) {
		packet.payload = octets->bytes + at;
		packet.len = octets->len - at;
		if (packet.len > PACKET_PAYLOAD_MAX)
			packet.len = PACKET_PAYLOAD_MAX;
		capture_one(capture, flow, &packet);
	}
}

void capture_disconnect(struct capture *capture, struct capture_flow *flow)
{
	const struct packet steps[] = {
		{ .from = 0, .flags = PACKET_FIN | PACKET_ACK },
		{ .from = 1, .flags = PACKET_FIN | PACKET_ACK },
		{ .from = 0, .flags = PACKET_ACK },
	};

	if (!flow->is_open)
		return;
	flow->is_open = false;
	for (size_t i = 0; i < 3; i++)
		capture_one(capture, flow, &steps[i]);
}
