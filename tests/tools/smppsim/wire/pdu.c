/* Encodes and decodes SMPP 3.4 PDUs by the tables in pdu.def. */
#include "wire/pdu.h"

#include <string.h>

enum field_kind { KIND_U8, KIND_CSTR, KIND_TEXT, KIND_DESTS, KIND_UNSUCCESS };

enum field_id {
	FIELD_END,
#define PDU_FIELD(name, kind, member, size, status) FIELD_##name,
#include "wire/pdu.def"
};

struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
	size_t size;
	uint32_t status;
};

static const struct field fields[] = {
	{ "end", KIND_U8, 0, 0, 0 },
#define PDU_FIELD(name, kind, member, size, status) \
	{ #name, KIND_##kind, offsetof(struct pdu, member), size, status },
#include "wire/pdu.def"
};

static const uint8_t layout_header[] = { FIELD_END };
static const uint8_t layout_bind[] = {
	FIELD_system_id,         FIELD_password, FIELD_system_type,
	FIELD_interface_version, FIELD_addr_ton, FIELD_addr_npi,
	FIELD_address_range,     FIELD_END
};
static const uint8_t layout_outbind[] = { FIELD_system_id, FIELD_password,
					  FIELD_END };
static const uint8_t layout_bind_resp[] = { FIELD_system_id, FIELD_END };
static const uint8_t layout_message[] = { FIELD_service_type,
					  FIELD_source_addr_ton,
					  FIELD_source_addr_npi,
					  FIELD_source_addr,
					  FIELD_dest_addr_ton,
					  FIELD_dest_addr_npi,
					  FIELD_destination_addr,
					  FIELD_esm_class,
					  FIELD_protocol_id,
					  FIELD_priority_flag,
					  FIELD_schedule_delivery_time,
					  FIELD_validity_period,
					  FIELD_registered_delivery,
					  FIELD_replace_if_present_flag,
					  FIELD_data_coding,
					  FIELD_sm_default_msg_id,
					  FIELD_short_message,
					  FIELD_END };
static const uint8_t layout_multi[] = { FIELD_service_type,
					FIELD_source_addr_ton,
					FIELD_source_addr_npi,
					FIELD_source_addr,
					FIELD_dest_list,
					FIELD_esm_class,
					FIELD_protocol_id,
					FIELD_priority_flag,
					FIELD_schedule_delivery_time,
					FIELD_validity_period,
					FIELD_registered_delivery,
					FIELD_replace_if_present_flag,
					FIELD_data_coding,
					FIELD_sm_default_msg_id,
					FIELD_short_message,
					FIELD_END };
static const uint8_t layout_data_sm[] = { FIELD_service_type,
					  FIELD_source_addr_ton,
					  FIELD_source_addr_npi,
					  FIELD_source_addr_long,
					  FIELD_dest_addr_ton,
					  FIELD_dest_addr_npi,
					  FIELD_destination_addr_long,
					  FIELD_esm_class,
					  FIELD_registered_delivery,
					  FIELD_data_coding,
					  FIELD_END };
static const uint8_t layout_query[] = { FIELD_message_id, FIELD_source_addr_ton,
					FIELD_source_addr_npi,
					FIELD_source_addr, FIELD_END };
static const uint8_t layout_query_resp[] = { FIELD_message_id, FIELD_final_date,
					     FIELD_message_state,
					     FIELD_error_code, FIELD_END };
static const uint8_t layout_cancel[] = {
	FIELD_service_type,    FIELD_message_id,       FIELD_source_addr_ton,
	FIELD_source_addr_npi, FIELD_source_addr,      FIELD_dest_addr_ton,
	FIELD_dest_addr_npi,   FIELD_destination_addr, FIELD_END
};
static const uint8_t layout_replace[] = { FIELD_message_id,
					  FIELD_source_addr_ton,
					  FIELD_source_addr_npi,
					  FIELD_source_addr,
					  FIELD_schedule_delivery_time,
					  FIELD_validity_period,
					  FIELD_registered_delivery,
					  FIELD_sm_default_msg_id,
					  FIELD_short_message,
					  FIELD_END };
static const uint8_t layout_alert[] = { FIELD_source_addr_ton,
					FIELD_source_addr_npi,
					FIELD_source_addr_long,
					FIELD_dest_addr_ton,
					FIELD_dest_addr_npi,
					FIELD_destination_addr_long,
					FIELD_END };
static const uint8_t layout_id_resp[] = { FIELD_message_id, FIELD_END };
static const uint8_t layout_multi_resp[] = { FIELD_message_id,
					     FIELD_unsuccess_list, FIELD_END };

struct command {
	const char *name;
	uint32_t id;
	const uint8_t *layout;
};

static const struct command commands[] = {
#define PDU_COMMAND(name, id, layout) { #name, id, layout_##layout },
#include "wire/pdu.def"
};

/* What is left of the PDU; every read checks it. */
struct cursor {
	const uint8_t *at;
	size_t left;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

uint32_t pdu_peek_u32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

void pdu_poke_u32(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)(value >> 24);
	bytes[1] = (uint8_t)(value >> 16);
	bytes[2] = (uint8_t)(value >> 8);
	bytes[3] = (uint8_t)value;
}

static const struct command *command_find(uint32_t id)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (commands[i].id == id)
			return &commands[i];
	return NULL;
}

static bool take(struct cursor *cur, size_t len, const uint8_t **bytes)
{
	if (len > cur->left)
		return false;
	*bytes = cur->at;
	cur->at += len;
	cur->left -= len;
	return true;
}

static bool take_u8(struct cursor *cur, uint8_t *value)
{
	const uint8_t *byte;

	if (!take(cur, 1, &byte))
		return false;
	*value = *byte;
	return true;
}

/* size counts the NUL (3.1). */
static bool take_cstr(struct cursor *cur, char *str, size_t size)
{
	const size_t most = size < cur->left ? size : cur->left;
	const uint8_t *nul = most ? memchr(cur->at, 0, most) : NULL;
	const uint8_t *bytes;

	if (!nul || !take(cur, (size_t)(nul - cur->at) + 1, &bytes))
		return false;
	memcpy(str, bytes, (size_t)(nul - bytes) + 1);
	return true;
}

static bool take_addr(struct cursor *cur, struct pdu_addr *addr)
{
	return take_u8(cur, &addr->ton) && take_u8(cur, &addr->npi) &&
	       take_cstr(cur, addr->number, 21);
}

static bool take_text(struct cursor *cur, struct pdu *pdu)
{
	uint8_t len;

	if (!take_u8(cur, &len) || len > 254)
		return false;
	pdu->sm_len = len;
	return take(cur, len, &pdu->short_message);
}

static bool take_dest(struct cursor *cur, struct pdu_dest *dest)
{
	uint8_t flag;

	memset(dest, 0, sizeof(*dest));
	if (!take_u8(cur, &flag) || flag < 1 || flag > 2)
		return false;
	dest->is_list = flag == 2;
	return dest->is_list ? take_cstr(cur, dest->addr.number, 21) :
			       take_addr(cur, &dest->addr);
}

static bool take_unsuccess(struct cursor *cur, struct pdu_dest *dest)
{
	const uint8_t *status;

	return take_addr(cur, &dest->addr) && take(cur, 4, &status);
}

typedef bool take_entry_fn(struct cursor *cur, struct pdu_dest *dest);

/* A count and its entries, which stay where they are. */
static bool take_list(struct cursor *cur, struct pdu *pdu, int least,
		      take_entry_fn *take_entry)
{
	struct pdu_dest dest;

	if (!take_u8(cur, &pdu->dest_count) || pdu->dest_count < least)
		return false;
	pdu->dests = cur->at;
	for (int i = 0; i < pdu->dest_count; i++)
		if (!take_entry(cur, &dest))
			return false;
	pdu->dests_len = (size_t)(cur->at - pdu->dests);
	return true;
}

static bool take_field(struct cursor *cur, struct pdu *pdu,
		       const struct field *field)
{
	char *member = (char *)pdu + field->offset;

	switch (field->kind) {
	case KIND_U8:
		return take_u8(cur, (uint8_t *)member);
	case KIND_CSTR:
		return take_cstr(cur, member, field->size);
	case KIND_TEXT:
		return take_text(cur, pdu);
	case KIND_DESTS:
		return take_list(cur, pdu, 1, take_dest);
	case KIND_UNSUCCESS:
		return take_list(cur, pdu, 0, take_unsuccess);
	}
	return false;
}

/* Their values stay where they are; what follows a broken one is unknown. */
static uint32_t take_tlvs(struct cursor *cur, struct pdu *pdu)
{
	struct pdu_option option;
	size_t offset = 0;

	pdu->tlvs = cur->at;
	pdu->tlvs_len = cur->left;
	while (offset < pdu->tlvs_len) {
		uint32_t status = ESME_ROK;

		if (!pdu_next_option(pdu, &offset, &option))
			status = ESME_RINVOPTPARSTREAM;
		else if (!option.is_valid)
			status = ESME_RINVPARLEN;
		if (status != ESME_ROK) {
			pdu->tlvs_len = 0;
			return status;
		}
	}
	return ESME_ROK;
}

uint32_t pdu_parse(struct pdu *pdu, const uint8_t *bytes, size_t len,
		   const char **why)
{
	memset(pdu, 0, sizeof(*pdu));
	*why = "command_length";
	if (len < PDU_HEADER_LEN)
		return ESME_RINVCMDLEN;
	pdu->command_id = pdu_peek_u32(bytes + 4);
	pdu->command_status = pdu_peek_u32(bytes + 8);
	pdu->sequence = pdu_peek_u32(bytes + 12);
	if (pdu_peek_u32(bytes) != len || len > PDU_LEN_MAX)
		return ESME_RINVCMDLEN;

	const struct command *command = command_find(pdu->command_id);

	*why = "command_id";
	if (!command)
		return ESME_RINVCMDID;

	struct cursor cur = { bytes + PDU_HEADER_LEN, len - PDU_HEADER_LEN };

	*why = NULL;
	if (cur.left == 0 && pdu->command_id & PDU_RESP)
		return ESME_ROK;
	for (const uint8_t *id = command->layout; *id != FIELD_END; id++) {
		*why = fields[*id].name;
		/* A PDU that ends inside its mandatory part is too short; a
		 * field that does not end where it should is at fault itself. */
		if (cur.left == 0)
			return ESME_RINVCMDLEN;
		if (!take_field(&cur, pdu, &fields[*id]))
			return fields[*id].status;
	}
	*why = "optional parameters";
	return take_tlvs(&cur, pdu);
}

static void format_field(struct buf *out, const struct pdu *pdu,
			 const struct field *field)
{
	const char *member = (const char *)pdu + field->offset;

	switch (field->kind) {
	case KIND_U8:
		buf_append(out, member, 1);
		break;
	case KIND_CSTR:
		buf_append(out, member, strnlen(member, field->size - 1));
		buf_append_u8(out, 0);
		break;
	case KIND_TEXT:
		buf_append_u8(out, (uint8_t)pdu->sm_len);
		buf_append(out, pdu->short_message, pdu->sm_len);
		break;
	case KIND_DESTS:
	case KIND_UNSUCCESS:
		buf_append_u8(out, pdu->dest_count);
		buf_append(out, pdu->dests, pdu->dests_len);
		break;
	}
}

void pdu_format(struct buf *out, const struct pdu *pdu)
{
	const struct command *command = command_find(pdu->command_id);
	const size_t start = out->len;

	buf_append_u32(out, 0);
	buf_append_u32(out, pdu->command_id);
	buf_append_u32(out, pdu->command_status);
	buf_append_u32(out, pdu->sequence);
	if (command && (pdu->command_status == ESME_ROK ||
			!(pdu->command_id & PDU_RESP))) {
		for (const uint8_t *id = command->layout; *id; id++)
			format_field(out, pdu, &fields[*id]);
		buf_append(out, pdu->tlvs, pdu->tlvs_len);
	}
	pdu_poke_u32(out->bytes + start, (uint32_t)(out->len - start));
}

bool pdu_next_dest(const struct pdu *pdu, size_t *offset, struct pdu_dest *dest)
{
	struct cursor cur = { pdu->dests + *offset, pdu->dests_len - *offset };

	if (cur.left == 0 || !take_dest(&cur, dest))
		return false;
	*offset = pdu->dests_len - cur.left;
	return true;
}

/* data_sm and alert_notification have longer addresses, not other ones. */
static const char *shown_name(uint8_t id)
{
	if (id == FIELD_source_addr_long)
		return "source_addr";
	if (id == FIELD_destination_addr_long)
		return "destination_addr";
	return fields[id].name;
}

static void show_octets(struct pdu_field *shown, const uint8_t *octets,
			size_t len)
{
	shown->octets = len ? octets : (const uint8_t *)"";
	shown->len = len;
}

static void show_field(const struct pdu *pdu, const struct field *field,
		       struct pdu_field *shown)
{
	const char *member = (const char *)pdu + field->offset;

	switch (field->kind) {
	case KIND_U8:
		shown->number = *(const uint8_t *)member;
		break;
	case KIND_CSTR:
		shown->str = member;
		break;
	case KIND_TEXT:
		show_octets(shown, pdu->short_message, pdu->sm_len);
		break;
	case KIND_DESTS:
	case KIND_UNSUCCESS:
		show_octets(shown, pdu->dests, pdu->dests_len);
		break;
	}
}

bool pdu_next_field(const struct pdu *pdu, size_t *index,
		    struct pdu_field *field)
{
	const struct command *command = command_find(pdu->command_id);

	if (!command ||
	    (pdu->command_id & PDU_RESP && pdu->command_status != ESME_ROK))
		return false;

	const uint8_t id = command->layout[*index];

	if (id == FIELD_END)
		return false;
	*field = (struct pdu_field){ .name = shown_name(id) };
	show_field(pdu, &fields[id], field);
	++*index;
	return true;
}

bool pdu_is_known(uint32_t command_id)
{
	return command_find(command_id) != NULL;
}

size_t pdu_command_index(uint32_t command_id)
{
	const struct command *command = command_find(command_id);

	return command ? (size_t)(command - commands) : COUNT(commands);
}

const char *pdu_command_at(size_t index)
{
	return commands[index].name;
}

const char *pdu_command_name(uint32_t command_id)
{
	const struct command *command = command_find(command_id);

	return command ? command->name : "unknown";
}
