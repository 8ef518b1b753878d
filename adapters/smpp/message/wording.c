/* See wording.h. */
#include "message/wording.h"

#include <iwf/arena.h>

enum smpp_alphabet smpp_wording_zero(const struct smpp_conf *conf)
{
	static const enum smpp_alphabet alphabets[] = {
		[SMPP_ZERO_GSM] = SMPP_ALPHABET_GSM,
		[SMPP_ZERO_LATIN1] = SMPP_ALPHABET_LATIN1,
		[SMPP_ZERO_ASCII] = SMPP_ALPHABET_ASCII,
	};

	return alphabets[conf->data_coding_0];
}

static uint8_t language_find(struct iwf_str name)
{
	for (uint8_t i = 1; i <= GSM_LANGUAGE_PORTUGUESE; i++)
		if (iwf_str_eq(name, iwf_str_from(gsm_language_name(i))))
			return i;
	return GSM_LANGUAGE_NONE;
}

static bool writes_gsm(const struct smpp_conf *conf)
{
	return conf->alphabet == SMPP_CHOICE_DEFAULT &&
		conf->data_coding_0 == SMPP_ZERO_GSM;
}

enum iwf_err smpp_wording_check(const struct smpp_conf *conf,
				struct iwf_why *why)
{
	for (size_t i = 0; i < conf->shift_tables.count; i++)
		if (!language_find(conf->shift_tables.items[i]))
			return iwf_why_set(why, IWF_E_SYNTAX, 0,
				"shift_tables: no table \"%.*s\", there are "
				"turkish, spanish and portuguese",
				IWF_STR_ARG(conf->shift_tables.items[i]));
	if (conf->shift_tables.count && !writes_gsm(conf))
		return iwf_why_set(why, IWF_E_SYNTAX, 0, "shift_tables want "
			"alphabet = \"default\" and data_coding_0 = \"gsm\"");
	if (conf->packing && conf->data_coding_0 != SMPP_ZERO_GSM)
		return iwf_why_set(why, IWF_E_SYNTAX, 0, "packed wants "
				   "data_coding_0 = \"gsm\"");
	return IWF_OK;
}

void smpp_wording_rules(const struct smpp_conf *conf,
			struct smpp_text_rules *rules)
{
	static const struct {
		enum smpp_alphabet alphabet;
		uint8_t data_coding;
	} first[] = {
		[SMPP_CHOICE_ASCII] = { SMPP_ALPHABET_ASCII, 1 },
		[SMPP_CHOICE_LATIN1] = { SMPP_ALPHABET_LATIN1, 3 },
		[SMPP_CHOICE_UCS2] = { SMPP_ALPHABET_UCS2, 8 },
	};

	*rules = (struct smpp_text_rules){
		.first = first[conf->alphabet].alphabet,
		.data_coding = first[conf->alphabet].data_coding,
		.style = (enum smpp_style)conf->style,
		.packing = (enum smpp_packing)conf->packing,
		.plain = (enum smpp_plainness)conf->plain,
		.no_ucs2 = conf->unsayable == SMPP_UNSAYABLE_REFUSE,
		.parts_max = conf->parts_max,
	};
	if (conf->alphabet == SMPP_CHOICE_DEFAULT)
		rules->first = smpp_wording_zero(conf);
	if (rules->first != SMPP_ALPHABET_GSM)
		rules->packing = SMPP_PACKING_NONE;
	for (size_t i = 0; i < conf->shift_tables.count; i++)
		rules->languages |= 1u <<
			language_find(conf->shift_tables.items[i]);
}

void smpp_wording_reading(const struct smpp_conf *conf,
			  struct smpp_reading_rules *rules)
{
	*rules = (struct smpp_reading_rules){
		.zero = smpp_wording_zero(conf),
		.packing = (enum smpp_packing)conf->packing,
		.sniff_utf8 = conf->sniff_utf8,
		.sniff_ucs2 = conf->sniff_ucs2,
		.high_is_latin1 = conf->high_octets == SMPP_HIGH_OCTETS_LATIN1,
		.binary_is_latin1 = conf->binary == SMPP_BINARY_LATIN1,
	};
}
