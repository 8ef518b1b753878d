/* See session.h. */
#include "bind/limits.h"
#include "bind/silence.h"
#include "server/door.h"
#include "server/link.h"
#include "server/read.h"

#include <stdlib.h>

static const struct iwf_stream_ops stream_ops;

struct server_session *server_session_create(struct server_door *door,
					     struct iwf_stream *stream,
					     const struct iwf_remote *remote)
{
	struct server_session *session = IWF_NEW(struct server_session);

	session->owner.ops = &stream_ops;
	session->door = door;
	session->stream = stream;
	session->loop = door->loop;
	session->log = door->log;
	session->remote = *remote;
	session->arena = iwf_arena_create(0);
	session->heard_ms = iwf_loop_now_ms(door->loop);
	return session;
}

void server_session_free(struct server_session *session)
{
	if (session->window.buckets)
		smpp_window_destroy(&session->window);
	iwf_buf_free(&session->out);
	iwf_arena_destroy(&session->arena);
	free(session);
}

void server_session_end(struct server_session *session, const char *reason)
{
	struct smpp_request *request;

	if (!session->stream)
		return;
	iwf_timer_stop(&session->timer);
	iwf_timer_stop(&session->response_timer);
	iwf_stream_destroy(&session->stream);
	if (session->link) {
		iwf_log_info(session->log, "unbound", "bind=%u reason=\"%s\"",
			     session->number, reason);
		server_link_forget(session->link, session);
	} else {
		iwf_log_debug(session->log, "left", "reason=\"%s\"", reason);
		server_door_forget(session->door, session);
	}
	while (session->window.count &&
	       (request = smpp_window_take_oldest(&session->window)))
		server_deliver_on_end(session->link, request, SERVER_END_LOST,
				      NULL);
	if (session->link)
		server_link_judge(session->link, reason);
	if (!session->is_reading)
		server_session_free(session);
}

/* --- writing --- */

enum iwf_err server_session_write(struct server_session *session,
				  const struct smpp_pdu *pdu)
{
	enum iwf_err err;

	if (!session->stream)
		return IWF_E_GONE;
	iwf_buf_clear(&session->out);
	err = smpp_pdu_format(&session->out, pdu);
	if (!err)
		iwf_stream_send(session->stream, iwf_buf_str(&session->out));
	return err;
}

void server_session_write_header(struct server_session *session, uint32_t id,
				 uint32_t status, uint32_t sequence)
{
	const struct smpp_pdu pdu = {
		.header = { .id = id, .status = status, .sequence = sequence },
	};

	server_session_write(session, &pdu);
}

static uint32_t next_sequence(struct server_session *session)
{
	session->sequence = smpp_sequence_after(session->sequence);
	return session->sequence;
}

bool server_session_can_send(const struct server_session *session)
{
	return session->role & SERVER_ROLE_HEARS && !session->is_leaving &&
		!smpp_window_is_full(&session->window) &&
		iwf_stream_unsent_len(session->stream) < SMPP_UNSENT_MAX_LEN;
}

static void on_response_timer(struct iwf_timer *timer);

static void watch_response(struct server_session *session)
{
	int64_t wait_ms = smpp_window_wait_ms(&session->window,
					      iwf_loop_now_ms(session->loop));

	if (wait_ms >= 0 && !iwf_timer_is_running(&session->response_timer))
		iwf_timer_start(session->loop, &session->response_timer,
				wait_ms, on_response_timer);
}

static void on_response_timer(struct iwf_timer *timer)
{
	struct server_session *session =
		IWF_CONTAINER(timer, struct server_session, response_timer);
	int64_t now_ms = iwf_loop_now_ms(session->loop);
	struct smpp_request *request;

	if (session->is_leaving) {
		server_session_end(session, "no answer to the unbind");
		return;
	}
	while ((request = smpp_window_take_due(&session->window, now_ms)))
		server_deliver_on_end(session->link, request,
				      SERVER_END_TIMEOUT, NULL);
	watch_response(session);
	server_deliver_pump(session->link);
}

enum iwf_err server_session_send(struct server_session *session,
				 struct smpp_request *request,
				 struct smpp_pdu *pdu)
{
	enum iwf_err err;

	pdu->header.sequence = next_sequence(session);
	err = server_session_write(session, pdu);
	if (err)
		return err;
	smpp_window_push(&session->window, request, pdu->header.sequence,
			 iwf_loop_now_ms(session->loop) +
			 session->link->conf->response_ms);
	watch_response(session);
	return IWF_OK;
}

/* --- timers --- */

static enum smpp_silence silence_judge(const struct server_session *session,
				       int64_t *again_ms)
{
	const struct server_conf *conf = session->link->conf;
	const struct smpp_silence_rules rules = {
		conf->enquire_link_ms, conf->response_ms, conf->inactivity_ms,
	};

	return smpp_silence_judge(&rules, iwf_loop_now_ms(session->loop) -
				  session->heard_ms, session->enquire_sequence,
				  again_ms);
}

static void on_enquire_timer(struct iwf_timer *timer)
{
	struct server_session *session =
		IWF_CONTAINER(timer, struct server_session, timer);
	int64_t again_ms;
	enum smpp_silence silence = silence_judge(session, &again_ms);

	if (silence == SMPP_SILENCE_UNANSWERED) {
		iwf_metric_add(&session->link->metrics[
			       SERVER_METRIC_ENQUIRE_LINK_UNANSWERED], 1);
		server_session_end(session, "enquire_link was not answered");
		return;
	}
	if (silence == SMPP_SILENCE_TOO_LONG) {
		server_session_end(session, "silent too long");
		return;
	}
	if (silence == SMPP_SILENCE_ASK) {
		session->enquire_sequence = next_sequence(session);
		server_session_write_header(session, SMPP_ENQUIRE_LINK,
					    SMPP_ROK,
					    session->enquire_sequence);
	}
	iwf_timer_start(session->loop, timer, again_ms, on_enquire_timer);
}

void server_session_bind(struct server_session *session,
			 struct server_link *link, unsigned role)
{
	session->door = NULL;
	session->link = link;
	session->log = link->log;
	session->role = role;
	smpp_window_create(&session->window, link->conf->window);
	iwf_timer_start(session->loop, &session->timer,
			link->conf->enquire_link_ms, on_enquire_timer);
}

void server_session_leave(struct server_session *session)
{
	if (session->is_leaving)
		return;
	session->is_leaving = true;
	server_session_write_header(session, SMPP_UNBIND, SMPP_ROK,
				    next_sequence(session));
	iwf_timer_start(session->loop, &session->response_timer,
			session->link->conf->bind_timeout_ms,
			on_response_timer);
}

/* --- the connection --- */

static void on_bind_timer(struct iwf_timer *timer)
{
	struct server_session *session =
		IWF_CONTAINER(timer, struct server_session, timer);

	server_door_count_stranger(session->door);
	server_session_end(session, "no bind in time");
}

static struct server_session *session_of(const struct iwf_stream *stream)
{
	return IWF_CONTAINER(iwf_stream_owner(stream), struct server_session,
			     owner);
}

static void on_open(struct iwf_stream *stream)
{
	struct server_session *session = session_of(stream);

	iwf_timer_start(session->loop, &session->timer,
			session->door->bind_timeout_ms, on_bind_timer);
}

static size_t on_bytes(struct iwf_stream *stream, struct iwf_str bytes)
{
	return server_read(session_of(stream), bytes);
}

static void on_drained(struct iwf_stream *stream)
{
	struct server_session *session = session_of(stream);

	if (session->link)
		server_deliver_pump(session->link);
}

static void on_close(struct iwf_stream *stream, enum iwf_err err,
		     const char *why)
{
	/* The stream is gone already: destroying does nothing to it. */
	server_session_end(session_of(stream),
			   why && *why ? why : iwf_err_name(err));
}

static const struct iwf_stream_ops stream_ops = {
	.on_open = on_open,
	.on_bytes = on_bytes,
	.on_drained = on_drained,
	.on_close = on_close,
};
