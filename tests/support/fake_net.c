/* See fake_net.h. */
#include "fake_net.h"

#include <iwf/arena.h>
#include <iwf/buf.h>

#include <stdio.h>
#include <stdlib.h>

#define STREAMS_MAX 256u
#define LISTENERS_MAX 4u

enum fake_state { FAKE_CONNECTING, FAKE_OPEN, FAKE_ENDED };

struct iwf_stream {
	struct iwf_stream_owner *owner;
	enum fake_state state;
	struct iwf_timer timer;
	struct iwf_buf in;
	struct iwf_buf out;
	size_t input_max_len;
	bool is_held;
	bool is_stuck;
	size_t stuck_at; /* of out: from here on it is unsent */
};

static struct iwf_stream *streams[STREAMS_MAX];
static unsigned stream_count;

void fake_net_reset(void)
{
	IWF_BUG_ON(fake_net_open_count() != 0);
	for (unsigned i = 0; i < stream_count; i++) {
		iwf_buf_free(&streams[i]->in);
		iwf_buf_free(&streams[i]->out);
		free(streams[i]);
	}
	stream_count = 0;
}

unsigned fake_net_count(void)
{
	return stream_count;
}

unsigned fake_net_open_count(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < stream_count; i++)
		count += streams[i]->state != FAKE_ENDED;
	return count;
}

struct iwf_stream *fake_net_get(unsigned index)
{
	IWF_BUG_ON(index >= stream_count);
	return streams[index];
}

struct iwf_stream *fake_net_last(void)
{
	return fake_net_get(stream_count - 1);
}

bool fake_net_is_connecting(const struct iwf_stream *stream)
{
	return stream->state == FAKE_CONNECTING;
}

bool fake_net_is_open(const struct iwf_stream *stream)
{
	return stream->state == FAKE_OPEN;
}

bool fake_net_is_held(const struct iwf_stream *stream)
{
	return stream->is_held;
}

static void end(struct iwf_stream *stream, enum iwf_err err, const char *why)
{
	IWF_BUG_ON(stream->state == FAKE_ENDED);
	stream->state = FAKE_ENDED;
	iwf_timer_stop(&stream->timer);
	stream->owner->ops->on_close(stream, err, why);
}

static void on_timer(struct iwf_timer *timer)
{
	end(IWF_CONTAINER(timer, struct iwf_stream, timer), IWF_E_TIMEOUT,
	    "not connected in time");
}

struct iwf_stream *iwf_stream_connect(struct iwf_loop *loop,
				      const struct iwf_stream_conf *conf,
				      struct iwf_stream_owner *owner)
{
	struct iwf_stream *stream = IWF_NEW(struct iwf_stream);

	IWF_BUG_ON(stream_count == STREAMS_MAX);
	stream->owner = owner;
	stream->input_max_len = conf->input_max_len;
	streams[stream_count++] = stream;
	iwf_timer_start(loop, &stream->timer, conf->connect_ms, on_timer);
	return stream;
}

/* --- listening --- */

struct iwf_listener {
	struct iwf_listener_owner *owner;
	struct iwf_listen_conf conf;
	bool is_held;
	bool is_open;
};

static struct iwf_listener listeners[LISTENERS_MAX];

static struct iwf_listener *listener_find(uint16_t port)
{
	for (unsigned i = 0; i < LISTENERS_MAX; i++)
		if (listeners[i].is_open && listeners[i].conf.port == port)
			return &listeners[i];
	return NULL;
}

unsigned fake_net_listener_count(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < LISTENERS_MAX; i++)
		count += listeners[i].is_open;
	return count;
}

struct iwf_listener *iwf_listen(struct iwf_loop *loop,
				const struct iwf_listen_conf *conf,
				struct iwf_listener_owner *owner,
				struct iwf_why *why)
{
	unsigned i = 0;

	(void)loop;
	if (listener_find(conf->port)) {
		iwf_why_set(why, IWF_E_IO, 0, "the port is taken");
		return NULL;
	}
	while (i < LISTENERS_MAX && listeners[i].is_open)
		i++;
	IWF_BUG_ON(i == LISTENERS_MAX);
	listeners[i] = (struct iwf_listener){ owner, *conf, false, true };
	return &listeners[i];
}

struct iwf_listener_owner *iwf_listener_owner(const struct iwf_listener *listener)
{
	return listener->owner;
}

uint16_t iwf_listener_port(const struct iwf_listener *listener)
{
	return listener->conf.port;
}

void iwf_listener_hold(struct iwf_listener *listener, bool hold)
{
	listener->is_held = hold;
}

void iwf_listener_set_tls(struct iwf_listener *listener,
			  const struct iwf_tls *tls)
{
	(void)listener;
	(void)tls;
}

void iwf_listener_destroy(struct iwf_listener **listener)
{
	if (*listener)
		(*listener)->is_open = false;
	*listener = NULL;
}

struct iwf_stream *fake_net_connect(uint16_t port, const char *from)
{
	struct iwf_listener *listener = listener_find(port);
	struct iwf_stream *stream = IWF_NEW(struct iwf_stream);
	struct iwf_remote remote = { .port = 1 };
	int numbers[4] = { 0 };

	IWF_BUG_ON(!listener || listener->is_held);
	IWF_BUG_ON(stream_count == STREAMS_MAX);
	IWF_BUG_ON(sscanf(from, "%d.%d.%d.%d", &numbers[0], &numbers[1],
			  &numbers[2], &numbers[3]) != 4);
	memset(remote.address + 10, 0xff, 2);
	for (unsigned i = 0; i < 4; i++)
		remote.address[12 + i] = (uint8_t)numbers[i];
	snprintf(remote.text, sizeof(remote.text), "%s", from);
	stream->input_max_len = listener->conf.input_max_len;
	stream->state = FAKE_OPEN;
	streams[stream_count++] = stream;
	stream->owner = listener->owner->ops->on_accept(listener, stream,
							&remote);
	if (stream->owner)
		stream->owner->ops->on_open(stream);
	else
		stream->state = FAKE_ENDED;
	return stream;
}

struct iwf_stream_owner *iwf_stream_owner(const struct iwf_stream *stream)
{
	return stream->owner;
}

void iwf_stream_send(struct iwf_stream *stream, struct iwf_str bytes)
{
	IWF_BUG_ON(stream->state == FAKE_ENDED);
	iwf_buf_str_put(&stream->out, bytes);
}

size_t iwf_stream_unsent_len(const struct iwf_stream *stream)
{
	return stream->is_stuck ? stream->out.len - stream->stuck_at : 0;
}

void iwf_stream_hold(struct iwf_stream *stream, bool hold)
{
	stream->is_held = hold;
}

void iwf_stream_destroy(struct iwf_stream **stream)
{
	if (!*stream)
		return;
	(*stream)->state = FAKE_ENDED;
	iwf_timer_stop(&(*stream)->timer);
	*stream = NULL;
}

void fake_net_accept(struct iwf_stream *stream)
{
	IWF_BUG_ON(stream->state != FAKE_CONNECTING);
	stream->state = FAKE_OPEN;
	iwf_timer_stop(&stream->timer);
	stream->owner->ops->on_open(stream);
}

void fake_net_refuse(struct iwf_stream *stream, enum iwf_err err,
		     const char *why)
{
	IWF_BUG_ON(stream->state != FAKE_CONNECTING);
	end(stream, err, why);
}

void fake_net_feed(struct iwf_stream *stream, struct iwf_str bytes)
{
	size_t eaten;

	IWF_BUG_ON(stream->state != FAKE_OPEN);
	iwf_buf_str_put(&stream->in, bytes);
	if (stream->is_held)
		return;
	eaten = stream->owner->ops->on_bytes(stream, iwf_buf_str(&stream->in));
	IWF_BUG_ON(eaten > stream->in.len);
	iwf_buf_eat(&stream->in, eaten);
	if (stream->state == FAKE_OPEN && stream->in.len > stream->input_max_len)
		end(stream, IWF_E_LIMIT, "input is not eaten");
}

void fake_net_hang_up(struct iwf_stream *stream, enum iwf_err err)
{
	IWF_BUG_ON(stream->state != FAKE_OPEN);
	end(stream, err, err ? "reset by peer" : "closed by the peer");
}

struct iwf_str fake_net_sent(const struct iwf_stream *stream)
{
	return iwf_buf_str(&stream->out);
}

void fake_net_eat(struct iwf_stream *stream, size_t len)
{
	iwf_buf_eat(&stream->out, len);
	stream->stuck_at = stream->stuck_at > len ? stream->stuck_at - len : 0;
}

void fake_net_stick(struct iwf_stream *stream, bool is_stuck)
{
	stream->is_stuck = is_stuck;
	stream->stuck_at = stream->out.len;
	if (!is_stuck && stream->owner->ops->on_drained)
		stream->owner->ops->on_drained(stream);
}
