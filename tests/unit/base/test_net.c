/* TCP client streams against plain sockets on the loopback interface. */
#include "probe.h"

#include <signal.h>

static void echo(int family, const char *host)
{
	struct probe probe;
	uint16_t port;
	int listener = listen_on(family, 4, &port);
	char bytes[6];
	int fd;

	probe_start(&probe, port);
	probe.conf.host = iwf_str_from(host);
	probe.to_send = IWF_STR("abcdef");
	probe.sends = 1;
	loop_call(probe.loop, call_connect, &probe);
	fd = accept_one(listener);
	assert_true(wait_until(&probe, is_open));
	loop_call(probe.loop, call_send, &probe);
	assert_int_equal(receive(fd, bytes, 6), 6);
	assert_int_equal(send(fd, bytes, 6, MSG_NOSIGNAL), 6);
	assert_true(wait_until(&probe, has_six));
	assert_memory_equal(probe.got.ptr, "abcdef", 6);
	loop_call(probe.loop, call_destroy, &probe);
	assert_int_equal(receive(fd, bytes, 1), 0);
	probe_end(&probe);
	assert_int_equal(probe.closed, 0);
	close(fd);
	close(listener);
}

static void test_echo(void **state)
{
	(void)state;
	echo(AF_INET, "127.0.0.1");
	echo(AF_INET6, "::1");
	echo(AF_INET6, "[::1]");
	echo(AF_INET, "localhost"); /* one of its addresses refuses */
}

/* What is sent before the stream is open leaves when it is. */
static void call_connect_and_send(void *arg)
{
	call_connect(arg);
	call_send(arg);
}

static void test_send_early(void **state)
{
	struct probe probe;
	uint16_t port;
	int listener = listen_on(AF_INET, 4, &port);
	char bytes[3];
	int fd;

	(void)state;
	probe_start(&probe, port);
	probe.to_send = IWF_STR("abc");
	probe.sends = 1;
	loop_call(probe.loop, call_connect_and_send, &probe);
	fd = accept_one(listener);
	assert_int_equal(receive(fd, bytes, 3), 3);
	probe_end(&probe);
	close(fd);
	close(listener);
}

static void test_partial_eating(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 2);

	(void)state;
	probe.unit = 3;
	put(fd, "ab");
	assert_true(wait_until(&probe, is_shown));
	assert_int_equal(probe.got.len, 0);
	put(fd, "cde");
	put(fd, "f");
	assert_true(wait_until(&probe, has_six));
	assert_memory_equal(probe.got.ptr, "abcdef", 6);
	close(fd);
	assert_true(wait_until(&probe, is_closed));
	probe_end(&probe);
}

static void test_input_limit(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 5);

	(void)state;
	probe.unit = 0;
	put(fd, "12345");
	assert_true(wait_until(&probe, is_shown));
	assert_int_equal(probe.closed, 0);
	put(fd, "6");
	assert_true(wait_until(&probe, is_closed));
	assert_int_equal(probe.err, IWF_E_LIMIT);
	probe_end(&probe);
	close(fd);
}

static void test_peer_closes(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);

	(void)state;
	put(fd, "last.!");
	close(fd);
	assert_true(wait_until(&probe, is_closed));
	assert_int_equal(probe.err, IWF_OK);
	assert_memory_equal(probe.got.ptr, "last.!", 6);
	probe_end(&probe);
	assert_int_equal(probe.closed, 1);
}

static void test_reset(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);

	(void)state;
	reset(fd);
	assert_true(wait_until(&probe, is_closed));
	assert_int_equal(probe.err, IWF_E_GONE);
	assert_string_equal(probe.why, strerror(ECONNRESET));
	probe_end(&probe);
}

/* Also while nothing is read. */
static void test_reset_while_held(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);

	(void)state;
	loop_call(probe.loop, call_hold, &probe);
	reset(fd);
	assert_true(wait_until(&probe, is_closed));
	assert_int_equal(probe.err, IWF_E_GONE);
	probe_end(&probe);
}

/* What the peer said before it broke off is heard, also when we learn of the
 * end by writing. */
static void call_break_and_send(void *arg)
{
	struct probe *probe = arg;

	put(probe->peer_fd, "last.!");
	reset(probe->peer_fd);
	call_send(probe);
}

static void test_rest_is_heard(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);

	(void)state;
	signal(SIGPIPE, SIG_DFL);
	probe.peer_fd = fd;
	probe.to_send = IWF_STR("x");
	probe.sends = 1;
	loop_call(probe.loop, call_break_and_send, &probe);
	assert_true(wait_until(&probe, is_closed));
	assert_int_equal(probe.err, IWF_E_GONE);
	assert_int_equal(probe.got.len, 6);
	assert_memory_equal(probe.got.ptr, "last.!", 6);
	probe_end(&probe);
}

/* The first write makes the peer reset the connection, the second would raise
 * SIGPIPE and end the test. */
static void run_second_write(struct iwf_task *task)
{
	struct probe *probe = IWF_CONTAINER(task, struct probe, later);

	call_send(probe);
	enter(probe);
	probe->destroy_in = OPEN;
	leave(probe, OPEN);
}

static void call_write_twice(void *arg)
{
	struct probe *probe = arg;

	call_send(probe);
	probe->later.run = run_second_write;
	iwf_loop_post(probe->loop, &probe->later);
}

static void test_write_to_gone_peer(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);

	(void)state;
	/* Sofia ignores it for the process; not every user of streams may. */
	signal(SIGPIPE, SIG_DFL);
	probe.to_send = IWF_STR("x");
	probe.sends = 1;
	loop_call(probe.loop, call_hold, &probe);
	close(fd);
	loop_call(probe.loop, call_write_twice, &probe);
	assert_true(wait_until(&probe, is_destroyed));
	probe_end(&probe);
	assert_int_equal(probe.closed, 0);
}

static void test_refused(void **state)
{
	struct probe probe;
	uint16_t port;

	(void)state;
	close(listen_on(AF_INET, 1, &port));
	probe_start(&probe, port);
	loop_call(probe.loop, call_connect, &probe);
	assert_true(wait_until(&probe, is_closed));
	assert_int_equal(probe.err, IWF_E_IO);
	assert_string_equal(probe.why, strerror(ECONNREFUSED));
	assert_int_equal(probe.opened, 0);
	probe_end(&probe);
}

/* Refused at once by the kernel, inside iwf_stream_connect. */
static void test_refused_at_once(void **state)
{
	struct probe probe;

	(void)state;
	probe_start(&probe, 9);
	probe.conf.host = IWF_STR("255.255.255.255");
	loop_call(probe.loop, call_connect, &probe);
	assert_true(wait_until(&probe, is_closed));
	assert_int_equal(probe.err, IWF_E_IO);
	probe_end(&probe);
}

/* A listener whose queue is full drops SYNs. */
static void test_connect_timeout(void **state)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct probe probe;
	int fillers[4];
	uint16_t port;
	int listener = listen_on(AF_INET, 0, &port);

	(void)state;
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	addr.sin_port = htons(port);
	for (int i = 0; i < 4; i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fillers[i], (struct sockaddr *)&addr, sizeof(addr));
	}
	probe_start(&probe, port);
	probe.conf.connect_ms = 50;
	loop_call(probe.loop, call_connect, &probe);
	assert_true(wait_until(&probe, is_closed));
	assert_int_equal(probe.err, IWF_E_TIMEOUT);
	assert_int_equal(probe.opened, 0);
	probe_end(&probe);
	for (int i = 0; i < 4; i++)
		close(fillers[i]);
	close(listener);
}

/* Names that no resolver need be asked for. */
static void test_not_found(void **state)
{
	static const char *const names[] = {
		"", "not..a..name",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	char long_name[300];

	(void)state;
	memset(long_name, 'a', sizeof(long_name));
	for (size_t i = 0; i < 4; i++) {
		struct probe probe;

		probe_start(&probe, 1);
		probe.conf.host = i < 3 ? iwf_str_from(names[i]) :
			iwf_str_make(long_name, sizeof(long_name));
		loop_call(probe.loop, call_connect, &probe);
		assert_true(wait_until(&probe, is_closed));
		assert_int_equal(probe.err, IWF_E_NOT_FOUND);
		probe_end(&probe);
	}
}

/* The resolver outlives the stream and may outlive the loop. */
static void test_destroy_while_asking(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		struct probe probe;

		probe_start(&probe, 1);
		probe.conf.host = IWF_STR("localhost");
		loop_call(probe.loop, call_connect_and_destroy, &probe);
		probe_end(&probe);
		assert_int_equal(probe.closed, 0);
	}
}

static void test_hold(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, BULK_LEN);
	char *bulk = iwf_alloc(BULK_LEN);
	size_t sent = 0;

	(void)state;
	probe.conf.input_max_len = BULK_LEN;
	loop_call(probe.loop, call_hold, &probe);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (ssize_t n = 1; n > 0 && sent < BULK_LEN; sent += n > 0 ? (size_t)n : 0)
		n = send(fd, bulk + sent, BULK_LEN - sent, MSG_NOSIGNAL);
	/* Buffers are full: the peer feels it. */
	assert_true(sent < BULK_LEN);
	loop_call(probe.loop, call_nothing, NULL);
	assert_int_equal(probe.shown, 0);
	loop_call(probe.loop, call_let_go, &probe);
	while (sent < BULK_LEN) {
		ssize_t n;

		await(fd, POLLOUT);
		n = send(fd, bulk + sent, BULK_LEN - sent, MSG_NOSIGNAL);
		assert_true(n > 0);
		sent += (size_t)n;
	}
	assert_true(wait_until(&probe, has_bulk));
	probe_end(&probe);
	free(bulk);
	close(fd);
}

/* What was left uneaten is shown again when the hold ends, in a later turn. */
static bool was_shown_twice(const struct probe *probe)
{
	return probe->shown == 2;
}

static void test_hold_shows_rest(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);

	(void)state;
	probe.unit = 0;
	put(fd, "abcdef");
	assert_true(wait_until(&probe, is_shown));
	loop_call(probe.loop, call_hold, &probe);
	probe.unit = 3;
	loop_call(probe.loop, call_let_go, &probe);
	assert_true(wait_until(&probe, was_shown_twice));
	assert_int_equal(probe.got.len, 6);
	probe_end(&probe);
	close(fd);
}

static char pattern(size_t i)
{
	return (char)(i * 7 + i / 251);
}

static void test_large_output(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);
	char *bulk = iwf_alloc(BULK_LEN);

	(void)state;
	for (size_t i = 0; i < BULK_LEN; i++)
		bulk[i] = pattern(i);
	probe.to_send = iwf_str_make(bulk, BULK_LEN);
	probe.sends = 1;
	loop_call(probe.loop, call_send, &probe);
	loop_call(probe.loop, call_nothing, NULL);
	loop_call(probe.loop, call_look, &probe);
	assert_true(probe.unsent_len > 0);
	pthread_mutex_lock(&probe.lock);
	assert_int_equal(probe.drained, 0);
	pthread_mutex_unlock(&probe.lock);
	memset(bulk, 0, BULK_LEN);
	assert_int_equal(receive(fd, bulk, BULK_LEN), BULK_LEN);
	for (size_t i = 0; i < BULK_LEN; i++)
		if (bulk[i] != pattern(i))
			fail();
	assert_true(wait_until(&probe, is_drained));
	loop_call(probe.loop, call_look, &probe);
	assert_int_equal(probe.unsent_len, 0);
	probe_end(&probe);
	free(bulk);
	close(fd);
}

static void test_coalescing(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);
	char bytes[300];

	(void)state;
	probe.to_send = IWF_STR("abc");
	probe.sends = 100;
	for (unsigned turn = 1; turn <= 3; turn++) {
		loop_call(probe.loop, call_send, &probe);
		assert_int_equal(receive(fd, bytes, 300), 300);
		assert_int_equal(segments_in(fd), turn);
	}
	probe_end(&probe);
	close(fd);
}

static void test_destroy_writes(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);
	char bytes[4];

	(void)state;
	/* Unread input must not turn the close into a reset. */
	loop_call(probe.loop, call_hold, &probe);
	put(fd, "unread");
	probe.to_send = IWF_STR("bye");
	probe.sends = 1;
	loop_call(probe.loop, call_send_and_destroy, &probe);
	assert_int_equal(receive(fd, bytes, 4), 3);
	assert_memory_equal(bytes, "bye", 3);
	probe_end(&probe);
	assert_int_equal(probe.closed, 0);
	close(fd);
}

static void test_destroy_in_open(void **state)
{
	struct probe probe;
	uint16_t port;
	int listener = listen_on(AF_INET, 4, &port);
	char byte;
	int fd;

	(void)state;
	probe_start(&probe, port);
	probe.destroy_in = OPEN;
	probe.to_send = IWF_STR("abc");
	probe.sends = 1;
	loop_call(probe.loop, call_connect_and_send, &probe);
	fd = accept_one(listener);
	assert_true(wait_until(&probe, is_destroyed));
	assert_int_equal(receive(fd, &byte, 1), 1);
	probe_end(&probe);
	assert_int_equal(probe.closed, 0);
	close(fd);
	close(listener);
}

static void test_destroy_in_bytes(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);
	char byte;

	(void)state;
	probe.destroy_in = BYTES;
	put(fd, "abc");
	assert_true(wait_until(&probe, is_destroyed));
	assert_int_equal(receive(fd, &byte, 1), 0);
	probe_end(&probe);
	assert_int_equal(probe.closed, 0);
	assert_int_equal(probe.shown, 1);
	close(fd);
}

static void test_destroy_in_drained(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);
	char *bulk = iwf_alloc(BULK_LEN);

	(void)state;
	probe.destroy_in = DRAINED;
	probe.to_send = iwf_str_make(bulk, BULK_LEN);
	probe.sends = 1;
	loop_call(probe.loop, call_send, &probe);
	/* Written before anybody reads, so that it is held up. */
	loop_call(probe.loop, call_nothing, NULL);
	assert_int_equal(receive(fd, bulk, BULK_LEN), BULK_LEN);
	assert_true(wait_until(&probe, is_destroyed));
	assert_int_equal(receive(fd, bulk, 1), 0);
	probe_end(&probe);
	assert_int_equal(probe.closed, 0);
	free(bulk);
	close(fd);
}

static void test_destroy_in_close(void **state)
{
	struct probe probe;
	int fd = open_pair(&probe, 100);

	(void)state;
	probe.destroy_in = CLOSE;
	probe.to_send = IWF_STR("unsent");
	probe.sends = 1;
	put(fd, "abc");
	close(fd);
	assert_true(wait_until(&probe, is_closed));
	probe_end(&probe);
	assert_int_equal(probe.destroyed, 1);
	assert_int_equal(probe.closed, 1);
}

/* A posted turn that finds its stream destroyed. */
static void test_destroy_before_turn(void **state)
{
	struct probe probe;

	(void)state;
	probe_start(&probe, 9);
	probe.conf.host = IWF_STR("255.255.255.255");
	loop_call(probe.loop, call_connect_and_destroy, &probe);
	probe_end(&probe);
	assert_int_equal(probe.closed, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_send_early),
		cmocka_unit_test(test_partial_eating),
		cmocka_unit_test(test_input_limit),
		cmocka_unit_test(test_peer_closes),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_reset_while_held),
		cmocka_unit_test(test_rest_is_heard),
		cmocka_unit_test(test_write_to_gone_peer),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_at_once),
		cmocka_unit_test(test_connect_timeout),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_destroy_while_asking),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_hold_shows_rest),
		cmocka_unit_test(test_large_output),
		cmocka_unit_test(test_coalescing),
		cmocka_unit_test(test_destroy_writes),
		cmocka_unit_test(test_destroy_in_open),
		cmocka_unit_test(test_destroy_in_bytes),
		cmocka_unit_test(test_destroy_in_drained),
		cmocka_unit_test(test_destroy_in_close),
		cmocka_unit_test(test_destroy_before_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
