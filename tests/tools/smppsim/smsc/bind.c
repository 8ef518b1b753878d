/* Binding, unbinding and enquiring (SMPP 3.4 4.1, 4.2, 4.11). */
#include "sim/dispatch.h"
#include "smsc/mo.h"
#include "smsc/outbox.h"
#include "replay/replay.h"
#include "sim/reply.h"

#include <string.h>

static const struct option_account *account_find(const struct options *options,
						 const char *system_id)
{
	for (size_t i = 0; i < options->account_count; i++)
		if (strcmp(options->accounts[i].system_id, system_id) == 0)
			return &options->accounts[i];
	return NULL;
}

static uint32_t account_check(const struct options *options,
			      const struct pdu *pdu)
{
	const struct option_account *account;

	if (!pdu->system_id[0])
		return ESME_RINVSYSID;
	if (options->account_count == 0)
		return ESME_ROK;
	account = account_find(options, pdu->system_id);
	if (!account)
		return ESME_RINVSYSID;
	return strcmp(account->password, pdu->password) == 0 ? ESME_ROK :
							       ESME_RINVPASWD;
}

static long count_binds(const struct sim *sim, const char *system_id)
{
	const struct session *session;
	long count = 0;

	TAILQ_FOREACH(session, &sim->sessions, entry)
	count += session_is_bound(session) &&
		 strcmp(session->system_id, system_id) == 0;
	return count;
}

static bool has_too_many(const struct sim *sim, const char *system_id)
{
	const struct option_account *account =
		account_find(sim->options, system_id);
	const long limit = account && account->max_binds ?
				   account->max_binds :
				   sim->options->max_binds;

	return limit > 0 && count_binds(sim, system_id) >= limit;
}

static uint32_t bind_check(struct session *session, const struct pdu *pdu)
{
	struct sim *sim = session->sim;
	const struct fault *fault =
		sim_strike(sim, FAULT_REFUSE_BIND, session, pdu);

	uint32_t status = account_check(sim->options, pdu);

	if (fault)
		return (uint32_t)fault->code;
	if (status == ESME_ROK && has_too_many(sim, pdu->system_id))
		status = ESME_RALYBND;
	return status;
}

static enum session_state state_after(uint32_t command_id)
{
	switch (command_id) {
	case PDU_bind_transmitter:
		return SESSION_BOUND_TX;
	case PDU_bind_receiver:
		return SESSION_BOUND_RX;
	default:
		return SESSION_BOUND_TRX;
	}
}

static void event_bind(struct session *session, const struct pdu *pdu,
		       uint32_t status)
{
	struct buf *line = &session->sim->events.line;
	struct pdu shown = *pdu;

	shown.command_status = status;
	if (!session_event(session, status ? EVENT_BIND_REFUSED : EVENT_BIND))
		return;
	json_str(line, "system_type", pdu->system_type);
	json_number(line, "interface_version", pdu->interface_version);
	json_str(line, "address_range", pdu->address_range);
	event_add_pdu(&session->sim->events, &shown);
	event_close(&session->sim->events);
}

static void send_bind_resp(struct session *session, const struct pdu *pdu,
			   uint32_t status)
{
	/* Of SMPP 5.0 only what a 5.0 peer may be told. */
	const uint8_t version = pdu->interface_version >= 0x50 ? 0x50 : 0x34;
	struct pdu response = reply_to(pdu, status);
	struct buf tlvs = { 0 };

	memcpy(response.system_id, "smppsim", 8);
	/* Older peers know no optional parameters (SMPP 3.4 3.4.2). */
	if (pdu->interface_version >= 0x34)
		pdu_append_tlv(&tlvs, PDU_TLV_sc_interface_version, &version,
			       1);
	response.tlvs = tlvs.bytes;
	response.tlvs_len = tlvs.len;
	session_send(session, &response);
	buf_destroy(&tlvs);
}

/* disconnect:now and away:now from the command line meet the first bind. */
static const struct fault *take_fault_now(struct sim *sim)
{
	for (size_t i = 0; i < sim->faults.count; i++) {
		struct fault *fault = &sim->faults.faults[i];

		if (fault->now && !fault->struck) {
			fault->struck = 1;
			return fault;
		}
	}
	return NULL;
}

static void bind_accept(struct session *session, const struct pdu *pdu)
{
	struct sim *sim = session->sim;
	const struct fault *now;

	sim->tally.binds++;
	session->state = state_after(pdu->command_id);
	session->interface_version = pdu->interface_version;
	session->outbox = outbox_get(sim, session->system_id);
	event_bind(session, pdu, ESME_ROK);
	send_bind_resp(session, pdu, ESME_ROK);
	now = take_fault_now(sim);
	if (now && now->kind == FAULT_AWAY)
		sim_go_away(sim, now->ms);
	if (now) {
		session_close_when_written(session);
		return;
	}
	if (session_can_receive(session)) {
		mo_push_configured(sim, session->outbox);
		outbox_adopt(session->outbox);
		replay_deliver(session);
		outbox_pump(session->outbox);
	}
}

void bind_on_bind(struct session *session, const struct pdu *pdu)
{
	uint32_t status;

	memcpy(session->system_id, pdu->system_id, sizeof(pdu->system_id));
	if (sim_strike(session->sim, FAULT_DROP_BIND, session, pdu))
		return;
	status = bind_check(session, pdu);
	if (status == ESME_ROK) {
		bind_accept(session, pdu);
		return;
	}
	session->sim->tally.binds_refused++;
	event_bind(session, pdu, status);
	send_bind_resp(session, pdu, status);
}

void bind_on_unbind(struct session *session, const struct pdu *pdu)
{
	const struct pdu response = reply_to(pdu, ESME_ROK);

	session_event_pdu(session, EVENT_UNBIND, pdu);
	session->state = SESSION_UNBOUND;
	session_send(session, &response);
	session_close_when_written(session);
}

void bind_on_unbind_resp(struct session *session, const struct pdu *pdu)
{
	session_event_pdu(session, EVENT_UNBIND, pdu);
	session->state = SESSION_UNBOUND;
	session_close_when_written(session);
}

void bind_on_enquire_link(struct session *session, const struct pdu *pdu)
{
	const struct pdu response = reply_to(pdu, ESME_ROK);

	session_event_pdu(session, EVENT_ENQUIRE_LINK, pdu);
	if (!sim_strike(session->sim, FAULT_DROP_ENQUIRE, session, pdu))
		session_send(session, &response);
}

void bind_on_enquire_link_resp(struct session *session, const struct pdu *pdu)
{
	session_event_pdu(session, EVENT_ENQUIRE_LINK_RESP, pdu);
}
