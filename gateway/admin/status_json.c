/* Links, what waits for them, and totals. */
#include "admin/view.h"

#include <stdlib.h>

static bool is_waiting(const struct store_count *count)
{
	return count->state == STORE_QUEUED;
}

static json_t *waiting_for(const struct store_query *counts,
			   const struct store *store, const char *name)
{
	json_int_t sum = 0;

	if (!counts)
		return json_null();
	for (uint32_t i = 0; i < counts->count_count; i++) {
		const struct store_count *count = &counts->counts[i];

		if (is_waiting(count) &&
		    !strcmp(store_link_name(store, count->link), name))
			sum += (json_int_t)count->count;
	}
	return json_integer(sum);
}

static json_t *link_json(const struct relay_link_status *link, json_t *waiting)
{
	return json_pack(
		"{s:o, s:o, s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:b}",
		"name", view_text(iwf_str_from(link->name)),
		"adapter", view_text(iwf_str_from(link->adapter)),
		"state", view_link_state(link->state),
		"instances", (json_int_t)link->instances,
		"instances_up", (json_int_t)link->instances_up,
		"outstanding", (json_int_t)link->outstanding,
		"in_memory", (json_int_t)link->in_memory,
		"waiting", waiting,
		"since", view_time(link->since_ms),
		"reason", view_text(iwf_str_from(link->reason)),
		"removed", (int)link->removed);
}

json_t *links_json(const struct relay_link_status *links, size_t count,
		   const struct store_query *counts, const struct store *store)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, link_json(&links[i],
			waiting_for(counts, store, links[i].name)));
	return array;
}

void waiting_json(json_t *to, const struct store_query *counts, int64_t wall_ms)
{
	int64_t oldest_ms = wall_ms;
	uint64_t waiting = 0;

	for (uint32_t i = 0; i < counts->count_count; i++) {
		const struct store_count *count = &counts->counts[i];

		if (!is_waiting(count) || !count->count)
			continue;
		waiting += count->count;
		if (count->oldest_ms < oldest_ms)
			oldest_ms = count->oldest_ms;
	}
	json_object_set_new(to, "waiting", json_integer((json_int_t)waiting));
	json_object_set_new(to, "oldest_waiting_ms",
			    json_integer(wall_ms - oldest_ms));
}

/* The value of a line `name 12` or `name{label="x"} 12`. */
static bool line_value(struct iwf_str line, struct iwf_str name, int64_t *value)
{
	struct iwf_str rest = iwf_str_sub(line, name.len, line.len);
	char digits[24] = { 0 };
	size_t end;

	if (!iwf_str_starts(line, name) || !rest.len ||
	    (*rest.ptr != ' ' && *rest.ptr != '{'))
		return false;
	if (*rest.ptr == '{') {
		end = iwf_str_search(rest, IWF_STR("\"} "));
		if (end == IWF_STR_NPOS)
			return false;
		rest = iwf_str_sub(rest, end + 2, rest.len);
	}
	rest = iwf_str_trim(rest);
	if (!rest.len || rest.len >= sizeof(digits))
		return false;
	memcpy(digits, rest.ptr, rest.len);
	*value = strtoll(digits, NULL, 10);
	return true;
}

bool metric_find(struct iwf_str metrics, const char *name, int64_t *value)
{
	struct iwf_str line;
	bool is_found = false;
	int64_t one;

	*value = 0;
	while (iwf_str_split(&metrics, '\n', &line)) {
		if (!line_value(line, iwf_str_from(name), &one))
			continue;
		*value += one;
		is_found = true;
	}
	return is_found;
}

void totals_json(json_t *to, struct iwf_str metrics,
		 const struct view_total *totals, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t value;

		metric_find(metrics, totals[i].metric, &value);
		json_object_set_new(to, totals[i].name, json_integer(value));
	}
}
