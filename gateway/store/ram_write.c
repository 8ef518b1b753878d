/* The verbs' small steps in memory. */
#include "store/ram.h"

#include <stdlib.h>

static struct ram_engine *engine_of(struct tables *t)
{
	return IWF_CONTAINER(t, struct ram_engine, tables);
}

struct ram_bytes *ram_bytes_make(struct iwf_str bytes)
{
	struct ram_bytes *made = iwf_alloc(sizeof(*made) + bytes.len);

	made->len = bytes.len;
	if (bytes.len)
		memcpy(made->bytes, bytes.ptr, bytes.len);
	return made;
}

void ram_row_copy(struct iwf_arena *arena, const struct table_row *from,
		  struct table_row *to)
{
	*to = *from;
	to->dlv.remote = iwf_arena_copy(arena, from->dlv.remote);
	to->dlv.text = iwf_arena_copy(arena, from->dlv.text);
	to->bound = iwf_arena_copy(arena, from->bound);
}

static struct iwf_str move_in(char **at, struct iwf_str from)
{
	struct iwf_str to = iwf_str_make(*at, from.len);

	if (from.len)
		memcpy(*at, from.ptr, from.len);
	*at += from.len;
	return to;
}

static struct ram_row *make_row(const struct table_row *from)
{
	size_t len = from->dlv.remote.len + from->dlv.text.len +
		     from->bound.len;
	struct ram_row *made = iwf_alloc(sizeof(*made) + len);
	char *at = made->bytes;

	made->row = *from;
	made->row.dlv.remote = move_in(&at, from->dlv.remote);
	made->row.dlv.text = move_in(&at, from->dlv.text);
	made->row.bound = move_in(&at, from->bound);
	return made;
}

static enum iwf_err row_find(struct tables *t, uint64_t id,
			     struct iwf_arena *arena, struct table_row *row)
{
	const struct ram_row *found = ram_find(&engine_of(t)->rows, RAM_KEY(id));

	*row = (struct table_row){ .bound = IWF_STR_NONE };
	if (found)
		ram_row_copy(arena, &found->row, row);
	return IWF_OK;
}

static struct ram_key due_key(const struct store_delivery *dlv)
{
	return RAM_KEY(dlv->link, (uint64_t)dlv->due_at_ms, dlv->id);
}

static void put_row(struct ram_engine *ram, const struct table_row *row)
{
	if (row->dlv.state == STORE_QUEUED)
		ram_put(&ram->due, due_key(&row->dlv), NULL);
	ram_put(&ram->rows, RAM_KEY(row->dlv.id), make_row(row));
}

static enum iwf_err row_add(struct tables *t, const struct table_row *row)
{
	struct ram_engine *ram = engine_of(t);

	put_row(ram, row);
	ram_put(&ram->users, RAM_KEY(row->dlv.message_id, row->dlv.id), NULL);
	if (row->dlv.about)
		ram_put(&ram->abouts, RAM_KEY(row->dlv.about, row->dlv.id),
			NULL);
	ram->taken++;
	return IWF_OK;
}

static enum iwf_err row_set(struct tables *t, const struct table_row *row)
{
	struct ram_engine *ram = engine_of(t);
	const struct ram_row *old = ram_find(&ram->rows, RAM_KEY(row->dlv.id));

	if (old)
		ram_drop(&ram->due, due_key(&old->row.dlv));
	put_row(ram, row);
	return IWF_OK;
}

static enum iwf_err row_told(struct tables *t, uint64_t id, int64_t at_ms)
{
	struct ram_row *found = ram_find(&engine_of(t)->rows, RAM_KEY(id));

	if (found && found->row.dlv.told_at_ms < at_ms)
		found->row.dlv.told_at_ms = at_ms;
	return IWF_OK;
}

static enum iwf_err message_add(struct tables *t, uint64_t id,
				uint64_t transport,
				const struct spool_record *record)
{
	struct ram_engine *ram = engine_of(t);
	struct ram_bytes *message;

	if (ram_find(&ram->messages, RAM_KEY(id)))
		return IWF_OK;
	message = ram_bytes_make(record->rest);
	message->number = transport;
	ram_put(&ram->messages, RAM_KEY(id), message);
	return IWF_OK;
}

static enum iwf_err message_find(struct tables *t, uint64_t id,
				 struct iwf_arena *arena,
				 struct spool_record *record)
{
	const struct ram_bytes *message =
		ram_find(&engine_of(t)->messages, RAM_KEY(id));

	*record = (struct spool_record){ .rest = IWF_STR_NONE };
	if (message)
		record->rest = iwf_arena_copy(arena, ram_bytes_str(message));
	return IWF_OK;
}

static enum iwf_err seen_find(struct tables *t, uint64_t key,
			      int64_t generation, uint64_t *delivery)
{
	const struct ram_set *seen = &engine_of(t)->seen;
	const struct ram_bytes *found =
		ram_find(seen, RAM_KEY((uint64_t)generation, key));

	if (!found)
		found = ram_find(seen, RAM_KEY((uint64_t)generation - 1, key));
	*delivery = found ? found->number : 0;
	return IWF_OK;
}

static enum iwf_err seen_set(struct tables *t, uint64_t key, int64_t generation,
			     uint64_t delivery)
{
	struct ram_engine *ram = engine_of(t);
	struct ram_bytes *made = ram_bytes_make(IWF_STR_NONE);

	made->number = delivery;
	ram_put(&ram->seen, RAM_KEY((uint64_t)generation, key), made);
	for (int i = 0; i < 2; i++)
		if (ram->seen.heads[0]->key.a < (uint64_t)generation - 1)
			ram_drop(&ram->seen, ram->seen.heads[0]->key);
	return IWF_OK;
}

static enum iwf_err bind_add(struct tables *t, uint64_t key,
			     struct table_bind bind)
{
	ram_put(&engine_of(t)->binds, RAM_KEY(key, bind.delivery, bind.part), NULL);
	return IWF_OK;
}

static enum iwf_err bind_drop(struct tables *t, uint64_t key, uint64_t delivery)
{
	struct ram_set *binds = &engine_of(t)->binds;
	struct ram_node *node = ram_seek(binds, RAM_KEY(key, delivery));

	while (node && node->key.a == key && node->key.b == delivery) {
		ram_drop(binds, node->key);
		node = ram_seek(binds, RAM_KEY(key, delivery));
	}
	return IWF_OK;
}

static enum iwf_err bind_find(struct tables *t, uint64_t key,
			      struct table_bind *binds, uint32_t *count)
{
	struct ram_node *node = ram_seek(&engine_of(t)->binds, RAM_KEY(key));

	*count = 0;
	for (; node && node->key.a == key && *count < TABLE_BINDS_MAX;
	     node = node->next[0])
		binds[(*count)++] = (struct table_bind){
			node->key.b, (uint32_t)node->key.c };
	return IWF_OK;
}

static enum iwf_err lane_is_out(struct tables *t, uint64_t lane,
				uint64_t except, bool *is_out)
{
	struct ram_node *node = engine_of(t)->rows.heads[0];

	*is_out = false;
	for (; node && !*is_out; node = node->next[0]) {
		const struct store_delivery *dlv =
			&((const struct ram_row *)node->item)->row.dlv;

		*is_out = dlv->state == STORE_ATTEMPT && dlv->lane == lane &&
			  dlv->id != except;
	}
	return IWF_OK;
}

static enum iwf_err waiting_find(struct tables *t, uint64_t key,
				 struct iwf_arena *arena, uint64_t *id,
				 struct iwf_str *record)
{
	struct ram_engine *ram = engine_of(t);
	struct ram_node *node = ram_seek(&ram->waiting_keys, RAM_KEY(key));

	*id = node && node->key.a == key ? node->key.b : 0;
	if (*id)
		*record = iwf_arena_copy(arena, ram_bytes_str(
				ram_find(&ram->waiting, RAM_KEY(*id))));
	return IWF_OK;
}

static enum iwf_err waiting_add(struct tables *t, const struct store_join *join)
{
	struct ram_engine *ram = engine_of(t);
	struct ram_bytes *made = ram_bytes_make(join->waiting);

	made->at_ms = join->now_ms;
	made->key_count = join->key_count;
	memcpy(made->keys, join->key, sizeof(made->keys));
	ram_put(&ram->waiting, RAM_KEY(++ram->serial), made);
	for (uint32_t i = 0; i < join->key_count; i++)
		ram_put(&ram->waiting_keys, RAM_KEY(join->key[i], ram->serial),
			NULL);
	return IWF_OK;
}

static enum iwf_err waiting_drop(struct tables *t, uint64_t id)
{
	struct ram_engine *ram = engine_of(t);
	const struct ram_bytes *gone = ram_find(&ram->waiting, RAM_KEY(id));

	for (uint32_t i = 0; gone && i < gone->key_count; i++)
		ram_drop(&ram->waiting_keys, RAM_KEY(gone->keys[i], id));
	ram_drop(&ram->waiting, RAM_KEY(id));
	return IWF_OK;
}

static enum iwf_err part_add(struct tables *t, const struct store_part *part,
			     bool *is_new)
{
	struct ram_engine *ram = engine_of(t);
	struct ram_key key = RAM_KEY(part->set_key, part->part);
	struct ram_bytes *made;

	*is_new = !ram_find(&ram->parts, key);
	if (!*is_new)
		return IWF_OK;
	made = ram_bytes_make(part->record);
	made->at_ms = part->now_ms;
	made->number = part->parts;
	made->link = part->link;
	ram_put(&ram->parts, key, made);
	return IWF_OK;
}

static enum iwf_err part_list(struct tables *t, uint64_t set_key,
			      struct iwf_arena *arena,
			      struct table_parts *parts)
{
	ram_parts(&engine_of(t)->parts, set_key, arena, parts);
	return IWF_OK;
}

static enum iwf_err part_drop(struct tables *t, uint64_t set_key, uint32_t part)
{
	ram_drop(&engine_of(t)->parts, RAM_KEY(set_key, part));
	return IWF_OK;
}

static enum iwf_err part_known(struct tables *t, uint64_t content_key,
			       int64_t *at_ms)
{
	const struct ram_bytes *found =
		ram_find(&engine_of(t)->known, RAM_KEY(content_key));

	*at_ms = found ? found->at_ms : 0;
	return IWF_OK;
}

static enum iwf_err part_know(struct tables *t, uint64_t content_key,
			      int64_t at_ms)
{
	struct ram_bytes *made = ram_bytes_make(IWF_STR_NONE);

	made->at_ms = at_ms;
	ram_put(&engine_of(t)->known, RAM_KEY(content_key), made);
	return IWF_OK;
}

static enum iwf_err set_drop(struct tables *t, uint64_t set_key)
{
	struct ram_set *parts = &engine_of(t)->parts;
	struct ram_node *node = ram_seek(parts, RAM_KEY(set_key));

	while (node && node->key.a == set_key) {
		ram_drop(parts, node->key);
		node = ram_seek(parts, RAM_KEY(set_key));
	}
	return IWF_OK;
}

static enum iwf_err set_move(struct tables *t, uint64_t from_key,
			     uint64_t to_key)
{
	struct ram_set *parts = &engine_of(t)->parts;
	struct ram_node *node = ram_seek(parts, RAM_KEY(from_key));

	while (node && node->key.a == from_key) {
		ram_put(parts, RAM_KEY(to_key, node->key.b), node->item);
		node->item = NULL;
		ram_drop(parts, node->key);
		node = ram_seek(parts, RAM_KEY(from_key));
	}
	return IWF_OK;
}

static enum iwf_err value_set(struct tables *t,
			      const struct store_remember *value)
{
	struct ram_engine *ram = engine_of(t);
	struct ram_node *node = ram_seek(&ram->values, RAM_KEY(value->link));
	struct ram_bytes *made;

	for (; node && node->key.a == value->link; node = node->next[0]) {
		const struct ram_bytes *old = node->item;

		if (iwf_str_eq(iwf_str_make(old->bytes, old->name_len),
			       value->key)) {
			ram_drop(&ram->values, node->key);
			break;
		}
	}
	if (!value->value.len)
		return IWF_OK;
	made = iwf_alloc(sizeof(*made) + value->key.len + value->value.len);
	made->name_len = value->key.len;
	made->len = value->key.len + value->value.len;
	if (value->key.len)
		memcpy(made->bytes, value->key.ptr, value->key.len);
	memcpy(made->bytes + value->key.len, value->value.ptr,
	       value->value.len);
	ram_put(&ram->values, RAM_KEY(value->link, ++ram->serial), made);
	return IWF_OK;
}

static enum iwf_err thread_set(struct tables *t, uint64_t key, int64_t at_ms,
			       struct iwf_str thread)
{
	struct ram_engine *ram = engine_of(t);
	struct ram_bytes *made = ram_bytes_make(thread);

	made->at_ms = at_ms;
	ram_drop(&ram->threads, RAM_KEY(key));
	ram_put(&ram->threads, RAM_KEY(key), made);
	return IWF_OK;
}

static void purge_row(struct tables *t, const struct store_delivery *dlv,
		      struct iwf_str bound)
{
	struct ram_engine *ram = engine_of(t);
	uint64_t message = dlv->message_id, id = dlv->id;
	struct ram_node *user;

	for (uint32_t i = 0; i < keys_count(bound); i++)
		bind_drop(t, keys_get(bound, i), id);
	ram_drop(&ram->abouts, RAM_KEY(dlv->about, id));
	ram_drop(&ram->users, RAM_KEY(message, id));
	user = ram_seek(&ram->users, RAM_KEY(message));
	if (!user || user->key.a != message)
		ram_drop(&ram->messages, RAM_KEY(message));
	ram_drop(&ram->rows, RAM_KEY(id));
	ram->purged++;
}

static void purge(struct tables *t, struct store_sweep *sweep)
{
	struct ram_node *node = engine_of(t)->rows.heads[0];

	while (node && sweep->purged < sweep->max_rows) {
		const struct ram_row *old = node->item;

		if (old->row.dlv.accepted_at_ms >= sweep->keep_before_ms)
			return;
		node = node->next[0];
		if (!store_state_is_final(old->row.dlv.state) ||
		    old->row.dlv.done_at_ms >= sweep->keep_before_ms)
			continue;
		purge_row(t, &old->row.dlv, old->row.bound);
		sweep->purged++;
	}
}

/* Everything of the set that is older. */
static void drop_old(struct ram_set *set, int64_t before_ms)
{
	struct ram_node *node = set->heads[0];

	while (node) {
		const struct ram_bytes *old = node->item;
		struct ram_key key = node->key;

		node = node->next[0];
		if (old->at_ms < before_ms)
			ram_drop(set, key);
	}
}

static bool has_set(const struct ram_set *parts, uint64_t echo_key)
{
	const struct ram_node *node = ram_seek(parts, RAM_KEY(echo_key | 1));

	return node && node->key.a == (echo_key | 1);
}

static void drop_echoes(struct ram_set *parts, int64_t before_ms)
{
	struct ram_node *node = parts->heads[0];

	while (node) {
		const struct ram_bytes *part = node->item;
		struct ram_key key = node->key;

		node = node->next[0];
		if (!(key.a & 1) && part->at_ms < before_ms &&
		    !has_set(parts, key.a))
			ram_drop(parts, key);
	}
}

enum iwf_err ram_sweep(struct tables *t, struct store_sweep *sweep)
{
	struct ram_engine *ram = engine_of(t);
	struct ram_node *node = ram->waiting.heads[0];

	purge(t, sweep);
	while (node && sweep->unmatched < sweep->max_rows) {
		const struct ram_bytes *old = node->item;
		uint64_t id = node->key.a;

		if (old->at_ms >= sweep->unmatched_before_ms)
			break;
		node = node->next[0];
		waiting_drop(t, id);
		sweep->unmatched++;
	}
	drop_old(&ram->known, sweep->set_before_ms);
	drop_echoes(&ram->parts, sweep->set_before_ms);
	drop_old(&ram->threads, sweep->thread_before_ms);
	return IWF_OK;
}

const struct table_ops ram_table_ops = {
	.row_find = row_find, .row_add = row_add, .row_set = row_set,
	.row_told = row_told,
	.message_add = message_add, .message_find = message_find,
	.seen_find = seen_find, .seen_set = seen_set,
	.bind_add = bind_add, .bind_drop = bind_drop, .bind_find = bind_find,
	.lane_is_out = lane_is_out,
	.waiting_find = waiting_find, .waiting_add = waiting_add,
	.waiting_drop = waiting_drop,
	.part_add = part_add, .part_list = part_list, .part_drop = part_drop,
	.part_known = part_known, .part_know = part_know,
	.set_drop = set_drop, .set_move = set_move,
	.value_set = value_set, .thread_set = thread_set, .sweep = ram_sweep,
};
