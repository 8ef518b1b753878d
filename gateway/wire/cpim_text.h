/* The alphabet of CPIM headers: names, parameters and escapes (RFC 3862 3). */
#pragma once

#include "wire/cpim.h"

/* RFC 3862's own namespace, elsewhere written as the empty one. */
#define CPIM_NS_BASE "urn:ietf:params:cpim-headers:"

/* Headers of the base namespace that have fields in struct cpim_message. */
enum cpim_field {
	CPIM_FIELD_NONE = 0,
	CPIM_FIELD_FROM,
	CPIM_FIELD_TO,
	CPIM_FIELD_CC,
	CPIM_FIELD_DATETIME,
	CPIM_FIELD_SUBJECT,
	CPIM_FIELD_NS,
	CPIM_FIELD_REQUIRE,
	CPIM_FIELD_COUNT
};

enum cpim_field cpim_field_find(struct iwf_str name);

bool cpim_is_blank(char c);
/* Without blanks and TABs at both ends; line ends stay. */
struct iwf_str cpim_trim(struct iwf_str s);
/* `[words or "string"] <URI>`; the name is left escaped. */
bool cpim_address_split(struct iwf_str raw, struct cpim_address *out);
/* 1*NAMECHAR. */
bool cpim_is_name(struct iwf_str s);
/* A language tag's letters, digits and hyphens, at least one. */
bool cpim_is_lang(struct iwf_str s);
/* token of RFC 2045: the name of a MIME header. */
bool cpim_is_token(struct iwf_str s);
/* Length of the `;name=value` parameters that s begins with: up to the first
 * blank outside of quotes. IWF_STR_NPOS for a quote that does not close or
 * holds a TAB. */
size_t cpim_params_len(struct iwf_str s);

/* RFC 3862 2.3.1: \\ \" \' \b \t \n \r \uXXXX; everything else stays. The
 * result is s itself when there is nothing to change. */
struct iwf_str cpim_unescape(struct iwf_arena *arena, struct iwf_str s);
/* Appends s as UTF-8 with backslashes, controls and blanks at its ends
 * escaped, and `"` too where is_quoted. */
void cpim_escape(struct iwf_buf *buf, struct iwf_str s, bool is_quoted);
/* Appends s with all that would end the URI or its line percent-encoded. */
void cpim_put_uri(struct iwf_buf *buf, struct iwf_str s);
