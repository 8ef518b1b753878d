/* For LD_PRELOAD: a disk that cannot be written, with EIO, while the file named
 * by BAD_DISK_FILE is there. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/syscall.h>

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
	const char *is_bad = getenv("BAD_DISK_FILE");

	if (is_bad && access(is_bad, F_OK) == 0) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, bytes, len, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return pwrite64(fd, bytes, len, at);
}
