/* Messages of peers that give them no id of their own (SMS): when our answer
 * did not surely reach the peer, it sends the message again, and that copy is
 * answered as accepted and not delivered twice. Two equal messages that were
 * both answered are two messages. */
#include "relay/relay_priv.h"

#include "base/record.h"

#include <stdlib.h>

/* Of an earlier life, what was accepted so shortly before its end. */
#define LAST_MOMENTS_MS 5000
#define LAST_MOMENTS_ROWS 2000

struct untold {
	struct map_node node;
	struct untold *next;
	uint64_t id;
	int64_t until_ms;
	bool in_map;
};

uint64_t untold_key(const struct relay *relay, uint32_t origin,
		    const struct iwf_message *msg)
{
	struct iwf_buf key = { 0 };
	uint64_t hash;

	if (msg->peer_id.len || !origin || msg->kind != IWF_KIND_MESSAGE)
		return 0;
	iwf_buf_u32(&key, origin);
	iwf_address_key(&key, &msg->from);
	iwf_buf_u8(&key, 0);
	iwf_address_key(&key, &msg->to);
	iwf_buf_u8(&key, 0);
	iwf_buf_str_put(&key, msg->content_type);
	iwf_buf_u8(&key, 0);
	iwf_buf_str_put(&key, msg->body);
	hash = iwf_hash(relay->key, iwf_buf_str(&key)) | 1;
	iwf_buf_free(&key);
	return hash;
}

static void add(struct relay *relay, uint64_t key, uint64_t id)
{
	struct untold *untold = IWF_NEW(struct untold);

	untold->id = id;
	untold->until_ms = relay_wall_ms(relay) +
			   relay->store_conf.duplicate_ms;
	untold->in_map = true;
	map_put(&relay->untold, &untold->node, key);
	if (relay->untold_last)
		relay->untold_last->next = untold;
	else
		relay->untold_first = untold;
	relay->untold_last = untold;
}

uint64_t untold_take(struct relay *relay, uint64_t key)
{
	struct map_node *node = key ? map_find(&relay->untold, key) : NULL;
	struct untold *untold;

	if (!node)
		return 0;
	untold = IWF_CONTAINER(node, struct untold, node);
	map_remove(&relay->untold, node);
	untold->in_map = false;
	return untold->id;
}

void untold_forget(struct relay *relay, int64_t now_ms)
{
	while (relay->untold_first &&
	       relay->untold_first->until_ms <= now_ms) {
		struct untold *gone = relay->untold_first;

		relay->untold_first = gone->next;
		if (!relay->untold_first)
			relay->untold_last = NULL;
		if (gone->in_map)
			map_remove(&relay->untold, &gone->node);
		free(gone);
	}
}

/* --- what a link could not tell --- */

void untold_note(struct relay *relay, uint64_t key, uint64_t id)
{
	struct recent *recent = &relay->recent[relay->recent_next++ %
					       UNTOLD_RECENT];

	recent->key = key;
	recent->id = id;
}

struct untold_task {
	struct iwf_task task;
	struct relay *relay;
	uint64_t id;
};

static void on_untold(struct iwf_task *task)
{
	struct untold_task *untold = IWF_CONTAINER(task, struct untold_task,
						   task);
	struct relay *relay = untold->relay;

	for (size_t i = 0; i < UNTOLD_RECENT; i++)
		if (relay->recent[i].id == untold->id && relay->recent[i].key)
			add(relay, relay->recent[i].key, untold->id);
	free(untold);
}

void iwf_host_untold(struct iwf_host *host, uint64_t id)
{
	struct untold_task *untold = IWF_NEW(struct untold_task);

	untold->task.run = on_untold;
	untold->relay = host->queue->relay;
	untold->id = id;
	iwf_loop_post(untold->relay->loop, &untold->task);
}

/* --- what an earlier life may not have told --- */

static void on_recent(struct iwf_task *task)
{
	struct relay *relay = IWF_CONTAINER(task, struct relay,
					    untold_query.task);
	struct store_query *query = &relay->untold_query;
	int64_t since_ms = query->found_count ?
		query->found[0].row.accepted_at_ms - LAST_MOMENTS_MS : 0;

	for (uint32_t i = 0; !query->err && i < query->found_count; i++) {
		const struct store_found *found = &query->found[i];
		const struct iwf_message *msg = record_parse(found->record);
		uint64_t key = msg ? untold_key(relay, found->row.origin, msg) :
				     0;

		if (key && found->row.accepted_at_ms >= since_ms)
			add(relay, key, found->row.id);
		iwf_message_unref(&msg);
	}
	iwf_arena_destroy(&query->arena);
	relay->on_untold(relay);
}

void untold_recover(struct relay *relay, void (*then)(struct relay *relay))
{
	relay->on_untold = then;
	relay->untold_query = (struct store_query){
		.task.run = on_recent, .loop = relay->loop,
		.kind = STORE_Q_RECENT, .limit = LAST_MOMENTS_ROWS,
		.with_record = true,
	};
	store_ask(relay->store, &relay->untold_query);
}

void untold_free(struct relay *relay)
{
	untold_forget(relay, INT64_MAX);
	map_free(&relay->untold);
}
