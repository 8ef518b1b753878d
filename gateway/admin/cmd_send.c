/* send and explain: a message of the operator's own, sent or only routed. */
#include "admin/admin_priv.h"
#include "admin/compose.h"

#include <iwf/arena.h>

static const char *result_word(enum iwf_result result)
{
	switch (result) {
	case IWF_RESULT_ACCEPTED: return "accepted";
	case IWF_RESULT_DUPLICATE: return "duplicate";
	case IWF_RESULT_BUSY: return "busy";
	case IWF_RESULT_NO_ROUTE: return "no-route";
	case IWF_RESULT_LOOP: return "loop";
	case IWF_RESULT_TOO_LARGE: return "too-large";
	case IWF_RESULT_BLOCKED: return "blocked";
	case IWF_RESULT_UNMATCHED: return "unmatched";
	case IWF_RESULT_ERROR: return "error";
	}
	return "?";
}

static enum iwf_err take_addresses(struct send_request *send,
				   struct iwf_message *msg, struct iwf_why *why)
{
	const char *to = request_text(&send->base, "to");
	const char *from = request_text(&send->base, "from");
	enum iwf_err err;

	if (!to)
		return iwf_why_set(why, IWF_E_SYNTAX, 0, "to is missing");
	msg->from = send->base.admin->send_from;
	err = compose_address(send->arena, iwf_str_from(to), false, &msg->to,
			      why);
	if (!err && from)
		err = compose_address(send->arena, iwf_str_from(from), true,
				      &msg->from, why);
	return err;
}

static enum iwf_err take_message(struct send_request *send,
				 struct iwf_message *msg, struct iwf_why *why)
{
	const char *text = request_text(&send->base, "text");
	const char *want = request_text(&send->base, "want");
	enum iwf_err err = take_addresses(send, msg, why);

	if (!err && (!text || !*text))
		err = iwf_why_set(why, IWF_E_SYNTAX, 0, "text is missing");
	if (!err)
		err = compose_want(iwf_str_from(want ? want :
				   "delivered,failed"), &msg->want, why);
	msg->kind = IWF_KIND_MESSAGE;
	msg->content_type = IWF_STR("text/plain; charset=utf-8");
	msg->body = iwf_str_from(text);
	msg->sent_at_ms = iwf_loop_wall_ms(send->base.admin->loop);
	return err;
}

static void send_refuse(struct send_request *send, enum iwf_err err,
			const char *text)
{
	iwf_arena_destroy(&send->arena);
	request_refuse(&send->base, err, "%s", text);
}

static enum iwf_err error_of(enum iwf_result result)
{
	switch (result) {
	case IWF_RESULT_BUSY: return IWF_E_FULL;
	case IWF_RESULT_NO_ROUTE: return IWF_E_NOT_FOUND;
	case IWF_RESULT_TOO_LARGE: return IWF_E_LIMIT;
	case IWF_RESULT_ERROR: return IWF_E_IO;
	default: return IWF_E_DENIED;
	}
}

static void on_verdict(struct iwf_task *task)
{
	struct send_request *send = IWF_CONTAINER(task, struct send_request,
						  task);
	const struct iwf_verdict *verdict = &send->verdict;
	const char *word = result_word(verdict->result);

	iwf_arena_destroy(&send->arena);
	if (verdict->result == IWF_RESULT_ACCEPTED ||
	    verdict->result == IWF_RESULT_DUPLICATE)
		request_answer(&send->base, json_pack("{s:o, s:s}",
			"id", view_id(verdict->id ? verdict->id :
						    verdict->original_id),
			"result", word));
	else
		request_refuse(&send->base, error_of(verdict->result), "%s: %s",
			       word, verdict->why ? verdict->why :
						    "no reason given");
}

/* On the relay's loop. */
static void on_sent(void *arg, const struct iwf_verdict *verdict)
{
	struct send_request *send = arg;

	send->verdict = *verdict;
	send->task.run = on_verdict;
	iwf_loop_post(send->base.admin->loop, &send->task);
}

void cmd_send(struct request *request)
{
	struct send_request *send = (struct send_request *)request;
	struct iwf_message msg = { .id = 0 };
	struct iwf_why why = { .file = NULL };
	enum iwf_err err;

	send->arena = iwf_arena_create(0);
	err = take_message(send, &msg, &why);
	if (err)
		send_refuse(send, err, why.text);
	else
		relay_send(request->admin->parts.relay, &msg, on_sent, send);
}

/* A key that comes again becomes a list of all its values. */
static void value_add(json_t *object, const char *key, json_t *value)
{
	json_t *old = json_object_get(object, key);
	json_t *list;

	if (!old) {
		json_object_set_new(object, key, value);
	} else if (json_is_array(old)) {
		json_array_append_new(old, value);
	} else {
		list = json_array();
		json_array_append(list, old);
		json_array_append_new(list, value);
		json_object_set_new(object, key, list);
	}
}

/* Lines "key: value" for programs. */
static json_t *lines_view(struct iwf_arena *arena, struct iwf_str text)
{
	json_t *object = json_object();
	struct iwf_str line;

	while (iwf_str_split(&text, '\n', &line)) {
		size_t colon = iwf_str_find(line, ':');

		if (colon == IWF_STR_NPOS)
			continue;
		value_add(object,
			  iwf_arena_copy(arena, iwf_str_sub(line, 0, colon)).ptr,
			  view_text(iwf_str_trim(iwf_str_sub(line, colon + 1,
							     line.len))));
	}
	return object;
}

void cmd_explain(struct request *request)
{
	struct send_request *send = (struct send_request *)request;
	struct iwf_message msg = { .id = 0 };
	struct iwf_why why = { .file = NULL };
	struct iwf_buf text = { 0 };
	json_t *answer;
	enum iwf_err err;

	send->arena = iwf_arena_create(0);
	err = take_message(send, &msg, &why);
	if (err) {
		send_refuse(send, err, why.text);
		return;
	}
	relay_explain(request->admin->parts.relay, &msg, &text);
	answer = json_pack("{s:o, s:o}", "text", view_text(iwf_buf_str(&text)),
			   "explained",
			   lines_view(send->arena, iwf_buf_str(&text)));
	iwf_arena_destroy(&send->arena);
	iwf_buf_free(&text);
	request_answer(request, answer);
}
