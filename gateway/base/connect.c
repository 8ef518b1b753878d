/* Connecting a stream, address by address (RFC 6724 order). */
#include "base/stream.h"

#include "base/socket.h"

#include <string.h>

/* --- connecting --- */

static void on_timer(struct iwf_timer *timer);
static void on_ready(struct iwf_watch *watch, unsigned ready);
/* Each address gets its share of the time that is left. */
static void start_timer(struct iwf_stream *stream)
{
	size_t left = stream->addresses.count - stream->next + 1;
	int64_t rest_ms = stream->due_ms - iwf_loop_now_ms(stream->loop);

	if (!stream->due_ms)
		return;
	iwf_timer_start(stream->loop, &stream->timer,
			rest_ms > 0 ? rest_ms / (int64_t)left : 0, on_timer);
}

/* False when no address is left; why tells about the last one. */
static bool connect_next(struct iwf_stream *stream)
{
	while (stream->next < stream->addresses.count) {
		const struct lookup_address *address =
			&stream->addresses.items[stream->next++];
		int failed = socket_connect(&address->addr, address->len,
					    &stream->fd);

		if (failed) {
			stream_set_why(stream, strerror(failed));
			continue;
		}
		iwf_watch_start(stream->loop, &stream->watch, stream->fd,
				IWF_READY_OUT, on_ready);
		stream->state = STREAM_S_CONNECTING;
		start_timer(stream);
		return true;
	}
	return false;
}

static void on_timer(struct iwf_timer *timer)
{
	struct iwf_stream *stream =
		IWF_CONTAINER(timer, struct iwf_stream, timer);

	stream_close_socket(stream);
	if (connect_next(stream))
		return;
	stream_set_why(stream, stream->state == STREAM_S_LOOKUP ?
			"the name was not found in time" :
			"not connected in time");
	stream_end(stream, IWF_E_TIMEOUT);
}

static void on_found(struct lookup_waiter *waiter,
		     const struct lookup_addresses *found, enum iwf_err err,
		     const char *problem)
{
	struct iwf_stream *stream =
		IWF_CONTAINER(waiter, struct iwf_stream, waiter);

	stream->addresses = *found;
	if (!found->count) {
		stream_set_why(stream, problem ? problem : "the name has no address");
		stream_end(stream, err ? err : IWF_E_NOT_FOUND);
		return;
	}
	if (!connect_next(stream))
		stream_end(stream, IWF_E_IO);
}

static void on_ready(struct iwf_watch *watch, unsigned ready)
{
	struct iwf_stream *stream =
		IWF_CONTAINER(watch, struct iwf_stream, watch);
	int failed = socket_take_errno(stream->fd);

	(void)ready;
	if (failed) {
		stream_close_socket(stream);
		stream_set_why(stream, strerror(failed));
		if (!connect_next(stream))
			stream_end(stream, IWF_E_IO);
		return;
	}
	if (!socket_is_connected(stream->fd))
		return;
	iwf_timer_stop(&stream->timer);
	stream_start(stream);
}

struct iwf_stream *iwf_stream_connect(struct iwf_loop *loop,
				      const struct iwf_stream_conf *conf,
				      struct iwf_stream_owner *owner)
{
	struct iwf_stream *stream = stream_create(loop, owner,
						  conf->input_max_len);

	if (conf->tls)
		stream->tls = tls_session_create(conf->tls, conf->host);
	if (conf->connect_ms)
		stream->due_ms = iwf_loop_now_ms(loop) + conf->connect_ms;
	if (lookup_literal(conf->host, conf->port, &stream->addresses)) {
		lookup_start(loop, &stream->waiter, conf->host, conf->port,
			     on_found);
		start_timer(stream);
	} else if (!connect_next(stream)) {
		stream->err = IWF_E_IO;
		stream_post_turn(stream);
	}
	return stream;
}

