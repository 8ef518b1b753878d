/* What was written, shared by who notes it and who finds it again. */
#pragma once

#include "support/power.h"

#define POWER_NAME_LEN 32
#define POWER_NAMES_MAX 1024
#define POWER_NONE SIZE_MAX

enum power_verb {
	POWER_CREATE, POWER_DELETE, POWER_RENAME, POWER_WRITE, POWER_TRUNCATE,
	POWER_SYNC
};

/* Names are durable for each by itself. */
enum power_folder { POWER_STORE, POWER_SPOOL, POWER_FOLDERS };

struct power_step {
	enum power_verb verb;
	unsigned file;        /* which one, though another may have its name */
	size_t next;          /* step of the same file, POWER_NONE: none yet */
	enum power_folder folder;
	char name[POWER_NAME_LEN];
	char to[POWER_NAME_LEN]; /* RENAME */
	size_t at, len;       /* WRITE; TRUNCATE: to at */
	uint8_t *bytes;
	size_t began;         /* SYNC: everything before this step */
	bool syncs_file, syncs_dir;
};

struct power_name {
	char name[POWER_NAME_LEN];
	unsigned file;
};

struct power_names {
	struct power_name list[POWER_NAMES_MAX];
	unsigned count;
};
void power_names_set(struct power_names *names, const char *name,
		     unsigned file);
void power_names_drop(struct power_names *names, const char *name);
const struct power_name *power_names_find(const struct power_names *names,
					  const char *name);

struct power_file {
	uint8_t *bytes;
	size_t len, cap;
	size_t first, last;   /* of its steps */
};

struct power_disk {
	char folder[256];
	unsigned flaws;
	uint64_t dice;
	struct power_step *steps;
	size_t count, cap;
	struct power_file *files; /* as they were at the start, or empty */
	unsigned file_count;
	struct power_names before, now;
};

/* What is noted now (NULL: nothing), between power_lock and power_unlock. */
void power_lock(void);
void power_unlock(void);
struct power_disk *power_current(void);
void power_note(struct power_step step);
unsigned power_file_add(struct power_disk *disk);
