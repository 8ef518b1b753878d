/* TCP client streams: connecting address by address, coalesced output, input
 * shown until it is eaten. */
#include "base/stream.h"

#include "base/socket.h"

#include <iwf/arena.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_LEN (64u << 10)

static void run_turn(struct iwf_task *task);
static void on_ready(struct iwf_watch *watch, unsigned ready);

/* --- life --- */

static void pin(struct iwf_stream *stream)
{
	stream->pins++;
}

/* False when the stream was destroyed meanwhile: do not touch it. */
static bool unpin(struct iwf_stream *stream)
{
	stream->pins--;
	if (!stream->destroyed)
		return true;
	if (stream->pins)
		return false;
	iwf_buf_free(&stream->in);
	iwf_buf_free(&stream->out);
	free(stream);
	return false;
}

void stream_post_turn(struct iwf_stream *stream)
{
	if (stream->posted || stream->destroyed)
		return;
	stream->posted = true;
	pin(stream);
	iwf_loop_post(stream->loop, &stream->turn);
}

void stream_set_why(struct iwf_stream *stream, const char *why)
{
	snprintf(stream->why, sizeof(stream->why), "%s", why);
}

static size_t out_len(const struct iwf_stream *stream)
{
	return stream->out.len - stream->out_at;
}

static size_t unsent_len(const struct iwf_stream *stream)
{
	return out_len(stream) +
		(stream->tls ? tls_session_sealed_len(stream->tls) : 0);
}

/* As send, of all there is. */
static ssize_t write_out(struct iwf_stream *stream)
{
	const char *ptr = stream->out.ptr + stream->out_at;

	if (stream->tls)
		return tls_session_write(stream->tls, ptr, out_len(stream));
	return send(stream->fd, ptr, out_len(stream),
		    MSG_NOSIGNAL | MSG_DONTWAIT);
}

void stream_close_socket(struct iwf_stream *stream)
{
	if (stream->fd < 0)
		return;
	iwf_watch_stop(&stream->watch);
	close(stream->fd);
	stream->fd = -1;
}

static void take_down(struct iwf_stream *stream)
{
	if (stream->state == STREAM_S_OPEN && unsent_len(stream)) {
		ssize_t n = write_out(stream);

		(void)n; /* tried once, as promised */
	}
	if (stream->state == STREAM_S_OPEN && stream->tls)
		tls_session_close(stream->tls);
	if (stream->state == STREAM_S_OPEN)
		socket_discard(stream->fd);
	stream->state = STREAM_S_ENDED;
	lookup_stop(&stream->waiter);
	iwf_timer_stop(&stream->timer);
	stream_close_socket(stream);
	tls_session_destroy(&stream->tls);
	if (stream->places)
		listener_place_free(stream->places);
	stream->places = NULL;
}

void stream_end(struct iwf_stream *stream, enum iwf_err err)
{
	const struct iwf_stream_ops *ops = stream->owner->ops;

	take_down(stream);
	pin(stream);
	if (ops->on_close)
		ops->on_close(stream, err, stream->why);
	stream->destroyed = true;
	unpin(stream);
}

static void end_errno(struct iwf_stream *stream, enum iwf_err err, int number)
{
	if (stream->tls && number == EPROTO) {
		stream_set_why(stream, tls_session_why(stream->tls));
		stream_end(stream, tls_session_err(stream->tls));
		return;
	}
	stream_set_why(stream, strerror(number));
	stream_end(stream, err);
}

void iwf_stream_destroy(struct iwf_stream **stream)
{
	struct iwf_stream *gone = *stream;

	if (!gone)
		return;
	*stream = NULL;
	take_down(gone);
	pin(gone);
	gone->destroyed = true;
	unpin(gone);
}

/* --- input --- */

static void watch_socket(struct iwf_stream *stream)
{
	unsigned wanted = (stream->held ? 0 : IWF_READY_IN) |
			  (stream->blocked ? IWF_READY_OUT : 0);

	if (stream->state == STREAM_S_OPEN)
		iwf_watch_start(stream->loop, &stream->watch, stream->fd,
				wanted, on_ready);
}

static void show_later(struct iwf_stream *stream)
{
	stream->show = true;
	stream_post_turn(stream);
}

/* False when the stream is gone. */
static bool show_input(struct iwf_stream *stream)
{
	const struct iwf_stream_ops *ops = stream->owner->ops;
	size_t eaten = stream->in.len;

	pin(stream);
	if (ops->on_bytes)
		eaten = ops->on_bytes(stream, iwf_buf_str(&stream->in));
	if (!unpin(stream))
		return false;
	iwf_buf_eat(&stream->in, eaten);
	if (stream->in.len <= stream->input_max_len)
		return true;
	stream_set_why(stream, "too much input that nothing could be made of");
	stream_end(stream, IWF_E_LIMIT);
	return false;
}

static bool has_pending(const struct iwf_stream *stream)
{
	return stream->tls && tls_session_has_pending(stream->tls);
}

/* As recv. */
static ssize_t take_input(struct iwf_stream *stream)
{
	char *to = iwf_buf_reserve(&stream->in, READ_LEN);
	ssize_t n;
	int failed;

	if (!stream->tls)
		return recv(stream->fd, to, READ_LEN, MSG_DONTWAIT);
	n = tls_session_read(stream->tls, to, READ_LEN);
	failed = errno;
	if (!stream->blocked && tls_session_sealed_len(stream->tls)) {
		stream->blocked = true;
		watch_socket(stream);
	}
	/* The socket will not tell of it again. */
	if (n > 0 && has_pending(stream))
		show_later(stream);
	errno = failed;
	return n;
}

/* Reads once and shows it. False when there was nothing, or the stream is
 * gone; `broken` is why the connection cannot be written, or 0. */
static bool read_input(struct iwf_stream *stream, int broken)
{
	ssize_t n = take_input(stream);

	if (n > 0) {
		stream->in.len += (size_t)n;
		return show_input(stream);
	}
	if (broken) {
		end_errno(stream, IWF_E_GONE, broken);
	} else if (n == 0) {
		stream_set_why(stream, "closed by the peer");
		stream_end(stream, IWF_OK);
	} else if (errno != EAGAIN && errno != EINTR) {
		end_errno(stream, IWF_E_GONE, errno);
	}
	return false;
}

/* The peer is gone, but what it said before is still to be heard. */
static void read_rest(struct iwf_stream *stream, int broken)
{
	while (!stream->held && read_input(stream, broken))
		;
}

void iwf_stream_hold(struct iwf_stream *stream, bool hold)
{
	if (stream->held == hold || stream->state == STREAM_S_ENDED)
		return;
	stream->held = hold;
	watch_socket(stream);
	if (!hold && (stream->in.len || has_pending(stream)))
		show_later(stream);
}

/* --- output --- */

static void forget_sent(struct iwf_stream *stream, size_t len)
{
	stream->out_at += len;
	if (!out_len(stream)) {
		iwf_buf_clear(&stream->out);
		stream->out_at = 0;
	} else if (stream->out_at > stream->out.len / 2) {
		iwf_buf_eat(&stream->out, stream->out_at);
		stream->out_at = 0;
	}
}

static bool told_drained(struct iwf_stream *stream)
{
	const struct iwf_stream_ops *ops = stream->owner->ops;

	pin(stream);
	if (ops->on_drained)
		ops->on_drained(stream);
	return unpin(stream);
}

static void break_off(struct iwf_stream *stream, int broken)
{
	iwf_buf_clear(&stream->out);
	stream->out_at = 0;
	if (stream->held)
		end_errno(stream, IWF_E_GONE, broken);
	else
		read_rest(stream, broken);
}

/* One write for all there is. False when the stream is gone. */
static bool flush(struct iwf_stream *stream)
{
	bool was_blocked = stream->blocked;
	ssize_t n;

	if (!unsent_len(stream))
		return true;
	n = write_out(stream);
	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS) {
		break_off(stream, errno);
		return false;
	}
	if (n > 0)
		forget_sent(stream, (size_t)n);
	stream->blocked = unsent_len(stream) > 0;
	watch_socket(stream);
	if (was_blocked && !stream->blocked)
		return told_drained(stream);
	return true;
}

void iwf_stream_send(struct iwf_stream *stream, struct iwf_str bytes)
{
	if (!bytes.len || stream->state == STREAM_S_ENDED)
		return;
	iwf_buf_str_put(&stream->out, bytes);
	if (stream->state == STREAM_S_OPEN && !stream->blocked)
		stream_post_turn(stream);
}

size_t iwf_stream_unsent_len(const struct iwf_stream *stream)
{
	return unsent_len(stream);
}

struct iwf_stream *stream_create(struct iwf_loop *loop,
				 struct iwf_stream_owner *owner,
				 uint32_t input_max_len)
{
	struct iwf_stream *stream = IWF_NEW(struct iwf_stream);

	stream->loop = loop;
	stream->owner = owner;
	stream->fd = -1;
	stream->turn.run = run_turn;
	stream->input_max_len = input_max_len;
	return stream;
}

void stream_open(struct iwf_stream *stream)
{
	const struct iwf_stream_ops *ops = stream->owner->ops;

	stream->state = STREAM_S_OPEN;
	watch_socket(stream);
	if (unsent_len(stream))
		stream_post_turn(stream);
	if (has_pending(stream))
		show_later(stream);
	pin(stream);
	if (ops->on_open)
		ops->on_open(stream);
	unpin(stream);
}

struct iwf_stream_owner *iwf_stream_owner(const struct iwf_stream *stream)
{
	return stream->owner;
}

/* --- turns --- */

/* A held stream is not read, but its end is told. */
static void on_held_error(struct iwf_stream *stream)
{
	int failed = socket_take_errno(stream->fd);

	end_errno(stream, IWF_E_GONE, failed ? failed : ECONNRESET);
}

static void on_ready(struct iwf_watch *watch, unsigned ready)
{
	struct iwf_stream *stream =
		IWF_CONTAINER(watch, struct iwf_stream, watch);

	if (stream->held && (ready & IWF_READY_ERROR)) {
		on_held_error(stream);
		return;
	}
	pin(stream);
	if (!stream->held && (ready & (IWF_READY_IN | IWF_READY_ERROR)))
		read_input(stream, 0);
	if (stream->state == STREAM_S_OPEN && stream->blocked &&
	    (ready & IWF_READY_OUT))
		flush(stream);
	unpin(stream);
}

static void show_more(struct iwf_stream *stream)
{
	if (has_pending(stream))
		read_input(stream, 0);
	else if (stream->in.len)
		show_input(stream);
}

static void run_turn(struct iwf_task *task)
{
	struct iwf_stream *stream =
		IWF_CONTAINER(task, struct iwf_stream, turn);
	bool show = stream->show;

	stream->posted = false;
	stream->show = false;
	if (stream->err && stream->state != STREAM_S_ENDED) {
		stream_end(stream, stream->err);
	} else if (stream->state == STREAM_S_OPEN) {
		if ((stream->blocked || flush(stream)) && show &&
		    stream->state == STREAM_S_OPEN && !stream->held)
			show_more(stream);
	}
	unpin(stream);
}
