/* The port an SMSC listens on, which may go away for a while. */
#include "sim/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define RETRY_MS 100

static int listen_on(const struct addrinfo *addr)
{
	const int on = 1;
	const int fd = socket(addr->ai_family,
			      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, addr->ai_addr, addr->ai_addrlen) == 0 &&
	    listen(fd, 128) == 0)
		return fd;

	const int error = errno;

	close(fd);
	errno = error;
	return -1;
}

static int open_socket(const struct listener *listener)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST |
						    AI_NUMERICSERV | AI_PASSIVE,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *addr;
	char port[8];

	snprintf(port, sizeof(port), "%hu", listener->port);
	if (getaddrinfo(listener->address, port, &hints, &addr) != 0) {
		errno = EINVAL;
		return -1;
	}
	const int fd = listen_on(addr);

	freeaddrinfo(addr);
	return fd;
}

static unsigned short port_of(int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (getsockname(fd, (struct sockaddr *)&addr, &len) != 0)
		return 0;
	if (addr.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&addr)->sin6_port);
	return ntohs(((struct sockaddr_in *)&addr)->sin_port);
}

static bool listener_start(struct listener *listener)
{
	listener->watch.fd = open_socket(listener);
	if (listener->watch.fd < 0)
		return false;
	listener->port = port_of(listener->watch.fd);
	loop_watch(listener->loop, &listener->watch, EPOLLIN);
	return true;
}

static void listener_stop(struct listener *listener)
{
	const int fd = listener->watch.fd;

	if (fd < 0)
		return;
	loop_forget(listener->loop, &listener->watch);
	close(fd);
}

bool listener_open(struct listener *listener, struct loop *loop,
		   loop_ready_fn *on_ready)
{
	listener->loop = loop;
	listener->watch.on_ready = on_ready;
	return listener_start(listener);
}

static void listener_on_back(struct loop_timer *timer)
{
	struct listener *listener = loop_owner(timer, struct listener, timer);

	/* Somebody else may hold the port for a moment. */
	if (!listener_start(listener))
		loop_arm(listener->loop, timer, RETRY_MS, listener_on_back);
}

void listener_go_away(struct listener *listener, long ms)
{
	listener_stop(listener);
	loop_arm(listener->loop, &listener->timer, ms, listener_on_back);
}

void listener_close(struct listener *listener)
{
	if (!listener->loop)
		return;
	loop_disarm(listener->loop, &listener->timer);
	listener_stop(listener);
}
