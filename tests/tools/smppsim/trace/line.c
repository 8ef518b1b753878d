/* One PDU as one line of text, the same for the same PDU in every run. */
#include "trace/line.h"

#include "wire/pdu.h"
#include "wire/text.h"
#include "wire/udh.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void append_quoted(struct buf *line, const char *name,
			  const uint8_t *bytes, size_t len)
{
	buf_appendf(line, " %s=\"", name);
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '"' || bytes[i] == '\\')
			buf_appendf(line, "\\%c", bytes[i]);
		else if (bytes[i] < 0x20 || bytes[i] == 0x7f)
			buf_appendf(line, "\\x%02x", bytes[i]);
		else
			buf_append_u8(line, bytes[i]);
	}
	buf_append_u8(line, '"');
}

/* Zeroes the digits behind each "date:", in one octet or in two (UCS-2). */
static void mask_dates(uint8_t *bytes, size_t len)
{
	static const char word[] = "date:";
	size_t matched = 0;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == 0)
			continue;
		if (word[matched] == 0 && isdigit(bytes[i]))
			bytes[i] = '0';
		else if (word[matched] && bytes[i] == (uint8_t)word[matched])
			matched++;
		else
			matched = bytes[i] == (uint8_t)word[0];
	}
}

static void append_text(struct buf *line, const struct pdu *pdu,
			const uint8_t *bytes, size_t len)
{
	const enum text_alphabet alphabet = text_alphabet_of(pdu->data_coding);
	struct buf text = { 0 };
	struct udh udh = { 0 };

	if (pdu->esm_class & 0x40)
		udh_parse(&udh, bytes, len);
	text_decode(&text, alphabet, bytes + udh.len, len - udh.len);
	if (text.len > 0)
		append_quoted(line, "text", text.bytes, text.len);
	buf_destroy(&text);
}

static void append_octets(struct buf *line, const struct pdu *pdu,
			  const char *name, const uint8_t *octets, size_t len)
{
	struct buf copy = { 0 };

	if (len == 0)
		return;
	buf_append(&copy, octets, len);
	mask_dates(copy.bytes, len);
	buf_appendf(line, " %s=", name);
	buf_append_hex(line, copy.bytes, len);
	if (strcmp(name, "short_message") == 0 ||
	    strcmp(name, "message_payload") == 0)
		append_text(line, pdu, copy.bytes, len);
	buf_destroy(&copy);
}

static void append_field(struct buf *line, const struct pdu *pdu,
			 const struct pdu_field *field)
{
	const char *str = field->str;

	if (field->octets) {
		append_octets(line, pdu, field->name, field->octets,
			      field->len);
		return;
	}
	if (!str && field->number)
		buf_appendf(line, " %s=%u", field->name, field->number);
	if (!str || !*str)
		return;
	if (strcmp(field->name, "password") == 0)
		str = "***";
	if (strcmp(field->name, "final_date") == 0)
		str = "-";
	append_quoted(line, field->name, (const uint8_t *)str, strlen(str));
}

static void append_options(struct buf *line, const struct pdu *pdu)
{
	struct pdu_option option;
	size_t offset = 0;

	while (pdu_next_option(pdu, &offset, &option)) {
		if (option.len == 0)
			buf_appendf(line, " %s=", option.name);
		if (strcmp(option.name, "unknown") == 0)
			buf_appendf(line, " 0x%04x", option.tag);
		append_octets(line, pdu, option.name, option.value, option.len);
	}
}

void trace_line(struct buf *line, const uint8_t *bytes, size_t len)
{
	struct pdu pdu;
	struct pdu_field field;
	const char *why;
	size_t index = 0;

	if (pdu_parse(&pdu, bytes, len, &why) != ESME_ROK) {
		buf_append_str(line, "octets ");
		buf_append_hex(line, bytes, len);
		return;
	}
	buf_append_str(line, pdu_command_name(pdu.command_id));
	if (strcmp(pdu_status_name(pdu.command_status), "vendor") == 0 ||
	    strcmp(pdu_status_name(pdu.command_status), "reserved") == 0)
		buf_appendf(line, " 0x%x", pdu.command_status);
	else
		buf_appendf(line, " %s", pdu_status_name(pdu.command_status));
	while (pdu_next_field(&pdu, &index, &field))
		append_field(line, &pdu, &field);
	append_options(line, &pdu);
}

static bool is_receipt(const char *line)
{
	static const char key[] = " esm_class=";
	const char *at = strstr(line, key);
	const long esm_class = at ? strtol(at + strlen(key), NULL, 10) : 0;

	return strncmp(line, "deliver_sm ", 11) == 0 &&
	       ((esm_class & 0x3c) == 0x04 || (esm_class & 0x3c) == 0x20);
}

enum trace_kind trace_line_kind(const char *line)
{
	const size_t len = strcspn(line, " ");

	if (strncmp(line, "enquire_link", 12) == 0 ||
	    strncmp(line, "unbind", 6) == 0)
		return TRACE_UPKEEP;
	if (len > 5 && strncmp(line + len - 5, "_resp", 5) == 0)
		return TRACE_RESPONSE;
	return is_receipt(line) ? TRACE_RECEIPT : TRACE_REQUEST;
}
