/* Addresses and wishes as people type them. */
#include "admin/compose.h"

#include "wire/uri.h"

#define ALPHA_LEN_MAX 11

static bool is_made_of(struct iwf_str text, bool letters)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool is_letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
				 c == ' ' || c == '-' || c == '.';

		if (!(c >= '0' && c <= '9') && !(letters && is_letter))
			return false;
	}
	return text.len > 0;
}

enum iwf_err compose_address(struct iwf_arena *arena, struct iwf_str text,
			     bool is_sender, struct iwf_address *address,
			     struct iwf_why *why)
{
	*address = (struct iwf_address){ .kind = IWF_ADDRESS_NONE };
	text = iwf_str_trim(text);
	if (iwf_str_find(text, ':') != IWF_STR_NPOS)
		return uri_parse(arena, text, address, why);
	if (iwf_str_starts(text, IWF_STR("+")))
		return uri_parse(arena, iwf_arena_printf(arena, "tel:%.*s",
				 IWF_STR_ARG(text)), address, why);
	if (iwf_str_find(text, '@') != IWF_STR_NPOS)
		return uri_parse(arena, iwf_arena_printf(arena, "sip:%.*s",
				 IWF_STR_ARG(text)), address, why);
	address->user = text;
	if (is_made_of(text, false) && text.len <= 20) {
		address->kind = IWF_ADDRESS_LOCAL;
		return IWF_OK;
	}
	if (is_sender && is_made_of(text, true) && text.len <= ALPHA_LEN_MAX) {
		address->kind = IWF_ADDRESS_ALPHA;
		return IWF_OK;
	}
	return iwf_why_set(why, IWF_E_SYNTAX, 0, "\"%.*s\" is no %s: give "
			   "+NUMBER, a short code or a URI%s",
			   text.len > 60 ? 60 : (int)text.len,
			   text.ptr ? text.ptr : "",
			   is_sender ? "sender" : "recipient", is_sender ?
			   " or up to 11 letters and digits" : "");
}

static const struct {
	const char *word;
	uint32_t bit;
} wants[] = {
	{ "none", 0 },
	{ "delivered", IWF_WANT_DELIVERED },
	{ "failed", IWF_WANT_FAILED },
	{ "displayed", IWF_WANT_DISPLAYED },
	{ "interworked", IWF_WANT_INTERWORKED },
	{ "processed", IWF_WANT_PROCESSED },
};

static bool find_want(struct iwf_str word, uint32_t *bit)
{
	for (size_t i = 0; i < IWF_COUNT_OF(wants); i++)
		if (iwf_str_eq(word, iwf_str_from(wants[i].word))) {
			*bit = wants[i].bit;
			return true;
		}
	return false;
}

enum iwf_err compose_want(struct iwf_str text, uint32_t *want,
			  struct iwf_why *why)
{
	struct iwf_str word;
	uint32_t sum = 0;
	uint32_t bit;

	while (iwf_str_split(&text, ',', &word)) {
		if (!find_want(iwf_str_trim(word), &bit))
			return iwf_why_set(why, IWF_E_SYNTAX, 0, "want: \"%.*s\""
					   " is not none, delivered, failed, "
					   "displayed, interworked or processed",
					   word.len > 40 ? 40 : (int)word.len,
					   word.ptr);
		sum |= bit;
	}
	*want = sum;
	return IWF_OK;
}
