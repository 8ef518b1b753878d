/* System calls around TCP sockets. */
#include "base/socket.h"

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
