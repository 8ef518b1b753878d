/* Writes Message/CPIM bodies (RFC 3862). */
#include "wire/cpim.h"

#include "wire/cpim_text.h"
#include "wire/datetime.h"

#include <iwf/utf8.h>

/* The namespaces that a message uses, in the order of their first use. */
struct prefixes {
	struct iwf_str uris[CPIM_NAMESPACES_MAX];
	size_t count;
};

static size_t find_prefix(const struct prefixes *used, struct iwf_str uri)
{
	size_t i = 0;

	while (i < used->count && !iwf_str_eq(used->uris[i], uri))
		i++;
	return i;
}

static void put_prefix(struct iwf_buf *buf, const struct prefixes *used,
		       size_t i)
{
	if (iwf_str_eq(used->uris[i], IWF_STR(CPIM_NS_IMDN)))
		iwf_buf_str_put(buf, IWF_STR("imdn"));
	else if (iwf_str_eq(used->uris[i], IWF_STR(CPIM_NS_CPM)))
		iwf_buf_str_put(buf, IWF_STR("cpm"));
	else
		iwf_buf_printf(buf, "ns%zu", i + 1);
}

static void add_prefix(struct prefixes *used, struct iwf_str uri)
{
	if (uri.len && find_prefix(used, uri) == used->count &&
	    used->count < CPIM_NAMESPACES_MAX)
		used->uris[used->count++] = uri;
}

/* False, and nothing written, for a name that could not be read again. */
static bool put_name(struct iwf_buf *buf, const struct prefixes *used,
		     struct iwf_str uri, struct iwf_str name)
{
	size_t i = find_prefix(used, uri);

	if (!cpim_is_name(name) || (uri.len && i == used->count))
		return false;
	if (uri.len) {
		put_prefix(buf, used, i);
		iwf_buf_u8(buf, '.');
	}
	iwf_buf_str_put(buf, name);
	return true;
}

static void put_address(struct iwf_buf *buf, struct iwf_str name,
			const struct cpim_address *address)
{
	if (!address->uri.len)
		return;
	iwf_buf_str_put(buf, name);
	iwf_buf_str_put(buf, IWF_STR(": "));
	if (address->name.len) {
		iwf_buf_u8(buf, '"');
		cpim_escape(buf, address->name, true);
		iwf_buf_str_put(buf, IWF_STR("\" "));
	}
	iwf_buf_u8(buf, '<');
	cpim_put_uri(buf, address->uri);
	iwf_buf_str_put(buf, IWF_STR(">\r\n"));
}

static void put_datetime(struct iwf_buf *buf, const struct cpim_message *msg)
{
	if (!msg->datetime.len && !msg->datetime_ms)
		return;
	iwf_buf_str_put(buf, IWF_STR("DateTime: "));
	if (msg->datetime.len)
		cpim_escape(buf, msg->datetime, false);
	else
		datetime_format(buf, msg->datetime_ms);
	iwf_buf_str_put(buf, IWF_STR("\r\n"));
}

static void put_subject(struct iwf_buf *buf, const struct cpim_subject *subject)
{
	iwf_buf_str_put(buf, IWF_STR("Subject:"));
	if (cpim_is_lang(subject->lang)) {
		iwf_buf_str_put(buf, IWF_STR(";lang="));
		iwf_buf_str_put(buf, subject->lang);
	}
	iwf_buf_u8(buf, ' ');
	cpim_escape(buf, subject->value, false);
	iwf_buf_str_put(buf, IWF_STR("\r\n"));
}

static void put_namespaces(struct iwf_buf *buf, struct prefixes *used,
			   const struct cpim_message *msg)
{
	for (size_t i = 0; i < msg->require_count; i++)
		add_prefix(used, msg->requires[i].uri);
	for (size_t i = 0; i < msg->header_count; i++)
		add_prefix(used, msg->headers[i].uri);
	/* Something must come first: no headers at all are no message, and a
	 * leading Content-* would be taken for the wrapper's. */
	if (!used->count && !msg->from.uri.len)
		add_prefix(used, IWF_STR(CPIM_NS_IMDN));
	for (size_t i = 0; i < used->count; i++) {
		iwf_buf_str_put(buf, IWF_STR("NS: "));
		put_prefix(buf, used, i);
		iwf_buf_str_put(buf, IWF_STR(" <"));
		cpim_put_uri(buf, used->uris[i]);
		iwf_buf_str_put(buf, IWF_STR(">\r\n"));
	}
}

static void put_requires(struct iwf_buf *buf, const struct prefixes *used,
			 const struct cpim_message *msg)
{
	const char *before = "Require: ";

	for (size_t i = 0; i < msg->require_count; i++) {
		const struct cpim_name *name = &msg->requires[i];
		size_t len = buf->len;

		iwf_buf_str_put(buf, iwf_str_from(before));
		if (put_name(buf, used, name->uri, name->name))
			before = ",";
		else
			buf->len = len;
	}
	if (before[0] == ',')
		iwf_buf_str_put(buf, IWF_STR("\r\n"));
}

static void put_header(struct iwf_buf *buf, const struct prefixes *used,
		       const struct cpim_header *header)
{
	if (!header->uri.len && cpim_field_find(header->name))
		return;
	if (!put_name(buf, used, header->uri, header->name))
		return;
	iwf_buf_u8(buf, ':');
	if (cpim_params_len(header->params) == header->params.len &&
	    iwf_str_is_printable(header->params) &&
	    iwf_str_is_utf8(header->params))
		iwf_buf_str_put(buf, header->params);
	iwf_buf_u8(buf, ' ');
	cpim_escape(buf, header->value, false);
	iwf_buf_str_put(buf, IWF_STR("\r\n"));
}

static void put_mime(struct iwf_buf *buf, struct iwf_str name,
		     struct iwf_str value)
{
	size_t from;

	if (!cpim_is_token(name))
		return;
	iwf_buf_str_put(buf, name);
	iwf_buf_str_put(buf, IWF_STR(": "));
	from = buf->len;
	iwf_utf8_mend(buf, value);
	for (; from < buf->len; from++)
		if (((unsigned char)buf->ptr[from] < 0x20 &&
		     buf->ptr[from] != '\t') || buf->ptr[from] == 0x7f)
			buf->ptr[from] = ' ';
	iwf_buf_str_put(buf, IWF_STR("\r\n"));
}

static void put_content(struct iwf_buf *buf, const struct cpim_message *msg)
{
	const struct cpim_mime fields[] = {
		{ IWF_STR("Content-Type"), msg->content_type },
		{ IWF_STR("Content-Disposition"), msg->content_disposition },
		{ IWF_STR("Content-Transfer-Encoding"),
		  msg->transfer_encoding },
		{ IWF_STR("Content-ID"), msg->content_id },
	};

	for (size_t i = 0; i < IWF_COUNT_OF(fields); i++)
		if (fields[i].value.len)
			put_mime(buf, fields[i].name, fields[i].value);
	for (size_t i = 0; i < msg->other_count; i++)
		put_mime(buf, msg->others[i].name, msg->others[i].value);
	iwf_buf_str_put(buf, IWF_STR("\r\n"));
	iwf_buf_str_put(buf, msg->content);
}

void cpim_format(struct iwf_buf *buf, const struct cpim_message *msg)
{
	struct prefixes used = { .count = 0 };

	put_address(buf, IWF_STR("From"), &msg->from);
	for (size_t i = 0; i < msg->to_count; i++)
		put_address(buf, IWF_STR("To"), &msg->to[i]);
	for (size_t i = 0; i < msg->cc_count; i++)
		put_address(buf, IWF_STR("cc"), &msg->cc[i]);
	put_datetime(buf, msg);
	for (size_t i = 0; i < msg->subject_count; i++)
		put_subject(buf, &msg->subjects[i]);
	put_namespaces(buf, &used, msg);
	put_requires(buf, &used, msg);
	for (size_t i = 0; i < msg->header_count; i++)
		put_header(buf, &used, &msg->headers[i]);
	iwf_buf_str_put(buf, IWF_STR("\r\n"));
	put_content(buf, msg);
}
