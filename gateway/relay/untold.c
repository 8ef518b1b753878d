/* Messages of peers that give them no id of their own (SMS): when our answer
 * did not surely reach the peer, it sends the message again, and that copy is
 * answered as accepted and not delivered twice. Two equal messages that were
 * both answered are two messages. */
#include "relay/relay_priv.h"

#include "base/record.h"

#include <stdlib.h>

/* Of an earlier life, what was accepted so shortly before its end; a start in
 * that time means that the life before may have told as little. */
#define LAST_MOMENTS_MS 5000
#define STARTS_MAX 16
#define LAST_MOMENTS_ROWS 20000
#define PAGE 512

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

static void note(struct relay *relay, uint64_t key, uint64_t id, bool is_listed)
{
	relay->recent[relay->recent_next++ % UNTOLD_RECENT] =
		(struct recent){ key, id, is_listed };
}

void untold_note(struct relay *relay, uint64_t key, uint64_t id)
{
	note(relay, key, id, false);
}

void untold_fly(struct intake *intake)
{
	struct relay *relay = intake->relay;

	if (!intake->untold_key)
		return;
	intake->flying = relay->flying;
	intake->flying_at = &relay->flying;
	if (intake->flying)
		intake->flying->flying_at = &intake->flying;
	relay->flying = intake;
}

bool untold_is_flying(const struct relay *relay, uint64_t key)
{
	const struct intake *i = key && relay->flying_cut ? relay->flying : NULL;

	while (i && !(i->is_cut && i->untold_key == key))
		i = i->flying;
	return i;
}

void untold_landed(struct intake *intake, bool is_put)
{
	struct relay *relay = intake->relay;

	if (!intake->flying_at)
		return;
	*intake->flying_at = intake->flying;
	if (intake->flying)
		intake->flying->flying_at = intake->flying_at;
	intake->flying_at = NULL;
	relay->flying_cut -= intake->is_cut;
	if (!is_put)
		return;
	note(relay, intake->untold_key, intake->verdict.id, intake->is_cut);
	if (intake->is_cut)
		add(relay, intake->untold_key, intake->verdict.id);
}

struct cut_task {
	struct iwf_task task;
	struct iwf_host *host;
};

/* After what the lost connection brought, before what the next one brings. */
static void on_cut(struct iwf_task *task)
{
	struct cut_task *cut = IWF_CONTAINER(task, struct cut_task, task);
	struct relay *relay = cut->host->queue->relay;

	for (struct intake *i = relay->flying; i; i = i->flying) {
		if (i->host != cut->host || i->is_cut)
			continue;
		i->is_cut = true;
		relay->flying_cut++;
	}
	free(cut);
}

void iwf_host_cut(struct iwf_host *host)
{
	struct cut_task *cut = IWF_NEW(struct cut_task);

	cut->task.run = on_cut;
	cut->host = host;
	iwf_loop_post(host->queue->relay->loop, &cut->task);
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
		if (relay->recent[i].id == untold->id &&
		    relay->recent[i].key && !relay->recent[i].is_listed)
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

/* When the latest lives began, newest first; this one is added to them. */
static unsigned note_start(struct relay *relay, int64_t *starts)
{
	uint32_t link = relay->queues ? relay->queues->number : 0;
	struct iwf_cursor cur = iwf_cursor_make(value_recall(relay, link,
							IWF_STR("starts")));
	struct iwf_buf all = { 0 };
	unsigned count = 0;

	iwf_buf_u64(&all, (uint64_t)relay_wall_ms(relay));
	while (count < STARTS_MAX && iwf_cursor_left(&cur) >= 8) {
		starts[count] = (int64_t)iwf_cursor_u64(&cur);
		iwf_buf_u64(&all, (uint64_t)starts[count++]);
	}
	if (link)
		value_remember(relay, link, IWF_STR("starts"),
			       iwf_buf_str(&all));
	iwf_buf_free(&all);
	return count;
}

static int64_t last_moments(struct relay *relay, int64_t newest_ms)
{
	int64_t starts[STARTS_MAX], since_ms = newest_ms - LAST_MOMENTS_MS;
	unsigned count = note_start(relay, starts);

	for (unsigned i = 0; i < count; i++)
		if (starts[i] >= since_ms &&
		    starts[i] - LAST_MOMENTS_MS < since_ms)
			since_ms = starts[i] - LAST_MOMENTS_MS;
	return since_ms;
}

static void take_recent(struct relay *relay, const struct store_found *found)
{
	const struct iwf_message *msg = record_parse(found->record);
	uint64_t key = msg ? untold_key(relay, found->row.origin, msg) : 0;

	if (key && found->row.accepted_at_ms >= relay->untold_since_ms &&
	    !(found->row.state >= STORE_FAILED && found->row.told_at_ms))
		add(relay, key, found->row.id);
	iwf_message_unref(&msg);
}

static void ask_page(struct relay *relay, uint64_t before_id);

static void on_recent(struct iwf_task *task)
{
	struct relay *relay = IWF_CONTAINER(task, struct relay,
					    untold_query.task);
	struct store_query *query = &relay->untold_query;
	uint64_t last = 0;

	if (!query->id)
		relay->untold_since_ms = last_moments(relay,
			query->found_count ?
			query->found[0].row.accepted_at_ms : 0);
	for (uint32_t i = 0; !query->err && i < query->found_count; i++) {
		take_recent(relay, &query->found[i]);
		last = query->found[i].row.id;
	}
	relay->untold_left -= query->found_count;
	iwf_arena_destroy(&query->arena);
	if (last && query->has_more && relay->untold_left)
		ask_page(relay, last);
	else
		relay->on_untold(relay);
}

static void ask_page(struct relay *relay, uint64_t before_id)
{
	relay->untold_query = (struct store_query){
		.task.run = on_recent, .loop = relay->loop,
		.kind = STORE_Q_RECENT, .id = before_id,
		.limit = relay->untold_left < PAGE ? relay->untold_left : PAGE,
		.with_record = true, .records_max_len = RELAY_PAGE_LEN,
	};
	store_ask(relay->store, &relay->untold_query);
}

void untold_recover(struct relay *relay, void (*then)(struct relay *relay))
{
	relay->on_untold = then;
	relay->untold_left = LAST_MOMENTS_ROWS;
	ask_page(relay, 0);
}

void untold_free(struct relay *relay)
{
	untold_forget(relay, INT64_MAX);
	map_free(&relay->untold);
}
