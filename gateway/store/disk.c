/* The system's calls that change the spool. */
#include "store/disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int disk_create(int folder, const char *name)
{
	return openat(folder, name, O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW |
		      O_CLOEXEC, 0600);
}

ssize_t disk_write(int fd, const void *bytes, size_t len)
{
	return write(fd, bytes, len);
}

int disk_sync(int fd)
{
	return fsync(fd);
}

int disk_close(int fd)
{
	return close(fd);
}

int disk_rename(int folder, const char *from, const char *to)
{
	return renameat(folder, from, folder, to);
}

int disk_remove(int folder, const char *name)
{
	return unlinkat(folder, name, 0);
}
