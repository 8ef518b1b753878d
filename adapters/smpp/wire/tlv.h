/* Optional parameters (SMPP 3.4 3.2.4.1, 5.3): never shown to the codec
 * library, which loses its memory's bounds over them. Pure, any thread. */
#pragma once

#include <iwf/arena.h>
#include <iwf/buf.h>

enum smpp_tag {
	SMPP_TAG_ADDITIONAL_STATUS_INFO_TEXT = 0x001D,
	SMPP_TAG_RECEIPTED_MESSAGE_ID = 0x001E,
	SMPP_TAG_USER_MESSAGE_REFERENCE = 0x0204,
	SMPP_TAG_SOURCE_PORT = 0x020A,
	SMPP_TAG_DESTINATION_PORT = 0x020B,
	SMPP_TAG_SAR_MSG_REF_NUM = 0x020C,
	SMPP_TAG_SAR_TOTAL_SEGMENTS = 0x020E,
	SMPP_TAG_SAR_SEGMENT_SEQNUM = 0x020F,
	SMPP_TAG_SC_INTERFACE_VERSION = 0x0210,
	SMPP_TAG_NETWORK_ERROR_CODE = 0x0423,
	SMPP_TAG_MESSAGE_PAYLOAD = 0x0424,
	SMPP_TAG_DELIVERY_FAILURE_REASON = 0x0425,
	SMPP_TAG_MORE_MESSAGES_TO_SEND = 0x0426,
	SMPP_TAG_MESSAGE_STATE = 0x0427,
	SMPP_TAG_CONGESTION_STATE = 0x0428 /* SMPP 5.0 4.8.4.18 */
};

/* More than this many in one PDU are refused. */
#define SMPP_TLV_MAX 512

struct smpp_tlv {
	uint16_t tag;
	struct iwf_str value; /* slice of the PDU, up to 65,535 octets */
};

struct smpp_tlvs {
	const struct smpp_tlv *at;
	size_t count;
};

/* Order and repetitions are kept, unknown tags too. IWF_E_SYNTAX: the octets
 * end inside a parameter (why->at: its offset in `octets`); IWF_E_LIMIT: more
 * than SMPP_TLV_MAX. *out is then empty. */
enum iwf_err smpp_tlvs_parse(struct iwf_arena *arena, struct iwf_str octets,
			     struct smpp_tlvs *out, struct iwf_why *why);
/* The first with this tag, or NULL. */
const struct smpp_tlv *smpp_tlv_find(const struct smpp_tlvs *tlvs,
				     uint16_t tag);
/* A number in 1 to 4 octets, whatever width the specification wants: peers
 * differ. False, *value untouched, when it is missing or has another length. */
bool smpp_tlv_number(const struct smpp_tlvs *tlvs, uint16_t tag,
		     uint32_t *value);
/* Text up to the first NUL or the end; empty when missing. */
struct iwf_str smpp_tlv_text(const struct smpp_tlvs *tlvs, uint16_t tag);

/* Appends; a value above 65,535 octets is our bug. */
void smpp_tlv_put(struct iwf_buf *buf, uint16_t tag, struct iwf_str value);
void smpp_tlv_put_u8(struct iwf_buf *buf, uint16_t tag, uint8_t value);
void smpp_tlv_put_u16(struct iwf_buf *buf, uint16_t tag, uint16_t value);
/* With the NUL that a C-octet string has. */
void smpp_tlv_put_text(struct iwf_buf *buf, uint16_t tag, struct iwf_str text);
