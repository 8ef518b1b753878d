/* What is found on a disk after its power was cut. */
#include "support/power_log.h"

#include <iwf/arena.h>
#include <iwf/err.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512u

/* How much of what was not synced is found. */
enum mood { MOOD_NOTHING, MOOD_ALL, MOOD_SOME };

struct cut {
	const struct power_disk *disk;
	size_t at;
	uint64_t dice;
	enum mood mood;
	struct power_file *files;
	size_t *pending;          /* of each file: first step not durable */
	struct power_names names;
	/* names of each folder are durable before this step */
	size_t names_until[POWER_FOLDERS];
};

/* --- names --- */

const struct power_name *power_names_find(const struct power_names *names,
					  const char *name)
{
	for (unsigned i = 0; i < names->count; i++)
		if (strcmp(names->list[i].name, name) == 0)
			return &names->list[i];
	return NULL;
}

void power_names_drop(struct power_names *names, const char *name)
{
	for (unsigned i = 0; i < names->count; i++) {
		if (strcmp(names->list[i].name, name) != 0)
			continue;
		names->list[i] = names->list[--names->count];
		return;
	}
}

void power_names_set(struct power_names *names, const char *name,
		     unsigned file)
{
	struct power_name *added;

	power_names_drop(names, name);
	IWF_BUG_ON(names->count == POWER_NAMES_MAX);
	added = &names->list[names->count++];
	snprintf(added->name, sizeof(added->name), "%s", name);
	added->file = file;
}

/* --- contents --- */

static void grow(struct power_file *file, size_t len)
{
	if (len <= file->len)
		return;
	if (len > file->cap) {
		file->cap = 2 * len;
		file->bytes = realloc(file->bytes, file->cap);
		IWF_BUG_ON(!file->bytes);
	}
	memset(file->bytes + file->len, 0, len - file->len);
	file->len = len;
}

static void write_range(struct power_file *file, const struct power_step *step,
			size_t from, size_t until)
{
	grow(file, until);
	memcpy(file->bytes + from, step->bytes + (from - step->at),
	       until - from);
}

static void apply(struct power_file *file, const struct power_step *step)
{
	if (step->verb == POWER_WRITE)
		write_range(file, step, step->at, step->at + step->len);
	else if (step->at < file->len)
		file->len = step->at;
	else
		grow(file, step->at);
}

/* A file may be as long as it was to be, and hold there what lay on the disk
 * before. */
static void leave_behind(struct cut *cut, struct power_file *file, size_t until)
{
	size_t from = file->len;
	uint64_t kind = power_dice(&cut->dice) % 3;

	if (until <= from || kind == 0)
		return;
	grow(file, until);
	while (kind == 1 && from < until)
		file->bytes[from++] = (uint8_t)power_dice(&cut->dice);
}

static void tear(struct cut *cut, struct power_file *file,
		 const struct power_step *step)
{
	size_t end = step->at + step->len;

	for (size_t from = step->at, until; from < end; from = until) {
		until = (from / SECTOR + 1) * SECTOR;
		if (until > end)
			until = end;
		if (power_dice(&cut->dice) & 1)
			write_range(file, step, from, until);
		else
			leave_behind(cut, file, until);
	}
}

static void apply_unsynced(struct cut *cut, struct power_file *file,
			   const struct power_step *step)
{
	uint64_t what = power_dice(&cut->dice) % 3;

	if (cut->mood == MOOD_ALL || (cut->mood == MOOD_SOME && what == 0))
		apply(file, step);
	else if (cut->mood == MOOD_SOME && what == 1 &&
		 step->verb == POWER_WRITE)
		tear(cut, file, step);
}

/* --- the steps --- */

static void sync_file(struct cut *cut, unsigned number, size_t began)
{
	size_t *step = &cut->pending[number];

	while (*step < began) {
		apply(&cut->files[number], &cut->disk->steps[*step]);
		*step = cut->disk->steps[*step].next;
	}
}

static void apply_name(struct power_names *names, const struct power_step *step)
{
	if (step->verb == POWER_CREATE)
		power_names_set(names, step->name, step->file);
	else if (step->verb == POWER_DELETE || step->verb == POWER_RENAME)
		power_names_drop(names, step->name);
	if (step->verb == POWER_RENAME)
		power_names_set(names, step->to, step->file);
}

static void sync_names(struct cut *cut, enum power_folder folder, size_t until)
{
	size_t *done = &cut->names_until[folder];

	for (size_t i = *done; i < until; i++)
		if (cut->disk->steps[i].folder == folder)
			apply_name(&cut->names, &cut->disk->steps[i]);
	if (until > *done)
		*done = until;
}

static void lose_names(struct cut *cut, enum power_folder folder)
{
	size_t from = cut->names_until[folder];

	if (cut->mood == MOOD_ALL)
		sync_names(cut, folder, cut->at);
	else if (cut->mood == MOOD_SOME)
		sync_names(cut, folder, from + power_dice(&cut->dice) %
						(cut->at - from + 1));
}

static void replay(struct cut *cut)
{
	for (size_t i = 0; i < cut->at; i++) {
		const struct power_step *step = &cut->disk->steps[i];

		if (step->syncs_file)
			sync_file(cut, step->file, step->began);
		if (step->syncs_dir)
			sync_names(cut, step->folder, i + 1);
	}
}

static void lose(struct cut *cut)
{
	const struct power_step *steps = cut->disk->steps;

	for (unsigned i = 0; i < cut->disk->file_count; i++)
		for (size_t n = cut->pending[i]; n < cut->at; n = steps[n].next)
			apply_unsynced(cut, &cut->files[i], &steps[n]);
	lose_names(cut, POWER_STORE);
	lose_names(cut, POWER_SPOOL);
}

static void write_found(const struct cut *cut, const char *folder)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/spool", folder);
	IWF_BUG_ON(mkdir(path, 0700) != 0);
	for (unsigned i = 0; i < cut->names.count; i++) {
		const struct power_name *name = &cut->names.list[i];
		const struct power_file *file = &cut->files[name->file];
		int fd;

		snprintf(path, sizeof(path), "%s/%s", folder, name->name);
		fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
		IWF_BUG_ON(fd < 0);
		IWF_BUG_ON(write(fd, file->bytes, file->len) !=
			   (ssize_t)file->len);
		close(fd);
	}
}

void power_cut(const struct power_disk *disk, size_t at, uint64_t seed,
	       const char *folder)
{
	struct cut cut = { .disk = disk, .at = at, .dice = seed,
			   .names = disk->before };

	cut.mood = (enum mood)(power_dice(&cut.dice) % 4);
	if (cut.mood > MOOD_SOME)
		cut.mood = MOOD_SOME;
	cut.files = iwf_alloc(disk->file_count * sizeof(*cut.files));
	cut.pending = iwf_alloc(disk->file_count * sizeof(*cut.pending));
	for (unsigned i = 0; i < disk->file_count; i++) {
		const struct power_file *first = &disk->files[i];

		cut.pending[i] = first->first;
		grow(&cut.files[i], first->len);
		if (first->len)
			memcpy(cut.files[i].bytes, first->bytes, first->len);
	}
	replay(&cut);
	lose(&cut);
	write_found(&cut, folder);
	for (unsigned i = 0; i < disk->file_count; i++)
		free(cut.files[i].bytes);
	free(cut.files);
	free(cut.pending);
}
