/* What a checkpoint writes goes to the disk piece by piece. The kernel would
 * keep it until the sync at its end, and a commit that syncs in the meantime
 * would wait behind megabytes. */
#include "store/sqlite.h"

#include <fcntl.h>
#include <unistd.h>

#define PIECE_LEN (256 * 1024)

/* SQLite's system calls have no parameter for their caller. */
static _Thread_local bool is_piecewise;
static _Thread_local size_t pending_len;

static ssize_t write_piecewise(int fd, const void *bytes, size_t len, off_t at)
{
	ssize_t written = pwrite(fd, bytes, len, at);

	if (!is_piecewise || written <= 0)
		return written;
	pending_len += (size_t)written;
	if (pending_len >= PIECE_LEN) {
		pending_len = 0;
		/* Only a matter of time: the sync that counts comes after it. */
		sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE |
				SYNC_FILE_RANGE_WRITE |
				SYNC_FILE_RANGE_WAIT_AFTER);
	}
	return written;
}

void sqlite_writeback_install(void)
{
	/* Which of them is used depends on how the library was built. */
	static const char *const names[] = { "pwrite", "pwrite64" };
	sqlite3_vfs *vfs = sqlite3_vfs_find("unix");

	_Static_assert(sizeof(off_t) == 8, "one function for both");
	for (size_t i = 0; vfs && i < sizeof(names) / sizeof(*names); i++)
		if (vfs->xGetSystemCall(vfs, names[i]))
			vfs->xSetSystemCall(vfs, names[i], (sqlite3_syscall_ptr)
					    write_piecewise);
}

void sqlite_writeback_piecewise(bool is_on)
{
	is_piecewise = is_on;
	pending_len = 0;
}
