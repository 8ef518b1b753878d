/* A receipt finds its delivery by the ids it names, by its lane, or waits. */
#include "store/tables.h"

#include "base/record.h"

#include <iwf/random.h>

/* Under which a receipt waits for a guessed id: together with its recipient, if
 * that is known. */
uint64_t join_guess_key(const struct tables *t, uint64_t key,
			uint64_t recipient)
{
	const uint64_t both[] = { key, recipient };

	if (!recipient)
		return key;
	return iwf_hash(t->key, iwf_str_make(both, sizeof(both))) >> 1 | 1;
}

struct candidates {
	struct table_bind binds[TABLE_BINDS_MAX];
	uint32_t keys[TABLE_BINDS_MAX];   /* by which of the ids */
	uint32_t shares[TABLE_BINDS_MAX]; /* of its parts have the same id */
	uint32_t count;
	uint32_t exact; /* the first so many are bound to the id as it came */
};

static void add_candidates(struct candidates *all, uint32_t key,
			   const struct table_bind *binds, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t k = 0;

		while (k < all->count &&
		       all->binds[k].delivery != binds[i].delivery)
			k++;
		if (k == TABLE_BINDS_MAX)
			continue;
		if (k == all->count) {
			all->binds[all->count] = binds[i];
			all->keys[all->count] = key;
			all->shares[all->count++] = 0;
		} else if (binds[i].part < all->binds[k].part) {
			all->binds[k].part = binds[i].part;
		}
		all->shares[k]++;
	}
}

/* Where the peer gave all parts one id, what it says is of all of them; where
 * only some, of the first. */
static uint32_t part_of(const struct candidates *all, uint32_t i,
			const struct store_delivery *row)
{
	bool is_whole = row->parts > 1 && all->shares[i] >=
		(row->parts < TABLE_BINDS_MAX ? row->parts : TABLE_BINDS_MAX);

	return is_whole ? 0 : all->binds[i].part;
}

static enum iwf_err find_candidates(struct tables *t,
				    const struct store_join *join,
				    struct candidates *all)
{
	enum iwf_err err = IWF_OK;

	all->count = all->exact = 0;
	for (uint32_t i = 0; !err && i < join->key_count; i++) {
		struct table_bind binds[TABLE_BINDS_MAX];
		uint32_t count = 0;

		err = t->ops->bind_find(t, join->key[i], binds, &count);
		add_candidates(all, i, binds, count);
		if (i == 0)
			all->exact = all->count;
	}
	return err;
}

static uint64_t recipient_of(const struct tables *t, struct iwf_str record)
{
	const struct iwf_message *msg = record_parse(record);
	struct iwf_buf buf = { 0 };
	uint64_t hash;

	if (!msg)
		return 0;
	iwf_address_key(&buf, &msg->to);
	hash = iwf_hash(t->key, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	iwf_message_unref(&msg);
	return hash;
}

struct joined {
	struct table_bind bind;
	struct table_row row;
	struct spool_record record;
	uint32_t key;      /* which of the receipt's ids, from 0 */
	bool is_recipient;
	bool is_rivalled;  /* another would do as well */
};

static int rank(const struct joined *one)
{
	if (!one->row.dlv.id)
		return -1;
	return 2 * one->is_recipient + !store_state_is_final(one->row.dlv.state);
}

/* The recipient's own before others, what awaits a receipt before what has
 * ended, then the youngest. */
static void prefer(struct joined *best, const struct joined *one)
{
	int was = rank(best);
	bool is_rivalled = rank(one) == was && !one->is_recipient;

	if (rank(one) < was)
		return;
	if (rank(one) > was || one->row.dlv.id > best->row.dlv.id)
		*best = *one;
	best->is_rivalled = is_rivalled;
}

static enum iwf_err choose(struct tables *t, struct store_change *change,
			   const struct candidates *all, struct joined *best)
{
	struct store_join *join = &change->join;
	enum iwf_err err = IWF_OK;

	for (uint32_t i = 0; !err && i < all->count; i++) {
		struct joined one = { .bind = all->binds[i],
				      .key = all->keys[i] };

		err = t->ops->row_find(t, one.bind.delivery,
				       verbs_arena(change), &one.row);
		if (err || !one.row.dlv.id)
			continue;
		join->candidates++;
		one.bind.part = part_of(all, i, &one.row.dlv);
		err = t->ops->message_find(t, one.row.dlv.message_id,
					   verbs_arena(change), &one.record);
		one.is_recipient = join->recipient &&
			(all->count > 1 || i >= all->exact) &&
			recipient_of(t, one.record.rest) == join->recipient;
		/* Another spelling of the id may be another message's. */
		if (i >= all->exact && join->recipient && !one.is_recipient)
			continue;
		prefer(best, &one);
	}
	return err;
}

/* A receipt that is told again while it waits is one receipt. */
static enum iwf_err wait_for_message(struct tables *t,
				     const struct store_join *join)
{
	struct store_join waits = *join;
	struct iwf_str record;
	uint64_t id = 0;
	enum iwf_err err;

	if (!join->waiting.len || !join->key_count)
		return IWF_OK;
	err = t->ops->waiting_find(t, join->key[0], t->scratch, &id, &record);
	if (err || (id && iwf_str_eq(record, join->waiting)))
		return err;
	for (uint32_t i = 1; i < waits.key_count; i++)
		waits.key[i] = join_guess_key(t, join->key[i], join->recipient);
	if (join->lane)
		waits.key[waits.key_count++] = join->lane;
	return t->ops->waiting_add(t, &waits);
}

/* No delivery is known by its ids. */
static enum iwf_err join_by_lane(struct tables *t, struct store_change *change,
				 struct joined *best)
{
	struct store_join *join = &change->join;
	struct table_bind bind;
	enum iwf_err err = unsure_find(t, join->lane, join->submitted_at_ms,
				       &bind);

	if (err || !bind.delivery)
		return err;
	join->by_lane = true;
	best->bind = bind;
	err = t->ops->row_find(t, bind.delivery, verbs_arena(change),
			       &best->row);
	return err ? err : t->ops->message_find(t, best->row.dlv.message_id,
						verbs_arena(change),
						&best->record);
}

enum iwf_err join_apply(struct tables *t, struct store_change *change)
{
	struct store_join *join = &change->join;
	struct joined best = { .record.rest = IWF_STR_NONE };
	struct candidates all;
	enum iwf_err err;

	IWF_BUG_ON(join->key_count > IWF_REMOTE_IDS_MAX);
	join->is_joined = join->by_lane = join->is_ambiguous = false;
	join->candidates = join->part = 0;
	err = find_candidates(t, join, &all);
	if (!err)
		err = choose(t, change, &all, &best);
	if (!err && !best.row.dlv.id)
		err = join_by_lane(t, change, &best);
	if (err)
		return err;
	/* To guess would be to make up a fate; and to wait would give it to the
	 * next message with that id. */
	join->is_ambiguous = best.is_rivalled;
	if (join->is_ambiguous)
		return IWF_OK;
	if (!best.row.dlv.id)
		return wait_for_message(t, join);
	join->is_joined = true;
	join->part = best.bind.part;
	join->key_joined = best.key;
	join->row = best.row.dlv;
	join->record = best.record.rest;
	if (best.record.part.len)
		join->row.body_err = IWF_E_STATE;
	return IWF_OK;
}
