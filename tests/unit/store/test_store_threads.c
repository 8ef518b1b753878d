/* Several loops at once on one store: each gets its own answers, every one
 * once, and the ledger agrees throughout; and a recount that takes long keeps
 * nobody from reading. Meant for the thread sanitizer. */
#include "unit/store/shelf.h"

#include "support/fake_loop.h"

#include <pthread.h>

#define THREADS 3
#define IN_FLIGHT 50
#define MESSAGES 1500
#define AUDITS 20

struct sender;

struct letter {
	struct store_change change;
	struct sender *sender;
	uint64_t id;
	bool is_put;
};

struct sender {
	struct shelf *shelf;
	struct iwf_loop *loop;
	pthread_t thread;
	uint64_t first_id;
	unsigned begun, ended, wrong;
	struct letter letters[IN_FLIGHT];
};

static void on_done(struct iwf_task *task);

static void submit(struct letter *letter)
{
	struct store_delivery row = shelf_row(letter->id);

	row.state = STORE_DELIVERED;
	letter->change = letter->is_put ?
		shelf_put(letter->id, IWF_STR("text")) : shelf_update(&row);
	if (letter->is_put)
		letter->change.put.duplicate_key = letter->id;
	letter->change.loop = letter->sender->loop;
	letter->change.task.run = on_done;
	store_submit(letter->sender->shelf->store, &letter->change);
}

static void begin(struct letter *letter)
{
	letter->id = letter->sender->first_id + letter->sender->begun++;
	letter->is_put = true;
	submit(letter);
}

static void on_done(struct iwf_task *task)
{
	struct letter *letter = IWF_CONTAINER(task, struct letter, change.task);
	struct sender *sender = letter->sender;

	sender->wrong += letter->change.err != IWF_OK ||
			 !iwf_loop_is_here(sender->loop);
	iwf_arena_destroy(&letter->change.arena);
	if (letter->is_put) {
		letter->is_put = false;
		submit(letter);
		return;
	}
	sender->ended++;
	if (sender->begun < MESSAGES)
		begin(letter);
}

static bool is_done(void *arg)
{
	return ((const struct sender *)arg)->ended == MESSAGES;
}

static void *send_all(void *arg)
{
	struct sender *sender = arg;

	sender->loop = fake_loop_create();
	for (unsigned i = 0; i < IN_FLIGHT; i++) {
		sender->letters[i].sender = sender;
		begin(&sender->letters[i]);
	}
	sender->wrong += !fake_loop_run_until(sender->loop, is_done, sender,
					      60000);
	fake_loop_destroy(&sender->loop);
	return NULL;
}

/* The audit while they write: always in balance. */
static void watch(struct shelf *shelf)
{
	struct store_ledger ledger;

	do {
		ledger = shelf_ledger(shelf);
		assert_int_equal(ledger.imbalance, 0);
	} while (ledger.taken < THREADS * MESSAGES);
}

static void check_threads(enum store_backend backend)
{
	struct sender *senders = calloc(THREADS, sizeof(*senders));
	struct shelf shelf;

	shelf_make(&shelf, backend);
	shelf_start(&shelf);
	for (unsigned i = 0; i < THREADS; i++) {
		senders[i].shelf = &shelf;
		senders[i].first_id = (uint64_t)(i + 1) << 40;
		pthread_create(&senders[i].thread, NULL, send_all, &senders[i]);
	}
	watch(&shelf);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(senders[i].thread, NULL);
		assert_int_equal(senders[i].wrong, 0);
		assert_int_equal(senders[i].ended, MESSAGES);
	}
	assert_int_equal(store_backlog(shelf.store), 0);
	assert_int_equal(shelf_metric(&shelf, "store_changes_total"),
			 2 * THREADS * MESSAGES);
	shelf_remove(&shelf);
	free(senders);
}

static void test_sqlite(void **state)
{
	(void)state;
	check_threads(STORE_BACKEND_SQLITE);
}

static void test_ram(void **state)
{
	(void)state;
	check_threads(STORE_BACKEND_RAM);
}

struct audit {
	struct store_query query;
	unsigned *left;
};

static void on_audit(struct iwf_task *task)
{
	struct audit *audit = IWF_CONTAINER(task, struct audit, query.task);

	iwf_arena_destroy(&audit->query.arena);
	--*audit->left;
}

static bool are_over(void *arg)
{
	return *(const unsigned *)arg == 0;
}

static void test_reading_during_recounts(void **state)
{
	struct shelf *shelf = *state;
	struct audit audits[AUDITS];
	unsigned left = AUDITS;

	shelf_put_plain(shelf, ID(1));
	shelf_meddle(shelf, "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL "
		     "SELECT i+1 FROM n WHERE i<200000) INSERT INTO delivery"
		     "(id,message,kind,state,link,accepted_at) "
		     "SELECT (50<<36)+i,0,1,8,1,1 FROM n");
	for (unsigned i = 0; i < AUDITS; i++) {
		audits[i] = (struct audit){ .left = &left };
		audits[i].query.task.run = on_audit;
		audits[i].query.loop = shelf->loop;
		audits[i].query.kind = STORE_Q_LEDGER;
		store_ask(shelf->store, &audits[i].query);
	}
	assert_int_equal(shelf_state(shelf, ID(1)), STORE_QUEUED);
	assert_true(left > 0);
	assert_true(fake_loop_run_until(shelf->loop, are_over, &left, 60000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sqlite),
		cmocka_unit_test(test_ram),
		cmocka_unit_test_setup_teardown(test_reading_during_recounts,
						shelf_setup_sqlite,
						shelf_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
