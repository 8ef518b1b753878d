/* Answers octet by octet. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

/* What follows the status line and the Via of every answer to a bench text. */
#define PARTIES(to) "From: <sip:alice@example.net>;tag=f1\r\n" \
		    "To: <tel:+491710000002>;tag=" to "\r\n" \
		    "Call-ID: call-1\r\nCSeq: 1 MESSAGE\r\n"
#define END "Content-Length: 0\r\n\r\n"

/* The fields behind the Via, the tag of ours replaced by a star. */
static const char *masked(struct peer *peer)
{
	char *text = strstr(peer->text, "\r\n");
	char *tag;

	assert_non_null(text);
	text = strstr(text + 2, "\r\n");
	assert_non_null(text);
	text += 2;
	tag = strstr(text, "To: <tel:+491710000002>;tag=");
	assert_non_null(tag);
	tag += strlen("To: <tel:+491710000002>;tag=");
	if (strcspn(tag, "\r") == 16) {
		*tag = '*';
		memmove(tag + 1, tag + 16, strlen(tag + 16) + 1);
	}
	return text;
}

static void assert_begins(const char *text, const char *begin)
{
	if (strncmp(text, begin, strlen(begin)))
		fail_msg("`%s` does not begin with `%s`", text, begin);
}

static void test_exact(void **state)
{
	static const struct {
		enum mode mode;
		struct text text;
		const char *line;
		const char *fields;
	} rows[] = {
		{ MODE_ACCEPT, { 0 }, "202 Accepted", PARTIES("*") END },
		{ MODE_BUSY, { 0 }, "503 Store Is Slow",
		  PARTIES("*") "Retry-After: 7\r\n" END },
		{ MODE_NOT_SUPPORTED, { 0 }, "415 Not CPIM",
		  PARTIES("*") "Accept: message/cpim\r\n" END },
		/* The gate's own: of a dialog, and with an extension. */
		{ MODE_ACCEPT, { .to_tag = "x" },
		  "481 No Such Dialog, We Keep None", PARTIES("x") END },
		{ MODE_ACCEPT, { .more = "Require: 100rel\r\n" },
		  "420 Bad Extension",
		  PARTIES("*") "Unsupported: 100rel\r\n" END },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench *b = bench_create(1);
		struct peer peer;
		char line[128], via[128];

		b->mode = rows[i].mode;
		bench_start(b);
		peer_open(&peer, false, false, b->port);
		assert_non_null(bench_ask(&peer, &rows[i].text));
		snprintf(line, sizeof(line), "SIP/2.0 %s\r\n", rows[i].line);
		snprintf(via, sizeof(via), "Via: SIP/2.0/UDP 127.0.0.1:%u;"
			 "branch=z9hG4bK-1", peer.port);
		assert_begins(peer.text, line);
		assert_begins(peer.text + strlen(line), via);
		assert_string_equal(masked(&peer), rows[i].fields);
		peer_close(&peer);
		bench_stop(b);
	}
}

/* The same request has the same answer, to the last octet (RFC 3261 17.2.2). */
static void test_repeated(void **state)
{
	struct bench *b = bench_create(1);
	struct peer peer;
	char first[PEER_TEXT_LEN];

	(void)state;
	bench_start(b);
	peer_open(&peer, false, false, b->port);
	assert_non_null(bench_ask(&peer, &(struct text){ 0 }));
	snprintf(first, sizeof(first), "%s", peer.text);
	assert_non_null(bench_ask(&peer, &(struct text){ 0 }));
	assert_string_equal(peer.text, first);
	assert_int_equal(bench_seen(b).count, 1);
	peer_close(&peer);
	bench_stop(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
