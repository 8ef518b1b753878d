/* Message/CPIM, the envelope of every CPM message (RFC 3862). */
#pragma once

#include <iwf/arena.h>
#include <iwf/buf.h>

#define CPIM_HEADERS_MAX 64
#define CPIM_NAMESPACES_MAX 32
#define CPIM_LINE_MAX 4096

#define CPIM_NS_IMDN "urn:ietf:params:imdn"
#define CPIM_NS_CPM "http://www.openmobilealliance.org/cpm/"

/* Values are unescaped and may therefore hold any character, line ends and NUL
 * included: check with iwf_str_is_printable before they go elsewhere. */

struct cpim_address {
	struct iwf_str name; /* formal name, may be empty */
	struct iwf_str uri;
};

struct cpim_subject {
	struct iwf_str lang; /* language tag, may be empty */
	struct iwf_str value;
};

/* A header's name, whatever prefix the sender chose for its namespace. */
struct cpim_name {
	struct iwf_str uri; /* namespace; empty: RFC 3862's own */
	struct iwf_str name;
};

struct cpim_header {
	struct iwf_str uri;
	struct iwf_str name;
	struct iwf_str value;
	struct iwf_str params; /* as written: `;a=b;c="d"`, may be empty */
};

struct cpim_mime {
	struct iwf_str name;
	struct iwf_str value; /* unfolded */
};

struct cpim_message {
	struct cpim_address from; /* uri is empty when there is none */
	struct cpim_address *to;
	size_t to_count;
	struct cpim_address *cc;
	size_t cc_count;
	struct iwf_str datetime; /* as written */
	int64_t datetime_ms;     /* 0: none, or not RFC 3339 */
	struct cpim_subject *subjects;
	size_t subject_count;
	struct cpim_name *requires; /* all of them are known here */
	size_t require_count;
	/* Every header without a field above, repeated ones too, in order. */
	struct cpim_header *headers;
	size_t header_count;

	/* MIME headers of the content. */
	struct iwf_str content_type;
	struct iwf_str content_disposition;
	struct iwf_str transfer_encoding;
	struct iwf_str content_id;
	struct cpim_mime *others;
	size_t other_count;
	struct iwf_str content; /* any bytes, still transfer-encoded */
};

/* Reads the body of a Message/CPIM, with or without the wrapper's own MIME
 * headers before it (RFC 3862 2). Slices lie in body or in the arena.
 *
 * Taken although not quite right: LF as line end; no blank or several after
 * the colon; a backslash that escapes nothing known stands for itself; a
 * missing From, To or MIME block; lone surrogate escapes become U+FFFD.
 * IWF_E_SYNTAX: no headers or no empty line after them, one without a colon or
 * with a bad name, a prefix without NS before it (RFC 3862 3.4), a second From
 * or DateTime, an address that is not `[name] <URI>`, raw control characters
 * except TAB, invalid UTF-8. IWF_E_LIMIT: the limits above, MIME headers
 * counted apart. IWF_E_UNSUPPORTED: a Require of a header that is not known
 * here (RFC 3862 4.7); why names it. *out is untouched on failure. */
enum iwf_err cpim_parse(struct iwf_arena *arena, struct iwf_str body,
			struct cpim_message *out, struct iwf_why *why);

/* Appends the message without the wrapper's MIME headers, such that parsing
 * gives the same values again. No value can begin another header: controls
 * are escaped, encoded (URIs) or become blanks (MIME). Left out are a To or cc
 * without URI, headers whose name breaks the grammar or has a field of its own,
 * params and languages that break theirs, and namespaces beyond the limit. An
 * empty datetime is written from datetime_ms, unless that is 0. */
void cpim_format(struct iwf_buf *buf, const struct cpim_message *msg);

/* The first header of that namespace and name, both case-sensitive, or NULL.
 * Headers that have a field of their own are not found. */
const struct cpim_header *cpim_find(const struct cpim_message *msg,
				    struct iwf_str uri, struct iwf_str name);

/* Whether the content's media type, without its parameters and without regard
 * to case, is type: `text/plain`. False when none is given. */
bool cpim_is_content(const struct cpim_message *msg, struct iwf_str type);
