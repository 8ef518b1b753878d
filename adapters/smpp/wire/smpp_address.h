/* TON, NPI and digits (SMPP 3.4 5.2.5-5.2.9) to addresses and back. Pure. */
#pragma once

#include <iwf/arena.h>
#include <iwf/message.h>

/* Type of number; NPI is 1 (ISDN) or 0 (unknown). */
enum smpp_ton {
	SMPP_TON_UNKNOWN = 0,
	SMPP_TON_INTERNATIONAL = 1,
	SMPP_TON_NATIONAL = 2,
	SMPP_TON_NETWORK = 3,
	SMPP_TON_SUBSCRIBER = 4,
	SMPP_TON_ALPHANUMERIC = 5,
	SMPP_TON_ABBREVIATED = 6
};

#define SMPP_ADDRESS_MAX 20
#define SMPP_ALPHA_MAX 11

struct smpp_address {
	uint8_t ton, npi;
	struct iwf_str digits; /* without "+"; the text of TON 5 */
};

/* What a link knows of numbering. Any text may be empty: then the rule it
 * belongs to is not applied. */
struct smpp_number_rules {
	struct iwf_str country_code;         /* "49" */
	struct iwf_str trunk_prefix;         /* "0" */
	struct iwf_str international_prefix; /* "00" */
	struct iwf_str home_domain; /* phone-context of short codes */
	size_t short_max;           /* digits of a short code, 0: 8 */
	uint8_t short_ton, short_npi; /* what we send for one */
	/* What we send for an international number; else TON 1, NPI 1. */
	bool has_number_form;
	uint8_t number_ton, number_npi;
	struct iwf_str number_prefix; /* "", "+", "00" */
	bool send_national;  /* numbers of country_code: TON 2, trunk_prefix */
};

/* TON 1 gives a NUMBER; so do TON 0 with "+", the international prefix, the
 * trunk prefix or the country code and more digits than a short code, and
 * TON 2, if rules tell the country. Other digits are LOCAL, with home_domain.
 * TON 5, and letters under any TON, are ALPHA (octets that are not printable
 * ASCII become '?'). TON values nobody assigned count as 0. No digits: kind
 * NONE. The result lives in the arena. IWF_E_SYNTAX: a NUMBER or LOCAL without
 * a digit. */
enum iwf_err smpp_address_parse(struct iwf_arena *arena,
				const struct smpp_address *in,
				const struct smpp_number_rules *rules,
				struct iwf_address *out);
/* NUMBER: as the rules say, else TON 1 NPI 1. LOCAL: made global where
 * phone-context ("+49") or rules allow it; else short_ton and short_npi up to
 * short_max digits, TON 2 NPI 1 above. ALPHA: TON 5 NPI 0, up to 11 characters of
 * ASCII that GSM has too. NONE: empty, TON 0. IWF_E_UNSUPPORTED: SIP, has no
 * number. IWF_E_LIMIT: too long. IWF_E_CHARSET: ALPHA with other characters.
 * IWF_E_SYNTAX: not digits.
 */
enum iwf_err smpp_address_format(struct iwf_arena *arena,
				 const struct iwf_address *in,
				 const struct smpp_number_rules *rules,
				 struct smpp_address *out);
