/* SIP, TEL and IM URIs (RFC 3261 19.1, RFC 3966, RFC 3986) as addresses. */
#include "wire/uri.h"

/* The pieces of one URI while it is being read. */
struct uri_parts {
	struct iwf_arena *arena;
	struct iwf_why *why;
	struct iwf_str text;   /* bare */
	struct iwf_str user;   /* still encoded, without password */
	struct iwf_str domain;
	struct iwf_str params; /* after the first `;` */
	bool is_tel;
};

static enum iwf_err refuse(struct iwf_why *why, const char *what)
{
	return iwf_why_set(why, IWF_E_SYNTAX, 0, "%s", what);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* False for an escape that is cut off or not hexadecimal, and for a result
 * that is not printable UTF-8. */
static bool decode(struct iwf_arena *arena, struct iwf_str *s)
{
	char *to;
	size_t len = 0;

	if (iwf_str_find(*s, '%') == IWF_STR_NPOS)
		return true;
	to = iwf_arena_alloc(arena, s->len);
	for (size_t i = 0; i < s->len; i++) {
		int high, low;

		if (s->ptr[i] != '%') {
			to[len++] = s->ptr[i];
			continue;
		}
		if (s->len - i < 3)
			return false;
		high = hex_value(s->ptr[i + 1]);
		low = hex_value(s->ptr[i + 2]);
		if (high < 0 || low < 0)
			return false;
		to[len++] = (char)(high << 4 | low);
		i += 2;
	}
	*s = iwf_str_make(to, len);
	return iwf_str_is_printable(*s) && iwf_str_is_utf8(*s);
}

static struct iwf_str to_lower(struct iwf_arena *arena, struct iwf_str s)
{
	char *to = iwf_arena_alloc(arena, s.len);

	for (size_t i = 0; i < s.len; i++)
		to[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ?
			(char)(s.ptr[i] | 0x20) : s.ptr[i];
	return iwf_str_make(to, s.len);
}

/* Offset behind a quoted string that opens at 0; NPOS when it never closes. */
static size_t skip_quoted(struct iwf_str s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return i + 1;
	}
	return IWF_STR_NPOS;
}

/* Leaves what stands between the angle brackets, if there are any. */
static bool strip_name(struct iwf_str *text)
{
	struct iwf_str rest = iwf_str_trim(*text);
	bool is_quoted = rest.len && rest.ptr[0] == '"';
	size_t open, close;

	if (is_quoted) {
		size_t end = skip_quoted(rest);

		if (end == IWF_STR_NPOS)
			return false;
		rest = iwf_str_trim(iwf_str_sub(rest, end, rest.len));
	}
	open = iwf_str_find(rest, '<');
	if (open == IWF_STR_NPOS) {
		*text = rest;
		return !is_quoted && iwf_str_find(rest, '>') == IWF_STR_NPOS;
	}
	if (is_quoted && open != 0)
		return false;
	rest = iwf_str_sub(rest, open + 1, rest.len);
	close = iwf_str_find(rest, '>');
	if (close == IWF_STR_NPOS)
		return false;
	*text = iwf_str_trim(iwf_str_sub(rest, 0, close));
	return true;
}

/* Value of a `;name=value` list; empty also for a name without value. */
static struct iwf_str find_param(struct iwf_str params, struct iwf_str name)
{
	struct iwf_str param;

	while (iwf_str_split(&params, ';', &param)) {
		size_t at = iwf_str_find(param, '=');

		if (iwf_str_eq_case(iwf_str_sub(param, 0, at), name))
			return at == IWF_STR_NPOS ? IWF_STR_NONE :
			       iwf_str_sub(param, at + 1, param.len);
	}
	return IWF_STR_NONE;
}

/* Without visual separators (RFC 3966 3). */
static struct iwf_str strip_separators(struct iwf_arena *arena,
				       struct iwf_str s)
{
	char *to = iwf_arena_alloc(arena, s.len);
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c != '-' && c != '.' && c != '(' && c != ')')
			to[len++] = c;
	}
	return iwf_str_make(to, len);
}

static bool is_digits(struct iwf_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]))
			return false;
	return s.len > 0;
}

static bool is_global(struct iwf_str s)
{
	return s.len && s.ptr[0] == '+' && is_digits(iwf_str_sub(s, 1, s.len));
}

/* RFC 3966 local-number-digits; letters A to F only where is_hex. */
static bool is_local(struct iwf_str s, bool is_hex)
{
	bool has_digit = false;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!is_digit(c) && c != '*' && c != '#' &&
		    !(is_hex && hex_value(c) >= 0))
			return false;
		has_digit = true;
	}
	return has_digit;
}

static bool is_domain(struct iwf_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.ptr[i]) && s.ptr[i] != '-' &&
		    s.ptr[i] != '.' && s.ptr[i] != '_')
			return false;
	return s.len > 0;
}

static bool is_ipv6(struct iwf_str s)
{
	if (s.len < 4 || s.ptr[0] != '[' || s.ptr[s.len - 1] != ']')
		return false;
	for (size_t i = 1; i < s.len - 1; i++)
		if (hex_value(s.ptr[i]) < 0 && s.ptr[i] != ':' &&
		    s.ptr[i] != '.')
			return false;
	return true;
}

static bool is_host(struct iwf_str s)
{
	return is_domain(s) || is_ipv6(s);
}

/* A number that is not global: by its context a number after all, or local. */
static enum iwf_err apply_context(const struct uri_parts *parts,
				  struct iwf_str local,
				  struct iwf_str context,
				  struct iwf_address *out)
{
	struct iwf_str plain = context;

	if (!decode(parts->arena, &plain))
		return refuse(parts->why, "bad encoding in phone-context");
	if (plain.len && plain.ptr[0] == '+') {
		plain = strip_separators(parts->arena, plain);
		if (!is_global(plain))
			return refuse(parts->why, "bad phone-context");
	} else if (plain.len && !is_host(plain)) {
		return refuse(parts->why, "bad phone-context");
	}
	if (is_global(plain) && is_digits(local)) {
		out->kind = IWF_ADDRESS_NUMBER;
		out->user = iwf_arena_printf(parts->arena, "%.*s%.*s",
					     IWF_STR_ARG(plain),
					     IWF_STR_ARG(local));
		return IWF_OK;
	}
	out->kind = IWF_ADDRESS_LOCAL;
	out->user = to_lower(parts->arena, local);
	out->domain = to_lower(parts->arena, plain);
	return IWF_OK;
}

static enum iwf_err parse_tel(const struct uri_parts *parts,
			      struct iwf_address *out)
{
	struct iwf_str number = parts->user;

	if (!decode(parts->arena, &number))
		return refuse(parts->why, "bad encoding in the number");
	number = strip_separators(parts->arena, number);
	if (is_global(number)) {
		out->kind = IWF_ADDRESS_NUMBER;
		out->user = number;
		return IWF_OK;
	}
	if (!is_local(number, true))
		return refuse(parts->why, "not a telephone number");
	return apply_context(parts, number,
			     find_param(parts->params,
					IWF_STR("phone-context")), out);
}

/* user=phone makes the user part a telephone-subscriber with parameters of its
 * own (RFC 3261 19.1.6); digits are taken as a number without it, too. */
static enum iwf_err parse_user(const struct uri_parts *parts,
			       struct iwf_address *out)
{
	struct iwf_str whole = parts->user;
	size_t at = iwf_str_find(whole, ';');
	struct iwf_str number = iwf_str_sub(whole, 0, at);
	struct iwf_str context = IWF_STR_NONE;
	bool is_phone = iwf_str_eq_case(find_param(parts->params,
						   IWF_STR("user")),
					IWF_STR("phone"));

	if (!decode(parts->arena, &whole) || !decode(parts->arena, &number))
		return refuse(parts->why, "bad encoding in the user part");
	if (at != IWF_STR_NPOS)
		context = find_param(iwf_str_sub(parts->user, at + 1,
						 parts->user.len),
				     IWF_STR("phone-context"));
	if (is_phone || (number.len && number.ptr[0] == '+'))
		number = strip_separators(parts->arena, number);
	out->domain = to_lower(parts->arena, parts->domain);
	if (is_global(number)) {
		out->kind = IWF_ADDRESS_NUMBER;
		out->user = number;
		return IWF_OK;
	}
	if (is_digits(number) || (is_phone && is_local(number, false)))
		return apply_context(parts, number, context.len ? context :
				     parts->domain, out);
	out->kind = IWF_ADDRESS_SIP;
	out->user = whole;
	return IWF_OK;
}

/* Without port and its check; *host is unchanged when there is none. */
static bool strip_port(struct iwf_str *host)
{
	struct iwf_str port = IWF_STR_NONE;
	size_t at = iwf_str_find(*host, ']');
	size_t from = at == IWF_STR_NPOS ? 0 : at;
	uint64_t number;

	at = iwf_str_find(iwf_str_sub(*host, from, host->len), ':');
	if (at == IWF_STR_NPOS)
		return true;
	port = iwf_str_sub(*host, from + at + 1, host->len);
	*host = iwf_str_sub(*host, 0, from + at);
	return iwf_str_to_u64(port, 65535, &number) == IWF_OK;
}

static enum iwf_err split_sip(struct uri_parts *parts, struct iwf_str rest)
{
	size_t at = iwf_str_find(rest, '@');
	size_t end;

	if (at != IWF_STR_NPOS) {
		parts->user = iwf_str_sub(rest, 0, at);
		rest = iwf_str_sub(rest, at + 1, rest.len);
		parts->user = iwf_str_sub(parts->user, 0,
					  iwf_str_find(parts->user, ':'));
		if (!parts->user.len)
			return refuse(parts->why, "empty user part");
	}
	rest = iwf_str_sub(rest, 0, iwf_str_find(rest, '?'));
	end = iwf_str_find(rest, ';');
	parts->domain = iwf_str_sub(rest, 0, end);
	if (end != IWF_STR_NPOS)
		parts->params = iwf_str_sub(rest, end + 1, rest.len);
	if (!strip_port(&parts->domain) || !is_host(parts->domain))
		return refuse(parts->why, "bad host");
	return IWF_OK;
}

/* What may never stand in a URI (RFC 3986 2): the spelling is used again in
 * headers. */
static bool has_foreign(struct iwf_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.ptr[i]) &&
		    memchr(" \"<>\\^`{|}", s.ptr[i], 10))
			return true;
	return false;
}

static enum iwf_err split_uri(struct uri_parts *parts)
{
	size_t colon = iwf_str_find(parts->text, ':');
	struct iwf_str scheme = iwf_str_sub(parts->text, 0, colon);
	struct iwf_str rest;
	size_t end;

	if (colon == IWF_STR_NPOS || !colon)
		return refuse(parts->why, "no scheme");
	if (has_foreign(parts->text))
		return refuse(parts->why, "characters no URI can hold");
	rest = iwf_str_sub(parts->text, colon + 1, parts->text.len);
	if (iwf_str_eq_case(scheme, IWF_STR("sip")) ||
	    iwf_str_eq_case(scheme, IWF_STR("sips")) ||
	    iwf_str_eq_case(scheme, IWF_STR("im")))
		return split_sip(parts, rest);
	if (!iwf_str_eq_case(scheme, IWF_STR("tel")))
		return iwf_why_set(parts->why, IWF_E_UNSUPPORTED, 0,
				   "scheme %.*s", IWF_STR_ARG(scheme));
	end = iwf_str_find(rest, ';');
	parts->user = iwf_str_sub(rest, 0, end);
	if (end != IWF_STR_NPOS)
		parts->params = iwf_str_sub(rest, end + 1, rest.len);
	parts->is_tel = true;
	return IWF_OK;
}

enum iwf_err uri_parse(struct iwf_arena *arena, struct iwf_str text,
		       struct iwf_address *out, struct iwf_why *why)
{
	struct uri_parts parts = { .arena = arena, .why = why, .text = text };
	struct iwf_address address = { .kind = IWF_ADDRESS_NONE };
	enum iwf_err err;

	if (text.len > URI_LEN_MAX)
		return iwf_why_set(why, IWF_E_LIMIT, URI_LEN_MAX,
				   "address of %zu bytes", text.len);
	if (!iwf_str_is_printable(text) || !iwf_str_is_utf8(text))
		return refuse(why, "control characters or not UTF-8");
	if (!strip_name(&parts.text))
		return refuse(why, "unbalanced quotes or brackets");
	err = split_uri(&parts);
	if (!err)
		err = parts.is_tel ? parse_tel(&parts, &address) :
				     parse_user(&parts, &address);
	if (err)
		return err;
	address.uri = parts.text;
	*out = address;
	return IWF_OK;
}

static void put_encoded(struct iwf_buf *buf, struct iwf_str s, const char *safe)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c && (is_alnum((char)c) || strchr(safe, c)))
			iwf_buf_u8(buf, c);
		else
			iwf_buf_printf(buf, "%%%02X", c);
	}
}

static void put_sip(struct iwf_buf *buf, struct iwf_str user,
		    struct iwf_str domain)
{
	iwf_buf_str_put(buf, IWF_STR("sip:"));
	if (user.len) {
		put_encoded(buf, user, "-_.!~*'()&=+$,/");
		iwf_buf_u8(buf, '@');
	}
	put_encoded(buf, domain, "-._[]:");
}

void uri_format(struct iwf_buf *buf, const struct iwf_address *address)
{
	switch (address->kind) {
	case IWF_ADDRESS_NONE:
		return;
	case IWF_ADDRESS_NUMBER:
	case IWF_ADDRESS_LOCAL:
		iwf_buf_str_put(buf, IWF_STR("tel:"));
		put_encoded(buf, address->user, "+*");
		if (address->kind == IWF_ADDRESS_NUMBER || !address->domain.len)
			return;
		iwf_buf_str_put(buf, IWF_STR(";phone-context="));
		put_encoded(buf, address->domain, "+-._[]:");
		return;
	case IWF_ADDRESS_ALPHA:
		put_sip(buf, address->user, address->domain.len ?
			address->domain : IWF_STR(URI_ALPHA_DOMAIN));
		return;
	case IWF_ADDRESS_SIP:
		put_sip(buf, address->user, address->domain);
		return;
	}
}
