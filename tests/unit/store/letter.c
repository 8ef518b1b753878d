/* Records of messages with a body of any length. */
#include "unit/store/letter.h"

#include "base/record.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>

static char *body_make(size_t len, unsigned seed)
{
	char *body = malloc(len + 1);

	for (size_t i = 0; i < len; i++)
		body[i] = (char)(i * 31 + i / 251 + seed);
	return body;
}

struct iwf_str letter(struct iwf_buf *buf, size_t body_len, unsigned seed)
{
	char *body = body_make(body_len, seed);
	struct iwf_message msg = {
		.id = 7, .kind = IWF_KIND_MESSAGE,
		.from = { IWF_ADDRESS_NUMBER, .user = IWF_STR("+491") },
		.to = { IWF_ADDRESS_NUMBER, .user = IWF_STR("+492") },
		.body = iwf_str_make(body, body_len),
		.session_case = IWF_STR("orig"), .transaction = 99,
	};

	record_format(buf, &msg);
	free(body);
	return iwf_buf_str(buf);
}

struct store_change letter_put(uint64_t id, size_t body_len, unsigned seed)
{
	struct iwf_buf buf = { 0 };

	return shelf_put(id, letter(&buf, body_len, seed));
}

void letter_free(struct store_change *change)
{
	free((char *)change->put.record.ptr);
	iwf_arena_destroy(&change->arena);
}

void letter_must(struct shelf *shelf, struct store_change change,
		 enum iwf_err err)
{
	assert_int_equal(shelf_apply(shelf, &change), err);
	letter_free(&change);
}

void letter_check(struct shelf *shelf, uint64_t id, size_t body_len,
		  unsigned seed)
{
	struct store_query query = { .kind = STORE_Q_ID, .id = id,
				     .with_record = true };
	struct iwf_buf buf = { 0 };
	struct iwf_str want = letter(&buf, body_len, seed);

	shelf_ask(shelf, &query);
	assert_int_equal(query.found_count, 1);
	assert_int_equal(query.found[0].row.body_err, IWF_OK);
	assert_true(iwf_str_eq(query.found[0].record, want));
	iwf_arena_destroy(&query.arena);
	iwf_buf_free(&buf);
}

unsigned letter_files(const struct shelf *shelf)
{
	char path[128];
	unsigned count = 0;
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/spool", shelf->folder);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)))
		count += entry->d_name[0] != '.';
	if (folder)
		closedir(folder);
	return count;
}

void letter_path(const struct shelf *shelf, uint64_t id, char path[160])
{
	snprintf(path, 160, "%s/spool/%016llx", shelf->folder,
		 (unsigned long long)id);
}

void letter_wait_files(const struct shelf *shelf, unsigned count)
{
	/* Nothing tells when: it looks, for ten seconds at most. */
	for (int i = 0; i < 1000 && letter_files(shelf) != count; i++)
		poll(NULL, 0, 10);
	assert_int_equal(letter_files(shelf), count);
}
