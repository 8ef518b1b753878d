/* Files of the spool: made by steps that may each fail, read with suspicion. */
#include "unit/store/fault_disk.h"
#include "unit/store/letter.h"

#include "store/spool.h"

#include <iwf/buf.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t key[16] = "sixteen octets.";

struct bench {
	struct shelf shelf; /* its folder */
	struct spool spool;
	struct fault_disk fault;
	struct iwf_arena *arena;
	char path[128];
};

static int setup(void **state)
{
	struct bench *bench = IWF_NEW(struct bench);

	shelf_make(&bench->shelf, STORE_BACKEND_SQLITE);
	snprintf(bench->path, sizeof(bench->path), "%s/spool",
		 bench->shelf.folder);
	assert_int_equal(spool_open(&bench->spool, bench->path, key), IWF_OK);
	bench->arena = iwf_arena_create(0);
	fault_disk_set(&bench->fault);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	fault_disk_set(NULL);
	spool_close(&bench->spool);
	shelf_remove(&bench->shelf);
	iwf_arena_destroy(&bench->arena);
	free(bench);
	return 0;
}

static struct iwf_str octets(struct bench *bench, size_t len, unsigned seed)
{
	char *p = iwf_arena_alloc(bench->arena, len);

	for (size_t i = 0; i < len; i++)
		p[i] = (char)(i * 7 + i / 253 + seed);
	return iwf_str_make(p, len);
}

static enum iwf_err write_file(struct bench *bench, uint64_t id,
			       struct iwf_str bytes, bool *is_new)
{
	return spool_write(&bench->spool, id, bytes, is_new);
}

static enum iwf_err read_file(struct bench *bench, uint64_t id,
			      const struct spool_record *record,
			      const char **why)
{
	struct iwf_str whole;

	return spool_read(&bench->spool, id, record, bench->arena, &whole,
			  why);
}

static struct spool_record record_of(const struct bench *bench,
				     struct iwf_str bytes)
{
	return (struct spool_record){ .part = {
		.len = (uint32_t)bytes.len,
		.sum = spool_sum(&bench->spool, bytes) } };
}

static void file_path(const struct bench *bench, uint64_t id, char path[160])
{
	letter_path(&bench->shelf, id, path);
}

/* --- what goes into a file --- */

static void check_cut(size_t body_len, bool is_cut)
{
	struct iwf_buf buf = { 0 };
	struct iwf_str record = letter(&buf, body_len, 1);
	struct spool_part part = spool_cut(record);

	assert_int_equal(part.len != 0, is_cut);
	if (is_cut) {
		assert_in_range(part.len, body_len + 2, body_len + 5);
		assert_in_range(part.at, 4, 40);
		assert_true(part.at + part.len < record.len);
	}
	iwf_buf_free(&buf);
}

static void test_cut_by_the_body(void **state)
{
	struct bench *bench = *state;

	check_cut(0, false);
	check_cut(SPOOL_BODY_MAX - 1, false);
	check_cut(SPOOL_BODY_MAX, false);
	check_cut(SPOOL_BODY_MAX + 1, true);
	check_cut(16 * MIB, true);
	/* what is no record is all row */
	assert_int_equal(spool_cut(octets(bench, MIB, 1)).len, 0);
	assert_int_equal(spool_cut(IWF_STR_NONE).len, 0);
}

static void test_whole_again(void **state)
{
	struct bench *bench = *state;
	struct iwf_buf buf = { 0 };
	struct iwf_str all = letter(&buf, MIB, 1), whole, bytes;
	struct spool_record record = { .part = spool_cut(all) };
	const uint32_t at = record.part.at, end = at + record.part.len;
	struct iwf_buf rest = { 0 };
	const char *why;
	bool is_new;

	bytes = iwf_str_sub(all, at, end);
	iwf_buf_str_put(&rest, iwf_str_sub(all, 0, at));
	iwf_buf_str_put(&rest, iwf_str_sub(all, end, all.len));
	record.rest = iwf_buf_str(&rest);
	record.part.sum = spool_sum(&bench->spool, bytes);
	assert_int_equal(write_file(bench, 1, bytes, &is_new), IWF_OK);
	assert_int_equal(spool_read(&bench->spool, 1, &record, bench->arena,
				    &whole, &why), IWF_OK);
	assert_true(iwf_str_eq(whole, all));
	/* a row that was tampered with */
	record.part.at = (uint32_t)record.rest.len + 1;
	assert_int_equal(read_file(bench, 1, &record, &why), IWF_E_CORRUPT);
	assert_string_equal(why, "does not fit its row");
	iwf_buf_free(&rest);
	iwf_buf_free(&buf);
}

/* --- steps that fail --- */

static void test_each_step_fails(void **state)
{
	struct bench *bench = *state;
	struct iwf_str bytes = octets(bench, MIB, 1);
	bool is_new;

	for (unsigned i = 0; i < FAULT_CASES; i++) {
		const struct fault_case *one = &fault_cases[i];
		atomic_int *error = &bench->fault.error[one->step];

		atomic_store(error, one->error);
		assert_int_equal(write_file(bench, 1, bytes, &is_new),
				 one->err);
		assert_int_equal(letter_files(&bench->shelf), 0);
		atomic_store(error, 0);
	}
	assert_int_equal(write_file(bench, 1, bytes, &is_new), IWF_OK);
	atomic_store(&bench->fault.error[FAULT_SYNC_FOLDER], EIO);
	assert_int_equal(spool_sync(&bench->spool), IWF_E_IO);
	atomic_store(&bench->fault.error[FAULT_REMOVE], EIO);
	assert_int_equal(spool_remove(&bench->spool, 1), IWF_E_IO);
	atomic_store(&bench->fault.error[FAULT_REMOVE], 0);
	assert_int_equal(spool_remove(&bench->spool, 1), IWF_OK);
	assert_int_equal(spool_remove(&bench->spool, 1), IWF_OK);
}

/* A file without its name is synced before it gets it. */
static void test_short_writes(void **state)
{
	struct bench *bench = *state;
	struct iwf_str bytes = octets(bench, 100000, 1);
	const struct spool_record record = record_of(bench, bytes);
	const char *why;
	bool is_new;

	atomic_store(&bench->fault.most, 4099);
	assert_int_equal(write_file(bench, 1, bytes, &is_new), IWF_OK);
	assert_int_equal(bench->fault.count[FAULT_WRITE], 25);
	assert_int_equal(bench->fault.count[FAULT_SYNC], 1);
	assert_int_equal(bench->fault.count[FAULT_RENAME], 1);
	assert_int_equal(read_file(bench, 1, &record, &why), IWF_OK);
}

static void test_what_is_there_stays(void **state)
{
	struct bench *bench = *state;
	struct iwf_str a = octets(bench, MIB, 1), b = octets(bench, MIB, 2);
	const struct spool_record record = record_of(bench, a);
	const char *why;
	bool is_new;

	assert_int_equal(write_file(bench, 1, a, &is_new), IWF_OK);
	assert_true(is_new);
	assert_int_equal(write_file(bench, 1, a, &is_new), IWF_OK);
	assert_false(is_new);
	assert_int_equal(write_file(bench, 1, b, &is_new), IWF_E_EXISTS);
	assert_false(is_new);
	assert_int_equal(read_file(bench, 1, &record, &why), IWF_OK);
	assert_int_equal(letter_files(&bench->shelf), 1);
}

/* --- files that are not what was written --- */

static void check_wrong(struct bench *bench, const struct spool_record *record,
			const char *what)
{
	const char *why;

	assert_int_equal(read_file(bench, 1, record, &why), IWF_E_CORRUPT);
	assert_string_equal(why, what);
}

static void test_wrong_files(void **state)
{
	struct bench *bench = *state;
	struct iwf_str bytes = octets(bench, MIB, 1);
	const struct spool_record record = record_of(bench, bytes);
	char path[160];
	bool is_new;
	int fd;

	check_wrong(bench, &record, "is missing");
	assert_int_equal(write_file(bench, 1, bytes, &is_new), IWF_OK);
	file_path(bench, 1, path);
	fd = open(path, O_RDWR);
	assert_int_equal(pwrite(fd, "!", 1, MIB / 2), 1);
	check_wrong(bench, &record, "has other bytes");
	assert_int_equal(ftruncate(fd, MIB - 1), 0);
	check_wrong(bench, &record, "has another length");
	assert_int_equal(ftruncate(fd, MIB + 1), 0);
	check_wrong(bench, &record, "has another length");
	close(fd);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	check_wrong(bench, &record, "has another length");
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	check_wrong(bench, &record, "is missing");
}

/* No descriptor left is this process's trouble, not the file's. */
static void test_no_descriptor_left(void **state)
{
	struct bench *bench = *state;
	struct iwf_str bytes = octets(bench, MIB, 1);
	const struct spool_record record = record_of(bench, bytes);
	struct rlimit before, none = { 0 };
	const char *why;
	enum iwf_err err;
	bool is_new;

	assert_int_equal(write_file(bench, 1, bytes, &is_new), IWF_OK);
	getrlimit(RLIMIT_NOFILE, &before);
	none.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &none);
	err = read_file(bench, 1, &record, &why);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(err, IWF_E_IO);
	assert_int_equal(read_file(bench, 1, &record, &why), IWF_OK);
}

/* --- cleaning --- */

static enum iwf_err keeps_odd(void *arg, uint64_t id, bool *is_wanted)
{
	++*(unsigned *)arg;
	*is_wanted = id & 1;
	return IWF_OK;
}

static enum iwf_err cannot_tell(void *arg, uint64_t id, bool *is_wanted)
{
	(void)arg;
	(void)id;
	*is_wanted = false;
	return IWF_E_IO;
}

static void make_file(struct bench *bench, const char *name)
{
	int fd = openat(bench->spool.folder, name, O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void test_clean(void **state)
{
	static const char *const strange[] = {
		"README", "0000000000000002.bak", "000000000000002",
		"00000000000000002", "000000000000000G", "0000000000000002.",
		"0000000000000000",
	};
	struct bench *bench = *state;
	struct iwf_str bytes = octets(bench, 10, 1);
	unsigned removed, asked = 0;
	bool is_new;

	for (uint64_t id = 1; id <= 500; id++)
		assert_int_equal(write_file(bench, id << 40 | id, bytes,
					    &is_new), IWF_OK);
	for (unsigned i = 0; i < 7; i++)
		make_file(bench, strange[i]);
	make_file(bench, "0000000000000003.new");
	assert_int_equal(spool_clean(&bench->spool, cannot_tell, NULL,
				     &removed), IWF_E_IO);
	assert_in_range(letter_files(&bench->shelf), 507, 508);
	make_file(bench, "0000000000000003.new");
	assert_int_equal(spool_clean(&bench->spool, keeps_odd, &asked,
				     &removed), IWF_OK);
	assert_int_equal(asked, 500);
	assert_int_equal(removed, 251);
	assert_int_equal(letter_files(&bench->shelf), 257);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_cut_by_the_body),
		ROW(test_whole_again),
		ROW(test_each_step_fails),
		ROW(test_short_writes),
		ROW(test_what_is_there_stays),
		ROW(test_wrong_files),
		ROW(test_no_descriptor_left),
		ROW(test_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
