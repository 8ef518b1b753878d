/* A disk that can be full and whose syncs can fail: SQLite's own VFS with two
 * of its functions replaced. */
#include "unit/store/fault_vfs.h"

#include <iwf/err.h>

#include <sqlite3.h>
#include <string.h>

#define KINDS_MAX 8

/* One for each table of functions that the real VFS gives to its files. */
struct kind {
	sqlite3_io_methods patched; /* first: found by a file's pMethods */
	const sqlite3_io_methods *real;
};

static struct fault_vfs *current;
static sqlite3_vfs vfs;
static sqlite3_vfs *real_vfs;
static struct kind kinds[KINDS_MAX];

static const sqlite3_io_methods *real_of(const sqlite3_file *file)
{
	return ((const struct kind *)(const void *)file->pMethods)->real;
}

static int on_write(sqlite3_file *file, const void *bytes, int len,
		    sqlite3_int64 at)
{
	sqlite3_int64 size = 0;

	real_of(file)->xFileSize(file, &size);
	if (atomic_load(&current->is_full) && at + len > size)
		return SQLITE_FULL;
	return real_of(file)->xWrite(file, bytes, len, at);
}

static int on_sync(sqlite3_file *file, int flags)
{
	atomic_fetch_add(&current->sync_count, 1);
	if (atomic_load(&current->fails_sync))
		return SQLITE_IOERR_FSYNC;
	return real_of(file)->xSync(file, flags);
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
		kind->patched.xSync = on_sync;
		kind->real = real;
	}
	return &kind->patched;
}

static int on_open(sqlite3_vfs *self, const char *name, sqlite3_file *file,
		   int flags, int *out)
{
	int rc = real_vfs->xOpen(real_vfs, name, file, flags, out);

	(void)self;
	if (rc == SQLITE_OK && file->pMethods)
		file->pMethods = patched_of(file->pMethods);
	return rc;
}

void fault_vfs_start(struct fault_vfs *fault)
{
	current = fault;
	if (!real_vfs) {
		real_vfs = sqlite3_vfs_find(NULL);
		vfs = *real_vfs;
		vfs.zName = "fault";
		vfs.xOpen = on_open;
	}
	sqlite3_vfs_register(&vfs, 1);
}

void fault_vfs_stop(void)
{
	sqlite3_vfs_unregister(&vfs);
	sqlite3_vfs_register(real_vfs, 1);
}
