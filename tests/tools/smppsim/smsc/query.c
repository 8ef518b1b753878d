/* Asking for, cancelling and replacing a message (SMPP 3.4 4.8 - 4.10). */
#include "sim/dispatch.h"
#include "smsc/message.h"
#include "smsc/receipt.h"
#include "sim/reply.h"
#include "smsc/submit.h"

#include <string.h>

/* The ids of one ESME are no business of another. */
static struct message *query_find(struct session *session,
				  const struct pdu *pdu)
{
	struct message *message =
		message_find(session->sim->messages, pdu->message_id);

	return message && message->outbox == session->outbox ? message : NULL;
}

/* The source must be the one of the submit; an empty one may be left out. */
static bool is_source(const struct message *message, const struct pdu *pdu)
{
	return strcmp(message->source.number, pdu->source.number) == 0;
}

/* YYMMDDhhmmsstnnp in UTC (SMPP 3.4 7.1.1). */
static void format_final_date(char date[17], int64_t unix_ms)
{
	const int second = (int)(unix_ms / 1000 % 60);

	receipt_format_date(date, unix_ms);
	date[10] = (char)('0' + second / 10);
	date[11] = (char)('0' + second % 10);
	memcpy(date + 12, "000+", 5);
}

void query_on_query(struct session *session, const struct pdu *pdu)
{
	struct pdu response = reply_to(pdu, ESME_ROK);
	const struct message *message = query_find(session, pdu);

	session_event_pdu(session, EVENT_QUERY, pdu);
	if (!message) {
		response.command_status = ESME_RINVMSGID;
	} else if (!is_source(message, pdu)) {
		response.command_status = ESME_RQUERYFAIL;
	} else {
		memcpy(response.message_id, message->id, sizeof(message->id));
		response.message_state = (uint8_t)message->state;
		response.error_code = (uint8_t)receipt_error(message->state);
	}
	if (response.command_status == ESME_ROK && message_is_final(message))
		format_final_date(response.final_date, message->final_at);
	reply_send(session, EVENT_RESPONSE, &response);
}

static void cancel(struct message *message)
{
	struct sim *sim = message->sim;

	loop_disarm(sim->loop, &message->timer);
	message_finish(message, MESSAGE_DELETED, loop_wall_ms(sim->loop));
	receipt_tell(message);
}

static uint32_t cancel_one(struct session *session, const struct pdu *pdu)
{
	struct message *message = query_find(session, pdu);

	if (!message)
		return ESME_RINVMSGID;
	if (message_is_final(message) || !is_source(message, pdu))
		return ESME_RCANCELFAIL;
	cancel(message);
	return ESME_ROK;
}

/* Without id: all between these addresses, of that service type if one is
 * given (SMPP 3.4 4.9). */
static uint32_t cancel_all(struct session *session, const struct pdu *pdu)
{
	struct message_store *store = session->sim->messages;
	struct message *message = NULL;
	uint32_t status = ESME_RCANCELFAIL;

	while ((message = message_next(store, message))) {
		if (message_is_final(message) || !is_source(message, pdu) ||
		    message->outbox != session->outbox ||
		    strcmp(message->dest.number, pdu->dest.number) != 0)
			continue;
		if (pdu->service_type[0] &&
		    strcmp(message->service_type, pdu->service_type) != 0)
			continue;
		cancel(message);
		status = ESME_ROK;
	}
	return status;
}

void query_on_cancel(struct session *session, const struct pdu *pdu)
{
	struct pdu response = reply_to(pdu, ESME_ROK);

	session_event_pdu(session, EVENT_CANCEL, pdu);
	response.command_status = pdu->message_id[0] ?
					  cancel_one(session, pdu) :
					  cancel_all(session, pdu);
	reply_send(session, EVENT_RESPONSE, &response);
}

static uint32_t replace(struct session *session, const struct pdu *pdu)
{
	struct message *message = query_find(session, pdu);

	if (!message)
		return ESME_RINVMSGID;
	if (message_is_final(message) || !is_source(message, pdu))
		return ESME_RREPLACEFAIL;
	if (!submit_is_time_valid(pdu->schedule))
		return ESME_RINVSCHED;
	if (!submit_is_time_valid(pdu->validity))
		return ESME_RINVEXPIRY;
	message->registered_delivery = pdu->registered_delivery;
	submit_copy_text(message, pdu);
	return ESME_ROK;
}

void query_on_replace(struct session *session, const struct pdu *pdu)
{
	struct pdu response = reply_to(pdu, ESME_ROK);

	session_event_pdu(session, EVENT_REPLACE, pdu);
	response.command_status = replace(session, pdu);
	reply_send(session, EVENT_RESPONSE, &response);
}
