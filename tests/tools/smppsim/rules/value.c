/* The values of a rule file, by libconfig. */
#include "rules/value.h"

#include "core/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool value_refuse(struct reader *reader, config_setting_t *setting,
		  const char *why)
{
	const char *name = config_setting_name(setting);

	fprintf(stderr, "smppsim: %s:%u: %s%s%s\n", reader->script->path,
		config_setting_source_line(setting), name ? name : "",
		name ? ": " : "", why);
	return false;
}

char *value_keep(struct script *script, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	script->texts = mem_grow(script->texts, &script->text_count,
				 sizeof(*script->texts));
	script->texts[script->text_count - 1] = copy;
	return copy;
}

char *value_as_text(struct script *script, config_setting_t *setting)
{
	char number[32];

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		return value_keep(script, config_setting_get_string(setting));
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(number, sizeof(number), "%lld",
			 config_setting_type(setting) == CONFIG_TYPE_INT ?
				 config_setting_get_int(setting) :
				 config_setting_get_int64(setting));
		return value_keep(script, number);
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(setting) ?
			       value_keep(script, "") :
			       NULL;
	default:
		return value_keep(script, "(no single value)");
	}
}

const char *value_option_name(char name[32], config_setting_t *setting)
{
	const char *from = config_setting_name(setting);
	size_t i = 0;

	for (; from && from[i] && i < 31; i++)
		name[i] = from[i] == '_' ? '-' : from[i];
	name[i] = 0;
	return name;
}

bool value_take_string(struct reader *reader, config_setting_t *setting,
		       const char **str)
{
	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return value_refuse(reader, setting, "a string is expected");
	*str = config_setting_get_string(setting);
	return true;
}

bool value_take_seconds(struct reader *reader, config_setting_t *setting,
			long *ms)
{
	double seconds = -1;

	if (config_setting_type(setting) == CONFIG_TYPE_FLOAT)
		seconds = config_setting_get_float(setting);
	if (config_setting_type(setting) == CONFIG_TYPE_INT)
		seconds = config_setting_get_int(setting);
	if (!(seconds >= 0 && seconds <= SECONDS_MAX))
		return value_refuse(reader, setting,
				    "seconds from 0 to 604800");
	*ms = (long)(seconds * 1000);
	return true;
}

bool value_take_number(struct reader *reader, config_setting_t *setting,
		       long *number)
{
	if (config_setting_type(setting) != CONFIG_TYPE_INT ||
	    config_setting_get_int(setting) < 0)
		return value_refuse(reader, setting, "a number is expected");
	*number = config_setting_get_int(setting);
	return true;
}

bool value_take_words(struct reader *reader, config_setting_t *group,
		      const char *const *names, const char **values)
{
	config_setting_t *setting;

	if (!config_setting_is_group(group))
		return value_refuse(reader, group,
				    "a group is expected, { ... }");
	for (unsigned i = 0; (setting = config_setting_get_elem(group, i));
	     i++) {
		size_t at = 0;

		while (names[at] &&
		       strcmp(names[at], config_setting_name(setting)) != 0)
			at++;
		if (!names[at])
			return value_refuse(reader, setting, "unknown key");
		values[at] = value_as_text(reader->script, setting);
	}
	return true;
}
