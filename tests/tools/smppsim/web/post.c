/* What a program posts as JSON, as a line of the control socket. */
#include "web/post.h"

#include "control/command.h"

#include <jansson.h>
#include <string.h>

/* tlv_only is --tlv-only. */
static void append_option(struct buf *line, const char *key)
{
	buf_append_str(line, "--");
	if (strcmp(key, "link") == 0)
		key = "system_id";
	for (; *key; key++)
		buf_append_u8(line, *key == '_' ? '-' : (uint8_t)*key);
	buf_append_u8(line, ' ');
}

/* The value as a word; false if it is none. */
static bool append_value(struct buf *word, const json_t *value)
{
	if (json_is_string(value))
		buf_append_str(word, json_string_value(value));
	else if (json_is_integer(value))
		buf_appendf(word, "%lld", (long long)json_integer_value(value));
	else
		return false;
	return true;
}

static bool append_member(struct buf *line, const char *key,
			  const json_t *value)
{
	struct buf word = { 0 };
	bool is_word;

	if (json_is_false(value))
		return true;
	/* A key ends up as a word of its own, not as several. */
	if (key[strcspn(key, " \t\r\n\"'\\")])
		return false;
	append_option(line, key);
	if (json_is_true(value))
		return true;
	is_word = append_value(&word, value);
	if (is_word)
		command_quote(line, buf_str(&word));
	buf_destroy(&word);
	return is_word;
}

static bool format_words(struct buf *line, json_t *object, const char **why)
{
	const char *key;
	json_t *value;

	*why = "a value is no string, number or flag";
	json_object_foreach(
		object, key,
		value) if (!append_member(line, key, value)) return false;
	return true;
}

/* kind:key=value,key=value */
static bool append_keys(struct buf *spec, json_t *object)
{
	const char *key;
	json_t *value;
	char mark = ':';

	json_object_foreach(object, key, value)
	{
		if (strcmp(key, "kind") == 0 || json_is_false(value))
			continue;
		buf_appendf(spec, "%c%s", mark, key);
		mark = ',';
		if (json_is_true(value))
			continue;
		buf_append_u8(spec, '=');
		if (!append_value(spec, value))
			return false;
	}
	return true;
}

static bool format_fault(struct buf *line, json_t *object, const char **why)
{
	const json_t *spec = json_object_get(object, "spec");
	const json_t *kind = json_object_get(object, "kind");
	struct buf word = { 0 };
	bool is_good = true;

	*why = "kind, spec or clear is missing";
	if (json_is_true(json_object_get(object, "clear")))
		buf_append_str(&word, "clear");
	else if (json_is_string(spec))
		buf_append_str(&word, json_string_value(spec));
	else if (json_is_string(kind))
		is_good =
			append_value(&word, kind) && append_keys(&word, object);
	else
		is_good = false;
	if (is_good)
		command_quote(line, buf_str(&word));
	buf_destroy(&word);
	return is_good;
}

bool post_format_line(struct buf *line, const char *verb,
		      const struct buf *json, const char **why)
{
	json_t *object = json_loadb(json->len ? (const char *)json->bytes : "",
				    json->len, JSON_REJECT_DUPLICATES, NULL);
	bool is_good;

	*why = "no JSON object";
	if (!json_is_object(object)) {
		json_decref(object);
		return false;
	}
	buf_appendf(line, "%s ", verb);
	is_good = strcmp(verb, "fault") == 0 ? format_fault(line, object, why) :
					       format_words(line, object, why);
	json_decref(object);
	return is_good;
}
