/* Reads Message/CPIM bodies (RFC 3862). */
#include "wire/cpim.h"

#include "wire/cpim_text.h"
#include "wire/datetime.h"

struct namespace {
	struct iwf_str prefix; /* empty: what unprefixed names belong to */
	struct iwf_str uri;
};

struct reader {
	struct iwf_arena *arena;
	struct iwf_why *why;
	struct iwf_str body;
	struct iwf_str rest;
	size_t at; /* where the current line begins in body */
	struct cpim_message msg;
	struct namespace namespaces[CPIM_NAMESPACES_MAX];
	size_t namespace_count;
	bool has_datetime;
};

/* One header line, taken apart. */
struct line {
	struct iwf_str uri;
	struct iwf_str name;
	struct iwf_str params;
	struct iwf_str raw; /* value, still escaped */
};

static const struct cpim_name known[] = {
	{ { CPIM_NS_IMDN, sizeof(CPIM_NS_IMDN) - 1 }, { "Message-ID", 10 } },
	{ { CPIM_NS_IMDN, sizeof(CPIM_NS_IMDN) - 1 },
	  { "Disposition-Notification", 24 } },
	{ { CPIM_NS_IMDN, sizeof(CPIM_NS_IMDN) - 1 }, { "Original-To", 11 } },
	{ { CPIM_NS_IMDN, sizeof(CPIM_NS_IMDN) - 1 },
	  { "IMDN-Record-Route", 17 } },
	{ { CPIM_NS_IMDN, sizeof(CPIM_NS_IMDN) - 1 }, { "IMDN-Route", 10 } },
	{ { CPIM_NS_CPM, sizeof(CPIM_NS_CPM) - 1 }, { "Payload-Type", 12 } },
};

static enum iwf_err refuse(const struct reader *r, const char *what)
{
	return iwf_why_set(r->why, IWF_E_SYNTAX, r->at, "%s", what);
}

static enum iwf_err refuse_size(const struct reader *r, const char *what)
{
	return iwf_why_set(r->why, IWF_E_LIMIT, r->at, "%s", what);
}

/* Takes a line without its end; false, and nothing taken, when it has none. */
static bool take_line(struct iwf_str *rest, struct iwf_str *line)
{
	size_t end = iwf_str_find(*rest, '\n');

	if (end == IWF_STR_NPOS)
		return false;
	*line = iwf_str_make(rest->ptr, end);
	*rest = iwf_str_make(rest->ptr + end + 1, rest->len - end - 1);
	if (line->len && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* The rules for every line, CPIM and MIME. */
static enum iwf_err check_line(const struct reader *r, struct iwf_str line)
{
	size_t plain_len = iwf_str_plain_len(line);

	if (line.len > CPIM_LINE_MAX)
		return refuse_size(r, "header line too long");
	if (plain_len == line.len)
		return IWF_OK;
	for (size_t i = plain_len; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return refuse(r, "control character in a header");
	}
	if (!iwf_str_is_utf8(line))
		return refuse(r, "header is not UTF-8");
	return IWF_OK;
}

static const struct namespace *find_namespace(const struct reader *r,
					      struct iwf_str prefix)
{
	for (size_t i = 0; i < r->namespace_count; i++)
		if (iwf_str_eq(r->namespaces[i].prefix, prefix))
			return &r->namespaces[i];
	return NULL;
}

/* `prefix.Name` into namespace and name. */
static enum iwf_err resolve(const struct reader *r, struct iwf_str text,
			    struct cpim_name *out)
{
	size_t dot = iwf_str_find(text, '.');
	struct iwf_str prefix = IWF_STR_NONE;
	const struct namespace *found;

	if (dot != IWF_STR_NPOS) {
		prefix = iwf_str_sub(text, 0, dot);
		text = iwf_str_sub(text, dot + 1, text.len);
	}
	if (!cpim_is_name(text) || (prefix.len && !cpim_is_name(prefix)) ||
	    dot == 0)
		return refuse(r, "bad header name");
	found = find_namespace(r, prefix);
	if (prefix.len && !found)
		return iwf_why_set(r->why, IWF_E_SYNTAX, r->at,
				   "prefix %.64s without NS before it",
				   iwf_arena_copy(r->arena, prefix).ptr);
	out->name = text;
	out->uri = found ? found->uri : IWF_STR_NONE;
	/* Else a foreign default namespace could never be left again. */
	if (!prefix.len && iwf_str_eq(text, IWF_STR("NS")))
		out->uri = IWF_STR_NONE;
	return IWF_OK;
}

static enum iwf_err split_line(const struct reader *r, struct iwf_str text,
			       struct line *line)
{
	size_t colon = iwf_str_find(text, ':');
	enum iwf_err err = check_line(r, text);
	struct cpim_name name = { .uri = IWF_STR_NONE };
	size_t params;

	if (err)
		return err;
	if (colon == IWF_STR_NPOS)
		return refuse(r, "no colon in a header");
	err = resolve(r, iwf_str_sub(text, 0, colon), &name);
	if (err)
		return err;
	text = iwf_str_sub(text, colon + 1, text.len);
	params = cpim_params_len(text);
	if (params == IWF_STR_NPOS)
		return refuse(r, "open quote in a header's parameters");
	line->uri = name.uri;
	line->name = name.name;
	line->params = iwf_str_sub(text, 0, params);
	line->raw = cpim_trim(iwf_str_sub(text, params, text.len));
	return IWF_OK;
}

static enum iwf_err read_address(struct reader *r, const struct line *line,
				 struct cpim_address *out)
{
	if (!cpim_address_split(line->raw, out))
		return refuse(r, "address is not [name] <URI>");
	out->name = cpim_unescape(r->arena, out->name);
	return IWF_OK;
}

static enum iwf_err read_ns(struct reader *r, const struct line *line)
{
	struct cpim_address ns = { .name = IWF_STR_NONE };
	struct namespace *to;

	if (!cpim_address_split(line->raw, &ns) ||
	    (ns.name.len && !cpim_is_name(ns.name)))
		return refuse(r, "NS is not [prefix] <URI>");
	to = (struct namespace *)find_namespace(r, ns.name);
	if (!to) {
		if (r->namespace_count == CPIM_NAMESPACES_MAX)
			return refuse_size(r, "too many namespaces");
		to = &r->namespaces[r->namespace_count++];
	}
	to->prefix = ns.name;
	to->uri = iwf_str_eq(ns.uri, IWF_STR(CPIM_NS_BASE)) ? IWF_STR_NONE :
							      ns.uri;
	return IWF_OK;
}

static bool is_known(const struct cpim_name *name)
{
	if (!name->uri.len)
		return cpim_field_find(name->name) != CPIM_FIELD_NONE;
	for (size_t i = 0; i < IWF_COUNT_OF(known); i++)
		if (iwf_str_eq(known[i].uri, name->uri) &&
		    iwf_str_eq(known[i].name, name->name))
			return true;
	return false;
}

static enum iwf_err read_require(struct reader *r, const struct line *line)
{
	struct iwf_str list = line->raw, piece;
	struct cpim_message *msg = &r->msg;

	if (!msg->requires)
		msg->requires = IWF_ARENA_ARRAY(r->arena, struct cpim_name,
						CPIM_HEADERS_MAX);
	while (iwf_str_split(&list, ',', &piece)) {
		struct cpim_name name;
		enum iwf_err err = resolve(r, cpim_trim(piece), &name);

		if (err)
			return err;
		if (!is_known(&name))
			return iwf_why_set(r->why, IWF_E_UNSUPPORTED, r->at,
				"Require %.64s of %.100s",
				iwf_arena_copy(r->arena, name.name).ptr,
				iwf_arena_copy(r->arena, name.uri).ptr);
		if (msg->require_count == CPIM_HEADERS_MAX)
			return refuse_size(r, "too many Require names");
		msg->requires[msg->require_count++] = name;
	}
	return IWF_OK;
}

static void read_subject(struct reader *r, const struct line *line)
{
	struct cpim_subject *subject;
	struct iwf_str params = line->params, param;

	subject = &r->msg.subjects[r->msg.subject_count++];
	subject->value = cpim_unescape(r->arena, line->raw);
	while (iwf_str_split(&params, ';', &param))
		if (iwf_str_starts_case(param, IWF_STR("lang=")) &&
		    cpim_is_lang(iwf_str_sub(param, 5, param.len)))
			subject->lang = iwf_str_sub(param, 5, param.len);
}

static enum iwf_err read_datetime(struct reader *r, const struct line *line)
{
	if (r->has_datetime)
		return refuse(r, "second DateTime");
	r->has_datetime = true;
	r->msg.datetime = cpim_unescape(r->arena, line->raw);
	/* A bad clock is no reason to lose a message: it stays 0. */
	datetime_parse(r->msg.datetime, &r->msg.datetime_ms);
	return IWF_OK;
}

static void read_other(struct reader *r, const struct line *line)
{
	r->msg.headers[r->msg.header_count++] = (struct cpim_header){
		.uri = line->uri,
		.name = line->name,
		.params = line->params,
		.value = cpim_unescape(r->arena, line->raw),
	};
}

static enum iwf_err read_header(struct reader *r, struct iwf_str text)
{
	struct line line = { .uri = IWF_STR_NONE };
	struct cpim_message *msg = &r->msg;
	enum iwf_err err = split_line(r, text, &line);

	if (err)
		return err;
	switch (line.uri.len ? CPIM_FIELD_NONE : cpim_field_find(line.name)) {
	case CPIM_FIELD_FROM:
		if (msg->from.uri.len)
			return refuse(r, "second From");
		return read_address(r, &line, &msg->from);
	case CPIM_FIELD_TO:
		return read_address(r, &line, &msg->to[msg->to_count++]);
	case CPIM_FIELD_CC:
		return read_address(r, &line, &msg->cc[msg->cc_count++]);
	case CPIM_FIELD_DATETIME:
		return read_datetime(r, &line);
	case CPIM_FIELD_SUBJECT:
		read_subject(r, &line);
		return IWF_OK;
	case CPIM_FIELD_NS:
		return read_ns(r, &line);
	case CPIM_FIELD_REQUIRE:
		return read_require(r, &line);
	default:
		read_other(r, &line);
		return IWF_OK;
	}
}

/* Lines before the empty one; one more than the limit when there are more. */
static size_t count_lines(struct iwf_str rest)
{
	struct iwf_str line;
	size_t count = 0;

	while (count <= CPIM_HEADERS_MAX && take_line(&rest, &line) && line.len)
		count++;
	return count;
}

static enum iwf_err read_headers(struct reader *r)
{
	size_t count = count_lines(r->rest);
	struct iwf_str line;

	if (count > CPIM_HEADERS_MAX)
		return refuse_size(r, "too many headers");
	r->msg.to = IWF_ARENA_ARRAY(r->arena, struct cpim_address, count);
	r->msg.cc = IWF_ARENA_ARRAY(r->arena, struct cpim_address, count);
	r->msg.subjects = IWF_ARENA_ARRAY(r->arena, struct cpim_subject, count);
	r->msg.headers = IWF_ARENA_ARRAY(r->arena, struct cpim_header, count);
	for (;;) {
		enum iwf_err err;

		r->at = r->body.len - r->rest.len;
		if (!take_line(&r->rest, &line))
			return refuse(r, "no empty line after the headers");
		if (!line.len)
			break;
		err = read_header(r, line);
		if (err)
			return err;
	}
	return count ? IWF_OK : refuse(r, "no headers");
}

/* Takes a MIME header with the lines folded into it. */
static enum iwf_err take_mime(struct reader *r, struct iwf_str *line)
{
	struct iwf_str more;
	enum iwf_err err;

	if (!take_line(&r->rest, line)) {
		*line = r->rest;
		r->rest = IWF_STR_NONE;
	}
	err = check_line(r, *line);
	while (!err && line->len && r->rest.len && cpim_is_blank(r->rest.ptr[0])) {
		if (!take_line(&r->rest, &more)) {
			more = r->rest;
			r->rest = IWF_STR_NONE;
		}
		err = check_line(r, more);
		if (!err && line->len + more.len >= CPIM_LINE_MAX)
			err = refuse_size(r, "header line too long");
		if (!err)
			*line = iwf_arena_printf(r->arena, "%.*s %.*s",
						 IWF_STR_ARG(*line),
						 IWF_STR_ARG(cpim_trim(more)));
	}
	return err;
}

static void keep_mime(struct cpim_message *msg, struct iwf_str name,
		      struct iwf_str value)
{
	const struct {
		struct iwf_str name;
		struct iwf_str *field;
	} fields[] = {
		{ IWF_STR("Content-Type"), &msg->content_type },
		{ IWF_STR("Content-Disposition"), &msg->content_disposition },
		{ IWF_STR("Content-Transfer-Encoding"),
		  &msg->transfer_encoding },
		{ IWF_STR("Content-ID"), &msg->content_id },
	};

	for (size_t i = 0; i < IWF_COUNT_OF(fields); i++)
		if (iwf_str_eq_case(name, fields[i].name) &&
		    !fields[i].field->len) {
			*fields[i].field = value;
			return;
		}
	msg->others[msg->other_count++] = (struct cpim_mime){ name, value };
}

/* The MIME headers up to the empty line or the end. */
static enum iwf_err read_mime(struct reader *r)
{
	size_t count = count_lines(r->rest) + 1; /* the last may have no end */
	struct iwf_str line;

	if (count > CPIM_HEADERS_MAX + 1)
		return refuse_size(r, "too many MIME headers");
	r->msg.others = IWF_ARENA_ARRAY(r->arena, struct cpim_mime, count);
	while (r->rest.len) {
		enum iwf_err err;
		struct iwf_str name;
		size_t colon;

		r->at = r->body.len - r->rest.len;
		err = take_mime(r, &line);
		if (err)
			return err;
		if (!line.len)
			break;
		colon = iwf_str_find(line, ':');
		name = cpim_trim(iwf_str_sub(line, 0, colon));
		if (colon == IWF_STR_NPOS || !cpim_is_token(name))
			return refuse(r, "bad MIME header");
		keep_mime(&r->msg, name,
			  cpim_trim(iwf_str_sub(line, colon + 1, line.len)));
	}
	return IWF_OK;
}

/* A stored Message/CPIM begins with the MIME headers that made it one. */
static enum iwf_err skip_wrapper(struct reader *r)
{
	enum iwf_err err;

	if (!iwf_str_starts_case(r->rest, IWF_STR("Content-")) &&
	    !iwf_str_starts_case(r->rest, IWF_STR("MIME-Version:")))
		return IWF_OK;
	err = read_mime(r);
	if (err)
		return err;
	if (!cpim_is_content(&r->msg, IWF_STR("message/cpim")))
		return refuse(r, "wrapper is not Message/CPIM");
	r->msg = (struct cpim_message){ .to_count = 0 };
	return IWF_OK;
}

enum iwf_err cpim_parse(struct iwf_arena *arena, struct iwf_str body,
			struct cpim_message *out, struct iwf_why *why)
{
	struct reader r = {
		.arena = arena, .why = why, .body = body, .rest = body
	};
	enum iwf_err err = skip_wrapper(&r);

	if (!err)
		err = read_headers(&r);
	if (!err)
		err = read_mime(&r);
	if (err)
		return err;
	r.msg.content = r.rest;
	*out = r.msg;
	return IWF_OK;
}

const struct cpim_header *cpim_find(const struct cpim_message *msg,
				    struct iwf_str uri, struct iwf_str name)
{
	for (size_t i = 0; i < msg->header_count; i++)
		if (iwf_str_eq(msg->headers[i].uri, uri) &&
		    iwf_str_eq(msg->headers[i].name, name))
			return &msg->headers[i];
	return NULL;
}

bool cpim_is_content(const struct cpim_message *msg, struct iwf_str type)
{
	size_t end = iwf_str_find(msg->content_type, ';');

	return type.len &&
	       iwf_str_eq_case(cpim_trim(iwf_str_sub(msg->content_type, 0, end)),
			       type);
}
