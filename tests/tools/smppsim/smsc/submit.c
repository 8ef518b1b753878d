/* What an ESME submits: checked, numbered, answered (SMPP 3.4 4.4, 4.5, 4.7). */
#include "smsc/submit.h"

#include "sim/dispatch.h"
#include "smsc/message.h"
#include "smsc/receipt.h"
#include "sim/reply.h"
#include "wire/text.h"
#include "wire/udh.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { TON_INTERNATIONAL = 1, TON_ALPHANUMERIC = 5, TON_MAX = 6 };
enum { ALPHANUMERIC_MAX = 11 };

static bool is_npi_known(uint8_t npi)
{
	static const char known[] = { 0, 1, 3, 4, 6, 8, 9, 10, 14, 18 };

	return memchr(known, npi, sizeof(known)) != NULL;
}

static bool is_number(const char *number)
{
	number += *number == '+';
	return *number &&
	       strspn(number, "0123456789*#abcABC") == strlen(number);
}

uint32_t submit_check_dest(const struct pdu_addr *dest)
{
	if (dest->ton > TON_MAX)
		return ESME_RINVDSTTON;
	if (!is_npi_known(dest->npi))
		return ESME_RINVDSTNPI;
	if (dest->ton == TON_ALPHANUMERIC ? !dest->number[0] :
					    !is_number(dest->number))
		return ESME_RINVDSTADR;
	return ESME_ROK;
}

/* An empty source is the SMSC's default (SMPP 3.4 4.4.1). */
static uint32_t check_source(const struct pdu_addr *source)
{
	if (source->ton > TON_MAX)
		return ESME_RINVSRCTON;
	if (!is_npi_known(source->npi))
		return ESME_RINVSRCNPI;
	if (source->ton == TON_ALPHANUMERIC)
		return strlen(source->number) > ALPHANUMERIC_MAX ?
			       ESME_RINVSRCADR :
			       ESME_ROK;
	return source->number[0] && !is_number(source->number) ?
		       ESME_RINVSRCADR :
		       ESME_ROK;
}

static bool is_below(const char *digits, int limit)
{
	return (digits[0] - '0') * 10 + digits[1] - '0' < limit;
}

bool submit_is_time_valid(const char *time)
{
	if (!*time)
		return true;
	if (strlen(time) != 16 || strspn(time, "0123456789") != 15)
		return false;
	if (time[15] == 'R')
		return true;
	return (time[15] == '+' || time[15] == '-') && is_below(time + 2, 13) &&
	       is_below(time + 4, 32) && is_below(time + 6, 24) &&
	       is_below(time + 8, 60) && is_below(time + 10, 60) &&
	       is_below(time + 13, 49);
}

static uint32_t check_text(const struct pdu *pdu)
{
	const uint8_t *payload;
	struct udh udh;
	size_t len;
	const bool has_payload =
		pdu_find_tlv(pdu, PDU_TLV_message_payload, &payload, &len);

	/* One or the other (SMPP 3.4 5.3.2.32). */
	if (has_payload && pdu->sm_len > 0)
		return ESME_RINVMSGLEN;
	if (pdu->command_id == PDU_data_sm && !has_payload)
		return ESME_RMISSINGOPTPARAM;
	payload = pdu_text(pdu, &len);
	if (pdu->esm_class & 0x40 && !udh_parse(&udh, payload, len))
		return ESME_RINVESMCLASS;
	return ESME_ROK;
}

static uint32_t check_flags(const struct pdu *pdu)
{
	const unsigned type = pdu->esm_class & 0x3cu;

	/* Only messages and SME acknowledgements may be submitted (5.2.12). */
	if (type != 0 && type != 0x08 && type != 0x10)
		return ESME_RINVESMCLASS;
	if (pdu->priority_flag > 3)
		return ESME_RINVPRTFLG;
	if (pdu->registered_delivery > 0x1f ||
	    (pdu->registered_delivery & 3) == 3)
		return ESME_RINVREGDLVFLG;
	if (pdu->replace_flag > 1)
		return ESME_RINVREPFLAG;
	if (!submit_is_time_valid(pdu->schedule))
		return ESME_RINVSCHED;
	if (!submit_is_time_valid(pdu->validity))
		return ESME_RINVEXPIRY;
	return ESME_ROK;
}

uint32_t submit_check(const struct pdu *pdu)
{
	uint32_t status = check_source(&pdu->source);

	if (status == ESME_ROK && pdu->command_id != PDU_submit_multi)
		status = submit_check_dest(&pdu->dest);
	if (status == ESME_ROK)
		status = check_flags(pdu);
	return status == ESME_ROK ? check_text(pdu) : status;
}

void submit_copy_text(struct message *message, const struct pdu *pdu)
{
	size_t len;
	const uint8_t *bytes = pdu_text(pdu, &len);
	struct buf text = { 0 };
	struct udh udh = { 0 };

	if (pdu->esm_class & 0x40)
		udh_parse(&udh, bytes, len);
	/* Twice as many octets are enough for any alphabet. */
	memset(message->text, 0, sizeof(message->text));
	len -= udh.len;
	if (len > 2 * MESSAGE_TEXT_LEN)
		len = 2 * MESSAGE_TEXT_LEN;
	text_decode(&text, text_alphabet_of(pdu->data_coding), bytes + udh.len,
		    len);
	for (size_t i = 0; i < text.len && i < MESSAGE_TEXT_LEN; i++)
		message->text[i] =
			isprint(text.bytes[i]) ? (char)text.bytes[i] : '.';
	buf_destroy(&text);
}

static void accept_one(struct session *session, const struct pdu *pdu,
		       const struct pdu_addr *dest, uint64_t number)
{
	struct sim *sim = session->sim;
	char id[65];
	struct message *message;

	message_format_id(id, number, (enum shape_id)sim->options->id_format,
			  sim->options->id_pad);
	message = message_create(sim->messages, number, id);
	message->sim = sim;
	message->rule = sim->rule;
	message->shape = sim->rule ? &sim->rule->shape : &sim->options->shape;
	message->outcome = sim->rule && sim->rule->outcome ?
				   (enum message_state)sim->rule->outcome :
				   receipt_outcome(dest->number);
	message->outbox = session->outbox;
	message->source = pdu->source;
	message->dest = *dest;
	message->registered_delivery = pdu->registered_delivery;
	message->submitted_at = loop_wall_ms(sim->loop);
	memcpy(message->service_type, pdu->service_type,
	       sizeof(message->service_type));
	submit_copy_text(message, pdu);
	receipt_plan(message);
}

/* Takes each good destination, lists the others (SMPP 3.4 4.5.2). Distribution
 * lists are not known here. */
static uint32_t accept_multi(struct session *session, const struct pdu *pdu,
			     uint64_t number, struct pdu *response,
			     struct buf *refused)
{
	struct pdu_dest dest;
	size_t offset = 0;
	uint32_t status = ESME_ROK;

	while (pdu_next_dest(pdu, &offset, &dest)) {
		status = dest.is_list ? (uint32_t)ESME_RINVDLNAME :
					submit_check_dest(&dest.addr);
		if (status == ESME_ROK) {
			accept_one(session, pdu, &dest.addr, number);
			continue;
		}
		response->dest_count++;
		buf_append_u8(refused, dest.addr.ton);
		buf_append_u8(refused, dest.addr.npi);
		buf_append(refused, dest.addr.number,
			   strlen(dest.addr.number) + 1);
		buf_append_u32(refused, status);
	}
	response->dests = refused->bytes;
	response->dests_len = refused->len;
	return response->dest_count == pdu->dest_count ? status :
							 (uint32_t)ESME_ROK;
}

static uint32_t submit_judge(struct session *session, const struct pdu *pdu)
{
	static const enum fault_kind refusing[] = {
		FAULT_THROTTLE, FAULT_BUCKET, FAULT_WINDOW, FAULT_STATUS
	};
	struct sim *sim = session->sim;

	for (size_t i = 0; i < sizeof(refusing) / sizeof(*refusing); i++) {
		const struct fault *fault =
			sim_strike(sim, refusing[i], session, pdu);

		if (fault)
			return (uint32_t)fault->code;
	}
	return sim->rule && sim->rule->status ? (uint32_t)sim->rule->status :
						submit_check(pdu);
}

/* As people write it. */
static void write_number(char out[66], const struct pdu_addr *addr)
{
	snprintf(out, 66, "%s%s", addr->ton == TON_INTERNATIONAL ? "+" : "",
		 addr->number);
}

/* The rule for this message, if there is one. */
static struct rule *submit_rule(struct session *session, const struct pdu *pdu)
{
	struct sim *sim = session->sim;
	struct buf text = { 0 };
	struct udh udh = { 0 };
	struct rule *rule;
	char to[66];
	char from[66];
	size_t len;
	const uint8_t *bytes = pdu_text(pdu, &len);

	if (sim->rules.count == 0)
		return NULL;
	if (pdu->esm_class & 0x40)
		udh_parse(&udh, bytes, len);
	text_decode(&text, text_alphabet_of(pdu->data_coding), bytes + udh.len,
		    len - udh.len);
	write_number(to, &pdu->dest);
	write_number(from, &pdu->source);

	const struct rule_subject subject = {
		.to = to,
		.from = from,
		.text = buf_str(&text),
		.system_id = session->system_id,
		.now_ms = (long)(loop_now_ms(sim->loop) - sim->started_ms),
	};

	rule = rule_select(&sim->rules, &subject);
	sim->tally.rules += rule != NULL;
	buf_destroy(&text);
	return rule;
}

static void submit_count(struct sim *sim, uint32_t status)
{
	sim->tally.submits++;
	if (status == ESME_ROK)
		sim->tally.submits_accepted++;
	else
		sim->tally.submits_refused++;
}

/* Older peers know no such parameter. */
static void add_congestion(struct session *session, struct pdu *response,
			   struct buf *tlvs)
{
	const struct fault *fault;
	uint8_t level;

	if (session->interface_version < 0x50 ||
	    response->command_status != ESME_ROK)
		return;
	fault = sim_strike(session->sim, FAULT_CONGESTION, session, response);
	if (!fault)
		return;
	level = (uint8_t)fault->level;
	pdu_append_tlv(tlvs, PDU_TLV_congestion_state, &level, 1);
	response->tlvs = tlvs->bytes;
	response->tlvs_len = tlvs->len;
}

void submit_on_submit(struct session *session, const struct pdu *pdu)
{
	struct sim *sim = session->sim;
	struct buf refused = { 0 };
	struct buf tlvs = { 0 };
	struct pdu response;

	sim->rule = submit_rule(session, pdu);
	response = reply_to(pdu, submit_judge(session, pdu));
	session_event_pdu(session, EVENT_SUBMIT, pdu);
	if (response.command_status == ESME_ROK) {
		const uint64_t number = message_next_number(sim->messages);

		message_format_id(response.message_id, number,
				  (enum shape_id)sim->options->id_format,
				  sim->options->id_pad);
		if (pdu->command_id == PDU_submit_multi)
			response.command_status = accept_multi(
				session, pdu, number, &response, &refused);
		else
			accept_one(session, pdu, &pdu->dest, number);
		sim->tally.ids++;
	}
	submit_count(sim, response.command_status);
	add_congestion(session, &response, &tlvs);
	reply_send_spoilt(session, EVENT_SUBMIT_RESP, &response);
	sim->rule = NULL;
	buf_destroy(&tlvs);
	buf_destroy(&refused);
}
