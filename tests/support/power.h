/* A disk under SQLite and the spool that can lose its power. Everything that
 * both write below one folder is noted, step by step; what would be found after a
 * cut at any of these steps is then written to another folder, as often as
 * wanted.
 *
 * A write or truncation that was not synced is found, not found, or torn: each
 * of its sectors for itself, and no matter what came later. Names that were made,
 * changed or removed since their folder was synced are found up to some moment,
 * those of the spool apart from those of the database. Shared memory (-shm) is
 * gone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct power_disk;

/* What is wrong with the disk, as a set of bits: tests prove with them that a
 * missing sync is seen. */
enum power_flaw {
	POWER_NO_SYNC = 1,     /* of any file */
	POWER_NO_DB_SYNC = 2,  /* of the database, its log is synced */
	POWER_NO_DIR_SYNC = 4,
	POWER_NO_SPOOL_SYNC = 8,     /* of files of the spool */
	POWER_NO_SPOOL_DIR_SYNC = 16 /* of their names */
};

/* Databases opened from now on below `folder` are noted; what lies there is
 * durable. One disk at a time; any thread may write. `seed`: for what SQLite
 * takes for random. */
struct power_disk *power_start(const char *folder, unsigned flaws,
			       uint64_t seed);
/* Also gives SQLite its own disk back. All files below are closed. */
void power_stop(struct power_disk **disk);

/* Steps until now. */
size_t power_count(const struct power_disk *disk);
bool power_is_sync(const struct power_disk *disk, size_t step);

/* The power goes before step `at` (from 0; up to power_count): what is found
 * goes into `folder`, which is there and empty. */
void power_cut(const struct power_disk *disk, size_t at, uint64_t seed,
	       const char *folder);

/* The next of a row of numbers that depend on the seed alone. */
uint64_t power_dice(uint64_t *seed);
