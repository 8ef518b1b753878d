/* Reads the rule file with libconfig; every key is known or an error with its
 * line. */
#include "rules/script.h"

#include "control/command.h"
#include "core/buf.h"
#include "rules/script_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef bool take_fn(struct reader *reader, config_setting_t *setting);

static bool take_account(struct reader *reader, config_setting_t *group)
{
	static const char *const names[] = { "system_id", "password",
					     "max_binds", NULL };
	const char *values[] = { "", "", "0" };
	struct options *options = reader->options;
	struct buf account = { 0 };
	long max_binds;

	if (!value_take_words(reader, group, names, values))
		return false;
	buf_appendf(&account, "%s:%s", values[0], values[1]);

	const bool is_good =
		options_parse_number(values[2], 0, 10000, &max_binds) &&
		options_apply(options, "account",
			      value_keep(reader->script, buf_str(&account)),
			      &reader->why);

	buf_destroy(&account);
	if (!is_good)
		return value_refuse(reader, group, "no such account");
	options->accounts[options->account_count - 1].max_binds = max_binds;
	return true;
}

static bool add_step(struct reader *reader, config_setting_t *group,
		     const char *at, char *line)
{
	struct options *options = reader->options;
	struct command command;
	char *end;
	const double seconds = strtod(at, &end);

	if (*end || !(seconds >= 0 && seconds <= SECONDS_MAX))
		return value_refuse(reader, group,
				    "at: seconds from 0 to 604800");
	if (!command_parse(&command, line, 0, &reader->why))
		return value_refuse(reader, group, reader->why);
	command_destroy(&command);
	options->steps = mem_grow(options->steps, &options->step_count,
				  sizeof(*options->steps));
	options->steps[options->step_count - 1] =
		(struct option_step){ (long)(seconds * 1000), line };
	return true;
}

/* Seconds may have a fraction, unlike numbers of the command line. */
static bool take_at(struct reader *reader, config_setting_t *group, char at[32])
{
	config_setting_t *setting = config_setting_get_member(group, "at");
	long ms = 0;

	if (setting && !value_take_seconds(reader, setting, &ms))
		return false;
	snprintf(at, 32, "%ld.%03ld", ms / 1000, ms % 1000);
	return true;
}

static bool take_step(struct reader *reader, config_setting_t *group)
{
	static const char *const names[] = { "at", "command", NULL };
	const char *values[] = { "0", NULL };
	char at[32];

	if (!value_take_words(reader, group, names, values) ||
	    !take_at(reader, group, at))
		return false;
	if (!values[1])
		return value_refuse(reader, group, "command is missing");
	return add_step(reader, group, at,
			value_keep(reader->script, values[1]));
}

static bool take_message(struct reader *reader, config_setting_t *group)
{
	static const char *const names[] = { "at",   "from",      "to",
					     "text", "system_id", NULL };
	const char *values[5] = { NULL };
	struct buf line = { 0 };
	char at[32];

	if (!value_take_words(reader, group, names, values) ||
	    !take_at(reader, group, at))
		return false;
	buf_append_str(&line, "mo ");
	for (size_t i = 1; i < 5; i++) {
		if (!values[i])
			continue;
		buf_appendf(&line, "--%s ", i == 4 ? "system-id" : names[i]);
		command_quote(&line, values[i]);
	}

	char *kept = value_keep(reader->script, buf_str(&line));

	buf_destroy(&line);
	return add_step(reader, group, at, kept);
}

static bool take_option(struct reader *reader, config_setting_t *setting)
{
	char *text = value_as_text(reader->script, setting);
	char name[32];

	return !text ||
	       options_apply(reader->options, value_option_name(name, setting),
			     text, &reader->why) ||
	       value_refuse(reader, setting, reader->why);
}

static bool take_listed(struct reader *reader, config_setting_t *setting,
			const char *option)
{
	const char *text;

	if (!value_take_string(reader, setting, &text))
		return false;
	return options_apply(reader->options, option,
			     value_keep(reader->script, text), &reader->why) ||
	       value_refuse(reader, setting, reader->why);
}

static bool take_fault_spec(struct reader *reader, config_setting_t *setting)
{
	return take_listed(reader, setting, "fault");
}

static bool take_expect(struct reader *reader, config_setting_t *setting)
{
	return take_listed(reader, setting, "expect");
}

/* options first: rules start from their receipts. */
static const struct {
	const char *name;
	take_fn *take;
} sections[] = {
	{ "options", take_option },    { "accounts", take_account },
	{ "rules", script_take_rule }, { "faults", take_fault_spec },
	{ "messages", take_message },  { "steps", take_step },
	{ "expect", take_expect },
};

static bool is_section(const char *name)
{
	for (size_t i = 0; i < COUNT(sections); i++)
		if (strcmp(sections[i].name, name) == 0)
			return true;
	return false;
}

static bool take_section(struct reader *reader, config_setting_t *section,
			 take_fn *take)
{
	config_setting_t *setting;

	if (!config_setting_is_aggregate(section))
		return value_refuse(reader, section, "a list is expected");
	for (unsigned i = 0; (setting = config_setting_get_elem(section, i));
	     i++)
		if (!take(reader, setting))
			return false;
	return true;
}

static bool script_take(struct reader *reader)
{
	config_setting_t *root = config_root_setting(&reader->script->config);
	config_setting_t *setting;

	for (unsigned i = 0; (setting = config_setting_get_elem(root, i)); i++)
		if (!is_section(config_setting_name(setting)))
			return value_refuse(reader, setting, "unknown section");
	for (size_t i = 0; i < COUNT(sections); i++) {
		setting = config_setting_get_member(root, sections[i].name);
		if (setting && !take_section(reader, setting, sections[i].take))
			return false;
	}
	return true;
}

bool script_read(struct options *options, const char *path, const char **why)
{
	struct script *script = mem_alloc(sizeof(*script));
	struct reader reader = { options, script, "not read" };

	config_init(&script->config);
	script->path = path;
	script->before = options->script;
	options->script = script;
	*why = "not read";
	if (config_read_file(&script->config, path))
		return script_take(&reader);
	fprintf(stderr, "smppsim: %s:%d: %s\n", path,
		config_error_line(&script->config),
		config_error_text(&script->config));
	return false;
}

void script_destroy(struct script **script)
{
	struct script *before;

	for (; *script; *script = before) {
		before = (*script)->before;
		for (size_t i = 0; i < (*script)->text_count; i++)
			free((*script)->texts[i]);
		free((*script)->texts);
		config_destroy(&(*script)->config);
		free(*script);
	}
}
