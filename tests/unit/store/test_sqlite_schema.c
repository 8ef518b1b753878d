/* Databases that are older, newer or not ours. */
#include "unit/store/shelf.h"

#include "store/sqlite.h"

#include <stdio.h>

static int setup(void **state)
{
	struct shelf *shelf = malloc(sizeof(*shelf));

	shelf_make(shelf, STORE_BACKEND_SQLITE);
	*state = shelf;
	return 0;
}

static enum iwf_err migrate(struct shelf *shelf, const char *path,
			    const struct sqlite_step *steps, int version)
{
	struct sqlite_conn conn = { .log = shelf->log };
	enum iwf_err err;

	assert_int_equal(sqlite3_open(path, &conn.db), SQLITE_OK);
	err = sqlite_migrate(&conn, steps, version, &shelf->why);
	sqlite3_close(conn.db);
	return err;
}

static void test_newer_version_is_refused(void **state)
{
	struct shelf *shelf = *state;

	shelf_open(shelf);
	shelf_close(shelf);
	shelf_meddle(shelf, "PRAGMA user_version=4");
	assert_int_equal(shelf_try_open(shelf), IWF_E_VERSION);
	assert_non_null(strstr(shelf->why.text, "newer version"));
	shelf_meddle(shelf, "PRAGMA user_version=3");
	shelf_open(shelf);
}

/* Threads of a store of version 1 are found by version 2. */
static void test_version_1(void **state)
{
	struct shelf *shelf = *state;
	struct store_query query = { .kind = STORE_Q_THREAD, .id = 77 };
	char path[128];

	snprintf(path, sizeof(path), "%s/store.db", shelf->folder);
	assert_int_equal(migrate(shelf, path, sqlite_steps, 1), IWF_OK);
	shelf_meddle(shelf, "INSERT INTO thread VALUES"
		     "(77, 1700000000000, 'a conversation')");
	shelf_start(shelf);
	shelf_ask(shelf, &query);
	assert_str(query.thread, "a conversation");
	iwf_arena_destroy(&query.arena);
}

static void test_foreign_file_is_refused(void **state)
{
	struct shelf *shelf = *state;

	shelf_meddle(shelf, "PRAGMA application_id=77; CREATE TABLE t(a)");
	assert_int_equal(shelf_try_open(shelf), IWF_E_CORRUPT);
}

static void test_not_a_database(void **state)
{
	struct shelf *shelf = *state;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/store.db", shelf->folder);
	file = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is no database\n", file);
	fclose(file);
	assert_int_equal(shelf_try_open(shelf), IWF_E_CORRUPT);
}

static void test_steps_of_the_schema(void **state)
{
	static const struct sqlite_step steps[] = {
		{ "CREATE TABLE one(a); INSERT INTO one VALUES(5)" },
		{ "ALTER TABLE one ADD COLUMN b; UPDATE one SET b=a+1" },
		{ "UPDATE one SET b=100; CREATE TABLE one(a)" },
	};
	struct shelf *shelf = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/store.db", shelf->folder);
	assert_int_equal(migrate(shelf, path, steps, 1), IWF_OK);
	assert_int_equal(migrate(shelf, path, steps, 2), IWF_OK);
	assert_int_equal(migrate(shelf, path, steps, 2), IWF_OK);
	/* a step that fails leaves nothing of itself */
	assert_int_not_equal(migrate(shelf, path, steps, 3), IWF_OK);
	shelf_meddle(shelf, "CREATE TABLE proof AS SELECT 1/(b=6) AS x FROM one; "
		      "CREATE TABLE p2(v NOT NULL); INSERT INTO p2 SELECT x "
		      "FROM proof; INSERT INTO p2 SELECT 1/(user_version=2) "
		      "FROM pragma_user_version");
	assert_int_equal(migrate(shelf, path, steps, 1), IWF_E_VERSION);
}

static void test_empty_old_file_becomes_a_store(void **state)
{
	struct shelf *shelf = *state;

	shelf_meddle(shelf, "CREATE TABLE leftover(a); PRAGMA user_version=0");
	shelf_start(shelf);
	shelf_put_plain(shelf, ID(1));
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_QUEUED);
}

#define ROW(test) { #test, test, setup, shelf_teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_newer_version_is_refused),
		ROW(test_version_1),
		ROW(test_foreign_file_is_refused),
		ROW(test_not_a_database),
		ROW(test_steps_of_the_schema),
		ROW(test_empty_old_file_becomes_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
