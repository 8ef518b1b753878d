/* What runs for each message finds its rows by an index, in its order: nothing
 * is scanned, and no table is filled for it alone. */
#include "unit/store/shelf.h"

#include "store/sqlite.h"

#include <stdio.h>

static const enum sqlite_sql hot[] = {
	SQL_ROW_FIND, SQL_ROW_ADD, SQL_ROW_SET, SQL_ROW_CHANGE,
	SQL_MESSAGE_ADD, SQL_MESSAGE_FIND, SQL_SPOOL_ADD, SQL_SPOOL_FIND,
	SQL_SPOOL_PURGE, SQL_SEEN_FIND, SQL_SEEN_SET,
	SQL_BIND_ADD, SQL_BIND_DROP, SQL_BIND_FIND, SQL_WAITING_FIND,
	SQL_WAITING_ADD, SQL_WAITING_KEY, SQL_WAITING_DROP,
	SQL_WAITING_KEYS_DROP, SQL_PART_ADD, SQL_PART_LIST, SQL_PART_DROP,
	SQL_SET_DROP,
	SQL_PART_KNOW, SQL_PART_KNOWN, SQL_SET_MOVE, SQL_VALUE_SET,
	SQL_THREAD_SET, SQL_THREAD_FIND, SQL_Q_DUE, SQL_Q_ABOUT,
	SQL_Q_OPEN_CHUNK, SQL_Q_OPEN_COUNTS,
};

static void assert_plan(struct sqlite_conn *conn, enum sqlite_sql sql)
{
	static const char *const slow[] = { "TEMP B-TREE", "LIST SUBQUERY",
					    "SCAN delivery", "SCAN message",
					    "SCAN spool",
					    "AUTOMATIC" };
	const char *text = sqlite3_sql(sqlite_stmt(conn, sql));
	char explain[2048];
	sqlite3_stmt *plan;

	snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", text);
	assert_int_equal(sqlite3_prepare_v2(conn->db, explain, -1, &plan, NULL),
			 SQLITE_OK);
	while (sqlite3_step(plan) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(plan, 3);

		for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++)
			if (strstr(step, slow[i]))
				fail_msg("%s: %s", text, step);
	}
	sqlite3_finalize(plan);
}

static void test_hot_statements_use_indexes(void **state)
{
	struct sqlite_conn conn = { .log = NULL };
	struct iwf_why why;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &conn.db), SQLITE_OK);
	assert_int_equal(sqlite_migrate(&conn, sqlite_steps,
					SQLITE_SCHEMA_VERSION, &why), IWF_OK);
	for (size_t i = 0; i < sizeof(hot) / sizeof(hot[0]); i++)
		assert_plan(&conn, hot[i]);
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(conn.stmts[i]);
	sqlite3_close(conn.db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hot_statements_use_indexes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
