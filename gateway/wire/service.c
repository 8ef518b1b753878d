/* ICSI URNs and feature tags of CPM (3GPP TS 24.229 7.2A.8, RFC 3841, RFC 6050). */
#include "wire/service.h"

#define URN_PREFIX "urn:urn-7:3gpp-service.ims.icsi.oma.cpm."
#define URN_LEN_MAX 256

static const struct iwf_str urns[SERVICE_COUNT] = {
	[SERVICE_MSG] = { URN_PREFIX "msg", sizeof(URN_PREFIX "msg") - 1 },
	[SERVICE_LARGEMSG] = { URN_PREFIX "largemsg",
			       sizeof(URN_PREFIX "largemsg") - 1 },
	[SERVICE_DEFERRED] = { URN_PREFIX "deferred",
			       sizeof(URN_PREFIX "deferred") - 1 },
	[SERVICE_SESSION] = { URN_PREFIX "session",
			      sizeof(URN_PREFIX "session") - 1 },
	[SERVICE_SESSION_GROUP] = { URN_PREFIX "session.group",
				    sizeof(URN_PREFIX "session.group") - 1 },
	[SERVICE_FILETRANSFER] = { URN_PREFIX "filetransfer",
				   sizeof(URN_PREFIX "filetransfer") - 1 },
	[SERVICE_SYSTEMMSG] = { URN_PREFIX "systemmsg",
				sizeof(URN_PREFIX "systemmsg") - 1 },
};

struct iwf_str service_urn(enum service service)
{
	return urns[service];
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Into room for URN_LEN_MAX bytes; empty when it is longer or badly encoded. */
static struct iwf_str decode(struct iwf_str s, char *room)
{
	size_t len = 0;

	for (size_t i = 0; i < s.len && len < URN_LEN_MAX; i++) {
		char c = s.ptr[i];

		if (c == '%') {
			int high = i + 2 < s.len ? hex_value(s.ptr[i + 1]) : -1;
			int low = i + 2 < s.len ? hex_value(s.ptr[i + 2]) : -1;

			if (high < 0 || low < 0)
				return IWF_STR_NONE;
			c = (char)(high << 4 | low);
			i += 2;
		}
		room[len++] = c;
	}
	return len < URN_LEN_MAX ? iwf_str_make(room, len) : IWF_STR_NONE;
}

static bool is_or_below(struct iwf_str urn, struct iwf_str parent)
{
	return parent.len && iwf_str_starts_case(urn, parent) &&
	       (urn.len == parent.len || urn.ptr[parent.len] == '.');
}

enum service service_from_urn(struct iwf_str urn)
{
	enum service best = SERVICE_NONE;
	char room[URN_LEN_MAX];
	struct iwf_str plain = decode(urn, room);

	for (enum service i = SERVICE_NONE + 1; i < SERVICE_COUNT; i++)
		if (is_or_below(plain, urns[i]) && urns[i].len > urns[best].len)
			best = i;
	return best;
}

/* What was found on the way through a header value. */
struct finding {
	uint32_t set;
	enum service first;
};

static void note_service(struct finding *found, enum service service)
{
	if (service == SERVICE_NONE)
		return;
	if (!found->set)
		found->first = service;
	found->set |= SERVICE_BIT(service);
}

static void note_urns(struct finding *found, struct iwf_str list)
{
	struct iwf_str piece;

	while (iwf_str_split(&list, ',', &piece))
		note_service(found, service_from_urn(iwf_str_trim(piece)));
}

enum service service_from_asserted(struct iwf_str value)
{
	struct finding found = { 0, SERVICE_NONE };

	note_urns(&found, value);
	return found.first;
}

/* Takes what stands before the next `;` or `,` that is not quoted. */
static struct iwf_str take_param(struct iwf_str *rest)
{
	struct iwf_str param;
	bool quoted = false;
	size_t i;

	for (i = 0; i < rest->len; i++) {
		char c = rest->ptr[i];

		if (c == '\\' && quoted)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == ';' || c == ','))
			break;
	}
	param = iwf_str_sub(*rest, 0, i);
	*rest = iwf_str_sub(*rest, i + 1, rest->len);
	return iwf_str_trim(param);
}

static struct iwf_str unquote(struct iwf_str s)
{
	s = iwf_str_trim(s);
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		return iwf_str_sub(s, 1, s.len - 1);
	return s;
}

static struct finding scan_contact(struct iwf_str value)
{
	struct finding found = { 0, SERVICE_NONE };
	bool legacy = false;

	while (value.len) {
		struct iwf_str param = take_param(&value);
		size_t at = iwf_str_find(param, '=');
		struct iwf_str name = iwf_str_trim(iwf_str_sub(param, 0, at));

		if (iwf_str_eq_case(name, IWF_STR("+g.oma.sip-im")))
			legacy = true;
		if (at != IWF_STR_NPOS &&
		    iwf_str_eq_case(name, IWF_STR("+g.3gpp.icsi-ref")))
			note_urns(&found, unquote(iwf_str_sub(param, at + 1,
							      param.len)));
	}
	if (legacy && !found.set)
		note_service(&found, SERVICE_SESSION);
	return found;
}

uint32_t service_set_from_accept_contact(struct iwf_str value)
{
	return scan_contact(value).set;
}

enum service service_from_accept_contact(struct iwf_str value)
{
	return scan_contact(value).first;
}

static void put_encoded(struct iwf_buf *buf, struct iwf_str urn)
{
	struct iwf_str piece;

	iwf_str_split(&urn, ':', &piece);
	iwf_buf_str_put(buf, piece);
	while (iwf_str_split(&urn, ':', &piece)) {
		iwf_buf_str_put(buf, IWF_STR("%3A"));
		iwf_buf_str_put(buf, piece);
	}
}

void service_tag_format(struct iwf_buf *buf, uint32_t set)
{
	const char *before = "+g.3gpp.icsi-ref=\"";
	const char *const first = before;

	for (enum service i = SERVICE_NONE + 1; i < SERVICE_COUNT; i++) {
		if (!(set & SERVICE_BIT(i)))
			continue;
		iwf_buf_str_put(buf, iwf_str_from(before));
		put_encoded(buf, urns[i]);
		before = ",";
	}
	if (before != first)
		iwf_buf_u8(buf, '"');
}
