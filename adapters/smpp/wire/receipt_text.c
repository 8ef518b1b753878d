/* See receipt_text.h. */
#include "wire/receipt_text.h"

static const struct {
	struct iwf_str word;
	enum receipt_key key;
} keys[] = {
	{ IWF_STR("id"), RECEIPT_ID },
	{ IWF_STR("msgid"), RECEIPT_ID },
	{ IWF_STR("msg_id"), RECEIPT_ID },
	{ IWF_STR("messageid"), RECEIPT_ID },
	{ IWF_STR("message_id"), RECEIPT_ID },
	{ IWF_STR("smsid"), RECEIPT_ID },
	{ IWF_STR("sub"), RECEIPT_SUB },
	{ IWF_STR("dlvrd"), RECEIPT_DLVRD },
	{ IWF_STR("dlvd"), RECEIPT_DLVRD },
	{ IWF_STR("delivrd"), RECEIPT_DLVRD },
	{ IWF_STR("submit date"), RECEIPT_SUBMIT_DATE },
	{ IWF_STR("submit_date"), RECEIPT_SUBMIT_DATE },
	{ IWF_STR("submit-date"), RECEIPT_SUBMIT_DATE },
	{ IWF_STR("submitdate"), RECEIPT_SUBMIT_DATE },
	{ IWF_STR("done date"), RECEIPT_DONE_DATE },
	{ IWF_STR("done_date"), RECEIPT_DONE_DATE },
	{ IWF_STR("done-date"), RECEIPT_DONE_DATE },
	{ IWF_STR("donedate"), RECEIPT_DONE_DATE },
	{ IWF_STR("stat"), RECEIPT_STAT },
	{ IWF_STR("state"), RECEIPT_STAT },
	{ IWF_STR("status"), RECEIPT_STAT },
	{ IWF_STR("err"), RECEIPT_ERR },
	{ IWF_STR("error"), RECEIPT_ERR },
	{ IWF_STR("errcode"), RECEIPT_ERR },
	{ IWF_STR("err_code"), RECEIPT_ERR },
	{ IWF_STR("error code"), RECEIPT_ERR },
	{ IWF_STR("error_code"), RECEIPT_ERR },
	{ IWF_STR("text"), RECEIPT_TEXT },
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		(c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

static bool is_separator(char c)
{
	return c == ',' || c == ';' || c == '|' || c == '&';
}

/* What stands in front of an optional quote and a colon: how long it all is. */
static size_t colon_len(struct iwf_str s, size_t at)
{
	if (at < s.len && is_quote(s.ptr[at]))
		at++;
	while (at < s.len && s.ptr[at] == ' ')
		at++;
	return at < s.len && (s.ptr[at] == ':' || s.ptr[at] == '=') ?
		at + 1 : 0;
}

/* A key with its colon at the front of s: how long both are, else 0. */
static size_t key_match(struct iwf_str s, enum receipt_key *key)
{
	/* what words begin with */
	if (!s.len || !memchr("idsetmIDSETM", s.ptr[0], 12))
		return 0;
	for (size_t i = 0; i < IWF_COUNT_OF(keys); i++) {
		size_t len;

		if (!iwf_str_starts_case(s, keys[i].word))
			continue;
		len = colon_len(s, keys[i].word.len);
		if (len) {
			*key = keys[i].key;
			return len;
		}
	}
	return 0;
}

static size_t blanks_len(struct iwf_str s, size_t at)
{
	size_t to = at;

	while (to < s.len && is_blank(s.ptr[to]))
		to++;
	return to - at;
}

static bool is_key_at(struct iwf_str s, size_t at)
{
	enum receipt_key key;

	if (at < s.len && is_quote(s.ptr[at]))
		at++;
	return key_match(iwf_str_sub(s, at, s.len), &key) != 0;
}

/* A separator may be part of a value, unless a key or nothing follows it. */
static bool ends_value(struct iwf_str s, size_t at)
{
	size_t next = at + 1;

	if (is_blank(s.ptr[at]))
		return true;
	if (!is_separator(s.ptr[at]))
		return false;
	next += blanks_len(s, next);
	return next >= s.len || is_key_at(s, next);
}

static struct iwf_str quoted_take(struct iwf_str s, size_t from)
{
	size_t to = from + 1;

	while (to < s.len && s.ptr[to] != s.ptr[from])
		to++;
	return iwf_str_sub(s, from + 1, to);
}

/* One word, perhaps behind blanks; empty when the next key is there instead. */
static struct iwf_str word_take(struct iwf_str s)
{
	size_t from = blanks_len(s, 0);
	size_t to;

	if (from == s.len || is_key_at(s, from))
		return IWF_STR_NONE;
	if (is_quote(s.ptr[from]))
		return iwf_str_trim(quoted_take(s, from));
	for (to = from; to < s.len && !ends_value(s, to); to++)
		;
	/* the end of a text that is quoted as a whole */
	while (to > from && (is_quote(s.ptr[to - 1]) ||
			     is_separator(s.ptr[to - 1])))
		to--;
	return iwf_str_sub(s, from, to);
}

/* All up to the next key: some write dates with a blank inside. */
static struct iwf_str date_take(struct iwf_str s)
{
	size_t from = blanks_len(s, 0);
	size_t to = from;

	while (to < s.len && !(to > from && !is_word(s.ptr[to - 1]) &&
			       is_key_at(s, to)))
		to++;
	return is_key_at(s, from) ? IWF_STR_NONE :
		iwf_str_trim(iwf_str_sub(s, from, to));
}

static struct iwf_str text_take(struct iwf_str s)
{
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return iwf_str_trim(s);
}

static struct iwf_str value_take(enum receipt_key key, struct iwf_str rest)
{
	switch (key) {
	case RECEIPT_TEXT:
		return text_take(rest);
	case RECEIPT_SUBMIT_DATE:
	case RECEIPT_DONE_DATE:
		return date_take(rest);
	default:
		return word_take(rest);
	}
}

void receipt_text_scan(struct iwf_str s,
		       struct iwf_str values[RECEIPT_KEY_COUNT])
{
	bool has[RECEIPT_KEY_COUNT] = { false };
	size_t at = 0;

	while (at < s.len) {
		struct iwf_str rest = iwf_str_sub(s, at, s.len);
		size_t len = 0;
		enum receipt_key key;

		if (at == 0 || !is_word(s.ptr[at - 1]))
			len = key_match(rest, &key);
		if (!len) {
			at++;
			continue;
		}
		at += len;
		rest = iwf_str_sub(s, at, s.len);
		if (!has[key])
			values[key] = value_take(key, rest);
		has[key] = true;
		if (key == RECEIPT_TEXT && has[RECEIPT_ID] && has[RECEIPT_STAT])
			return;
	}
}
