/* What the store holds of each link, and single deliveries as one line. */
#include "admin/view.h"

#include "base/record.h"

json_t *queue_json(const struct store_query *counts, const struct store *store,
		   const char *link, int64_t wall_ms)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < counts->count_count; i++) {
		const struct store_count *count = &counts->counts[i];
		const char *name = store_link_name(store, count->link);

		if (link && strcmp(name, link))
			continue;
		json_array_append_new(array, json_pack(
			"{s:o, s:s, s:s, s:I, s:o, s:I}",
			"link", view_text(iwf_str_from(name)),
			"kind", view_kind(count->kind),
			"state", store_state_name(count->state),
			"count", (json_int_t)count->count,
			"oldest", view_time(count->oldest_ms),
			"oldest_age_ms",
			(json_int_t)(wall_ms - count->oldest_ms)));
	}
	return array;
}

static void add_addresses(json_t *to, struct iwf_str record,
			  const struct iwf_log *log, bool full)
{
	const struct iwf_message *msg = record.len ? record_parse(record) :
						     NULL;

	json_object_set_new(to, "from", msg ?
		view_address(log, &msg->from, full) : json_null());
	json_object_set_new(to, "to", msg ?
		view_address(log, &msg->to, full) : json_null());
	iwf_message_unref(&msg);
}

json_t *delivery_json(const struct store_found *found,
		      const struct store *store, const struct iwf_log *log,
		      bool full)
{
	const struct store_delivery *row = &found->row;
	json_t *json = json_pack("{s:o, s:s, s:s, s:o, s:o, s:o, s:I, s:I, s:o}",
		"id", view_id(row->id),
		"kind", view_kind(row->kind),
		"state", store_state_name(row->state),
		"accepted", view_time(row->accepted_at_ms),
		"origin", view_text(iwf_str_from(view_origin(store,
						row->origin))),
		"link", view_text(iwf_str_from(store_link_name(store,
						row->link))),
		"attempts", (json_int_t)row->attempts,
		"code", (json_int_t)row->code,
		"text", view_text(row->text));

	add_addresses(json, found->record, log, full);
	return json;
}
