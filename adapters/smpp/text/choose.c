/* See choose.h. */
#include "text/choose.h"
#include "text/plain.h"

/* Of one short message, in UTF-8. */
#define CHARACTERS_MAX 160
#define CHARACTER_LEN_MAX 4

struct contest {
	struct iwf_arena *arena;
	const struct smpp_text_rules *rules;
	struct iwf_str text;
	struct smpp_cut best; /* count 0: none yet */
	bool was_too_long;
};

static size_t bits(const struct smpp_cut *cut)
{
	return smpp_way_bits(&cut->way, cut->units, cut->count);
}

/* Who came first wins when nothing tells them apart. */
static bool is_better(const struct smpp_cut *cut, const struct smpp_cut *best)
{
	if (!best->count || cut->count != best->count)
		return !best->count || cut->count < best->count;
	return cut->way.plain == best->way.plain && bits(cut) < bits(best);
}

static bool has_tables(const struct smpp_way *way)
{
	return way->tables.locking || way->tables.single;
}

enum iwf_err smpp_choose_way(struct iwf_arena *arena,
			     const struct smpp_way *way, struct iwf_str text,
			     size_t parts_max, struct smpp_cut *out)
{
	struct iwf_buf plain = { 0 };
	enum iwf_err err;

	if (smpp_plain(&plain, way, text))
		text = iwf_arena_copy(arena, iwf_buf_str(&plain));
	iwf_buf_free(&plain);
	err = smpp_cut(arena, way, text, parts_max, out);
	if (!err && out->count > 1 && has_tables(way) &&
	    way->style != SMPP_STYLE_UDH8 && way->style != SMPP_STYLE_UDH16)
		return IWF_E_UNSUPPORTED;
	return err;
}

static void compete(struct contest *contest, const struct smpp_way *way)
{
	struct smpp_cut cut;
	enum iwf_err err = smpp_choose_way(contest->arena, way, contest->text,
					   contest->rules->parts_max, &cut);

	contest->was_too_long = contest->was_too_long || err == IWF_E_LIMIT;
	if (!err && is_better(&cut, &contest->best))
		contest->best = cut;
}

static void tables_compete(struct contest *contest, struct smpp_way way)
{
	uint32_t locking = contest->rules->languages | 1;
	uint32_t single = contest->rules->languages | 1;

	for (uint8_t i = 0; i <= GSM_LANGUAGE_PORTUGUESE; i++) {
		if (!(locking & 1u << i) || (i && !gsm_has_locking(i)))
			continue;
		way.tables.locking = i;
		for (uint8_t k = 0; k <= GSM_LANGUAGE_PORTUGUESE; k++) {
			way.tables.single = k;
			if (single & 1u << k && (i || k))
				compete(contest, &way);
		}
	}
}

static void first_competes(struct contest *contest, struct smpp_way way)
{
	compete(contest, &way);
	if (way.alphabet == SMPP_ALPHABET_GSM && contest->rules->languages)
		tables_compete(contest, way);
}

static void ucs2_competes(struct contest *contest, struct smpp_way way)
{
	way.alphabet = SMPP_ALPHABET_UCS2;
	way.data_coding = 8;
	way.packing = SMPP_PACKING_NONE;
	compete(contest, &way);
}

enum iwf_err smpp_choose(struct iwf_arena *arena,
			 const struct smpp_text_rules *rules,
			 struct iwf_str text, struct smpp_cut *out)
{
	struct contest contest = { .arena = arena, .rules = rules,
				   .text = text };
	struct smpp_way way = {
		.alphabet = rules->first, .data_coding = rules->data_coding,
		.style = rules->style, .packing = rules->packing,
	};

	if (!iwf_str_is_utf8(text))
		return IWF_E_CHARSET;
	/* No way says so much: then none need be tried. */
	if (text.len > (size_t)rules->parts_max * CHARACTERS_MAX *
	    CHARACTER_LEN_MAX)
		return IWF_E_LIMIT;
	compete(&contest, &way);
	/* What one short message says in the first alphabet, with nothing
	 * allowed that might be shorter, is most of the traffic. */
	if (contest.best.count != 1 || rules->languages) {
		if (rules->first != SMPP_ALPHABET_UCS2 && !rules->no_ucs2)
			ucs2_competes(&contest, way);
		if (rules->languages && rules->first == SMPP_ALPHABET_GSM)
			tables_compete(&contest, way);
		way.plain = rules->plain;
		if (way.plain && rules->first != SMPP_ALPHABET_UCS2)
			first_competes(&contest, way);
	}
	if (contest.best.count) {
		*out = contest.best;
		return IWF_OK;
	}
	return contest.was_too_long ? IWF_E_LIMIT : IWF_E_UNSUPPORTED;
}
