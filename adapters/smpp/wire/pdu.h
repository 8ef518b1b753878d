/* SMPP 3.4 PDUs (clause 4): parsing and formatting, tolerant where peers are
 * odd and strict where memory or meaning is at stake. Pure, any thread. */
#pragma once

#include "wire/frame.h"
#include "wire/smpp_status.h"
#include "wire/tlv.h"

#define SMPP_RESPONSE 0x80000000u

/* An answer's id has SMPP_RESPONSE added. */
enum smpp_command {
	SMPP_BIND_RECEIVER = 0x01,
	SMPP_BIND_TRANSMITTER = 0x02,
	SMPP_QUERY_SM = 0x03,
	SMPP_SUBMIT_SM = 0x04,
	SMPP_DELIVER_SM = 0x05,
	SMPP_UNBIND = 0x06,
	SMPP_REPLACE_SM = 0x07,
	SMPP_CANCEL_SM = 0x08,
	SMPP_BIND_TRANSCEIVER = 0x09,
	SMPP_OUTBIND = 0x0B,
	SMPP_ENQUIRE_LINK = 0x15,
	SMPP_SUBMIT_MULTI = 0x21,
	SMPP_ALERT_NOTIFICATION = 0x102,
	SMPP_DATA_SM = 0x103
};
#define SMPP_GENERIC_NACK SMPP_RESPONSE

/* esm_class (5.2.12): message type in bits 5-2, and two flags. */
#define SMPP_ESM_TYPE_MASK 0x3C
enum smpp_esm_class {
	SMPP_ESM_RECEIPT = 0x04,      /* SMSC delivery receipt */
	SMPP_ESM_DELIVERY_ACK = 0x08, /* SME delivery acknowledgement */
	SMPP_ESM_USER_ACK = 0x10,
	SMPP_ESM_ABORT = 0x18,
	SMPP_ESM_INTERMEDIATE = 0x20, /* intermediate notification */
	SMPP_ESM_UDHI = 0x40,
	SMPP_ESM_REPLY_PATH = 0x80
};

/* Where the peer strayed from the specification without harm; to count. */
enum smpp_odd {
	SMPP_ODD_BODY = 1,     /* an answer's body is missing or cut short */
	SMPP_ODD_TAIL = 2,     /* octets behind the end of what is defined */
	SMPP_ODD_TON_NPI = 4,  /* a value that nobody assigned */
	SMPP_ODD_TIME = 8,     /* deliver_sm with a schedule or validity */
	SMPP_ODD_VERSION = 16, /* interface_version is not 0x34 */
	SMPP_ODD_SEQUENCE = 32, /* outside 1-0x7FFFFFFF; fine in generic_nack */
	SMPP_ODD_LONG = 64     /* an answer's text is longer than allowed */
};

/* One destination of submit_multi; a distribution list when is_list. */
struct smpp_dest {
	bool is_list;
	uint8_t ton, npi;
	struct iwf_str addr;
};

/* Every command's fields in one struct; those a command does not have are 0.
 * Slices point into the parsed frame, or to what the formatting caller has. */
struct smpp_pdu {
	struct smpp_header header;

	struct iwf_str system_id;
	struct iwf_str password;
	struct iwf_str system_type;
	uint8_t interface_version;
	uint8_t addr_ton, addr_npi;
	struct iwf_str address_range;

	struct iwf_str service_type;
	uint8_t source_ton, source_npi;
	struct iwf_str source_addr;
	uint8_t dest_ton, dest_npi; /* alert_notification: the ESME's address */
	struct iwf_str dest_addr;
	const struct smpp_dest *dests;
	size_t dest_count;
	uint8_t esm_class;
	uint8_t protocol_id;
	uint8_t priority;
	struct iwf_str schedule_time;
	struct iwf_str validity_period;
	uint8_t registered_delivery;
	uint8_t replace_if_present;
	uint8_t data_coding;
	uint8_t sm_default_msg_id;
	struct iwf_str short_message; /* format: up to 254 octets */

	struct iwf_str message_id;
	struct iwf_str final_date;
	uint8_t message_state;
	uint8_t error_code;

	struct smpp_tlvs tlvs;
	size_t tlv_at;    /* parse: where the mandatory part ends */
	uint32_t odd;     /* parse: enum smpp_odd bits */
	uint32_t refusal; /* parse failed: command_status for the answer */
};

static inline bool smpp_is_response(uint32_t id)
{
	return (id & SMPP_RESPONSE) != 0;
}

/* command_id of the answer to a request that was refused unread (4.3): its own,
 * or generic_nack when not even the command was understood. */
static inline uint32_t smpp_refusal_id(const struct smpp_pdu *pdu)
{
	return pdu->refusal == SMPP_RINVCMDID ||
	       pdu->refusal == SMPP_RINVCMDLEN ?
		SMPP_GENERIC_NACK : pdu->header.id | SMPP_RESPONSE;
}

/* short_message, or the message_payload parameter when that is empty. */
struct iwf_str smpp_pdu_message(const struct smpp_pdu *pdu);
/* "submit_sm", "submit_sm_resp", "generic_nack" ...; "unknown". Never NULL. */
const char *smpp_command_name(uint32_t id);

/* `frame` is exactly one PDU. out->header is filled from 16 octets on, also on
 * failure, and out->refusal then says what to answer: in the command's own
 * response, or in generic_nack for ESME_RINVCMDID and ESME_RINVCMDLEN. One
 * refused PDU is no reason to close.
 * IWF_E_SYNTAX, IWF_E_LIMIT (too many parameters), IWF_E_UNSUPPORTED (unknown
 * command_id; of an answer, drop it: nobody answers answers). An answer with a
 * known id is never refused: what its body lacks stays empty and is told in
 * `odd`. Allocates lists in the arena. */
enum iwf_err smpp_pdu_parse(struct iwf_arena *arena, struct iwf_str frame,
			    struct smpp_pdu *out, struct iwf_why *why);

/* Appends the PDU; header.length is computed, not read. An answer with a
 * status has no body when all of it is empty. On failure buf is as it was:
 * IWF_E_LIMIT (a field too long), IWF_E_SYNTAX (NUL inside a text field),
 * IWF_E_UNSUPPORTED (unknown command_id). */
enum iwf_err smpp_pdu_format(struct iwf_buf *buf, const struct smpp_pdu *pdu);
