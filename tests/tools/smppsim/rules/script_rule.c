/* Reads a rule: whom it is for and what shall become of it. */
#include "rules/script_rule.h"

#include "core/buf.h"
#include "smsc/receipt.h"
#include "wire/pdu.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool take_percent(struct reader *reader, config_setting_t *setting,
			 long *percent)
{
	return value_take_number(reader, setting, percent) &&
	       ((*percent >= 1 && *percent <= 100) ||
		value_refuse(reader, setting, "a number from 1 to 100"));
}

static bool take_status(struct reader *reader, config_setting_t *setting,
			long *status)
{
	const char *name;

	if (config_setting_type(setting) == CONFIG_TYPE_INT)
		return value_take_number(reader, setting, status);
	if (!value_take_string(reader, setting, &name))
		return false;
	*status = pdu_status_value(name);
	return *status >= 0 || value_refuse(reader, setting, "unknown status");
}

static bool take_outcome(struct reader *reader, config_setting_t *setting,
			 long *outcome)
{
	const char *stat;

	if (!value_take_string(reader, setting, &stat))
		return false;
	*outcome = receipt_state(stat);
	return *outcome || value_refuse(reader, setting, "unknown outcome");
}

static bool take_fault(struct reader *reader, config_setting_t *setting,
		       struct rule *rule)
{
	const char *spec;

	if (!value_take_string(reader, setting, &spec))
		return false;
	if (!fault_parse(&rule->fault, spec, &reader->why))
		return value_refuse(reader, setting, reader->why);
	if (!fault_is_of_message(rule->fault.kind) || rule->fault.now)
		return value_refuse(reader, setting,
				    "strikes no single message");
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

static bool take_member(struct reader *reader, config_setting_t *setting,
			enum key_kind kind, void *member)
{
	switch (kind) {
	case KEY_STRING:
		return value_take_string(reader, setting, member);
	case KEY_SECONDS:
		return value_take_seconds(reader, setting, member);
	case KEY_NUMBER:
		return value_take_number(reader, setting, member);
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
	const char *text = value_as_text(reader->script, setting);
	char name[32];

	return !text ||
	       options_apply_shape(shape, value_option_name(name, setting),
				   text, &reader->why) ||
	       value_refuse(reader, setting, reader->why);
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

bool script_take_rule(struct reader *reader, config_setting_t *group)
{
	struct options *options = reader->options;
	struct rule rule = { .shape = options->shape };
	config_setting_t *setting;

	if (!config_setting_is_group(group))
		return value_refuse(reader, group,
				    "a rule is a group, { ... }");
	for (unsigned i = 0; (setting = config_setting_get_elem(group, i)); i++)
		if (!take_rule_key(reader, setting, &rule))
			return false;
	options->rules.rules = mem_grow(options->rules.rules,
					&options->rules.count, sizeof(rule));
	options->rules.rules[options->rules.count - 1] = rule;
	return true;
}
