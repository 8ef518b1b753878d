/* A slow or failing disk, for LD_PRELOAD: every fsync and fdatasync takes
 * SLOW_SYNC_MS milliseconds more, and fails with EIO while the file named by
 * FAIL_SYNC_FILE is there. */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef int sync_fn(int fd);

static void wait_as_told(void)
{
	const char *told = getenv("SLOW_SYNC_MS");
	long ms = told ? strtol(told, NULL, 10) : 0;
	struct timespec left = { ms / 1000, ms % 1000 * 1000000 };

	if (ms > 0)
		while (nanosleep(&left, &left))
			;
}

static bool is_failing(void)
{
	const char *told = getenv("FAIL_SYNC_FILE");

	return told && access(told, F_OK) == 0;
}

static int sync_late(const char *name, int fd)
{
	/* ISO C has no cast from void * to a function. */
	union {
		void *object;
		sync_fn *function;
	} next = { dlsym(RTLD_NEXT, name) };

	wait_as_told();
	if (is_failing()) {
		errno = EIO;
		return -1;
	}
	return next.function(fd);
}

int fsync(int fd)
{
	return sync_late("fsync", fd);
}

int fdatasync(int fd)
{
	return sync_late("fdatasync", fd);
}
