/* IMDNs from the CPM side (RFC 5438 7.2): what they say of our messages. */
#include "rig.h"

#include "wire/cpim.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define IMDN(type, status) \
	"<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">" \
	"<message-id>our-id</message-id>" \
	"<datetime>2026-03-01T10:15:00Z</datetime>" \
	"<recipient-uri>tel:+491710000001</recipient-uri>" \
	"<" type "-notification><status>" status "</status></" type \
	"-notification></imdn>"

static void give(struct rig *rig, const char *type, const char *xml)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct sip_request req = rig_request();

	req.body = iwf_arena_printf(arena,
		"From: <tel:+491710000001>\r\nTo: <tel:+491710000002>\r\n"
		"DateTime: 2026-03-01T10:15:00Z\r\n\r\n"
		"Content-Type: %s\r\n"
		"Content-Disposition: notification\r\n\r\n%s", type, xml);
	rig_give(rig, &req);
	iwf_arena_destroy(&arena);
}

static void each_status_has_its_fate(void **state)
{
	static const struct {
		const char *xml;
		enum iwf_fate fate;
	} rows[] = {
		{ IMDN("delivery", "<delivered/>"), IWF_FATE_DELIVERED },
		{ IMDN("delivery", "<failed/>"), IWF_FATE_FAILED },
		{ IMDN("delivery", "<forbidden/>"), IWF_FATE_NONE },
		{ IMDN("delivery", "<error/>"), IWF_FATE_NONE },
		{ IMDN("display", "<displayed/>"), IWF_FATE_DISPLAYED },
		{ IMDN("display", "<forbidden/>"), IWF_FATE_NONE },
		{ IMDN("display", "<error/>"), IWF_FATE_NONE },
		{ IMDN("processing", "<processed/>"), IWF_FATE_NONE },
		{ IMDN("processing", "<stored/>"), IWF_FATE_NONE },
		{ IMDN("processing", "<error/>"), IWF_FATE_NONE },
		{ IMDN("interworking", "<legacy-sms/>"), IWF_FATE_NONE },
		{ IMDN("interworking", "<legacy-mms/>"), IWF_FATE_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct iwf_report *report;
		struct rig rig;

		rig_open(&rig);
		give(&rig, "message/imdn+xml", rows[i].xml);
		assert_int_equal(rig.host->accept_count, 0);
		assert_int_equal(rig.host->remote_count, 1);
		report = &rig.host->remotes[0].report;
		assert_int_equal(report->fate, rows[i].fate);
		assert_int_equal(report->remote_count, 1);
		rig_assert_str(report->remote_ids[0], "our-id");
		/* Of the message, which went the other way. */
		rig_assert_str(report->from.user, "+491710000002");
		rig_assert_str(report->to.user, "+491710000001");
		assert_int_equal(report->happened_at_ms, 1772360100000);
		fake_host_answer_remote(rig.host, 0, IWF_RESULT_ACCEPTED);
		rig_close(&rig);
	}
}

static void the_type_is_taken_in_any_case(void **state)
{
	static const char *const types[] = {
		"message/imdn+xml", "Message/IMDN+XML",
		"message/imdn+xml; charset=utf-8", "message/imdn+xml;a=b",
	};
	struct rig rig;

	(void)state;
	rig_open(&rig);
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		give(&rig, types[i], IMDN("delivery", "<delivered/>"));
		assert_int_equal(rig.host->remote_count, i + 1);
		fake_host_answer_remote(rig.host, i, IWF_RESULT_ACCEPTED);
	}
	rig_close(&rig);
}

static void what_is_no_imdn_is_refused(void **state)
{
	static const struct {
		const char *breaks, *xml;
	} rows[] = {
		{ "no document", "" },
		{ "not XML", "delivered" },
		{ "cut off", "<imdn><message-id>our-id</message-id>" },
		{ "another root", "<other/>" },
		{ "RFC 5438 11.1.2: no message-id",
		  "<imdn><delivery-notification><status><delivered/></status>"
		  "</delivery-notification></imdn>" },
		{ "no notification",
		  "<imdn><message-id>our-id</message-id></imdn>" },
		{ "no status", IMDN("delivery", "") },
		{ "status of another type", IMDN("delivery", "<displayed/>") },
		{ "unknown status", IMDN("delivery", "<eaten/>") },
		{ "DOCTYPE",
		  "<!DOCTYPE imdn>" IMDN("delivery", "<delivered/>") },
		{ "control characters in the id",
		  "<imdn><message-id>a&#10;b</message-id><delivery-notification"
		  "><status><delivered/></status></delivery-notification>"
		  "</imdn>" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig rig;

		rig_open(&rig);
		print_message("%s\n", rows[i].breaks);
		give(&rig, "message/imdn+xml", rows[i].xml);
		assert_int_equal(rig.host->remote_count, 0);
		assert_int_equal(rig.host->accept_count, 0);
		assert_int_equal(rig.worker->answer_count, 1);
		assert_int_equal(sip_double_last(rig.worker)->status, 400);
		assert_string_equal(sip_double_last(rig.worker)->phrase,
				    "Bad IMDN Document");
		rig_close(&rig);
	}
}

static void it_is_answered_when_it_is_durable(void **state)
{
	static const struct {
		enum iwf_result result;
		unsigned status;
	} rows[] = {
		{ IWF_RESULT_ACCEPTED, 202 }, { IWF_RESULT_UNMATCHED, 202 },
		{ IWF_RESULT_DUPLICATE, 202 }, { IWF_RESULT_BUSY, 503 },
		{ IWF_RESULT_ERROR, 500 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig rig;

		rig_open(&rig);
		give(&rig, "message/imdn+xml",
		     IMDN("delivery", "<delivered/>"));
		fake_loop_advance(rig.loop, 1000);
		assert_int_equal(rig.worker->answer_count, 0);
		fake_host_answer_remote(rig.host, 0, rows[i].result);
		assert_int_equal(rig.worker->answer_count, 1);
		assert_int_equal(sip_double_last(rig.worker)->status,
				 rows[i].status);
		rig_close(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_status_has_its_fate),
		cmocka_unit_test(the_type_is_taken_in_any_case),
		cmocka_unit_test(what_is_no_imdn_is_refused),
		cmocka_unit_test(it_is_answered_when_it_is_durable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
