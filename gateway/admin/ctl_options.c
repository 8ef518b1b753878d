/* The command line of iwfctl into a request. */
#include "admin/ctl.h"

#include <stdlib.h>
#include <string.h>

#define SOCKET_DEFAULT "/run/cpm-iwf/control"
#define TIMEOUT_SEC 60

enum option_type { OPTION_TEXT, OPTION_NUMBER, OPTION_FLAG };

/* Options that become members of the request, under their own names. */
static const struct option {
	const char *name;
	enum option_type type;
} options_known[] = {
	{ "link", OPTION_TEXT },   { "state", OPTION_TEXT },
	{ "to", OPTION_TEXT },     { "from", OPTION_TEXT },
	{ "text", OPTION_TEXT },   { "want", OPTION_TEXT },
	{ "limit", OPTION_NUMBER }, { "audit", OPTION_FLAG },
	{ "full", OPTION_FLAG },
};

/* Words between blanks, with one at both ends. */
static bool is_listed(const char *list, const char *name)
{
	char word[32];

	snprintf(word, sizeof(word), " %.28s ", name);
	return strstr(list, word) != NULL;
}

static const struct option *option_find(const char *name)
{
	for (size_t i = 0; i < sizeof(options_known) / sizeof(*options_known);
	     i++)
		if (!strcmp(options_known[i].name, name))
			return &options_known[i];
	return NULL;
}

static const struct ctl_command *command_find(const char *name)
{
	const struct ctl_command *command = ctl_commands;

	while (command->name && strcmp(command->name, name))
		command++;
	return command->name ? command : NULL;
}

static bool refuse(const char *what, const char *word)
{
	fprintf(stderr, "iwfctl: %s%s (iwfctl --help)\n", what, word);
	return false;
}

static bool number_parse(const char *text, long long *number)
{
	char *end;

	*number = strtoll(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && *number < 1000000000;
}

/* Leaves out what is not a file's text: a request is UTF-8. */
static bool set_text(struct ctl_options *options, const char *key,
		     const char *value)
{
	json_t *text = json_string(value);

	if (!text)
		return refuse("not UTF-8: ", key);
	json_object_set_new(options->asked, key, text);
	return true;
}

static bool set_option(struct ctl_options *options, const struct option *option,
		       const char *value)
{
	long long number;

	switch (option->type) {
	case OPTION_FLAG:
		json_object_set_new(options->asked, option->name, json_true());
		return true;
	case OPTION_TEXT:
		return set_text(options, option->name, value);
	case OPTION_NUMBER:
		if (!number_parse(value, &number))
			return refuse("not a number: ", value);
		json_object_set_new(options->asked, option->name,
				    json_integer(number));
		return true;
	}
	return false;
}

/* Options of iwfctl itself; *used tells whether it took one. */
static bool take_own(struct ctl_options *options, const char *name,
		     const char *value, int *used)
{
	long long number;

	*used = 1;
	if (!strcmp(name, "json")) {
		options->json = true;
	} else if (!strcmp(name, "help")) {
		options->help = true;
	} else if (!strcmp(name, "socket")) {
		*used = 2;
		options->socket = value;
	} else if (!strcmp(name, "timeout")) {
		*used = 2;
		if (value && (!number_parse(value, &number) || !number))
			return refuse("not a number of seconds: ", value);
		options->timeout_sec = value ? (unsigned)number : 0;
	} else {
		*used = 0;
	}
	if (*used == 2 && !value)
		return refuse("a value is missing behind --", name);
	return true;
}

/* How many arguments were taken; 0 when refused. */
static int take_option(struct ctl_options *options, const char *name,
		       const char *value)
{
	const struct option *option = option_find(name);
	int used;

	if (!take_own(options, name, value, &used))
		return 0;
	if (used)
		return used;
	if (!option || !options->command ||
	    !is_listed(options->command->options, name)) {
		refuse("unknown option --", name);
		return 0;
	}
	if (option->type != OPTION_FLAG && !value) {
		refuse("a value is missing behind --", name);
		return 0;
	}
	if (!set_option(options, option, value))
		return 0;
	return option->type == OPTION_FLAG ? 1 : 2;
}

static bool take_word(struct ctl_options *options, const char *word)
{
	const struct ctl_command *command = options->command;

	if (!command) {
		options->command = command_find(word);
		if (!options->command)
			return refuse("unknown command ", word);
		return set_text(options, "cmd", word);
	}
	if (!command->operand ||
	    json_object_get(options->asked, command->operand))
		return refuse("too many arguments: ", word);
	return set_text(options, command->operand, word);
}

static bool check_required(const struct ctl_options *options)
{
	const struct ctl_command *command = options->command;

	if (!command)
		return refuse("a command is missing", "");
	if (command->operand &&
	    !json_object_get(options->asked, command->operand))
		return refuse("an argument is missing: ", command->usage);
	for (size_t i = 0; i < sizeof(options_known) / sizeof(*options_known);
	     i++)
		if (is_listed(command->required, options_known[i].name) &&
		    !json_object_get(options->asked, options_known[i].name))
			return refuse("required: --", options_known[i].name);
	return true;
}

bool ctl_options_parse(struct ctl_options *options, int argc, char **argv)
{
	const char *set = getenv("IWFCTL_SOCKET");

	*options = (struct ctl_options){
		.socket = set && *set ? set : SOCKET_DEFAULT,
		.timeout_sec = TIMEOUT_SEC, .asked = json_object(),
	};
	for (int i = 1; i < argc;) {
		int used = 1;

		if (!strncmp(argv[i], "--", 2) && argv[i][2])
			used = take_option(options, argv[i] + 2,
					   i + 1 < argc ? argv[i + 1] : NULL);
		else if (!strcmp(argv[i], "-h"))
			options->help = true;
		else if (*argv[i] == '-')
			return refuse("unknown option ", argv[i]);
		else if (!take_word(options, argv[i]))
			return false;
		if (!used)
			return false;
		i += used;
	}
	return options->help || check_required(options);
}

void ctl_usage(FILE *out)
{
	fputs("usage: iwfctl [--socket PATH] [--timeout SEC] [--json] "
	      "COMMAND\n\n", out);
	for (const struct ctl_command *command = ctl_commands; command->name;
	     command++) {
		fprintf(out, "  %s%s%s\n", command->name,
			*command->usage ? " " : "", command->usage);
		fprintf(out, "        %s\n", command->text);
	}
	fputs("\nexit status: 0 well, 1 refused or not well, 2 usage, "
	      "3 the daemon cannot be reached\n", out);
}
