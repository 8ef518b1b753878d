/* iwfctl itself: what it asks, prints and ends with, against a daemon that
 * answers what the row says. IWF_BUILD names the folder of the build. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ARGS_MAX 10

struct row {
	const char *args[ARGS_MAX];
	const char *asked;   /* NULL: the daemon is not asked */
	const char *answer;
	int status;
	const char *out;     /* all of stdout; NULL: not compared */
	const char *err;     /* part of stderr */
};

static const struct row rows[] = {
	/* the command line */
	{ { NULL }, NULL, NULL, 2, "", "a command is missing" },
	{ { "frob" }, NULL, NULL, 2, "", "unknown command frob" },
	{ { "--frob", "status" }, NULL, NULL, 2, "", "unknown option --frob" },
	{ { "status", "--link", "x" }, NULL, NULL, 2, "",
	  "unknown option --link" },
	{ { "--link", "x", "queue" }, NULL, NULL, 2, "", "unknown option" },
	{ { "-x", "status" }, NULL, NULL, 2, "", "unknown option -x" },
	{ { "queue", "--link" }, NULL, NULL, 2, "", "a value is missing" },
	{ { "status", "--socket" }, NULL, NULL, 2, "", "a value is missing" },
	{ { "status", "now" }, NULL, NULL, 2, "", "too many arguments: now" },
	{ { "trace" }, NULL, NULL, 2, "", "an argument is missing: ID" },
	{ { "trace", "a", "b" }, NULL, NULL, 2, "", "too many arguments: b" },
	{ { "list", "--limit", "ten" }, NULL, NULL, 2, "", "not a number" },
	{ { "list", "--limit", "-1" }, NULL, NULL, 2, "", "not a number" },
	{ { "--timeout", "0", "status" }, NULL, NULL, 2, "", "not a number" },
	{ { "send", "--to", "+1" }, NULL, NULL, 2, "", "required: --text" },
	{ { "send", "--text", "x" }, NULL, NULL, 2, "", "required: --to" },
	{ { "send", "--to", "\xff", "--text", "x" }, NULL, NULL, 2, "",
	  "not UTF-8: to" },

	/* what it knows by itself */
	{ { "conformance" }, NULL, NULL, 0, NULL, "" },
	{ { "conformance", "--json" }, NULL, NULL, 0, NULL, "" },
	{ { "conformance", "all" }, NULL, NULL, 2, "", "too many arguments" },

	/* requests and columns */
	{ { "version" }, "{\"cmd\":\"version\"}",
	  "{\"ok\":true,\"version\":\"9.8.7\"}", 0, NULL, "" },
	{ { "send", "--to", "+1", "--text", "h\xc3\xa9 \"", "--want",
	    "failed" },
	  "{\"cmd\":\"send\",\"to\":\"+1\",\"text\":\"h\xc3\xa9 \\\"\","
	  "\"want\":\"failed\"}",
	  "{\"ok\":true,\"id\":\"0000000000000042\"}", 0,
	  "0000000000000042\n", "" },
	{ { "list", "--limit", "2", "--full" },
	  "{\"cmd\":\"list\",\"limit\":2,\"full\":true}",
	  "{\"ok\":true,\"deliveries\":[{\"id\":\"1\",\"accepted\":\"t\","
	  "\"kind\":\"message\",\"state\":\"failed\",\"origin\":\"cpm\","
	  "\"link\":\"op1\",\"from\":\"a\",\"to\":\"b\",\"text\":"
	  "\"\\u001b[31mred\\n\"},{\"id\":\"22\",\"from\":null}]}", 0,
	  "ID  ACCEPTED  KIND     STATE   ORIGIN  LINK  FROM  TO  TEXT\n"
	  "1   t         message  failed  cpm     op1   a     b    [31mred \n"
	  "22  -         -        -       -       -     -     -   -\n", "" },
	{ { "queue", "--link", "op1" },
	  "{\"cmd\":\"queue\",\"link\":\"op1\"}",
	  "{\"ok\":true,\"queue\":[{\"link\":\"op1\",\"kind\":\"message\","
	  "\"state\":\"queued\",\"count\":1200,\"oldest_age_ms\":192000}]}", 0,
	  "LINK  KIND     STATE   COUNT  OLDEST\n"
	  "op1   message  queued   1200   3m12s\n", "" },
	{ { "links" }, "{\"cmd\":\"links\"}",
	  "{\"ok\":true,\"links\":[{\"name\":\"op1\",\"adapter\":\"smpp\","
	  "\"state\":\"up\",\"instances\":2,\"instances_up\":1,"
	  "\"outstanding\":3,\"in_memory\":4,\"waiting\":null,"
	  "\"since\":\"t\",\"reason\":\"\",\"removed\":false}]}", 0,
	  "LINK  ADAPTER  STATE   UP  OUTSTANDING  MEMORY  WAITING  SINCE  "
	  "REASON\n"
	  "op1   smpp     up     1/2            3       4        -  t      "
	  "-\n", "" },
	{ { "status" }, "{\"cmd\":\"status\"}",
	  "{\"ok\":true,\"version\":\"1\",\"ready\":true,\"reason\":\"\","
	  "\"uptime_ms\":61000,\"links\":2,\"links_up\":1,\"waiting\":3,"
	  "\"oldest_waiting_ms\":5300,\"in_memory\":1,\"totals\":{},"
	  "\"ledger_imbalance\":0}", 0,
	  "version              1\n"
	  "ready                yes\n"
	  "uptime               1m01s\n"
	  "links up             1 of 2\n"
	  "waiting              3, oldest 5.3s\n"
	  "in_memory            1\n"
	  "accepted             0\n"
	  "sent                 0\n"
	  "delivered            0\n"
	  "failed               0\n"
	  "expired              0\n"
	  "reports              0\n"
	  "possible_duplicates  0\n"
	  "ledger_imbalance     0\n", "" },
	{ { "ledger", "--audit" }, "{\"cmd\":\"ledger\",\"audit\":true}",
	  "{\"ok\":true,\"audited\":true,\"taken\":5,\"purged\":1,"
	  "\"counted\":4,\"states\":{\"sent\":4,\"all\":4},\"imbalance\":0}",
	  0,
	  "taken                   5\n"
	  "purged                  1\n"
	  "counted                 4\n"
	  "  sent                  4\n"
	  "  all                   4\n"
	  "imbalance               0  (recounted now)\n", "" },
	{ { "trace", "42" }, "{\"cmd\":\"trace\",\"id\":\"42\"}",
	  "{\"ok\":true,\"id\":\"0042\",\"kind\":\"message\","
	  "\"state\":\"queued\",\"from\":\"a\",\"to\":\"b\",\"steps\":["
	  "{\"at\":\"T1\",\"delta_ms\":0,\"step\":\"accepted\","
	  "\"text\":\"by link cpm\"},"
	  "{\"at\":\"T2\",\"delta_ms\":250,\"step\":\"attempt\","
	  "\"text\":\"number 1\"}],\"hint\":\"waiting: for it\","
	  "\"reports\":[{\"id\":\"7\",\"fate\":\"failed\","
	  "\"state\":\"queued\",\"link\":\"cpm\",\"steps\":[]}]}", 0,
	  "message 0042: queued\n"
	  "  from       a\n"
	  "  to         b\n"
	  "  T1             accepted   by link cpm\n"
	  "  T2  +   250ms  attempt    number 1\n"
	  "             waiting: for it\n"
	  "report 7: failed, queued by link cpm\n", "" },
	{ { "explain", "--to", "+1", "--text", "x" },
	  "{\"cmd\":\"explain\",\"to\":\"+1\",\"text\":\"x\"}",
	  "{\"ok\":true,\"text\":\"route: rule 1\\nx\\u0007\\npart: 1: a\"}",
	  0, "route                rule 1\nx \n"
	  "part                 1: a\n", "" },
	{ { "table", "sms" }, "{\"cmd\":\"table\",\"service\":\"sms\"}",
	  "{\"ok\":true,\"columns\":[\"link\",\"code\"],\"rows\":["
	  "{\"link\":\"*\",\"code\":\"0\"},{\"code\":\"12\",\"link\":\"op1\"}]}",
	  0, "LINK  CODE\n*     0\nop1   12\n", "" },
	{ { "table", "sms", "--link", "op1" }, "{\"cmd\":\"table\","
	  "\"service\":\"sms\",\"link\":\"op1\"}",
	  "{\"ok\":true,\"columns\":[],\"rows\":[]}", 0, NULL, "" },
	{ { "table" }, NULL, NULL, 2, "", "an argument is missing" },
	{ { "log-level", "debug" },
	  "{\"cmd\":\"log-level\",\"level\":\"debug\"}",
	  "{\"ok\":true,\"level\":\"debug\"}", 0, "debug\n", "" },
	{ { "reload" }, "{\"cmd\":\"reload\"}", "{\"ok\":true,\"text\":\"\"}",
	  0, "done\n", "" },

	/* --json: the line as it came, the same exit status */
	{ { "--json", "version" }, "{\"cmd\":\"version\"}",
	  "{\"ok\":true, \"version\":\"9.8.7\"}", 0,
	  "{\"ok\":true, \"version\":\"9.8.7\"}\n", "" },
	{ { "ledger", "--json" }, "{\"cmd\":\"ledger\"}",
	  "{\"ok\":true,\"imbalance\":2}", 1,
	  "{\"ok\":true,\"imbalance\":2}\n", "" },
	{ { "trace", "--json", "9" }, "{\"cmd\":\"trace\",\"id\":\"9\"}",
	  "{\"ok\":false,\"error\":\"not-found\",\"text\":\"no\"}", 1,
	  "{\"ok\":false,\"error\":\"not-found\",\"text\":\"no\"}\n",
	  "iwfctl: no" },

	/* bad news */
	{ { "status" }, "{\"cmd\":\"status\"}",
	  "{\"ok\":true,\"ready\":false,\"reason\":\"no link is up\"}", 1,
	  NULL, "" },
	{ { "status" }, "{\"cmd\":\"status\"}",
	  "{\"ok\":true,\"ready\":true,\"ledger_imbalance\":-1}", 1, NULL,
	  "" },
	{ { "ledger" }, "{\"cmd\":\"ledger\"}",
	  "{\"ok\":true,\"imbalance\":-1}", 1, NULL, "" },
	{ { "reload" }, "{\"cmd\":\"reload\"}",
	  "{\"ok\":false,\"error\":\"io\",\"text\":\"\\u001b bad\"}", 1, "",
	  "iwfctl:   bad\n" },
	{ { "list", "--state", "odd" },
	  "{\"cmd\":\"list\",\"state\":\"odd\"}",
	  "{\"ok\":false,\"error\":\"syntax\",\"text\":\"state must\"}", 2, "",
	  "state must" },
	{ { "status" }, "{\"cmd\":\"status\"}", "HTTP/1.1 400", 3, "",
	  "is not iwfd" },
	{ { "status" }, "{\"cmd\":\"status\"}", "", 3, "", "is not iwfd" },
};

/* --- a daemon of one connection, and iwfctl as a child --- */

struct ctl {
	char folder[32];
	char path[48];
	int listener;
	int out, err;   /* its output, as files */
};

static int temporary(void)
{
	FILE *file = tmpfile();
	int fd = dup(fileno(file));

	fclose(file);
	return fd;
}

static void ctl_begin(struct ctl *ctl)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	snprintf(ctl->folder, sizeof(ctl->folder), "/tmp/iwfctl-XXXXXX");
	assert_non_null(mkdtemp(ctl->folder));
	snprintf(ctl->path, sizeof(ctl->path), "%s/control", ctl->folder);
	memcpy(addr.sun_path, ctl->path, strlen(ctl->path));
	ctl->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
			       SOCK_NONBLOCK, 0);
	assert_int_equal(bind(ctl->listener, (struct sockaddr *)&addr,
			      sizeof(addr)), 0);
	assert_int_equal(listen(ctl->listener, 4), 0);
	ctl->out = temporary();
	ctl->err = temporary();
}

static void ctl_end(struct ctl *ctl)
{
	close(ctl->listener);
	close(ctl->out);
	close(ctl->err);
	unlink(ctl->path);
	rmdir(ctl->folder);
}

static pid_t ctl_spawn(const struct ctl *ctl, const char *const *args)
{
	const char *build = getenv("IWF_BUILD");
	const char *argv[ARGS_MAX + 2] = { "iwfctl" };
	char path[512];
	pid_t pid;

	if (!build)
		fail_msg("IWF_BUILD is not set");
	snprintf(path, sizeof(path), "%s/gateway/iwfctl", build);
	for (int i = 0; i < ARGS_MAX && args[i]; i++)
		argv[i + 1] = args[i];
	pid = fork();
	if (pid)
		return pid;
	dup2(ctl->out, STDOUT_FILENO);
	dup2(ctl->err, STDERR_FILENO);
	setenv("IWFCTL_SOCKET", ctl->path, 1);
	execv(path, (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* Takes the connection once there is one, unless the child ends before. */
static int take(const struct ctl *ctl, pid_t pid, int *status)
{
	for (;;) {
		int fd = accept4(ctl->listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0)
			return fd;
		if (waitpid(pid, status, WNOHANG) == pid)
			return -1;
		sched_yield();
	}
}

static void serve(int fd, const struct row *row)
{
	char line[1024];
	size_t len = 0;

	while (len < sizeof(line) - 1 &&
	       recv(fd, line + len, 1, 0) == 1 && line[len] != '\n')
		len++;
	line[len] = '\0';
	if (!row->asked)
		fail_msg("asked %s", line);
	assert_string_equal(line, row->asked);
	send(fd, row->answer, strlen(row->answer), MSG_NOSIGNAL);
	send(fd, "\n", 1, MSG_NOSIGNAL);
	close(fd);
}

static void read_back(int fd, char *to, size_t len)
{
	ssize_t n = pread(fd, to, len - 1, 0);

	to[n > 0 ? n : 0] = '\0';
}

static void check_output(const struct ctl *ctl, const struct row *row,
			 int status)
{
	char out[4096], err[4096];

	read_back(ctl->out, out, sizeof(out));
	read_back(ctl->err, err, sizeof(err));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != row->status ||
	    !strstr(err, row->err))
		fail_msg("%s %s: status 0x%x, %s", row->args[0] ?
			 row->args[0] : "", row->args[0] && row->args[1] ?
			 row->args[1] : "", (unsigned)status, err);
	if (row->out)
		assert_string_equal(out, row->out);
}

static void check(const struct row *row)
{
	struct ctl ctl;
	int status = 0;
	pid_t pid;
	int fd;

	ctl_begin(&ctl);
	pid = ctl_spawn(&ctl, row->args);
	fd = take(&ctl, pid, &status);
	if (fd >= 0) {
		serve(fd, row);
		assert_int_equal(waitpid(pid, &status, 0), pid);
	} else if (row->asked) {
		fail_msg("%s: did not ask, status 0x%x", row->args[0],
			 (unsigned)status);
	}
	check_output(&ctl, row, status);
	ctl_end(&ctl);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

/* Nobody there, and somebody who closes without a word. */
static void test_unreachable(void **state)
{
	static const struct row row = {
		{ "status", "--socket", "/nonexistent/control" }, NULL, NULL, 3,
		"", "cannot connect to /nonexistent/control: No such file or "
		"directory; is the daemon running" };
	static const struct row silent = { { "status" }, "", NULL, 3, "",
					   "no answer from" };
	struct ctl ctl;
	int status = 0;
	pid_t pid;

	(void)state;
	check(&row);
	ctl_begin(&ctl);
	pid = ctl_spawn(&ctl, silent.args);
	close(take(&ctl, pid, &status));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	check_output(&ctl, &silent, status);
	ctl_end(&ctl);
}

static void test_help(void **state)
{
	static const struct row row = { { "--help" }, NULL, NULL, 0, NULL, "" };
	static const struct row late = { { "trace", "--help" }, NULL, NULL, 0,
					 NULL, "" };

	(void)state;
	check(&row);
	check(&late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
