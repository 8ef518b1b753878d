/* A SIP peer made of plain sockets, for the live tests of gateway/sip. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define PEER_WAIT_MS 3000
#define PEER_TEXT_LEN 131072

struct peer {
	int fd;
	bool is_stream;
	bool is_v6;
	unsigned port;       /* our own */
	size_t kept;         /* of a stream, behind the last message */
	struct sockaddr_storage from; /* of the last datagram, answers go there */
	socklen_t from_len;
	char text[PEER_TEXT_LEN];
};

/* A free port of the loopback address for UDP and TCP. */
unsigned peer_free_port(bool is_v6);
/* port 0: any. Streams connect at once; datagrams go to `to`. */
void peer_open(struct peer *peer, bool is_stream, bool is_v6, unsigned to);
/* A datagram socket that waits to be spoken to. */
void peer_listen(struct peer *peer, bool is_v6);
/* A listening stream socket and, from it, the next connection; false when
 * none came in time. Both on 127.0.0.1. */
int peer_serve(unsigned *port);
bool peer_accept(struct peer *peer, int server, int wait_ms);
void peer_close(struct peer *peer);
void peer_send(struct peer *peer, const char *text, size_t len);
/* The next message as a C string in peer->text, or NULL when none came. */
const char *peer_receive(struct peer *peer, int wait_ms);
/* A stream's end seen in time. */
bool peer_is_closed(struct peer *peer, int wait_ms);
/* Status of an answer, 0 for NULL. */
unsigned peer_status(const char *text);
/* The value of a header, or NULL; a static copy, good until the next call. */
const char *peer_header(const char *text, const char *name, char *to,
			size_t len);
