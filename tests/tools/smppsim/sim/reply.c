/* Responses, and everything that may be wrong with them. */
#include "sim/reply.h"

#include <stdlib.h>

/* A response that waits for its time. */
struct reply {
	struct loop_timer timer;
	TAILQ_ENTRY(reply) entry;
	struct sim *sim;
	uint32_t conn_id;
	struct buf bytes;
};

struct pdu reply_to(const struct pdu *request, uint32_t status)
{
	return (struct pdu){ .command_id = request->command_id | PDU_RESP,
			     .command_status = status,
			     .sequence = request->sequence };
}

void reply_send(struct session *session, enum event_kind kind,
		const struct pdu *response)
{
	session_event_pdu(session, kind, response);
	session_send(session, response);
}

static void reply_destroy(struct reply *reply)
{
	loop_disarm(reply->sim->loop, &reply->timer);
	TAILQ_REMOVE(&reply->sim->replies, reply, entry);
	buf_destroy(&reply->bytes);
	free(reply);
}

void reply_destroy_all(struct sim *sim)
{
	while (!TAILQ_EMPTY(&sim->replies))
		reply_destroy(TAILQ_FIRST(&sim->replies));
}

static void reply_on_due(struct loop_timer *timer)
{
	struct reply *reply = loop_owner(timer, struct reply, timer);
	struct session *session = session_find(reply->sim, reply->conn_id);

	if (session)
		session_write(session, &reply->bytes);
	reply_destroy(reply);
}

static void reply_later(struct session *session, const struct buf *bytes,
			long delay_ms)
{
	struct reply *reply = mem_alloc(sizeof(*reply));

	reply->sim = session->sim;
	reply->conn_id = session->conn_id;
	buf_append(&reply->bytes, bytes->bytes, bytes->len);
	TAILQ_INSERT_TAIL(&session->sim->replies, reply, entry);
	loop_arm(session->sim->loop, &reply->timer, delay_ms, reply_on_due);
}

/* Octets of chance in front: the framing is lost. */
static void reply_litter(struct fault *fault, struct buf *bytes)
{
	struct buf littered = { 0 };

	for (long i = 0; i < fault->length; i++)
		buf_append_u8(&littered,
			      (uint8_t)dice_throw(&fault->dice, 256));
	buf_append(&littered, bytes->bytes, bytes->len);
	buf_destroy(bytes);
	*bytes = littered;
}

/* Spoils the octets; true if the connection shall end behind them. */
static bool reply_spoil(struct session *session, const struct pdu *response,
			struct buf *bytes)
{
	struct sim *sim = session->sim;
	struct fault *fault;

	if (sim_strike(sim, FAULT_WRONG_SEQ, session, response))
		pdu_poke_u32(bytes->bytes + 12, response->sequence + 1000);
	fault = sim_strike(sim, FAULT_BAD_LENGTH, session, response);
	if (fault)
		pdu_poke_u32(bytes->bytes, (uint32_t)fault->length);
	if (sim_strike(sim, FAULT_DUPLICATE_RESPONSE, session, response)) {
		const struct buf once = *bytes;
		struct buf twice = { 0 };

		buf_append(&twice, once.bytes, once.len);
		buf_append(&twice, once.bytes, once.len);
		buf_destroy(bytes);
		*bytes = twice;
	}
	fault = sim_strike(sim, FAULT_GARBAGE, session, response);
	if (fault)
		reply_litter(fault, bytes);
	fault = sim_strike(sim, FAULT_TRUNCATE, session, response);
	if (!fault)
		return false;
	if (bytes->len > (size_t)fault->length)
		bytes->len = (size_t)fault->length;
	return true;
}

/* Keeps the response if it shall be overtaken by the next one. */
static bool reply_hold(struct session *session, const struct pdu *response,
		       const struct buf *bytes)
{
	if (session->held.len > 0 ||
	    !sim_strike(session->sim, FAULT_REORDER, session, response))
		return false;
	buf_append(&session->held, bytes->bytes, bytes->len);
	return true;
}

static void reply_write(struct session *session, const struct pdu *response,
			const struct buf *bytes)
{
	const struct fault *fault =
		sim_strike(session->sim, FAULT_DELAY, session, response);
	const long delay_ms = session->sim->options->response_delay_ms +
			      (fault ? fault->ms : 0);

	if (delay_ms > 0) {
		reply_later(session, bytes, delay_ms);
		return;
	}
	if (reply_hold(session, response, bytes))
		return;
	session_write(session, bytes);
	if (session->held.len > 0) {
		session_write(session, &session->held);
		buf_clear(&session->held);
	}
}

/* The fault that ends the connection instead of an answer. */
static bool reply_hang_up(struct session *session, const struct pdu *response)
{
	struct sim *sim = session->sim;
	const struct fault *away;

	if (sim_strike(sim, FAULT_DISCONNECT, session, response)) {
		session_close(session, "fault disconnect");
		return true;
	}
	away = sim_strike(sim, FAULT_AWAY, session, response);
	if (away)
		sim_go_away(sim, away->ms);
	return away != NULL;
}

void reply_send_octets(struct session *session, enum event_kind kind,
		       const struct pdu *response, struct buf *octets)
{
	struct sim *sim = session->sim;

	if (reply_hang_up(session, response))
		return;
	if (sim_strike(sim, FAULT_DROP_RESPONSE, session, response))
		return;
	sim->tally.responses++;
	session_event_pdu(session, kind, response);

	const bool is_last = reply_spoil(session, response, octets);

	reply_write(session, response, octets);
	if (is_last)
		session_close_when_written(session);
	else if (sim_strike(sim, FAULT_UNBIND, session, response))
		session_send_unbind(session);
}

void reply_send_spoilt(struct session *session, enum event_kind kind,
		       const struct pdu *response)
{
	struct buf octets = { 0 };

	pdu_format(&octets, response);
	reply_send_octets(session, kind, response, &octets);
	buf_destroy(&octets);
}
