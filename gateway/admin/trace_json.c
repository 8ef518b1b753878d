/* The steps of one delivery, from the times in its row, and what it waits for
 * now, in words. */
#include "admin/view.h"

#include "base/record.h"

#include <stdio.h>

#define STEPS_MAX 8

struct step {
	int64_t at_ms;
	const char *name;
	json_t *text;
};

struct steps {
	struct step items[STEPS_MAX];
	unsigned count;
};

/* Kept in the order of time; equal times in the order of the line. */
static void add_step(struct steps *steps, int64_t at_ms, const char *name,
		     json_t *text)
{
	unsigned at = steps->count++;

	for (; at && steps->items[at - 1].at_ms > at_ms; at--)
		steps->items[at] = steps->items[at - 1];
	steps->items[at] = (struct step){ at_ms, name, text };
}

static unsigned bits(const uint8_t *bitmap)
{
	unsigned count = 0;

	for (unsigned i = 0; i < STORE_PARTS_LEN; i++)
		count += (unsigned)__builtin_popcount(bitmap[i]);
	return count;
}

static json_t *put_text(struct iwf_buf *buf)
{
	json_t *json = view_text(iwf_buf_str(buf));

	iwf_buf_free(buf);
	return json;
}

static void put_outcome(struct iwf_buf *buf, const struct store_delivery *row)
{
	if (row->code)
		iwf_buf_printf(buf, "%scode %u (0x%x)", buf->len ? ", " : "",
			       row->code, row->code);
	if (row->text.len)
		iwf_buf_printf(buf, "%s%.*s", buf->len ? ", " : "",
			       IWF_STR_ARG(row->text));
}

static json_t *accepted_text(const struct trace_view *view,
			     const struct store_delivery *row,
			     const struct iwf_message *msg)
{
	struct iwf_buf buf = { 0 };

	if (row->kind == IWF_KIND_REPORT)
		iwf_buf_printf(&buf, "made for %016llx",
			       (unsigned long long)row->about);
	else if (!row->origin)
		iwf_buf_str_put(&buf, IWF_STR("from the operator"));
	else
		iwf_buf_printf(&buf, "by link %s",
			       store_link_name(view->store, row->origin));
	if (msg && msg->listener.len && row->kind == IWF_KIND_MESSAGE)
		iwf_buf_printf(&buf, ", listener %.*s",
			       IWF_STR_ARG(msg->listener));
	if (msg && msg->account.len)
		iwf_buf_printf(&buf, ", account %.*s",
			       IWF_STR_ARG(msg->account));
	return put_text(&buf);
}

static json_t *attempt_text(const struct trace_view *view,
			    const struct store_delivery *row)
{
	struct iwf_buf buf = { 0 };

	iwf_buf_printf(&buf, "number %u on link %s", row->attempts,
		       store_link_name(view->store, row->link));
	if (row->resends)
		iwf_buf_printf(&buf, ", sent again %u times although it may "
			       "have arrived", row->resends);
	if (!row->sent_at_ms && !row->done_at_ms)
		put_outcome(&buf, row);
	return put_text(&buf);
}

static json_t *sent_text(const struct store_delivery *row)
{
	struct iwf_buf buf = { 0 };

	if (row->parts > 1)
		iwf_buf_printf(&buf, "%u of %u parts, ", bits(row->parts_sent),
			       row->parts);
	if (row->remote.len)
		iwf_buf_printf(&buf, "peer's id %.*s", IWF_STR_ARG(row->remote));
	else
		iwf_buf_str_put(&buf, IWF_STR("the peer gave no id"));
	return put_text(&buf);
}

static json_t *done_text(const struct store_delivery *row)
{
	struct iwf_buf buf = { 0 };

	if (row->state == STORE_FINISHED)
		iwf_buf_str_put(&buf, IWF_STR("nothing more is awaited"));
	if (row->parts > 1 && bits(row->parts_good))
		iwf_buf_printf(&buf, "%u of %u parts", bits(row->parts_good),
			       row->parts);
	put_outcome(&buf, row);
	return put_text(&buf);
}

static void take_steps(const struct trace_view *view, struct steps *steps,
		       const struct store_delivery *row,
		       const struct iwf_message *msg)
{
	add_step(steps, row->accepted_at_ms, "accepted",
		 accepted_text(view, row, msg));
	if (row->attempt_at_ms)
		add_step(steps, row->attempt_at_ms, "attempt",
			 attempt_text(view, row));
	if (row->sent_at_ms)
		add_step(steps, row->sent_at_ms, "sent", sent_text(row));
	if (store_state_is_final(row->state))
		add_step(steps, row->done_at_ms ? row->done_at_ms :
			 row->sent_at_ms, store_state_name(row->state),
			 done_text(row));
	if (row->told_at_ms)
		add_step(steps, row->told_at_ms, "told",
			 json_string("the sender's side has heard of it"));
}

static json_t *steps_json(const struct steps *steps)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < steps->count; i++) {
		const struct step *step = &steps->items[i];
		const struct step *before = i ? step - 1 : step;

		json_array_append_new(array, json_pack(
			"{s:o, s:I, s:I, s:s, s:o}",
			"at", view_time(step->at_ms),
			"at_ms", (json_int_t)step->at_ms,
			"delta_ms", (json_int_t)(step->at_ms - before->at_ms),
			"step", step->name, "text", step->text));
	}
	return array;
}

/* --- the hint --- */

static const struct relay_link_status *
find_link(const struct trace_view *view, const char *name)
{
	for (size_t i = 0; i < view->link_count; i++)
		if (!strcmp(view->links[i].name, name))
			return &view->links[i];
	return NULL;
}

static void put_time(struct iwf_buf *buf, int64_t at_ms)
{
	json_t *json = view_time(at_ms);
	const char *text = json_string_value(json);

	iwf_buf_printf(buf, "%s", text ? text : "?");
	json_decref(json);
}

static void put_queued(const struct trace_view *view, struct iwf_buf *buf,
		       const struct store_delivery *row)
{
	const char *name = store_link_name(view->store, row->link);
	const struct relay_link_status *link = find_link(view, name);

	if (!link || link->removed) {
		iwf_buf_printf(buf, "waiting: link %s is not configured any "
			       "more", name);
	} else if (!link->instances_up) {
		iwf_buf_printf(buf, "waiting: link %s is %s since ", name,
			       view_link_state(link->state));
		put_time(buf, link->since_ms);
		if (link->reason[0])
			iwf_buf_printf(buf, ", reason: %s", link->reason);
	} else if (row->due_at_ms > view->wall_ms) {
		iwf_buf_str_put(buf, IWF_STR("waiting: next attempt at "));
		put_time(buf, row->due_at_ms);
		put_outcome(buf, row);
	} else {
		iwf_buf_printf(buf, "waiting: its turn on link %s, which has "
			       "%u outstanding and %u in memory", name,
			       link->outstanding, link->in_memory);
	}
}

static void put_hint(const struct trace_view *view, struct iwf_buf *buf,
		     const struct store_delivery *row)
{
	const char *name = store_link_name(view->store, row->link);

	switch (row->state) {
	case STORE_QUEUED:
		put_queued(view, buf, row);
		break;
	case STORE_ATTEMPT:
		iwf_buf_printf(buf, "under way: link %s has it, the peer's "
			       "answer is awaited", name);
		break;
	case STORE_UNSURE:
		iwf_buf_printf(buf, "unsure: it may have arrived by link %s; a "
			       "receipt or its expiry at ", name);
		put_time(buf, row->expires_at_ms);
		iwf_buf_str_put(buf, IWF_STR(" decides"));
		break;
	case STORE_SENT:
		iwf_buf_printf(buf, "waiting: the peer of link %s has it, its "
			       "receipt is awaited", name);
		break;
	default:
		break;
	}
}

static json_t *hint_json(const struct trace_view *view,
			 const struct store_delivery *row)
{
	struct iwf_buf buf = { 0 };

	put_hint(view, &buf, row);
	if (buf.len)
		return put_text(&buf);
	iwf_buf_free(&buf);
	return json_null();
}

/* --- all of it --- */

static void add_message(json_t *to, const struct trace_view *view,
			const struct iwf_message *msg)
{
	json_object_set_new(to, "from",
			    view_address(view->log, &msg->from, view->full));
	json_object_set_new(to, "to",
			    view_address(view->log, &msg->to, view->full));
	json_object_set_new(to, "message_id", view_text(msg->peer_id));
	json_object_set_new(to, "content_type", view_text(msg->content_type));
	json_object_set_new(to, "content_len",
			    json_integer((json_int_t)msg->body.len));
	if (msg->kind == IWF_KIND_REPORT)
		json_object_set_new(to, "fate",
				    json_string(iwf_fate_name(msg->fate)));
}

json_t *trace_json(const struct trace_view *view,
		   const struct store_found *found)
{
	const struct store_delivery *row = &found->row;
	const struct iwf_message *msg = found->record.len ?
		record_parse(found->record) : NULL;
	struct steps steps = { .count = 0 };
	json_t *json;

	take_steps(view, &steps, row, msg);
	json = json_pack("{s:o, s:s, s:s, s:o, s:o, s:I, s:I, s:o, s:o, s:o}",
		"id", view_id(row->id),
		"kind", view_kind(row->kind),
		"state", store_state_name(row->state),
		"origin", view_text(iwf_str_from(view_origin(view->store,
							row->origin))),
		"link", view_text(iwf_str_from(store_link_name(view->store,
							row->link))),
		"attempts", (json_int_t)row->attempts,
		"resends", (json_int_t)row->resends,
		"expires", view_time(row->expires_at_ms),
		"steps", steps_json(&steps),
		"hint", hint_json(view, row));
	if (row->about)
		json_object_set_new(json, "about", view_id(row->about));
	if (msg)
		add_message(json, view, msg);
	iwf_message_unref(&msg);
	return json;
}
