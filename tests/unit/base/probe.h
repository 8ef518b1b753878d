/* An owner of a stream as tests see it, and the plain socket at the other end
 * of it, on the loopback interface. */
#pragma once

#include "base/loop.h"

#include <iwf/arena.h>
#include <iwf/buf.h>
#include <iwf/net.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE_MS 10000

/* --- the owner of a stream, watched from the test's thread --- */

enum moment { NEVER, OPEN, BYTES, DRAINED, CLOSE };

struct probe {
	struct iwf_stream_owner owner;
	struct iwf_loop *loop;
	struct iwf_stream *stream;
	struct iwf_stream_conf conf;
	size_t unit;              /* eats only whole units; 0: nothing */
	enum moment destroy_in;
	struct iwf_str to_send;
	unsigned sends;           /* how often in one turn */
	bool in_call;
	size_t unsent_len;
	int peer_fd;
	struct iwf_task later;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned opened, shown, drained, closed, destroyed;
	bool called_inside;
	struct iwf_buf got;
	enum iwf_err err;
	char why[128];
};

static inline struct probe *probe_of(const struct iwf_stream *stream)
{
	return IWF_CONTAINER(iwf_stream_owner(stream), struct probe, owner);
}

static inline void enter(struct probe *probe)
{
	pthread_mutex_lock(&probe->lock);
	probe->called_inside |= probe->in_call;
}

static inline void leave(struct probe *probe, enum moment moment)
{
	if (probe->destroy_in == moment) {
		iwf_stream_destroy(&probe->stream);
		assert_null(probe->stream);
		probe->destroyed++;
	}
	pthread_cond_broadcast(&probe->changed);
	pthread_mutex_unlock(&probe->lock);
}

static inline void on_open(struct iwf_stream *stream)
{
	struct probe *probe = probe_of(stream);

	enter(probe);
	probe->opened++;
	leave(probe, OPEN);
}

static inline size_t on_bytes(struct iwf_stream *stream, struct iwf_str bytes)
{
	struct probe *probe = probe_of(stream);
	size_t eaten = probe->unit ? bytes.len - bytes.len % probe->unit : 0;

	enter(probe);
	probe->shown++;
	iwf_buf_put(&probe->got, bytes.ptr, eaten);
	leave(probe, BYTES);
	return eaten;
}

static inline void on_drained(struct iwf_stream *stream)
{
	struct probe *probe = probe_of(stream);

	enter(probe);
	probe->drained++;
	leave(probe, DRAINED);
}

static inline void on_close(struct iwf_stream *stream, enum iwf_err err,
		     const char *why)
{
	struct probe *probe = probe_of(stream);

	enter(probe);
	probe->closed++;
	probe->err = err;
	strncpy(probe->why, why, sizeof(probe->why) - 1);
	if (probe->destroy_in != CLOSE)
		probe->stream = NULL;
	leave(probe, CLOSE);
}

static const struct iwf_stream_ops ops = { on_open, on_bytes, on_drained,
					   on_close };

static inline bool wait_until(struct probe *probe, bool (*is)(const struct probe *))
{
	struct timespec end;
	int failed = 0;
	bool met;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += DEADLINE_MS / 1000;
	pthread_mutex_lock(&probe->lock);
	while (!is(probe) && !failed)
		failed = pthread_cond_timedwait(&probe->changed, &probe->lock,
						&end);
	met = is(probe);
	pthread_mutex_unlock(&probe->lock);
	return met;
}

static inline bool is_open(const struct probe *probe)
{
	return probe->opened == 1;
}

static inline bool is_closed(const struct probe *probe)
{
	return probe->closed == 1;
}

static inline bool is_drained(const struct probe *probe)
{
	return probe->drained == 1;
}

static inline bool is_destroyed(const struct probe *probe)
{
	return probe->destroyed == 1;
}

static inline bool is_shown(const struct probe *probe)
{
	return probe->shown > 0;
}

static inline bool has_six(const struct probe *probe)
{
	return probe->got.len == 6;
}

#define BULK_LEN (8u << 20)

static inline bool has_bulk(const struct probe *probe)
{
	return probe->got.len >= BULK_LEN;
}

/* --- calls on the loop --- */

static inline void call_connect(void *arg)
{
	struct probe *probe = arg;

	probe->in_call = true;
	probe->stream = iwf_stream_connect(probe->loop, &probe->conf,
					   &probe->owner);
	probe->in_call = false;
}

static inline void call_send(void *arg)
{
	struct probe *probe = arg;

	if (!probe->stream)
		return;
	probe->in_call = true;
	for (unsigned i = 0; i < probe->sends; i++)
		iwf_stream_send(probe->stream, probe->to_send);
	probe->in_call = false;
}

static inline void call_hold(void *arg)
{
	struct probe *probe = arg;

	probe->in_call = true;
	iwf_stream_hold(probe->stream, true);
	probe->in_call = false;
}

static inline void call_let_go(void *arg)
{
	struct probe *probe = arg;

	probe->in_call = true;
	iwf_stream_hold(probe->stream, false);
	probe->in_call = false;
}

static inline void call_destroy(void *arg)
{
	struct probe *probe = arg;

	iwf_stream_destroy(&probe->stream);
	iwf_stream_destroy(&probe->stream);
}

static inline void call_connect_and_destroy(void *arg)
{
	call_connect(arg);
	call_destroy(arg);
}

static inline void call_send_and_destroy(void *arg)
{
	call_send(arg);
	call_destroy(arg);
}

static inline void call_look(void *arg)
{
	struct probe *probe = arg;

	probe->unsent_len = iwf_stream_unsent_len(probe->stream);
}

/* Once around the loop. */
static inline void call_nothing(void *arg)
{
	(void)arg;
}

static inline void probe_start(struct probe *probe, uint16_t port)
{
	pthread_condattr_t attr;

	memset(probe, 0, sizeof(*probe));
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&probe->lock, NULL);
	pthread_cond_init(&probe->changed, &attr);
	pthread_condattr_destroy(&attr);
	probe->owner.ops = &ops;
	probe->unit = 1;
	probe->conf = (struct iwf_stream_conf){
		.host = IWF_STR("127.0.0.1"), .port = port,
		.connect_ms = DEADLINE_MS, .input_max_len = 1u << 16,
	};
	probe->loop = loop_create("test");
	loop_start(probe->loop);
}

static inline void probe_end(struct probe *probe)
{
	loop_call(probe->loop, call_destroy, probe);
	loop_destroy(&probe->loop);
	assert_false(probe->called_inside);
	iwf_buf_free(&probe->got);
	pthread_cond_destroy(&probe->changed);
	pthread_mutex_destroy(&probe->lock);
}

/* --- the other end --- */

static inline int listen_on(int family, int backlog, uint16_t *port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *addr = family == AF_INET ? (struct sockaddr *)&four :
						    (struct sockaddr *)&six;
	socklen_t len = family == AF_INET ? sizeof(four) : sizeof(six);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, addr, len), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, addr, &len), 0);
	*port = ntohs(family == AF_INET ? four.sin_port : six.sin6_port);
	return fd;
}

static inline void await(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	assert_int_equal(poll(&p, 1, DEADLINE_MS), 1);
}

static inline int accept_one(int listener)
{
	int fd;

	await(listener, POLLIN);
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	return fd;
}

static inline size_t receive(int fd, char *to, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n;

		await(fd, POLLIN);
		n = recv(fd, to + got, len - got, 0);
		assert_true(n >= 0);
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return got;
}

static inline void put(int fd, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

static inline void reset(int fd)
{
	struct linger now = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

/* A stream that is open, and the other end of it. */
static inline int open_pair(struct probe *probe, uint32_t input_max_len)
{
	uint16_t port;
	int listener = listen_on(AF_INET, 4, &port);
	int fd;

	probe_start(probe, port);
	probe->conf.input_max_len = input_max_len;
	loop_call(probe->loop, call_connect, probe);
	fd = accept_one(listener);
	close(listener);
	assert_true(wait_until(probe, is_open));
	return fd;
}

/* With TCP_NODELAY every write is a segment: the receiver can count them. */
static inline unsigned segments_in(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	return info.tcpi_data_segs_in;
}
