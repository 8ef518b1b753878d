/* Disk blocks held back for the hour when the disk is full. */
#include "store/store_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool make(struct ballast *ballast)
{
	int fd = open(ballast->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	bool made;

	if (fd < 0)
		return false;
	made = posix_fallocate(fd, 0, (off_t)ballast->len) == 0;
	close(fd);
	if (!made)
		unlink(ballast->path);
	return made;
}

void ballast_open(struct ballast *ballast, struct iwf_str folder, uint64_t len)
{
	*ballast = (struct ballast){ .len = len };
	if (!len)
		return;
	if (asprintf(&ballast->path, "%.*s/ballast", IWF_STR_ARG(folder)) < 0)
		abort();
	ballast->is_there = make(ballast);
}

void ballast_close(struct ballast *ballast)
{
	free(ballast->path);
	*ballast = (struct ballast){ 0 };
}

void ballast_free(struct ballast *ballast)
{
	if (ballast->path)
		unlink(ballast->path);
	ballast->is_there = false;
}

/* Twice its size must be free: else it would take the last blocks itself. */
static bool has_room(const struct ballast *ballast)
{
	struct statvfs disk;
	char folder[4096];
	const char *slash = strrchr(ballast->path, '/');

	snprintf(folder, sizeof(folder), "%.*s",
		 (int)(slash - ballast->path), ballast->path);
	return statvfs(slash == ballast->path ? "/" : folder, &disk) == 0 &&
	       (uint64_t)disk.f_bavail * disk.f_frsize > 2 * ballast->len;
}

bool ballast_regain(struct ballast *ballast, int64_t now_ms)
{
	if (!ballast->path || ballast->is_there)
		return true;
	if (ballast->tried_at_ms && now_ms - ballast->tried_at_ms < 1000)
		return false;
	ballast->tried_at_ms = now_ms;
	ballast->is_there = has_room(ballast) && make(ballast);
	return ballast->is_there;
}
