/* Plain sockets that speak SIP as text. */
#include "peer.h"

#include <iwf/random.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static socklen_t loopback(struct sockaddr_storage *addr, bool is_v6,
			  unsigned port)
{
	struct sockaddr_in *in = (void *)addr;
	struct sockaddr_in6 *in6 = (void *)addr;

	memset(addr, 0, sizeof(*addr));
	if (is_v6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_addr = in6addr_loopback;
		in6->sin6_port = htons((uint16_t)port);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in->sin_port = htons((uint16_t)port);
	return sizeof(*in);
}

static int open_socket(bool is_stream, bool is_v6)
{
	int fd = socket(is_v6 ? AF_INET6 : AF_INET,
			(is_stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC,
			0);

	if (fd < 0)
		abort();
	return fd;
}

static unsigned own_port(int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (getsockname(fd, (struct sockaddr *)&addr, &len))
		abort();
	return addr.ss_family == AF_INET6 ?
		ntohs(((struct sockaddr_in6 *)(void *)&addr)->sin6_port) :
		ntohs(((struct sockaddr_in *)(void *)&addr)->sin_port);
}

static bool try_bind(int fd, bool is_v6, unsigned port)
{
	struct sockaddr_storage addr;
	socklen_t len = loopback(&addr, is_v6, port);

	return !bind(fd, (struct sockaddr *)&addr, len);
}

/* Below the range that the system gives to clients, whose sockets come and go
 * in the tests that run beside this one. */
#define PORT_FIRST 15000u
#define PORT_COUNT 17000u

unsigned peer_free_port(bool is_v6)
{
	for (int i = 0; i < 1000; i++) {
		int tcp = open_socket(true, is_v6);
		int udp = open_socket(false, is_v6);
		unsigned port = PORT_FIRST + iwf_random_u32() % PORT_COUNT;
		bool is_free = try_bind(tcp, is_v6, port) &&
			       try_bind(udp, is_v6, port);

		close(tcp);
		close(udp);
		if (is_free)
			return port;
	}
	abort();
}

void peer_listen(struct peer *peer, bool is_v6)
{
	memset(peer, 0, offsetof(struct peer, text) + 1);
	peer->is_v6 = is_v6;
	peer->fd = open_socket(false, is_v6);
	if (!try_bind(peer->fd, is_v6, 0))
		abort();
	peer->port = own_port(peer->fd);
}

void peer_open(struct peer *peer, bool is_stream, bool is_v6, unsigned to)
{
	struct sockaddr_storage addr;
	socklen_t len = loopback(&addr, is_v6, to);

	memset(peer, 0, offsetof(struct peer, text) + 1);
	peer->is_stream = is_stream;
	peer->is_v6 = is_v6;
	peer->fd = open_socket(is_stream, is_v6);
	if (!is_stream && !try_bind(peer->fd, is_v6, 0))
		abort();
	if (connect(peer->fd, (struct sockaddr *)&addr, len))
		abort();
	peer->port = own_port(peer->fd);
}

int peer_serve(unsigned *port)
{
	int fd = open_socket(true, false);

	if (!try_bind(fd, false, 0) || listen(fd, 64))
		abort();
	*port = own_port(fd);
	return fd;
}

bool peer_accept(struct peer *peer, int server, int wait_ms)
{
	struct pollfd p = { .fd = server, .events = POLLIN };

	memset(peer, 0, offsetof(struct peer, text) + 1);
	peer->is_stream = true;
	if (poll(&p, 1, wait_ms) != 1)
		return false;
	peer->fd = accept(server, NULL, NULL);
	return peer->fd >= 0;
}

void peer_close(struct peer *peer)
{
	close(peer->fd);
	peer->fd = -1;
}

void peer_send(struct peer *peer, const char *text, size_t len)
{
	while (len) {
		ssize_t n = sendto(peer->fd, text, len, MSG_NOSIGNAL,
				   peer->from_len ? (void *)&peer->from : NULL,
				   peer->from_len);

		if (n < 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

/* Bytes of the first whole message, 0 when there is none yet. */
static size_t whole_len(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n");
	char value[32];
	size_t len;

	if (!end)
		return 0;
	len = (size_t)(end - text) + 4;
	if (peer_header(text, "Content-Length", value, sizeof(value)))
		len += strtoul(value, NULL, 10);
	return strlen(text) >= len ? len : 0;
}

static bool is_readable(struct peer *peer, int wait_ms)
{
	struct pollfd p = { .fd = peer->fd, .events = POLLIN };

	return poll(&p, 1, wait_ms) == 1;
}

static const char *receive_datagram(struct peer *peer, int wait_ms)
{
	ssize_t n;

	if (!is_readable(peer, wait_ms))
		return NULL;
	peer->from_len = sizeof(peer->from);
	n = recvfrom(peer->fd, peer->text, PEER_TEXT_LEN - 1, 0,
		     (struct sockaddr *)&peer->from, &peer->from_len);
	if (n < 0)
		return NULL;
	peer->text[n] = '\0';
	return peer->text;
}

/* The message before, which the caller has read by now, is at the front. */
static const char *receive_stream(struct peer *peer, int wait_ms)
{
	size_t used = peer->kept ? peer->kept : 0;

	memmove(peer->text, peer->text + used, strlen(peer->text + used) + 1);
	peer->kept = 0;
	while (!whole_len(peer->text)) {
		size_t len = strlen(peer->text);
		ssize_t n;

		if (!is_readable(peer, wait_ms))
			return NULL;
		n = recv(peer->fd, peer->text + len, PEER_TEXT_LEN - 1 - len, 0);
		if (n <= 0)
			return NULL;
		peer->text[len + (size_t)n] = '\0';
	}
	peer->kept = whole_len(peer->text);
	return peer->text;
}

const char *peer_receive(struct peer *peer, int wait_ms)
{
	return peer->is_stream ? receive_stream(peer, wait_ms)
			       : receive_datagram(peer, wait_ms);
}

bool peer_is_closed(struct peer *peer, int wait_ms)
{
	char rest[4096];

	while (is_readable(peer, wait_ms)) {
		ssize_t n = recv(peer->fd, rest, sizeof(rest), 0);

		if (n == 0 || (n < 0 && errno != EINTR))
			return true;
	}
	return false;
}

unsigned peer_status(const char *text)
{
	unsigned status = 0;

	if (text && strncmp(text, "SIP/2.0 ", 8) == 0)
		status = (unsigned)strtoul(text + 8, NULL, 10);
	return status;
}

const char *peer_header(const char *text, const char *name, char *to,
			size_t len)
{
	size_t name_len = strlen(name);
	const char *line = text ? strstr(text, "\r\n") : NULL;

	for (; line; line = strstr(line + 2, "\r\n")) {
		const char *value = line + 2 + name_len;

		if (strncasecmp(line + 2, name, name_len) || *value != ':')
			continue;
		value += 1 + strspn(value + 1, " ");
		snprintf(to, len, "%.*s", (int)strcspn(value, "\r"), value);
		return to;
	}
	return NULL;
}
