/* Sockets of the test client: one address, UDP and TCP (RFC 3261 18). */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

bool net_address_parse(const char *text, struct net_address *address)
{
	const char *colon = strrchr(text, ':');
	struct sockaddr_in *v4 = (struct sockaddr_in *)&address->addr;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address->addr;
	struct text host = colon ? (struct text){ text, (size_t)(colon - text) }
				 : TEXT_NONE;
	bool is_v6 = host.len > 2 && host.at[0] == '[' &&
		     host.at[host.len - 1] == ']';
	unsigned long port;
	char z[INET6_ADDRSTRLEN];

	*address = (struct net_address){ .len = 0 };
	if (is_v6)
		host = text_sub(host, 1, host.len - 1);
	if (!host.len || host.len >= sizeof(z) ||
	    !text_number(text_from(colon + 1), &port) || !port || port > 65535)
		return false;
	memcpy(z, host.at, host.len);
	z[host.len] = 0;
	if (is_v6) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		address->len = sizeof(*v6);
		return inet_pton(AF_INET6, z, &v6->sin6_addr) == 1;
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons((uint16_t)port);
	address->len = sizeof(*v4);
	return inet_pton(AF_INET, z, &v4->sin_addr) == 1;
}

static int open_socket(const struct net_address *address, int type)
{
	const int on = 1;
	int fd = socket(address->addr.ss_family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!bind(fd, (const struct sockaddr *)&address->addr, address->len) &&
	    (type != SOCK_STREAM || !listen(fd, NET_CONNS_MAX)))
		return fd;
	close(fd);
	return -1;
}

bool net_open(struct net *net, const char *listen)
{
	struct net_address address;

	net->udp = net->tcp = -1;
	if (!net_address_parse(listen, &address)) {
		fprintf(stderr, "cpm-client: no address and port: %s\n",
			listen);
		return false;
	}
	net->udp = open_socket(&address, SOCK_DGRAM);
	if (net->udp >= 0)
		net->tcp = open_socket(&address, SOCK_STREAM);
	if (net->tcp >= 0)
		return true;
	fprintf(stderr, "cpm-client: %s: %s\n", listen, strerror(errno));
	return false;
}

static void conn_close(struct net_conn **conn)
{
	if (*conn)
		close((*conn)->fd);
	free(*conn);
	*conn = NULL;
}

void net_close(struct net *net)
{
	for (size_t i = 0; i < NET_CONNS_MAX; i++)
		conn_close(&net->conns[i]);
	if (net->udp >= 0)
		close(net->udp);
	if (net->tcp >= 0)
		close(net->tcp);
}

/* Takes the descriptor; NULL, and it is closed, when there are too many. */
static struct net_conn *conn_add(struct net *net, int fd)
{
	struct timeval most = { .tv_sec = NET_CONNECT_SEC };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most));
	for (size_t i = 0; i < NET_CONNS_MAX; i++) {
		if (net->conns[i])
			continue;
		net->conns[i] = calloc(1, sizeof(struct net_conn));
		if (!net->conns[i])
			abort();
		net->conns[i]->fd = fd;
		return net->conns[i];
	}
	close(fd);
	return NULL;
}

/* --- receiving --- */

/* False when the connection is to be closed. */
static bool conn_read(struct net_conn *conn, net_message_fn *on_message,
		      void *owner)
{
	struct net_from from = { .fd = conn->fd };
	ssize_t got = recv(conn->fd, conn->bytes + conn->len,
			   sizeof(conn->bytes) - conn->len, MSG_DONTWAIT);
	size_t at = 0;
	long len;

	if (got <= 0)
		return got < 0 && (errno == EAGAIN || errno == EINTR);
	conn->len += (size_t)got;
	while ((len = sip_frame_len((struct text){ conn->bytes + at,
						   conn->len - at })) > 0) {
		on_message(owner, (struct text){ conn->bytes + at, (size_t)len },
			   &from);
		at += (size_t)len;
	}
	conn->len -= at;
	memmove(conn->bytes, conn->bytes + at, conn->len);
	return !len;
}

static void read_datagram(struct net *net, net_message_fn *on_message,
			  void *owner)
{
	struct net_from from = { .address.len = sizeof(from.address.addr),
				 .fd = -1 };
	ssize_t got = recvfrom(net->udp, net->datagram, sizeof(net->datagram),
			       MSG_DONTWAIT,
			       (struct sockaddr *)&from.address.addr,
			       &from.address.len);

	if (got > 0)
		on_message(owner, (struct text){ net->datagram, (size_t)got },
			   &from);
}

void net_turn(struct net *net, int timeout_ms, net_message_fn *on_message,
	      void *owner)
{
	struct pollfd fds[NET_CONNS_MAX + 2] = {
		{ .fd = net->udp, .events = POLLIN },
		{ .fd = net->tcp, .events = POLLIN },
	};

	for (size_t i = 0; i < NET_CONNS_MAX; i++)
		fds[i + 2] = (struct pollfd){
			.fd = net->conns[i] ? net->conns[i]->fd : -1,
			.events = POLLIN };
	if (poll(fds, NET_CONNS_MAX + 2, timeout_ms) <= 0)
		return;
	for (size_t i = 0; i < NET_CONNS_MAX; i++)
		if (fds[i + 2].revents &&
		    !conn_read(net->conns[i], on_message, owner))
			conn_close(&net->conns[i]);
	if (fds[0].revents)
		read_datagram(net, on_message, owner);
	if (fds[1].revents) {
		int fd = accept4(net->tcp, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0)
			conn_add(net, fd);
	}
}

/* --- sending --- */

static bool write_stream(int fd, struct text bytes)
{
	while (bytes.len) {
		ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes = text_sub(bytes, (size_t)sent, bytes.len);
	}
	return true;
}

static bool write_datagram(const struct net *net, const struct net_address *to,
			   struct text bytes)
{
	return sendto(net->udp, bytes.at, bytes.len, 0,
		      (const struct sockaddr *)&to->addr, to->len) >= 0;
}

bool net_answer(const struct net *net, const struct net_from *from,
		struct text bytes)
{
	if (from->fd >= 0)
		return write_stream(from->fd, bytes);
	return write_datagram(net, &from->address, bytes);
}

static struct net_conn *connect_to(struct net *net,
				   const struct net_address *to)
{
	struct timeval most = { .tv_sec = NET_CONNECT_SEC };
	struct net_conn *conn;
	int fd;

	for (size_t i = 0; i < NET_CONNS_MAX; i++)
		if (net->conns[i] && net->conns[i]->is_ours)
			return net->conns[i];
	fd = socket(to->addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most));
	if (connect(fd, (const struct sockaddr *)&to->addr, to->len)) {
		close(fd);
		return NULL;
	}
	conn = conn_add(net, fd);
	if (conn)
		conn->is_ours = true;
	return conn;
}

bool net_send(struct net *net, const struct net_address *to, bool is_stream,
	      struct text bytes)
{
	struct net_conn *conn;

	if (!is_stream)
		return write_datagram(net, to, bytes);
	conn = connect_to(net, to);
	return conn && write_stream(conn->fd, bytes);
}
