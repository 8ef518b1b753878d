/* A slow disk, for LD_PRELOAD: every fsync and fdatasync takes SLOW_SYNC_MS
 * milliseconds more. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

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

static int sync_late(const char *name, int fd)
{
	/* ISO C has no cast from void * to a function. */
	union {
		void *object;
		sync_fn *function;
	} next = { dlsym(RTLD_NEXT, name) };

	wait_as_told();
	return next.function(fd);
}

EXPORT int fsync(int fd)
{
	return sync_late("fsync", fd);
}

EXPORT int fdatasync(int fd)
{
	return sync_late("fdatasync", fd);
}
