/* iwfctl asks the running daemon over its control socket and prints what it
 * answers, for people in columns, for programs as it came (--json). */
#include "admin/ctl.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGE_USAGE "--to ADDRESS --text TEXT [--from ADDRESS]"

const struct ctl_command ctl_commands[] = {
	{ "status", NULL, "", "", "", "is it ready, what waits, what has been "
	  "done", ctl_print_status, NULL },
	{ "links", NULL, "", "", "", "links, their state and what they hold",
	  ctl_print_links, NULL },
	{ "queue", NULL, " link ", "", "[--link NAME]",
	  "what waits or is under way, by link and state, and the oldest",
	  ctl_print_queue, NULL },
	{ "list", NULL, " state limit full ", "",
	  "[--state STATE] [--limit N] [--full]", "the newest deliveries",
	  ctl_print_list, NULL },
	{ "trace", "id", " full ", "", "ID [--full]", "the steps of a delivery;"
	  " ID is its id, the end of it, the peer's or the sender's id",
	  ctl_print_trace, NULL },
	{ "send", NULL, " to text from want ", " to text ",
	  MESSAGE_USAGE " [--want delivered,failed]",
	  "sends a message and prints its id", ctl_print_sent, NULL },
	{ "cancel", "id", "", "", "ID", "takes a delivery back if it has not left "
	  "yet", ctl_print_cancelled, NULL },
	{ "explain", NULL, " to text from want ", " to text ", MESSAGE_USAGE,
	  "tells how a message would go; nothing is sent", ctl_print_lines,
	  NULL },
	{ "table", "service", " link ", "", "SERVICE [--link NAME]",
	  "how the words of a service's peers (sms) meet fates, and which rows "
	  "the configuration has changed", ctl_print_mapping, NULL },
	{ "ledger", NULL, " audit ", "", "[--audit]",
	  "whether everything taken in is accounted for", ctl_print_ledger, NULL },
	{ "reload", NULL, "", "", "", "reads the configuration again",
	  ctl_print_text, NULL },
	{ "log-level", "level", "", "", "error|warning|info|debug",
	  "changes what is logged, until the next start", ctl_print_level, NULL },
	{ "version", NULL, "", "", "", "of this tool and of the daemon",
	  ctl_print_version, NULL },
	{ "conformance", NULL, "", "", "", "what of CPM is proven here, by which "
	  "tests, and what is open", ctl_print_conformance,
	  ctl_make_conformance },
	{ .name = NULL }
};

/* The daemon says `syntax` when what was typed is wrong. */
static enum ctl_exit print_refusal(const json_t *answer)
{
	const char *error = ctl_text(answer, "error");

	fputs("iwfctl: ", stderr);
	ctl_put(stderr, ctl_text(answer, "text"));
	fputc('\n', stderr);
	return strcmp(error, "syntax") ? CTL_BAD_NEWS : CTL_USAGE;
}

static enum ctl_exit print_answer(const struct ctl_options *options,
				  const char *line)
{
	json_t *answer = json_loads(line, JSON_ALLOW_NUL, NULL);
	/* With --json the same verdict, without the columns. */
	FILE *out = options->json ? fopen("/dev/null", "w") : stdout;
	enum ctl_exit status;

	if (options->json)
		printf("%s\n", line);
	if (!answer) {
		fprintf(stderr, "iwfctl: what answers at %s is not iwfd\n",
			options->socket);
		status = CTL_UNREACHABLE;
	} else if (!json_is_true(json_object_get(answer, "ok"))) {
		status = print_refusal(answer);
	} else {
		status = options->command->print(answer, out ? out : stderr);
	}
	if (options->json && out)
		fclose(out);
	json_decref(answer);
	return status;
}

static char *ask(const struct ctl_options *options)
{
	char *line = json_dumps(options->asked, JSON_COMPACT);
	char *answer = line ? ctl_ask(options, line) : NULL;

	free(line);
	return answer;
}

static char *make(const struct ctl_command *command)
{
	json_t *made = command->make();
	char *answer = json_dumps(made, JSON_COMPACT);

	json_decref(made);
	return answer;
}

static enum ctl_exit run(const struct ctl_options *options)
{
	char *answer = options->command->make ? make(options->command) :
						ask(options);
	enum ctl_exit status = CTL_UNREACHABLE;

	if (answer)
		status = print_answer(options, answer);
	free(answer);
	return status;
}

int main(int argc, char **argv)
{
	struct ctl_options options;
	enum ctl_exit status = CTL_USAGE;

	if (ctl_options_parse(&options, argc, argv)) {
		status = CTL_OK;
		if (options.help)
			ctl_usage(stdout);
		else
			status = run(&options);
	}
	json_decref(options.asked);
	return status;
}
