/* Reads P-Asserted-Identity, RFC 3325 9.1: one or two of name-addr/addr-spec,
 * at most one of them a SIP or SIPS and at most one a TEL URI. */
#include "sip/identity.h"

static struct iwf_str skip_blanks(struct iwf_str s)
{
	size_t i = 0;

	while (i < s.len && (s.ptr[i] == ' ' || s.ptr[i] == '\t'))
		i++;
	return iwf_str_sub(s, i, s.len);
}

/* Behind a quoted string's closing quote, or NPOS. */
static size_t quoted_len(struct iwf_str s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return i + 1;
	}
	return IWF_STR_NPOS;
}

/* Takes a display name off the front, if a bracket follows one. */
static bool skip_display_name(struct iwf_str *rest)
{
	size_t len;

	if (rest->len && rest->ptr[0] == '"') {
		len = quoted_len(*rest);
		if (len == IWF_STR_NPOS)
			return false;
		*rest = skip_blanks(iwf_str_sub(*rest, len, rest->len));
		return rest->len && rest->ptr[0] == '<';
	}
	len = 0;
	while (len < rest->len && rest->ptr[len] != '<' &&
	       rest->ptr[len] != ',' && rest->ptr[len] != ':')
		len++;
	if (len < rest->len && rest->ptr[len] == '<')
		*rest = iwf_str_sub(*rest, len, rest->len);
	return true;
}

static bool take_uri(struct iwf_str *rest, struct iwf_str *uri)
{
	bool is_bracketed;
	size_t len;

	if (!skip_display_name(rest) || !rest->len)
		return false;
	is_bracketed = rest->ptr[0] == '<';
	if (is_bracketed) {
		*rest = iwf_str_sub(*rest, 1, rest->len);
		len = iwf_str_find(*rest, '>');
		if (len == IWF_STR_NPOS)
			return false;
	} else {
		len = iwf_str_find(*rest, ',');
		if (len == IWF_STR_NPOS)
			len = rest->len;
	}
	*uri = iwf_str_trim(iwf_str_sub(*rest, 0, len));
	*rest = skip_blanks(iwf_str_sub(*rest, len + is_bracketed, rest->len));
	return uri->len && iwf_str_is_printable(*uri) &&
	       iwf_str_find(*uri, ' ') == IWF_STR_NPOS &&
	       iwf_str_find(*uri, '<') == IWF_STR_NPOS &&
	       iwf_str_find(*uri, '>') == IWF_STR_NPOS &&
	       iwf_str_find(*uri, '"') == IWF_STR_NPOS &&
	       iwf_str_find(*uri, ':') != IWF_STR_NPOS;
}

/* 1 sip or sips, 2 tel, 0 another. */
static unsigned kind_of(struct iwf_str uri)
{
	if (iwf_str_starts_case(uri, IWF_STR("sip:")) ||
	    iwf_str_starts_case(uri, IWF_STR("sips:")))
		return 1;
	return iwf_str_starts_case(uri, IWF_STR("tel:")) ? 2 : 0;
}

enum iwf_err identity_parse(struct iwf_str value, struct iwf_str uris[2],
			    unsigned *count)
{
	struct iwf_str rest = skip_blanks(value), uri;
	unsigned seen = 0, taken = 0;

	*count = 0;
	for (;;) {
		unsigned kind;

		if (!take_uri(&rest, &uri))
			return IWF_E_SYNTAX;
		kind = kind_of(uri);
		if (kind && !(seen & kind)) {
			seen |= kind;
			uris[taken++] = uri;
		}
		if (!rest.len)
			break;
		if (rest.ptr[0] != ',')
			return IWF_E_SYNTAX;
		rest = skip_blanks(iwf_str_sub(rest, 1, rest.len));
	}
	*count = taken;
	return IWF_OK;
}
