/* Reads and answers SIP messages (RFC 3261 7, 8.2.6, 18.3). */
#include "sip.h"

static const struct {
	const char *name;
	const char *compact;
} forms[] = {
	{ "Via", "v" },     { "From", "f" },           { "To", "t" },
	{ "Call-ID", "i" }, { "Content-Length", "l" }, { "Content-Type", "c" },
};

#define FORM_COUNT (sizeof(forms) / sizeof(forms[0]))

static bool is_name(struct text name, const char *full)
{
	if (text_is_case(name, full))
		return true;
	for (size_t i = 0; i < FORM_COUNT; i++)
		if (text_is_case(text_from(full), forms[i].name))
			return text_is_case(name, forms[i].compact);
	return false;
}

static bool parse_first(struct sip_message *msg, struct text line)
{
	unsigned long status;

	if (text_starts_case(line, "SIP/2.0 ")) {
		line = text_sub(line, 8, line.len);
		if (!text_number(text_take(&line, ' '), &status))
			return false;
		msg->status = (unsigned)status;
		msg->phrase = line;
		return status >= 100 && status <= 699;
	}
	msg->method = text_take(&line, ' ');
	msg->uri = text_take(&line, ' ');
	return msg->method.len && msg->uri.len && text_is_case(line, "SIP/2.0");
}

/* The lines that begin with a blank belong to the one before. */
static struct text take_folded(struct text *rest)
{
	struct text line = text_take_line(rest);

	while (line.len && rest->len &&
	       (rest->at[0] == ' ' || rest->at[0] == '\t')) {
		struct text more = text_take_line(rest);

		line.len = (size_t)(more.at + more.len - line.at);
	}
	return line;
}

static bool parse_fields(struct sip_message *msg, struct text *rest)
{
	while (rest->len) {
		struct text line = take_folded(rest);
		struct sip_field *field = &msg->fields[msg->field_count];

		if (!line.len)
			return true;
		if (msg->field_count == SIP_FIELDS_MAX ||
		    text_find(line, ':') == line.len)
			return false;
		field->name = text_trim(text_take(&line, ':'));
		field->value = text_trim(line);
		msg->field_count++;
	}
	return false;
}

struct text sip_find(const struct sip_message *msg, const char *name)
{
	for (size_t i = 0; i < msg->field_count; i++)
		if (is_name(msg->fields[i].name, name))
			return msg->fields[i].value;
	return TEXT_NONE;
}

bool sip_parse(struct sip_message *msg, struct text bytes)
{
	static const char *const needed[] = { "Via", "From", "To", "Call-ID",
					      "CSeq" };
	struct text length;
	unsigned long len;

	*msg = (struct sip_message){ .status = 0 };
	while (bytes.len && (bytes.at[0] == '\r' || bytes.at[0] == '\n'))
		bytes = text_sub(bytes, 1, bytes.len);
	if (!parse_first(msg, text_take_line(&bytes)) ||
	    !parse_fields(msg, &bytes))
		return false;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!sip_find(msg, needed[i]).len)
			return false;
	length = sip_find(msg, "Content-Length");
	if (length.len && (!text_number(length, &len) || len > bytes.len))
		return false;
	msg->body = length.len ? text_sub(bytes, 0, len) : bytes;
	return true;
}

long sip_frame_len(struct text stream)
{
	struct sip_message msg = { .status = 0 };
	struct text rest = stream;
	unsigned long len;
	size_t head;

	while (rest.len && (rest.at[0] == '\r' || rest.at[0] == '\n'))
		rest = text_sub(rest, 1, rest.len);
	for (head = 0; head + 4 <= rest.len; head++)
		if (text_is(text_sub(rest, head, head + 4), "\r\n\r\n"))
			break;
	if (head + 4 > rest.len)
		return stream.len < SIP_LEN_MAX ? 0 : -1;
	head += 4 + (stream.len - rest.len);
	if (!parse_first(&msg, text_take_line(&rest)) ||
	    !parse_fields(&msg, &rest) ||
	    !text_number(sip_find(&msg, "Content-Length"), &len) ||
	    head + len > SIP_LEN_MAX)
		return -1;
	return head + len <= stream.len ? (long)(head + len) : 0;
}

struct text sip_param(struct text value, const char *name)
{
	/* A semicolon inside < > belongs to the URI. */
	size_t bracket = text_find(value, '>');

	value = text_sub(value, bracket < value.len ? bracket : 0, value.len);
	text_take(&value, ';');
	while (value.len) {
		struct text param = text_take(&value, ';');

		param = text_sub(param, 0, text_find(param, ','));
		if (text_is_case(text_trim(text_take(&param, '=')), name))
			return text_trim(param);
	}
	return TEXT_NONE;
}

const char *sip_phrase(unsigned status)
{
	static const struct {
		unsigned status;
		const char *phrase;
	} known[] = {
		{ 200, "OK" },
		{ 202, "Accepted" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 480, "Temporarily Unavailable" },
		{ 486, "Busy Here" },
		{ 500, "Server Internal Error" },
		{ 503, "Service Unavailable" },
		{ 603, "Decline" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].phrase;
	return "Answered";
}

void sip_format_answer(struct out *out, const struct sip_message *request,
		       unsigned status, const char *tag)
{
	static const char *const copied[] = { "Via", "From", "To", "Call-ID",
					      "CSeq" };

	out_printf(out, "SIP/2.0 %u %s\r\n", status, sip_phrase(status));
	for (size_t i = 0; i < request->field_count; i++) {
		const struct sip_field *field = &request->fields[i];

		for (size_t c = 0; c < 5; c++) {
			if (!is_name(field->name, copied[c]))
				continue;
			out_printf(out, "%s: ", copied[c]);
			out_put(out, field->value);
			if (c == 2 && !sip_param(field->value, "tag").len)
				out_printf(out, ";tag=%s", tag);
			out_printf(out, "\r\n");
		}
	}
	out_printf(out, "%sContent-Length: 0\r\n\r\n",
		   status == 405 ? "Allow: MESSAGE, OPTIONS\r\n" : "");
}
