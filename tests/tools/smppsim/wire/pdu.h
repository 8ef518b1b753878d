/* SMPP 3.4 PDUs as structs: the simulator's own codec, pure and bounded. */
#pragma once

#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PDU_HEADER_LEN 16u
/* 64 KiB of payload and room for the fields around it. */
#define PDU_LEN_MAX (65536u + 1024u)
#define PDU_RESP 0x80000000u

enum pdu_command {
#define PDU_COMMAND(name, id, layout) PDU_##name = (int)(id),
#include "wire/pdu.def"
};

enum {
	PDU_COMMAND_COUNT = 0
#define PDU_COMMAND(name, id, layout) +1
#include "wire/pdu.def"
};

enum pdu_status {
#define PDU_STATUS(name, value) name = (value),
#include "wire/pdu.def"
};

enum pdu_tlv {
#define PDU_TLV(name, tag, least, most, use) PDU_TLV_##name = (tag),
#include "wire/pdu.def"
};

/* Of an optional parameter beyond its name and length: its value means something
 * to the simulator, the simulator sends it. */
enum pdu_use {
	PDU_USE_NONE,
	PDU_USE_READ = 1,
	PDU_USE_SENT = 2,
	PDU_USE_BOTH = 3,
};

struct pdu_addr {
	uint8_t ton;
	uint8_t npi;
	char number[65];
};

/* Every field any PDU may have. The pointers borrow from the bytes that were
 * parsed, or from whoever filled the struct for pdu_format. */
struct pdu {
	uint32_t command_id;
	uint32_t command_status;
	uint32_t sequence;
	char system_id[16];
	char password[9];
	char system_type[13];
	uint8_t interface_version;
	uint8_t addr_ton;
	uint8_t addr_npi;
	char address_range[41];
	char service_type[6];
	struct pdu_addr source;
	struct pdu_addr dest;
	uint8_t esm_class;
	uint8_t protocol_id;
	uint8_t priority_flag;
	char schedule[17];
	char validity[17];
	uint8_t registered_delivery;
	uint8_t replace_flag;
	uint8_t data_coding;
	uint8_t default_msg_id;
	uint8_t message_state;
	uint8_t error_code;
	char message_id[65];
	char final_date[17];
	/* 254 octets at most (5.2.22). */
	const uint8_t *short_message;
	size_t sm_len;
	/* submit_multi: the entries behind their count, walked by
	 * pdu_next_dest; submit_multi_resp: the refused ones (4.5.2). */
	const uint8_t *dests;
	size_t dests_len;
	uint8_t dest_count;
	const uint8_t *tlvs;
	size_t tlvs_len;
};

/* One destination of submit_multi; dl_name set means a distribution list,
 * which is then its name. */
struct pdu_dest {
	struct pdu_addr addr;
	bool is_list;
};

/* Decodes exactly one PDU of len octets. ESME_ROK, or the status to answer
 * with; the header members are filled whenever len >= 16, and why names the
 * field. A response without a body is accepted (deployed SMSCs and ESMEs
 * leave it out); unknown TLVs are skipped. */
uint32_t pdu_parse(struct pdu *pdu, const uint8_t *bytes, size_t len,
		   const char **why);

/* Appends the PDU with its command_length. A response with a status other
 * than ESME_ROK is its header only (4.4.2). Unknown command: header only. */
void pdu_format(struct buf *out, const struct pdu *pdu);

/* Next entry of a submit_multi list; offset starts at 0. False at the end. */
bool pdu_next_dest(const struct pdu *pdu, size_t *offset,
		   struct pdu_dest *dest);

bool pdu_find_tlv(const struct pdu *pdu, uint16_t tag, const uint8_t **value,
		  size_t *len);
/* A TLV of one or two octets as number, or -1. */
int pdu_find_tlv_number(const struct pdu *pdu, uint16_t tag);
void pdu_append_tlv(struct buf *tlvs, uint16_t tag, const void *value,
		    size_t len);

/* One mandatory field as the PDU holds it, for who shows it. */
struct pdu_field {
	const char *name;
	/* NULL: a number, or octets if those are not NULL. */
	const char *str;
	const uint8_t *octets;
	size_t len;
	unsigned number;
};

/* The mandatory fields in their order; index starts at 0. False at the end,
 * which a response with a bad status has at once (4.4.2). */
bool pdu_next_field(const struct pdu *pdu, size_t *index,
		    struct pdu_field *field);

struct pdu_option {
	/* "unknown" if SMPP 3.4 has no such tag. */
	const char *name;
	uint16_t tag;
	const uint8_t *value;
	size_t len;
	/* Its length is one that SMPP 3.4 allows. */
	bool is_valid;
};

/* The optional parameters in their order; offset starts at 0. False at the
 * end, and where one does not fit into what is left. */
bool pdu_next_option(const struct pdu *pdu, size_t *offset,
		     struct pdu_option *option);

/* What was sent as text: short_message, or message_payload if that is empty. */
const uint8_t *pdu_text(const struct pdu *pdu, size_t *len);

uint32_t pdu_peek_u32(const uint8_t *bytes);
void pdu_poke_u32(uint8_t *bytes, uint32_t value);

bool pdu_is_known(uint32_t command_id);
/* Its place among the commands, PDU_COMMAND_COUNT for an unknown one; and the
 * name at a place. */
size_t pdu_command_index(uint32_t command_id);
const char *pdu_command_at(size_t index);
/* "submit_sm", or "unknown". */
const char *pdu_command_name(uint32_t command_id);
/* "ESME_ROK"; "reserved" or "vendor" where SMPP names none. */
const char *pdu_status_name(uint32_t status);
/* Accepts the name, with or without ESME_, or a number. -1 if neither. */
long pdu_status_value(const char *name);
