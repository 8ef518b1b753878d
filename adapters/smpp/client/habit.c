/* See habit.h. */
#include "client/habit.h"

/* Decimal, or hexadecimal behind 0x; false: no number of 32 bits but 0. */
static bool number_read(struct iwf_str text, uint32_t *out)
{
	bool is_hex = iwf_str_starts_case(text, IWF_STR("0x"));
	struct iwf_str digits = iwf_str_sub(text, is_hex ? 2 : 0, text.len);
	uint64_t number = 0;

	for (size_t i = 0; i < digits.len; i++) {
		unsigned c = (unsigned char)(digits.ptr[i] | 0x20);
		unsigned digit = c <= '9' ? c - (unsigned)'0' :
			c - (unsigned)'a' + 10;

		if (digits.ptr[i] < '0' || digit >= (is_hex ? 16u : 10u))
			return false;
		number = number * (is_hex ? 16 : 10) + digit;
		if (number > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)number;
	return number != 0;
}

static bool is_throttling(const struct smpp_conf *conf, uint32_t code)
{
	const struct iwf_texts *codes = &conf->throttle_status;

	for (size_t i = 0; i < codes->count; i++) {
		uint32_t number;

		if (number_read(codes->items[i], &number) && number == code)
			return true;
	}
	return false;
}

const struct smpp_status *smpp_habit_status(const struct smpp_conf *conf,
					    uint32_t code)
{
	if (code && is_throttling(conf, code))
		return smpp_status_get(SMPP_RTHROTTLED);
	return smpp_status_get(code);
}

enum iwf_err smpp_habit_check(const struct smpp_conf *conf,
			      struct iwf_why *why)
{
	const struct iwf_texts *codes = &conf->throttle_status;
	uint32_t number;

	for (size_t i = 0; i < codes->count; i++)
		if (!number_read(codes->items[i], &number))
			return iwf_why_set(why, IWF_E_SYNTAX, 0,
					   "throttle_status: no status: "
					   "\"%.*s\"",
					   IWF_STR_ARG(codes->items[i]));
	return IWF_OK;
}
