/* Faults on purpose: parses what to get wrong and decides when. */
#include "sim/fault.h"

#include "wire/pdu.h"

#include <stdlib.h>
#include <string.h>

enum {
	KEY_EVERY = 1 << 0,
	KEY_PERMILLE = 1 << 1,
	KEY_COUNT = 1 << 2,
	KEY_AFTER = 1 << 3,
	KEY_RATE = 1 << 4,
	KEY_MS = 1 << 5,
	KEY_CODE = 1 << 6,
	KEY_LENGTH = 1 << 7,
	KEY_LINK = 1 << 8,
	KEY_BURST = 1 << 9,
	KEY_LEVEL = 1 << 10,
	KEY_WHEN = KEY_EVERY | KEY_PERMILLE | KEY_COUNT | KEY_AFTER | KEY_LINK,
};

struct key {
	const char *name;
	unsigned bit;
	size_t offset;
	long least;
	long most;
};

/* status is another word for code. */
static const struct key keys[] = {
	{ "every", KEY_EVERY, offsetof(struct fault, every), 1, 1000000000 },
	{ "permille", KEY_PERMILLE, offsetof(struct fault, permille), 1, 1000 },
	{ "count", KEY_COUNT, offsetof(struct fault, count), 1, 1000000000 },
	{ "after", KEY_AFTER, offsetof(struct fault, after), 0, 1000000000 },
	{ "rate", KEY_RATE, offsetof(struct fault, rate), 0, 1000000 },
	{ "ms", KEY_MS, offsetof(struct fault, ms), 0, 86400000 },
	{ "code", KEY_CODE, offsetof(struct fault, code), 1, 0x7fffffff },
	{ "status", KEY_CODE, offsetof(struct fault, code), 1, 0x7fffffff },
	{ "length", KEY_LENGTH, offsetof(struct fault, length), 0, 0x7fffffff },
	{ "burst", KEY_BURST, offsetof(struct fault, burst), 1, 1000000 },
	{ "level", KEY_LEVEL, offsetof(struct fault, level), 0, 99 },
};

struct rule {
	const char *name;
	unsigned allowed;
	unsigned needed;
	struct fault preset;
};

static const struct rule rules[] = {
	[FAULT_THROTTLE] = { "throttle",
			     KEY_RATE | KEY_CODE | KEY_LINK,
			     KEY_RATE,
			     { .code = ESME_RTHROTTLED } },
	[FAULT_STATUS] = { "status", KEY_WHEN | KEY_CODE, KEY_CODE, { 0 } },
	[FAULT_DROP_RESPONSE] = { "drop-response", KEY_WHEN, 0, { 0 } },
	[FAULT_DELAY] = { "delay", KEY_WHEN | KEY_MS, KEY_MS, { 0 } },
	[FAULT_DUPLICATE_RESPONSE] = { "duplicate-response",
				       KEY_WHEN,
				       0,
				       { 0 } },
	[FAULT_REORDER] = { "reorder", KEY_WHEN, 0, { .every = 2 } },
	[FAULT_WRONG_SEQ] = { "wrong-seq", KEY_WHEN, 0, { 0 } },
	[FAULT_BAD_LENGTH] = { "bad-length",
			       KEY_WHEN | KEY_LENGTH,
			       0,
			       { .length = 12 } },
	[FAULT_TRUNCATE] = { "truncate",
			     KEY_WHEN | KEY_LENGTH,
			     0,
			     { .length = 10 } },
	[FAULT_DISCONNECT] = { "disconnect", KEY_WHEN, 0, { 0 } },
	[FAULT_UNBIND] = { "unbind", KEY_WHEN, 0, { 0 } },
	[FAULT_NO_RECEIPT] = { "no-receipt", KEY_WHEN, 0, { 0 } },
	[FAULT_DUPLICATE_RECEIPT] = { "duplicate-receipt", KEY_WHEN, 0, { 0 } },
	[FAULT_REFUSE_BIND] = { "refuse-bind",
				KEY_WHEN | KEY_CODE,
				0,
				{ .code = ESME_RBINDFAIL } },
	[FAULT_HALF_OPEN] = { "half-open", KEY_AFTER | KEY_LINK, 0, { 0 } },
	[FAULT_STALL_READ] = { "stall-read", KEY_AFTER | KEY_LINK, 0, { 0 } },
	[FAULT_SLOW_READ] = { "slow-read",
			      KEY_AFTER | KEY_LINK | KEY_RATE,
			      0,
			      { .rate = 1 } },
	[FAULT_GARBAGE] = { "garbage",
			    KEY_WHEN | KEY_LENGTH,
			    0,
			    { .length = 40 } },
	[FAULT_AWAY] = { "away", KEY_WHEN | KEY_MS, 0, { .ms = 5000 } },
	[FAULT_DROP_BIND] = { "drop-bind", KEY_WHEN, 0, { 0 } },
	[FAULT_DROP_ENQUIRE] = { "drop-enquire", KEY_WHEN, 0, { 0 } },
	[FAULT_BUCKET] = { "bucket",
			   KEY_RATE | KEY_BURST | KEY_CODE | KEY_LINK,
			   KEY_RATE,
			   { .code = ESME_RTHROTTLED } },
	[FAULT_WINDOW] = { "window",
			   KEY_RATE | KEY_CODE | KEY_LINK,
			   KEY_RATE,
			   { .code = ESME_RTHROTTLED } },
	[FAULT_CONGESTION] = { "congestion",
			       KEY_WHEN | KEY_LEVEL,
			       KEY_LEVEL,
			       { 0 } },
};

/* Shorter words that testers know. */
static const struct {
	const char *name;
	enum fault_kind kind;
} aliases[] = {
	{ "refuse", FAULT_REFUSE_BIND },
	{ "drop", FAULT_DROP_RESPONSE },
	{ "drop-resp", FAULT_DROP_RESPONSE },
	{ "duplicate", FAULT_DUPLICATE_RESPONSE },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool parse_value(const struct key *key, const char *text, long *value)
{
	char *end;

	*value = strtol(text, &end, 0);
	if (!*text || *end) {
		if (key->bit != KEY_CODE)
			return false;
		*value = pdu_status_value(text);
	}
	return *value >= key->least && *value <= key->most;
}

static const struct key *key_find(const char *name)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static unsigned parse_link(struct fault *fault, const char *value)
{
	const size_t len = strlen(value);

	if (len == 0 || len >= sizeof(fault->system_id))
		return 0;
	memcpy(fault->system_id, value, len + 1);
	return KEY_LINK;
}

/* word is "key=value" and is cut in two. Returns the key's bit, 0 if bad. */
static unsigned parse_word(struct fault *fault, unsigned allowed, char *word,
			   const char **why)
{
	char *value = strchr(word, '=');

	*why = "expected key=value";
	if (!value)
		return 0;
	*value++ = 0;
	*why = "link is the system_id of who binds";
	if (strcmp(word, "link") == 0 && allowed & KEY_LINK)
		return parse_link(fault, value);

	const struct key *key = key_find(word);

	*why = "this fault has no such key";
	if (!key || !(key->bit & allowed))
		return 0;
	*why = "value is no number or out of range";
	if (!parse_value(key, value, (long *)((char *)fault + key->offset)))
		return 0;
	return key->bit;
}

static bool can_be_now(enum fault_kind kind)
{
	return kind == FAULT_DISCONNECT || kind == FAULT_AWAY;
}

static bool parse_words(struct fault *fault, const struct rule *rule,
			char *words, const char **why)
{
	unsigned got = 0;
	char *rest = words;
	char *word;

	while ((word = strsep(&rest, ","))) {
		if (can_be_now(fault->kind) && !strcmp(word, "now")) {
			fault->now = true;
			fault->count = 1;
			continue;
		}
		const unsigned bit =
			parse_word(fault, rule->allowed, word, why);

		if (!bit)
			return false;
		got |= bit;
	}
	*why = "a key is missing";
	return (got & rule->needed) == rule->needed;
}

/* An underscore is as good as a hyphen. */
static bool is_name(const char *name, const char *word)
{
	for (; *name && *word; name++, word++)
		if (*name != *word && !(*name == '-' && *word == '_'))
			return false;
	return *name == *word;
}

static size_t kind_find(const char *word)
{
	for (size_t kind = 0; kind < COUNT(rules); kind++)
		if (is_name(rules[kind].name, word))
			return kind;
	for (size_t i = 0; i < COUNT(aliases); i++)
		if (is_name(aliases[i].name, word))
			return aliases[i].kind;
	return COUNT(rules);
}

bool fault_parse(struct fault *fault, const char *spec, const char **why)
{
	char words[FAULT_SPEC_MAX + 1];
	const size_t len = strlen(spec);

	*why = "too long";
	if (len > FAULT_SPEC_MAX)
		return false;
	memcpy(words, spec, len + 1);

	char *rest = words;
	const size_t kind = kind_find(strsep(&rest, ":"));

	*why = "unknown fault";
	if (kind == COUNT(rules))
		return false;
	*fault = rules[kind].preset;
	fault->kind = (enum fault_kind)kind;
	memcpy(fault->spec, spec, len + 1);
	*why = "a key is missing";
	if (!rest)
		return rules[kind].needed == 0;
	return parse_words(fault, &rules[kind], rest, why);
}

bool fault_add(struct fault_set *set, const struct fault *fault, uint64_t seed)
{
	if (set->count == FAULT_MAX)
		return false;
	set->faults[set->count] = *fault;
	dice_seed(&set->faults[set->count].dice,
		  seed ^ (uint64_t)(set->count + 1) << 32);
	set->count++;
	return true;
}

void fault_clear(struct fault_set *set)
{
	set->count = 0;
}

/* The first rate occasions of a second pass, the others are struck. */
static bool is_above_rate(struct fault *fault, int64_t now_ms)
{
	if (now_ms - fault->second_ms >= 1000) {
		fault->second_ms = now_ms;
		fault->struck_in_second = 0;
	}
	return ++fault->struck_in_second > fault->rate;
}

/* Those that let pass what is within a limit. */
static bool is_over_limit(struct fault *fault, const char *system_id,
			  int64_t now_ms)
{
	const struct limit_ask ask = { system_id, fault->rate, fault->burst,
				       now_ms };

	switch (fault->kind) {
	case FAULT_THROTTLE:
		return is_above_rate(fault, now_ms);
	case FAULT_BUCKET:
		return !limit_bucket_passes(&fault->limit, &ask);
	case FAULT_WINDOW:
		return !limit_window_passes(&fault->limit, &ask);
	default:
		return true;
	}
}

static bool is_struck(struct fault *fault, const char *system_id,
		      int64_t now_ms)
{
	fault->seen++;
	if (fault->seen <= fault->after)
		return false;
	if (fault->count && fault->struck >= fault->count)
		return false;
	if (fault->every && (fault->seen - fault->after) % fault->every != 0)
		return false;
	if (fault->permille &&
	    dice_throw(&fault->dice, 1000) >= (uint32_t)fault->permille)
		return false;
	if (!is_over_limit(fault, system_id, now_ms))
		return false;
	fault->struck++;
	return true;
}

static bool is_meant(const struct fault *fault, const char *system_id)
{
	return !fault->system_id[0] || strcmp(fault->system_id, system_id) == 0;
}

struct fault *fault_strike(struct fault_set *set, enum fault_kind kind,
			   const char *system_id, int64_t now_ms)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->faults[i].kind == kind &&
		    is_meant(&set->faults[i], system_id) &&
		    is_struck(&set->faults[i], system_id, now_ms))
			return &set->faults[i];
	return NULL;
}

bool fault_strikes(struct fault *fault, const char *system_id, int64_t now_ms)
{
	return is_struck(fault, system_id, now_ms);
}

bool fault_is_of_message(enum fault_kind kind)
{
	switch (kind) {
	case FAULT_REFUSE_BIND:
	case FAULT_DROP_BIND:
	case FAULT_DROP_ENQUIRE:
	case FAULT_HALF_OPEN:
	case FAULT_STALL_READ:
	case FAULT_SLOW_READ:
		return false;
	default:
		return true;
	}
}

bool fault_is_set(const struct fault_set *set, enum fault_kind kind)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->faults[i].kind == kind)
			return true;
	return false;
}

const char *fault_name(enum fault_kind kind)
{
	return rules[kind].name;
}
