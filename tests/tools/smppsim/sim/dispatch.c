/* Which command may come in which bind state, and who takes it
 * (SMPP 3.4 2.3). */
#include "sim/dispatch.h"

#include "replay/replay.h"
#include "sim/reply.h"

#include <stddef.h>

enum {
	IN_OPEN = 1 << SESSION_OPEN,
	IN_TX = 1 << SESSION_BOUND_TX,
	IN_RX = 1 << SESSION_BOUND_RX,
	IN_TRX = 1 << SESSION_BOUND_TRX,
	IN_UNBOUND = 1 << SESSION_UNBOUND,
	IN_SENDING = IN_TX | IN_TRX,
	IN_RECEIVING = IN_RX | IN_TRX,
	IN_BOUND = IN_TX | IN_RX | IN_TRX,
	IN_ANY = IN_OPEN | IN_BOUND | IN_UNBOUND,
};

typedef void dispatch_take_fn(struct session *session, const struct pdu *pdu);

struct route {
	uint32_t command_id;
	unsigned permitted;
	/* What is answered in another state. */
	uint32_t status;
	dispatch_take_fn *take;
};

static const struct route routes[] = {
	{ PDU_submit_sm, IN_SENDING, ESME_RINVBNDSTS, submit_on_submit },
	{ (uint32_t)PDU_deliver_sm_resp, IN_RECEIVING, 0, outbox_on_resp },
	{ PDU_data_sm, IN_SENDING, ESME_RINVBNDSTS, submit_on_submit },
	{ PDU_submit_multi, IN_SENDING, ESME_RINVBNDSTS, submit_on_submit },
	{ PDU_bind_receiver, IN_OPEN, ESME_RALYBND, bind_on_bind },
	{ PDU_bind_transmitter, IN_OPEN, ESME_RALYBND, bind_on_bind },
	{ PDU_bind_transceiver, IN_OPEN, ESME_RALYBND, bind_on_bind },
	{ PDU_query_sm, IN_SENDING, ESME_RINVBNDSTS, query_on_query },
	{ PDU_cancel_sm, IN_SENDING, ESME_RINVBNDSTS, query_on_cancel },
	{ PDU_replace_sm, IN_SENDING, ESME_RINVBNDSTS, query_on_replace },
	{ PDU_enquire_link, IN_ANY, 0, bind_on_enquire_link },
	{ (uint32_t)PDU_enquire_link_resp, IN_ANY, 0,
	  bind_on_enquire_link_resp },
	{ PDU_unbind, IN_BOUND, ESME_RINVBNDSTS, bind_on_unbind },
	{ (uint32_t)PDU_unbind_resp, IN_ANY, 0, bind_on_unbind_resp },
	{ (uint32_t)PDU_generic_nack, IN_ANY, 0, outbox_on_resp },
};

static const struct route esme_routes[] = {
	{ (uint32_t)PDU_submit_sm_resp, IN_SENDING, 0, esme_on_resp },
	{ PDU_deliver_sm, IN_RECEIVING, ESME_RINVBNDSTS, esme_on_deliver },
	{ PDU_data_sm, IN_RECEIVING, ESME_RINVBNDSTS, esme_on_deliver },
	{ PDU_alert_notification, IN_RECEIVING, ESME_RINVBNDSTS,
	  esme_on_alert },
	{ (uint32_t)PDU_data_sm_resp, IN_SENDING, 0, esme_on_resp },
	{ (uint32_t)PDU_submit_multi_resp, IN_SENDING, 0, esme_on_resp },
	{ PDU_outbind, IN_OPEN, ESME_RINVBNDSTS, esme_on_outbind },
	{ (uint32_t)PDU_bind_receiver_resp, IN_OPEN, 0, esme_on_bind_resp },
	{ (uint32_t)PDU_bind_transmitter_resp, IN_OPEN, 0, esme_on_bind_resp },
	{ (uint32_t)PDU_bind_transceiver_resp, IN_OPEN, 0, esme_on_bind_resp },
	{ (uint32_t)PDU_query_sm_resp, IN_SENDING, 0, esme_on_resp },
	{ (uint32_t)PDU_cancel_sm_resp, IN_SENDING, 0, esme_on_resp },
	{ (uint32_t)PDU_replace_sm_resp, IN_SENDING, 0, esme_on_resp },
	{ PDU_enquire_link, IN_ANY, 0, bind_on_enquire_link },
	{ (uint32_t)PDU_enquire_link_resp, IN_ANY, 0,
	  bind_on_enquire_link_resp },
	{ PDU_unbind, IN_BOUND, ESME_RINVBNDSTS, bind_on_unbind },
	{ (uint32_t)PDU_unbind_resp, IN_ANY, 0, bind_on_unbind_resp },
	{ (uint32_t)PDU_generic_nack, IN_ANY, 0, esme_on_resp },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct route *route_of(bool is_esme, uint32_t command_id)
{
	const struct route *table = is_esme ? esme_routes : routes;
	const size_t count = is_esme ? COUNT(esme_routes) : COUNT(routes);

	for (size_t i = 0; i < count; i++)
		if (table[i].command_id == command_id)
			return &table[i];
	return NULL;
}

static const struct route *route_find(const struct sim *sim,
				      uint32_t command_id)
{
	return route_of(sim->esme != NULL, command_id);
}

bool dispatch_is_taken(bool is_esme, uint32_t command_id)
{
	return route_of(is_esme, command_id) != NULL;
}

static void event_bad(struct session *session, const struct pdu *pdu,
		      uint32_t status, const char *why)
{
	struct sim *sim = session->sim;
	struct pdu bad = *pdu;

	sim->tally.bad_pdus++;
	if (!session_event(session, EVENT_BAD_PDU))
		return;
	/* The fields behind the broken one are not known. */
	bad.tlvs_len = 0;
	bad.sm_len = 0;
	bad.command_status = status;
	json_str(&sim->events.line, "reason", why);
	event_add_pdu(&sim->events, &bad);
	event_close(&sim->events);
}

/* Requests are answered by their own response where SMPP has one, all else by
 * generic_nack (4.3); a bad response is only noted. */
static void refuse(struct session *session, const struct pdu *pdu,
		   uint32_t status)
{
	struct pdu response = reply_to(pdu, status);

	if (pdu->command_id & PDU_RESP && pdu_is_known(pdu->command_id))
		return;
	if (!pdu_is_known(response.command_id) || pdu->command_id & PDU_RESP ||
	    !route_find(session->sim, pdu->command_id))
		response.command_id = (uint32_t)PDU_generic_nack;
	reply_send(session, EVENT_RESPONSE, &response);
}

void dispatch_pdu(struct session *session, const uint8_t *bytes, size_t len)
{
	struct pdu pdu;
	const char *why;
	uint32_t status = pdu_parse(&pdu, bytes, len, &why);
	const struct route *route = route_find(session->sim, pdu.command_id);

	/* A known command that this role does not take. */
	if (status == ESME_ROK && !route) {
		status = ESME_RINVCMDID;
		why = session->sim->esme ? "not for an ESME" :
					   "not for an SMSC";
	}
	if (status != ESME_ROK) {
		event_bad(session, &pdu, status, why);
		refuse(session, &pdu, status);
	} else if (!(route->permitted & 1u << session->state)) {
		event_bad(session, &pdu, route->status, "bind state");
		refuse(session, &pdu, route->status);
	} else if (!replay_answer(session, &pdu)) {
		route->take(session, &pdu);
	}
}
