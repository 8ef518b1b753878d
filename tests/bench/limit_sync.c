/* What the disk can do, alone: writes a page and calls fdatasync, again and
 * again, over a file that has its blocks already, as a write-ahead log that is
 * used anew. limit_sync FOLDER SECONDS prints one JSON object. */
#include "bench/parts/clock.h"
#include "bench/parts/histogram.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_LEN 4096
#define PAGES 1024

static int open_file(const char *folder)
{
	char path[4096], page[PAGE_LEN] = { 0 };
	int fd;

	snprintf(path, sizeof(path), "%s/limit_sync.XXXXXX", folder);
	fd = mkstemp(path);
	if (fd < 0)
		return -1;
	unlink(path);
	for (unsigned i = 0; i < PAGES; i++) {
		if (write(fd, page, PAGE_LEN) != PAGE_LEN)
			return -1;
	}
	return fsync(fd) ? -1 : fd;
}

static bool write_and_sync(int fd, unsigned n)
{
	char page[PAGE_LEN];

	memset(page, (int)n, sizeof(page));
	return pwrite(fd, page, PAGE_LEN, (off_t)(n % PAGES) * PAGE_LEN) ==
	       PAGE_LEN && !fdatasync(fd);
}

int main(int argc, char **argv)
{
	static struct histogram times;
	double seconds = argc > 2 ? strtod(argv[2], NULL) : 2;
	int fd = open_file(argc > 1 ? argv[1] : "/var/tmp");
	uint64_t began_us = clock_us(), now_us = began_us;

	while (fd >= 0 && now_us - began_us < (uint64_t)(seconds * 1e6)) {
		uint64_t before_us = now_us;

		if (!write_and_sync(fd, (unsigned)times.count)) {
			fd = -1;
			break;
		}
		now_us = clock_us();
		histogram_add(&times, now_us - before_us);
	}
	if (fd < 0) {
		perror("limit_sync");
		return 1;
	}
	printf("{\"syncs\": %llu, \"per_s\": %.1f, ",
	       (unsigned long long)times.count,
	       (double)times.count * 1e6 / (double)(now_us - began_us));
	histogram_print(stdout, &times);
	printf("}\n");
	return 0;
}
