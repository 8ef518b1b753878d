/* Large bodies as files beside the database: `spool/<id of the message>`. A
 * file has its name only when it is whole and synced. */
#pragma once

#include "store/store.h"

/* A body that is longer is a file; a record with a shorter one is all row. */
#define SPOOL_BODY_MAX (64u << 10)

struct spool {
	int folder;         /* descriptor; -1: there is no spool */
	const uint8_t *key; /* for iwf_hash */
};

/* A record as its row holds it, and what of it is in the file. */
struct spool_record {
	struct iwf_str rest;
	struct spool_part part;
};

/* Makes the folder when it is missing; its name is durable. */
enum iwf_err spool_open(struct spool *spool, const char *path,
			const uint8_t *key);
void spool_close(struct spool *spool);

/* What of the record goes into the file; len 0: nothing. No sum yet. */
struct spool_part spool_cut(struct iwf_str record);
uint64_t spool_sum(const struct spool *spool, struct iwf_str bytes);

/* Durable once spool_sync has followed. *is_new: no file had this name; one
 * that has is left as it is unless it holds the same (IWF_E_EXISTS). */
enum iwf_err spool_write(const struct spool *spool, uint64_t id,
			 struct iwf_str bytes, bool *is_new);
/* The names that were made. */
enum iwf_err spool_sync(const struct spool *spool);
enum iwf_err spool_remove(const struct spool *spool, uint64_t id);
/* The whole record. IWF_E_CORRUPT with a word or two of why: the file is not
 * what was written; IWF_E_IO: it could not be looked at. */
enum iwf_err spool_read(const struct spool *spool, uint64_t id,
			const struct spool_record *record,
			struct iwf_arena *arena, struct iwf_str *whole,
			const char **why);

/* Calls is_wanted for every file and removes the others, and what was never
 * whole. Names that are not ours stay. Stops at the first error. */
typedef enum iwf_err spool_wanted_fn(void *arg, uint64_t id, bool *is_wanted);
enum iwf_err spool_clean(const struct spool *spool, spool_wanted_fn *is_wanted,
			 void *arg, unsigned *removed);
