/* System calls around TCP sockets. */
#include "base/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <unistd.h>

/* A peer may send faster than we throw away. */
#define DISCARD_MAX_LEN (256u << 10)

int socket_connect(const struct sockaddr_storage *addr, socklen_t len, int *fd)
{
	const struct sockaddr *to = (const struct sockaddr *)addr;
	int one = 1;
	int failed;

	*fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		     0);
	if (*fd < 0)
		return errno;
	setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(*fd, to, len) == 0 || errno == EINPROGRESS ||
	    errno == EINTR)
		return 0;
	failed = errno;
	close(*fd);
	*fd = -1;
	return failed;
}

bool socket_is_connected(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	return getpeername(fd, (struct sockaddr *)&peer, &len) == 0;
}

int socket_take_errno(int fd)
{
	int number = 0;
	socklen_t len = sizeof(number);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &len);
	return number;
}

void socket_discard(int fd)
{
	char bytes[4096];

	for (size_t len = 0; len < DISCARD_MAX_LEN; len += sizeof(bytes))
		if (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) <= 0)
			return;
}

int socket_listen(const struct sockaddr_storage *addr, socklen_t len, int *fd)
{
	const struct sockaddr *on = (const struct sockaddr *)addr;
	int one = 1;
	int failed;

	*fd = socket(on->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		     0);
	if (*fd < 0)
		return errno;
	setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* "::" and "0.0.0.0" may both be listened on. */
	if (on->sa_family == AF_INET6)
		setsockopt(*fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(*fd, on, len) == 0 && listen(*fd, SOMAXCONN) == 0)
		return 0;
	failed = errno;
	close(*fd);
	*fd = -1;
	return failed;
}

int socket_accept(int listener, struct sockaddr_storage *from, int *fd)
{
	socklen_t len = sizeof(*from);
	int one = 1;

	*fd = accept4(listener, (struct sockaddr *)from, &len,
		      SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (*fd < 0)
		return errno;
	setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return 0;
}

uint16_t socket_port(int fd)
{
	struct sockaddr_storage addr = { 0 };
	socklen_t len = sizeof(addr);

	getsockname(fd, (struct sockaddr *)&addr, &len);
	return ntohs(addr.ss_family == AF_INET6 ?
		     ((const struct sockaddr_in6 *)&addr)->sin6_port :
		     ((const struct sockaddr_in *)&addr)->sin_port);
}

void socket_close(int fd)
{
	close(fd);
}
