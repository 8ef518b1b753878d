/* Reads and writes CPIM and the notifications in it (RFC 3862, RFC 5438). */
#include "cpim.h"

#include <string.h>

#define NAMESPACE "urn:ietf:params:imdn"
#define NAMESPACE_XML "urn:ietf:params:xml:ns:imdn"

/* `imdn <urn:...>`: what stands before the namespace we know. */
static void note_prefix(struct text value, struct text *prefix)
{
	if (text_is(text_uri(value), NAMESPACE))
		*prefix = text_trim(text_sub(value, 0, text_find(value, '<')));
}

static void note_header(struct cpim *cpim, struct text *prefix,
			struct text line)
{
	struct text name = text_trim(text_take(&line, ':'));
	struct text value = text_trim(line);
	size_t dot = text_find(name, '.');

	if (text_is(name, "From"))
		cpim->from = text_uri(value);
	else if (text_is(name, "To") && !cpim->to.len)
		cpim->to = text_uri(value);
	else if (text_is(name, "DateTime"))
		cpim->datetime = value;
	else if (text_is(name, "NS"))
		note_prefix(value, prefix);
	if (!prefix->len || dot != prefix->len ||
	    memcmp(name.at, prefix->at, dot) != 0)
		return;
	name = text_sub(name, dot + 1, name.len);
	if (text_is(name, "Message-ID"))
		cpim->message_id = value;
	else if (text_is(name, "Disposition-Notification"))
		cpim->wants = value;
}

bool cpim_parse(struct cpim *cpim, struct text body)
{
	struct text prefix = TEXT_NONE, line;

	*cpim = (struct cpim){ .from = TEXT_NONE };
	while ((line = text_take_line(&body)).len)
		note_header(cpim, &prefix, line);
	if (!cpim->from.len || !body.len)
		return false;
	while ((line = text_take_line(&body)).len) {
		struct text name = text_trim(text_take(&line, ':'));

		if (text_is_case(name, "Content-Type"))
			cpim->content_type = text_trim(line);
		else if (text_is_case(name, "Content-Disposition"))
			cpim->disposition = text_trim(line);
	}
	cpim->content = body;
	return true;
}

static void put(struct out *out, const char *before, struct text value,
		const char *after)
{
	if (!value.len)
		return;
	out_put(out, text_from(before));
	out_put(out, value);
	out_put(out, text_from(after));
}

void cpim_format(struct out *out, const struct cpim *cpim)
{
	put(out, "From: <", cpim->from, ">\r\n");
	put(out, "To: <", cpim->to, ">\r\n");
	put(out, "DateTime: ", cpim->datetime, "\r\n");
	out_printf(out, "NS: imdn <" NAMESPACE ">\r\n");
	put(out, "imdn.Message-ID: ", cpim->message_id, "\r\n");
	put(out, "imdn.Disposition-Notification: ", cpim->wants, "\r\n");
	out_printf(out, "\r\n");
	put(out, "Content-Type: ", cpim->content_type, "\r\n");
	put(out, "Content-Disposition: ", cpim->disposition, "\r\n");
	out_printf(out, "\r\n");
	out_put(out, cpim->content);
}

/* The next start tag's local name; *rest then begins behind the tag. Empty at
 * the end, *is_bad when that is no end to have. */
static struct text take_tag(struct text *rest, bool *is_bad)
{
	while (text_find(*rest, '<') < rest->len) {
		struct text tag, name;

		text_take(rest, '<');
		*is_bad = text_find(*rest, '>') == rest->len ||
			  text_starts_case(*rest, "!DOCTYPE");
		if (*is_bad)
			return TEXT_NONE;
		tag = text_take(rest, '>');
		if (tag.len && (tag.at[0] == '/' || tag.at[0] == '?' ||
				tag.at[0] == '!'))
			continue;
		for (name.len = 0; name.len < tag.len; name.len++)
			if (tag.at[name.len] == ' ' || tag.at[name.len] == '/' ||
			    tag.at[name.len] == '\t' ||
			    tag.at[name.len] == '\r' || tag.at[name.len] == '\n')
				break;
		tag.len = name.len;
		name = tag;
		text_take(&name, ':');
		return name.len ? name : tag;
	}
	return TEXT_NONE;
}

bool imdn_parse(struct imdn *imdn, struct text xml)
{
	const size_t suffix = sizeof("-notification") - 1;
	bool is_bad = false, in_status = false;
	struct text name;

	*imdn = (struct imdn){ .type = TEXT_NONE };
	while ((name = take_tag(&xml, &is_bad)).len) {
		if (in_status && !imdn->status.len)
			imdn->status = name;
		else if (text_is(name, "message-id"))
			imdn->message_id = text_trim(
				text_sub(xml, 0, text_find(xml, '<')));
		else if (name.len > suffix &&
			 text_is(text_sub(name, name.len - suffix, name.len),
				 "-notification"))
			imdn->type = text_sub(name, 0, name.len - suffix);
		else
			in_status = imdn->type.len && text_is(name, "status");
	}
	return !is_bad && imdn->message_id.len && imdn->type.len &&
	       imdn->status.len;
}

static void put_xml(struct out *out, const char *name, struct text value)
{
	out_printf(out, "<%s>", name);
	for (size_t i = 0; i < value.len; i++) {
		const char c = value.at[i];

		if (c == '<' || c == '&')
			out_printf(out, c == '<' ? "&lt;" : "&amp;");
		else
			out_put(out, text_sub(value, i, i + 1));
	}
	out_printf(out, "</%s>", name);
}

void imdn_format(struct out *out, const struct imdn *imdn,
		 struct text datetime, struct text recipient)
{
	out_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
			"<imdn xmlns=\"" NAMESPACE_XML "\">");
	put_xml(out, "message-id", imdn->message_id);
	put_xml(out, "datetime", datetime);
	put_xml(out, "recipient-uri", recipient);
	out_printf(out, "<%.*s-notification><status><%.*s/></status>"
		   "</%.*s-notification></imdn>\r\n",
		   (int)imdn->type.len, imdn->type.at, (int)imdn->status.len,
		   imdn->status.at, (int)imdn->type.len, imdn->type.at);
}
