/* The control socket: its lines, its limits, and what the commands answer. */
#include "double.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static int begin(void **state)
{
	struct bench *bench = bench_create();

	bench_start(bench);
	*state = bench;
	return 0;
}

static int end(void **state)
{
	bench_destroy((struct bench **)state);
	return 0;
}

/* `want` is what the answer contains; members may be more. */
struct row {
	const char *line;
	const char *want;
};

static bool contains(const json_t *have, const json_t *want)
{
	const char *key;
	json_t *value;

	if (!json_is_object(want))
		return json_equal(have, want);
	json_object_foreach((json_t *)(uintptr_t)want, key, value)
		if (!contains(json_object_get(have, key), value))
			return false;
	return true;
}

static void check(const struct bench *bench, const struct row *row)
{
	json_t *want = json_loads(row->want, 0, NULL);
	json_t *have = bench_ask(bench, row->line);

	assert_non_null(want);
	if (!contains(have, want))
		fail_msg("%s\n answered %s\n instead of %s", row->line,
			 json_dumps(have, 0), row->want);
	json_decref(want);
	json_decref(have);
}

static const struct row rows[] = {
	/* not a request */
	{ "nonsense", "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "[]", "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "\"status\"", "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{}", "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":7}", "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"status\",\"cmd\":\"links\"}",
	  "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"status\"} x", "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"\xff\"}", "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"frobnicate\"}",
	  "{\"ok\":false,\"error\":\"unsupported\","
	  "\"text\":\"unknown command\"}" },

	{ "{\"cmd\":\"version\"}", "{\"ok\":true,\"version\":\"9.8.7\"}" },
	{ "{\"cmd\":\"status\"}",
	  "{\"ok\":true,\"version\":\"9.8.7\",\"ready\":true,\"reason\":\"\","
	  "\"links\":2,\"links_up\":1,\"waiting\":2,\"ledger_imbalance\":0,"
	  "\"in_memory\":0,\"totals\":{\"accepted\":12,\"sent\":0}}" },
	{ "{\"cmd\":\"queue\",\"link\":\"nobody\"}",
	  "{\"ok\":true,\"queue\":[]}" },
	{ "{\"cmd\":\"ledger\"}",
	  "{\"ok\":true,\"audited\":false,\"imbalance\":0,"
	  "\"states\":{\"queued\":2,\"open\":2}}" },
	{ "{\"cmd\":\"ledger\",\"audit\":true}",
	  "{\"ok\":true,\"audited\":true,\"taken\":50,\"purged\":7,"
	  "\"counted\":43,\"imbalance\":0,"
	  "\"states\":{\"queued\":2,\"delivered\":41,\"all\":43}}" },

	{ "{\"cmd\":\"list\",\"limit\":0}",
	  "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"list\",\"limit\":\"5\"}",
	  "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"list\",\"limit\":1001}",
	  "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"list\",\"state\":\"lost\"}",
	  "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"list\",\"state\":\"failed\"}",
	  "{\"ok\":true,\"deliveries\":[]}" },

	/* how a delivery may be called */
	{ "{\"cmd\":\"trace\",\"id\":\"abc0000000001234\"}",
	  "{\"ok\":true,\"id\":\"abc0000000001234\",\"state\":\"delivered\"}" },
	{ "{\"cmd\":\"trace\",\"id\":\"1234\"}",
	  "{\"ok\":true,\"id\":\"abc0000000001234\"}" },
	{ "{\"cmd\":\"trace\",\"id\":\"78\"}",
	  "{\"ok\":true,\"id\":\"abc0000000001234\"}" },
	{ "{\"cmd\":\"trace\",\"id\":\"Imdn-1\"}",
	  "{\"ok\":true,\"id\":\"abc0000000001234\",\"kind\":\"message\"}" },
	{ "{\"cmd\":\"trace\",\"id\":\"5678\"}",
	  "{\"ok\":true,\"id\":\"abc0000000005678\",\"kind\":\"report\","
	  "\"about\":\"abc0000000001234\"}" },
	{ "{\"cmd\":\"trace\",\"id\":\"0000000000000001\"}",
	  "{\"ok\":false,\"error\":\"not-found\"}" },
	{ "{\"cmd\":\"trace\",\"id\":\"\"}",
	  "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"trace\"}", "{\"ok\":false,\"error\":\"syntax\"}" },

	{ "{\"cmd\":\"send\",\"to\":\"+491\",\"text\":\"hi\"}",
	  "{\"ok\":true,\"id\":\"0000000000000042\","
	  "\"result\":\"accepted\"}" },
	{ "{\"cmd\":\"send\",\"text\":\"hi\"}",
	  "{\"ok\":false,\"error\":\"syntax\",\"text\":\"to is missing\"}" },
	{ "{\"cmd\":\"send\",\"to\":\"+491\",\"text\":\"\"}",
	  "{\"ok\":false,\"error\":\"syntax\",\"text\":\"text is missing\"}" },
	{ "{\"cmd\":\"send\",\"to\":\"Bob\",\"text\":\"x\"}",
	  "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"send\",\"to\":\"+491\",\"text\":\"x\","
	  "\"want\":\"eaten\"}", "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"explain\",\"to\":\"+491\",\"text\":\"x\"}",
	  "{\"ok\":true,\"text\":\"route: rule 1\\nto: +491\\npart: 1\\n"
	  "part: 2\\npart: 3: three\\n\",\"explained\":{\"route\":\"rule 1\","
	  "\"to\":\"+491\",\"part\":[\"1\",\"2\",\"3: three\"]}}" },

	{ "{\"cmd\":\"reload\"}",
	  "{\"ok\":true,\"text\":\"links: 1 changed\\n\"}" },
	{ "{\"cmd\":\"log-level\",\"level\":\"debug\"}",
	  "{\"ok\":true,\"level\":\"debug\"}" },
	{ "{\"cmd\":\"log-level\",\"level\":\"loud\"}",
	  "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"log-level\"}", "{\"ok\":false,\"error\":\"syntax\"}" },
	{ "{\"cmd\":\"table\",\"service\":\"sms\",\"link\":\"op1\"}",
	  "{\"ok\":true,\"columns\":[\"link\",\"code\"],"
	  "\"rows\":[{\"link\":\"op1\",\"code\":\"12\"}]}" },
	{ "{\"cmd\":\"table\",\"service\":\"fax\"}",
	  "{\"ok\":false,\"error\":\"not-found\",\"text\":\"no table\"}" },
	{ "{\"cmd\":\"table\"}", "{\"ok\":false,\"error\":\"not-found\"}" },
};

static void test_rows(void **state)
{
	const struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(bench, &rows[i]);
	assert_int_equal(bench->level, IWF_LOG_DEBUG);
}

static void test_not_well(void **state)
{
	struct bench *bench = *state;

	bench->is_started = false;
	check(bench, &(struct row){ "{\"cmd\":\"status\"}",
		"{\"ready\":false,\"reason\":\"starting\"}" });
	check(bench, &(struct row){ "{\"cmd\":\"reload\"}",
		"{\"ok\":false,\"error\":\"syntax\",\"text\":"
		"\"/etc/iwf.conf:7: unknown key \\\"hots\\\"\"}" });
	bench->is_started = true;
	bench->relay.links[0].instances_up = 0;
	check(bench, &(struct row){ "{\"cmd\":\"status\"}",
		"{\"ready\":false,\"reason\":\"no link is up\"}" });
	bench->relay.links[0].instances_up = 1;
	bench->store.is_writable = false;
	check(bench, &(struct row){ "{\"cmd\":\"status\"}", "{\"ready\":false,"
		"\"reason\":\"the store cannot be written\"}" });
	bench->store.is_writable = true;
	bench->store.err = IWF_E_IO;
	for (size_t i = 0; i < 4; i++) {
		static const char *const lines[] = {
			"{\"cmd\":\"queue\"}", "{\"cmd\":\"list\"}",
			"{\"cmd\":\"trace\",\"id\":\"1234\"}",
			"{\"cmd\":\"ledger\",\"audit\":true}",
		};

		check(bench, &(struct row){ lines[i],
			"{\"ok\":false,\"error\":\"io\"}" });
	}
	bench->store.err = IWF_OK;
	bench->store.ledger.imbalance = 3;
	bench->store.ledger.bad_slice = 0x100;
	check(bench, &(struct row){ "{\"cmd\":\"ledger\",\"audit\":true}",
		"{\"ok\":true,\"imbalance\":3,"
		"\"differs_from\":\"0000000000000100\"}" });
}

static const struct {
	enum iwf_result result;
	const char *want;
} verdicts[] = {
	{ IWF_RESULT_DUPLICATE, "{\"ok\":true,\"result\":\"duplicate\"}" },
	{ IWF_RESULT_BUSY, "{\"ok\":false,\"error\":\"full\","
			   "\"text\":\"busy: because\"}" },
	{ IWF_RESULT_NO_ROUTE, "{\"ok\":false,\"error\":\"not-found\"}" },
	{ IWF_RESULT_TOO_LARGE, "{\"ok\":false,\"error\":\"limit\"}" },
	{ IWF_RESULT_BLOCKED, "{\"ok\":false,\"error\":\"denied\"}" },
	{ IWF_RESULT_ERROR, "{\"ok\":false,\"error\":\"io\"}" },
};

static void test_cancel(void **state)
{
	static const char line[] =
		"{\"cmd\":\"cancel\",\"id\":\"0ca96ae031800000\"}";
	struct bench *bench = *state;

	bench->relay.cancelled = (struct relay_cancelled){
		IWF_OK, STORE_QUEUED, STORE_CANCELLED };
	check(bench, &(struct row){ line,
		"{\"ok\":true,\"was\":\"queued\",\"state\":\"cancelled\"}" });
	assert_true(bench->relay.cancelled_id == 0x0ca96ae031800000u);
	bench->relay.cancelled.is = STORE_SENT;
	check(bench, &(struct row){ line,
		"{\"ok\":true,\"text\":\"the peer has it\"}" });
	bench->relay.cancelled.err = IWF_E_NOT_FOUND;
	check(bench, &(struct row){ line,
		"{\"ok\":false,\"error\":\"not-found\"}" });
	check(bench, &(struct row){ "{\"cmd\":\"cancel\",\"id\":\"0000\"}",
				    "{\"ok\":false,\"error\":\"syntax\"}" });
}

static void test_send(void **state)
{
	static const char line[] = "{\"cmd\":\"send\",\"to\":\"+49171\","
		"\"text\":\"h\xc3\xa9\",\"from\":\"ACME\","
		"\"want\":\"delivered,interworked\"}";
	struct bench *bench = *state;

	check(bench, &(struct row){ line, "{\"ok\":true}" });
	assert_string_equal(bench->relay.sent,
			    "alpha:ACME>tel:+49171 9:h\xc3\xa9");
	check(bench, &(struct row){ "{\"cmd\":\"send\",\"to\":\"12345\","
		"\"text\":\"x\"}", "{\"ok\":true}" });
	assert_string_equal(bench->relay.sent,
			    "sip:iwfctl@localhost>tel:12345 3:x");
	bench->relay.verdict.why = "because";
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		bench->relay.verdict.result = verdicts[i].result;
		check(bench, &(struct row){ line, verdicts[i].want });
	}
}

/* --- the protocol --- */

static void expect_line(int fd, const char *want)
{
	char line[1024];

	bench_read(fd, line, sizeof(line), true);
	assert_string_equal(line, want);
}

static void expect_end(int fd)
{
	char byte;

	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
}

#define VERSION "{\"cmd\":\"version\"}\n"
#define VERSION_ANSWER "{\"ok\":true,\"version\":\"9.8.7\"}"

static void test_pipelined(void **state)
{
	int fd = bench_connect(*state);

	/* Blank lines and CRs are nobody's requests; a half line at the end
	 * is none. */
	bench_write(fd, VERSION "\n\r\n{\"cmd\":\"version\"}\r\n" VERSION
		    "{\"cmd\":");
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < 3; i++)
		expect_line(fd, VERSION_ANSWER);
	expect_end(fd);
}

static void test_pieces(void **state)
{
	int fd = bench_connect(*state);

	for (const char *at = VERSION; *at; at++) {
		char piece[2] = { *at };

		bench_write(fd, piece);
	}
	expect_line(fd, VERSION_ANSWER);
	close(fd);
}

static void test_too_long(void **state)
{
	char *line = iwf_alloc(CONTROL_LINE_MAX + 2);
	int fd = bench_connect(*state);

	/* The longest that is taken, and one byte more. */
	memset(line, 'x', CONTROL_LINE_MAX);
	line[CONTROL_LINE_MAX] = '\n';
	bench_write(fd, line);
	expect_line(fd, "{\"ok\":false,\"error\":\"syntax\",\"text\":"
		    "\"'[' or '{' expected\"}");
	line[CONTROL_LINE_MAX] = 'x';
	bench_write(fd, line);
	expect_line(fd, "{\"ok\":false,\"error\":\"limit\",\"text\":"
		    "\"request line is longer than 65536 bytes\"}");
	expect_end(fd);
	free(line);
}

static void test_too_many(void **state)
{
	struct bench *bench = *state;
	int fds[4];
	int fd;

	for (int i = 0; i < 4; i++) {
		fds[i] = bench_connect(bench);
		bench_write(fds[i], VERSION);
		expect_line(fds[i], VERSION_ANSWER);
	}
	fd = bench_connect(bench);
	expect_line(fd, "{\"ok\":false,\"error\":\"full\",\"text\":"
		    "\"too many control connections\"}");
	expect_end(fd);
	/* The others are as they were, and a place becomes free. */
	close(fds[0]);
	bench_write(fds[1], VERSION);
	expect_line(fds[1], VERSION_ANSWER);
	check(bench, &(struct row){ "{\"cmd\":\"version\"}", VERSION_ANSWER });
	for (int i = 1; i < 4; i++)
		close(fds[i]);
}

/* A client that asks for more than the socket holds and reads nothing is not
 * answered on and on; it gets everything once it reads. */
static void test_slow_reader(void **state)
{
	struct bench *bench = *state;
	int fd = bench_connect(bench);
	char *answer = iwf_alloc(1 << 20);
	int small = 4096;

	for (unsigned i = 2; i < DOUBLE_ROWS_MAX; i++) {
		bench->store.rows[i] = bench->store.rows[0];
		bench->store.rows[i].row.id += 0x10000 * i;
	}
	bench->store.row_count = DOUBLE_ROWS_MAX;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	for (int i = 0; i < 5; i++)
		bench_write(fd, "{\"cmd\":\"list\",\"limit\":1000}\n");
	check(bench, &(struct row){ "{\"cmd\":\"version\"}", VERSION_ANSWER });
	for (int i = 0; i < 5; i++) {
		json_t *json;

		bench_read(fd, answer, 1 << 20, true);
		json = json_loads(answer, 0, NULL);
		assert_int_equal(json_array_size(json_object_get(json,
				 "deliveries")), DOUBLE_ROWS_MAX);
		json_decref(json);
	}
	close(fd);
	free(answer);
}

static void test_gone_meanwhile(void **state)
{
	struct bench *bench = *state;
	int fd = bench_connect(bench);

	bench->store.holds = true;
	bench_write(fd, "{\"cmd\":\"queue\"}\n");
	double_await(&bench->store);
	close(fd);
	bench->store.holds = false;
	double_release(&bench->store);
	check(bench, &(struct row){ "{\"cmd\":\"version\"}", VERSION_ANSWER });
}

struct releasing {
	pthread_t thread;
	struct bench *bench;
};

/* Not before admin_destroy has begun: it removes the socket first. */
static void *release(void *arg)
{
	struct bench *bench = ((struct releasing *)arg)->bench;

	while (!access(bench->path, F_OK))
		sched_yield();
	double_release(&bench->store);
	return NULL;
}

/* admin_destroy waits for what the store still owes. */
static void test_ends_while_asked(void **state)
{
	struct bench *bench = *state;
	struct releasing releasing = { .bench = bench };
	int fd = bench_connect(bench);

	bench->store.holds = true;
	bench_write(fd, "{\"cmd\":\"trace\",\"id\":\"1234\"}\n");
	double_await(&bench->store);
	bench->store.holds = false;
	pthread_create(&releasing.thread, NULL, release, &releasing);
	admin_destroy(&bench->admin);
	assert_null(bench->admin);
	pthread_join(releasing.thread, NULL);
	expect_end(fd);
}

static void test_idle(void **state)
{
	struct bench *bench = bench_create();
	int fd;

	(void)state;
	bench->conf.idle_ms = 30;
	bench_start(bench);
	fd = bench_connect(bench);
	bench_write(fd, "{\"cmd\":");
	expect_end(fd);
	bench_destroy(&bench);
}

static void test_restart(void **state)
{
	struct bench *bench = bench_create();
	struct iwf_why why = { .file = NULL };
	struct admin_parts parts = { .relay = &bench->relay, .log = bench->log,
				     .store = &bench->store, .version = "x",
				     .metrics = bench->metrics };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct admin *second = NULL;
	struct stat st;
	int fd;

	(void)state;
	/* A socket that a dead process left. */
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	memcpy(addr.sun_path, bench->path, strlen(bench->path));
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
	bench->conf.socket_mode = IWF_STR("640");
	bench_start(bench);
	assert_int_equal(stat(bench->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	/* One that is alive stays. */
	bench->conf.port = 0;
	assert_int_equal(admin_create(&second, &bench->conf, &parts, &why),
			 IWF_E_STATE);
	assert_null(second);
	check(bench, &(struct row){ "{\"cmd\":\"version\"}", VERSION_ANSWER });
	bench_destroy(&bench);
}

static void test_not_a_socket(void **state)
{
	struct bench *bench = bench_create();
	struct iwf_why why = { .file = NULL };
	struct admin_parts parts = { .relay = &bench->relay, .log = bench->log,
				     .store = &bench->store, .version = "x",
				     .metrics = bench->metrics };
	int fd = open(bench->path, O_CREAT | O_WRONLY, 0600);

	(void)state;
	close(fd);
	assert_int_equal(admin_create(&bench->admin, &bench->conf, &parts,
				      &why), IWF_E_EXISTS);
	assert_int_equal(unlink(bench->path), 0);
	bench_destroy(&bench);
}

static const struct {
	const char *address, *mode, *socket, *from;
	enum iwf_err err;
} confs[] = {
	{ "127.0.0.1", "0660", "/x", "sip:a@b", IWF_OK },
	{ "::1", "600", "", "ACME", IWF_OK },
	{ "localhost", "0660", "/x", "sip:a@b", IWF_E_SYNTAX },
	{ "", "0660", "/x", "sip:a@b", IWF_E_SYNTAX },
	{ "127.0.0.1", "0680", "/x", "sip:a@b", IWF_E_SYNTAX },
	{ "127.0.0.1", "66", "/x", "sip:a@b", IWF_E_SYNTAX },
	{ "127.0.0.1", "4660", "/x", "sip:a@b", IWF_E_SYNTAX },
	{ "127.0.0.1", "0660", "x", "sip:a@b", IWF_E_SYNTAX },
	{ "127.0.0.1", "0660", "/x", "", IWF_E_SYNTAX },
	{ "127.0.0.1", "0660", "/x", "much too long a name", IWF_E_SYNTAX },
};

static void test_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(confs) / sizeof(confs[0]); i++) {
		struct admin_conf conf = {
			.address = iwf_str_from(confs[i].address),
			.socket = iwf_str_from(confs[i].socket),
			.socket_mode = iwf_str_from(confs[i].mode),
			.send_from = iwf_str_from(confs[i].from),
		};
		struct iwf_why why = { .file = NULL };

		assert_int_equal(admin_check(&conf, &why), confs[i].err);
		assert_int_equal(why.text[0] != 0, confs[i].err != IWF_OK);
	}
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(test_rows),
		WITH_BENCH(test_not_well),
		WITH_BENCH(test_cancel),
		WITH_BENCH(test_send),
		WITH_BENCH(test_pipelined),
		WITH_BENCH(test_pieces),
		WITH_BENCH(test_too_long),
		WITH_BENCH(test_too_many),
		WITH_BENCH(test_slow_reader),
		WITH_BENCH(test_gone_meanwhile),
		WITH_BENCH(test_ends_while_asked),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_not_a_socket),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
