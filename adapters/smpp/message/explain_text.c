/* See explain_text.h. */
#include "message/explain_text.h"
#include "message/wording.h"

#include <iwf/utf8.h>

#include <stdio.h>

/* Characters shown of each end of a short message, and of those that an
 * alphabet lacks. */
#define END_CHARACTERS 20
#define LACKING_MAX 12

static const char *alphabet_name(enum smpp_alphabet alphabet)
{
	switch (alphabet) {
	case SMPP_ALPHABET_GSM:
		return "GSM 7-bit";
	case SMPP_ALPHABET_ASCII:
		return "ASCII";
	case SMPP_ALPHABET_LATIN1:
		return "Latin-1";
	default:
		return "UCS-2";
	}
}

static const char *unit_name(const struct smpp_way *way)
{
	return way->alphabet == SMPP_ALPHABET_UCS2 ? "units" : "septets";
}

static void way_explain(const struct smpp_way *way, struct iwf_buf *text)
{
	static const char *const plain[] = {
		[SMPP_PLAIN_PUNCTUATION] = "punctuation",
		[SMPP_PLAIN_LETTERS] = "punctuation and letters",
	};

	iwf_buf_printf(text, "alphabet: %s", alphabet_name(way->alphabet));
	if (way->tables.locking)
		iwf_buf_printf(text, ", %s locking shift",
			       gsm_language_name(way->tables.locking));
	if (way->tables.single)
		iwf_buf_printf(text, ", %s single shift",
			       gsm_language_name(way->tables.single));
	iwf_buf_printf(text, "%s\n", way->packing ? ", packed" : "");
	if (way->plain)
		iwf_buf_printf(text, "transliterated: %s\n", plain[way->plain]);
}

static void carrier_explain(const struct smpp_split *split,
			    struct iwf_buf *text)
{
	static const char *const carriers[] = {
		[SMPP_STYLE_UDH8] = "user data header, reference",
		[SMPP_STYLE_UDH16] = "user data header, 16-bit reference",
		[SMPP_STYLE_SAR] = "sar_* parameters, reference",
	};
	const struct smpp_way *way = &split->cut.way;

	if (split->cut.count < 2)
		return;
	if (smpp_split_is_payload(split))
		iwf_buf_printf(text, "carried_by: message_payload, the SMSC "
			       "cuts (parts are an estimate)\n");
	else
		iwf_buf_printf(text, "carried_by: %s %u\n",
			       carriers[way->style], split->ref);
}

static void code_put(struct iwf_buf *text, uint32_t code)
{
	if (code == '\n')
		iwf_buf_printf(text, "\\n");
	else if (code == '\r')
		iwf_buf_printf(text, "\\r");
	else if (code == '"' || code == '\\')
		iwf_buf_printf(text, "\\%c", (char)code);
	else if (code < 0x20 || code == 0x7F)
		iwf_buf_printf(text, "\\x%02x", code);
	else
		iwf_utf8_put(text, code);
}

static size_t character_count(struct iwf_str piece)
{
	size_t count = 0;

	while (piece.len) {
		iwf_utf8_next(&piece);
		count++;
	}
	return count;
}

static void quote(struct iwf_buf *text, struct iwf_str piece)
{
	size_t count = character_count(piece);

	iwf_buf_u8(text, '"');
	for (size_t i = 0; i < count; i++) {
		uint32_t code = iwf_utf8_next(&piece);

		if (i == END_CHARACTERS && count > 2 * END_CHARACTERS)
			iwf_buf_printf(text, "\" ... \"");
		if (i < END_CHARACTERS || i + END_CHARACTERS >= count ||
		    count <= 2 * END_CHARACTERS)
			code_put(text, code);
	}
	iwf_buf_u8(text, '"');
}

static void part_explain(const struct smpp_split *split, size_t i,
			 struct iwf_buf *text)
{
	const struct smpp_cut *cut = &split->cut;
	struct iwf_str piece = smpp_cut_piece(cut, i);

	iwf_buf_printf(text, "part: %zu of %zu, %zu %s", i + 1, cut->count,
		       smpp_way_units(&cut->way, piece), unit_name(&cut->way));
	if (!smpp_split_is_payload(split))
		iwf_buf_printf(text, " in %zu octets",
			       split->udhs[i].len + split->parts[i].len);
	iwf_buf_printf(text, ", ");
	quote(text, piece);
	iwf_buf_u8(text, '\n');
}

void smpp_explain_split(const struct smpp_conf *conf,
			const struct smpp_split *split, struct iwf_buf *text)
{
	const struct smpp_cut *cut = &split->cut;

	way_explain(&cut->way, text);
	iwf_buf_printf(text, "%s: %zu\n", unit_name(&cut->way), cut->units);
	iwf_buf_printf(text, "room: %zu %s in each part\n",
		       smpp_way_room(&cut->way, cut->count > 1),
		       unit_name(&cut->way));
	iwf_buf_printf(text, "parts: %zu\n", cut->count);
	iwf_buf_printf(text, "parts_max: %u\n", conf->parts_max);
	carrier_explain(split, text);
	for (size_t i = 0; i < cut->count; i++)
		part_explain(split, i, text);
}

struct lacking {
	uint32_t codes[LACKING_MAX];
	size_t times[LACKING_MAX];
	size_t count;
	size_t beyond; /* characters that found no place */
};

static void lacking_add(struct lacking *lacking, uint32_t code)
{
	size_t i = 0;

	while (i < lacking->count && lacking->codes[i] != code)
		i++;
	if (i == LACKING_MAX) {
		lacking->beyond++;
		return;
	}
	lacking->codes[i] = code;
	lacking->times[i]++;
	lacking->count += i == lacking->count;
}

static void lacking_explain(const struct lacking *lacking, bool is_ucs2,
			    struct iwf_buf *text)
{
	if (!lacking->count)
		return;
	iwf_buf_printf(text, is_ucs2 ? "forces_ucs2:" : "not_in_alphabet:");
	for (size_t i = 0; i < lacking->count; i++) {
		iwf_buf_printf(text, "%s U+%04X ", i ? "," : "",
			       lacking->codes[i]);
		code_put(text, lacking->codes[i]);
		if (lacking->times[i] > 1)
			iwf_buf_printf(text, " (%zu times)", lacking->times[i]);
	}
	if (lacking->beyond)
		iwf_buf_printf(text, ", and %zu more", lacking->beyond);
	iwf_buf_u8(text, '\n');
}

static void advise(const struct smpp_text_rules *rules, struct iwf_str body,
		   size_t count, const char *setting, struct iwf_buf *text)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_cut cut;

	if (smpp_choose(arena, rules, body, &cut) == IWF_OK &&
	    (!count || cut.count < count))
		iwf_buf_printf(text, "advice: with %s parts: %zu\n", setting,
			       cut.count);
	iwf_arena_destroy(&arena);
}

static void advices_put(const struct smpp_text_rules *rules,
			struct iwf_str body, size_t count,
			struct iwf_buf *text)
{
	struct smpp_text_rules other = *rules;

	if (rules->first == SMPP_ALPHABET_UCS2)
		return;
	if (rules->plain < SMPP_PLAIN_PUNCTUATION) {
		other.plain = SMPP_PLAIN_PUNCTUATION;
		advise(&other, body, count, "transliterate = \"punctuation\"",
		       text);
	}
	for (uint8_t i = 1; rules->first == SMPP_ALPHABET_GSM &&
	     i <= GSM_LANGUAGE_PORTUGUESE; i++) {
		char setting[64];

		if (rules->languages & 1u << i)
			continue;
		other = *rules;
		other.languages |= 1u << i;
		snprintf(setting, sizeof(setting), "shift_tables \"%s\"",
			 gsm_language_name(i));
		advise(&other, body, count, setting, text);
	}
}

void smpp_explain_wording(const struct smpp_conf *conf, struct iwf_str body,
			  const struct smpp_split *split, struct iwf_buf *text)
{
	struct smpp_text_rules rules;
	struct smpp_way way;
	struct lacking lacking = { .count = 0 };
	size_t count = split ? split->cut.count : 0;

	if (!iwf_str_is_utf8(body))
		return;
	smpp_wording_rules(conf, &rules);
	way = (struct smpp_way){ .alphabet = rules.first };
	for (struct iwf_str rest = body; rest.len;) {
		uint32_t code = iwf_utf8_next(&rest);

		if (!smpp_way_cost(&way, code))
			lacking_add(&lacking, code);
	}
	lacking_explain(&lacking, split && split->cut.way.alphabet ==
			SMPP_ALPHABET_UCS2, text);
	if (count != 1)
		advices_put(&rules, body, count, text);
}
