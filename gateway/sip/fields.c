/* Header fields as text (RFC 3261 7.3.1): Sofia types three of those the edges
 * read and leaves the others as it found them. */
#include "sip/fields.h"

#include <sofia-sip/sip.h>
#include <sofia-sip/sip_extra.h>
#include <sofia-sip/sip_header.h>

/* P-Asserted-Identity stands behind the fields the edges read. */
#define FIELD_ASSERTED SIP_F_COUNT

static const char *const names[SIP_F_COUNT + 1] = {
	[SIP_F_P_ASSERTED_SERVICE] = "P-Asserted-Service",
	[SIP_F_ACCEPT_CONTACT] = "Accept-Contact",
	[SIP_F_CONVERSATION_ID] = "Conversation-ID",
	[SIP_F_CONTRIBUTION_ID] = "Contribution-ID",
	[SIP_F_IN_REPLY_TO_CONTRIBUTION_ID] = "InReplyTo-Contribution-ID",
	[SIP_F_P_CHARGING_VECTOR] = "P-Charging-Vector",
	[SIP_F_P_SERVED_USER] = "P-Served-User",
	[SIP_F_SUBJECT] = "Subject",
	[SIP_F_PRIVACY] = "Privacy",
	[FIELD_ASSERTED] = "P-Asserted-Identity",
};

const char *fields_name(enum sip_field field)
{
	return names[field];
}

static int field_of(struct iwf_str name)
{
	int i = 0;

	while (i <= FIELD_ASSERTED &&
	       !iwf_str_eq_case(name, iwf_str_from(names[i])))
		i++;
	return i;
}

static bool is_fold(char c)
{
	return c == '\r' || c == '\n' || c == '\t';
}

/* A fold is a run of line ends and blanks with more than spaces in it; it
 * means one space. */
static struct iwf_str unfold(struct iwf_arena *arena, struct iwf_str value)
{
	bool in_fold = false;
	char *to, *out;
	size_t i;

	for (i = 0; i < value.len && !is_fold(value.ptr[i]); i++)
		;
	if (i == value.len)
		return value;
	to = out = iwf_arena_alloc(arena, value.len);
	for (i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (in_fold && (c == ' ' || is_fold(c)))
			continue;
		in_fold = is_fold(c);
		while (in_fold && out > to && out[-1] == ' ')
			out--;
		*out++ = in_fold ? ' ' : c;
	}
	return iwf_str_make(to, (size_t)(out - to));
}

enum iwf_err fields_unfold(struct iwf_arena *arena, struct iwf_str raw,
			   struct iwf_str *value)
{
	*value = iwf_str_trim(unfold(arena, iwf_str_trim(raw)));
	return iwf_str_is_printable(*value) ? IWF_OK : IWF_E_SYNTAX;
}

static enum iwf_err join(struct iwf_arena *arena, struct iwf_str *to,
			 struct iwf_str more)
{
	if (to->len + more.len + 2 > FIELDS_LEN_MAX)
		return IWF_E_LIMIT;
	*to = to->len ? iwf_arena_printf(arena, "%.*s, %.*s", IWF_STR_ARG(*to),
					 IWF_STR_ARG(more))
		      : iwf_arena_copy(arena, more);
	return IWF_OK;
}

static enum iwf_err add(struct iwf_arena *arena, int field,
			struct iwf_str raw, struct fields *out)
{
	struct iwf_str value;
	enum iwf_err err = fields_unfold(arena, raw, &value);

	if (err)
		return err;
	return join(arena, field == FIELD_ASSERTED ? &out->asserted
						   : &out->values[field],
		    value);
}

/* Every header of one class, written out again by Sofia. */
static enum iwf_err add_typed(struct iwf_arena *arena, int field,
			      const void *first, struct fields *out)
{
	const sip_header_t *h = first;
	enum iwf_err err = IWF_OK;

	for (; h && !err; h = h->sh_next) {
		char *text = sip_header_as_string(NULL, h);

		err = add(arena, field, iwf_str_from(text), out);
		su_free(NULL, text);
	}
	return err;
}

static enum iwf_err add_unknown(struct iwf_arena *arena, const sip_t *sip,
				struct fields *out, const char **bad)
{
	const sip_unknown_t *un = sip->sip_unknown;

	for (; un; un = un->un_next) {
		int field = field_of(iwf_str_from(un->un_name));

		if (field > FIELD_ASSERTED)
			continue;
		*bad = names[field];
		if (add(arena, field, iwf_str_from(un->un_value), out))
			return IWF_E_SYNTAX;
	}
	return IWF_OK;
}

enum iwf_err fields_read(struct iwf_arena *arena, const struct sip_s *sip,
			 struct fields *out, const char **bad)
{
	const struct {
		int field;
		const void *first;
	} typed[] = {
		{ SIP_F_ACCEPT_CONTACT, sip->sip_accept_contact },
		{ SIP_F_SUBJECT, sip->sip_subject },
		{ SIP_F_PRIVACY, sip->sip_privacy },
	};

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < IWF_COUNT_OF(typed); i++) {
		*bad = names[typed[i].field];
		if (add_typed(arena, typed[i].field, typed[i].first, out))
			return IWF_E_SYNTAX;
	}
	return add_unknown(arena, sip, out, bad);
}

bool fields_can_be_sent(struct iwf_str value)
{
	return iwf_str_is_printable(value);
}
