/* Listening against plain sockets on the loopback interface. */
#include "probe.h"

struct door {
	struct iwf_listener_owner owner;
	struct probe *probe;
	struct iwf_listener *listener;
	struct iwf_listen_conf conf;
	struct iwf_why why;
	struct iwf_remote remote;
	uint16_t port;
	unsigned accepted;
	bool refuses;
	bool ends_inside;
	bool hold;
	struct iwf_stream *first;
};

static struct iwf_stream_owner *on_accept(struct iwf_listener *listener,
					  struct iwf_stream *stream,
					  const struct iwf_remote *remote)
{
	struct door *door = IWF_CONTAINER(iwf_listener_owner(listener),
					  struct door, owner);
	struct probe *probe = door->probe;

	pthread_mutex_lock(&probe->lock);
	door->remote = *remote;
	door->accepted++;
	if (door->accepted == 1)
		door->first = stream;
	probe->stream = stream;
	if (door->ends_inside)
		iwf_listener_destroy(&door->listener);
	pthread_cond_broadcast(&probe->changed);
	pthread_mutex_unlock(&probe->lock);
	return door->refuses ? NULL : &probe->owner;
}

static const struct iwf_listener_ops door_ops = { on_accept };

static void call_listen(void *arg)
{
	struct door *door = arg;

	door->listener = iwf_listen(door->probe->loop, &door->conf,
				    &door->owner, &door->why);
	if (door->listener)
		door->port = iwf_listener_port(door->listener);
}

static void call_end(void *arg)
{
	struct door *door = arg;

	iwf_listener_destroy(&door->listener);
	iwf_listener_destroy(&door->listener);
}

static void call_end_first(void *arg)
{
	struct door *door = arg;

	iwf_stream_destroy(&door->first);
}

static void call_hold_door(void *arg)
{
	struct door *door = arg;

	iwf_listener_hold(door->listener, door->hold);
}

static void door_start(struct door *door, struct probe *probe, const char *host)
{
	memset(door, 0, sizeof(*door));
	probe_start(probe, 0);
	door->probe = probe;
	door->owner.ops = &door_ops;
	door->conf = (struct iwf_listen_conf){
		.host = iwf_str_from(host), .input_max_len = 1000,
	};
	loop_call(probe->loop, call_listen, door);
}

static void door_end(struct door *door)
{
	loop_call(door->probe->loop, call_end, door);
	probe_end(door->probe);
}

static int connect_to(int family, uint16_t port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port),
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, family == AF_INET ?
				 (struct sockaddr *)&four :
				 (struct sockaddr *)&six,
				 family == AF_INET ? sizeof(four) :
				 sizeof(six)), 0);
	return fd;
}

static bool is_twice_open(const struct probe *probe)
{
	return probe->opened == 2;
}

static void talk(int family, const char *host)
{
	struct probe probe;
	struct door door;
	char bytes[6];
	int fd;

	door_start(&door, &probe, host);
	assert_non_null(door.listener);
	fd = connect_to(family, door.port);
	assert_true(wait_until(&probe, is_open));
	assert_string_equal(door.remote.text, host);
	assert_int_equal(door.remote.address[15], 1);
	assert_int_equal(door.remote.address[10], family == AF_INET ? 255 : 0);
	assert_int_not_equal(door.remote.port, 0);
	put(fd, "abcdef");
	assert_true(wait_until(&probe, has_six));
	probe.to_send = IWF_STR("ghijkl");
	probe.sends = 1;
	loop_call(probe.loop, call_send, &probe);
	assert_int_equal(receive(fd, bytes, 6), 6);
	/* A stream lives on without its listener. */
	loop_call(probe.loop, call_end, &door);
	loop_call(probe.loop, call_send, &probe);
	assert_int_equal(receive(fd, bytes, 6), 6);
	close(fd);
	assert_true(wait_until(&probe, is_closed));
	assert_int_equal(probe.err, IWF_OK);
	door_end(&door);
}

static void test_talk(void **state)
{
	(void)state;
	talk(AF_INET, "127.0.0.1");
	talk(AF_INET6, "::1");
}

/* More than allowed wait in the kernel's queue until one has ended. */
static void test_full(void **state)
{
	struct probe probe;
	struct door door;
	int first, second;

	(void)state;
	door_start(&door, &probe, "127.0.0.1");
	loop_call(probe.loop, call_end, &door);
	door.conf.connections_max = 1;
	loop_call(probe.loop, call_listen, &door);
	first = connect_to(AF_INET, door.port);
	assert_true(wait_until(&probe, is_open));
	second = connect_to(AF_INET, door.port);
	for (int i = 0; i < 10; i++)
		loop_call(probe.loop, call_nothing, NULL);
	assert_int_equal(door.accepted, 1);
	loop_call(probe.loop, call_end_first, &door);
	assert_true(wait_until(&probe, is_twice_open));
	assert_int_equal(door.accepted, 2);
	door_end(&door);
	close(first);
	close(second);
}

static void test_hold(void **state)
{
	struct probe probe;
	struct door door;
	int fd;

	(void)state;
	door_start(&door, &probe, "127.0.0.1");
	door.hold = true;
	loop_call(probe.loop, call_hold_door, &door);
	fd = connect_to(AF_INET, door.port);
	for (int i = 0; i < 10; i++)
		loop_call(probe.loop, call_nothing, NULL);
	assert_int_equal(door.accepted, 0);
	door.hold = false;
	loop_call(probe.loop, call_hold_door, &door);
	assert_true(wait_until(&probe, is_open));
	door_end(&door);
	close(fd);
}

static void test_not_wanted(void **state)
{
	struct probe probe;
	struct door door;
	char byte;
	int fd;

	(void)state;
	door_start(&door, &probe, "127.0.0.1");
	door.refuses = true;
	fd = connect_to(AF_INET, door.port);
	assert_int_equal(receive(fd, &byte, 1), 0);
	probe.stream = NULL;
	assert_int_equal(probe.opened, 0);
	door_end(&door);
	close(fd);
}

static void test_end_inside(void **state)
{
	struct probe probe;
	struct door door;
	int fd;

	(void)state;
	door_start(&door, &probe, "127.0.0.1");
	door.ends_inside = true;
	fd = connect_to(AF_INET, door.port);
	assert_true(wait_until(&probe, is_open));
	assert_null(door.listener);
	door_end(&door);
	close(fd);
}

static void test_no_address(void **state)
{
	struct probe probe;
	struct door door;
	struct door other;

	(void)state;
	door_start(&door, &probe, "127.0.0.1");
	other = door;
	other.listener = NULL;
	other.conf.port = door.port;
	loop_call(probe.loop, call_listen, &other);
	assert_null(other.listener);
	assert_non_null(strstr(other.why.text, strerror(EADDRINUSE)));
	other.conf.host = IWF_STR("localhost");
	loop_call(probe.loop, call_listen, &other);
	assert_null(other.listener);
	assert_non_null(strstr(other.why.text, "is no address"));
	door_end(&door);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_talk),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_not_wanted),
		cmocka_unit_test(test_end_inside),
		cmocka_unit_test(test_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
