/* What each change means, once for every backend. */
#include "store/tables.h"

uint64_t keys_get(struct iwf_str keys, uint32_t i)
{
	uint64_t key;

	memcpy(&key, keys.ptr + i * sizeof(key), sizeof(key));
	return key;
}

bool keys_has(struct iwf_str keys, uint64_t key)
{
	for (uint32_t i = 0; i < keys_count(keys); i++)
		if (keys_get(keys, i) == key)
			return true;
	return false;
}

struct iwf_str keys_add(struct iwf_arena *arena, struct iwf_str keys,
			uint64_t key)
{
	char *more;

	if (keys_has(keys, key))
		return keys;
	more = iwf_arena_alloc(arena, keys.len + sizeof(key));
	if (keys.len)
		memcpy(more, keys.ptr, keys.len);
	memcpy(more + keys.len, &key, sizeof(key));
	return iwf_str_make(more, keys.len + sizeof(key));
}

struct iwf_arena *verbs_arena(struct store_change *change)
{
	if (!change->arena)
		change->arena = iwf_arena_create(0);
	return change->arena;
}

/* ---- PUT ---- */

static bool has_failed(enum store_state state)
{
	return state == STORE_FAILED || state == STORE_EXPIRED ||
	       state == STORE_CANCELLED;
}

static bool is_recent(const struct tables *t, const struct store_delivery *dlv,
		      int64_t than_ms)
{
	return than_ms - dlv->accepted_at_ms < (int64_t)t->conf->duplicate_ms;
}

/* Whether the same message is here and alive, or has arrived. */
static enum iwf_err judge_duplicate(struct tables *t, struct store_put *put,
				    int64_t generation)
{
	struct table_row row;
	uint64_t original = 0;
	enum iwf_err err = t->ops->seen_find(t, put->duplicate_key, generation,
					     &original);

	if (err || !original || original == put->row.id)
		return err;
	err = t->ops->row_find(t, original, t->scratch, &row);
	if (err || !row.dlv.id || has_failed(row.dlv.state) ||
	    !is_recent(t, &row.dlv, put->row.accepted_at_ms))
		return err;
	put->is_duplicate = true;
	put->original = original;
	put->original_state = row.dlv.state;
	return IWF_OK;
}

/* As its row shall hold it. */
static struct spool_record record_of(const struct store_put *put)
{
	return put->spooled ? put->spooled->record :
			      (struct spool_record){ .rest = put->record };
}

static bool is_same(const struct spool_record *a, const struct spool_record *b)
{
	return iwf_str_eq(a->rest, b->rest) && a->part.at == b->part.at &&
	       a->part.len == b->part.len && a->part.sum == b->part.sum;
}

/* The same put again after a commit whose answer was lost. */
static enum iwf_err judge_again(struct tables *t, struct store_put *put,
				bool *is_again, enum iwf_err *refusal)
{
	const struct spool_record given = record_of(put);
	struct spool_record record;
	struct table_row row;
	enum iwf_err err = t->ops->row_find(t, put->row.id, t->scratch, &row);

	*is_again = false;
	if (err || !row.dlv.id)
		return err;
	*is_again = true;
	err = t->ops->message_find(t, row.dlv.message_id, t->scratch, &record);
	if (!err && !is_same(&record, &given))
		*refusal = IWF_E_EXISTS;
	return err;
}

static enum iwf_err add_new(struct tables *t, struct store_put *put,
			    int64_t generation)
{
	const struct spool_record record = record_of(put);
	struct table_row row = { .dlv = put->row };
	enum iwf_err err = t->ops->row_add(t, &row);

	if (!err)
		err = t->ops->message_add(t, put->row.message_id,
					  put->transport_key, &record);
	if (!err && put->duplicate_key)
		err = t->ops->seen_set(t, put->duplicate_key, generation,
				       put->row.id);
	if (!err && put->thread_key)
		err = t->ops->thread_set(t, put->thread_key,
					 put->row.accepted_at_ms, put->thread);
	return err;
}

static enum iwf_err set_cursor(struct tables *t,
			       const struct store_remember *cursor)
{
	return cursor->key.len ? t->ops->value_set(t, cursor) : IWF_OK;
}

/* FNV-1a over the lengths and octets. */
uint64_t store_parts_sum(const struct iwf_str *records, uint32_t count)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (uint32_t i = 0; i < count; i++) {
		sum = (sum ^ records[i].len) * UINT64_C(0x100000001b3);
		for (size_t k = 0; k < records[i].len; k++)
			sum = (sum ^ (uint8_t)records[i].ptr[k]) *
				UINT64_C(0x100000001b3);
	}
	return sum | 1;
}

/* A part may come while the message without it is on its way, or one of
 * another message that has the reference now. */
static enum iwf_err judge_set(struct tables *t, const struct store_put *put,
			      enum iwf_err *refusal)
{
	uint64_t sum = 0;
	enum iwf_err err;

	if (!put->set_key || !put->set_sum)
		return IWF_OK;
	err = parts_sum(t, put->set_key, &sum);
	if (!err && sum != put->set_sum)
		*refusal = IWF_E_GONE;
	return err;
}

static enum iwf_err apply_put(struct tables *t, struct store_put *put,
			      enum iwf_err *refusal)
{
	int64_t generation = put->row.accepted_at_ms /
			     (t->conf->duplicate_ms ? t->conf->duplicate_ms : 1);
	bool is_again;
	enum iwf_err err;

	IWF_BUG_ON(put->row.id == 0 || put->row.id > INT64_MAX);
	if (!put->row.message_id)
		put->row.message_id = put->row.id;
	put->is_duplicate = false;
	put->original = 0;
	err = judge_again(t, put, &is_again, refusal);
	if (!err && !*refusal && !is_again)
		err = judge_set(t, put, refusal);
	if (err || *refusal)
		return err;
	if (!is_again && put->duplicate_key)
		err = judge_duplicate(t, put, generation);
	/* The parts of a duplicate have served, too. */
	if (!err && put->set_key && !is_again)
		err = parts_drop(t, put->set_key);
	if (!err && !is_again && !put->is_duplicate)
		err = add_new(t, put, generation);
	return err ? err : set_cursor(t, &put->cursor);
}

/* ---- UPDATE ---- */

/* What may still be told of a final row. */
static bool add_to_final(struct store_delivery *old,
			 const struct store_delivery *row)
{
	bool is_changed = false;

	if (old->told_at_ms < row->told_at_ms) {
		old->told_at_ms = row->told_at_ms;
		is_changed = true;
	}
	if (row->state <= STORE_DISPLAYED && old->state < row->state) {
		old->state = row->state;
		old->done_at_ms = row->done_at_ms;
		is_changed = true;
	}
	return is_changed;
}

static enum iwf_err take_waiting(struct tables *t, struct store_change *change,
				 uint32_t i)
{
	struct store_update *update = &change->update;
	uint64_t key = update->bind_key[i];
	struct iwf_str record;
	uint64_t id = 0;
	enum iwf_err err = t->ops->waiting_find(t, key, t->scratch, &id,
						&record);

	if (!err && !id && update->recipient)
		err = t->ops->waiting_find(t, join_guess_key(t, key,
							update->recipient),
					   t->scratch, &id, &record);
	if (err || !id)
		return err;
	update->waiting = iwf_arena_copy(verbs_arena(change), record);
	update->waiting_part = update->bind_part[i];
	return t->ops->waiting_drop(t, id);
}

static struct iwf_str add_keys(struct iwf_arena *arena, struct iwf_str bound,
			       const struct store_update *update)
{
	for (uint32_t i = 0; i < update->bind_count && !update->unbind; i++)
		bound = keys_add(arena, bound, update->bind_key[i]);
	return bound;
}

static enum iwf_err bind_keys(struct tables *t, struct store_change *change)
{
	struct store_update *update = &change->update;
	enum iwf_err err = IWF_OK;

	for (uint32_t i = 0; !err && i < update->bind_count; i++) {
		struct table_bind bind = { update->row.id,
					   update->bind_part[i] };

		if (!update->unbind)
			err = t->ops->bind_add(t, update->bind_key[i], bind);
		if (!err && !update->waiting.len)
			err = take_waiting(t, change, i);
	}
	return err;
}

static enum iwf_err unbind_all(struct tables *t, struct table_row *row)
{
	enum iwf_err err = IWF_OK;

	for (uint32_t i = 0; !err && i < keys_count(row->bound); i++)
		err = t->ops->bind_drop(t, keys_get(row->bound, i),
					row->dlv.id);
	row->bound = IWF_STR_NONE;
	return err;
}

static enum iwf_err tell(struct tables *t, const struct store_update *update)
{
	if (!update->told)
		return IWF_OK;
	return t->ops->row_told(t, update->told, update->told_at_ms);
}

static enum iwf_err change_row(struct tables *t, struct store_change *change,
			       struct table_row *row)
{
	struct store_update *update = &change->update;
	enum iwf_err err = IWF_OK;

	/* first: it is what may be refused */
	if (update->report.record.len)
		err = apply_put(t, &update->report, &change->err);
	if (err || change->err)
		return err;
	row->bound = add_keys(t->scratch, row->bound, update);
	err = bind_keys(t, change);
	if (!err)
		err = unsure_bind(t, change, row);
	if (!err && update->unbind)
		err = unbind_all(t, row);
	if (!err)
		err = tell(t, update);
	return err ? err : t->ops->row_set(t, row);
}

/* What a delivery is does not change, only what becomes of it. */
static void take_values(struct store_delivery *old,
			const struct store_delivery *row)
{
	struct store_delivery values = *row;

	values.message_id = old->message_id;
	values.kind = old->kind;
	values.about = old->about;
	values.origin = old->origin;
	values.accepted_at_ms = old->accepted_at_ms;
	/* A REPORT may have noted it since the row was read. */
	if (values.told_at_ms < old->told_at_ms)
		values.told_at_ms = old->told_at_ms;
	*old = values;
}

static enum iwf_err update_row(struct tables *t, struct store_change *change)
{
	struct store_update *update = &change->update;
	struct table_row row;
	enum iwf_err err = t->ops->row_find(t, update->row.id, t->scratch,
					    &row);

	if (err)
		return err;
	if (!row.dlv.id) {
		change->err = IWF_E_NOT_FOUND;
		return IWF_OK;
	}
	if (!store_state_is_final(row.dlv.state)) {
		take_values(&row.dlv, &update->row);
		return change_row(t, change, &row);
	}
	update->was_final = !add_to_final(&row.dlv, &update->row);
	return update->was_final ? IWF_OK : change_row(t, change, &row);
}

/* Most updates need not know what the row was. */
static enum iwf_err try_change(struct tables *t, struct store_change *change,
			       bool *is_changed)
{
	struct store_update *update = &change->update;
	const struct table_row row = {
		.dlv = update->row,
		.bound = add_keys(t->scratch, IWF_STR_NONE, update),
	};

	if (!t->ops->row_change || update->unbind || update->unsure_part ||
	    update->report.record.len)
		return IWF_OK;
	return t->ops->row_change(t, &row, is_changed);
}

static enum iwf_err apply_update(struct tables *t, struct store_change *change)
{
	struct store_update *update = &change->update;
	bool is_changed = false;
	enum iwf_err err;

	IWF_BUG_ON(update->bind_count > STORE_BINDS_MAX);
	update->waiting = IWF_STR_NONE;
	update->waiting_part = 0;
	update->waiting_by_lane = false;
	update->was_final = false;
	err = try_change(t, change, &is_changed);
	if (err || !is_changed)
		return err ? err : update_row(t, change);
	err = bind_keys(t, change);
	return err ? err : tell(t, update);
}

/* ---- PART, and the rest ---- */

static enum iwf_err apply_part(struct tables *t, struct store_change *change)
{
	enum iwf_err err = part_apply(t, change);

	if (err || change->err)
		return err;
	return set_cursor(t, &change->part.cursor);
}

enum iwf_err verbs_apply(struct tables *t, struct store_change *change)
{
	iwf_arena_reset(t->scratch);
	switch (change->verb) {
	case STORE_PUT:
		return apply_put(t, &change->put, &change->err);
	case STORE_UPDATE:
		return apply_update(t, change);
	case STORE_JOIN:
		return join_apply(t, change);
	case STORE_PART:
		return apply_part(t, change);
	case STORE_REMEMBER:
		return t->ops->value_set(t, &change->remember);
	case STORE_SWEEP:
		change->sweep.purged = change->sweep.unmatched = 0;
		return t->ops->sweep(t, &change->sweep);
	}
	IWF_BUG_ON("no such verb");
	return IWF_E_STATE;
}
