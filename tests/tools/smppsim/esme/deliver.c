/* What an SMSC delivers: receipts and messages, each answered. */
#include "esme/esme.h"
#include "replay/replay.h"
#include "sim/dispatch.h"
#include "sim/reply.h"
#include "smsc/receipt.h"
#include "wire/text.h"

#include <string.h>

enum { ESM_TYPE = 0x3c, ESM_RECEIPT = 0x04, ESM_INTERMEDIATE = 0x20 };

/* The word behind key; empty if there is none. */
static void find_word(char *word, size_t size, const char *text,
		      const char *key)
{
	const char *at = strstr(text, key);
	size_t len;

	*word = 0;
	if (!at)
		return;
	at += strlen(key);
	len = strcspn(at, " ");
	if (len >= size)
		return;
	memcpy(word, at, len);
	word[len] = 0;
}

/* By data_coding; or, where that gives no receipt, as ASCII (some SMSCs say
 * UCS-2 and mean ASCII). */
static void decode(struct buf *text, const struct pdu *pdu)
{
	size_t len;
	const uint8_t *bytes = pdu_text(pdu, &len);

	text_decode(text, text_alphabet_of(pdu->data_coding), bytes, len);
	if (strstr(buf_str(text), "id:"))
		return;
	buf_clear(text);
	buf_append(text, bytes, len);
}

static void find_id(char id[66], const struct pdu *pdu, const char *text)
{
	const uint8_t *value;
	size_t len;

	if (!pdu_find_tlv(pdu, PDU_TLV_receipted_message_id, &value, &len)) {
		find_word(id, 66, text, "id:");
		return;
	}
	len = strnlen((const char *)value, len);
	memcpy(id, value, len);
	id[len] = 0;
}

static enum message_state find_state(const struct pdu *pdu, const char *text)
{
	const int state = pdu_find_tlv_number(pdu, PDU_TLV_message_state);
	char stat[16];

	if (state >= MESSAGE_ENROUTE && state <= MESSAGE_REJECTED)
		return (enum message_state)state;
	find_word(stat, sizeof(stat), text, "stat:");
	return receipt_state(stat);
}

static void take_receipt(struct esme *esme, const struct pdu *pdu)
{
	struct buf text = { 0 };
	enum message_state state;
	char id[66];
	int64_t us;

	decode(&text, pdu);
	find_id(id, pdu, buf_str(&text));
	state = find_state(pdu, buf_str(&text));
	buf_destroy(&text);
	if (state == MESSAGE_ENROUTE) {
		esme->receipts_intermediate++;
		return;
	}
	if (state == MESSAGE_DELIVERED)
		esme->receipts_delivered++;
	else
		esme->receipts_failed++;
	us = awaited_add_receipt(&esme->awaited, id, load_now_us());
	if (us >= 0)
		latency_add(&esme->receipt_latency, us);
}

static uint32_t judge(struct session *session, const struct pdu *pdu)
{
	struct sim *sim = session->sim;
	const struct fault *fault =
		sim_strike(sim, FAULT_THROTTLE, session, pdu);

	if (!fault)
		fault = sim_strike(sim, FAULT_STATUS, session, pdu);
	return fault ? (uint32_t)fault->code : replay_next_status(sim->replay);
}

/* One that is refused comes again, or is lost: it does not count. */
void esme_on_deliver(struct session *session, const struct pdu *pdu)
{
	struct esme *esme = session->sim->esme;
	const unsigned type = pdu->esm_class & ESM_TYPE;
	struct pdu response = reply_to(pdu, judge(session, pdu));

	session_event_pdu(session, EVENT_DELIVER, pdu);
	if (response.command_status == ESME_ROK) {
		if (type == ESM_RECEIPT || type == ESM_INTERMEDIATE)
			take_receipt(esme, pdu);
		else
			esme->mo_received++;
	}
	reply_send_spoilt(session, EVENT_DELIVER_RESP, &response);
}

void esme_on_alert(struct session *session, const struct pdu *pdu)
{
	session_event_pdu(session, EVENT_ALERT, pdu);
}
