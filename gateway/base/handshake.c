/* From a TCP connection to an open stream: at once in clear, else by TLS's
 * handshake. */
#include "base/stream.h"

static void on_timer(struct iwf_timer *timer)
{
	struct iwf_stream *stream =
		IWF_CONTAINER(timer, struct iwf_stream, timer);

	stream_set_why(stream, "TLS's handshake was not done in time");
	stream_end(stream, IWF_E_TIMEOUT);
}

static void on_ready(struct iwf_watch *watch, unsigned ready);

static void shake(struct iwf_stream *stream)
{
	enum iwf_err err = tls_session_shake(stream->tls, stream->fd);

	if (err == IWF_E_STATE) {
		iwf_watch_start(stream->loop, &stream->watch, stream->fd,
				IWF_READY_IN |
				(tls_session_sealed_len(stream->tls) ?
				 IWF_READY_OUT : 0), on_ready);
		return;
	}
	iwf_timer_stop(&stream->timer);
	if (err) {
		stream_set_why(stream, tls_session_why(stream->tls));
		stream_end(stream, err);
		return;
	}
	stream->blocked = tls_session_sealed_len(stream->tls) > 0;
	stream_open(stream);
}

static void on_ready(struct iwf_watch *watch, unsigned ready)
{
	(void)ready;
	shake(IWF_CONTAINER(watch, struct iwf_stream, watch));
}

void stream_start(struct iwf_stream *stream)
{
	int64_t rest_ms = stream->due_ms - iwf_loop_now_ms(stream->loop);

	if (!stream->tls) {
		stream_open(stream);
		return;
	}
	if (stream->due_ms)
		iwf_timer_start(stream->loop, &stream->timer,
				rest_ms > 0 ? rest_ms : 0, on_timer);
	shake(stream);
}
