/* The process's own bind(2), found by the dynamic linker before the C
 * library's: adds SO_REUSEPORT and SO_RCVBUF (socket(7)) where a thread asks for
 * them. */
#include "base/bind.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Per thread by nature: it reaches into a call made by a library. */
static _Thread_local struct {
	bool is_shared;
	int receive_len;
} sharing;

void bind_share(bool is_shared)
{
	sharing.is_shared = is_shared;
}

void bind_limit_receive(int len)
{
	sharing.receive_len = len;
}

static bool is_stream(int fd)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) &&
	       type == SOCK_STREAM;
}

/* Straight to the kernel: looking the C library's function up would need a
 * writable pointer and an order of initialisation. */
__attribute__((visibility("default")))
int bind(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
	int one = 1;

	if (sharing.receive_len && is_stream(fd) &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &sharing.receive_len,
		       sizeof(sharing.receive_len)) < 0)
		return -1;
	if (sharing.is_shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one,
				  sizeof(one)) < 0)
		return -1;
	return (int)syscall(SYS_bind, fd, addr.__sockaddr__, len);
}
