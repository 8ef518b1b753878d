/* Files of large bodies: written, read, removed. */
#include "store/spool.h"

#include "base/record.h"
#include "store/disk.h"

#include <iwf/random.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_LEN 16
#define NEW ".new" /* of what is not whole yet */

struct name {
	char text[NAME_LEN + sizeof(NEW)];
};

static struct name name_of(uint64_t id, const char *end)
{
	struct name name;

	snprintf(name.text, sizeof(name.text), "%016llx%s",
		 (unsigned long long)id, end);
	return name;
}

static enum iwf_err fate_of(int error)
{
	return error == ENOSPC || error == EDQUOT ? IWF_E_FULL : IWF_E_IO;
}

/* --- the folder --- */

/* What is synced inside of a folder is lost with a name that was not. */
static enum iwf_err sync_above(const char *path)
{
	struct iwf_buf above = { 0 };
	enum iwf_err err = IWF_OK;
	int fd;

	iwf_buf_printf(&above, "%s/..", path);
	iwf_buf_u8(&above, 0);
	fd = open(above.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	iwf_buf_free(&above);
	if (fd < 0 || disk_sync(fd) != 0)
		err = fate_of(errno);
	if (fd >= 0)
		close(fd);
	return err;
}

enum iwf_err spool_open(struct spool *spool, const char *path,
			const uint8_t *key)
{
	enum iwf_err err;

	spool->key = key;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return fate_of(errno);
	/* Each time: nobody knows whether the life that made it came so far. */
	err = sync_above(path);
	if (err)
		return err;
	spool->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return spool->folder < 0 ? fate_of(errno) : IWF_OK;
}

void spool_close(struct spool *spool)
{
	if (spool->folder >= 0)
		close(spool->folder);
	spool->folder = -1;
}

/* --- writing --- */

struct spool_part spool_cut(struct iwf_str record)
{
	struct record_field field = { 0 };

	if (record.len > SPOOL_BODY_MAX)
		field = record_body(record);
	if (field.body_len <= SPOOL_BODY_MAX || record.len > UINT32_MAX)
		return (struct spool_part){ 0 };
	return (struct spool_part){ .at = (uint32_t)field.at,
				    .len = (uint32_t)field.len };
}

uint64_t spool_sum(const struct spool *spool, struct iwf_str bytes)
{
	return iwf_hash(spool->key, bytes);
}

static enum iwf_err write_all(int fd, struct iwf_str bytes)
{
	while (bytes.len) {
		ssize_t done = disk_write(fd, bytes.ptr, bytes.len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? fate_of(errno) : IWF_E_FULL;
		bytes = iwf_str_sub(bytes, (size_t)done, bytes.len);
	}
	return IWF_OK;
}

static enum iwf_err write_new(int folder, const char *name,
			      struct iwf_str bytes)
{
	int fd = disk_create(folder, name);
	enum iwf_err err;

	if (fd < 0)
		return fate_of(errno);
	err = write_all(fd, bytes);
	if (!err && disk_sync(fd) != 0)
		err = fate_of(errno);
	if (disk_close(fd) != 0 && !err)
		err = fate_of(errno);
	return err;
}

static bool is_same(const struct spool *spool, uint64_t id,
		    struct iwf_str bytes)
{
	const struct spool_record record = { .part = {
		.sum = spool_sum(spool, bytes), .len = (uint32_t)bytes.len } };
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_str whole;
	const char *why;
	enum iwf_err err = spool_read(spool, id, &record, arena, &whole, &why);

	iwf_arena_destroy(&arena);
	return !err;
}

enum iwf_err spool_write(const struct spool *spool, uint64_t id,
			 struct iwf_str bytes, bool *is_new)
{
	const struct name name = name_of(id, ""), made = name_of(id, NEW);
	enum iwf_err err;

	*is_new = faccessat(spool->folder, name.text, F_OK, 0) != 0;
	if (!*is_new && !is_same(spool, id, bytes))
		return IWF_E_EXISTS;
	err = write_new(spool->folder, made.text, bytes);
	if (!err && disk_rename(spool->folder, made.text, name.text) != 0)
		err = fate_of(errno);
	if (err)
		disk_remove(spool->folder, made.text);
	return err;
}

enum iwf_err spool_sync(const struct spool *spool)
{
	return disk_sync(spool->folder) == 0 ? IWF_OK : fate_of(errno);
}

enum iwf_err spool_remove(const struct spool *spool, uint64_t id)
{
	const struct name name = name_of(id, "");

	if (disk_remove(spool->folder, name.text) == 0 || errno == ENOENT)
		return IWF_OK;
	return fate_of(errno);
}

/* --- reading --- */

/* Whether the trouble is this process's and passes, not the file's. */
static bool is_passing(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM;
}

static bool read_all(int fd, char *to, size_t len)
{
	while (len) {
		ssize_t got = read(fd, to, len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		len -= (size_t)got;
	}
	return true;
}

/* As long as its row says: before there is room for so much. */
static bool has_length(int fd, uint32_t len)
{
	struct stat file;

	return fstat(fd, &file) == 0 && S_ISREG(file.st_mode) &&
	       file.st_size == (off_t)len;
}

/* NULL: its bytes are there; else why not. */
static const char *read_part(const struct spool *spool, int fd,
			     const struct spool_part *part, char *to)
{
	if (!read_all(fd, to, part->len))
		return "cannot be read";
	if (spool_sum(spool, iwf_str_make(to, part->len)) != part->sum)
		return "has other bytes";
	return NULL;
}

enum iwf_err spool_read(const struct spool *spool, uint64_t id,
			const struct spool_record *record,
			struct iwf_arena *arena, struct iwf_str *whole,
			const char **why)
{
	const struct spool_part *part = &record->part;
	struct iwf_str rest = record->rest;
	int fd = openat(spool->folder, name_of(id, "").text,
			O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char *to;

	*why = "is missing";
	if (fd < 0)
		return is_passing(errno) ? IWF_E_IO : IWF_E_CORRUPT;
	*why = part->at <= rest.len ? "has another length" :
				      "does not fit its row";
	if (part->at <= rest.len && has_length(fd, part->len)) {
		to = iwf_arena_alloc(arena, rest.len + part->len);
		if (part->at)
			memcpy(to, rest.ptr, part->at);
		if (rest.len > part->at)
			memcpy(to + part->at + part->len, rest.ptr + part->at,
			       rest.len - part->at);
		*why = read_part(spool, fd, part, to + part->at);
		*whole = iwf_str_make(to, rest.len + part->len);
	}
	close(fd);
	return *why ? IWF_E_CORRUPT : IWF_OK;
}

/* --- what nobody knows any more --- */

/* 0: the name is not ours. */
static uint64_t id_of(const char *name, bool *is_whole)
{
	char *end;
	uint64_t id;

	if (strspn(name, "0123456789abcdef") != NAME_LEN)
		return 0;
	id = strtoull(name, &end, 16);
	*is_whole = !*end;
	return *is_whole || strcmp(end, NEW) == 0 ? id : 0;
}

static enum iwf_err clean_one(const struct spool *spool, const char *name,
			      spool_wanted_fn *is_wanted, void *arg,
			      unsigned *removed)
{
	bool is_whole, keeps = false;
	uint64_t id = id_of(name, &is_whole);
	enum iwf_err err = IWF_OK;

	if (!id)
		return IWF_OK;
	if (is_whole)
		err = is_wanted(arg, id, &keeps);
	if (err || keeps)
		return err;
	*removed += disk_remove(spool->folder, name) == 0;
	return IWF_OK;
}

enum iwf_err spool_clean(const struct spool *spool, spool_wanted_fn *is_wanted,
			 void *arg, unsigned *removed)
{
	int fd = openat(spool->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	enum iwf_err err = IWF_OK;

	*removed = 0;
	if (!folder) {
		err = fate_of(errno);
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err && (entry = readdir(folder)))
		err = clean_one(spool, entry->d_name, is_wanted, arg, removed);
	closedir(folder);
	return err;
}
