/* Requests as a live SIP side takes, refuses and answers them. */
#include "base/loop.h"
#include "bench.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- taking --- */

static void test_accept(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;

	(void)state;
	bench_start(b);
	peer_open(&peer, false, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
		.more = "P-Asserted-Identity: \"Al\" <sip:+4917@ims.net>\r\n"
			"P-Asserted-Identity: <tel:+4917>\r\n"
			"P-Asserted-Service:\r\n urn:x\r\n"
			"s: hi there\r\nExpires: 60\r\n" })), 202);
	assert_string_equal(bench_seen(b).asserted, "sip:+4917@ims.net");
	assert_int_equal(bench_seen(b).asserted_count, 2);
	assert_string_equal(bench_seen(b).from, "sip:alice@example.net");
	assert_string_equal(bench_seen(b).service, "urn:x");
	assert_string_equal(bench_seen(b).subject, "hi there");
	assert_string_equal(bench_seen(b).body, "hello");
	assert_int_equal(bench_seen(b).expires_ms, 60000);
	assert_true(bench_seen(b).is_trusted);
	peer_close(&peer);
	bench_stop(b);
}

/* RFC 3261 20.19: below 2**32; what is more is as if it were not there. */
static void test_expires(void **state)
{
	static const struct {
		const char *id, *line;
		int64_t want_ms;
	} rows[] = {
		{ "z9hG4bKe1", "", -1 },
		{ "z9hG4bKe2", "Expires: 0\r\n", 0 },
		{ "z9hG4bKe3", "Expires: 4294967295\r\n", 4294967295000 },
		{ "z9hG4bKe4", "Expires: 4294967296\r\n", -1 },
		{ "z9hG4bKe5", "Expires: 18446744073709551615\r\n", -1 },
		{ "z9hG4bKe6", "Expires: 1000000000000000000000000000\r\n",
		  -1 },
	};
	struct bench *b = bench_create(1);
	struct peer peer;

	(void)state;
	bench_start(b);
	peer_open(&peer, false, false, b->port);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
			.branch = rows[i].id, .call_id = rows[i].id,
			.more = rows[i].line })), 202);
		if (bench_seen(b).expires_ms != rows[i].want_ms)
			fail_msg("%s: %lld", rows[i].line,
				 (long long)bench_seen(b).expires_ms);
	}
	peer_close(&peer);
	bench_stop(b);
}

static void test_retransmission(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;
	char first[128], again[128];

	(void)state;
	b->mode = MODE_HOLD;
	bench_start(b);
	peer_open(&peer, false, false, b->port);
	{
		char text[2048];
		size_t len = bench_format(text, sizeof(text), &peer,
				    &(struct text){ 0 });

		peer_send(&peer, text, len);
		bench_wait(&b->arrived);
		peer_send(&peer, text, len);
		assert_null(peer_receive(&peer, 100));
		assert_int_equal(bench_seen(b).count, 1);
		loop_call(sip_worker_loop(sip_worker_get(b->sip, 0)),
			  bench_release, &b->edges[0]);
		assert_int_equal(peer_status(peer_receive(&peer, 1000)), 202);
		peer_header(peer.text, "To", first, sizeof(first));
		assert_non_null(strstr(first, ";tag="));
		peer_send(&peer, text, len);
		assert_int_equal(peer_status(peer_receive(&peer, 1000)), 202);
		peer_header(peer.text, "To", again, sizeof(again));
		assert_string_equal(first, again);
		assert_int_equal(bench_seen(b).count, 1);
	}
	assert_int_equal(bench_metric(b, "sip_retransmissions_total"), 2);
	peer_close(&peer);
	bench_stop(b);
}

static void test_remembered(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;
	char first[128], again[128];
	uint64_t key;

	(void)state;
	bench_start(b);
	peer_open(&peer, false, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){ 0 })), 202);
	peer_header(peer.text, "To", first, sizeof(first));
	key = bench_seen(b).key;
	sip_destroy(&b->sip);
	b->mode = MODE_BUSY;
	bench_open(b);
	sip_remember(b->sip, key);
	bench_serve(b);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){ 0 })), 202);
	peer_header(peer.text, "To", again, sizeof(again));
	assert_string_equal(first, again);
	assert_int_equal(bench_seen(b).count, 1);
	peer_close(&peer);
	bench_stop(b);
}

static void test_before_serve(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;

	(void)state;
	bench_open(b);
	peer_open(&peer, false, false, b->port);
	assert_null(({
		char text[2048];

		peer_send(&peer, text, bench_format(text, sizeof(text), &peer,
					      &(struct text){ 0 }));
		peer_receive(&peer, 100);
	}));
	bench_serve(b);
	assert_int_equal(peer_status(peer_receive(&peer, 2000)), 202);
	peer_close(&peer);
	bench_stop(b);
}

/* --- refusals --- */

struct refusal {
	struct text text;
	unsigned status;
	const char *header;   /* that must be there, with */
	const char *value;
};

static const struct refusal refusals[] = {
	{ { .hops = "0" }, 483, NULL, NULL },
	{ { .more = "Require: wings\r\n" }, 420, "Unsupported", "wings" },
	{ { .to_tag = "t" }, 481, NULL, NULL },
	{ { .more = "Content-Encoding: gzip\r\n" }, 415, "Accept-Encoding",
	  "identity" },
	{ { .method = "INVITE" }, 405, "Allow", "MESSAGE, OPTIONS" },
	{ { .method = "SUBSCRIBE" }, 405, "Allow", "MESSAGE, OPTIONS" },
	{ { .method = "PUBLISH" }, 405, "Allow", "MESSAGE, OPTIONS" },
	{ { .method = "REFER" }, 405, "Allow", "MESSAGE, OPTIONS" },
	{ { .method = "REGISTER" }, 405, "Allow", "MESSAGE, OPTIONS" },
	{ { .method = "NOTIFY" }, 405, "Allow", "MESSAGE, OPTIONS" },
	{ { .method = "NOTIFY", .to_tag = "t" }, 481, NULL, NULL },
	{ { .method = "BYE", .to_tag = "t" }, 481, NULL, NULL },
	{ { .method = "CANCEL" }, 481, NULL, NULL },
	{ { .method = "FLY" }, 501, "Allow", "MESSAGE, OPTIONS" },
	{ { .more = "P-Asserted-Identity: <sip:a@b\r\n" }, 400, NULL, NULL },
	{ { .more = "Subject: a\001b\r\n" }, 400, NULL, NULL },
};

static void test_refusals(void **state)
{
	struct bench *b = bench_create(1);

	(void)state;
	bench_start(b);
	for (int is_stream = 0; is_stream < 2; is_stream++) {
		for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]);
		     i++) {
			const struct refusal *r = &refusals[i];
			struct peer peer;

			peer_open(&peer, is_stream, false, b->port);
			if (peer_status(bench_ask(&peer, &r->text)) != r->status)
				fail_msg("row %zu: want %u, got: %s", i,
					 r->status, peer.text);
			if (r->header)
				bench_assert_header(peer.text, r->header, r->value);
			bench_assert_header(peer.text, "To", ";tag=");
			peer_close(&peer);
		}
	}
	assert_int_equal(bench_seen(b).count, 0);
	bench_stop(b);
}

/* --- what only some listeners do --- */

static void test_malformed(void **state)
{
	static const char *const missing[] = { "From", "To", "Call-ID", "CSeq" };
	struct bench *b = bench_create(1);
	struct peer peer;

	(void)state;
	bench_start(b);
	peer_open(&peer, false, false, b->port);
	for (size_t i = 0; i < 4; i++) {
		char text[2048], line[32], want[64], *at;
		size_t len = bench_format(text, sizeof(text), &peer,
				    &(struct text){ 0 });

		snprintf(line, sizeof(line), "\r\n%s:", missing[i]);
		at = strstr(text, line);
		assert_non_null(at);
		at[2] = 'X';
		peer_send(&peer, text, len);
		snprintf(want, sizeof(want), "400 Bad or Missing %s Header",
			 missing[i]);
		if (!peer_receive(&peer, PEER_WAIT_MS) ||
		    !strstr(peer.text, want))
			fail_msg("%s: %s", want, peer.text);
	}
	assert_int_equal(bench_seen(b).count, 0);
	peer_close(&peer);
	bench_stop(b);
}

static void test_too_large(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;
	char *body = malloc(300000);

	(void)state;
	memset(body, 'x', 300000);
	body[299999] = '\0';
	b->conf.message_max_len = 8000;
	bench_start(b);
	peer_open(&peer, true, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
		.body = body + 300000 - 9000 })), 413);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
		.branch = "z9hG4bK-2", .call_id = "2" })), 202);
	peer_close(&peer);
	peer_open(&peer, false, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
		.branch = "z9hG4bK-3", .body = body + 300000 - 60000 })), 413);
	peer_close(&peer);
	free(body);
	bench_stop(b);
}

static unsigned status_of(struct bench *b, const char *call_id,
			  size_t body_len)
{
	char *body = calloc(1, body_len + 1), *text = malloc(body_len + 2000);
	unsigned status;
	struct peer peer;
	size_t len;

	memset(body, 'x', body_len);
	peer_open(&peer, true, false, b->port);
	len = bench_format(text, body_len + 2000, &peer,
			   &(struct text){ .body = body, .call_id = call_id });
	peer_send(&peer, text, len);
	status = (unsigned)peer_status(peer_receive(&peer, PEER_WAIT_MS));
	peer_close(&peer);
	free(text);
	free(body);
	return status;
}

/* A body that came in pieces counts once. */
static void test_large_in_pieces(void **state)
{
	struct bench *b = bench_create(1);

	(void)state;
	b->conf.message_max_len = 1 << 20;
	bench_start(b);
	assert_int_equal(status_of(b, "1", 1000 << 10), 202);
	assert_int_equal(status_of(b, "2", 1 << 20), 413);
	bench_stop(b);
}

/* Far beyond the limit the connection is closed, before the body is read. */
static void test_far_too_large(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;
	char text[2048], *length;
	size_t len;

	(void)state;
	b->conf.message_max_len = 8000;
	bench_start(b);
	peer_open(&peer, true, false, b->port);
	len = bench_format(text, sizeof(text), &peer, &(struct text){
		.body = "1234567890" });
	length = strstr(text, "Content-Length: 10");
	assert_non_null(length);
	memcpy(length, "Content-Length:9999999\r\n\r\n", 26);
	text[len] = '\0';
	peer_send(&peer, text, len);
	assert_int_equal(peer_status(peer_receive(&peer, 2000)), 413);
	assert_true(peer_is_closed(&peer, 2000));
	peer_close(&peer);
	bench_stop(b);
}

static void test_untrusted(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;
	struct sip_conf changed;

	(void)state;
	b->texts[0] = IWF_STR("192.0.2.0/24");
	b->listen[0].trust = (struct iwf_texts){ b->texts, 1 };
	bench_start(b);
	peer_open(&peer, false, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){ 0 })), 403);
	assert_non_null(strstr(peer.text, "Not Trusted By This Listener"));
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
		.method = "OPTIONS" })), 200);
	assert_int_equal(bench_metric(b, "sip_refused_untrusted_total"), 1);
	changed = b->conf;
	b->texts[0] = IWF_STR("127.0.0.0/8");
	sip_reconfigure(b->sip, &changed);
	loop_call(sip_worker_loop(sip_worker_get(b->sip, 0)), bench_turn, NULL);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){ 0 })), 202);
	peer_close(&peer);
	bench_stop(b);
}

static void test_without_identity(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;

	(void)state;
	b->conf.sender_without_pai = SIP_WITHOUT_PAI_REFUSE;
	bench_start(b);
	peer_open(&peer, false, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){ 0 })), 403);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
		.branch = "z9hG4bK-2",
		.more = "P-Asserted-Identity: tel:+4917\r\n" })), 202);
	assert_string_equal(bench_seen(b).asserted, "tel:+4917");
	peer_close(&peer);
	bench_stop(b);
}

static void test_options(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;
	char own[64];

	(void)state;
	bench_start(b);
	peer_open(&peer, false, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
		.method = "OPTIONS", .hops = "0" })), 200);
	bench_assert_header(peer.text, "Allow", "MESSAGE, OPTIONS");
	bench_assert_header(peer.text, "Accept", "message/cpim");
	snprintf(own, sizeof(own), "<sip:127.0.0.1:%u>", b->port);
	bench_assert_header(peer.text, "Contact", own);
	bench_assert_header(peer.text, "Contact", "+g.3gpp.icsi-ref=\"urn%3Aurn-7");
	peer_close(&peer);
	bench_stop(b);
}

static void test_v6(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;

	(void)state;
	b->port = peer_free_port(true);
	snprintf(b->uris[0], 64, "sip:[::1]:%u", b->port);
	b->listen[0].uri = iwf_str_from(b->uris[0]);
	bench_start(b);
	for (int is_stream = 0; is_stream < 2; is_stream++) {
		peer_open(&peer, is_stream, true, b->port);
		assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
			.branch = is_stream ? "z9hG4bK-b" : "z9hG4bK-a",
			.call_id = is_stream ? "b" : "a" })), 202);
		peer_close(&peer);
	}
	bench_stop(b);
}

static void test_merged(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;

	(void)state;
	bench_start(b);
	peer_open(&peer, false, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){ 0 })), 202);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
		.branch = "z9hG4bK-other" })), 482);
	peer_close(&peer);
	bench_stop(b);
}

static void test_edge_answers(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;

	(void)state;
	b->mode = MODE_BUSY;
	bench_start(b);
	peer_open(&peer, false, false, b->port);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(peer_status(bench_ask(&peer, &(struct text){ 0 })),
				 503);
		bench_assert_header(peer.text, "Retry-After", "7");
		assert_non_null(strstr(peer.text, "503 Store Is Slow"));
	}
	b->mode = MODE_NOT_SUPPORTED;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
			.branch = "z9hG4bK-2", .call_id = "2" })), 415);
		bench_assert_header(peer.text, "Accept", "message/cpim");
	}
	assert_int_equal(bench_seen(b).count, 2);
	peer_close(&peer);
	bench_stop(b);
}

static void test_drain(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;

	(void)state;
	bench_start(b);
	sip_drain(b->sip);
	peer_open(&peer, false, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){ 0 })), 503);
	bench_assert_header(peer.text, "Retry-After", "5");
	peer_close(&peer);
	bench_stop(b);
}

/* The peer is gone before its answer: it must not take us with it. */
static void test_gone_peer(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;
	char text[2048];

	(void)state;
	b->mode = MODE_HOLD;
	bench_start(b);
	peer_open(&peer, true, false, b->port);
	peer_send(&peer, text, bench_format(text, sizeof(text), &peer,
				      &(struct text){ 0 }));
	bench_wait(&b->arrived);
	peer_close(&peer);
	peer_open(&peer, false, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
		.method = "OPTIONS" })), 200);
	loop_call(sip_worker_loop(sip_worker_get(b->sip, 0)), bench_release,
		  &b->edges[0]);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
		.method = "OPTIONS", .branch = "z9hG4bK-2" })), 200);
	peer_close(&peer);
	bench_stop(b);
}

static void test_connections(void **state)
{
	enum { MANY = 60, MAX = 5 };
	struct bench *b = bench_create(1);
	struct peer *peers = calloc(MANY, sizeof(*peers));
	struct pollfd polls[MANY];
	unsigned closed = 0;

	(void)state;
	b->conf.connections_max = MAX;
	bench_start(b);
	for (int i = 0; i < MANY; i++) {
		peer_open(&peers[i], true, false, b->port);
		polls[i] = (struct pollfd){ peers[i].fd, POLLIN, 0 };
	}
	assert_true(poll(polls, MANY, 4000) > 0);
	for (int i = 0; i < MANY; i++)
		closed += peer_is_closed(&peers[i], 20);
	assert_in_range(closed, MANY / 3 - MAX, MANY - MAX);
	for (int i = 0; i < MANY; i++)
		peer_close(&peers[i]);
	peer_open(&peers[0], false, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peers[0], &(struct text){ 0 })), 202);
	peer_close(&peers[0]);
	bench_stop(b);
	free(peers);
}

static void test_private_port(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;

	(void)state;
	b->conf.private_port = peer_free_port(false);
	bench_start(b);
	for (int is_stream = 0; is_stream < 2; is_stream++) {
		peer_open(&peer, is_stream, false, b->conf.private_port);
		assert_int_equal(peer_status(bench_ask(&peer, &(struct text){ 0 })),
				 403);
		peer_close(&peer);
	}
	bench_stop(b);
}

/* RFC 3261 16.3 4: what passed one of our ports comes round again. The same
 * number under another transport is somebody else's port. */
static void test_loop(void **state)
{
	static const struct {
		const char *protocol;
		unsigned status;
	} rows[] = { { "SIP/2.0/UDP", 482 }, { "SIP/2.0/TLS", 202 } };
	struct bench *b = bench_create(1);
	char via[96];

	(void)state;
	b->conf.private_port = peer_free_port(false);
	bench_start(b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct peer peer;

		snprintf(via, sizeof(via), "Via: %s 127.0.0.1:%u;branch=%zu\r\n",
			 rows[i].protocol, b->conf.private_port, i);
		peer_open(&peer, false, false, b->port);
		assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
			.more = via })), rows[i].status);
		peer_close(&peer);
	}
	bench_stop(b);
}

static void test_workers_receive(void **state)
{
	struct bench *b = bench_create(4);

	(void)state;
	bench_start(b);
	for (int i = 0; i < 64; i++) {
		char branch[32];
		struct peer peer;

		snprintf(branch, sizeof(branch), "z9hG4bK-%d", i);
		peer_open(&peer, i % 2, false, b->port);
		assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
			.branch = branch, .call_id = branch })), 202);
		peer_close(&peer);
	}
	for (unsigned w = 0; w < 4; w++)
		assert_true(iwf_metric_get(&sip_worker_metrics(
			sip_worker_get(b->sip, w))[0]) > 0);
	bench_stop(b);
}

static void test_port_taken(void **state)
{
	struct bench *b = bench_create(4);
	struct sip *second;
	struct iwf_why why = { 0 };

	(void)state;
	bench_start(b);
	assert_int_not_equal(sip_create(&second, &b->conf, bench_hash_key, b->log,
					&why), IWF_OK);
	assert_null(second);
	assert_non_null(strstr(why.text, "cannot bind"));
	b->conf.workers = 1;
	assert_int_not_equal(sip_create(&second, &b->conf, bench_hash_key, b->log,
					&why), IWF_OK);
	b->conf.workers = 4;
	bench_stop(b);
}

/* --- bytes that are no SIP --- */

static void mutate(char *text, size_t len, unsigned *seed)
{
	unsigned count = 1 + (unsigned)rand_r(seed) % 12;

	while (count--) {
		size_t at = (size_t)rand_r(seed) % len;

		switch (rand_r(seed) % 4) {
		case 0:
			text[at] = (char)rand_r(seed);
			break;
		case 1:
			memmove(text + at, text + at + 1, len - at - 1);
			break;
		case 2:
			text[at] ^= (char)(1 << rand_r(seed) % 8);
			break;
		default:
			text[at] = "\r\n:;<>\"@ "[rand_r(seed) % 9];
		}
	}
}

static void test_mutated(void **state)
{
	struct bench *b = bench_create(1);
	unsigned seed = 7;
	struct peer peer;

	(void)state;
	bench_start(b);
	for (int i = 0; i < 600; i++) {
		char text[2048];
		size_t len;

		peer_open(&peer, i % 3 == 0, false, b->port);
		len = bench_format(text, sizeof(text), &peer, &(struct text){
			.more = "P-Asserted-Identity: \"A\" <sip:a@b>, "
				"<tel:+4917>\r\nSubject: x\r\n"
				"Accept-Contact: *;+g.3gpp.icsi-ref=\"u\"\r\n"
				"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" });
		mutate(text, len, &seed);
		peer_send(&peer, text, len);
		peer_close(&peer);
	}
	peer_open(&peer, false, false, b->port);
	assert_int_equal(peer_status(bench_ask(&peer, &(struct text){
		.branch = "z9hG4bK-last", .call_id = "last" })), 202);
	peer_close(&peer);
	bench_stop(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_expires),
		cmocka_unit_test(test_retransmission),
		cmocka_unit_test(test_remembered),
		cmocka_unit_test(test_before_serve),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_large_in_pieces),
		cmocka_unit_test(test_far_too_large),
		cmocka_unit_test(test_untrusted),
		cmocka_unit_test(test_without_identity),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_v6),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_edge_answers),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_gone_peer),
		cmocka_unit_test(test_connections),
		cmocka_unit_test(test_private_port),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_workers_receive),
		cmocka_unit_test(test_port_taken),
		cmocka_unit_test(test_mutated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
