/* cancel: takes a delivery back, as far as that is possible. */
#include "admin/admin_priv.h"
#include "admin/trace_key.h"

static const char *text_of(const struct relay_cancelled *what)
{
	if (store_state_is_final(what->was))
		return "it had ended already";
	switch (what->is) {
	case STORE_CANCELLED:
		return "it is not sent";
	case STORE_ATTEMPT:
	case STORE_QUEUED:
		return "its link has it and was told: what is written stays "
		       "written";
	case STORE_UNSURE:
		return "it may have arrived";
	case STORE_SENT:
	case STORE_FINISHED:
		return "the peer has it";
	default:
		return "it ended meanwhile";
	}
}

static void on_told(struct iwf_task *task)
{
	struct cancel_request *cancel = IWF_CONTAINER(task,
					struct cancel_request, task);
	const struct relay_cancelled *what = &cancel->what;

	if (what->err == IWF_E_NOT_FOUND)
		request_refuse(&cancel->base, what->err,
			       "no delivery has this id");
	else if (what->err)
		request_refuse(&cancel->base, what->err,
			       "it is being stored, ask again");
	else
		request_answer(&cancel->base, json_pack("{s:o, s:s, s:s, s:s}",
			"id", view_id(cancel->id),
			"was", store_state_name(what->was),
			"state", store_state_name(what->is),
			"text", text_of(what)));
}

/* On the relay's loop. */
static void on_cancelled(void *arg, const struct relay_cancelled *what)
{
	struct cancel_request *cancel = arg;

	cancel->what = *what;
	cancel->task.run = on_told;
	iwf_loop_post(cancel->base.admin->loop, &cancel->task);
}

void cmd_cancel(struct request *request)
{
	struct cancel_request *cancel = (struct cancel_request *)request;
	const char *key = request_text(request, "id");

	if (!key || !trace_key_id(iwf_str_from(key), &cancel->id)) {
		request_refuse(request, IWF_E_SYNTAX,
			       "id must be the 16 digits of a delivery's id");
		return;
	}
	relay_cancel(request->admin->parts.relay, cancel->id, on_cancelled,
		     cancel);
}
