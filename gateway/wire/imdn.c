/* IMDN documents (RFC 5438 11, OMA CPM extension) and Disposition-Notification
 * lists (RFC 5438 6.2). */
#include "wire/imdn.h"

#include <iwf/utf8.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#define NS_IMDN "urn:ietf:params:xml:ns:imdn"
#define NS_CPM "urn:oma:xml:cpm:imdn-extensions:1.0"

static const struct iwf_str notifications[] = {
	[IMDN_TYPE_DELIVERY] = { "delivery-notification", 21 },
	[IMDN_TYPE_PROCESSING] = { "processing-notification", 23 },
	[IMDN_TYPE_DISPLAY] = { "display-notification", 20 },
	[IMDN_TYPE_INTERWORKING] = { "interworking-notification", 25 },
};

#define TYPE_BIT(type) (1u << IMDN_TYPE_##type)
#define TYPES_ALL (TYPE_BIT(DELIVERY) | TYPE_BIT(PROCESSING) | \
		   TYPE_BIT(DISPLAY) | TYPE_BIT(INTERWORKING))

static const struct status_row {
	const char *element;
	unsigned types; /* the notifications that have it */
} statuses[] = {
	[IMDN_STATUS_DELIVERED] = { "delivered", TYPE_BIT(DELIVERY) },
	[IMDN_STATUS_FAILED] = { "failed", TYPE_BIT(DELIVERY) },
	[IMDN_STATUS_PROCESSED] = { "processed", TYPE_BIT(PROCESSING) },
	[IMDN_STATUS_STORED] = { "stored", TYPE_BIT(PROCESSING) },
	[IMDN_STATUS_DISPLAYED] = { "displayed", TYPE_BIT(DISPLAY) },
	[IMDN_STATUS_LEGACY_SMS] = { "legacy-sms", TYPE_BIT(INTERWORKING) },
	[IMDN_STATUS_LEGACY_MMS] = { "legacy-mms", TYPE_BIT(INTERWORKING) },
	[IMDN_STATUS_LEGACY_EMAIL] = { "legacy-email",
				       TYPE_BIT(INTERWORKING) },
	[IMDN_STATUS_FORBIDDEN] = { "forbidden", TYPES_ALL },
	[IMDN_STATUS_ERROR] = { "error", TYPES_ALL },
};

static enum iwf_err refuse(struct iwf_why *why, const char *what)
{
	return iwf_why_set(why, IWF_E_SYNTAX, 0, "%s", what);
}

static bool is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE &&
	       !strcmp((const char *)node->name, name);
}

static const xmlNode *find_element(const xmlNode *node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

static struct iwf_str copy_text(struct iwf_arena *arena, const xmlNode *node)
{
	xmlChar *text = xmlNodeGetContent(node);
	struct iwf_str copy;

	copy = iwf_arena_copy(arena,
			      iwf_str_trim(iwf_str_from((char *)text)));
	xmlFree(text);
	return copy;
}

/* Walks the tree without recursion: its depth is what is in question. */
static bool is_deep(const xmlNode *root)
{
	const xmlNode *node = root;
	size_t depth = 1;

	for (;;) {
		if (depth > IMDN_DEPTH_MAX)
			return true;
		if (node->type == XML_ELEMENT_NODE && node->children) {
			node = node->children;
			depth++;
			continue;
		}
		while (node != root && !node->next) {
			node = node->parent;
			depth--;
		}
		if (node == root)
			return false;
		node = node->next;
	}
}

static enum imdn_type find_type(const xmlNode *node)
{
	for (size_t i = IMDN_TYPE_DELIVERY; i < IWF_COUNT_OF(notifications); i++)
		if (is_named(node, notifications[i].ptr))
			return (enum imdn_type)i;
	return IMDN_TYPE_NONE;
}

static enum iwf_err read_status(const xmlNode *notification, struct imdn *out,
				struct iwf_why *why)
{
	const xmlNode *node = find_element(notification->children);

	while (node && !is_named(node, "status"))
		node = find_element(node->next);
	node = node ? find_element(node->children) : NULL;
	if (!node)
		return refuse(why, "notification without a status");
	for (size_t i = IMDN_STATUS_DELIVERED; i < IWF_COUNT_OF(statuses); i++)
		if ((statuses[i].types & 1u << out->type) &&
		    is_named(node, statuses[i].element)) {
			out->status = (enum imdn_status)i;
			return IWF_OK;
		}
	return iwf_why_set(why, IWF_E_UNSUPPORTED, 0, "status %.64s",
			   (const char *)node->name);
}

/* Where the text of a child of the root goes; NULL for other elements. */
static struct iwf_str *find_field(struct imdn *out, const xmlNode *node)
{
	const struct {
		const char *name;
		struct iwf_str *field;
	} fields[] = {
		{ "message-id", &out->message_id },
		{ "datetime", &out->datetime },
		{ "recipient-uri", &out->recipient_uri },
		{ "original-recipient-uri", &out->original_recipient_uri },
		{ "subject", &out->subject },
		{ "note", &out->note },
	};

	for (size_t i = 0; i < IWF_COUNT_OF(fields); i++)
		if (is_named(node, fields[i].name))
			return fields[i].field;
	return NULL;
}

static enum iwf_err read_child(struct iwf_arena *arena, const xmlNode *node,
			       struct imdn *out, struct iwf_why *why)
{
	struct iwf_str *field = find_field(out, node);
	enum imdn_type type = find_type(node);

	if (field && !field->len)
		*field = copy_text(arena, node);
	if (!type)
		return IWF_OK;
	if (out->type)
		return refuse(why, "two notifications");
	out->type = type;
	return read_status(node, out, why);
}

/* These go into headers and keys. */
static bool has_controls(const struct imdn *imdn)
{
	return !iwf_str_is_printable(imdn->message_id) ||
	       !iwf_str_is_printable(imdn->datetime) ||
	       !iwf_str_is_printable(imdn->recipient_uri) ||
	       !iwf_str_is_printable(imdn->original_recipient_uri);
}

static enum iwf_err read_root(struct iwf_arena *arena, const xmlDoc *doc,
			      struct imdn *out, struct iwf_why *why)
{
	const xmlNode *root = xmlDocGetRootElement(doc);
	enum iwf_err err = IWF_OK;

	if (doc->intSubset || !root || !is_named(root, "imdn"))
		return refuse(why, "not an imdn document");
	if (is_deep(root))
		return iwf_why_set(why, IWF_E_LIMIT, 0, "more than %d levels",
				   IMDN_DEPTH_MAX);
	for (const xmlNode *node = find_element(root->children); node && !err;
	     node = find_element(node->next))
		err = read_child(arena, node, out, why);
	if (err)
		return err;
	if (!out->message_id.len)
		return refuse(why, "no message-id");
	if (!out->type)
		return refuse(why, "no notification");
	if (has_controls(out))
		return refuse(why, "control characters");
	return IWF_OK;
}

enum iwf_err imdn_parse(struct iwf_arena *arena, struct iwf_str text,
			struct imdn *out, struct iwf_why *why)
{
	struct imdn imdn = { .type = IMDN_TYPE_NONE };
	enum iwf_err err;
	xmlDoc *doc;

	if (text.len > IMDN_LEN_MAX)
		return iwf_why_set(why, IWF_E_LIMIT, IMDN_LEN_MAX,
				   "document of %zu bytes", text.len);
	text = iwf_str_trim(text);
	if (!text.len || iwf_str_find(text, '\0') != IWF_STR_NPOS ||
	    !iwf_str_is_utf8(text))
		return refuse(why, "not UTF-8 text");
	if (iwf_str_search(text, IWF_STR("<!DOCTYPE")) != IWF_STR_NPOS)
		return refuse(why, "DOCTYPE");
	/* Told the encoding, so that no declared one can hide a DOCTYPE. */
	doc = xmlReadMemory(text.ptr, (int)text.len, NULL, "UTF-8",
			    XML_PARSE_NONET | XML_PARSE_NOERROR |
			    XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC);
	if (!doc)
		return refuse(why, "not well-formed XML");
	err = read_root(arena, doc, &imdn, why);
	xmlFreeDoc(doc);
	if (!err)
		*out = imdn;
	return err;
}

static bool is_xml_char(uint32_t code)
{
	return code == '\t' || code == '\n' || code == '\r' ||
	       (code >= 0x20 && code != 0xFFFE && code != 0xFFFF &&
		code != IWF_UTF8_BAD);
}

static void put_one(struct iwf_buf *buf, uint32_t code)
{
	switch (code) {
	case '&':
		iwf_buf_str_put(buf, IWF_STR("&amp;"));
		break;
	case '<':
		iwf_buf_str_put(buf, IWF_STR("&lt;"));
		break;
	case '>':
		iwf_buf_str_put(buf, IWF_STR("&gt;"));
		break;
	case '\r': /* a bare one would be read as a line end */
		iwf_buf_str_put(buf, IWF_STR("&#13;"));
		break;
	default:
		iwf_utf8_put(buf, is_xml_char(code) ? code : 0xFFFD);
	}
}

/* Takes what needs no escape off the front. */
static struct iwf_str take_same(struct iwf_str *text)
{
	size_t len = 0, max = iwf_str_plain_len(*text);
	struct iwf_str same;

	while (len < max && text->ptr[len] != '&' && text->ptr[len] != '<' &&
	       text->ptr[len] != '>')
		len++;
	same = iwf_str_sub(*text, 0, len);
	*text = iwf_str_sub(*text, len, text->len);
	return same;
}

static void put_text(struct iwf_buf *buf, struct iwf_str text)
{
	iwf_buf_str_put(buf, take_same(&text));
	while (text.len) {
		put_one(buf, iwf_utf8_next(&text));
		iwf_buf_str_put(buf, take_same(&text));
	}
}

/* `<` or `</`, a prefix or none, a name, `>` or `/>`. */
static void put_tag(struct iwf_buf *buf, struct iwf_str open,
		    struct iwf_str name, struct iwf_str close)
{
	iwf_buf_str_put(buf, open);
	iwf_buf_str_put(buf, name);
	iwf_buf_str_put(buf, close);
}

static void put_child(struct iwf_buf *buf, struct iwf_str name,
		      struct iwf_str text)
{
	if (!text.len)
		return;
	put_tag(buf, IWF_STR("<"), name, IWF_STR(">"));
	put_text(buf, text);
	put_tag(buf, IWF_STR("</"), name, IWF_STR(">"));
}

static void put_notification(struct iwf_buf *buf, const struct imdn *imdn)
{
	bool is_cpm = imdn->type == IMDN_TYPE_INTERWORKING;
	struct iwf_str open = is_cpm ? IWF_STR("<cpm:") : IWF_STR("<");
	struct iwf_str end = is_cpm ? IWF_STR("</cpm:") : IWF_STR("</");
	struct iwf_str type = notifications[imdn->type];
	struct iwf_str status = iwf_str_from(statuses[imdn->status].element);

	put_tag(buf, open, type, IWF_STR(">"));
	put_tag(buf, open, IWF_STR("status"), IWF_STR(">"));
	put_tag(buf, open, status, IWF_STR("/>"));
	put_tag(buf, end, IWF_STR("status"), IWF_STR(">"));
	put_tag(buf, end, type, IWF_STR(">"));
}

void imdn_format(struct iwf_buf *buf, const struct imdn *imdn)
{
	IWF_BUG_ON(imdn->type == IMDN_TYPE_NONE ||
		   !(statuses[imdn->status].types & 1u << imdn->type));
	iwf_buf_str_put(buf, IWF_STR("<?xml version=\"1.0\" "
				     "encoding=\"UTF-8\"?>\r\n"
				     "<imdn xmlns=\"" NS_IMDN "\""));
	if (imdn->type == IMDN_TYPE_INTERWORKING)
		iwf_buf_str_put(buf, IWF_STR(" xmlns:cpm=\"" NS_CPM "\""));
	iwf_buf_str_put(buf, IWF_STR(">"));
	put_child(buf, IWF_STR("message-id"), imdn->message_id);
	put_child(buf, IWF_STR("datetime"), imdn->datetime);
	put_child(buf, IWF_STR("recipient-uri"), imdn->recipient_uri);
	put_child(buf, IWF_STR("original-recipient-uri"),
		  imdn->original_recipient_uri);
	put_child(buf, IWF_STR("subject"), imdn->subject);
	put_notification(buf, imdn);
	put_child(buf, IWF_STR("note"), imdn->note);
	iwf_buf_str_put(buf, IWF_STR("</imdn>"));
}

static const struct {
	const char *token;
	enum iwf_want want;
} wants[] = {
	{ "positive-delivery", IWF_WANT_DELIVERED },
	{ "negative-delivery", IWF_WANT_FAILED },
	{ "processing", IWF_WANT_PROCESSED },
	{ "display", IWF_WANT_DISPLAYED },
	{ "interworking", IWF_WANT_INTERWORKED },
};

static uint32_t find_want(struct iwf_str token)
{
	for (size_t i = 0; i < IWF_COUNT_OF(wants); i++)
		if (iwf_str_eq_case(token, iwf_str_from(wants[i].token)))
			return wants[i].want;
	return 0;
}

/* Takes the element before the next comma that is not quoted. */
static bool take_element(struct iwf_str *rest, struct iwf_str *element)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < rest->len; i++) {
		if (rest->ptr[i] == '\\' && quoted)
			i++;
		else if (rest->ptr[i] == '"')
			quoted = !quoted;
		else if (rest->ptr[i] == ',' && !quoted)
			break;
	}
	*element = iwf_str_sub(*rest, 0, i);
	*rest = iwf_str_sub(*rest, i + 1, rest->len);
	return !quoted;
}

enum iwf_err imdn_want_parse(struct iwf_str value, uint32_t *want)
{
	struct iwf_str element;
	uint32_t found = 0;

	value = iwf_str_trim(value);
	if (!iwf_str_is_printable(value))
		return IWF_E_SYNTAX;
	while (value.len) {
		if (!take_element(&value, &element))
			return IWF_E_SYNTAX;
		element = iwf_str_sub(element, 0, iwf_str_find(element, ';'));
		found |= find_want(iwf_str_trim(element));
	}
	*want = found;
	return IWF_OK;
}

void imdn_want_format(struct iwf_buf *buf, uint32_t want)
{
	const char *before = "";

	for (size_t i = 0; i < IWF_COUNT_OF(wants); i++) {
		if (!(want & wants[i].want))
			continue;
		iwf_buf_printf(buf, "%s%s", before, wants[i].token);
		before = ", ";
	}
}
