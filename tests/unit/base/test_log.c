/* Log lines: levels, scope, masking, limits, and nothing of a peer's that could
 * look like a line of ours. Lines are read back from a pipe that is stderr. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#define ADDRESS(kind, user, domain) \
	{ IWF_ADDRESS_##kind, { user, sizeof(user) - 1 }, \
	  { domain, sizeof(domain) - 1 }, { NULL, 0 } }

struct catcher {
	int saved;
	int fds[2];
	char text[65536];
};

static void catch_begin(struct catcher *c)
{
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(pipe(c->fds), 0);
	fcntl(c->fds[1], F_SETPIPE_SZ, sizeof(c->text));
	fflush(stderr);
	c->saved = dup(STDERR_FILENO);
	dup2(c->fds[1], STDERR_FILENO);
}

static unsigned catch_end(struct catcher *c)
{
	unsigned lines = 0;
	ssize_t n;

	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	close(c->fds[1]);
	n = read(c->fds[0], c->text, sizeof(c->text) - 1);
	close(c->fds[0]);
	c->text[n > 0 ? n : 0] = '\0';
	for (const char *p = c->text; *p; p++)
		lines += *p == '\n';
	return lines;
}

static void test_levels_and_scope(void **state)
{
	const struct log_conf conf = { .level = IWF_LOG_INFO };
	struct iwf_log *log = log_create(&conf);
	struct iwf_log *child = log_child(log, "link=op1");
	struct catcher c;

	(void)state;
	catch_begin(&c);
	iwf_log_debug(child, "unseen", "a=%d", 1);
	iwf_log_info(child, "bound", "system_id=%s", "demo");
	assert_int_equal(catch_end(&c), 1);
	assert_non_null(strstr(c.text, "info bound link=op1 system_id=demo\n"));
	log_reconfigure(log, &(struct log_conf){ .level = IWF_LOG_DEBUG });
	catch_begin(&c);
	iwf_log_debug(child, "seen", "a=%d", 1);
	assert_int_equal(catch_end(&c), 1);
	log_destroy(&child);
	log_destroy(&log);
}

static void test_a_peer_makes_no_lines(void **state)
{
	const struct log_conf conf = { .level = IWF_LOG_INFO };
	struct iwf_log *log = log_create(&conf);
	struct catcher c;

	(void)state;
	catch_begin(&c);
	iwf_log_info(log, "said", "text=\"%s\"", "a\r\nerror forged x\x1b[2J");
	assert_int_equal(catch_end(&c), 1);
	assert_non_null(strstr(c.text, "text=\"a  error forged x [2J\""));
	log_destroy(&log);
}

static time_t monotonic_sec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void wait_for_a_new_second(void)
{
	time_t began = monotonic_sec();
	struct timespec ms = { .tv_nsec = 1000000 };

	while (monotonic_sec() == began)
		nanosleep(&ms, NULL);
}

static void test_warnings_are_limited_and_counted(void **state)
{
	const struct log_conf conf = { .level = IWF_LOG_INFO };
	struct iwf_log *log = log_create(&conf);
	struct catcher c;
	unsigned lines;

	(void)state;
	wait_for_a_new_second();
	catch_begin(&c);
	for (int i = 0; i < 100; i++)
		iwf_log_warning(log, "flood", "n=%d", i);
	iwf_log_warning(log, "other", "n=%d", 1);
	lines = catch_end(&c);
	assert_in_range(lines, 21, 41); /* one second, or the edge of two */
	assert_non_null(strstr(c.text, "warning other n=1"));
	wait_for_a_new_second();
	catch_begin(&c);
	iwf_log_warning(log, "flood", "n=%d", 100);
	assert_int_equal(catch_end(&c), 1);
	assert_non_null(strstr(c.text, "repeated="));
	log_destroy(&log);
}

static void test_what_lasts_is_one_line(void **state)
{
	const struct log_conf conf = { .level = IWF_LOG_INFO };
	struct iwf_log *log = log_create(&conf);
	struct iwf_log *link = log_child(log, "link=op1");
	struct catcher c;

	(void)state;
	catch_begin(&c);
	for (int i = 0; i < 100; i++)
		iwf_log_seldom(link, "unanswered", "n=%d", i);
	iwf_log_seldom(log, "unanswered", "n=%d", 7);
	iwf_log_seldom(link, "other", "n=%d", 8);
	assert_int_equal(catch_end(&c), 3);
	assert_non_null(strstr(c.text, "warning unanswered link=op1 n=0\n"));
	assert_non_null(strstr(c.text, "warning unanswered n=7\n"));
	assert_non_null(strstr(c.text, "warning other link=op1 n=8\n"));
	log_destroy(&link);
	log_destroy(&log);
}

static void test_addresses_are_masked(void **state)
{
	static const struct {
		struct iwf_address address;
		const char *masked;
	} rows[] = {
		{ ADDRESS(NUMBER, "+491710000002", ""), "tel:+4917******02" },
		{ ADDRESS(NUMBER, "+4917", "h"), "tel:+4**7" },
		{ ADDRESS(LOCAL, "12", "d"), "tel:12;phone-context=d" },
		{ ADDRESS(ALPHA, "MyBank", ""), "alpha:My***k" },
		{ ADDRESS(SIP, "alice.smith", "ims.net"),
		  "sip:alice****th@ims.net" },
		{ ADDRESS(NONE, "", ""), "none:" },
	};
	struct iwf_log *log = log_create(&(struct log_conf){ 0 });
	struct log_conf full = { .full_addresses = true };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(iwf_log_mask(log, &rows[i].address).text,
				    rows[i].masked);
	log_reconfigure(log, &full);
	assert_string_equal(iwf_log_mask(log, &rows[0].address).text,
			    "tel:+491710000002");
	log_destroy(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels_and_scope),
		cmocka_unit_test(test_a_peer_makes_no_lines),
		cmocka_unit_test(test_warnings_are_limited_and_counted),
		cmocka_unit_test(test_what_lasts_is_one_line),
		cmocka_unit_test(test_addresses_are_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
