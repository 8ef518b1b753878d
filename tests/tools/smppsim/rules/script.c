/* Reads the rule file with libconfig; every key is known or an error with its
 * line. */
#include "rules/script.h"

#include "control/command.h"
#include "core/buf.h"
#include "smsc/receipt.h"
#include "wire/pdu.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A week. */
#define SECONDS_MAX 604800

struct script {
	config_t config;
	const char *path;
	/* Strings made from the file's. */
	char **texts;
	size_t text_count;
	struct script *before;
};

struct reader {
	struct options *options;
	struct script *script;
	const char *why;
};

typedef bool take_fn(struct reader *reader, config_setting_t *setting);

static bool refuse(struct reader *reader, config_setting_t *setting,
		   const char *why)
{
	const char *name = config_setting_name(setting);

	fprintf(stderr, "smppsim: %s:%u: %s%s%s\n", reader->script->path,
		config_setting_source_line(setting), name ? name : "",
		name ? ": " : "", why);
	return false;
}

/* A copy that may be cut and lives as long as the script. */
static char *keep(struct script *script, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	script->texts = mem_grow(script->texts, &script->text_count,
				 sizeof(*script->texts));
	script->texts[script->text_count - 1] = copy;
	return copy;
}

/* A scalar as it would stand on the command line; NULL for a false flag. */
static char *as_text(struct script *script, config_setting_t *setting)
{
	char number[32];

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		return keep(script, config_setting_get_string(setting));
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(number, sizeof(number), "%lld",
			 config_setting_type(setting) == CONFIG_TYPE_INT ?
				 config_setting_get_int(setting) :
				 config_setting_get_int64(setting));
		return keep(script, number);
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(setting) ? keep(script, "") :
							  NULL;
	default:
		return keep(script, "(no single value)");
	}
}

/* receipt_delay is --receipt-delay. */
static const char *option_name(char name[32], config_setting_t *setting)
{
	const char *from = config_setting_name(setting);
	size_t i = 0;

	for (; from && from[i] && i < 31; i++)
		name[i] = from[i] == '_' ? '-' : from[i];
	name[i] = 0;
	return name;
}

static bool take_string(struct reader *reader, config_setting_t *setting,
			const char **str)
{
	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return refuse(reader, setting, "a string is expected");
	*str = config_setting_get_string(setting);
	return true;
}

static bool take_seconds(struct reader *reader, config_setting_t *setting,
			 long *ms)
{
	double seconds = -1;

	if (config_setting_type(setting) == CONFIG_TYPE_FLOAT)
		seconds = config_setting_get_float(setting);
	if (config_setting_type(setting) == CONFIG_TYPE_INT)
		seconds = config_setting_get_int(setting);
	if (!(seconds >= 0 && seconds <= SECONDS_MAX))
		return refuse(reader, setting, "seconds from 0 to 604800");
	*ms = (long)(seconds * 1000);
	return true;
}

static bool take_number(struct reader *reader, config_setting_t *setting,
			long *number)
{
	if (config_setting_type(setting) != CONFIG_TYPE_INT ||
	    config_setting_get_int(setting) < 0)
		return refuse(reader, setting, "a number is expected");
	*number = config_setting_get_int(setting);
	return true;
}

static bool take_percent(struct reader *reader, config_setting_t *setting,
			 long *percent)
{
	return take_number(reader, setting, percent) &&
	       ((*percent >= 1 && *percent <= 100) ||
		refuse(reader, setting, "a number from 1 to 100"));
}

static bool take_status(struct reader *reader, config_setting_t *setting,
			long *status)
{
	const char *name;

	if (config_setting_type(setting) == CONFIG_TYPE_INT)
		return take_number(reader, setting, status);
	if (!take_string(reader, setting, &name))
		return false;
	*status = pdu_status_value(name);
	return *status >= 0 || refuse(reader, setting, "unknown status");
}

static bool take_outcome(struct reader *reader, config_setting_t *setting,
			 long *outcome)
{
	const char *stat;

	if (!take_string(reader, setting, &stat))
		return false;
	*outcome = receipt_state(stat);
	return *outcome || refuse(reader, setting, "unknown outcome");
}

static bool take_fault(struct reader *reader, config_setting_t *setting,
		       struct rule *rule)
{
	const char *spec;

	if (!take_string(reader, setting, &spec))
		return false;
	if (!fault_parse(&rule->fault, spec, &reader->why))
		return refuse(reader, setting, reader->why);
	if (!fault_is_of_message(rule->fault.kind) || rule->fault.now)
		return refuse(reader, setting, "strikes no single message");
	rule->has_fault = true;
	return true;
}

enum key_kind {
	KEY_STRING,
	KEY_SECONDS,
	KEY_NUMBER,
	KEY_PERCENT,
	KEY_STATUS,
	KEY_OUTCOME,
};

static const struct {
	const char *name;
	enum key_kind kind;
	size_t offset;
} rule_keys[] = {
#define AT(member) offsetof(struct rule, member)
	{ "to", KEY_STRING, AT(to) },
	{ "from", KEY_STRING, AT(from) },
	{ "text", KEY_STRING, AT(text) },
	{ "system_id", KEY_STRING, AT(system_id) },
	{ "after", KEY_SECONDS, AT(from_ms) },
	{ "until", KEY_SECONDS, AT(until_ms) },
	{ "every", KEY_NUMBER, AT(every) },
	{ "percent", KEY_PERCENT, AT(percent) },
	{ "count", KEY_NUMBER, AT(count) },
	{ "status", KEY_STATUS, AT(status) },
	{ "outcome", KEY_OUTCOME, AT(outcome) },
#undef AT
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool take_member(struct reader *reader, config_setting_t *setting,
			enum key_kind kind, void *member)
{
	switch (kind) {
	case KEY_STRING:
		return take_string(reader, setting, member);
	case KEY_SECONDS:
		return take_seconds(reader, setting, member);
	case KEY_NUMBER:
		return take_number(reader, setting, member);
	case KEY_PERCENT:
		return take_percent(reader, setting, member);
	case KEY_STATUS:
		return take_status(reader, setting, member);
	case KEY_OUTCOME:
		return take_outcome(reader, setting, member);
	}
	return false;
}

static bool take_shape(struct reader *reader, config_setting_t *setting,
		       struct receipt_shape *shape)
{
	const char *text = as_text(reader->script, setting);
	char name[32];

	return !text ||
	       options_apply_shape(shape, option_name(name, setting), text,
				   &reader->why) ||
	       refuse(reader, setting, reader->why);
}

static bool take_rule_key(struct reader *reader, config_setting_t *setting,
			  struct rule *rule)
{
	const char *name = config_setting_name(setting);

	for (size_t i = 0; i < COUNT(rule_keys); i++)
		if (strcmp(rule_keys[i].name, name) == 0)
			return take_member(reader, setting, rule_keys[i].kind,
					   (char *)rule + rule_keys[i].offset);
	if (strcmp(name, "fault") == 0)
		return take_fault(reader, setting, rule);
	return take_shape(reader, setting, &rule->shape);
}

static bool take_rule(struct reader *reader, config_setting_t *group)
{
	struct options *options = reader->options;
	struct rule rule = { .shape = options->shape };
	config_setting_t *setting;

	if (!config_setting_is_group(group))
		return refuse(reader, group, "a rule is a group, { ... }");
	for (unsigned i = 0; (setting = config_setting_get_elem(group, i)); i++)
		if (!take_rule_key(reader, setting, &rule))
			return false;
	options->rules.rules = mem_grow(options->rules.rules,
					&options->rules.count, sizeof(rule));
	options->rules.rules[options->rules.count - 1] = rule;
	return true;
}

/* Words that a group may have, in one place each. */
static bool take_words(struct reader *reader, config_setting_t *group,
		       const char *const *names, const char **values)
{
	config_setting_t *setting;

	if (!config_setting_is_group(group))
		return refuse(reader, group, "a group is expected, { ... }");
	for (unsigned i = 0; (setting = config_setting_get_elem(group, i));
	     i++) {
		size_t at = 0;

		while (names[at] &&
		       strcmp(names[at], config_setting_name(setting)) != 0)
			at++;
		if (!names[at])
			return refuse(reader, setting, "unknown key");
		values[at] = as_text(reader->script, setting);
	}
	return true;
}

static bool take_account(struct reader *reader, config_setting_t *group)
{
	static const char *const names[] = { "system_id", "password",
					     "max_binds", NULL };
	const char *values[] = { "", "", "0" };
	struct options *options = reader->options;
	struct buf account = { 0 };
	long max_binds;

	if (!take_words(reader, group, names, values))
		return false;
	buf_appendf(&account, "%s:%s", values[0], values[1]);

	const bool is_good =
		options_parse_number(values[2], 0, 10000, &max_binds) &&
		options_apply(options, "account",
			      keep(reader->script, buf_str(&account)),
			      &reader->why);

	buf_destroy(&account);
	if (!is_good)
		return refuse(reader, group, "no such account");
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
		return refuse(reader, group, "at: seconds from 0 to 604800");
	if (!command_parse(&command, line, 0, &reader->why))
		return refuse(reader, group, reader->why);
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

	if (setting && !take_seconds(reader, setting, &ms))
		return false;
	snprintf(at, 32, "%ld.%03ld", ms / 1000, ms % 1000);
	return true;
}

static bool take_step(struct reader *reader, config_setting_t *group)
{
	static const char *const names[] = { "at", "command", NULL };
	const char *values[] = { "0", NULL };
	char at[32];

	if (!take_words(reader, group, names, values) ||
	    !take_at(reader, group, at))
		return false;
	if (!values[1])
		return refuse(reader, group, "command is missing");
	return add_step(reader, group, at, keep(reader->script, values[1]));
}

static bool take_message(struct reader *reader, config_setting_t *group)
{
	static const char *const names[] = { "at",   "from",      "to",
					     "text", "system_id", NULL };
	const char *values[5] = { NULL };
	struct buf line = { 0 };
	char at[32];

	if (!take_words(reader, group, names, values) ||
	    !take_at(reader, group, at))
		return false;
	buf_append_str(&line, "mo ");
	for (size_t i = 1; i < 5; i++) {
		if (!values[i])
			continue;
		buf_appendf(&line, "--%s ", i == 4 ? "system-id" : names[i]);
		command_quote(&line, values[i]);
	}

	char *kept = keep(reader->script, buf_str(&line));

	buf_destroy(&line);
	return add_step(reader, group, at, kept);
}

static bool take_option(struct reader *reader, config_setting_t *setting)
{
	char *text = as_text(reader->script, setting);
	char name[32];

	return !text ||
	       options_apply(reader->options, option_name(name, setting), text,
			     &reader->why) ||
	       refuse(reader, setting, reader->why);
}

static bool take_listed(struct reader *reader, config_setting_t *setting,
			const char *option)
{
	const char *text;

	if (!take_string(reader, setting, &text))
		return false;
	return options_apply(reader->options, option,
			     keep(reader->script, text), &reader->why) ||
	       refuse(reader, setting, reader->why);
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
	{ "options", take_option },   { "accounts", take_account },
	{ "rules", take_rule },       { "faults", take_fault_spec },
	{ "messages", take_message }, { "steps", take_step },
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
		return refuse(reader, section, "a list is expected");
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
			return refuse(reader, setting, "unknown section");
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
