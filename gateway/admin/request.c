/* One line in, one line out: which command it is, and its answer. */
#include "admin/admin_priv.h"

#include <iwf/arena.h>

#include <stdarg.h>
#include <stdlib.h>

#define COMMAND(word, function, type, does_change) \
	{ .name = word, .run = function, .size = sizeof(struct type), \
	  .changes = does_change }

static const struct command commands[] = {
	COMMAND("version", cmd_version, request, false),
	COMMAND("status", cmd_status, status_request, false),
	COMMAND("links", cmd_links, status_request, false),
	COMMAND("queue", cmd_queue, queue_request, false),
	COMMAND("list", cmd_list, list_request, false),
	COMMAND("ledger", cmd_ledger, ledger_request, false),
	COMMAND("trace", cmd_trace, trace_request, false),
	COMMAND("explain", cmd_explain, send_request, false),
	COMMAND("table", cmd_table, request, false),
	COMMAND("send", cmd_send, send_request, true),
	COMMAND("cancel", cmd_cancel, cancel_request, true),
	COMMAND("reload", cmd_reload, request, true),
	COMMAND("log-level", cmd_log_level, request, true),
};

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < IWF_COUNT_OF(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* --- answering --- */

static void put_answer(struct control_peer *peer, json_t *take)
{
	char *line = json_dumps(take, JSON_COMPACT);

	IWF_BUG_ON(!line);
	json_decref(take);
	control_answer(peer, iwf_str_from(line));
	free(line);
}

static json_t *refusal(enum iwf_err err, const char *text)
{
	return json_pack("{s:b, s:s, s:o}", "ok", 0, "error", iwf_err_name(err),
			 "text", view_text(iwf_str_from(text)));
}

static void request_free(struct request *request)
{
	struct admin *admin = request->admin;

	json_decref(request->answer);
	json_decref(request->asked);
	free(request);
	if (!--admin->request_count && admin->ending)
		sem_post(&admin->idle);
}

void request_answer(struct request *request, json_t *take)
{
	json_t *answer = json_pack("{s:b}", "ok", 1);

	json_object_update(answer, take);
	json_decref(take);
	put_answer(request->peer, answer);
	request_free(request);
}

void request_refuse(struct request *request, enum iwf_err err, const char *fmt,
		    ...)
{
	char text[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	put_answer(request->peer, refusal(err, text));
	request_free(request);
}

/* --- asking --- */

const char *request_text(const struct request *request, const char *key)
{
	return json_string_value(json_object_get(request->asked, key));
}

bool request_flag(const struct request *request, const char *key)
{
	return json_is_true(json_object_get(request->asked, key));
}

bool request_number(struct request *request, const char *key, uint32_t *value,
		    uint32_t max)
{
	const json_t *json = json_object_get(request->asked, key);
	json_int_t number = json_integer_value(json);

	if (!json)
		return true;
	if (!json_is_integer(json) || number < 1 || number > max) {
		request_refuse(request, IWF_E_SYNTAX,
			       "%s must be a number from 1 to %u", key, max);
		return false;
	}
	*value = (uint32_t)number;
	return true;
}

struct relay_link_status *request_links(const struct request *request,
					size_t *count)
{
	struct relay_link_status *links =
		iwf_alloc(ADMIN_LINKS_MAX * sizeof(*links));

	*count = relay_status(request->admin->parts.relay, links,
			      ADMIN_LINKS_MAX);
	if (*count > ADMIN_LINKS_MAX)
		*count = ADMIN_LINKS_MAX;
	return links;
}

void request_ask(struct request *request, struct store_query *query,
		 enum store_query_kind kind, iwf_task_fn *on_answer)
{
	query->kind = kind;
	query->loop = request->admin->loop;
	query->task.run = on_answer;
	store_ask(request->admin->parts.store, query);
}

/* --- dispatch --- */

static void log_change(struct admin *admin, const struct command *command,
		       struct control_peer *peer)
{
	struct control_who who = control_who(peer);

	if (command->changes)
		iwf_log_info(admin->parts.log, "control", "command=%s uid=%u "
			     "pid=%d", command->name, (unsigned)who.uid,
			     (int)who.pid);
}

static void run_command(struct admin *admin, struct control_peer *peer,
			const struct command *command, json_t *take)
{
	struct request *request = iwf_alloc(command->size);

	request->admin = admin;
	request->peer = peer;
	request->command = command;
	request->asked = take;
	admin->request_count++;
	log_change(admin, command, peer);
	command->run(request);
}

void request_on_line(void *arg, struct control_peer *peer, struct iwf_str line)
{
	json_error_t why;
	json_t *asked = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES,
				   &why);
	const char *name = json_string_value(json_object_get(asked, "cmd"));
	const struct command *command = name ? command_find(name) : NULL;

	if (command) {
		run_command(arg, peer, command, asked);
		return;
	}
	if (!asked)
		put_answer(peer, refusal(IWF_E_SYNTAX, why.text));
	else if (!name)
		put_answer(peer, refusal(IWF_E_SYNTAX, "a request is an object "
					 "with the text \"cmd\""));
	else
		put_answer(peer, refusal(IWF_E_UNSUPPORTED,
					 "unknown command"));
	json_decref(asked);
}
