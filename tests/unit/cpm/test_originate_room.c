/* Room and window of a CPM link, a next hop that is not there, drain, close. */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void submit(struct rig *rig, uint64_t id)
{
	const struct iwf_message msg = rig_text();

	rig_submit(rig, id, &msg);
}

static void assert_paused(const struct rig *rig)
{
	assert_int_equal(fake_host_state(rig->host), IWF_LINK_CONNECTING);
	assert_int_equal(rig->host->room, 0);
	assert_int_equal(iwf_metric_get(&rig->host->metrics[CPM_M_UP]), 0);
}

static void assert_up(const struct rig *rig, unsigned room)
{
	assert_int_equal(fake_host_state(rig->host), IWF_LINK_UP);
	assert_int_equal(rig->host->room, room);
	assert_int_equal(iwf_metric_get(&rig->host->metrics[CPM_M_UP]), 1);
}

/* Not up before the time, up at it. */
static void assert_pause_ms(struct rig *rig, int64_t pause_ms)
{
	assert_paused(rig);
	assert_int_equal(fake_loop_next_ms(rig->loop), pause_ms);
	fake_loop_advance(rig->loop, pause_ms - 1);
	assert_paused(rig);
	fake_loop_advance(rig->loop, 1);
	assert_up(rig, rig->conf.window);
}

static void room_is_what_the_window_has_left(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	assert_up(&rig, 4);
	for (unsigned i = 0; i < 4; i++) {
		submit(&rig, i + 1);
		assert_int_equal(rig.host->room, 3 - i);
	}
	for (unsigned i = 0; i < 4; i++) {
		/* Fates of all kinds give the room back. */
		static const unsigned statuses[] = { 200, 404, 408, 480 };

		sip_double_reply(rig.worker, i, statuses[i], 0);
		assert_int_equal(rig.host->room, i + 1);
	}
	rig_close(&rig);
}

static void a_smaller_window_is_never_below_zero(void **state)
{
	struct cpm_conf smaller = rig_conf();
	struct rig rig;

	(void)state;
	rig_open(&rig);
	for (unsigned i = 0; i < 3; i++)
		submit(&rig, i + 1);
	smaller.window = 2;
	cpm_adapter.ops->reconfigure(rig.link, &smaller);
	assert_int_equal(rig.host->room, 0);
	sip_double_reply(rig.worker, 0, 200, 0);
	assert_int_equal(rig.host->room, 0);
	sip_double_reply(rig.worker, 1, 200, 0);
	assert_int_equal(rig.host->room, 1);
	sip_double_reply(rig.worker, 2, 200, 0);
	assert_int_equal(rig.host->room, 2);
	cpm_adapter.ops->reconfigure(rig.link, &rig.conf);
	assert_int_equal(rig.host->room, 4);
	rig_close(&rig);
}

static void refused_jobs_leave_the_room_as_it_was(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	submit(&rig, 1);
	rig.worker->refuses = IWF_E_SYNTAX;
	submit(&rig, 2);
	assert_int_equal(rig.host->room, 3);
	rig.worker->refuses = IWF_E_LIMIT;
	submit(&rig, 3);
	assert_int_equal(rig.host->room, 3);
	rig.worker->refuses = IWF_OK;
	sip_double_reply(rig.worker, 0, 200, 0);
	assert_int_equal(rig.host->room, 4);
	rig_close(&rig);
}

/* With room announced the relay would give the job again at once, and again. */
static void a_full_sip_layer_is_left_alone(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	submit(&rig, 1);
	rig.worker->refuses = IWF_E_FULL;
	submit(&rig, 2);
	assert_int_equal(fake_host_report_count(rig.host, 2, 1,
						IWF_FATE_QUEUED), 1);
	assert_true(fake_host_report(rig.host, 2)->link_trouble);
	assert_int_equal(fake_host_state(rig.host), IWF_LINK_UP);
	assert_int_equal(rig.host->room, 0);
	rig.worker->refuses = IWF_OK;
	sip_double_reply(rig.worker, 0, 200, 0);
	assert_up(&rig, 4);
	/* When no answer is to come, time must. */
	rig.worker->refuses = IWF_E_FULL;
	submit(&rig, 3);
	assert_pause_ms(&rig, 1000);
	rig_close(&rig);
}

static void a_missing_next_hop_is_tried_less_and_less(void **state)
{
	static const int64_t pauses_ms[] = { 1000, 2000, 4000, 8000, 16000,
					     30000, 30000 };
	struct rig rig;

	(void)state;
	rig_open(&rig);
	rig.worker->is_gone = true;
	for (unsigned i = 0; i < IWF_COUNT_OF(pauses_ms); i++) {
		submit(&rig, i + 1);
		/* sip_send answers in a later turn. */
		assert_int_equal(fake_host_answer_count(rig.host, i + 1), 0);
		fake_loop_turn(rig.loop);
		assert_int_equal(fake_host_report_count(rig.host, i + 1, 1,
							IWF_FATE_QUEUED), 1);
		assert_true(fake_host_report(rig.host, i + 1)->link_trouble);
		assert_string_equal(fake_host_reason(rig.host),
				    "next hop cannot be reached");
		assert_pause_ms(&rig, pauses_ms[i]);
	}
	assert_int_equal(iwf_metric_get(&rig.host->metrics[CPM_M_PAUSES]),
			 IWF_COUNT_OF(pauses_ms));
	rig_close(&rig);
}

static void an_answer_ends_the_doubling(void **state)
{
	static const struct {
		unsigned status;
		int64_t pause_ms; /* of the trouble after it */
	} rows[] = {
		{ 200, 1000 }, { 404, 1000 }, { 486, 1000 }, { 603, 1000 },
		/* Nobody has answered. */
		{ 408, 4000 },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct rig rig;

		rig_open(&rig);
		for (unsigned j = 0; j < 2; j++) {
			submit(&rig, j + 1);
			sip_double_fail(rig.worker, j);
			fake_loop_advance(rig.loop, 2000);
		}
		submit(&rig, 3);
		sip_double_reply(rig.worker, 2, rows[i].status, 0);
		submit(&rig, 4);
		sip_double_fail(rig.worker, 3);
		assert_pause_ms(&rig, rows[i].pause_ms);
		rig_close(&rig);
	}
}

static void many_failures_are_one_pause(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	for (unsigned i = 0; i < 4; i++)
		submit(&rig, i + 1);
	for (unsigned i = 0; i < 4; i++)
		sip_double_fail(rig.worker, i);
	assert_int_equal(iwf_metric_get(&rig.host->metrics[CPM_M_PAUSES]), 1);
	assert_pause_ms(&rig, 1000);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(fake_host_answer_count(rig.host, i + 1), 1);
	rig_close(&rig);
}

static void what_runs_during_a_pause_is_answered(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	for (unsigned i = 0; i < 3; i++)
		submit(&rig, i + 1);
	sip_double_fail(rig.worker, 0);
	sip_double_reply(rig.worker, 1, 200, 0);
	assert_paused(&rig);
	fake_loop_advance(rig.loop, 1000);
	assert_up(&rig, 3);
	sip_double_reply(rig.worker, 2, 200, 0);
	assert_up(&rig, 4);
	rig_close(&rig);
}

static void retry_after_is_honoured(void **state)
{
	static const struct {
		uint32_t retry_after_sec;
		int64_t pause_ms; /* 0: none */
	} rows[] = {
		{ 0, 0 }, { 1, 1000 }, { 7, 7000 }, { 30, 30000 },
		/* A link is not given up for an hour. */
		{ 31, 30000 }, { 3600, 30000 }, { UINT32_MAX, 30000 },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		const struct iwf_report *report;
		struct rig rig;

		rig_open(&rig);
		submit(&rig, 1);
		sip_double_reply(rig.worker, 0, 503, rows[i].retry_after_sec);
		report = fake_host_report(rig.host, 1);
		assert_int_equal(report->fate, IWF_FATE_QUEUED);
		assert_int_equal(report->link_trouble, rows[i].pause_ms > 0);
		if (rows[i].pause_ms) {
			assert_string_equal(fake_host_reason(rig.host),
					    "next hop asked to wait");
			assert_pause_ms(&rig, rows[i].pause_ms);
		} else {
			assert_up(&rig, 4);
		}
		rig_close(&rig);
	}
}

/* --- the end --- */

static void drain_waits_for_what_is_out(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	submit(&rig, 1);
	submit(&rig, 2);
	cpm_adapter.ops->drain(rig.link);
	assert_int_equal(fake_host_state(rig.host), IWF_LINK_DRAINING);
	assert_int_equal(rig.host->room, 0);
	sip_double_reply(rig.worker, 0, 200, 0);
	assert_int_equal(rig.host->drained_count, 0);
	/* Trouble is no reason to wait any more. */
	sip_double_fail(rig.worker, 1);
	assert_int_equal(rig.host->drained_count, 1);
	assert_int_equal(fake_host_state(rig.host), IWF_LINK_DRAINING);
	assert_int_equal(rig.host->room, 0);
	cpm_adapter.ops->reconfigure(rig.link, &rig.conf);
	assert_int_equal(rig.host->room, 0);
	rig_close(&rig);
}

static void an_idle_link_is_drained_at_once(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	cpm_adapter.ops->drain(rig.link);
	assert_int_equal(rig.host->drained_count, 1);
	rig_close(&rig);
}

/* adapter.h 9: no new work after drain; the pause's end is none either. */
static void a_paused_link_stays_drained(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	submit(&rig, 1);
	sip_double_fail(rig.worker, 0);
	assert_paused(&rig);
	cpm_adapter.ops->drain(rig.link);
	assert_int_equal(rig.host->drained_count, 1);
	fake_loop_advance(rig.loop, 60000);
	assert_int_equal(fake_host_state(rig.host), IWF_LINK_DRAINING);
	assert_int_equal(rig.host->room, 0);
	assert_int_equal(rig.host->drained_count, 1);
	rig_close(&rig);
}

static void close_makes_the_rest_unsure(void **state)
{
	unsigned calls;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	for (unsigned i = 0; i < 3; i++)
		submit(&rig, i + 1);
	sip_double_reply(rig.worker, 1, 200, 0);
	rig_close_link(&rig);
	for (uint64_t id = 1; id <= 3; id++)
		assert_int_equal(fake_host_answer_count(rig.host, id), 1);
	assert_int_equal(fake_host_report_count(rig.host, 1, 1,
						IWF_FATE_UNSURE), 1);
	assert_int_equal(fake_host_report_count(rig.host, 3, 1,
						IWF_FATE_UNSURE), 1);
	/* The SIP layer ends later than its edge: an answer finds nobody. */
	calls = rig.host->call_count;
	sip_double_reply(rig.worker, 0, 200, 0);
	assert_int_equal(rig.host->call_count, calls);
	/* The third comes when the SIP layer ends. */
	rig_close(&rig);
}

static void close_ends_a_pause(void **state)
{
	unsigned calls;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	submit(&rig, 1);
	sip_double_fail(rig.worker, 0);
	rig_close_link(&rig);
	calls = rig.host->call_count;
	fake_loop_advance(rig.loop, 60000);
	assert_int_equal(rig.host->call_count, calls);
	rig_close(&rig);
}

static void cancel_changes_nothing(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	submit(&rig, 1);
	cpm_adapter.ops->cancel(rig.link, 1);
	cpm_adapter.ops->cancel(rig.link, 2);
	assert_int_equal(rig.host->report_count, 0);
	sip_double_reply(rig.worker, 0, 200, 0);
	assert_int_equal(rig.host->report_count, 1);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_is_what_the_window_has_left),
		cmocka_unit_test(a_smaller_window_is_never_below_zero),
		cmocka_unit_test(refused_jobs_leave_the_room_as_it_was),
		cmocka_unit_test(a_full_sip_layer_is_left_alone),
		cmocka_unit_test(a_missing_next_hop_is_tried_less_and_less),
		cmocka_unit_test(an_answer_ends_the_doubling),
		cmocka_unit_test(many_failures_are_one_pause),
		cmocka_unit_test(what_runs_during_a_pause_is_answered),
		cmocka_unit_test(retry_after_is_honoured),
		cmocka_unit_test(drain_waits_for_what_is_out),
		cmocka_unit_test(an_idle_link_is_drained_at_once),
		cmocka_unit_test(a_paused_link_stays_drained),
		cmocka_unit_test(close_makes_the_rest_unsure),
		cmocka_unit_test(close_ends_a_pause),
		cmocka_unit_test(cancel_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
