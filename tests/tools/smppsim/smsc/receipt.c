/* Delivery receipts: which, when and what they say (SMPP 3.4 Appendix B). */
#include "smsc/receipt.h"

#include "wire/text.h"

#include <string.h>
#include <strings.h>
#include <time.h>

enum { ESM_RECEIPT = 0x04, ESM_INTERMEDIATE = 0x20 };
enum { ASKED_ALWAYS = 1, ASKED_FAILURE = 2, ASKED_INTERMEDIATE = 0x10 };

/* The errors are what GSM networks report for such an end (MAP). */
static const struct {
	const char *stat;
	bool is_failure;
	unsigned error;
} states[] = {
	[MESSAGE_ENROUTE] = { "ENROUTE", false, 0 },
	[MESSAGE_DELIVERED] = { "DELIVRD", false, 0 },
	[MESSAGE_EXPIRED] = { "EXPIRED", true, 27 },
	[MESSAGE_DELETED] = { "DELETED", true, 0 },
	[MESSAGE_UNDELIVERABLE] = { "UNDELIV", true, 1 },
	[MESSAGE_ACCEPTED] = { "ACCEPTD", false, 0 },
	[MESSAGE_UNKNOWN] = { "UNKNOWN", true, 255 },
	[MESSAGE_REJECTED] = { "REJECTD", true, 21 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum message_state receipt_outcome(const char *number)
{
	static const enum message_state outcomes[] = {
		['1' - '0'] = MESSAGE_EXPIRED,
		['2' - '0'] = MESSAGE_DELETED,
		['3' - '0'] = MESSAGE_UNDELIVERABLE,
		['4' - '0'] = MESSAGE_ACCEPTED,
		['5' - '0'] = MESSAGE_REJECTED,
	};
	const size_t len = strlen(number);
	const char last = len ? number[len - 1] : 0;

	if (last < '1' || last > '5')
		return MESSAGE_DELIVERED;
	return outcomes[last - '0'];
}

bool receipt_is_wanted(enum shape_when when, uint8_t registered_delivery,
		       enum message_state state)
{
	const unsigned asked = registered_delivery & 3u;

	if (when != RECEIPTS_ASKED)
		return when == RECEIPTS_ALWAYS;
	return asked == ASKED_ALWAYS ||
	       (asked == ASKED_FAILURE && states[state].is_failure);
}

const char *receipt_stat(enum message_state state)
{
	return states[state].stat;
}

enum message_state receipt_state(const char *stat)
{
	for (size_t i = MESSAGE_ENROUTE; i < COUNT(states); i++)
		if (strcasecmp(states[i].stat, stat) == 0)
			return (enum message_state)i;
	return 0;
}

unsigned receipt_error(enum message_state state)
{
	return states[state].error;
}

static void put_two_digits(char *out, int value)
{
	out[0] = (char)('0' + value / 10 % 10);
	out[1] = (char)('0' + value % 10);
}

void receipt_format_date(char date[11], int64_t unix_ms)
{
	const time_t seconds = (time_t)(unix_ms / 1000);
	struct tm when;

	gmtime_r(&seconds, &when);
	put_two_digits(date, when.tm_year);
	put_two_digits(date + 2, when.tm_mon + 1);
	put_two_digits(date + 4, when.tm_mday);
	put_two_digits(date + 6, when.tm_hour);
	put_two_digits(date + 8, when.tm_min);
	date[10] = 0;
}

void receipt_format_text(struct buf *out, const struct receipt *receipt,
			 enum shape_fields fields)
{
	const enum message_state state = receipt_state(receipt->stat);
	const unsigned error = state ? receipt_error(state) : 0;
	char submitted[11];
	char done[11];

	receipt_format_date(submitted, receipt->submitted_at);
	receipt_format_date(done, receipt->done_at);
	buf_appendf(out, "id:%s ", receipt->id);
	if (fields != FIELDS_SHORT)
		buf_appendf(out, "sub:001 dlvrd:%s ",
			    state == MESSAGE_DELIVERED ? "001" : "000");
	buf_appendf(out, "submit date:%s done date:%s stat:%s err:%0*u",
		    submitted, done, receipt->stat,
		    fields == FIELDS_LONG_ERR ? 4 : 3, error);
	if (fields != FIELDS_NO_TEXT)
		buf_appendf(out, " text:%s", receipt->text);
}

static void append_tlvs(struct buf *tlvs, const struct receipt *receipt)
{
	const enum message_state state = receipt_state(receipt->stat);
	const uint8_t octet = (uint8_t)state;
	const unsigned error = state ? receipt_error(state) : 0;
	/* 3: GSM (SMPP 3.4 5.3.2.31). */
	const uint8_t network[] = { 3, (uint8_t)(error >> 8), (uint8_t)error };

	pdu_append_tlv(tlvs, PDU_TLV_receipted_message_id, receipt->id,
		       strlen(receipt->id) + 1);
	if (state)
		pdu_append_tlv(tlvs, PDU_TLV_message_state, &octet, 1);
	if (error)
		pdu_append_tlv(tlvs, PDU_TLV_network_error_code, network,
			       sizeof(network));
}

/* The text as octets of the shape's alphabet; true data_coding or not. */
static void encode_text(struct pdu *pdu, const struct receipt *receipt,
			const struct receipt_shape *shape, struct buf *octets)
{
	struct buf text = { 0 };

	receipt_format_text(&text, receipt, (enum shape_fields)shape->fields);
	if (shape->coding != CODING_GSM)
		pdu->data_coding = 8;
	if (shape->coding == CODING_MISLABELLED ||
	    !text_encode(octets,
			 shape->coding == CODING_UCS2 ? TEXT_UCS2 : TEXT_GSM,
			 buf_str(&text)))
		buf_append(octets, text.bytes, text.len);
	buf_destroy(&text);
}

void receipt_push(struct outbox *outbox, const struct receipt *receipt,
		  const struct pdu *envelope, const struct receipt_shape *shape)
{
	struct pdu pdu = *envelope;
	struct buf text = { 0 };
	struct buf tlvs = { 0 };

	pdu.command_id = PDU_deliver_sm;
	if (shape->style != STYLE_TLV)
		encode_text(&pdu, receipt, shape, &text);
	if (shape->style != STYLE_TEXT)
		append_tlvs(&tlvs, receipt);
	if (shape->tlv)
		shape_append_tlv(&tlvs, shape->tlv);
	if (text.len > 254 || (text.len > 0 && shape->in_payload)) {
		pdu_append_tlv(&tlvs, PDU_TLV_message_payload, text.bytes,
			       text.len);
	} else {
		pdu.short_message = text.bytes;
		pdu.sm_len = text.len;
	}
	pdu.tlvs = tlvs.bytes;
	pdu.tlvs_len = tlvs.len;
	outbox_push(outbox, OUTBOX_RECEIPT, &pdu);
	buf_destroy(&text);
	buf_destroy(&tlvs);
}

/* Everything about the receipt but its text: addresses swapped. */
static void push_state(struct message *message, enum message_state state,
		       uint8_t esm_class)
{
	const struct receipt_shape *shape = message->shape;
	struct pdu envelope = { .source = message->dest,
				.dest = message->source,
				.esm_class = esm_class };
	char id[65];
	const struct receipt receipt = {
		.id = id,
		.stat = receipt_stat(state),
		.text = message->text,
		.submitted_at = message->submitted_at,
		.done_at = loop_wall_ms(message->sim->loop),
	};

	memcpy(envelope.service_type, message->service_type,
	       sizeof(envelope.service_type));
	message_format_id(id, message->number, (enum shape_id)shape->id_format,
			  shape->id_pad);
	receipt_push(message->outbox, &receipt, &envelope, shape);
}

static void tell_struck(struct message *message)
{
	struct sim *sim = message->sim;
	const char *system_id = message->outbox->system_id;

	if (sim_strike_message(sim, FAULT_NO_RECEIPT, system_id))
		return;
	push_state(message, message->state, ESM_RECEIPT);
	if (sim_strike_message(sim, FAULT_DUPLICATE_RECEIPT, system_id))
		push_state(message, message->state, ESM_RECEIPT);
}

void receipt_tell(struct message *message)
{
	struct sim *sim = message->sim;
	struct rule *in_hand = sim->rule;

	if (!receipt_is_wanted((enum shape_when)message->shape->when,
			       message->registered_delivery, message->state))
		return;
	/* Its own rule counts, not that of what is just submitted. */
	sim->rule = message->rule;
	tell_struck(message);
	sim->rule = in_hand;
}

static void tell_intermediate(struct message *message)
{
	const bool is_asked = message->registered_delivery & ASKED_INTERMEDIATE;

	push_state(message, MESSAGE_ENROUTE,
		   is_asked ? ESM_INTERMEDIATE : ESM_RECEIPT);
}

static bool is_intermediate_wanted(const struct message *message)
{
	const struct receipt_shape *shape = message->shape;
	const unsigned asked = message->registered_delivery;

	if (!shape->intermediate || shape->when == RECEIPTS_NEVER)
		return false;
	return shape->when == RECEIPTS_ALWAYS || asked & ASKED_INTERMEDIATE ||
	       (asked & 3) == ASKED_ALWAYS;
}

static void receipt_on_due(struct loop_timer *timer)
{
	struct message *message = loop_owner(timer, struct message, timer);

	message_finish(message, message->outcome,
		       loop_wall_ms(message->sim->loop));
	receipt_tell(message);
}

static void receipt_on_accepted(struct loop_timer *timer)
{
	struct message *message = loop_owner(timer, struct message, timer);
	struct sim *sim = message->sim;

	if (is_intermediate_wanted(message))
		tell_intermediate(message);
	loop_arm(sim->loop, timer, message->shape->delay_ms, receipt_on_due);
}

void receipt_plan(struct message *message)
{
	struct sim *sim = message->sim;
	const long response_ms = sim->options->response_delay_ms;

	if (message->shape->before_response) {
		if (is_intermediate_wanted(message))
			tell_intermediate(message);
		receipt_on_due(&message->timer);
	} else {
		/* A late response is armed after this timer and would fire
		 * behind it in the same millisecond. */
		loop_arm(sim->loop, &message->timer,
			 response_ms ? response_ms + 1 : 0,
			 receipt_on_accepted);
	}
}
