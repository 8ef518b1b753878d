/* Notes what SQLite writes: its own VFS with some of its functions replaced. */
#include "support/power_log.h"

#include <iwf/arena.h>
#include <iwf/err.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KINDS_MAX 8
#define OPEN_MAX 64

/* One for each table of functions that the real VFS gives to its files. */
struct kind {
	sqlite3_io_methods patched; /* first: found by a file's pMethods */
	const sqlite3_io_methods *real;
};

struct open_file {
	sqlite3_file *handle;
	unsigned file;
	bool is_noted;
	bool is_database;
	bool syncs_dir; /* with its first sync, as SQLite does it */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct power_disk *current;
static struct open_file opened[OPEN_MAX];
static struct kind kinds[KINDS_MAX];
static sqlite3_vfs vfs;
static sqlite3_vfs *real_vfs;

uint64_t power_dice(uint64_t *seed)
{
	uint64_t z = *seed += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

/* --- the notes --- */

void power_lock(void)
{
	pthread_mutex_lock(&lock);
}

void power_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

struct power_disk *power_current(void)
{
	return current;
}

unsigned power_file_add(struct power_disk *disk)
{
	struct power_file *file;

	disk->files = realloc(disk->files, (disk->file_count + 1) *
			      sizeof(*disk->files));
	IWF_BUG_ON(!disk->files);
	file = &disk->files[disk->file_count];
	*file = (struct power_file){ .first = POWER_NONE, .last = POWER_NONE };
	return disk->file_count++;
}

static void chain(struct power_disk *disk, unsigned number)
{
	struct power_file *file = &disk->files[number];

	if (file->last == POWER_NONE)
		file->first = disk->count;
	else
		disk->steps[file->last].next = disk->count;
	file->last = disk->count;
}

void power_note(struct power_step step)
{
	struct power_disk *disk = current;

	if (disk->count == disk->cap) {
		disk->cap = disk->cap ? 2 * disk->cap : 1024;
		disk->steps = realloc(disk->steps,
				      disk->cap * sizeof(*disk->steps));
		IWF_BUG_ON(!disk->steps);
	}
	step.next = POWER_NONE;
	if (step.verb == POWER_WRITE || step.verb == POWER_TRUNCATE)
		chain(disk, step.file);
	disk->steps[disk->count++] = step;
}

static struct open_file *open_file_of(const sqlite3_file *handle)
{
	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (opened[i].handle == handle)
			return &opened[i];
	IWF_BUG_ON("a file nobody opened");
	return NULL;
}

/* The last part of a name that is noted, NULL for others. */
static const char *noted_name(const char *path)
{
	size_t len = current ? strlen(current->folder) : 0;

	return len && path && strncmp(path, current->folder, len) == 0 &&
	       path[len] == '/' ? path + len + 1 : NULL;
}

/* --- SQLite's calls --- */

static const sqlite3_io_methods *real_of(const sqlite3_file *handle)
{
	return ((const struct kind *)(const void *)handle->pMethods)->real;
}

static int on_write(sqlite3_file *handle, const void *bytes, int len,
		    sqlite3_int64 at)
{
	struct open_file *open;
	int rc;

	pthread_mutex_lock(&lock);
	open = open_file_of(handle);
	rc = real_of(handle)->xWrite(handle, bytes, len, at);
	if (rc == SQLITE_OK && open->is_noted) {
		struct power_step step = {
			.verb = POWER_WRITE, .file = open->file,
			.at = (size_t)at, .len = (size_t)len,
			.bytes = iwf_alloc((size_t)len),
		};

		memcpy(step.bytes, bytes, (size_t)len);
		power_note(step);
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static int on_truncate(sqlite3_file *handle, sqlite3_int64 to)
{
	struct open_file *open;
	int rc;

	pthread_mutex_lock(&lock);
	open = open_file_of(handle);
	rc = real_of(handle)->xTruncate(handle, to);
	if (rc == SQLITE_OK && open->is_noted)
		power_note((struct power_step){ .verb = POWER_TRUNCATE,
				.file = open->file, .at = (size_t)to });
	pthread_mutex_unlock(&lock);
	return rc;
}

static void note_sync(struct open_file *open, size_t began)
{
	unsigned flaws = current->flaws;
	bool is_lost = flaws & POWER_NO_SYNC ||
		       (flaws & POWER_NO_DB_SYNC && open->is_database);

	power_note((struct power_step){ .verb = POWER_SYNC, .file = open->file,
		.began = began, .syncs_file = !is_lost,
		.syncs_dir = open->syncs_dir && !(flaws & POWER_NO_DIR_SYNC) });
	open->syncs_dir = false;
}

/* The real disk is never asked: no test cuts the power of the machine. */
static int on_sync(sqlite3_file *handle, int flags)
{
	size_t began;

	(void)flags;
	pthread_mutex_lock(&lock);
	began = current ? current->count : 0;
	pthread_mutex_unlock(&lock);
	sched_yield();
	pthread_mutex_lock(&lock);
	if (open_file_of(handle)->is_noted)
		note_sync(open_file_of(handle), began);
	pthread_mutex_unlock(&lock);
	return SQLITE_OK;
}

static int on_close(sqlite3_file *handle)
{
	pthread_mutex_lock(&lock);
	*open_file_of(handle) = (struct open_file){ 0 };
	pthread_mutex_unlock(&lock);
	return real_of(handle)->xClose(handle);
}

static const sqlite3_io_methods *patched_of(const sqlite3_io_methods *real)
{
	struct kind *kind = kinds;

	while (kind->real && kind->real != real)
		kind++;
	IWF_BUG_ON(kind == kinds + KINDS_MAX - 1);
	if (!kind->real) {
		kind->patched = *real;
		kind->patched.xWrite = on_write;
		kind->patched.xTruncate = on_truncate;
		kind->patched.xSync = on_sync;
		kind->patched.xClose = on_close;
		kind->real = real;
	}
	return &kind->patched;
}

static void note_open(struct open_file *open, const char *name, int flags)
{
	const int logs = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL |
			 SQLITE_OPEN_SUPER_JOURNAL;
	const struct power_name *found = power_names_find(&current->now, name);
	struct power_step step = { .verb = POWER_CREATE };

	open->is_noted = true;
	open->is_database = flags & SQLITE_OPEN_MAIN_DB;
	open->syncs_dir = flags & SQLITE_OPEN_CREATE && flags & logs;
	if (found) {
		open->file = found->file;
		return;
	}
	step.file = open->file = power_file_add(current);
	snprintf(step.name, sizeof(step.name), "%s", name);
	power_names_set(&current->now, name, open->file);
	power_note(step);
}

static int on_open(sqlite3_vfs *self, const char *path, sqlite3_file *handle,
		   int flags, int *out)
{
	const char *name = noted_name(path);
	struct open_file *open;
	int rc;

	(void)self;
	/* It may ask for randomness, which takes SQLite's own lock first. */
	rc = real_vfs->xOpen(real_vfs, path, handle, flags, out);
	pthread_mutex_lock(&lock);
	if (rc == SQLITE_OK && handle->pMethods) {
		open = open_file_of(NULL);
		open->handle = handle;
		if (name)
			note_open(open, name, flags);
		handle->pMethods = patched_of(handle->pMethods);
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static int on_delete(sqlite3_vfs *self, const char *path, int syncs_dir)
{
	const char *name = noted_name(path);
	struct power_step step = { .verb = POWER_DELETE };

	(void)self;
	pthread_mutex_lock(&lock);
	if (name && power_names_find(&current->now, name)) {
		snprintf(step.name, sizeof(step.name), "%s", name);
		step.syncs_dir = syncs_dir &&
				 !(current->flaws & POWER_NO_DIR_SYNC);
		power_names_drop(&current->now, name);
		power_note(step);
	}
	pthread_mutex_unlock(&lock);
	return real_vfs->xDelete(real_vfs, path, 0);
}

static int on_randomness(sqlite3_vfs *self, int len, char *bytes)
{
	(void)self;
	pthread_mutex_lock(&lock);
	for (int i = 0; i < len; i++)
		bytes[i] = (char)power_dice(&current->dice);
	pthread_mutex_unlock(&lock);
	return len;
}

/* --- life --- */

static void read_file(struct power_disk *disk, int folder, const char *name)
{
	const unsigned number = power_file_add(disk);
	struct power_file *file = &disk->files[number];
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat stat;

	IWF_BUG_ON(fd < 0 || fstat(fd, &stat) != 0);
	file->len = (size_t)stat.st_size;
	file->bytes = iwf_alloc(file->len + 1);
	IWF_BUG_ON(read(fd, file->bytes, file->len) != (ssize_t)file->len);
	close(fd);
	power_names_set(&disk->before, name, number);
}

static void read_folder(struct power_disk *disk, const char *below,
			const char *prefix)
{
	char path[300], name[POWER_NAME_LEN];
	struct dirent *entry;
	DIR *dir;
	int top = open(disk->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	snprintf(path, sizeof(path), "%s/%s", disk->folder, below);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		snprintf(name, sizeof(name), "%s%.26s", below, entry->d_name);
		read_file(disk, top, name);
	}
	if (dir)
		closedir(dir);
	close(top);
	disk->now = disk->before;
}

struct power_disk *power_start(const char *folder, unsigned flaws,
			       uint64_t seed)
{
	struct power_disk *disk = IWF_NEW(struct power_disk);

	IWF_BUG_ON(current);
	snprintf(disk->folder, sizeof(disk->folder), "%s", folder);
	disk->flaws = flaws;
	disk->dice = seed;
	read_folder(disk, "", "store.db");
	read_folder(disk, "spool/", "");
	if (!real_vfs) {
		real_vfs = sqlite3_vfs_find(NULL);
		vfs = *real_vfs;
		vfs.zName = "power";
		vfs.xOpen = on_open;
		vfs.xDelete = on_delete;
		vfs.xRandomness = on_randomness;
	}
	current = disk;
	sqlite3_vfs_register(&vfs, 1);
	sqlite3_randomness(0, NULL); /* forgets what it drew of another disk */
	return disk;
}

void power_stop(struct power_disk **disk)
{
	struct power_disk *gone = *disk;

	if (!gone)
		return;
	IWF_BUG_ON(current != gone);
	sqlite3_vfs_unregister(&vfs);
	sqlite3_vfs_register(real_vfs, 1);
	current = NULL;
	for (size_t i = 0; i < gone->count; i++)
		free(gone->steps[i].bytes);
	for (unsigned i = 0; i < gone->file_count; i++)
		free(gone->files[i].bytes);
	free(gone->steps);
	free(gone->files);
	free(gone);
	*disk = NULL;
}

size_t power_count(const struct power_disk *disk)
{
	size_t count;

	pthread_mutex_lock(&lock);
	count = disk->count;
	pthread_mutex_unlock(&lock);
	return count;
}

bool power_is_sync(const struct power_disk *disk, size_t step)
{
	return disk->steps[step].verb == POWER_SYNC;
}
