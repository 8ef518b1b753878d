/* See contract.h; each test is named after the rule it proves. */
#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <dirent.h>

#define TEN_MINUTES_MS (10 * 60 * 1000)

/* --- one link --- */

void contract_turn(struct iwf_loop *loop)
{
	while (fake_loop_turn(loop))
		;
}

void contract_open(struct contract *contract,
		   const struct contract_driver *driver, const void *conf)
{
	struct iwf_why why = { 0 };

	*contract = (struct contract){ .driver = driver };
	contract->loop = fake_loop_create();
	contract->host = fake_host_create(contract->loop);
	if (driver->adapter->ops->check)
		assert_int_equal(driver->adapter->ops->check(conf, &why),
				 IWF_OK);
	assert_int_equal(driver->adapter->ops->open(&contract->link,
						    contract->host, conf),
			 IWF_OK);
	contract->host->link = contract->link;
	assert_non_null(contract->link);
	assert_ptr_equal(contract->link->host, contract->host);
}

void contract_open_up(struct contract *contract,
		      const struct contract_driver *driver, const void *conf)
{
	contract_open(contract, driver, conf);
	driver->bring_up(contract);
	assert_int_equal(fake_host_state(contract->host), IWF_LINK_UP);
}

void contract_close(struct contract *contract)
{
	if (contract->link)
		contract->driver->adapter->ops->close(&contract->link);
	assert_null(contract->link);
	contract_turn(contract->loop);
	if (contract->driver->forget)
		contract->driver->forget(contract);
	fake_host_destroy(&contract->host);
	fake_loop_destroy(&contract->loop);
	fake_net_reset();
}

const struct iwf_message *contract_message(struct iwf_str body, uint32_t want)
{
	const struct iwf_message msg = {
		.id = 77,
		.kind = IWF_KIND_MESSAGE,
		.want = want,
		.from = { .kind = IWF_ADDRESS_NUMBER,
			  .user = IWF_STR("+491710000001") },
		.to = { .kind = IWF_ADDRESS_NUMBER,
			.user = IWF_STR("+491710000002") },
		.content_type = IWF_STR("text/plain; charset=utf-8"),
		.body = body,
	};

	return iwf_message_create(&msg);
}

void contract_submit_job(struct contract *contract, const struct iwf_job *job)
{
	contract->driver->adapter->ops->submit(contract->link, job);
}

uint64_t contract_submit(struct contract *contract, struct iwf_str body)
{
	const struct iwf_message *msg =
		contract_message(body, IWF_WANT_DELIVERED | IWF_WANT_FAILED);
	/* In memory of its own, so that a use after the call is found. */
	struct iwf_job *job = IWF_NEW(struct iwf_job);
	uint64_t id = ++contract->last_job_id;

	job->id = id;
	job->msg = msg;
	job->attempt = 1;
	contract_submit_job(contract, job);
	free(job);
	iwf_message_unref(&msg);
	return id;
}

static void open_default(struct contract *contract, void **state)
{
	const struct contract_driver *driver = *state;

	contract_open_up(contract, driver, driver->conf);
}

static unsigned fill(struct contract *contract)
{
	unsigned jobs = contract->host->room;

	for (unsigned i = 0; i < jobs; i++)
		contract_submit(contract, IWF_STR("hello"));
	return jobs;
}

static void assert_each_answered_once(const struct contract *contract)
{
	for (uint64_t id = 1; id <= contract->last_job_id; id++)
		assert_int_equal(fake_host_answer_count(contract->host, id), 1);
}

/* --- the rules --- */

static void rule_0_descriptor_is_complete(void **state)
{
	const struct contract_driver *driver = *state;
	const struct iwf_adapter *adapter = driver->adapter;
	const struct iwf_ops *ops = adapter->ops;

	assert_in_range(adapter->abi, 1, IWF_ABI_VERSION);
	assert_non_null(adapter->name);
	assert_non_null(adapter->text);
	assert_non_null(adapter->rows);
	assert_true(adapter->conf_size > 0);
	assert_true(ops->open && ops->reconfigure && ops->submit &&
		    ops->cancel && ops->drain && ops->close);
	for (const struct iwf_setting *row = adapter->rows; row->key; row++) {
		assert_non_null(row->help);
		assert_true(row->offset < adapter->conf_size);
	}
	for (size_t i = 0; i < adapter->metric_count; i++) {
		assert_non_null(adapter->metrics[i].name);
		assert_non_null(adapter->metrics[i].text);
	}
}

static void rule_1_calls_return_at_once(void **state)
{
	struct contract contract;
	int64_t before_ms;

	open_default(&contract, state);
	before_ms = iwf_loop_now_ms(contract.loop);
	fill(&contract);
	contract.driver->adapter->ops->drain(contract.link);
	assert_int_equal(iwf_loop_now_ms(contract.loop), before_ms);
	contract_close(&contract);
}

static void rule_2_room_is_announced_and_honoured(void **state)
{
	struct contract contract;
	unsigned jobs;

	open_default(&contract, state);
	jobs = fill(&contract);
	assert_true(jobs > 0);
	assert_int_equal(contract.host->room, 0);
	for (uint64_t id = 1; id <= jobs; id++)
		assert_int_equal(fake_host_report_count(contract.host, id, 0,
							IWF_FATE_QUEUED), 0);
	contract.driver->take_all(&contract);
	assert_int_equal(contract.host->room, jobs);
	contract_close(&contract);
}

static void rule_3_each_job_is_answered_once(void **state)
{
	struct contract contract;
	unsigned jobs;

	open_default(&contract, state);
	for (unsigned round = 0; round < 3; round++) {
		jobs = fill(&contract);
		assert_true(jobs > 0);
		contract.driver->take_all(&contract);
	}
	assert_each_answered_once(&contract);
	for (uint64_t id = 1; id <= contract.last_job_id; id++)
		assert_int_equal(fake_host_report_count(contract.host, id, 1,
							IWF_FATE_SENT), 1);
	contract_close(&contract);
}

static void rule_3_refused_jobs_are_answered_once(void **state)
{
	struct contract contract;

	open_default(&contract, state);
	fill(&contract);
	contract.driver->refuse_all(&contract);
	assert_each_answered_once(&contract);
	for (uint64_t id = 1; id <= contract.last_job_id; id++)
		assert_int_equal(fake_host_report_count(contract.host, id, 0,
							IWF_FATE_FAILED), 1);
	contract_close(&contract);
}

/* contract_submit gives its own references back at once: whatever the link
 * needs later it must have kept, or the sanitizer ends this. */
static void rule_4_messages_are_kept_by_reference(void **state)
{
	static char text[400];
	struct contract contract;

	memset(text, 'x', sizeof(text));
	open_default(&contract, state);
	contract_submit(&contract, iwf_str_make(text, sizeof(text)));
	memset(text, 'y', sizeof(text));
	contract.driver->take_all(&contract);
	assert_true(fake_host_answer_count(contract.host, 1) >= 1);
	contract_close(&contract);
}

static void rule_5_written_and_unanswered_is_unsure(void **state)
{
	struct contract contract;
	unsigned jobs;

	open_default(&contract, state);
	jobs = fill(&contract);
	contract_turn(contract.loop);
	contract.driver->kill(&contract);
	assert_int_not_equal(fake_host_state(contract.host), IWF_LINK_UP);
	assert_int_equal(contract.host->room, 0);
	for (uint64_t id = 1; id <= jobs; id++)
		assert_int_equal(fake_host_report_count(contract.host, id, 1,
							IWF_FATE_UNSURE), 1);
	assert_each_answered_once(&contract);
	contract_close(&contract);
}

static void rule_5_what_cannot_go_now_is_queued(void **state)
{
	struct contract contract;
	uint64_t id;

	open_default(&contract, state);
	contract.driver->kill(&contract);
	id = contract_submit(&contract, IWF_STR("hello"));
	contract_turn(contract.loop);
	assert_int_equal(fake_host_report_count(contract.host, id, 0,
						IWF_FATE_QUEUED), 1);
	assert_true(fake_host_report(contract.host, id)->link_trouble);
	assert_each_answered_once(&contract);
	contract_close(&contract);
}

static void rule_6_nobody_is_acknowledged_before_done(void **state)
{
	struct contract contract;
	const struct contract_driver *driver = *state;

	open_default(&contract, state);
	driver->bring_message(&contract);
	contract_turn(contract.loop);
	assert_int_equal(contract.host->accept_count, 1);
	assert_int_equal(contract.host->accepts[0].msg->kind, IWF_KIND_MESSAGE);
	assert_true(contract.host->accepts[0].msg->body.len > 0);
	if (driver->acknowledged)
		assert_int_equal(driver->acknowledged(&contract), 0);
	fake_host_answer_accept(contract.host, 0, IWF_RESULT_ACCEPTED);
	contract_turn(contract.loop);
	if (driver->acknowledged)
		assert_int_equal(driver->acknowledged(&contract), 1);
	contract_close(&contract);
}

static void rule_6_a_store_that_fails_is_no_acknowledgement(void **state)
{
	struct contract contract;
	const struct contract_driver *driver = *state;

	open_default(&contract, state);
	driver->bring_message(&contract);
	contract_turn(contract.loop);
	fake_host_answer_accept(contract.host, 0, IWF_RESULT_ERROR);
	contract_turn(contract.loop);
	assert_int_equal(driver->acknowledged(&contract), 0);
	contract_close(&contract);
}

/* Under ack = outcome the verdict may know more than that it is durable. */
static void rule_6_a_fate_known_in_time_is_told(void **state)
{
	static const struct {
		enum iwf_fate fate;
		unsigned acknowledged;
	} rows[] = {
		{ IWF_FATE_NONE, 1 }, { IWF_FATE_SENT, 1 },
		{ IWF_FATE_DELIVERED, 1 }, { IWF_FATE_FAILED, 0 },
		{ IWF_FATE_EXPIRED, 0 }, { IWF_FATE_CANCELLED, 0 },
	};
	const struct contract_driver *driver = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct contract contract;

		open_default(&contract, state);
		driver->bring_message(&contract);
		contract_turn(contract.loop);
		fake_host_answer_fate(contract.host, 0, rows[i].fate, 0);
		contract_turn(contract.loop);
		assert_int_equal(driver->acknowledged(&contract),
				 rows[i].acknowledged);
		contract_close(&contract);
	}
}

static unsigned descriptor_count(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void rule_7_no_file_is_kept(void **state)
{
	struct contract contract;
	unsigned before = descriptor_count();

	open_default(&contract, state);
	fill(&contract);
	contract.driver->take_all(&contract);
	assert_int_equal(descriptor_count(), before);
	contract_close(&contract);
	assert_int_equal(descriptor_count(), before);
}

static void reopen(struct contract *contract)
{
	const struct contract_driver *driver = contract->driver;

	driver->adapter->ops->close(&contract->link);
	contract_turn(contract->loop);
	assert_int_equal(driver->adapter->ops->open(
		&contract->link, contract->host, driver->conf), IWF_OK);
	contract->host->link = contract->link;
	driver->bring_up(contract);
}

/* Of an adapter whose messages come with a cursor: what is durable is not
 * brought again, what is not is. */
static void rule_7_a_cursor_moves_with_its_message(void **state)
{
	static const struct {
		enum iwf_result result;
		unsigned accepts;
	} rows[] = {
		{ IWF_RESULT_ERROR, 2 }, { IWF_RESULT_ACCEPTED, 1 },
		{ IWF_RESULT_DUPLICATE, 1 },
	};

	for (unsigned i = 0; i < 3; i++) {
		struct contract contract;

		open_default(&contract, state);
		contract.driver->bring_message(&contract);
		contract_turn(contract.loop);
		assert_int_equal(contract.host->accept_count, 1);
		if (!contract.host->accepts[0].cursor_key.len) {
			contract_close(&contract);
			return;
		}
		fake_host_answer_accept(contract.host, 0, rows[i].result);
		reopen(&contract);
		contract.driver->bring_message(&contract);
		contract_turn(contract.loop);
		assert_int_equal(contract.host->accept_count, rows[i].accepts);
		contract_close(&contract);
	}
}

static void rule_8_nothing_is_tried_again(void **state)
{
	struct contract contract;

	open_default(&contract, state);
	fill(&contract);
	contract.driver->kill(&contract);
	contract.driver->bring_up(&contract);
	contract.driver->take_all(&contract);
	assert_each_answered_once(&contract);
	contract_close(&contract);
}

static void rule_9_drain_waits_for_what_runs(void **state)
{
	struct contract contract;
	unsigned accepts;

	open_default(&contract, state);
	fill(&contract);
	contract.driver->adapter->ops->drain(contract.link);
	assert_int_equal(contract.host->drained_count, 0);
	assert_int_equal(contract.host->room, 0);
	contract.driver->take_all(&contract);
	fake_loop_advance(contract.loop, TEN_MINUTES_MS);
	assert_each_answered_once(&contract);
	assert_int_equal(contract.host->drained_count, 1);
	accepts = contract.host->accept_count;
	fake_loop_advance(contract.loop, TEN_MINUTES_MS);
	assert_int_equal(contract.host->drained_count, 1);
	assert_int_equal(contract.host->accept_count, accepts);
	contract_close(&contract);
}

static void rule_9_an_idle_link_drains_too(void **state)
{
	struct contract contract;
	const struct contract_driver *driver = *state;

	contract_open(&contract, driver, driver->conf);
	driver->adapter->ops->drain(contract.link);
	fake_loop_advance(contract.loop, TEN_MINUTES_MS);
	assert_int_equal(contract.host->drained_count, 1);
	assert_int_not_equal(fake_host_state(contract.host), IWF_LINK_UP);
	contract_close(&contract);
}

static void rule_9_silence_after_close(void **state)
{
	struct contract contract;
	unsigned calls;

	open_default(&contract, state);
	fill(&contract);
	contract.driver->adapter->ops->close(&contract.link);
	assert_null(contract.link);
	assert_each_answered_once(&contract);
	calls = contract.host->call_count;
	fake_loop_advance(contract.loop, TEN_MINUTES_MS);
	assert_int_equal(contract.host->call_count, calls);
	assert_int_equal(fake_loop_timer_count(contract.loop), 0);
	assert_int_equal(fake_net_open_count(), 0);
	contract_close(&contract);
}

static void rule_9_close_in_any_state(void **state)
{
	struct contract contract;
	const struct contract_driver *driver = *state;

	contract_open(&contract, driver, driver->conf);
	contract_close(&contract);
	open_default(&contract, state);
	driver->adapter->ops->drain(contract.link);
	contract_close(&contract);
}

static void cancel_of_the_unknown_is_nothing(void **state)
{
	struct contract contract;

	open_default(&contract, state);
	contract.driver->adapter->ops->cancel(contract.link, 4711);
	contract_turn(contract.loop);
	assert_int_equal(contract.host->report_count, 0);
	contract_close(&contract);
}

/* Written or not, each job has its one answer. */
static void cancelled_jobs_are_answered_once(void **state)
{
	struct contract contract;
	unsigned jobs;

	open_default(&contract, state);
	jobs = fill(&contract);
	for (uint64_t id = 1; id <= jobs; id += 2)
		contract.driver->adapter->ops->cancel(contract.link, id);
	contract.driver->take_all(&contract);
	assert_each_answered_once(&contract);
	for (uint64_t id = 1; id <= jobs; id++)
		assert_int_equal(fake_host_report_count(contract.host, id, 0,
							IWF_FATE_SENT) +
				 fake_host_report_count(contract.host, id, 0,
							IWF_FATE_FAILED), 1);
	for (uint64_t id = 2; id <= jobs; id += 2)
		assert_int_equal(fake_host_report_count(contract.host, id, 0,
							IWF_FATE_SENT), 1);
	contract_close(&contract);
}

/* Of an adapter that has it. */
static void a_query_has_one_answer(void **state)
{
	const struct contract_driver *driver = *state;
	const struct iwf_message *msg;
	struct contract contract;
	struct iwf_job job = { .id = 99, .attempt = 2, .again = true };

	if (driver->adapter->abi < 2 || !driver->adapter->ops->query)
		return;
	open_default(&contract, state);
	msg = contract_message(IWF_STR("hello"), IWF_WANT_DELIVERED);
	job.msg = msg;
	driver->adapter->ops->query(contract.link, &job);
	iwf_message_unref(&msg);
	driver->take_all(&contract);
	fake_loop_advance(contract.loop, TEN_MINUTES_MS);
	assert_int_equal(fake_host_answer_count(contract.host, job.id), 1);
	assert_int_equal(fake_host_report(contract.host, job.id)->part, 0);
	contract_close(&contract);
}

static void reconfigure_to_the_same_changes_nothing(void **state)
{
	struct contract contract;
	const struct contract_driver *driver = *state;
	unsigned jobs;

	open_default(&contract, state);
	driver->adapter->ops->reconfigure(contract.link, driver->conf);
	contract_turn(contract.loop);
	assert_int_equal(fake_host_state(contract.host), IWF_LINK_UP);
	jobs = fill(&contract);
	assert_true(jobs > 0);
	driver->take_all(&contract);
	assert_each_answered_once(&contract);
	contract_close(&contract);
}

static void a_killed_link_comes_back(void **state)
{
	struct contract contract;

	open_default(&contract, state);
	for (unsigned round = 0; round < 5; round++) {
		contract.driver->kill(&contract);
		contract.driver->bring_up(&contract);
		assert_int_equal(fake_host_state(contract.host), IWF_LINK_UP);
		assert_true(contract.host->room > 0);
	}
	contract_close(&contract);
}

enum needs { NEEDS_NOTHING, NEEDS_KILL, NEEDS_REFUSE, NEEDS_ACKNOWLEDGE };

static const struct {
	const char *name;
	CMUnitTestFunction run;
	enum needs needs;
} rules[] = {
#define RULE(function, needs) { #function, function, NEEDS_##needs }
	RULE(rule_0_descriptor_is_complete, NOTHING),
	RULE(rule_1_calls_return_at_once, NOTHING),
	RULE(rule_2_room_is_announced_and_honoured, NOTHING),
	RULE(rule_3_each_job_is_answered_once, NOTHING),
	RULE(rule_3_refused_jobs_are_answered_once, REFUSE),
	RULE(rule_4_messages_are_kept_by_reference, NOTHING),
	RULE(rule_5_written_and_unanswered_is_unsure, KILL),
	RULE(rule_5_what_cannot_go_now_is_queued, KILL),
	RULE(rule_6_nobody_is_acknowledged_before_done, NOTHING),
	RULE(rule_6_a_store_that_fails_is_no_acknowledgement, ACKNOWLEDGE),
	RULE(rule_6_a_fate_known_in_time_is_told, ACKNOWLEDGE),
	RULE(rule_7_no_file_is_kept, NOTHING),
	RULE(rule_7_a_cursor_moves_with_its_message, NOTHING),
	RULE(rule_8_nothing_is_tried_again, KILL),
	RULE(rule_9_drain_waits_for_what_runs, NOTHING),
	RULE(rule_9_an_idle_link_drains_too, NOTHING),
	RULE(rule_9_silence_after_close, NOTHING),
	RULE(rule_9_close_in_any_state, NOTHING),
	RULE(cancel_of_the_unknown_is_nothing, NOTHING),
	RULE(cancelled_jobs_are_answered_once, NOTHING),
	RULE(a_query_has_one_answer, NOTHING),
	RULE(reconfigure_to_the_same_changes_nothing, NOTHING),
	RULE(a_killed_link_comes_back, KILL),
};

static bool has(const struct contract_driver *driver, enum needs needs)
{
	switch (needs) {
	case NEEDS_KILL:
		return driver->kill;
	case NEEDS_REFUSE:
		return driver->refuse_all;
	case NEEDS_ACKNOWLEDGE:
		return driver->acknowledged;
	default:
		return true;
	}
}

int contract_run(const struct contract_driver *driver)
{
	const size_t rule_count = sizeof(rules) / sizeof(rules[0]);
	struct CMUnitTest tests[sizeof(rules) / sizeof(rules[0])];
	size_t count = 0;

	for (size_t i = 0; i < rule_count; i++) {
		if (!has(driver, rules[i].needs)) {
			print_message("%s: not for %s, it has no peer\n",
				      rules[i].name, driver->adapter->name);
			continue;
		}
		tests[count++] = (struct CMUnitTest){
			.name = rules[i].name,
			.test_func = rules[i].run,
			.initial_state = (void *)(uintptr_t)driver,
		};
	}
	return _cmocka_run_group_tests(driver->adapter->name, tests, count,
				       NULL, NULL);
}
