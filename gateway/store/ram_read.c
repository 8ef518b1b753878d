/* Queries in memory. */
#include "store/answer.h"
#include "store/ram.h"

static void add_found(struct ram_engine *ram, struct store_query *query,
		      const struct ram_row *from)
{
	const struct ram_bytes *message;
	struct store_found *found;
	struct table_row row;

	if (!from)
		return;
	found = answer_add(query);
	ram_row_copy(query->arena, &from->row, &row);
	*found = (struct store_found){ .row = row.dlv };
	message = ram_find(&ram->messages, RAM_KEY(row.dlv.message_id));
	if (query->with_record && message)
		found->record = iwf_arena_copy(query->arena,
					       ram_bytes_str(message));
	answer_count(query, found);
}

static void ask_due(struct ram_engine *ram, struct store_query *query)
{
	struct ram_node *node = ram_seek(&ram->due, RAM_KEY(query->link,
		(uint64_t)query->after_due_ms, query->after_id + 1));

	for (; node && node->key.a == query->link &&
	       (int64_t)node->key.b <= query->until_ms &&
	       !query->has_more; node = node->next[0])
		add_found(ram, query, ram_find(&ram->rows, RAM_KEY(node->key.c)));
}

static void ask_id(struct ram_engine *ram, struct store_query *query)
{
	add_found(ram, query, ram_find(&ram->rows, RAM_KEY(query->id)));
}

static void ask_about(struct ram_engine *ram, struct store_query *query)
{
	struct ram_node *node = ram_seek(&ram->abouts, RAM_KEY(query->id));

	for (; node && node->key.a == query->id && !query->has_more;
	     node = node->next[0])
		add_found(ram, query,
			  ram_find(&ram->rows, RAM_KEY(node->key.b)));
}

static void ask_thread(struct ram_engine *ram, struct store_query *query)
{
	const struct ram_bytes *thread = ram_find(&ram->threads,
						  RAM_KEY(query->id));

	if (thread && thread->at_ms >= query->until_ms)
		query->thread = iwf_arena_copy(query->arena,
					       ram_bytes_str(thread));
}

static bool is_wanted(const struct store_query *query,
		      const struct store_delivery *dlv)
{
	if (query->kind == STORE_Q_EXPIRED)
		return (dlv->state == STORE_QUEUED ||
			dlv->state == STORE_UNSURE) &&
		       dlv->expires_at_ms <= query->until_ms;
	if (query->kind == STORE_Q_STATE)
		return dlv->state == query->state;
	return (dlv->state == STORE_SENT || dlv->state == STORE_UNSURE) &&
	       dlv->accepted_at_ms < query->until_ms;
}

static void ask_all(struct ram_engine *ram, struct store_query *query)
{
	struct ram_node *node = ram_seek(&ram->rows, RAM_KEY(query->id + 1));

	for (; node && !query->has_more;
	     node = node->next[0]) {
		const struct ram_row *row = node->item;

		if (is_wanted(query, &row->row.dlv))
			add_found(ram, query, row);
	}
}

static void ask_recent(struct ram_engine *ram, struct store_query *query)
{
	struct ram_key key = RAM_KEY(query->id ? query->id : UINT64_MAX);
	struct ram_node *node = ram_before(&ram->rows, key);

	for (; node && !query->has_more;
	     node = ram_before(&ram->rows, node->key))
		add_found(ram, query, node->item);
}

void ram_parts(const struct ram_set *set, uint64_t set_key,
	       struct iwf_arena *arena, struct table_parts *parts)
{
	struct ram_node *node = ram_seek(set, RAM_KEY(set_key));

	parts->list = IWF_ARENA_ARRAY(arena, struct table_part, IWF_PARTS_MAX);
	parts->count = 0;
	for (; node && node->key.a == set_key && parts->count < IWF_PARTS_MAX;
	     node = node->next[0]) {
		const struct ram_bytes *part = node->item;

		parts->list[parts->count++] = (struct table_part){
			.part = (uint32_t)node->key.b,
			.parts = (uint32_t)part->number,
			.link = part->link, .at_ms = part->at_ms,
			.record = iwf_arena_copy(arena, ram_bytes_str(part)),
		};
	}
}

static void read_set(struct ram_engine *ram, struct store_query *query,
		     uint64_t set_key)
{
	struct store_set set = { .set_key = set_key };
	struct table_parts parts, echoes;
	int64_t first_ms = INT64_MAX;

	ram_parts(&ram->parts, set_key, query->arena, &parts);
	ram_parts(&ram->parts, set_key & ~UINT64_C(1), query->arena, &echoes);
	for (uint32_t i = 0; i < parts.count; i++) {
		set.link = parts.list[i].link;
		set.parts = parts.list[i].parts;
		if (parts.list[i].at_ms < first_ms)
			first_ms = parts.list[i].at_ms;
	}
	if (first_ms >= query->until_ms)
		return;
	set.is_whole = parts_are_whole(&parts);
	set.records = parts_merge(query->arena, &parts, &echoes,
				  &set.record_count);
	query->sets = answer_grow(query->arena, query->sets,
				  query->set_count, sizeof(set));
	query->sets[query->set_count++] = set;
}

static void ask_sets(struct ram_engine *ram, struct store_query *query)
{
	struct ram_node *node = ram->parts.heads[0];

	while (node && query->set_count < answer_limit(query)) {
		uint64_t key = node->key.a;

		if (key & 1)
			read_set(ram, query, key);
		node = ram_seek(&ram->parts, RAM_KEY(key, UINT64_MAX));
	}
}

static void count_row(struct store_query *query,
		      const struct store_delivery *dlv)
{
	struct store_count *count;

	for (uint32_t i = 0; i < query->count_count; i++) {
		count = &query->counts[i];
		if (count->link != dlv->link || count->kind != dlv->kind ||
		    count->state != dlv->state)
			continue;
		count->count++;
		if (dlv->accepted_at_ms < count->oldest_ms)
			count->oldest_ms = dlv->accepted_at_ms;
		return;
	}
	query->counts = answer_grow(query->arena, query->counts, query->count_count,
			     sizeof(*count));
	query->counts[query->count_count++] = (struct store_count){
		.link = dlv->link, .kind = dlv->kind, .state = dlv->state,
		.count = 1, .oldest_ms = dlv->accepted_at_ms,
	};
}

static void ask_counts(struct ram_engine *ram, struct store_query *query)
{
	struct ram_node *node = ram->rows.heads[0];

	for (; node; node = node->next[0]) {
		const struct ram_row *row = node->item;

		if (query->kind == STORE_Q_COUNTS ||
		    !store_state_is_final(row->row.dlv.state))
			count_row(query, &row->row.dlv);
	}
}

static void ask_ledger(struct ram_engine *ram, struct store_query *query)
{
	struct store_ledger *sum = &query->ledger;
	struct ram_node *node = ram->rows.heads[0];

	for (; node; node = node->next[0])
		sum->counted++;
	sum->taken = ram->taken;
	sum->purged = ram->purged;
	sum->imbalance = (int64_t)(sum->taken - sum->purged - sum->counted);
}

typedef void ask_fn(struct ram_engine *ram, struct store_query *query);
static ask_fn *const asks[] = {
	[STORE_Q_DUE] = ask_due, [STORE_Q_ID] = ask_id,
	[STORE_Q_ABOUT] = ask_about, [STORE_Q_STATE] = ask_all,
	[STORE_Q_RECENT] = ask_recent, [STORE_Q_AWAITED] = ask_all,
	[STORE_Q_EXPIRED] = ask_all, [STORE_Q_THREAD] = ask_thread,
	[STORE_Q_SETS] = ask_sets, [STORE_Q_OPEN] = ask_counts,
	[STORE_Q_COUNTS] = ask_counts,
	[STORE_Q_LEDGER] = ask_ledger,
};

enum iwf_err ram_ask(struct store_engine *engine, struct store_query *query)
{
	struct ram_engine *ram = (struct ram_engine *)engine;

	pthread_mutex_lock(&ram->lock);
	asks[query->kind](ram, query);
	pthread_mutex_unlock(&ram->lock);
	return IWF_OK;
}

void ram_recall(struct store_engine *engine, store_recall_fn *each, void *arg)
{
	struct ram_engine *ram = (struct ram_engine *)engine;
	struct ram_node *node = ram->values.heads[0];

	for (; node; node = node->next[0]) {
		const struct ram_bytes *value = node->item;
		struct iwf_str both = ram_bytes_str(value);

		each(arg, (uint32_t)node->key.a,
		     iwf_str_sub(both, 0, value->name_len),
		     iwf_str_sub(both, value->name_len, both.len));
	}
}

void ram_transports(struct store_engine *engine, int64_t since_ms,
		    store_transport_fn *each, void *arg)
{
	struct ram_engine *ram = (struct ram_engine *)engine;
	struct ram_node *node = ram->rows.heads[0];

	for (; node; node = node->next[0]) {
		const struct ram_row *row = node->item;
		const struct ram_bytes *message =
			ram_find(&ram->messages, node->key);

		if (message && message->number &&
		    (row->row.dlv.state < STORE_FAILED ||
		     !row->row.dlv.told_at_ms) &&
		    row->row.dlv.accepted_at_ms >= since_ms)
			each(arg, message->number, row->row.dlv.id);
	}
}
