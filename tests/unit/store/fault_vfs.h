/* A disk that can be full and whose syncs can fail, under SQLite. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

struct fault_vfs {
	atomic_bool is_full;     /* no file grows */
	atomic_bool fails_sync;
	atomic_uint sync_count;
};

/* Becomes what databases opened from now on use. */
void fault_vfs_start(struct fault_vfs *fault);
void fault_vfs_stop(void);
