/* Reports as IMDN in CPIM (RFC 5438 7.2, OMA CPM interworking notification). */
#include "rig.h"

#include "wire/cpim.h"
#include "wire/imdn.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct iwf_message a_report(enum iwf_fate fate)
{
	return (struct iwf_message){
		.id = 78, .kind = IWF_KIND_REPORT, .fate = fate,
		.from = { .kind = IWF_ADDRESS_NUMBER,
			  .user = IWF_STR("+491710000002"),
			  .uri = IWF_STR("tel:+49-171-0000002") },
		.to = { .kind = IWF_ADDRESS_SIP, .user = IWF_STR("alice"),
			.domain = IWF_STR("example.net"),
			.uri = IWF_STR("sip:alice@example.net") },
		.peer_id = IWF_STR("their-id"), .about = 77,
		.conversation_id = IWF_STR("conversation-1"),
		.contribution_id = IWF_STR("contribution-1"),
		.sent_at_ms = 1772360100000, .happened_at_ms = 1772360160000,
		.reason = IWF_STR("a reason"), .subject = IWF_STR("a subject"),
	};
}

static void the_notification_is_exact(void **state)
{
	static const char wanted[] =
		"From: <tel:+49-171-0000002>\r\n"
		"To: <sip:alice@example.net>\r\n"
		"DateTime: 2026-03-01T10:16:00Z\r\n"
		"NS: imdn <urn:ietf:params:imdn>\r\n"
		"imdn.Message-ID: new-id\r\n\r\n"
		"Content-Type: message/imdn+xml\r\n"
		"Content-Disposition: notification\r\n\r\n"
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
		"<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">"
		"<message-id>their-id</message-id>"
		"<datetime>2026-03-01T10:15:00Z</datetime>"
		"<recipient-uri>tel:+49-171-0000002</recipient-uri>"
		"<original-recipient-uri>tel:+49-171-0000002"
		"</original-recipient-uri>"
		"<delivery-notification><status><delivered/></status>"
		"</delivery-notification></imdn>";
	struct iwf_message msg = a_report(IWF_FATE_DELIVERED);
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf body = { 0 };

	(void)state;
	cpm_report_format(arena, &msg, IWF_STR("new-id"), &body);
	rig_assert_str(iwf_buf_str(&body), wanted);
	iwf_buf_free(&body);
	iwf_arena_destroy(&arena);
}

static void each_fate_has_its_notification(void **state)
{
	static const struct {
		enum iwf_fate fate;
		bool forbidden;
		enum imdn_type type;
		enum imdn_status status;
	} rows[] = {
		{ IWF_FATE_SENT, false, IMDN_TYPE_INTERWORKING,
		  IMDN_STATUS_LEGACY_SMS },
		{ IWF_FATE_DELIVERED, false, IMDN_TYPE_DELIVERY,
		  IMDN_STATUS_DELIVERED },
		{ IWF_FATE_DISPLAYED, false, IMDN_TYPE_DISPLAY,
		  IMDN_STATUS_DISPLAYED },
		{ IWF_FATE_FAILED, false, IMDN_TYPE_DELIVERY,
		  IMDN_STATUS_FAILED },
		{ IWF_FATE_FAILED, true, IMDN_TYPE_DELIVERY,
		  IMDN_STATUS_FORBIDDEN },
		{ IWF_FATE_EXPIRED, false, IMDN_TYPE_DELIVERY,
		  IMDN_STATUS_FAILED },
		{ IWF_FATE_CANCELLED, false, IMDN_TYPE_DELIVERY,
		  IMDN_STATUS_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_message msg = a_report(rows[i].fate);
		struct iwf_arena *arena = iwf_arena_create(0);
		struct iwf_buf body = { 0 };
		struct cpim_message cpim;
		struct imdn imdn;

		msg.forbidden = rows[i].forbidden;
		cpm_report_format(arena, &msg, IWF_STR("new-id"), &body);
		assert_int_equal(cpim_parse(arena, iwf_buf_str(&body), &cpim,
					    NULL), IWF_OK);
		assert_int_equal(imdn_parse(arena, cpim.content, &imdn, NULL),
				 IWF_OK);
		assert_int_equal(imdn.type, rows[i].type);
		assert_int_equal(imdn.status, rows[i].status);
		rig_assert_str(imdn.message_id, "their-id");
		/* RFC 5438 11.1.3: when the message was sent. */
		rig_assert_str(imdn.datetime, "2026-03-01T10:15:00Z");
		rig_assert_str(imdn.recipient_uri, "tel:+49-171-0000002");
		rig_assert_str(cpim.content_disposition, "notification");
		assert_int_equal(cpim.datetime_ms, 1772360160000);
		/* RFC 5438 7.2.1.1: none for a notification. */
		assert_int_equal(cpim.header_count, 1);
		iwf_buf_free(&body);
		iwf_arena_destroy(&arena);
	}
}

static void the_interworking_shape_has_its_namespace(void **state)
{
	struct iwf_message msg = a_report(IWF_FATE_SENT);
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf body = { 0 };

	(void)state;
	cpm_report_format(arena, &msg, IWF_STR("new-id"), &body);
	assert_int_not_equal(iwf_str_search(iwf_buf_str(&body), IWF_STR(
		" xmlns:cpm=\"urn:oma:xml:cpm:imdn-extensions:1.0\"")),
		IWF_STR_NPOS);
	assert_int_not_equal(iwf_str_search(iwf_buf_str(&body), IWF_STR(
		"<cpm:interworking-notification><cpm:status><cpm:legacy-sms/>"
		"</cpm:status></cpm:interworking-notification>")),
		IWF_STR_NPOS);
	iwf_buf_free(&body);
	iwf_arena_destroy(&arena);
}

static void addresses_without_spelling_are_canonical(void **state)
{
	struct iwf_message msg = a_report(IWF_FATE_DELIVERED);
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf body = { 0 };
	struct cpim_message cpim;

	(void)state;
	msg.from.uri = IWF_STR_NONE;
	msg.to.uri = IWF_STR_NONE;
	cpm_report_format(arena, &msg, IWF_STR("new-id"), &body);
	assert_int_equal(cpim_parse(arena, iwf_buf_str(&body), &cpim, NULL),
			 IWF_OK);
	rig_assert_str(cpim.from.uri, "tel:+491710000002");
	rig_assert_str(cpim.to[0].uri, "sip:alice@example.net");
	iwf_buf_free(&body);
	iwf_arena_destroy(&arena);
}

static void nothing_in_it_breaks_out(void **state)
{
	struct iwf_message msg = a_report(IWF_FATE_FAILED);
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf body = { 0 };
	struct cpim_message cpim;
	struct imdn imdn;

	(void)state;
	msg.peer_id = IWF_STR("a</message-id><x>&\"b");
	msg.to.uri = IWF_STR("sip:a>\r\nSubject: x@example.net");
	cpm_report_format(arena, &msg, IWF_STR("id\r\nSubject: x"), &body);
	assert_int_equal(cpim_parse(arena, iwf_buf_str(&body), &cpim, NULL),
			 IWF_OK);
	assert_int_equal(cpim.subject_count, 0);
	assert_int_equal(cpim.header_count, 1);
	assert_int_equal(imdn_parse(arena, cpim.content, &imdn, NULL), IWF_OK);
	rig_assert_str(imdn.message_id, "a</message-id><x>&\"b");
	iwf_buf_free(&body);
	iwf_arena_destroy(&arena);
}

static void it_goes_as_a_message_of_the_set_service(void **state)
{
	static const struct {
		enum cpm_report_service service;
		const char *urn;
	} rows[] = {
		{ CPM_REPORT_SYSTEMMSG, RIG_URN "systemmsg" },
		{ CPM_REPORT_MSG, RIG_URN "msg" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iwf_message msg = a_report(IWF_FATE_DELIVERED);
		struct cpm_conf conf = rig_conf();
		const struct sip_message *sent;
		struct rig rig;

		conf.report_service = rows[i].service;
		rig_open_with(&rig, &conf);
		msg.expires_at_ms = iwf_loop_wall_ms(rig.loop) + 5000;
		rig_submit(&rig, 9, &msg);
		sent = rig_sent(&rig);
		rig_assert_str(sent->asserted_service, rows[i].urn);
		rig_assert_str(sent->request_uri, "sip:alice@example.net");
		rig_assert_str(sent->asserted, "tel:+49-171-0000002");
		rig_assert_str(sent->fields[SIP_F_CONVERSATION_ID],
			       "conversation-1");
		rig_assert_str(sent->fields[SIP_F_CONTRIBUTION_ID],
			       "contribution-1");
		assert_int_equal(sent->fields[SIP_F_SUBJECT].len, 0);
		assert_int_equal(sent->expires_sec, -1);
		sip_double_reply(rig.worker, 0, 200, 0);
		assert_int_equal(fake_host_report_count(rig.host, 9, 1,
							IWF_FATE_SENT), 1);
		/* Nothing is ever told about a notification. */
		assert_int_equal(fake_host_report(rig.host, 9)->remote_count,
				 0);
		assert_int_equal(iwf_metric_get(
			&rig.host->metrics[CPM_M_REPORTS_SENT]), 1);
		assert_int_equal(iwf_metric_get(
			&rig.host->metrics[CPM_M_SENT]), 0);
		rig_close(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_notification_is_exact),
		cmocka_unit_test(each_fate_has_its_notification),
		cmocka_unit_test(the_interworking_shape_has_its_namespace),
		cmocka_unit_test(addresses_without_spelling_are_canonical),
		cmocka_unit_test(nothing_in_it_breaks_out),
		cmocka_unit_test(it_goes_as_a_message_of_the_set_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
