/* The tolerant scan behind receipt.h. */
#include "wire/receipt.h"

#include "wire/smpp_time.h"

#include <iwf/utf8.h>

/* The specification has 64; what is longer than this is no id. */
#define ID_MAX 255
/* Longer ids are not converted between bases: 128 bits are 39 digits. */
#define REBASE_MAX 40

/* GSM network error (3GPP TS 29.002): callBarred. */
#define NETWORK_GSM 3
#define GSM_CALL_BARRED 13

enum key {
	KEY_ID, KEY_SUB, KEY_DLVRD, KEY_SUBMIT_DATE, KEY_DONE_DATE, KEY_STAT,
	KEY_ERR, KEY_TEXT, KEY_COUNT
};

static const struct {
	struct iwf_str word;
	enum key key;
} keys[] = {
	{ IWF_STR("id"), KEY_ID },
	{ IWF_STR("sub"), KEY_SUB },
	{ IWF_STR("dlvrd"), KEY_DLVRD },
	{ IWF_STR("submit date"), KEY_SUBMIT_DATE },
	{ IWF_STR("submit_date"), KEY_SUBMIT_DATE },
	{ IWF_STR("submitdate"), KEY_SUBMIT_DATE },
	{ IWF_STR("done date"), KEY_DONE_DATE },
	{ IWF_STR("done_date"), KEY_DONE_DATE },
	{ IWF_STR("donedate"), KEY_DONE_DATE },
	{ IWF_STR("stat"), KEY_STAT },
	{ IWF_STR("status"), KEY_STAT },
	{ IWF_STR("err"), KEY_ERR },
	{ IWF_STR("error"), KEY_ERR },
	{ IWF_STR("text"), KEY_TEXT },
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		(c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

/* A key with its colon at the front of s: how long both are, else 0. */
static size_t key_match(struct iwf_str s, enum key *key)
{
	/* what words begin with */
	if (!s.len || !memchr("idsetIDSET", s.ptr[0], 10))
		return 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t at = keys[i].word.len;

		if (!iwf_str_starts_case(s, keys[i].word))
			continue;
		while (at < s.len && s.ptr[at] == ' ')
			at++;
		if (at < s.len && s.ptr[at] == ':') {
			*key = keys[i].key;
			return at + 1;
		}
	}
	return 0;
}

/* One word, perhaps behind blanks; empty when the next key is there instead. */
static struct iwf_str word_take(struct iwf_str s)
{
	enum key key;
	size_t from = 0;
	size_t to;

	while (from < s.len && is_blank(s.ptr[from]))
		from++;
	if (key_match(iwf_str_sub(s, from, s.len), &key))
		return IWF_STR_NONE;
	for (to = from; to < s.len && !is_blank(s.ptr[to]); to++)
		;
	while (to > from && (s.ptr[to - 1] == ',' || s.ptr[to - 1] == ';'))
		to--;
	return iwf_str_sub(s, from, to);
}

/* The first of each key counts. `text:` ends the scan once id and stat are
 * known, as what follows is the user's. */
static void text_scan(struct iwf_str s, struct iwf_str values[KEY_COUNT])
{
	bool has[KEY_COUNT] = { false };
	size_t at = 0;

	while (at < s.len) {
		struct iwf_str rest = iwf_str_sub(s, at, s.len);
		size_t len = 0;
		enum key key;

		if (at == 0 || !is_word(s.ptr[at - 1]))
			len = key_match(rest, &key);
		if (!len) {
			at++;
			continue;
		}
		at += len;
		rest = iwf_str_sub(s, at, s.len);
		if (!has[key])
			values[key] = key == KEY_TEXT ?
				iwf_str_trim(rest) : word_take(rest);
		has[key] = true;
		if (key == KEY_TEXT && has[KEY_ID] && has[KEY_STAT])
			return;
	}
}

enum smpp_state smpp_state_from_text(struct iwf_str stat)
{
	/* Beginnings, as vendors differ in how they shorten the ends. */
	static const struct {
		struct iwf_str start;
		enum smpp_state state;
	} words[] = {
		{ IWF_STR("DELIV"), SMPP_STATE_DELIVERED },
		{ IWF_STR("DELVRD"), SMPP_STATE_DELIVERED },
		{ IWF_STR("DLVRD"), SMPP_STATE_DELIVERED },
		{ IWF_STR("UNDEL"), SMPP_STATE_UNDELIVERABLE },
		{ IWF_STR("FAIL"), SMPP_STATE_UNDELIVERABLE },
		{ IWF_STR("EXPIR"), SMPP_STATE_EXPIRED },
		{ IWF_STR("DELET"), SMPP_STATE_DELETED },
		{ IWF_STR("ACCEP"), SMPP_STATE_ACCEPTED },
		{ IWF_STR("ACKED"), SMPP_STATE_ACCEPTED },
		{ IWF_STR("ENROUTE"), SMPP_STATE_ENROUTE },
		{ IWF_STR("EN_ROUTE"), SMPP_STATE_ENROUTE },
		{ IWF_STR("BUFF"), SMPP_STATE_ENROUTE },
		{ IWF_STR("UNKN"), SMPP_STATE_UNKNOWN },
		{ IWF_STR("REJ"), SMPP_STATE_REJECTED },
		{ IWF_STR("SKIP"), SMPP_STATE_SKIPPED },
		{ IWF_STR("SCHED"), SMPP_STATE_SCHEDULED },
	};
	uint64_t number;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (iwf_str_starts_case(stat, words[i].start))
			return words[i].state;
	if (iwf_str_to_u64(stat, SMPP_STATE_SKIPPED, &number) == IWF_OK)
		return (enum smpp_state)number;
	return SMPP_STATE_NONE;
}

enum iwf_fate smpp_state_fate(enum smpp_state state)
{
	switch (state) {
	case SMPP_STATE_DELIVERED:
		return IWF_FATE_DELIVERED;
	case SMPP_STATE_EXPIRED:
		return IWF_FATE_EXPIRED;
	case SMPP_STATE_DELETED:
	case SMPP_STATE_UNDELIVERABLE:
	case SMPP_STATE_UNKNOWN:
	case SMPP_STATE_REJECTED:
	case SMPP_STATE_SKIPPED:
		return IWF_FATE_FAILED;
	default:
		return IWF_FATE_NONE;
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Digits of this base only, and at least one. */
static bool is_number(struct iwf_str s, int base)
{
	for (size_t i = 0; i < s.len; i++)
		if (hex_digit(s.ptr[i]) < 0 || hex_digit(s.ptr[i]) >= base)
			return false;
	return s.len > 0;
}

static bool is_hex_with_hyphens(struct iwf_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != '-' && hex_digit(s.ptr[i]) < 0)
			return false;
	return s.len > 0;
}

static struct iwf_str without_zeros(struct iwf_str s)
{
	while (s.len > 1 && s.ptr[0] == '0')
		s = iwf_str_sub(s, 1, s.len);
	return s;
}

struct iwf_str smpp_id_normal(struct iwf_arena *arena, struct iwf_str id)
{
	struct iwf_str s = iwf_str_trim(id);
	char *copy;

	if (!is_hex_with_hyphens(s))
		return iwf_arena_copy(arena, s);
	if (is_number(s, 16))
		s = without_zeros(s);
	copy = iwf_arena_alloc(arena, s.len + 1);
	for (size_t i = 0; i < s.len; i++)
		copy[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'F' ?
			(char)(s.ptr[i] + ('a' - 'A')) : s.ptr[i];
	return iwf_str_make(copy, s.len);
}

/* Schoolbook: multiplies the result so far by `from` and adds each digit.
 * Digits of the result lie lowest first until the end. */
static struct iwf_str id_rebase(struct iwf_arena *arena, struct iwf_str id,
				int from, int to)
{
	char out[REBASE_MAX * 2];
	size_t len = 1;
	char *copy;

	if (!is_number(id, from) || id.len > REBASE_MAX)
		return IWF_STR_NONE;
	out[0] = 0;
	for (size_t i = 0; i < id.len; i++) {
		int carry = hex_digit(id.ptr[i]);

		for (size_t k = 0; k < len; k++) {
			carry += out[k] * from;
			out[k] = (char)(carry % to);
			carry /= to;
		}
		for (; carry; carry /= to)
			out[len++] = (char)(carry % to);
	}
	copy = iwf_arena_alloc(arena, len + 1);
	for (size_t i = 0; i < len; i++)
		copy[i] = "0123456789abcdef"[(int)out[len - 1 - i]];
	return iwf_str_make(copy, len);
}

static void candidate_add(struct smpp_receipt *out, struct iwf_str id)
{
	if (!id.len || out->candidate_count == IWF_REMOTE_IDS_MAX)
		return;
	for (size_t i = 0; i < out->candidate_count; i++)
		if (iwf_str_eq(out->candidates[i], id))
			return;
	out->candidates[out->candidate_count++] = id;
}

static void candidates_fill(struct iwf_arena *arena, enum smpp_id_base base,
			    struct iwf_str text_id, struct smpp_receipt *out)
{
	struct iwf_str same = smpp_id_normal(arena, out->id);
	bool any = base == SMPP_ID_ANY;

	candidate_add(out, same);
	/* Where text and parameter differ, either may be the one we know. */
	if (text_id.len && text_id.len <= ID_MAX)
		candidate_add(out, smpp_id_normal(arena, text_id));
	if (any || base == SMPP_ID_HEX_DEC)
		candidate_add(out, id_rebase(arena, same, 10, 16));
	if (any || base == SMPP_ID_DEC_HEX)
		candidate_add(out, id_rebase(arena, same, 16, 10));
}



static bool decode_scan(struct iwf_arena *arena, enum smpp_alphabet alphabet,
			struct iwf_str message, struct iwf_str values[KEY_COUNT])
{
	struct iwf_buf loose = { 0 };
	struct iwf_str text;

	for (size_t i = 0; i < KEY_COUNT; i++)
		values[i] = IWF_STR_NONE;
	if (smpp_coding_decode(&loose, alphabet, message, NULL) == IWF_OK) {
		struct iwf_buf mended = { 0 };

		iwf_utf8_mend(&mended, iwf_buf_str(&loose));
		text = iwf_arena_copy(arena, iwf_buf_str(&mended));
		iwf_buf_free(&mended);
		text_scan(text, values);
	}
	iwf_buf_free(&loose);
	return values[KEY_ID].len > 0;
}

/* Most SMSCs write receipts in ASCII whatever they say of the alphabet, and
 * "_", "$" and "@" of an id would suffer. A real GSM text has them below 0x20.
 */
static bool is_ascii_in_gsm(struct iwf_str message)
{
	for (size_t i = 0; i < message.len; i++) {
		unsigned char c = (unsigned char)message.ptr[i];

		if (c > 0x7E || (c < 0x20 && c != '\r' && c != '\n' && c != '\t'))
			return false;
	}
	return true;
}

static void message_scan(struct iwf_arena *arena,
			 const struct smpp_receipt_source *source,
			 struct iwf_str values[KEY_COUNT],
			 struct smpp_receipt *out)
{
	static const enum smpp_alphabet others[] = {
		SMPP_ALPHABET_LATIN1, SMPP_ALPHABET_UCS2
	};
	enum smpp_alphabet alphabet;

	if (smpp_coding_alphabet(source->data_coding, source->zero,
				 &alphabet) != IWF_OK)
		alphabet = SMPP_ALPHABET_BINARY;
	if (alphabet == SMPP_ALPHABET_GSM && is_ascii_in_gsm(source->message))
		alphabet = SMPP_ALPHABET_ASCII;
	if (decode_scan(arena, alphabet, source->message, values))
		return;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (decode_scan(arena, others[i], source->message, values)) {
			out->is_miscoded = true;
			return;
		}
}

static uint32_t err_parse(struct iwf_str s)
{
	uint64_t number = 0;

	if (iwf_str_starts_case(s, IWF_STR("0x")))
		s = iwf_str_sub(s, 2, s.len);
	else if (iwf_str_to_u64(s, UINT32_MAX, &number) == IWF_OK)
		return (uint32_t)number;
	if (!is_number(s, 16) || s.len > 8)
		return 0;
	for (size_t i = 0; i < s.len; i++)
		number = number << 4 | (uint64_t)hex_digit(s.ptr[i]);
	return (uint32_t)number;
}

static void values_apply(const struct iwf_str values[KEY_COUNT],
			 struct smpp_receipt *out)
{
	if (values[KEY_ID].len <= ID_MAX)
		out->id = values[KEY_ID];
	out->stat = values[KEY_STAT];
	out->state = smpp_state_from_text(values[KEY_STAT]);
	out->err_text = values[KEY_ERR];
	out->err = err_parse(values[KEY_ERR]);
	out->submitted_at_ms = smpp_time_from_receipt(values[KEY_SUBMIT_DATE]);
	out->done_at_ms = smpp_time_from_receipt(values[KEY_DONE_DATE]);
	out->text = values[KEY_TEXT];
}

static void tlvs_apply(struct iwf_arena *arena, const struct smpp_tlvs *tlvs,
		       struct smpp_receipt *out)
{
	struct iwf_str id = iwf_str_trim(smpp_tlv_text(
		tlvs, SMPP_TAG_RECEIPTED_MESSAGE_ID));
	const struct smpp_tlv *network =
		smpp_tlv_find(tlvs, SMPP_TAG_NETWORK_ERROR_CODE);
	uint32_t state;

	if (id.len && id.len <= ID_MAX)
		out->id = iwf_arena_copy(arena, id);
	if (smpp_tlv_number(tlvs, SMPP_TAG_MESSAGE_STATE, &state) &&
	    state <= SMPP_STATE_SKIPPED)
		out->state = (enum smpp_state)state;
	if (network && network->value.len == 3) {
		struct iwf_cursor cur = iwf_cursor_make(network->value);

		out->network_type = iwf_cursor_u8(&cur);
		out->err = iwf_cursor_u16(&cur);
	}
}

bool smpp_receipt_is_one(const struct smpp_receipt *receipt)
{
	return receipt->id.len && receipt->state != SMPP_STATE_NONE;
}

enum iwf_err smpp_receipt_parse(struct iwf_arena *arena,
				const struct smpp_receipt_source *source,
				struct smpp_receipt *out, struct iwf_why *why)
{
	struct iwf_str values[KEY_COUNT] = { { NULL, 0 } };

	*out = (struct smpp_receipt){ .state = SMPP_STATE_NONE };
	message_scan(arena, source, values, out);
	values_apply(values, out);
	if (source->tlvs)
		tlvs_apply(arena, source->tlvs, out);
	if (!out->id.len)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "receipt without an id");
	out->forbidden = out->state == SMPP_STATE_REJECTED &&
		out->network_type == NETWORK_GSM && out->err == GSM_CALL_BARRED;
	candidates_fill(arena, source->base, values[KEY_ID], out);
	return IWF_OK;
}
