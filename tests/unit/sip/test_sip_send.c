/* Requests of ours, met by plain sockets. */
#include "base/loop.h"
#include "bench.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- sending --- */

struct call {
	struct sip_pending pending;
	struct bench *bench;
	unsigned worker;
	enum iwf_err err;
	struct sip_message message;
	sem_t *answered;
	unsigned status;
	uint32_t retry_after_sec;
	bool local;
};

static void on_answer(struct sip_pending *pending, unsigned status,
		      struct iwf_str phrase, uint32_t retry_after_sec,
		      bool local)
{
	struct call *call = IWF_CONTAINER(pending, struct call, pending);

	(void)phrase;
	call->status = status;
	call->retry_after_sec = retry_after_sec;
	call->local = local;
	sem_post(call->answered);
}

static void send_it(void *arg)
{
	struct call *call = arg;

	call->pending.on_answer = on_answer;
	call->err = sip_send(sip_worker_get(call->bench->sip, call->worker),
			     &call->message, &call->pending);
}

static struct call make_call(struct bench *b, unsigned worker)
{
	return (struct call){
		.bench = b, .worker = worker, .answered = &b->arrived,
		.message = {
			.request_uri = IWF_STR("sip:+4917@example.net"),
			.from_uri = IWF_STR("tel:+4918"),
			.to_uri = IWF_STR("sip:+4917@example.net;user=phone"),
			.asserted = IWF_STR("tel:+4918"),
			.asserted_service = IWF_STR("urn:urn-7:x"),
			.accept_contact = IWF_STR("*;+g.3gpp.icsi-ref=\"u\""),
			.fields[SIP_F_CONVERSATION_ID] = IWF_STR("conv-1"),
			.fields[SIP_F_SUBJECT] = IWF_STR("hi"),
			.content_type = IWF_STR("message/cpim"),
			.body = IWF_STR("From: x\r\n\r\n\r\nhello"),
			.expires_sec = 30,
		},
	};
}

static void run_call(struct call *call)
{
	loop_call(sip_worker_loop(sip_worker_get(call->bench->sip,
						 call->worker)),
		  send_it, call);
}

static void set_hop(struct bench *b, unsigned port, const char *params)
{
	snprintf(b->uris[2], 64, "sip:127.0.0.1:%u%s", port, params);
	b->conf.next_hop.uri = iwf_str_from(b->uris[2]);
}

/* Answers the request in peer->text. */
static void reply(struct peer *peer, const char *line, const char *more)
{
	char via[512], from[256], to[256], id[256], text[2048];

	assert_non_null(peer_header(peer->text, "Via", via, sizeof(via)));
	assert_non_null(peer_header(peer->text, "From", from, sizeof(from)));
	assert_non_null(peer_header(peer->text, "To", to, sizeof(to)));
	assert_non_null(peer_header(peer->text, "Call-ID", id, sizeof(id)));
	peer_send(peer, text, (size_t)snprintf(text, sizeof(text),
		"SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=p\r\n"
		"Call-ID: %s\r\nCSeq: 1 MESSAGE\r\n%s"
		"Content-Length: 0\r\n\r\n", line, via, from, to, id, more));
}

static void test_send(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;
	struct call call = make_call(b, 0);

	(void)state;
	peer_listen(&peer, false);
	set_hop(b, peer.port, ";lr");
	bench_start(b);
	run_call(&call);
	assert_int_equal(call.err, IWF_OK);
	assert_non_null(peer_receive(&peer, PEER_WAIT_MS));
	assert_ptr_equal(strstr(peer.text, "MESSAGE sip:+4917@example.net "
				"SIP/2.0\r\n"), peer.text);
	bench_assert_header(peer.text, "From", "<tel:+4918>;tag=");
	bench_assert_header(peer.text, "To", "<sip:+4917@example.net;user=phone>");
	bench_assert_header(peer.text, "P-Asserted-Identity", "<tel:+4918>");
	bench_assert_header(peer.text, "P-Asserted-Service", "urn:urn-7:x");
	bench_assert_header(peer.text, "Accept-Contact", "*;+g.3gpp.icsi-ref=\"u\"");
	bench_assert_header(peer.text, "Conversation-ID", "conv-1");
	bench_assert_header(peer.text, "Subject", "hi");
	bench_assert_header(peer.text, "Max-Forwards", "70");
	bench_assert_header(peer.text, "Expires", "30");
	bench_assert_header(peer.text, "Route", ";lr");
	bench_assert_header(peer.text, "Call-ID", "@iwf.example.net");
	bench_assert_header(peer.text, "Content-Type", "message/cpim");
	assert_non_null(strstr(peer.text, "\r\n\r\nhello"));
	reply(&peer, "503 Busy", "Retry-After: 12\r\n");
	bench_wait(&b->arrived);
	assert_int_equal(call.status, 503);
	assert_int_equal(call.retry_after_sec, 12);
	assert_false(call.local);
	assert_int_equal(bench_metric(b, "sip_outstanding"), 0);
	peer_close(&peer);
	bench_stop(b);
}

static void test_send_bad(void **state)
{
	struct bench *b = bench_create(1);

	(void)state;
	set_hop(b, peer_free_port(false), "");
	bench_start(b);
	for (int i = 0; i < 5; i++) {
		struct call call = make_call(b, 0);

		if (i == 4)
			call.message.request_uri = IWF_STR("tel:+4917;x=%");
		else if (i == 0)
			call.message.to_uri = IWF_STR("sip:a@b>\r\nX: y");
		else if (i == 1)
			call.message.fields[SIP_F_SUBJECT] = IWF_STR("a\nb");
		else if (i == 2)
			call.message.request_uri = IWF_STR("");
		else
			call.message.from_uri = IWF_STR("sip:a b@c");
		run_call(&call);
		assert_int_equal(call.err, IWF_E_SYNTAX);
	}
	assert_int_equal(bench_metric(b, "sip_outstanding"), 0);
	bench_stop(b);
}

/* Nobody there, or nowhere: told at once, and as not sent. */
static void test_send_refused(void **state)
{
	static const char *const params[] = { "", ";transport=tcp", ":x" };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct bench *b = bench_create(1);
		struct call call = make_call(b, 0);

		set_hop(b, peer_free_port(false), params[i]);
		bench_start(b);
		run_call(&call);
		assert_int_equal(call.err, IWF_OK);
		bench_wait(&b->arrived);
		assert_int_equal(call.status, 503);
		assert_true(call.local);
		bench_stop(b);
	}
}

/* Streams: one connection carries them all. */
static void test_send_stream(void **state)
{
	struct bench *b = bench_create(1);
	struct call calls[20];
	struct peer peer, second;
	unsigned port;
	int server = peer_serve(&port);

	(void)state;
	set_hop(b, port, "");
	b->conf.next_hop.transport = SIP_TRANSPORT_TCP;
	bench_start(b);
	for (int i = 0; i < 20; i++) {
		calls[i] = make_call(b, 0);
		run_call(&calls[i]);
		assert_int_equal(calls[i].err, IWF_OK);
	}
	assert_true(peer_accept(&peer, server, PEER_WAIT_MS));
	for (int i = 0; i < 20; i++) {
		assert_non_null(peer_receive(&peer, PEER_WAIT_MS));
		bench_assert_header(peer.text, "Via", "SIP/2.0/TCP");
		reply(&peer, "200 OK", "");
		bench_wait(&b->arrived);
	}
	assert_false(peer_accept(&second, server, 50));
	for (int i = 0; i < 20; i++)
		assert_int_equal(calls[i].status, 200);
	peer_close(&peer);
	close(server);
	bench_stop(b);
}

/* auto: what is too long for UDP goes by TCP to the same address. */
static void test_send_large(void **state)
{
	struct bench *b = bench_create(1);
	struct call call = make_call(b, 0);
	char body[4000];
	struct peer peer;
	unsigned port;
	int server = peer_serve(&port);

	(void)state;
	memset(body, 'x', sizeof(body));
	call.message.body = iwf_str_make(body, sizeof(body));
	set_hop(b, port, "");
	bench_start(b);
	run_call(&call);
	assert_int_equal(call.err, IWF_OK);
	assert_true(peer_accept(&peer, server, PEER_WAIT_MS));
	assert_non_null(peer_receive(&peer, PEER_WAIT_MS));
	bench_assert_header(peer.text, "Via", "SIP/2.0/TCP");
	bench_assert_header(peer.text, "Content-Length", "4000");
	reply(&peer, "200 OK", "");
	bench_wait(&b->arrived);
	assert_int_equal(call.status, 200);
	peer_close(&peer);
	close(server);
	bench_stop(b);
}

/* With transport = udp nothing else is tried, however long it is. */
static void test_send_udp_only(void **state)
{
	struct bench *b = bench_create(1);
	struct call call = make_call(b, 0);
	static char body[70000];
	struct peer peer;

	(void)state;
	memset(body, 'x', sizeof(body));
	peer_listen(&peer, false);
	set_hop(b, peer.port, "");
	b->conf.next_hop.transport = SIP_TRANSPORT_UDP;
	bench_start(b);
	call.message.body = iwf_str_make(body, sizeof(body));
	run_call(&call);
	assert_int_equal(call.err, IWF_E_LIMIT);
	call.message.body.len = 4000;
	run_call(&call);
	assert_int_equal(call.err, IWF_OK);
	assert_non_null(peer_receive(&peer, PEER_WAIT_MS));
	bench_assert_header(peer.text, "Via", "SIP/2.0/UDP");
	reply(&peer, "200 OK", "");
	bench_wait(&b->arrived);
	assert_int_equal(call.status, 200);
	peer_close(&peer);
	bench_stop(b);
}

/* A connection that dies with the request on it says nothing about its fate:
 * no answer, rather than not sent. */
static void test_send_lost(void **state)
{
	struct bench *b = bench_create(1);
	struct call call = make_call(b, 0);
	struct peer peer;
	unsigned port;
	int server = peer_serve(&port);

	(void)state;
	set_hop(b, port, ";transport=tcp");
	bench_start(b);
	run_call(&call);
	assert_true(peer_accept(&peer, server, PEER_WAIT_MS));
	assert_non_null(peer_receive(&peer, PEER_WAIT_MS));
	close(server);
	peer_close(&peer);
	bench_wait(&b->arrived);
	assert_int_equal(call.status, 408);
	assert_false(call.local);
	bench_stop(b);
}

/* The same when the peer resets instead of closing. */
static void test_send_reset(void **state)
{
	const struct linger now = { 1, 0 };
	struct bench *b = bench_create(1);
	struct call call = make_call(b, 0);
	struct peer peer;
	unsigned port;
	int server = peer_serve(&port);

	(void)state;
	set_hop(b, port, ";transport=tcp");
	bench_start(b);
	run_call(&call);
	assert_true(peer_accept(&peer, server, PEER_WAIT_MS));
	assert_non_null(peer_receive(&peer, PEER_WAIT_MS));
	close(server);
	setsockopt(peer.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	peer_close(&peer);
	bench_wait(&b->arrived);
	assert_int_equal(call.status, 408);
	assert_false(call.local);
	bench_stop(b);
}

static void test_loop(void **state)
{
	(void)state;
	for (int is_v6 = 0; is_v6 < 2; is_v6++) {
		struct bench *b = bench_create(1);
		struct call call = make_call(b, 0);

		b->port = peer_free_port(is_v6);
		snprintf(b->uris[0], 64, "sip:%s:%u",
			 is_v6 ? "[::1]" : "127.0.0.1", b->port);
		b->listen[0].uri = iwf_str_from(b->uris[0]);
		b->conf.next_hop.uri = b->listen[0].uri;
		bench_start(b);
		run_call(&call);
		bench_wait(&b->arrived);
		assert_int_equal(call.status, 482);
		assert_false(call.local);
		bench_stop(b);
	}
}

static void test_send_full(void **state)
{
	struct bench *b = bench_create(1);
	struct call *calls = calloc(2000, sizeof(*calls));
	struct peer peer;
	unsigned count = 0;

	(void)state;
	peer_listen(&peer, false);
	set_hop(b, peer.port, ";transport=udp");
	bench_start(b);
	for (; count < 2000; count++) {
		calls[count] = make_call(b, 0);
		run_call(&calls[count]);
		if (calls[count].err)
			break;
	}
	assert_in_range(count, 500, 1000);
	assert_int_equal(calls[count].err, IWF_E_FULL);
	peer_close(&peer);
	bench_stop(b);
	free(calls);
}

/* Each worker gets its own answers, though all share the listener's port. */
static void test_workers(void **state)
{
	enum { CALLS = 1000, BATCH = 40 };
	struct bench *b = bench_create(4);
	struct call *calls = calloc(CALLS, sizeof(*calls));
	struct peer peer;

	(void)state;
	peer_listen(&peer, false);
	set_hop(b, peer.port, "");
	bench_start(b);
	for (unsigned i = 0; i < CALLS; i += BATCH) {
		for (unsigned k = i; k < i + BATCH; k++) {
			calls[k] = make_call(b, k % 4);
			run_call(&calls[k]);
			assert_int_equal(calls[k].err, IWF_OK);
		}
		for (unsigned k = 0; k < BATCH; k++) {
			assert_non_null(peer_receive(&peer, PEER_WAIT_MS));
			reply(&peer, "200 OK", "");
		}
		for (unsigned k = 0; k < BATCH; k++)
			bench_wait(&b->arrived);
	}
	for (unsigned i = 0; i < CALLS; i++)
		assert_int_equal(calls[i].status, 200);
	assert_null(peer_receive(&peer, 0));
	assert_int_equal(bench_metric(b, "sip_sent_2xx_total"), CALLS);
	peer_close(&peer);
	bench_stop(b);
	free(calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_send),
		cmocka_unit_test(test_send_bad),
		cmocka_unit_test(test_send_refused),
		cmocka_unit_test(test_send_stream),
		cmocka_unit_test(test_send_large),
		cmocka_unit_test(test_send_udp_only),
		cmocka_unit_test(test_send_lost),
		cmocka_unit_test(test_send_reset),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_send_full),
		cmocka_unit_test(test_workers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
