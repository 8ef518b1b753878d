/* Puts and removals of one message's file that overtake each other, each order
 * made by hand. */
#include "unit/store/letter.h"

#include "store/store_priv.h"

#include <stdio.h>

static struct store_change to_another(uint64_t id)
{
	struct store_change change = letter_put(id, MIB, 8);

	change.put.row.message_id = ID(1);
	return change;
}

static void on_nothing(struct iwf_task *task)
{
	(void)task;
}

/* Without threads, step by step: submitted, to the spool, committed. */
static void submit(struct shelf *shelf, struct store_change *change)
{
	change->task.run = on_nothing;
	store_submit(shelf->store, change);
}

static void step_spool(struct shelf *shelf)
{
	bool ended;

	spooler_work(shelf->store, line_take(&shelf->store->spooler.line, 0,
					     &ended));
}

static enum iwf_err step_commit(struct shelf *shelf,
				struct store_change *change)
{
	committer_commit(shelf->store, &change, 1);
	return change->err;
}

/* The one whose file it was fails, others of the same message need it. */
static void test_one_of_several_recipients(void **state)
{
	struct shelf *shelf = *state;
	struct store_change changes[3] = { to_another(ID(1)),
					   to_another(ID(2)),
					   to_another(ID(3)) };
	char sql[200];
	bool ended;

	shelf_open(shelf);
	snprintf(sql, sizeof(sql), "CREATE TRIGGER no BEFORE INSERT ON delivery "
		 "WHEN new.id<>%llu BEGIN SELECT RAISE(ABORT,'no'); END",
		 (unsigned long long)ID(2));
	shelf_meddle(shelf, sql);
	for (unsigned i = 0; i < 3; i++)
		submit(shelf, &changes[i]);
	step_spool(shelf);
	line_take(&shelf->store->changes, 0, &ended);
	assert_int_equal(step_commit(shelf, &changes[0]), IWF_E_STATE);
	assert_int_equal(step_commit(shelf, &changes[1]), IWF_OK);
	assert_int_equal(step_commit(shelf, &changes[2]), IWF_E_STATE);
	step_spool(shelf);
	assert_int_equal(letter_files(shelf), 1);
	for (unsigned i = 0; i < 3; i++)
		letter_free(&changes[i]);
	store_start(shelf->store);
	letter_check(shelf, ID(2), MIB, 8);
}

/* As a removal finds it that is still to come. */
static void leave_file(struct shelf *shelf, const struct store_change *change)
{
	struct iwf_str record = change->put.record;
	struct spool_part part = spool_cut(record);
	bool is_new;

	assert_int_equal(spool_write(&shelf->store->spooler.spool, ID(1),
			 iwf_str_sub(record, part.at, part.at + part.len),
			 &is_new), IWF_OK);
}

/* A removal that comes while the same message is put again leaves it to it. */
static void check_overtaken(struct shelf *shelf, bool is_stored)
{
	struct store_change change = letter_put(ID(1), MIB, 1);
	uint64_t id = ID(1);
	bool ended;

	shelf_open(shelf);
	if (!is_stored)
		leave_file(shelf, &change);
	if (!is_stored)
		shelf_meddle(shelf, "CREATE TRIGGER no BEFORE INSERT ON "
			     "message BEGIN SELECT RAISE(ABORT,'no'); END");
	submit(shelf, &change);
	step_spool(shelf);
	line_take(&shelf->store->changes, 0, &ended);
	spooler_drop(&shelf->store->spooler, &id, 1);
	step_spool(shelf);
	assert_int_equal(letter_files(shelf), 1);
	step_commit(shelf, &change);
	step_spool(shelf);
	assert_int_equal(letter_files(shelf), is_stored);
	letter_free(&change);
}

static void test_removal_is_overtaken(void **state)
{
	check_overtaken(*state, true);
}

static void test_removal_is_overtaken_in_vain(void **state)
{
	check_overtaken(*state, false);
}

static int setup(void **state)
{
	struct shelf *shelf = malloc(sizeof(*shelf));

	shelf_make(shelf, STORE_BACKEND_SQLITE);
	*state = shelf;
	return 0;
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, shelf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_one_of_several_recipients),
		ROW(test_removal_is_overtaken),
		ROW(test_removal_is_overtaken_in_vain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
