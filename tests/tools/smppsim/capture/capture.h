/* Writes what is said as pcapng, in TCP/IP headers made for it, so that any
 * reader of captures decodes it. */
#pragma once

#include "core/buf.h"

struct capture;

/* One connection as the capture shows it; index 0 is our end. */
struct capture_flow {
	uint8_t addrs[2][16];
	uint16_t ports[2];
	uint32_t sequences[2];
	bool is_v6;
	bool is_open;
};

/* NULL with errno. */
struct capture *capture_open(const char *path);
void capture_close(struct capture **capture);

struct sockaddr_storage;

/* The ends as fd has them; peer is not NULL while fd still connects. An end
 * that is not known is a documentation address. */
void capture_flow_fill(struct capture_flow *flow, int fd,
		       const struct sockaddr_storage *peer);
/* The handshake, begun by us or by the peer. */
void capture_connect(struct capture *capture, struct capture_flow *flow,
		     bool is_ours);
void capture_octets(struct capture *capture, struct capture_flow *flow,
		    bool is_out, const struct buf *octets);
/* Nothing if it is not open. */
void capture_disconnect(struct capture *capture, struct capture_flow *flow);
