/* Requests of ours, octet by octet: what differs from one to the next is put
 * as a star. */
#include "base/loop.h"
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call {
	struct sip_pending pending;
	struct bench *bench;
	enum iwf_err *err; /* outlives the call, which may end at once */
	const struct sip_message *message;
	bool is_own; /* frees itself when it is answered */
};

static void on_answer(struct sip_pending *pending, unsigned status,
		      struct iwf_str phrase, uint32_t retry_after_sec,
		      bool local)
{
	struct call *call = IWF_CONTAINER(pending, struct call, pending);

	(void)status;
	(void)phrase;
	(void)retry_after_sec;
	(void)local;
	if (call->is_own)
		free(call);
}

static void send_it(void *arg)
{
	struct call *call = arg;

	call->pending.on_answer = on_answer;
	*call->err = sip_send(sip_worker_get(call->bench->sip, 0),
			     call->message, &call->pending);
}

static void run_call(struct call *call)
{
	loop_call(sip_worker_loop(sip_worker_get(call->bench->sip, 0)),
		  send_it, call);
}

/* Puts a star for what stands between begin and the next of ends. */
static void mask(char *text, const char *begin, const char *ends)
{
	char *at = strstr(text, begin);
	size_t len;

	assert_non_null(at);
	at += strlen(begin);
	len = strcspn(at, ends);
	assert_true(len > 0);
	*at = '*';
	memmove(at + 1, at + len, strlen(at + len) + 1);
}

static const char *masked(struct peer *peer)
{
	assert_non_null(peer_receive(peer, PEER_WAIT_MS));
	mask(peer->text, "Via: SIP/2.0/UDP 127.0.0.1:", ";");
	mask(peer->text, ";branch=z9hG4bK", "\r");
	mask(peer->text, ";tag=", "\r");
	mask(peer->text, "Call-ID: ", "@");
	return peer->text;
}

static void set_hop(struct bench *b, unsigned port, const char *params)
{
	snprintf(b->uris[2], 64, "sip:127.0.0.1:%u%s", port, params);
	b->conf.next_hop.uri = iwf_str_from(b->uris[2]);
}

#define URI "sip:+4917@example.net"
#define PLAIN .request_uri = IWF_STR(URI), .from_uri = IWF_STR("tel:+4918"), \
	      .to_uri = IWF_STR(URI), \
	      .content_type = IWF_STR("message/cpim"), .body = IWF_STR("x")

#define VIA "Via: SIP/2.0/UDP 127.0.0.1:*;rport;branch=z9hG4bK*\r\n"
#define ONE "Call-ID: *@iwf.example.net\r\nCSeq: 1 MESSAGE\r\n"
#define PARTIES "Max-Forwards: 70\r\nFrom: <tel:+4918>;tag=*\r\n" \
		"To: <" URI ">\r\n" ONE
#define CPIM "Content-Type: message/cpim\r\nContent-Length: 1\r\n"

static const struct {
	struct sip_message message;
	const char *text;
} exact[] = {
	{ { PLAIN, .expires_sec = -1 },
	  "MESSAGE " URI " SIP/2.0\r\n" VIA PARTIES CPIM "\r\nx" },
	/* Spellings that differ from Sofia's own. */
	{ {
		.request_uri = IWF_STR("SIP:%61lice:p@Example.NET"
				       ":5060;Lr=on?a=b"),
		.from_uri = IWF_STR("tel:+49-18;phone-context=+1"),
		.to_uri = IWF_STR("im:b%20c@[2001:db8::1];user=phone"),
		.asserted = IWF_STR("SIPS:%62ob@Example.NET"),
		.asserted_service = IWF_STR(" urn:urn-7:x  y "),
		.accept_contact =
			IWF_STR("*;+g.a=\"u,v\";require , *;b"),
		.content_type =
			IWF_STR(" text/plain ; charset=\"utf-8\" "),
		.body = IWF_STR("a\r\nb"),
		.expires_sec = 4294967295,
		.fields = {
			IWF_STR("not twice"), IWF_STR("nor this"),
			IWF_STR("conv, 1"), IWF_STR("  contr:2  "),
			IWF_STR("reply\xc3\xa4"), IWF_STR(" "),
			IWF_STR("<sip:a@b>;sescase=orig"),
			IWF_STR(" Hi  \"you\", there "),
			IWF_STR("id ; header"),
		},
	  }, "MESSAGE SIP:alice:p@Example.NET:5060;Lr=on?a=b "
	  "SIP/2.0\r\n" VIA "Max-Forwards: 70\r\n"
	  "From: <tel:+49-18;phone-context=+1>;tag=*\r\n"
	  "To: <im:b%20c@[2001:db8::1];user=phone>\r\n" ONE
	  "Accept-Contact: *;+g.a=\"u,v\";require\r\n"
	  "Accept-Contact: *;b\r\nExpires: 4294967295\r\n"
	  "Subject: Hi  \"you\", there\r\nPrivacy: id;header\r\n"
	  "Content-Type: text/plain;charset=\"utf-8\"\r\n"
	  "Content-Length: 4\r\n"
	  "P-Asserted-Identity: <SIPS:%62ob@Example.NET>\r\n"
	  "P-Asserted-Service: urn:urn-7:x  y\r\n"
	  "Conversation-ID: conv, 1\r\nContribution-ID: contr:2\r\n"
	  "InReplyTo-Contribution-ID: reply\xc3\xa4\r\n"
	  "P-Charging-Vector: \r\n"
	  "P-Served-User: <sip:a@b>;sescase=orig\r\n\r\na\r\nb" },
	{ { PLAIN, .fields[SIP_F_SUBJECT] = IWF_STR("  "),
	    .fields[SIP_F_PRIVACY] = IWF_STR("none") },
	  "MESSAGE " URI " SIP/2.0\r\n" VIA PARTIES
	  "Expires: 0\r\nSubject: \r\nPrivacy: none\r\n" CPIM
	  "\r\nx" },
};

static void test_exact(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
		struct bench *b = bench_create(1);
		enum iwf_err err;
		struct call call = { .bench = b, .err = &err,
				     .message = &exact[i].message };
		struct peer peer;

		peer_listen(&peer, false);
		set_hop(b, peer.port, "");
		bench_start(b);
		run_call(&call);
		assert_int_equal(err, IWF_OK);
		assert_string_equal(masked(&peer), exact[i].text);
		peer_close(&peer);
		bench_stop(b);
	}
}

/* Fields of any length, alone and behind each other. */
static void test_long(void **state)
{
	static const size_t lens[] = { 1, 300, 500, 700, 1007, 1008, 1023,
				       1024, 1025, 3000 };
	char value[3001], field[3100];

	(void)state;
	memset(value, 'v', sizeof(value));
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		struct iwf_str text = iwf_str_make(value, lens[i]);
		struct sip_message m = { PLAIN, .expires_sec = -1,
			.fields[SIP_F_CONTRIBUTION_ID] = text,
			.fields[SIP_F_P_SERVED_USER] = text };
		struct bench *b = bench_create(1);
		enum iwf_err err;
		struct call call = { .bench = b, .err = &err, .message = &m };
		struct peer peer;

		peer_listen(&peer, false);
		set_hop(b, peer.port, "");
		b->conf.next_hop.transport = SIP_TRANSPORT_UDP;
		bench_start(b);
		run_call(&call);
		assert_int_equal(err, IWF_OK);
		masked(&peer);
		snprintf(field, sizeof(field), "Contribution-ID: %.*s\r\nP-",
			 IWF_STR_ARG(text));
		assert_non_null(strstr(peer.text, field));
		snprintf(field, sizeof(field), "User: %.*s\r\n\r\nx",
			 IWF_STR_ARG(text));
		assert_non_null(strstr(peer.text, field));
		peer_close(&peer);
		bench_stop(b);
	}
}

/* Which text in which place is not sent: what Sofia cannot read there. */
static void test_refused(void **state)
{
	static const struct {
		const char *text;
		bool uri, content_type, accept_contact, privacy;
	} rows[] = {
		{ "a", false, true, false, false },
		{ "a/b", false, false, false, true },
		{ "*", false, true, false, false },
		{ "sip:", true, true, true, true },
		{ "sip:a@b:x", true, true, true, true },
		{ "sip:a@[::1", true, true, true, true },
		{ "sip:a%zz@b", true, true, true, true },
		{ "tel:+49;x=%", true, true, false, true },
		{ "%", true, true, false, false },
		{ "a\rb", true, true, true, true },
	};
	struct bench *b = bench_create(1);

	(void)state;
	set_hop(b, peer_free_port(false), "");
	bench_start(b);
	for (size_t i = 0; i < 6 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_message m = { PLAIN, .expires_sec = -1 };
		struct iwf_str *const places[] = {
			&m.request_uri, &m.from_uri, &m.to_uri,
			&m.content_type, &m.accept_contact,
			&m.fields[SIP_F_PRIVACY],
		};
		size_t row = i / 6, place = i % 6;
		const bool refused[] = {
			rows[row].uri, rows[row].uri, rows[row].uri,
			rows[row].content_type, rows[row].accept_contact,
			rows[row].privacy,
		};
		struct call *call = iwf_alloc(sizeof(*call));
		enum iwf_err err;

		*call = (struct call){ .bench = b, .message = &m, .err = &err,
				       .is_own = true };
		*places[place] = iwf_str_from(rows[row].text);
		run_call(call);
		if (err != (refused[place] ? IWF_E_SYNTAX : IWF_OK))
			fail_msg("%s at %zu", rows[row].text, place);
		if (err)
			free(call);
	}
	bench_stop(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
