/* The optional parameters of a PDU (SMPP 3.4 5.3). */
#include "wire/pdu.h"

static const struct tlv_rule {
	const char *name;
	uint16_t tag;
	size_t least;
	size_t most;
} rules[] = {
#define PDU_TLV(name, tag, least, most, use) { #name, tag, least, most },
#include "wire/pdu.def"
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { HEAD_LEN = 4 };

static const struct tlv_rule *rule_find(uint16_t tag)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].tag == tag)
			return &rules[i];
	return NULL;
}

bool pdu_next_option(const struct pdu *pdu, size_t *offset,
		     struct pdu_option *option)
{
	const size_t left =
		*offset < pdu->tlvs_len ? pdu->tlvs_len - *offset : 0;
	const struct tlv_rule *rule;
	const uint8_t *head;

	if (left < HEAD_LEN)
		return false;
	head = pdu->tlvs + *offset;
	option->tag = (uint16_t)(head[0] << 8 | head[1]);
	option->len = (size_t)head[2] << 8 | head[3];
	if (option->len > left - HEAD_LEN)
		return false;
	option->value = head + HEAD_LEN;
	*offset += HEAD_LEN + option->len;
	rule = rule_find(option->tag);
	option->name = rule ? rule->name : "unknown";
	option->is_valid = !rule || (option->len >= rule->least &&
				     option->len <= rule->most);
	return true;
}

bool pdu_find_tlv(const struct pdu *pdu, uint16_t tag, const uint8_t **value,
		  size_t *len)
{
	struct pdu_option option;
	size_t offset = 0;

	while (pdu_next_option(pdu, &offset, &option)) {
		if (option.tag != tag)
			continue;
		*value = option.value;
		*len = option.len;
		return true;
	}
	return false;
}

int pdu_find_tlv_number(const struct pdu *pdu, uint16_t tag)
{
	const uint8_t *value;
	size_t len;

	if (!pdu_find_tlv(pdu, tag, &value, &len) || len < 1 || len > 2)
		return -1;
	return len == 1 ? value[0] : value[0] << 8 | value[1];
}

void pdu_append_tlv(struct buf *tlvs, uint16_t tag, const void *value,
		    size_t len)
{
	buf_append_u16(tlvs, tag);
	buf_append_u16(tlvs, (uint16_t)len);
	buf_append(tlvs, value, len);
}

const uint8_t *pdu_text(const struct pdu *pdu, size_t *len)
{
	const uint8_t *payload;

	if (pdu->sm_len == 0 &&
	    pdu_find_tlv(pdu, PDU_TLV_message_payload, &payload, len))
		return payload;
	*len = pdu->sm_len;
	return pdu->short_message;
}
