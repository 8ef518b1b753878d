/* The HTTP listener, by raw sockets. */
#include "double.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct row {
	const char *request;  /* up to its headers */
	const char *status;   /* how the answer begins */
	const char *has;      /* further text in it */
	const char *body;     /* all of it; NULL: not compared */
};

static const struct row rows[] = {
	{ "GET /healthz HTTP/1.1", "HTTP/1.1 200", "application/json",
	  "{\"status\":\"ok\"}" },
	{ "HEAD /healthz HTTP/1.1", "HTTP/1.1 200", "Content-Length: 15", "" },
	{ "GET /readyz HTTP/1.1", "HTTP/1.1 200", "no-store",
	  "{\"status\":\"ready\",\"links_up\":1,\"links\":2}" },
	{ "GET /metrics HTTP/1.1", "HTTP/1.1 200",
	  "Content-Type: text/plain; version=0.0.4",
	  "# HELP iwf_accepted_total Accepted\n"
	  "# TYPE iwf_accepted_total counter\niwf_accepted_total 12\n"
	  "# HELP iwf_ledger_imbalance Imbalance\n"
	  "# TYPE iwf_ledger_imbalance gauge\niwf_ledger_imbalance 0\n" },
	{ "HEAD /metrics HTTP/1.1", "HTTP/1.1 200", "text/plain", "" },
	{ "GET /metrics?x=1 HTTP/1.1", "HTTP/1.1 200", "text/plain", NULL },
	{ "GET / HTTP/1.1", "HTTP/1.1 404", "application/json",
	  "{\"error\":\"not found\"}" },
	{ "GET /metrics/ HTTP/1.1", "HTTP/1.1 404", "", NULL },
	{ "GET /../etc/passwd HTTP/1.1", "HTTP/1.1 404", "", NULL },
	{ "POST /nowhere HTTP/1.1\r\nContent-Length: 0", "HTTP/1.1 404", "",
	  NULL },
	{ "POST /metrics HTTP/1.1\r\nContent-Length: 0", "HTTP/1.1 405",
	  "Allow: GET, HEAD", "{\"error\":\"method not allowed\"}" },
	{ "PUT /readyz HTTP/1.1\r\nContent-Length: 1000000000000",
	  "HTTP/1.1 405", "Allow: GET, HEAD", NULL },
	{ "DELETE /healthz HTTP/1.1", "HTTP/1.1 405", "Allow: GET, HEAD",
	  NULL },
	{ "GET /healthz HTTP/1.1\r\nContent-Length: 1000000000000",
	  "HTTP/1.1 200", "", NULL },
	/* RFC 9112 3.2: no Host */
	{ "GET /healthz HTTP/1.1\r\nX: 1", "HTTP/1.1 400", "", NULL },
};

static void check(const struct bench *bench, const struct row *row)
{
	bool is_hostless = strstr(row->status, "400") != NULL;
	char request[256];
	char answer[8192];
	const char *body;
	int fd = bench_http(bench);

	snprintf(request, sizeof(request), "%s\r\n%sConnection: close\r\n\r\n",
		 row->request, is_hostless ? "" : "Host: a\r\n");
	bench_write(fd, request);
	bench_read(fd, answer, sizeof(answer), false);
	close(fd);
	body = strstr(answer, "\r\n\r\n");
	if (strncmp(answer, row->status, strlen(row->status)) || !body ||
	    !strstr(answer, row->has))
		fail_msg("%s: %s", row->request, answer);
	if (row->body)
		assert_string_equal(body + 4, row->body);
}

static void test_rows(void **state)
{
	struct bench *bench = bench_create();

	(void)state;
	bench_start(bench);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(bench, &rows[i]);
	bench_destroy(&bench);
}

static const struct {
	bool is_started, is_ready, is_writable, is_up;
	const char *body;
} unready[] = {
	{ false, true, true, true,
	  "{\"status\":\"not ready\",\"reason\":\"starting\"}" },
	{ true, false, true, true, "{\"status\":\"not ready\",\"reason\":"
	  "\"the relay is starting or stopping\"}" },
	{ true, true, false, true, "{\"status\":\"not ready\",\"reason\":"
	  "\"the store cannot be written\"}" },
	{ true, true, true, false,
	  "{\"status\":\"not ready\",\"reason\":\"no link is up\"}" },
};

static void test_not_ready(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(unready) / sizeof(unready[0]); i++) {
		struct bench *bench = bench_create();

		bench->is_started = unready[i].is_started;
		bench->relay.is_ready = unready[i].is_ready;
		bench->store.is_writable = unready[i].is_writable;
		bench->relay.links[0].instances_up = unready[i].is_up;
		bench_start(bench);
		check(bench, &(struct row){ "GET /readyz HTTP/1.1",
			"HTTP/1.1 503", "application/json", unready[i].body });
		check(bench, &(struct row){ "GET /healthz HTTP/1.1",
			"HTTP/1.1 200", "", NULL });
		bench_destroy(&bench);
	}
}

/* The SIP edge alone is up and enough when there is nothing else. */
static void test_edge_only(void **state)
{
	struct bench *bench = bench_create();
	struct ready ready;
	struct admin_parts parts = { .relay = &bench->relay,
				     .store = &bench->store };

	(void)state;
	snprintf(bench->relay.links[0].adapter, 16, "cpm");
	ready_look(&parts, &ready);
	assert_string_equal(ready.reason, "no link is up");
	bench->relay.link_count = 1;
	ready_look(&parts, &ready);
	assert_true(ready.is_ready);
	bench_destroy(&bench);
}

static void test_stale_board(void **state)
{
	struct ready_board *board = ready_board_create();
	struct ready ready = { .is_ready = true };

	(void)state;
	ready_board_get(board, 5, &ready);
	assert_false(ready.is_ready);
	ready = (struct ready){ .is_ready = true };
	ready_board_put(board, &ready, 1000);
	ready_board_get(board, 1000 + READY_STALE_MS, &ready);
	assert_true(ready.is_ready);
	ready_board_get(board, 1001 + READY_STALE_MS, &ready);
	assert_false(ready.is_ready);
	assert_string_equal(ready.reason,
			    "the relay has not answered for 10 s");
	ready_board_destroy(&board);
	assert_null(board);
}

static void test_keep_alive(void **state)
{
	struct bench *bench = bench_create();
	char answer[128];
	int fd;

	(void)state;
	bench_start(bench);
	fd = bench_http(bench);
	for (int i = 0; i < 3; i++) {
		bench_write(fd, "HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
		bench_read(fd, answer, sizeof(answer), true);
		assert_string_equal(answer, "HTTP/1.1 200 OK\r");
		while (strcmp(answer, "\r"))
			assert_true(bench_read(fd, answer, sizeof(answer),
					       true) > 0);
	}
	close(fd);
	bench_destroy(&bench);
}

static void test_too_many(void **state)
{
	struct bench *bench = bench_create();
	char answer[1024];
	int fds[4];
	int fd;

	(void)state;
	bench_start(bench);
	for (int i = 0; i < 4; i++) {
		fds[i] = bench_http(bench);
		bench_write(fds[i], "HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
		bench_read(fds[i], answer, sizeof(answer), true);
		assert_string_equal(answer, "HTTP/1.1 200 OK\r");
	}
	/* Closed without a word. */
	fd = bench_http(bench);
	assert_int_equal(bench_read(fd, answer, sizeof(answer), false), 0);
	close(fd);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	bench_destroy(&bench);
}

static void test_large_header(void **state)
{
	struct bench *bench = bench_create();
	char *header = iwf_alloc(40000);
	char answer[1024];
	int fd;

	(void)state;
	bench_start(bench);
	fd = bench_http(bench);
	memset(header, 'x', 39990);
	bench_write(fd, "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ");
	send(fd, header, 39990, MSG_NOSIGNAL);
	bench_read(fd, answer, sizeof(answer), false);
	assert_memory_equal(answer, "HTTP/1.1 431", 12);
	close(fd);
	free(header);
	check(bench, &rows[0]);
	bench_destroy(&bench);
}

static void test_port_taken(void **state)
{
	struct bench *bench = bench_create();
	struct bench *other = bench_create();
	struct admin_parts parts = { .relay = &other->relay,
				     .store = &other->store, .log = other->log,
				     .metrics = other->metrics,
				     .version = "x" };
	struct iwf_why why = { .file = NULL };

	(void)state;
	bench_start(bench);
	other->conf.port = bench->conf.port;
	assert_int_equal(admin_create(&other->admin, &other->conf, &parts,
				      &why), IWF_E_IO);
	assert_null(other->admin);
	assert_non_null(strstr(why.text, "cannot listen on 127.0.0.1"));
	bench_destroy(&other);
	bench_destroy(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_not_ready),
		cmocka_unit_test(test_edge_only),
		cmocka_unit_test(test_stale_board),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_large_header),
		cmocka_unit_test(test_port_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
