/* One connection: framing, bind state, link supervision
 * (SMPP 3.4 2.2, 2.9). */
#include "sim/session.h"

#include "esme/esme.h"
#include "sim/channel.h"
#include "sim/dispatch.h"
#include "smsc/outbox.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_LEN 65536
/* A peer that does not read is not read from either. */
#define OUT_HIGH (1024 * 1024)

static void session_interest(struct session *session)
{
	uint32_t events = 0;

	if (session->is_dead)
		return;
	if (!session->is_stalled && !session->is_closing &&
	    !session->is_resting && session->out.len < OUT_HIGH)
		events |= EPOLLIN;
	if (session->out.len > 0 || session->is_connecting)
		events |= EPOLLOUT;
	if (session->is_shaking && !session->is_connecting)
		events = channel_interest(session);
	if (events != session->watch.events)
		loop_watch(session->sim->loop, &session->watch, events);
}

bool session_event(struct session *session, enum event_kind kind)
{
	struct buf *line = &session->sim->events.line;

	if (!sim_event(session->sim, kind))
		return false;
	json_number(line, "conn", session->conn_id);
	if (session->system_id[0])
		json_str(line, "system_id", session->system_id);
	return true;
}

void session_event_pdu(struct session *session, enum event_kind kind,
		       const struct pdu *pdu)
{
	if (!session_event(session, kind))
		return;
	event_add_pdu(&session->sim->events, pdu);
	event_close(&session->sim->events);
}

bool session_is_bound(const struct session *session)
{
	return !session->is_dead && !session->is_closing &&
	       session->state >= SESSION_BOUND_TX &&
	       session->state <= SESSION_BOUND_TRX;
}

bool session_is_awaited(const struct session *session)
{
	return session->in_flight > 0 || session->is_enquiring ||
	       session->out.len > 0;
}

bool session_can_receive(const struct session *session)
{
	return session_is_bound(session) && session->state != SESSION_BOUND_TX;
}

struct session *session_find(struct sim *sim, uint32_t conn_id)
{
	struct session *session;

	TAILQ_FOREACH(session, &sim->sessions, entry)
	if (session->conn_id == conn_id && !session->is_dead)
		return session;
	return NULL;
}

void session_close(struct session *session, const char *why)
{
	struct sim *sim = session->sim;

	if (session->is_dead)
		return;
	session->is_dead = true;
	loop_disarm(sim->loop, &session->link_timer);
	loop_disarm(sim->loop, &session->rest_timer);
	trace_disconnect(&sim->trace, session);

	const int fd = session->watch.fd;

	loop_forget(sim->loop, &session->watch);
	channel_close(session);
	close(fd);
	if (session_event(session, EVENT_DISCONNECT)) {
		json_str(&sim->events.line, "reason", why);
		event_close(&sim->events);
	}
	outbox_release(session);
	if (sim->esme)
		esme_on_closed(session);
}

void session_close_when_written(struct session *session)
{
	session->is_closing = true;
}

static bool strikes_io(struct session *session, enum fault_kind kind)
{
	return fault_is_set(&session->sim->faults, kind) &&
	       sim_strike(session->sim, kind, session, NULL);
}

void session_write(struct session *session, const struct buf *bytes)
{
	if (session->is_dead || session->is_half_open)
		return;
	if (strikes_io(session, FAULT_HALF_OPEN)) {
		session->is_half_open = true;
		return;
	}
	trace_octets(&session->sim->trace, session, TRACE_OUT, bytes);
	buf_append(&session->out, bytes->bytes, bytes->len);
}

void session_send(struct session *session, const struct pdu *pdu)
{
	struct buf bytes = { 0 };

	pdu_format(&bytes, pdu);
	session_write(session, &bytes);
	buf_destroy(&bytes);
}

uint32_t session_next_sequence(struct session *session)
{
	session->last_sequence = session->last_sequence % 0x7fffffff + 1;
	return session->last_sequence;
}

/* A request of ours; "direction" tells it from the peer's of that name. */
static void session_request(struct session *session, enum event_kind kind,
			    uint32_t command_id)
{
	struct event_log *events = &session->sim->events;
	const struct pdu pdu = { .command_id = command_id,
				 .sequence = session_next_sequence(session) };

	if (session_event(session, kind)) {
		json_str(&events->line, "direction", "out");
		event_add_pdu(events, &pdu);
		event_close(events);
	}
	session_send(session, &pdu);
}

void session_send_enquire_link(struct session *session)
{
	session->is_enquiring = true;
	session_request(session, EVENT_ENQUIRE_LINK, PDU_enquire_link);
}

void session_send_unbind(struct session *session)
{
	session_request(session, EVENT_UNBIND, PDU_unbind);
}

static void session_on_silence(struct loop_timer *timer)
{
	struct session *session = loop_owner(timer, struct session, link_timer);
	struct sim *sim = session->sim;

	if (session->is_enquiring) {
		session_close(session, "enquire_link unanswered");
		return;
	}
	if (session_is_bound(session))
		session_send_enquire_link(session);
	loop_arm(sim->loop, &session->link_timer,
		 sim->options->enquire_link_sec * 1000, session_on_silence);
}

static void session_on_heard(struct session *session)
{
	struct sim *sim = session->sim;

	session->is_enquiring = false;
	if (sim->options->enquire_link_sec > 0 && !session->is_dead)
		loop_arm(sim->loop, &session->link_timer,
			 sim->options->enquire_link_sec * 1000,
			 session_on_silence);
}

/* Framing is lost: say so and give up (SMPP 3.4 4.3.1). */
static void session_reject_length(struct session *session, uint32_t length)
{
	struct sim *sim = session->sim;
	struct pdu nack = { .command_id = (uint32_t)PDU_generic_nack,
			    .command_status = ESME_RINVCMDLEN };

	trace_octets(&sim->trace, session, TRACE_IN, &session->in);
	if (session->in.len >= PDU_HEADER_LEN)
		nack.sequence = pdu_peek_u32(session->in.bytes + 12);
	sim->tally.bad_pdus++;
	if (session_event(session, EVENT_BAD_PDU)) {
		json_number(&sim->events.line, "command_length", length);
		json_str(&sim->events.line, "reason", "command_length");
		json_hex(&sim->events.line, "octets", session->in.bytes,
			 session->in.len < 64 ? session->in.len : 64);
		event_add_pdu(&sim->events, &nack);
		event_close(&sim->events);
	}
	session_send(session, &nack);
	session_close_when_written(session);
}

/* Asked before the first PDU and after each. */
static void session_slow_down(struct session *session)
{
	const struct fault *fault;

	if (!fault_is_set(&session->sim->faults, FAULT_SLOW_READ) ||
	    session->read_rate > 0)
		return;
	fault = sim_strike(session->sim, FAULT_SLOW_READ, session, NULL);
	if (fault)
		session->read_rate = fault->rate;
}

static void session_take_pdu(struct session *session, uint8_t *bytes,
			     size_t len)
{
	const struct buf pdu = { .bytes = bytes, .len = len };

	trace_octets(&session->sim->trace, session, TRACE_IN, &pdu);
	dispatch_pdu(session, bytes, len);
	session_slow_down(session);
}

static void session_take_pdus(struct session *session)
{
	size_t at = 0;

	while (!session->is_dead && !session->is_closing &&
	       !session->is_stalled && session->in.len - at >= 4) {
		const uint32_t len = pdu_peek_u32(session->in.bytes + at);

		if (len < PDU_HEADER_LEN || len > PDU_LEN_MAX) {
			buf_consume(&session->in, at);
			session_reject_length(session, len);
			return;
		}
		if (session->in.len - at < len)
			break;
		if (strikes_io(session, FAULT_STALL_READ)) {
			session->is_stalled = true;
			break;
		}
		session_take_pdu(session, session->in.bytes + at, len);
		at += len;
	}
	buf_consume(&session->in, at);
}

static void session_read(struct session *session);

static void session_on_rested(struct loop_timer *timer)
{
	struct session *session = loop_owner(timer, struct session, rest_timer);

	session->is_resting = false;
	if (channel_has_pending(session))
		session_read(session);
}

static void session_rest(struct session *session)
{
	session->is_resting = true;
	loop_arm(session->sim->loop, &session->rest_timer, 1000,
		 session_on_rested);
}

static void session_read(struct session *session)
{
	uint8_t bytes[READ_LEN];
	const size_t most =
		session->read_rate > 0 && session->read_rate < READ_LEN ?
			(size_t)session->read_rate :
			sizeof(bytes);
	const ssize_t got = channel_read(session, bytes, most);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		session_close(session, got == 0 ? "closed by peer" :
						  channel_why(session));
		return;
	}
	buf_append(&session->in, bytes, (size_t)got);
	session_on_heard(session);
	if (session->read_rate > 0)
		session_rest(session);
	session_take_pdus(session);
}

static void session_flush(struct session *session)
{
	while (!session->is_dead && !session->is_shaking &&
	       session->out.len > 0) {
		const ssize_t got = channel_write(session);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got < 0) {
			session_close(session, channel_why(session));
			return;
		}
		buf_consume(&session->out, (size_t)got);
	}
	if (session->is_closing && !session->is_dead && !session->is_shaking)
		session_close(session, session->state == SESSION_UNBOUND ?
					       "unbound" :
					       "closed by simulator");
}

static void session_shake(struct session *session)
{
	const char *why = NULL;

	session->is_shaking = !channel_shake(session, &why);
	if (why)
		session_close(session, why);
	else if (!session->is_shaking && session->sim->esme &&
		 session->is_caller)
		esme_on_connected(session);
}

static void session_connected(struct session *session)
{
	int error = 0;
	socklen_t len = sizeof(error);

	session->is_connecting = false;
	getsockopt(session->watch.fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error)
		session_close(session, strerror(error));
	else if (session->is_shaking)
		session_shake(session);
	else
		esme_on_connected(session);
}

static void session_on_ready(struct loop_watch *watch, uint32_t events)
{
	struct session *session = loop_owner(watch, struct session, watch);
	const uint32_t readable = EPOLLIN | EPOLLHUP | EPOLLERR;

	if (session->is_connecting && events & EPOLLOUT)
		session_connected(session);
	else if (session->is_shaking && !session->is_connecting)
		session_shake(session);
	else if (events & readable && session->watch.events & EPOLLIN)
		session_read(session);
	else if (events & (EPOLLHUP | EPOLLERR))
		session_close(session, "connection lost");
}

static void session_name_peer(struct session *session, int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	char host[46];
	char port[6];
	struct buf name = { 0 };

	if (getpeername(fd, (struct sockaddr *)&addr, &len) != 0) {
		/* It still connects. */
		addr = session->sim->called;
		len = sizeof(addr);
	}
	if (getnameinfo((struct sockaddr *)&addr, len, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	buf_appendf(&name, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
	memcpy(session->peer, buf_str(&name), name.len + 1);
	buf_destroy(&name);
}

struct session *session_create(struct sim *sim, int fd)
{
	struct session *session = mem_alloc(sizeof(*session));
	const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	session->sim = sim;
	session->conn_id = ++sim->last_conn_id;
	session->watch.fd = fd;
	session->watch.on_ready = session_on_ready;
	session->link_timer.is_limit = true;
	channel_open(session);
	session_name_peer(session, fd);
	trace_connect(&sim->trace, session);
	TAILQ_INSERT_TAIL(&sim->sessions, session, entry);
	sim->tally.connections++;
	session_interest(session);
	session_on_heard(session);
	if (session_event(session, EVENT_CONNECT)) {
		json_str(&sim->events.line, "peer", session->peer);
		event_close(&sim->events);
	}
	session_slow_down(session);
	return session;
}

static void session_destroy(struct session *session)
{
	TAILQ_REMOVE(&session->sim->sessions, session, entry);
	channel_destroy(session);
	buf_destroy(&session->in);
	buf_destroy(&session->out);
	buf_destroy(&session->held);
	free(session);
}

void session_recover(struct session *session)
{
	session->is_half_open = false;
	session->is_resting = false;
	session->read_rate = 0;
	if (!session->is_stalled)
		return;
	session->is_stalled = false;
	session_take_pdus(session);
}

void session_settle_all(struct sim *sim)
{
	struct session *session;
	struct session *next;

	/* One that closes hands what it had in flight to the others, so all
	 * are written before it is decided what to wait for. */
	TAILQ_FOREACH(session, &sim->sessions, entry)
	session_flush(session);
	for (session = TAILQ_FIRST(&sim->sessions); session; session = next) {
		session_interest(session);
		next = TAILQ_NEXT(session, entry);
		if (session->is_dead)
			session_destroy(session);
	}
}

void session_destroy_all(struct sim *sim)
{
	struct session *session;

	while ((session = TAILQ_FIRST(&sim->sessions))) {
		session_close(session, "simulator ends");
		session_destroy(session);
	}
}
