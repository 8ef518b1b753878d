/* Notes what the spool writes; stands in for store/disk.h. */
#include "support/power_log.h"

#include "store/disk.h"

#include <iwf/arena.h>
#include <iwf/err.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OPEN_MAX 8

/* Files that are being written; a free place has the descriptor 0. */
static struct {
	int fd;
	unsigned file;
} opened[OPEN_MAX];

static unsigned place_of(int fd)
{
	unsigned i = 0;

	while (i < OPEN_MAX && opened[i].fd != fd)
		i++;
	return i;
}

/* Whether this is the spool's folder of the disk that is noted. */
static bool is_noted(int folder)
{
	const struct power_disk *disk = power_current();
	char link[64], path[400];
	size_t len;
	ssize_t got;

	if (!disk)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
	got = readlink(link, path, sizeof(path) - 1);
	if (got < 0)
		return false;
	path[got] = '\0';
	len = strlen(disk->folder);
	return strncmp(path, disk->folder, len) == 0 &&
	       strcmp(path + len, "/spool") == 0;
}

static struct power_step step_of(enum power_verb verb, const char *name)
{
	struct power_step step = { .verb = verb, .folder = POWER_SPOOL };

	snprintf(step.name, sizeof(step.name), "spool/%s", name);
	return step;
}

static unsigned note_create(const char *name)
{
	struct power_disk *disk = power_current();
	struct power_step step = step_of(POWER_CREATE, name);
	const struct power_name *found = power_names_find(&disk->now,
							  step.name);

	if (found) {
		step.verb = POWER_TRUNCATE;
		step.file = found->file;
	} else {
		step.file = power_file_add(disk);
		power_names_set(&disk->now, step.name, step.file);
	}
	power_note(step);
	return step.file;
}

int disk_create(int folder, const char *name)
{
	int fd = openat(folder, name, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC,
			0600);
	unsigned place;

	power_lock();
	if (fd > 0 && is_noted(folder)) {
		place = place_of(0);
		IWF_BUG_ON(place == OPEN_MAX);
		opened[place].fd = fd;
		opened[place].file = note_create(name);
	}
	power_unlock();
	return fd;
}

ssize_t disk_write(int fd, const void *bytes, size_t len)
{
	off_t at = lseek(fd, 0, SEEK_CUR);
	ssize_t done = write(fd, bytes, len);
	unsigned place;

	power_lock();
	place = place_of(fd);
	if (done > 0 && place < OPEN_MAX) {
		struct power_step step = {
			.verb = POWER_WRITE, .folder = POWER_SPOOL,
			.file = opened[place].file, .at = (size_t)at,
			.len = (size_t)done, .bytes = iwf_alloc((size_t)done),
		};

		memcpy(step.bytes, bytes, (size_t)done);
		power_note(step);
	}
	power_unlock();
	return done;
}

int disk_sync(int fd)
{
	const struct power_disk *disk;
	unsigned place;

	power_lock();
	disk = power_current();
	place = place_of(fd);
	if (place < OPEN_MAX)
		power_note((struct power_step){ .verb = POWER_SYNC,
			.folder = POWER_SPOOL, .file = opened[place].file,
			.began = disk->count, .syncs_file =
				!(disk->flaws & POWER_NO_SPOOL_SYNC) });
	else if (is_noted(fd))
		power_note((struct power_step){ .verb = POWER_SYNC,
			.folder = POWER_SPOOL, .syncs_dir =
				!(disk->flaws & POWER_NO_SPOOL_DIR_SYNC) });
	power_unlock();
	return 0;
}

int disk_close(int fd)
{
	unsigned place;

	power_lock();
	place = place_of(fd);
	if (place < OPEN_MAX)
		opened[place].fd = 0;
	power_unlock();
	return close(fd);
}

int disk_rename(int folder, const char *from, const char *to)
{
	struct power_step step = step_of(POWER_RENAME, from);
	struct power_disk *disk;

	power_lock();
	disk = power_current();
	if (is_noted(folder)) {
		snprintf(step.to, sizeof(step.to), "spool/%s", to);
		step.file = power_names_find(&disk->now, step.name)->file;
		power_names_drop(&disk->now, step.name);
		power_names_set(&disk->now, step.to, step.file);
		power_note(step);
	}
	power_unlock();
	return renameat(folder, from, folder, to);
}

int disk_remove(int folder, const char *name)
{
	struct power_step step = step_of(POWER_DELETE, name);

	power_lock();
	if (is_noted(folder) &&
	    power_names_find(&power_current()->now, step.name)) {
		power_names_drop(&power_current()->now, step.name);
		power_note(step);
	}
	power_unlock();
	return unlinkat(folder, name, 0);
}
