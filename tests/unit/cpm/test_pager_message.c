/* Pager mode inbound (RFC 3428, OMA CPM pager mode): what a MESSAGE becomes,
 * and when it is answered. */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct sip_double_answer *last(const struct rig *rig)
{
	return sip_double_last(rig->worker);
}

/* --- what it becomes --- */

static void a_message_keeps_what_it_said(void **state)
{
	struct sip_request req = rig_request();
	const struct iwf_message *msg;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	req.fields[SIP_F_IN_REPLY_TO_CONTRIBUTION_ID] = IWF_STR("before-1");
	req.fields[SIP_F_P_CHARGING_VECTOR] =
		IWF_STR("icid-value=1234;orig-ioi=home1.example.net");
	req.fields[SIP_F_SUBJECT] = IWF_STR("a subject");
	rig_give(&rig, &req);
	msg = rig_accepted(&rig);
	assert_int_equal(msg->kind, IWF_KIND_MESSAGE);
	rig_assert_str(msg->from.user, "+491710000001");
	rig_assert_str(msg->to.user, "+491710000002");
	rig_assert_str(msg->service, RIG_URN "msg");
	rig_assert_str(msg->listener, "sip:192.0.2.1:5060");
	rig_assert_str(msg->peer_id, "their-id");
	assert_int_equal(msg->want, IWF_WANT_DELIVERED | IWF_WANT_FAILED);
	rig_assert_str(msg->conversation_id, "conversation-1");
	rig_assert_str(msg->contribution_id, "contribution-1");
	rig_assert_str(msg->in_reply_to, "before-1");
	rig_assert_str(msg->subject, "a subject");
	rig_assert_str(msg->content_type, "text/plain; charset=utf-8");
	rig_assert_str(msg->body, "hello");
	rig_assert_str(msg->charging,
		       "icid-value=1234;orig-ioi=home1.example.net");
	rig_assert_str(msg->session_case, "iwf");
	assert_int_equal(msg->transaction, 4711);
	assert_int_equal(msg->sent_at_ms, 1772360100000);
	assert_int_equal(msg->expires_at_ms, 0);
	rig_accept_last(&rig);
	req.role = SIP_ROLE_CAPABILITY_CENTER;
	rig_give(&rig, &req);
	rig_assert_str(rig_accepted(&rig)->session_case, "cc");
	rig_accept_last(&rig);
	rig_close(&rig);
}

static void ids_are_kept_made_or_missed(void **state)
{
	static char long_id[256];
	const struct {
		struct iwf_str conversation, contribution;
		const char *refusal; /* under strict; NULL: both are kept */
	} rows[] = {
		{ IWF_STR("a"), IWF_STR("b"), NULL },
		{ iwf_str_make(long_id, 255), IWF_STR("b"), NULL },
		{ IWF_STR_NONE, IWF_STR("b"), "Missing Conversation-ID" },
		{ IWF_STR("a"), IWF_STR_NONE, "Missing Contribution-ID" },
		{ IWF_STR_NONE, IWF_STR_NONE, "Missing Conversation-ID" },
		{ iwf_str_make(long_id, 256), IWF_STR("b"),
		  "Missing Conversation-ID" },
		{ IWF_STR("a"), iwf_str_make(long_id, 256),
		  "Missing Contribution-ID" },
		{ IWF_STR("a\r\nb"), IWF_STR("b"), "Missing Conversation-ID" },
		{ IWF_STR("a"), IWF_STR("b\n"), "Missing Contribution-ID" },
	};

	(void)state;
	memset(long_id, 'i', sizeof(long_id));
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct sip_request req = rig_request();
		struct cpm_conf conf = rig_conf();
		const struct iwf_message *msg;
		struct rig rig;

		req.fields[SIP_F_CONVERSATION_ID] = rows[i].conversation;
		req.fields[SIP_F_CONTRIBUTION_ID] = rows[i].contribution;
		rig_open(&rig);
		rig_give(&rig, &req);
		msg = rig_accepted(&rig);
		if (rows[i].refusal) {
			assert_true(msg->conversation_id.len == 36 ||
				    msg->contribution_id.len == 36);
			assert_true(iwf_str_is_printable(msg->conversation_id));
			assert_true(iwf_str_is_printable(msg->contribution_id));
		} else {
			assert_true(iwf_str_eq(msg->conversation_id,
					       rows[i].conversation));
			assert_true(iwf_str_eq(msg->contribution_id,
					       rows[i].contribution));
		}
		rig_accept_last(&rig);
		rig_close(&rig);
		conf.missing_ids = CPM_IDS_STRICT;
		rig_open_with(&rig, &conf);
		rig_give(&rig, &req);
		if (rows[i].refusal)
			rig_assert_refused(&rig, 400, rows[i].refusal);
		else
			rig_accept_last(&rig);
		rig_close(&rig);
	}
}

static void notifications_are_wanted_by_message_id(void **state)
{
#define NS "NS: imdn <urn:ietf:params:imdn>\r\n"
#define DN NS "imdn.Disposition-Notification: "
	static const struct {
		const char *headers;
		const char *peer_id;
		uint32_t want;
	} rows[] = {
		{ DN "positive-delivery\r\nimdn.Message-ID: i\r\n", "i",
		  IWF_WANT_DELIVERED },
		{ DN "display, negative-delivery\r\nimdn.Message-ID: i\r\n",
		  "i", IWF_WANT_DISPLAYED | IWF_WANT_FAILED },
		{ DN "interworking;x=y, positive-delivery\r\n"
		  "imdn.Message-ID: i\r\n", "i",
		  IWF_WANT_INTERWORKED | IWF_WANT_DELIVERED },
		{ NS "imdn.Message-ID: i\r\n", "i", 0 },
		/* RFC 5438 6.2: none for a message without Message-ID. */
		{ DN "positive-delivery\r\n", "", 0 },
		{ DN "positive-delivery\r\nimdn.Message-ID:\r\n", "", 0 },
		{ DN "positive-delivery\r\nimdn.Message-ID: a\\r\\nb\r\n", "",
		  0 },
		{ DN "positive-delivery\r\nMessage-ID: i\r\n", "", 0 },
		/* An open quote. */
		{ DN "positive-delivery;a=\"b\r\nimdn.Message-ID: i\r\n", "i",
		  0 },
		{ "Subject: x\r\n", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct sip_request req = rig_request();
		struct rig rig;

		print_message("row %zu\n", i);
		rig_open(&rig);
		req.body = iwf_arena_printf(arena, "%s\r\n\r\nhello",
					    rows[i].headers);
		rig_give(&rig, &req);
		rig_assert_str(rig_accepted(&rig)->peer_id, rows[i].peer_id);
		assert_int_equal(rig_accepted(&rig)->want, rows[i].want);
		rig_accept_last(&rig);
		iwf_arena_destroy(&arena);
		rig_close(&rig);
	}
}

static void times_are_the_senders(void **state)
{
	static const struct {
		const char *datetime; /* a header with its line end */
		int64_t date_ms, expires_ms;
		int64_t sent_at_ms, left_ms; /* left_ms -1: never expires */
	} rows[] = {
		{ "DateTime: 2026-03-01T10:15:00Z\r\n", 5000, -1,
		  1772360100000, -1 },
		{ "DateTime: 2026-03-01T11:15:00.5+01:00\r\n", 0, -1,
		  1772360100500, -1 },
		{ "", 5000, -1, 5000, -1 },
		{ "DateTime: yesterday\r\n", 5000, -1, 5000, -1 },
		{ "", 0, -1, 0, -1 },
		{ "", 0, 60000, 0, 60000 },
		{ "", 0, 0, 0, 0 },
		{ "", 0, 4294967295000, 0, 4294967295000 },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct sip_request req = rig_request();
		int64_t expires_at_ms = 0;
		struct rig rig;

		rig_open(&rig);
		req.body = iwf_arena_printf(arena, "To: <tel:+492>\r\n%s\r\n\r\n"
					    "hello", rows[i].datetime);
		req.date_ms = rows[i].date_ms;
		req.expires_ms = rows[i].expires_ms;
		if (rows[i].left_ms >= 0)
			expires_at_ms = iwf_loop_wall_ms(rig.loop) +
					rows[i].left_ms;
		rig_give(&rig, &req);
		assert_int_equal(rig_accepted(&rig)->sent_at_ms,
				 rows[i].sent_at_ms);
		assert_int_equal(rig_accepted(&rig)->expires_at_ms,
				 expires_at_ms);
		rig_accept_last(&rig);
		iwf_arena_destroy(&arena);
		rig_close(&rig);
	}
}

static void a_subject_is_one_printable_line(void **state)
{
	static const struct {
		const char *cpim, *field, *subject;
	} rows[] = {
		{ "Subject: in cpim\r\n", "in sip", "in cpim" },
		{ "Subject: one\r\nSubject: two\r\n", "", "one" },
		{ "", "in sip", "in sip" },
		{ "", "", "" },
		/* RFC 3862 3.1 lets any character be escaped: it must not
		 * reach what becomes a header elsewhere. */
		{ "Subject: a\\r\\nRoute: b\r\n", "", "" },
		{ "Subject: a\\u0000b\r\n", "", "" },
		{ "Subject: a\\nb\r\n", "in sip", "in sip" },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct sip_request req = rig_request();
		struct rig rig;

		print_message("row %zu\n", i);
		rig_open(&rig);
		req.body = iwf_arena_printf(arena, "To: <tel:+492>\r\n%s\r\n\r\n"
					    "hello", rows[i].cpim);
		req.fields[SIP_F_SUBJECT] = iwf_str_from(rows[i].field);
		rig_give(&rig, &req);
		rig_assert_str(rig_accepted(&rig)->subject, rows[i].subject);
		rig_accept_last(&rig);
		iwf_arena_destroy(&arena);
		rig_close(&rig);
	}
}

/* --- when it is answered --- */

static void the_answer_waits_for_done(void **state)
{
	static const struct {
		enum iwf_result result;
		unsigned status;
		unsigned refused;
	} rows[] = {
		{ IWF_RESULT_ACCEPTED, 202, 0 },
		{ IWF_RESULT_DUPLICATE, 202, 0 },
		{ IWF_RESULT_BUSY, 503, 1 },
		{ IWF_RESULT_NO_ROUTE, 404, 1 },
		{ IWF_RESULT_LOOP, 482, 1 },
		{ IWF_RESULT_TOO_LARGE, 413, 1 },
		{ IWF_RESULT_BLOCKED, 403, 1 },
		{ IWF_RESULT_ERROR, 500, 1 },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		const struct sip_request req = rig_request();
		struct rig rig;

		rig_open(&rig);
		rig_give(&rig, &req);
		fake_loop_advance(rig.loop, 60000);
		assert_int_equal(rig.worker->answer_count, 0);
		fake_host_answer_accept(rig.host, 0, rows[i].result);
		assert_int_equal(rig.worker->answer_count, 1);
		assert_int_equal(last(&rig)->status, rows[i].status);
		assert_int_equal(iwf_metric_get(
			&rig.host->metrics[CPM_M_REFUSED]), rows[i].refused);
		assert_int_equal(iwf_metric_get(
			&rig.host->metrics[CPM_M_MESSAGES]), 1);
		rig_close(&rig);
	}
}

static void busy_says_when_to_come_back(void **state)
{
	const struct iwf_verdict verdict = { .result = IWF_RESULT_BUSY,
					     .retry_after_sec = 17 };
	const struct sip_request req = rig_request();
	struct fake_accept *accept;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	rig_give(&rig, &req);
	accept = &rig.host->accepts[0];
	accept->done(rig.link, accept->tag, &verdict);
	assert_int_equal(last(&rig)->status, 503);
	assert_int_equal(last(&rig)->retry_after_sec, 17);
	rig_close(&rig);
}

/* First, last and middle of those that wait, in any order. */
static void answers_find_their_requests(void **state)
{
	static const unsigned orders[][3] = { { 0, 1, 2 }, { 2, 1, 0 },
					      { 1, 0, 2 }, { 1, 2, 0 } };
	const struct sip_request req = rig_request();

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(orders); i++) {
		struct rig rig;

		rig_open(&rig);
		for (unsigned j = 0; j < 3; j++)
			rig_give(&rig, &req);
		for (unsigned j = 0; j < 3; j++) {
			fake_host_answer_accept(rig.host, orders[i][j],
						IWF_RESULT_ACCEPTED);
			assert_int_equal(rig.worker->waiting, 2 - j);
		}
		assert_int_equal(sip_double_count(rig.worker, 2), 3);
		rig_close(&rig);
	}
}

/* The host calls no done of a closed link: all are answered at its end. */
static void what_waits_at_the_end_may_come_back(void **state)
{
	const struct sip_request req = rig_request();
	struct rig rig;

	(void)state;
	rig_open(&rig);
	for (unsigned i = 0; i < 3; i++)
		rig_give(&rig, &req);
	fake_host_answer_accept(rig.host, 1, IWF_RESULT_ACCEPTED);
	rig_close_link(&rig);
	assert_int_equal(rig.worker->waiting, 0);
	assert_int_equal(sip_double_count(rig.worker, 2), 1);
	assert_int_equal(sip_double_count(rig.worker, 5), 2);
	assert_int_equal(last(&rig)->status, 503);
	assert_int_equal(last(&rig)->retry_after_sec, 5);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_keeps_what_it_said),
		cmocka_unit_test(ids_are_kept_made_or_missed),
		cmocka_unit_test(notifications_are_wanted_by_message_id),
		cmocka_unit_test(times_are_the_senders),
		cmocka_unit_test(a_subject_is_one_printable_line),
		cmocka_unit_test(the_answer_waits_for_done),
		cmocka_unit_test(busy_says_when_to_come_back),
		cmocka_unit_test(answers_find_their_requests),
		cmocka_unit_test(what_waits_at_the_end_may_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
