/* Whether everything taken in is accounted for. */
#include "admin/view.h"

static void add_states(json_t *to, const struct store_query *counts,
		       bool is_all)
{
	uint64_t sums[STORE_CANCELLED + 1] = { 0 };
	uint64_t sum = 0;

	for (uint32_t i = 0; i < counts->count_count; i++) {
		if (counts->counts[i].state > STORE_CANCELLED)
			continue;
		sums[counts->counts[i].state] += counts->counts[i].count;
		sum += counts->counts[i].count;
	}
	for (unsigned i = 1; i <= STORE_CANCELLED; i++)
		if (sums[i])
			json_object_set_new(to, store_state_name(i),
					    json_integer((json_int_t)sums[i]));
	json_object_set_new(to, is_all ? "all" : "open",
			    json_integer((json_int_t)sum));
}

json_t *ledger_json(const struct store_query *counts,
		    const struct store_ledger *recount, int64_t imbalance)
{
	json_t *json = json_object();
	json_t *states = json_object();

	add_states(states, counts, recount);
	json_object_set_new(json, "audited", json_boolean(recount));
	if (recount) {
		json_object_set_new(json, "taken",
			json_integer((json_int_t)recount->taken));
		json_object_set_new(json, "purged",
			json_integer((json_int_t)recount->purged));
		json_object_set_new(json, "counted",
			json_integer((json_int_t)recount->counted));
		if (recount->bad_slice)
			json_object_set_new(json, "differs_from",
					    view_id(recount->bad_slice));
		imbalance = recount->imbalance;
	}
	json_object_set_new(json, "states", states);
	json_object_set_new(json, "imbalance", json_integer(imbalance));
	return json;
}
