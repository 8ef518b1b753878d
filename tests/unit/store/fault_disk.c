/* The calls of store/disk.h with faults. */
#include "unit/store/fault_disk.h"

#include "store/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

const struct fault_case fault_cases[FAULT_CASES] = {
	{ FAULT_CREATE, EMFILE, IWF_E_IO },
	{ FAULT_CREATE, ENOSPC, IWF_E_FULL },
	{ FAULT_WRITE, ENOSPC, IWF_E_FULL },
	{ FAULT_WRITE, EDQUOT, IWF_E_FULL },
	{ FAULT_WRITE, EIO, IWF_E_IO },
	{ FAULT_SYNC, EIO, IWF_E_IO },
	{ FAULT_CLOSE, EIO, IWF_E_IO },
	{ FAULT_RENAME, ENOSPC, IWF_E_FULL },
	{ FAULT_RENAME, EIO, IWF_E_IO },
};

static struct fault_disk sound;
static struct fault_disk *_Atomic current = &sound;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t released = PTHREAD_COND_INITIALIZER;

void fault_disk_set(struct fault_disk *fault)
{
	atomic_store(&current, fault ? fault : &sound);
}

void fault_disk_hold(struct fault_disk *fault, bool is_held)
{
	pthread_mutex_lock(&lock);
	atomic_store(&fault->is_held, is_held);
	pthread_cond_broadcast(&released);
	pthread_mutex_unlock(&lock);
}

static bool fails(enum fault_step step)
{
	struct fault_disk *fault = atomic_load(&current);
	int error = atomic_load(&fault->error[step]);

	atomic_fetch_add(&fault->count[step], 1);
	if (error)
		errno = error;
	return error;
}

int disk_create(int folder, const char *name)
{
	pthread_mutex_lock(&lock);
	while (atomic_load(&atomic_load(&current)->is_held))
		pthread_cond_wait(&released, &lock);
	pthread_mutex_unlock(&lock);
	if (fails(FAULT_CREATE))
		return -1;
	return openat(folder, name, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC,
		      0600);
}

ssize_t disk_write(int fd, const void *bytes, size_t len)
{
	size_t most = atomic_load(&atomic_load(&current)->most);

	/* As a disk does that fills up: a part of it was still written. */
	if (fails(FAULT_WRITE)) {
		(void)!write(fd, bytes, len / 2);
		return -1;
	}
	return write(fd, bytes, most && most < len ? most : len);
}

int disk_sync(int fd)
{
	struct stat file;

	fstat(fd, &file);
	return fails(S_ISDIR(file.st_mode) ? FAULT_SYNC_FOLDER : FAULT_SYNC) ?
		-1 : 0;
}

int disk_close(int fd)
{
	int rc = close(fd);

	return fails(FAULT_CLOSE) ? -1 : rc;
}

int disk_rename(int folder, const char *from, const char *to)
{
	return fails(FAULT_RENAME) ? -1 : renameat(folder, from, folder, to);
}

int disk_remove(int folder, const char *name)
{
	return fails(FAULT_REMOVE) ? -1 : unlinkat(folder, name, 0);
}
