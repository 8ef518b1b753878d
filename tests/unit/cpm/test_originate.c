/* Jobs as MESSAGEs (RFC 3428): what is sent and what the answers mean. */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct iwf_str our_id(const struct rig *rig, struct iwf_arena *arena,
			     uint64_t id)
{
	return cpm_message_id(arena, rig->conf.key, id);
}

/* --- what is sent --- */

static void the_envelope_is_exact(void **state)
{
	static const struct {
		uint32_t want;
		const char *line;
	} rows[] = {
		{ 0, "" },
		{ IWF_WANT_DELIVERED,
		  "imdn.Disposition-Notification: positive-delivery\r\n" },
		{ IWF_WANT_FAILED,
		  "imdn.Disposition-Notification: negative-delivery\r\n" },
		{ IWF_WANT_DELIVERED | IWF_WANT_FAILED | IWF_WANT_DISPLAYED,
		  "imdn.Disposition-Notification: positive-delivery, "
		  "negative-delivery, display\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_message msg = rig_text();
		struct iwf_str wanted;
		struct rig rig;

		rig_open(&rig);
		msg.want = rows[i].want;
		rig_submit(&rig, 9, &msg);
		wanted = iwf_arena_printf(arena,
			"From: <tel:+491710000001>\r\n"
			"To: <tel:+491710000002>\r\n"
			"DateTime: 2026-03-01T10:15:00Z\r\n"
			"NS: imdn <urn:ietf:params:imdn>\r\n"
			"imdn.Message-ID: %.*s\r\n%s\r\n"
			"Content-Type: text/plain; charset=utf-8\r\n\r\nhello",
			IWF_STR_ARG(our_id(&rig, arena, 9)), rows[i].line);
		rig_assert_str(rig_sent(&rig)->body, wanted.ptr);
		rig_assert_str(rig_sent(&rig)->content_type, "message/cpim");
		sip_double_reply(rig.worker, 0, 200, 0);
		iwf_arena_destroy(&arena);
		rig_close(&rig);
	}
}

static void nobody_is_anonymous(void **state)
{
	struct iwf_message msg = rig_text();
	struct rig rig;

	(void)state;
	rig_open(&rig);
	msg.from = (struct iwf_address){ .kind = IWF_ADDRESS_NONE };
	rig_submit(&rig, 9, &msg);
	rig_assert_str(rig_sent(&rig)->from_uri,
		       "sip:anonymous@anonymous.invalid");
	assert_int_equal(rig_sent(&rig)->asserted.len, 0);
	sip_double_reply(rig.worker, 0, 200, 0);
	rig_close(&rig);
}

static void a_text_without_a_time_has_ours(void **state)
{
	struct iwf_message msg = rig_text();
	struct rig rig;

	(void)state;
	rig_open(&rig);
	fake_loop_set_wall(rig.loop, 1772360160000);
	msg.sent_at_ms = 0;
	rig_submit(&rig, 9, &msg);
	assert_int_not_equal(iwf_str_search(rig_sent(&rig)->body, IWF_STR(
		"DateTime: 2026-03-01T10:16:00Z\r\n")), IWF_STR_NPOS);
	rig_close(&rig);
}

static void the_headers_say_who_and_what(void **state)
{
	struct iwf_message msg = rig_text();
	const struct sip_message *sent;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	msg.conversation_id = IWF_STR("conversation-1");
	msg.contribution_id = IWF_STR("contribution-1");
	msg.in_reply_to = IWF_STR("before-1");
	msg.charging = IWF_STR("icid-value=1234");
	msg.subject = IWF_STR("a subject");
	/* What the message came as elsewhere is not what it goes as. */
	msg.service = IWF_STR(RIG_URN "deferred");
	rig_submit(&rig, 9, &msg);
	sent = rig_sent(&rig);
	rig_assert_str(sent->request_uri, "tel:+491710000002");
	rig_assert_str(sent->to_uri, "tel:+491710000002");
	rig_assert_str(sent->from_uri, "tel:+491710000001");
	rig_assert_str(sent->asserted, "tel:+491710000001");
	rig_assert_str(sent->asserted_service, RIG_URN "msg");
	rig_assert_str(sent->accept_contact, "*;+g.3gpp.icsi-ref=\"urn%3A"
		       "urn-7%3A3gpp-service.ims.icsi.oma.cpm.msg\"");
	rig_assert_str(sent->fields[SIP_F_CONVERSATION_ID], "conversation-1");
	rig_assert_str(sent->fields[SIP_F_CONTRIBUTION_ID], "contribution-1");
	rig_assert_str(sent->fields[SIP_F_IN_REPLY_TO_CONTRIBUTION_ID],
		       "before-1");
	rig_assert_str(sent->fields[SIP_F_P_CHARGING_VECTOR],
		       "icid-value=1234");
	rig_assert_str(sent->fields[SIP_F_SUBJECT], "a subject");
	/* Those that have a member of their own. */
	assert_int_equal(sent->fields[SIP_F_P_ASSERTED_SERVICE].len, 0);
	assert_int_equal(sent->fields[SIP_F_ACCEPT_CONTACT].len, 0);
	assert_int_equal(sent->expires_sec, -1);
	rig_close(&rig);
}

static void a_retry_is_the_same_message(void **state)
{
	struct iwf_message msg = rig_text();
	const struct sip_message *first, *again, *other;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	rig_submit(&rig, 9, &msg);
	sip_double_reply(rig.worker, 0, 408, 0);
	rig_submit(&rig, 9, &msg);
	rig_submit(&rig, 10, &msg);
	first = &rig.worker->sent[0].message;
	again = &rig.worker->sent[1].message;
	other = &rig.worker->sent[2].message;
	assert_true(iwf_str_eq(first->body, again->body));
	assert_false(iwf_str_eq(first->body, other->body));
	for (int i = SIP_F_CONVERSATION_ID; i <= SIP_F_CONTRIBUTION_ID; i++) {
		assert_int_equal(first->fields[i].len, 36);
		assert_true(iwf_str_eq(first->fields[i], again->fields[i]));
		assert_false(iwf_str_eq(first->fields[i], other->fields[i]));
	}
	assert_false(iwf_str_eq(first->fields[SIP_F_CONVERSATION_ID],
				first->fields[SIP_F_CONTRIBUTION_ID]));
	rig_close(&rig);
}

static void the_expiry_is_what_is_left(void **state)
{
	static const struct {
		int64_t left_ms, expires_sec;
	} rows[] = {
		{ 60000, 60 }, { 60999, 60 }, { 999, 0 }, { 0, 0 },
		{ -5000, 0 },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct iwf_message msg = rig_text();
		struct rig rig;

		rig_open(&rig);
		msg.expires_at_ms = iwf_loop_wall_ms(rig.loop) +
				    rows[i].left_ms;
		rig_submit(&rig, 9, &msg);
		assert_int_equal(rig_sent(&rig)->expires_sec,
				 rows[i].expires_sec);
		rig_close(&rig);
	}
}

static void addresses_become_uris(void **state)
{
	static const struct {
		struct iwf_address from;
		const char *uri;
	} rows[] = {
		{ { IWF_ADDRESS_NUMBER, IWF_STR("+491"), IWF_STR(""),
		    IWF_STR("") }, "tel:+491" },
		{ { IWF_ADDRESS_NUMBER, IWF_STR("+491"), IWF_STR(""),
		    IWF_STR("sip:+491@y.z;user=phone") },
		  "sip:+491@y.z;user=phone" },
		{ { IWF_ADDRESS_LOCAL, IWF_STR("12345"), IWF_STR("y.z"),
		    IWF_STR("") }, "tel:12345;phone-context=y.z" },
		{ { IWF_ADDRESS_ALPHA, IWF_STR("MyBank"), IWF_STR(""),
		    IWF_STR("") }, "sip:MyBank@alpha.invalid" },
		{ { IWF_ADDRESS_ALPHA, IWF_STR("My Bank"), IWF_STR(""),
		    IWF_STR("") }, "sip:My%20Bank@alpha.invalid" },
		{ { IWF_ADDRESS_ALPHA, IWF_STR("<b>@\"x;y?"), IWF_STR(""),
		    IWF_STR("") }, "sip:%3Cb%3E%40%22x%3By%3F@alpha.invalid" },
		/* RFC 3261 25.1: no sender can end a header. */
		{ { IWF_ADDRESS_ALPHA, IWF_STR("a\r\nRoute: b"), IWF_STR(""),
		    IWF_STR("") },
		  "sip:a%0D%0ARoute%3A%20b@alpha.invalid" },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct iwf_message msg = rig_text();
		struct rig rig;

		rig_open(&rig);
		msg.from = rows[i].from;
		rig_submit(&rig, 9, &msg);
		rig_assert_str(rig_sent(&rig)->from_uri, rows[i].uri);
		rig_assert_str(rig_sent(&rig)->asserted, rows[i].uri);
		rig_close(&rig);
	}
}

/* --- what cannot be sent --- */

static void assert_failed(const struct rig *rig, unsigned code,
			  const char *word)
{
	const struct iwf_report *report = fake_host_report(rig->host, 9);

	assert_int_equal(rig->worker->sent_count, 0);
	assert_int_equal(fake_host_answer_count(rig->host, 9), 1);
	assert_int_equal(report->fate, IWF_FATE_FAILED);
	assert_int_equal(report->code, code);
	assert_int_equal(report->part, 1);
	assert_false(report->link_trouble);
	assert_int_not_equal(iwf_str_search(report->text, iwf_str_from(word)),
			     IWF_STR_NPOS);
	assert_int_equal(fake_host_state(rig->host), IWF_LINK_UP);
	assert_int_equal(rig->host->room, rig->conf.window);
}

static void no_value_becomes_a_header_of_its_own(void **state)
{
#define BREAK "x\r\nRoute: <sip:evil.example>"
	static const struct {
		const char *where;
		struct iwf_message set;
	} rows[] = {
		{ "subject", { .subject = IWF_STR(BREAK) } },
		{ "subject with LF", { .subject = IWF_STR("x\ny") } },
		{ "subject with NUL", { .subject = IWF_STR("x\0y") } },
		{ "Conversation-ID", { .conversation_id = IWF_STR(BREAK) } },
		{ "Contribution-ID", { .contribution_id = IWF_STR(BREAK) } },
		{ "InReplyTo-Contribution-ID",
		  { .in_reply_to = IWF_STR(BREAK) } },
		{ "P-Charging-Vector", { .charging = IWF_STR(BREAK) } },
		{ "From", { .from = { .kind = IWF_ADDRESS_SIP,
				      .uri = IWF_STR("sip:a@b\r\nX: y") } } },
		{ "From with a bracket",
		  { .from = { .kind = IWF_ADDRESS_SIP,
			      .uri = IWF_STR("sip:a@b>;tag=1") } } },
		{ "Request-URI", { .to = { .kind = IWF_ADDRESS_SIP,
				   .uri = IWF_STR("sip:a@b SIP/2.0") } } },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		const struct iwf_message *set = &rows[i].set;
		struct iwf_message msg = rig_text();
		struct rig rig;

		print_message("%s\n", rows[i].where);
		rig_open(&rig);
		msg.subject = set->subject;
		msg.conversation_id = set->conversation_id;
		msg.contribution_id = set->contribution_id;
		msg.in_reply_to = set->in_reply_to;
		msg.charging = set->charging;
		if (set->from.kind)
			msg.from = set->from;
		if (set->to.kind)
			msg.to = set->to;
		rig_submit(&rig, 9, &msg);
		assert_failed(&rig, 500, "cannot be said");
		rig_close(&rig);
	}
}

/* A text may hold what it likes: it is the body's end. */
static void a_text_goes_as_it_is(void **state)
{
	static const char text[] = "a\r\n\r\nb\0c\r\nTo: <tel:+1>\xff";
	struct iwf_message msg = rig_text();
	struct iwf_str body;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	msg.body = IWF_STR("a\r\n\r\nb\0c\r\nTo: <tel:+1>\xff");
	rig_submit(&rig, 9, &msg);
	body = rig_sent(&rig)->body;
	assert_true(body.len > sizeof(text));
	assert_memory_equal(body.ptr + body.len - (sizeof(text) - 1), text,
			    sizeof(text) - 1);
	rig_close(&rig);
}

static void nobody_as_recipient_fails(void **state)
{
	struct iwf_message msg = rig_text();
	struct rig rig;

	(void)state;
	rig_open(&rig);
	msg.to = (struct iwf_address){ .kind = IWF_ADDRESS_NONE };
	rig_submit(&rig, 9, &msg);
	assert_failed(&rig, 500, "address");
	rig_close(&rig);
}

static void what_is_too_large_fails(void **state)
{
	static char text[70000];
	static const struct {
		bool udp_only;
		size_t limit;
	} rows[] = { { true, 1300 }, { false, 65536 } };

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct iwf_message msg = rig_text();
		struct cpm_conf conf = rig_conf();
		size_t envelope_len;
		struct rig rig;

		conf.udp_only = rows[i].udp_only;
		rig_open_with(&rig, &conf);
		msg.body = iwf_str_make(text, 1);
		rig_submit(&rig, 1, &msg);
		envelope_len = rig_sent(&rig)->body.len - 1;
		/* The whole body counts, up to the limit itself. */
		msg.body.len = rows[i].limit - envelope_len;
		rig_submit(&rig, 2, &msg);
		assert_int_equal(rig.worker->sent_count, 2);
		assert_int_equal(rig_sent(&rig)->body.len, rows[i].limit);
		sip_double_reply_all(rig.worker, 200);
		rig_close(&rig);
		rig_open_with(&rig, &conf);
		msg.body.len++;
		rig_submit(&rig, 9, &msg);
		assert_failed(&rig, 513, "larger");
		rig_close(&rig);
	}
}

static void what_the_transport_cannot_carry_fails(void **state)
{
	struct iwf_message msg = rig_text();
	struct rig rig;

	(void)state;
	rig_open(&rig);
	rig.worker->refuses = IWF_E_LIMIT;
	rig_submit(&rig, 9, &msg);
	assert_failed(&rig, 513, "larger");
	rig_close(&rig);
}

/* --- what the answers mean --- */

static void each_answer_has_its_fate(void **state)
{
	static const struct {
		unsigned status;
		enum iwf_fate fate;
		bool forbidden;
	} rows[] = {
		{ 200, IWF_FATE_SENT, false }, { 202, IWF_FATE_SENT, false },
		{ 302, IWF_FATE_FAILED, false },
		{ 403, IWF_FATE_FAILED, true },
		{ 404, IWF_FATE_FAILED, false },
		{ 408, IWF_FATE_UNSURE, false },
		{ 480, IWF_FATE_QUEUED, false },
		{ 486, IWF_FATE_QUEUED, false },
		{ 500, IWF_FATE_QUEUED, false },
		{ 503, IWF_FATE_QUEUED, false },
		{ 513, IWF_FATE_FAILED, false },
		{ 603, IWF_FATE_FAILED, true },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_message msg = rig_text();
		const struct iwf_report *report;
		char phrase[16];
		struct rig rig;

		rig_open(&rig);
		rig_submit(&rig, 9, &msg);
		assert_int_equal(rig.host->report_count, 0);
		sip_double_reply(rig.worker, 0, rows[i].status, 0);
		assert_int_equal(fake_host_answer_count(rig.host, 9), 1);
		report = fake_host_report(rig.host, 9);
		assert_int_equal(report->fate, rows[i].fate);
		assert_int_equal(report->forbidden, rows[i].forbidden);
		assert_int_equal(report->code, rows[i].status);
		assert_int_equal(report->part, 1);
		assert_int_equal(report->parts, 1);
		snprintf(phrase, sizeof(phrase), "Said %u", rows[i].status);
		rig_assert_str(report->text, phrase);
		/* IMDNs will name it. */
		assert_int_equal(report->remote_count,
				 rows[i].fate == IWF_FATE_SENT);
		if (report->remote_count)
			assert_true(iwf_str_eq(report->remote_ids[0],
					       our_id(&rig, arena, 9)));
		assert_int_equal(iwf_metric_get(
			&rig.host->metrics[CPM_M_SEND_FAILED]),
			rows[i].fate != IWF_FATE_SENT);
		/* None of them speaks of the next hop. */
		assert_int_equal(fake_host_state(rig.host), IWF_LINK_UP);
		assert_int_equal(rig.host->room, rig.conf.window);
		iwf_arena_destroy(&arena);
		rig_close(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_envelope_is_exact),
		cmocka_unit_test(nobody_is_anonymous),
		cmocka_unit_test(a_text_without_a_time_has_ours),
		cmocka_unit_test(the_headers_say_who_and_what),
		cmocka_unit_test(a_retry_is_the_same_message),
		cmocka_unit_test(the_expiry_is_what_is_left),
		cmocka_unit_test(addresses_become_uris),
		cmocka_unit_test(no_value_becomes_a_header_of_its_own),
		cmocka_unit_test(a_text_goes_as_it_is),
		cmocka_unit_test(nobody_as_recipient_fails),
		cmocka_unit_test(what_is_too_large_fails),
		cmocka_unit_test(what_the_transport_cannot_carry_fails),
		cmocka_unit_test(each_answer_has_its_fate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
