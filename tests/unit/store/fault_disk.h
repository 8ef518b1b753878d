/* Stands in for the spool's disk: the real one, of which each step can fail or
 * be held up. */
#pragma once

#include <iwf/err.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum fault_step {
	FAULT_CREATE, FAULT_WRITE, FAULT_SYNC, FAULT_CLOSE, FAULT_RENAME,
	FAULT_SYNC_FOLDER, FAULT_REMOVE, FAULT_STEPS
};

struct fault_disk {
	atomic_int error[FAULT_STEPS];       /* errno; 0: it works */
	atomic_uint count[FAULT_STEPS];
	atomic_size_t most;                  /* bytes of one write; 0: any */
	atomic_bool is_held;                 /* files wait to be made */
};

/* What a file meets on the way to its place, and what is made of it. */
struct fault_case {
	enum fault_step step;
	int error;
	enum iwf_err err;
};
#define FAULT_CASES 9
extern const struct fault_case fault_cases[FAULT_CASES];

/* From now on; NULL: the disk is sound. */
void fault_disk_set(struct fault_disk *fault);
/* What waits goes on. */
void fault_disk_hold(struct fault_disk *fault, bool is_held);
