/* See smpp_address.h. */
#include "wire/smpp_address.h"

#include "text/gsm.h"

#define SHORT_MAX_DEFAULT 8

static bool is_dialled(char c)
{
	return (c >= '0' && c <= '9') || c == '*' || c == '#';
}

/* Digits, * and # only. */
static bool is_number(struct iwf_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_dialled(s.ptr[i]))
			return false;
	return s.len > 0;
}

static bool is_digits(struct iwf_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0;
}

/* Takes the prefix off; false when it is empty, missing or all there is. */
static bool prefix_take(struct iwf_str *s, struct iwf_str prefix)
{
	if (!prefix.len || s->len <= prefix.len || !iwf_str_starts(*s, prefix))
		return false;
	*s = iwf_str_sub(*s, prefix.len, s->len);
	return true;
}

static size_t short_max(const struct smpp_number_rules *rules)
{
	return rules->short_max ? rules->short_max : SHORT_MAX_DEFAULT;
}

static enum iwf_err number_set(struct iwf_arena *arena, struct iwf_str country,
			       struct iwf_str digits, struct iwf_address *out)
{
	out->kind = IWF_ADDRESS_NUMBER;
	out->user = iwf_arena_printf(arena, "+%.*s%.*s", IWF_STR_ARG(country),
				     IWF_STR_ARG(digits));
	return IWF_OK;
}

static enum iwf_err local_set(struct iwf_arena *arena, struct iwf_str digits,
			      const struct smpp_number_rules *rules,
			      struct iwf_address *out)
{
	out->kind = IWF_ADDRESS_LOCAL;
	out->user = iwf_arena_copy(arena, digits);
	out->domain = iwf_arena_copy(arena, rules->home_domain);
	return IWF_OK;
}

static enum iwf_err alpha_set(struct iwf_arena *arena, struct iwf_str text,
			      struct iwf_address *out)
{
	char *copy = iwf_arena_alloc(arena, text.len + 1);

	for (size_t i = 0; i < text.len; i++)
		copy[i] = text.ptr[i] >= 0x20 && text.ptr[i] < 0x7F ?
			text.ptr[i] : '?';
	out->kind = IWF_ADDRESS_ALPHA;
	out->user = iwf_str_make(copy, text.len);
	return IWF_OK;
}

/* International by its own prefixes; digits without them are left in *digits. */
static bool is_international(struct iwf_str *digits,
			     const struct smpp_number_rules *rules)
{
	if (prefix_take(digits, IWF_STR("+")))
		return true;
	return prefix_take(digits, rules->international_prefix);
}

static enum iwf_err unknown_parse(struct iwf_arena *arena,
				  struct iwf_str digits,
				  const struct smpp_number_rules *rules,
				  struct iwf_address *out)
{
	struct iwf_str rest = digits;

	if (is_international(&rest, rules))
		return number_set(arena, IWF_STR_NONE, rest, out);
	if (!rules->country_code.len || digits.len <= short_max(rules))
		return local_set(arena, digits, rules, out);
	if (prefix_take(&rest, rules->trunk_prefix))
		return number_set(arena, rules->country_code, rest, out);
	if (iwf_str_starts(digits, rules->country_code))
		return number_set(arena, IWF_STR_NONE, digits, out);
	return local_set(arena, digits, rules, out);
}

static enum iwf_err digits_parse(struct iwf_arena *arena, uint8_t ton,
				 struct iwf_str digits,
				 const struct smpp_number_rules *rules,
				 struct iwf_address *out)
{
	struct iwf_str rest = digits;

	switch (ton) {
	case SMPP_TON_INTERNATIONAL:
		is_international(&rest, rules);
		return number_set(arena, IWF_STR_NONE, rest, out);
	case SMPP_TON_NATIONAL:
		if (is_international(&rest, rules))
			return number_set(arena, IWF_STR_NONE, rest, out);
		if (!rules->country_code.len)
			return local_set(arena, digits, rules, out);
		prefix_take(&rest, rules->trunk_prefix);
		return number_set(arena, rules->country_code, rest, out);
	case SMPP_TON_NETWORK:
	case SMPP_TON_SUBSCRIBER:
	case SMPP_TON_ABBREVIATED:
		return local_set(arena, digits, rules, out);
	default:
		return unknown_parse(arena, digits, rules, out);
	}
}

enum iwf_err smpp_address_parse(struct iwf_arena *arena,
				const struct smpp_address *in,
				const struct smpp_number_rules *rules,
				struct iwf_address *out)
{
	struct iwf_str text = in->ton == SMPP_TON_ALPHANUMERIC ?
		in->digits : iwf_str_trim(in->digits);
	struct iwf_str bare = text;

	*out = (struct iwf_address){ 0 };
	if (!text.len)
		return IWF_OK;
	if (in->ton == SMPP_TON_ALPHANUMERIC)
		return alpha_set(arena, text, out);
	if (iwf_str_eq(text, IWF_STR("+")))
		return IWF_E_SYNTAX;
	prefix_take(&bare, IWF_STR("+"));
	if (!is_number(bare))
		return alpha_set(arena, text, out);
	/* "*" and "#" are dialled inside a network, no E.164 number has them. */
	if (!is_digits(bare))
		return local_set(arena, bare, rules, out);
	return digits_parse(arena, in->ton, text, rules, out);
}

static enum iwf_err digits_set(struct iwf_arena *arena, uint8_t ton, uint8_t npi,
			       struct iwf_str digits, struct smpp_address *out)
{
	if (!is_number(digits))
		return IWF_E_SYNTAX;
	if (digits.len > SMPP_ADDRESS_MAX)
		return IWF_E_LIMIT;
	*out = (struct smpp_address){
		.ton = ton, .npi = npi, .digits = iwf_arena_copy(arena, digits),
	};
	return IWF_OK;
}

/* With the code of its country, without "+". */
static enum iwf_err number_format(struct iwf_arena *arena,
				  struct iwf_str number,
				  const struct smpp_number_rules *rules,
				  struct smpp_address *out)
{
	struct iwf_str prefix = rules->number_prefix;
	struct iwf_str rest = number;
	enum iwf_err err;

	if (rules->send_national && prefix_take(&rest, rules->country_code))
		return digits_set(arena, SMPP_TON_NATIONAL, 1,
				  iwf_arena_printf(arena, "%.*s%.*s",
					IWF_STR_ARG(rules->trunk_prefix),
					IWF_STR_ARG(rest)), out);
	err = digits_set(arena, SMPP_TON_INTERNATIONAL, 1, number, out);
	if (err || !rules->has_number_form)
		return err;
	if (prefix.len + number.len > SMPP_ADDRESS_MAX)
		return IWF_E_LIMIT;
	out->ton = rules->number_ton;
	out->npi = rules->number_npi;
	out->digits = iwf_arena_printf(arena, "%.*s%.*s", IWF_STR_ARG(prefix),
				       IWF_STR_ARG(number));
	return IWF_OK;
}

static enum iwf_err global_format(struct iwf_arena *arena,
				  struct iwf_str country, struct iwf_str digits,
				  const struct smpp_number_rules *rules,
				  struct smpp_address *out)
{
	return number_format(arena, iwf_arena_printf(arena, "%.*s%.*s",
						     IWF_STR_ARG(country),
						     IWF_STR_ARG(digits)),
			     rules, out);
}

static enum iwf_err local_format(struct iwf_arena *arena,
				 const struct iwf_address *in,
				 const struct smpp_number_rules *rules,
				 struct smpp_address *out)
{
	struct iwf_str digits = in->user;
	struct iwf_str country = in->domain;
	bool is_short = digits.len <= short_max(rules);

	/* phone-context "+49" (RFC 3966 5.1.5) says what goes in front. */
	if (prefix_take(&country, IWF_STR("+")) && is_digits(country)) {
		prefix_take(&digits, rules->trunk_prefix);
		return global_format(arena, country, digits, rules, out);
	}
	if (!is_short && rules->country_code.len &&
	    prefix_take(&digits, rules->trunk_prefix))
		return global_format(arena, rules->country_code, digits,
				     rules, out);
	if (is_short)
		return digits_set(arena, rules->short_ton, rules->short_npi,
				  digits, out);
	return digits_set(arena, SMPP_TON_NATIONAL, 1, digits, out);
}

static enum iwf_err alpha_format(struct iwf_arena *arena, struct iwf_str text,
				 struct smpp_address *out)
{
	if (!text.len)
		return IWF_E_SYNTAX;
	if (text.len > SMPP_ALPHA_MAX)
		return IWF_E_LIMIT;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c < 0x20 || c > 0x7E || !gsm_can_say(c))
			return IWF_E_CHARSET;
	}
	*out = (struct smpp_address){
		.ton = SMPP_TON_ALPHANUMERIC,
		.digits = iwf_arena_copy(arena, text),
	};
	return IWF_OK;
}

enum iwf_err smpp_address_format(struct iwf_arena *arena,
				 const struct iwf_address *in,
				 const struct smpp_number_rules *rules,
				 struct smpp_address *out)
{
	struct iwf_str digits = in->user;

	switch (in->kind) {
	case IWF_ADDRESS_NONE:
		*out = (struct smpp_address){ .digits = IWF_STR("") };
		return IWF_OK;
	case IWF_ADDRESS_NUMBER:
		prefix_take(&digits, IWF_STR("+"));
		return is_digits(digits) ?
			number_format(arena, digits, rules, out) :
			IWF_E_SYNTAX;
	case IWF_ADDRESS_LOCAL:
		return local_format(arena, in, rules, out);
	case IWF_ADDRESS_ALPHA:
		return alpha_format(arena, in->user, out);
	case IWF_ADDRESS_SIP:
		break;
	}
	return IWF_E_UNSUPPORTED;
}
