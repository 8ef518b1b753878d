/* Pager mode inbound (RFC 3428, OMA CPM pager mode): what is taken from whom,
 * and what is refused with which words. */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct sip_double_answer *last(const struct rig *rig)
{
	return sip_double_last(rig->worker);
}

/* --- what is taken --- */

static void who_is_not_to_be_known(void **state)
{
	static const struct {
		const char *privacy;
		bool anonymous;
	} rows[] = {
		{ "", false }, { "none", false }, { "header", false },
		{ "id", true }, { "user;critical", true },
		{ "header; ID ;critical", true }, { "identity", false },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct sip_request req = rig_request();
		struct rig rig;

		rig_open(&rig);
		req.fields[SIP_F_PRIVACY] = iwf_str_from(rows[i].privacy);
		rig_give(&rig, &req);
		assert_int_equal(rig_accepted(&rig)->anonymous,
				 rows[i].anonymous);
		rig_accept_last(&rig);
		rig_close(&rig);
	}
}

static void the_service_decides(void **state)
{
	static const struct {
		const char *asserted, *accept_contact;
		const char *service; /* NULL: refused */
		const char *refusal;
	} rows[] = {
		{ RIG_URN "msg", "", RIG_URN "msg", NULL },
		{ RIG_URN "MSG", "", RIG_URN "msg", NULL },
		{ RIG_URN "msg.group", "", RIG_URN "msg", NULL },
		{ RIG_URN "deferred", "", RIG_URN "deferred", NULL },
		{ RIG_URN "systemmsg", "", RIG_URN "systemmsg", NULL },
		{ RIG_URN "session", "", NULL, "Service Needs INVITE" },
		{ RIG_URN "session.group", "", NULL, "Service Needs INVITE" },
		{ RIG_URN "largemsg", "", NULL, "Service Needs INVITE" },
		{ RIG_URN "filetransfer", "", NULL, "Service Needs INVITE" },
		{ "urn:urn-7:3gpp-service.ims.icsi.mmtel", "", NULL,
		  "P-Asserted-Service Not Served Here" },
		{ "gibberish", "", NULL,
		  "P-Asserted-Service Not Served Here" },
		{ "urn:x, " RIG_URN "deferred", "", RIG_URN "deferred", NULL },
		/* What is asserted goes before what the sender accepts. */
		{ RIG_URN "msg", "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A"
		  "3gpp-service.ims.icsi.oma.cpm.systemmsg\"", RIG_URN "msg",
		  NULL },
		{ "", "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A"
		  "3gpp-service.ims.icsi.oma.cpm.msg\"", RIG_URN "msg", NULL },
		{ "", "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A"
		  "3gpp-service.ims.icsi.oma.cpm.systemmsg\"",
		  RIG_URN "systemmsg", NULL },
		{ "", "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A"
		  "3gpp-service.ims.icsi.oma.cpm.deferred\"",
		  RIG_URN "deferred", NULL },
		/* A set of abilities: the method decides. */
		{ "", "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A"
		  "3gpp-service.ims.icsi.oma.cpm.session,urn%3Aurn-7%3A"
		  "3gpp-service.ims.icsi.oma.cpm.msg\"", RIG_URN "msg", NULL },
		{ "", "*;+g.oma.sip-im", RIG_URN "msg", NULL },
		{ "", "*;audio", RIG_URN "msg", NULL },
		{ "", "", RIG_URN "msg", NULL },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct sip_request req = rig_request();
		struct rig rig;

		rig_open(&rig);
		req.fields[SIP_F_P_ASSERTED_SERVICE] =
			iwf_str_from(rows[i].asserted);
		req.fields[SIP_F_ACCEPT_CONTACT] =
			iwf_str_from(rows[i].accept_contact);
		rig_give(&rig, &req);
		if (rows[i].service) {
			rig_assert_str(rig_accepted(&rig)->service,
				       rows[i].service);
			rig_accept_last(&rig);
		} else {
			rig_assert_refused(&rig, 404, rows[i].refusal);
		}
		rig_close(&rig);
	}
}

static void the_sender_is_who_was_asserted(void **state)
{
	static const struct {
		const char *asserted[2];
		const char *from;
		bool sender_from;
		enum iwf_address_kind kind;
		const char *user;
		const char *uri;
		unsigned status;
		const char *refusal;
	} rows[] = {
		{ { "tel:+491", NULL }, "sip:x@y.z", false,
		  IWF_ADDRESS_NUMBER, "+491", "tel:+491", 0, NULL },
		{ { "sip:al@y.z", NULL }, "sip:x@y.z", false,
		  IWF_ADDRESS_SIP, "al", "sip:al@y.z", 0, NULL },
		{ { "sip:al@y.z", "tel:+491" }, "sip:x@y.z", false,
		  IWF_ADDRESS_NUMBER, "+491", "tel:+491", 0, NULL },
		{ { "tel:+491", "sip:al@y.z" }, "sip:x@y.z", false,
		  IWF_ADDRESS_NUMBER, "+491", "tel:+491", 0, NULL },
		/* A number in a SIP URI is a number; the first one stays. */
		{ { "sip:+491@y.z;user=phone", "tel:+492" }, "sip:x@y.z", false,
		  IWF_ADDRESS_NUMBER, "+491", "sip:+491@y.z;user=phone", 0,
		  NULL },
		{ { "urn:x", "sip:al@y.z" }, "sip:x@y.z", false,
		  IWF_ADDRESS_SIP, "al", "sip:al@y.z", 0, NULL },
		/* From is the user's own claim (RFC 3325 4). */
		{ { NULL, NULL }, "tel:+491", false, IWF_ADDRESS_NONE, "", "",
		  403, "No Asserted Identity" },
		{ { "urn:x", NULL }, "tel:+491", false, IWF_ADDRESS_NONE, "",
		  "", 403, "No Asserted Identity" },
		{ { NULL, NULL }, "tel:+491", true, IWF_ADDRESS_NUMBER, "+491",
		  "tel:+491", 0, NULL },
		{ { "sip:al@y.z", NULL }, "tel:+491", true, IWF_ADDRESS_SIP,
		  "al", "sip:al@y.z", 0, NULL },
		{ { NULL, NULL }, "mailto:a@b", true, IWF_ADDRESS_NONE, "", "",
		  400, "From Is No Address" },
		{ { NULL, NULL }, "", true, IWF_ADDRESS_NONE, "", "", 400,
		  "From Is No Address" },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct sip_request req = rig_request();
		struct cpm_conf conf = rig_conf();
		struct rig rig;

		print_message("row %zu\n", i);
		conf.sender_from = rows[i].sender_from;
		rig_open_with(&rig, &conf);
		req.from_uri = iwf_str_from(rows[i].from);
		req.asserted_count = 0;
		for (unsigned j = 0; j < 2 && rows[i].asserted[j]; j++)
			req.asserted[req.asserted_count++] =
				iwf_str_from(rows[i].asserted[j]);
		rig_give(&rig, &req);
		if (rows[i].refusal) {
			rig_assert_refused(&rig, rows[i].status, rows[i].refusal);
		} else {
			const struct iwf_address *from =
				&rig_accepted(&rig)->from;

			assert_int_equal(from->kind, rows[i].kind);
			rig_assert_str(from->user, rows[i].user);
			rig_assert_str(from->uri, rows[i].uri);
			rig_accept_last(&rig);
		}
		rig_close(&rig);
	}
}

static void the_request_uri_names_the_recipient(void **state)
{
	static const struct {
		const char *uri;
		enum iwf_address_kind kind; /* NONE: 404 */
		const char *user, *domain;
	} rows[] = {
		{ "tel:+49-171.2", IWF_ADDRESS_NUMBER, "+491712", "" },
		{ "sip:+491712@ims.example.net;user=phone",
		  IWF_ADDRESS_NUMBER, "+491712", "ims.example.net" },
		{ "sips:+491712@ims.example.net", IWF_ADDRESS_NUMBER,
		  "+491712", "ims.example.net" },
		{ "tel:12345;phone-context=Example.net", IWF_ADDRESS_LOCAL,
		  "12345", "example.net" },
		{ "sip:12345@example.net", IWF_ADDRESS_LOCAL, "12345",
		  "example.net" },
		{ "sip:bob@example.net:5070;transport=tcp", IWF_ADDRESS_SIP,
		  "bob", "example.net" },
		{ "im:bob@example.net", IWF_ADDRESS_SIP, "bob",
		  "example.net" },
		/* The other identity is not used: not even To. */
		{ "sip:example.net", IWF_ADDRESS_NONE, "", "" },
		{ "sip:@example.net", IWF_ADDRESS_NONE, "", "" },
		{ "http://example.net/", IWF_ADDRESS_NONE, "", "" },
		{ "tel:", IWF_ADDRESS_NONE, "", "" },
		{ "tel:abc!", IWF_ADDRESS_NONE, "", "" },
		{ "", IWF_ADDRESS_NONE, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct sip_request req = rig_request();
		struct rig rig;

		print_message("%s\n", rows[i].uri);
		rig_open(&rig);
		req.request_uri = iwf_str_from(rows[i].uri);
		rig_give(&rig, &req);
		if (rows[i].kind == IWF_ADDRESS_NONE) {
			rig_assert_refused(&rig, 404,
				       "Request-URI Names No Recipient");
		} else {
			const struct iwf_address *to = &rig_accepted(&rig)->to;

			assert_int_equal(to->kind, rows[i].kind);
			rig_assert_str(to->user, rows[i].user);
			rig_assert_str(to->domain, rows[i].domain);
			rig_accept_last(&rig);
		}
		rig_close(&rig);
	}
}

static void only_known_content_is_taken(void **state)
{
	static const char cpim[] = "To: <tel:+492>\r\n\r\n\r\nhello";
	static const struct {
		const char *type, *body;
		bool plain_text;
		unsigned status; /* 0: taken */
		const char *content_type, *refusal;
	} rows[] = {
		{ "message/cpim", cpim, false, 0,
		  "text/plain; charset=utf-8", NULL },
		{ "Message/CPIM", cpim, false, 0,
		  "text/plain; charset=utf-8", NULL },
		{ "message/cpim;charset=utf-8", cpim, false, 0,
		  "text/plain; charset=utf-8", NULL },
		{ " message/cpim ; charset=utf-8", cpim, true, 0,
		  "text/plain; charset=utf-8", NULL },
		{ "text/plain", "hello", true, 0, "text/plain", NULL },
		{ "Text/Plain; charset=UTF-8", "hello", true, 0,
		  "Text/Plain; charset=UTF-8", NULL },
		{ "text/plain", "h\xE9llo", true, 400, "",
		  "Body Is Not UTF-8" },
		{ "text/plain", "hello", false, 415, "",
		  "Content-Type Must Be message/cpim" },
		{ "text/html", "hello", true, 415, "",
		  "Content-Type Must Be message/cpim" },
		{ "message/cpimx", cpim, true, 415, "",
		  "Content-Type Must Be message/cpim" },
		{ "application/sdp", "v=0", false, 415, "",
		  "Content-Type Must Be message/cpim" },
		{ "", cpim, false, 415, "",
		  "Content-Type Must Be message/cpim" },
		{ "", "", true, 415, "", "Content-Type Must Be message/cpim" },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct sip_request req = rig_request();
		struct cpm_conf conf = rig_conf();
		struct rig rig;

		print_message("%s\n", rows[i].type);
		conf.plain_text = rows[i].plain_text;
		rig_open_with(&rig, &conf);
		req.content_type = iwf_str_from(rows[i].type);
		req.body = iwf_str_from(rows[i].body);
		rig_give(&rig, &req);
		if (rows[i].refusal) {
			rig_assert_refused(&rig, rows[i].status, rows[i].refusal);
			/* RFC 3261 21.4.13: what would have been taken. */
			assert_string_equal(last(&rig)->accept,
				rows[i].status != 415 ? "" :
				rows[i].plain_text ? "message/cpim, text/plain"
						   : "message/cpim");
		} else {
			rig_assert_str(rig_accepted(&rig)->body, "hello");
			rig_assert_str(rig_accepted(&rig)->content_type,
				       rows[i].content_type);
			rig_accept_last(&rig);
		}
		rig_close(&rig);
	}
}

static void broken_cpim_is_refused_with_its_place(void **state)
{
	static const struct {
		struct iwf_str body;
		const char *phrase;
	} rows[] = {
		{ IWF_STR(""), "Bad CPIM At Octet 0: no empty line after the "
		  "headers" },
		{ IWF_STR("\r\nhello"), "Bad CPIM At Octet 0: no headers" },
		{ IWF_STR("Subject: x\r\nno colon here\r\n\r\n"),
		  "Bad CPIM At Octet 12: no colon in a header" },
		{ IWF_STR("From: nobody\r\n\r\n\r\n"), "Bad CPIM At Octet 0: "
		  "address is not [name] <URI>" },
		{ IWF_STR("imdn.Message-ID: 1\r\n\r\n\r\n"), "Bad CPIM At Octet "
		  "0: prefix imdn without NS before it" },
		{ IWF_STR("Subject: a\0b\r\n\r\n\r\n"), "Bad CPIM At Octet 0: "
		  "control character in a header" },
	};

	(void)state;
	for (size_t i = 0; i < IWF_COUNT_OF(rows); i++) {
		struct sip_request req = rig_request();
		struct rig rig;

		rig_open(&rig);
		req.body = rows[i].body;
		rig_give(&rig, &req);
		rig_assert_refused(&rig, 400, rows[i].phrase);
		rig_close(&rig);
	}
}

/* What a peer wrote is part of the phrase: no length of it does harm. */
static void a_phrase_is_bounded(void **state)
{
	struct sip_request req = rig_request();
	struct iwf_arena *arena = iwf_arena_create(0);
	char name[900];
	struct rig rig;

	(void)state;
	memset(name, 'n', sizeof(name));
	rig_open(&rig);
	req.body = iwf_arena_printf(arena, "NS: a <urn:%.*s>\r\nRequire: "
				    "a.%.*s\r\n\r\n\r\n", (int)sizeof(name),
				    name, (int)sizeof(name), name);
	rig_give(&rig, &req);
	assert_int_equal(last(&rig)->status, 400);
	assert_in_range(strlen(last(&rig)->phrase), 20, 239);
	iwf_arena_destroy(&arena);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_not_to_be_known),
		cmocka_unit_test(the_service_decides),
		cmocka_unit_test(the_sender_is_who_was_asserted),
		cmocka_unit_test(the_request_uri_names_the_recipient),
		cmocka_unit_test(only_known_content_is_taken),
		cmocka_unit_test(broken_cpim_is_refused_with_its_place),
		cmocka_unit_test(a_phrase_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
