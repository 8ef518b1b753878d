/* trace: what happened to a delivery and to the REPORTs it caused. */
#include "admin/admin_priv.h"
#include "admin/trace_key.h"

#include "base/record.h"

#include <iwf/arena.h>

#include <stdlib.h>

#define REPORTS_MAX 100

static void trace_refuse(struct trace_request *trace, enum iwf_err err,
			 const char *text)
{
	iwf_arena_destroy(&trace->one.arena);
	iwf_arena_destroy(&trace->about.arena);
	free(trace->links);
	request_refuse(&trace->base, err, "%s", text);
}

/* --- found: its steps and those of its REPORTs --- */

static void trace_answer(struct trace_request *trace)
{
	struct admin *admin = trace->base.admin;
	struct trace_view view = {
		.store = admin->parts.store, .log = admin->parts.log,
		.wall_ms = iwf_loop_wall_ms(admin->loop),
		.full = request_flag(&trace->base, "full"),
	};
	json_t *reports = json_array();
	json_t *answer;

	trace->links = request_links(&trace->base, &trace->link_count);
	view.links = trace->links;
	view.link_count = trace->link_count;
	answer = trace_json(&view, &trace->one.found[0]);
	for (uint32_t i = 0; i < trace->about.found_count; i++)
		json_array_append_new(reports, trace_json(&view,
						&trace->about.found[i]));
	json_object_set_new(answer, "reports", reports);
	iwf_arena_destroy(&trace->one.arena);
	iwf_arena_destroy(&trace->about.arena);
	free(trace->links);
	request_answer(&trace->base, answer);
}

static void on_about(struct iwf_task *task)
{
	struct trace_request *trace = IWF_CONTAINER(task, struct trace_request,
						    about.task);

	if (trace->about.err)
		trace_refuse(trace, trace->about.err,
			     "the store could not be read");
	else
		trace_answer(trace);
}

static void search(struct trace_request *trace);

static void on_one(struct iwf_task *task)
{
	struct trace_request *trace = IWF_CONTAINER(task, struct trace_request,
						    one.task);

	if (trace->one.err) {
		trace_refuse(trace, trace->one.err,
			     "the store could not be read");
	} else if (trace->one.found_count) {
		trace->about.id = trace->one.found[0].row.id;
		trace->about.limit = REPORTS_MAX;
		trace->about.with_record = true;
		request_ask(&trace->base, &trace->about, STORE_Q_ABOUT,
			    on_about);
	} else if (trace->found_count) {
		trace_refuse(trace, IWF_E_GONE,
			     "the delivery was deleted meanwhile");
	} else {
		iwf_arena_destroy(&trace->one.arena);
		search(trace);
	}
}

static void ask_one(struct trace_request *trace, uint64_t id)
{
	trace->one.id = id;
	trace->one.limit = 1;
	trace->one.with_record = true;
	request_ask(&trace->base, &trace->one, STORE_Q_ID, on_one);
}

/* --- not an id: the newest rows --- */

static bool on_row(struct scan *scan, const struct store_found *found)
{
	struct trace_request *trace = IWF_CONTAINER(scan, struct trace_request,
						    scan);
	const struct iwf_message *msg = found->record.len ?
		record_parse(found->record) : NULL;

	if (trace_key_matches(iwf_str_from(trace->key), &found->row,
			      msg ? msg->peer_id : IWF_STR_NONE))
		trace->found[trace->found_count++] = found->row.id;
	iwf_message_unref(&msg);
	return trace->found_count < 8 && !control_is_gone(trace->base.peer);
}

static void refuse_ambiguous(struct trace_request *trace)
{
	struct iwf_buf text = { 0 };

	iwf_buf_str_put(&text, IWF_STR("several deliveries match:"));
	for (unsigned i = 0; i < trace->found_count; i++)
		iwf_buf_printf(&text, " %016llx",
			       (unsigned long long)trace->found[i]);
	iwf_buf_u8(&text, 0);
	trace_refuse(trace, IWF_E_EXISTS, text.ptr);
	iwf_buf_free(&text);
}

static void on_searched(struct scan *scan, enum iwf_err err)
{
	struct trace_request *trace = IWF_CONTAINER(scan, struct trace_request,
						    scan);

	if (err)
		trace_refuse(trace, err, "the store could not be read");
	else if (!trace->found_count)
		trace_refuse(trace, IWF_E_NOT_FOUND, "no delivery has this id, "
			     "and none of the newest 10000 has it as the end "
			     "of its id, as the peer's id or as the sender's");
	else if (trace->found_count > 1)
		refuse_ambiguous(trace);
	else
		ask_one(trace, trace->found[0]);
}

static void search(struct trace_request *trace)
{
	trace->scan.on_row = on_row;
	trace->scan.on_done = on_searched;
	scan_start(&trace->scan, trace->base.admin->parts.store,
		   trace->base.admin->loop);
}

void cmd_trace(struct request *request)
{
	struct trace_request *trace = (struct trace_request *)request;
	const char *key = request_text(request, "id");
	uint64_t id;

	if (!key || !*key || strlen(key) > TRACE_KEY_MAX) {
		request_refuse(request, IWF_E_SYNTAX,
			       "id must be a text of 1 to %d bytes",
			       TRACE_KEY_MAX);
		return;
	}
	trace->key = key;
	if (trace_key_id(iwf_str_from(key), &id))
		ask_one(trace, id);
	else
		search(trace);
}
