/* The life of one bind, see session.h: states, timers, connection. What comes
 * in on it is read in inbound.c, what goes to and fro is in exchange.c. */
#include "client/session_priv.h"

#include <iwf/random.h>

#include <stdio.h>
#include <stdlib.h>

/* Not eaten yet: a PDU's beginning and what came with it. */
#define INPUT_MAX_LEN (2 * (SMPP_PDU_BOUND_MAX + 1024u))
#define JITTER_PERCENT 20

struct session_row {
	const char *name;
	enum smpp_session_state next[SMPP_EVENT_COUNT];
};

#define TO(event, state) [SMPP_EVENT_##event] = SMPP_SESSION_##state

static const struct session_row session_rows[SMPP_SESSION_STATES] = {
	[SMPP_SESSION_NONE] = { "none", { SMPP_SESSION_NONE } },
	[SMPP_SESSION_IDLE] = { "idle", { TO(START, CONNECTING) } },
	[SMPP_SESSION_WAITING] = { "waiting",
		{ TO(TIMER, CONNECTING), TO(INVITED, INVITED),
		  TO(STOP, IDLE) } },
	[SMPP_SESSION_CONNECTING] = { "connecting",
		{ TO(OPENED, BINDING), TO(INVITED, INVITED),
		  TO(LOST, WAITING), TO(STOP, IDLE) } },
	[SMPP_SESSION_INVITED] = { "invited",
		{ TO(OUTBIND, BINDING), TO(TIMER, WAITING), TO(LOST, WAITING),
		  TO(STOP, IDLE) } },
	[SMPP_SESSION_BINDING] = { "binding",
		{ TO(ACCEPTED, BOUND), TO(TIMER, WAITING), TO(LOST, WAITING),
		  TO(STOP, IDLE) } },
	[SMPP_SESSION_BOUND] = { "bound",
		{ TO(LOST, WAITING), TO(STOP, LEAVING),
		  TO(PEER_UNBIND, LEAVING) } },
	[SMPP_SESSION_LEAVING] = { "leaving",
		{ TO(LOST, WAITING), TO(STOP, LEAVING),
		  TO(PEER_UNBIND, LEAVING), TO(TIMER, UNBINDING),
		  TO(EMPTY, UNBINDING), TO(PEER_EMPTY, WAITING) } },
	[SMPP_SESSION_UNBINDING] = { "unbinding",
		{ TO(LOST, WAITING), TO(TIMER, WAITING),
		  TO(UNBOUND, WAITING), TO(STOP, UNBINDING),
		  TO(PEER_UNBIND, UNBINDING) } },
};

static const char *const event_names[SMPP_EVENT_COUNT] = {
	[SMPP_EVENT_START] = "start", [SMPP_EVENT_TIMER] = "timer",
	[SMPP_EVENT_OPENED] = "opened", [SMPP_EVENT_ACCEPTED] = "accepted",
	[SMPP_EVENT_INVITED] = "invited", [SMPP_EVENT_OUTBIND] = "outbind",
	[SMPP_EVENT_LOST] = "lost", [SMPP_EVENT_STOP] = "stop",
	[SMPP_EVENT_PEER_UNBIND] = "peer_unbind",
	[SMPP_EVENT_EMPTY] = "empty", [SMPP_EVENT_PEER_EMPTY] = "peer_empty",
	[SMPP_EVENT_UNBOUND] = "unbound",
};

const char *smpp_session_state_name(enum smpp_session_state state)
{
	return session_rows[state].name;
}

static const char *role_name(enum smpp_role role)
{
	static const char *const names[] = {
		"transceiver", "transmitter", "receiver"
	};

	return names[role];
}

static enum smpp_command bind_command(enum smpp_role role)
{
	static const enum smpp_command commands[] = {
		SMPP_BIND_TRANSCEIVER, SMPP_BIND_TRANSMITTER,
		SMPP_BIND_RECEIVER
	};

	return commands[role];
}

uint32_t smpp_session_next_sequence(struct smpp_session *session)
{
	session->sequence = smpp_sequence_after(session->sequence);
	return session->sequence;
}

enum iwf_err smpp_session_write(struct smpp_session *session,
				const struct smpp_pdu *pdu)
{
	enum iwf_err err;

	iwf_buf_clear(&session->out);
	err = smpp_codec_pack(session->codec, &session->out, pdu);
	if (!err)
		iwf_stream_send(session->stream, iwf_buf_str(&session->out));
	return err;
}

void smpp_session_write_header(struct smpp_session *session, uint32_t id,
			       uint32_t status, uint32_t sequence)
{
	const struct smpp_pdu pdu = {
		.header = { .id = id, .status = status, .sequence = sequence },
	};

	if (session->stream)
		smpp_session_write(session, &pdu);
}

/* --- what entering a state means --- */

static void on_state_timer(struct iwf_timer *timer);

static void timer_start(struct smpp_session *session, int64_t after_ms)
{
	iwf_timer_start(session->loop, &session->state_timer, after_ms,
			on_state_timer);
}

static void connection_end(struct smpp_session *session)
{
	struct smpp_request *request;

	iwf_timer_stop(&session->state_timer);
	iwf_timer_stop(&session->enquire_timer);
	iwf_timer_stop(&session->response_timer);
	iwf_stream_destroy(&session->stream);
	iwf_metric_add(&session->metrics[SMPP_METRIC_DELIVER_WAITING],
		       -(int64_t)session->deliver_count);
	if (session->deliver_count)
		session->ops->on_cut(session);
	session->deliver_count = 0;
	session->enquire_sequence = 0;
	session->is_peer_leaving = false;
	smpp_pace_on_lost(&session->pace);
	while ((request = smpp_window_take_oldest(&session->window)))
		session->ops->on_end(session, request, SMPP_ENDED_LOST, NULL);
}

static void enter_idle(struct smpp_session *session)
{
	connection_end(session);
	session->is_stopping = false;
	session->retry_ms = 0;
}

static void enter_waiting(struct smpp_session *session)
{
	const struct smpp_conf *conf = session->conf;
	int64_t now_ms = iwf_loop_now_ms(session->loop);
	uint32_t wait_ms;

	connection_end(session);
	if (session->is_stopping)
		return;
	/* Who bound us and lets go at once gets no faster tries. */
	if (session->bound_ms && now_ms - session->bound_ms >
	    (int64_t)session->waited_ms)
		session->retry_ms = 0;
	session->bound_ms = 0;
	if (session->retry_ms < conf->reconnect_min_ms)
		session->retry_ms = conf->reconnect_min_ms;
	wait_ms = session->retry_ms;
	session->waited_ms = wait_ms;
	session->retry_ms = wait_ms > conf->reconnect_max_ms / 2 ?
		conf->reconnect_max_ms : wait_ms * 2;
	timer_start(session, iwf_random_jitter(wait_ms, JITTER_PERCENT));
}

static const struct iwf_stream_ops stream_ops;

static void connection_count(struct smpp_session *session)
{
	if (session->generation)
		iwf_metric_add(&session->metrics[SMPP_METRIC_RECONNECT], 1);
	*session->connection_count += 1;
	session->generation = *session->connection_count & SMPP_SEQUENCE_MAX;
	session->sequence = 0;
	session->owner.ops = &stream_ops;
}

static void enter_connecting(struct smpp_session *session)
{
	const struct iwf_stream_conf conf = {
		.host = session->conf->host,
		.port = (uint16_t)session->conf->port,
		.connect_ms = session->conf->bind_timeout_ms,
		.input_max_len = INPUT_MAX_LEN,
		.tls = *session->tls,
	};

	/* Else it is the SMSC's to connect. */
	if (session->conf->outbind.port)
		return;
	connection_count(session);
	session->stream = iwf_stream_connect(session->loop, &conf,
					     &session->owner);
}

static void enter_invited(struct smpp_session *session)
{
	connection_count(session);
	timer_start(session, session->conf->bind_timeout_ms);
}

bool smpp_session_invite(struct smpp_session *session,
			 struct iwf_stream *stream)
{
	if (!session->conf || !session->conf->outbind.port ||
	    (session->state != SMPP_SESSION_WAITING &&
	     session->state != SMPP_SESSION_CONNECTING))
		return false;
	session->stream = stream;
	smpp_session_apply(session, SMPP_EVENT_INVITED, "the SMSC connected");
	return true;
}

static void enter_binding(struct smpp_session *session)
{
	const struct smpp_conf *conf = session->conf;
	struct smpp_pdu pdu = {
		.header = { .id = bind_command(session->role) },
		.system_id = conf->system_id,
		.password = session->password,
		.system_type = conf->system_type,
		.interface_version = (uint8_t)conf->interface_version,
		.addr_ton = (uint8_t)conf->addr_ton,
		.addr_npi = (uint8_t)conf->addr_npi,
		.address_range = conf->address_range,
	};

	session->bind_sequence = smpp_session_next_sequence(session);
	pdu.header.sequence = session->bind_sequence;
	smpp_session_write(session, &pdu);
	timer_start(session, conf->bind_timeout_ms);
}

static void enter_bound(struct smpp_session *session)
{
	session->bound_ms = iwf_loop_now_ms(session->loop);
	iwf_timer_stop(&session->state_timer);
	smpp_keepalive_start(session);
	iwf_log_info(session->log, "bound", "bind=%u role=%s system_id=%.*s "
		     "version=0x%02X", session->number,
		     role_name(session->role),
		     IWF_STR_ARG(session->conf->system_id),
		     session->peer_version);
}

/* An SMSC that unbinds will not wait for our response timer. */
static void enter_leaving(struct smpp_session *session)
{
	timer_start(session, session->is_peer_leaving ?
		    session->conf->bind_timeout_ms :
		    session->conf->response_ms);
}

static void enter_unbinding(struct smpp_session *session)
{
	session->unbind_sequence = smpp_session_next_sequence(session);
	smpp_session_write_header(session, SMPP_UNBIND, SMPP_ROK,
				  session->unbind_sequence);
	timer_start(session, session->conf->bind_timeout_ms);
}

static void (*const enter[SMPP_SESSION_STATES])(struct smpp_session *) = {
	[SMPP_SESSION_IDLE] = enter_idle,
	[SMPP_SESSION_WAITING] = enter_waiting,
	[SMPP_SESSION_CONNECTING] = enter_connecting,
	[SMPP_SESSION_INVITED] = enter_invited,
	[SMPP_SESSION_BINDING] = enter_binding,
	[SMPP_SESSION_BOUND] = enter_bound,
	[SMPP_SESSION_LEAVING] = enter_leaving,
	[SMPP_SESSION_UNBINDING] = enter_unbinding,
};

static bool is_attached(enum smpp_session_state state)
{
	return state >= SMPP_SESSION_BOUND;
}

void smpp_session_apply(struct smpp_session *session, enum smpp_event event,
			const char *reason)
{
	enum smpp_session_state from = session->state;
	enum smpp_session_state to = session_rows[from].next[event];

	if (to == SMPP_SESSION_NONE) {
		iwf_log_debug(session->log, "ignored", "bind=%u state=%s "
			      "event=%s", session->number,
			      session_rows[from].name, event_names[event]);
		return;
	}
	snprintf(session->reason, sizeof(session->reason), "%s", reason);
	session->state = to;
	iwf_log_debug(session->log, "session", "bind=%u from=%s event=%s to=%s "
		      "reason=\"%s\"", session->number, session_rows[from].name,
		      event_names[event], session_rows[to].name, reason);
	if (is_attached(from) && !is_attached(to))
		iwf_log_info(session->log, "unbound", "bind=%u reason=\"%s\"",
			     session->number, session->reason);
	if (from != to)
		enter[to](session);
	if (session->state == SMPP_SESSION_WAITING && session->is_stopping) {
		smpp_session_apply(session, SMPP_EVENT_STOP, session->reason);
		return;
	}
	if (from != to)
		session->ops->on_change(session);
}

void smpp_session_settle(struct smpp_session *session)
{
	if (session->state != SMPP_SESSION_LEAVING || session->window.count ||
	    session->deliver_count)
		return;
	if (session->is_peer_leaving) {
		smpp_session_write_header(session, SMPP_UNBIND | SMPP_RESPONSE,
					  SMPP_ROK,
					  session->unbind_peer_sequence);
		smpp_session_apply(session, SMPP_EVENT_PEER_EMPTY,
				   "unbound by the SMSC");
		return;
	}
	smpp_session_apply(session, SMPP_EVENT_EMPTY, session->reason);
}

/* --- timers --- */

static const char *timer_reason(const struct smpp_session *session)
{
	switch (session->state) {
	case SMPP_SESSION_INVITED:
		return "the SMSC connected and said no outbind";
	case SMPP_SESSION_BINDING:
		return "no answer to the bind";
	case SMPP_SESSION_UNBINDING:
		return "no answer to the unbind";
	default:
		return session->reason;
	}
}

static void on_state_timer(struct iwf_timer *timer)
{
	struct smpp_session *session =
		IWF_CONTAINER(timer, struct smpp_session, state_timer);
	char reason[sizeof(session->reason)];

	snprintf(reason, sizeof(reason), "%s", timer_reason(session));
	if (session->state == SMPP_SESSION_LEAVING && session->is_peer_leaving)
		smpp_session_write_header(session, SMPP_UNBIND | SMPP_RESPONSE,
					  SMPP_ROK,
					  session->unbind_peer_sequence);
	smpp_session_apply(session, session->is_peer_leaving ?
			   SMPP_EVENT_LOST : SMPP_EVENT_TIMER, reason);
}

/* --- the connection --- */

static struct smpp_session *session_of(const struct iwf_stream *stream)
{
	return IWF_CONTAINER(iwf_stream_owner(stream), struct smpp_session,
			     owner);
}

static void on_open(struct iwf_stream *stream)
{
	struct smpp_session *session = session_of(stream);

	session->heard_ms = iwf_loop_now_ms(session->loop);
	smpp_session_apply(session, SMPP_EVENT_OPENED, "connected");
}

static size_t on_bytes(struct iwf_stream *stream, struct iwf_str bytes)
{
	return smpp_inbound_read(session_of(stream), bytes);
}

static void on_drained(struct iwf_stream *stream)
{
	struct smpp_session *session = session_of(stream);

	session->ops->on_room(session);
}

static void on_close(struct iwf_stream *stream, enum iwf_err err,
		     const char *why)
{
	struct smpp_session *session = session_of(stream);
	char reason[sizeof(session->reason)];

	session->stream = NULL;
	snprintf(reason, sizeof(reason), "connection lost: %s",
		 why && *why ? why : iwf_err_name(err));
	smpp_session_apply(session, SMPP_EVENT_LOST, reason);
}

static const struct iwf_stream_ops stream_ops = {
	.on_open = on_open,
	.on_bytes = on_bytes,
	.on_drained = on_drained,
	.on_close = on_close,
};

/* --- what the link asks for --- */

void smpp_session_create(struct smpp_session *session)
{
	session->state = SMPP_SESSION_IDLE;
	session->arena = iwf_arena_create(0);
	smpp_window_create(&session->window, 1);
	smpp_delay_create(&session->delay, 1);
}

void smpp_session_destroy(struct smpp_session *session)
{
	if (session->stream && is_attached(session->state))
		smpp_session_write_header(session, SMPP_UNBIND, SMPP_ROK,
					  smpp_session_next_sequence(session));
	session->state = SMPP_SESSION_IDLE;
	connection_end(session);
	smpp_window_destroy(&session->window);
	iwf_buf_free(&session->out);
	iwf_arena_destroy(&session->arena);
}

void smpp_session_start(struct smpp_session *session,
			const struct smpp_conf *conf, struct iwf_str password,
			enum smpp_role role)
{
	smpp_window_resize(&session->window, conf->window);
	smpp_session_configure(session, conf, password);
	session->role = role;
	smpp_session_apply(session, SMPP_EVENT_START, "started");
}

void smpp_session_configure(struct smpp_session *session,
			    const struct smpp_conf *conf,
			    struct iwf_str password)
{
	session->conf = conf;
	session->password = password;
	session->window.limit = conf->window;
	smpp_delay_resize(&session->delay, conf->window);
}

void smpp_session_drop(struct smpp_session *session, const char *reason)
{
	smpp_session_apply(session, SMPP_EVENT_LOST, reason);
}

void smpp_session_stop(struct smpp_session *session, const char *reason)
{
	if (session->state == SMPP_SESSION_IDLE)
		return;
	session->is_stopping = true;
	smpp_session_apply(session, SMPP_EVENT_STOP, reason);
	smpp_session_settle(session);
}
