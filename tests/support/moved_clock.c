/* For LD_PRELOAD: clocks that a test moves. The file MOVED_CLOCK_FILE holds
 * two numbers of 64 bits in the machine's order, nanoseconds to be added: to the
 * wall clock, to the monotonic clocks. A wait for a moment of a moved clock is
 * left as it is: who waits for a time span asks again when it is over. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SEC_NS INT64_C(1000000000)

static const volatile int64_t *shifts;

__attribute__((constructor)) static void map_file(void)
{
	const char *path = getenv("MOVED_CLOCK_FILE");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map;

	if (fd < 0)
		return;
	map = mmap(NULL, 2 * sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		shifts = map;
}

static int64_t shift_of(clockid_t clock)
{
	if (!shifts)
		return 0;
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		return shifts[0];
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_BOOTTIME:
		return shifts[1];
	default:
		return 0;
	}
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, now);
	int64_t ns;

	if (rc != 0 || !shift_of(clock))
		return rc;
	ns = now->tv_sec * SEC_NS + now->tv_nsec + shift_of(clock);
	now->tv_sec = ns / SEC_NS;
	now->tv_nsec = ns % SEC_NS;
	return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec ts;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		return -1;
	now->tv_sec = ts.tv_sec;
	now->tv_usec = ts.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (out)
		*out = ts.tv_sec;
	return ts.tv_sec;
}
