/* One address, UDP and TCP, and the connections to and from it. */
#pragma once

#include "sip.h"

#include <stdint.h>
#include <sys/socket.h>

#define NET_CONNS_MAX 16

struct net_address {
	struct sockaddr_storage addr;
	socklen_t len;
};

struct net_conn {
	int fd;
	bool is_ours; /* we made it, to the gateway */
	size_t len;
	char bytes[SIP_LEN_MAX];
};

/* Large: belongs on the heap, zeroed. */
struct net {
	int udp;
	int tcp;
	struct net_conn *conns[NET_CONNS_MAX];
	char datagram[SIP_LEN_MAX];
};

/* Where something came from; answers go back there. */
struct net_from {
	struct net_address address;
	int fd; /* of the connection, -1 for UDP */
};

/* bytes are one whole message, valid during the call. */
typedef void net_message_fn(void *owner, struct text bytes,
			    const struct net_from *from);

/* "127.0.0.1:5070" or "[::1]:5070"; false for anything else. */
bool net_address_parse(const char *text, struct net_address *address);

/* Listens on both transports; false with a sentence on stderr. */
bool net_open(struct net *net, const char *listen);
void net_close(struct net *net);

/* Waits so long at most, and gives every message that came. */
void net_turn(struct net *net, int timeout_ms, net_message_fn *on_message,
	      void *owner);

bool net_answer(const struct net *net, const struct net_from *from,
		struct text bytes);
/* Over UDP, or on a connection of ours, made when there is none: may take
 * NET_CONNECT_SEC. */
#define NET_CONNECT_SEC 5
bool net_send(struct net *net, const struct net_address *to, bool is_stream,
	      struct text bytes);
