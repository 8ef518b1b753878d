/* The process's own bind(2), found by the dynamic linker before the C
 * library's: adds SO_REUSEPORT (socket(7)) where a thread asks for it. */
#include "base/bind.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Per thread by nature: it reaches into a call made by a library. */
static _Thread_local bool sharing;

void bind_share(bool is_shared)
{
	sharing = is_shared;
}

/* Straight to the kernel: looking the C library's function up would need a
 * writable pointer and an order of initialisation. */
__attribute__((visibility("default")))
int bind(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
	int one = 1;

	if (sharing && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one,
				  sizeof(one)) < 0)
		return -1;
	return (int)syscall(SYS_bind, fd, addr.__sockaddr__, len);
}
