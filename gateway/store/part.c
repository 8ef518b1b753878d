/* Parts of longer messages. One whose content is known may be a copy, or belong
 * to the next message under the reference: it is kept beside the set as an echo,
 * which fills a place that nothing new comes for. */
#include "store/tables.h"

/* Keys of sets are odd, so that each has one for its echoes. */
static uint64_t echo_key(uint64_t set_key)
{
	return set_key & ~UINT64_C(1);
}

/* An echo that came while the set was open, or before a later part of it, came
 * in its turn; any other may be a copy and waits until the set's time ends. */
static bool came_in_turn(const struct table_part *echo,
			 const struct table_parts *set)
{
	int64_t open_at_ms = INT64_MAX;
	uint32_t last = 0;

	for (uint32_t i = 0; i < set->count; i++) {
		if (set->list[i].at_ms < open_at_ms)
			open_at_ms = set->list[i].at_ms;
		last = set->list[i].part;
	}
	return echo->part < last || echo->at_ms > open_at_ms;
}

static void keep_echoes(const struct table_parts *set,
			struct table_parts *echoes, bool in_turn_only)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < echoes->count; i++) {
		const struct table_part *echo = &echoes->list[i];

		if (set->count && echo->parts == set->list[0].parts &&
		    !parts_find(set, echo->part) &&
		    (!in_turn_only || came_in_turn(echo, set)))
			echoes->list[kept++] = *echo;
	}
	echoes->count = kept;
}

const struct table_part *parts_find(const struct table_parts *set,
				    uint32_t part)
{
	for (uint32_t i = 0; i < set->count; i++)
		if (set->list[i].part == part)
			return &set->list[i];
	return NULL;
}

bool parts_are_whole(const struct table_parts *set)
{
	return set->count && set->count == set->list[0].parts;
}

struct iwf_str *parts_merge(struct iwf_arena *arena,
			    const struct table_parts *set,
			    struct table_parts *echoes, uint32_t *count)
{
	struct iwf_str *records = IWF_ARENA_ARRAY(arena, struct iwf_str,
						  IWF_PARTS_MAX * 2);
	uint32_t i = 0, k = 0;

	keep_echoes(set, echoes, false);
	*count = 0;
	while (i < set->count || k < echoes->count) {
		bool is_echo = i == set->count || (k < echoes->count &&
				echoes->list[k].part < set->list[i].part);

		records[(*count)++] = is_echo ? echoes->list[k++].record :
						set->list[i++].record;
	}
	return records;
}

static enum iwf_err list_both(struct tables *t, uint64_t set_key,
			      struct table_parts *set,
			      struct table_parts *echoes)
{
	enum iwf_err err = t->ops->part_list(t, set_key, t->scratch, set);

	return err ? err : t->ops->part_list(t, echo_key(set_key), t->scratch,
					     echoes);
}

enum iwf_err parts_sum(struct tables *t, uint64_t set_key, uint64_t *sum)
{
	struct table_parts set, echoes;
	struct iwf_str *records;
	uint32_t count;
	enum iwf_err err = list_both(t, set_key, &set, &echoes);

	if (err)
		return err;
	records = parts_merge(t->scratch, &set, &echoes, &count);
	*sum = store_parts_sum(records, count);
	return IWF_OK;
}

/* Those echoes that would have served for the set, which ends. */
static enum iwf_err take_echoes(struct tables *t, uint64_t set_key,
				struct table_parts *echoes)
{
	struct table_parts set;
	enum iwf_err err = list_both(t, set_key, &set, echoes);

	if (err)
		return err;
	keep_echoes(&set, echoes, false);
	for (uint32_t i = 0; !err && i < echoes->count; i++)
		err = t->ops->part_drop(t, echo_key(set_key),
					echoes->list[i].part);
	return err;
}

enum iwf_err parts_drop(struct tables *t, uint64_t set_key)
{
	struct table_parts echoes;
	enum iwf_err err = take_echoes(t, set_key, &echoes);

	return err ? err : t->ops->set_drop(t, set_key);
}

static enum iwf_err add_all(struct tables *t, uint64_t set_key,
			    const struct table_parts *parts)
{
	enum iwf_err err = IWF_OK;
	bool is_new;

	for (uint32_t i = 0; !err && i < parts->count; i++) {
		const struct store_part part = {
			.set_key = set_key, .part = parts->list[i].part,
			.parts = parts->list[i].parts,
			.link = parts->list[i].link,
			.now_ms = parts->list[i].at_ms,
			.record = parts->list[i].record,
		};

		err = t->ops->part_add(t, &part, &is_new);
	}
	return err;
}

/* The next message may begin while this one is on its way: from here on its
 * echoes are parts like the others, and those that it had no use for go. */
static enum iwf_err settle(struct tables *t, uint64_t set_key,
			   const struct table_parts *echoes)
{
	enum iwf_err err = t->ops->set_drop(t, echo_key(set_key));

	return err ? err : add_all(t, set_key, echoes);
}

static enum iwf_err look_whether_whole(struct tables *t,
				       struct store_change *change)
{
	struct store_part *part = &change->part;
	struct table_parts set, echoes;
	enum iwf_err err = list_both(t, part->set_key, &set, &echoes);

	if (err)
		return err;
	keep_echoes(&set, &echoes, true);
	if (set.count + echoes.count != part->parts)
		return IWF_OK;
	err = settle(t, part->set_key, &echoes);
	if (!err)
		err = t->ops->part_list(t, part->set_key, verbs_arena(change),
					&set);
	if (err)
		return err;
	echoes.count = 0;
	part->is_complete = true;
	part->records = parts_merge(verbs_arena(change), &set, &echoes,
				    &part->record_count);
	return IWF_OK;
}

/* Its place in the set is taken by other content: the peer uses the reference
 * for another message. What came of the first waits on under a key of its own,
 * for no part of it will be told from this one's any more. */
static enum iwf_err give_way(struct tables *t, struct store_part *part)
{
	struct table_parts echoes;
	enum iwf_err err = take_echoes(t, part->set_key, &echoes);
	bool is_new;

	part->is_reused = true;
	if (!err)
		err = t->ops->set_move(t, part->set_key, part->content_key);
	if (!err)
		err = add_all(t, echo_key(part->content_key), &echoes);
	return err ? err : t->ops->part_add(t, part, &is_new);
}

static enum iwf_err add_new(struct tables *t, struct store_part *part)
{
	bool is_new = false;
	enum iwf_err err = t->ops->part_add(t, part, &is_new);

	if (!err && !is_new)
		err = give_way(t, part);
	/* What is new in its place shows that the echo was a copy. */
	if (!err)
		err = t->ops->part_drop(t, echo_key(part->set_key),
					part->part);
	return err ? err : t->ops->part_know(t, part->content_key,
					     part->now_ms);
}

/* It is not known to be a copy when a message that is coming lacks it. */
static enum iwf_err add_echo(struct tables *t, struct store_part *part)
{
	struct store_part echo = *part;
	struct table_parts set;
	bool is_new;
	enum iwf_err err = t->ops->part_list(t, part->set_key, t->scratch,
					     &set);

	if (err)
		return err;
	part->is_duplicate = !set.count ||
			     set.list[0].parts != part->parts ||
			     parts_find(&set, part->part);
	for (uint32_t i = 0; i < set.count && !part->is_duplicate; i++)
		if (echo.now_ms <= set.list[i].at_ms)
			echo.now_ms = set.list[i].at_ms + 1;
	echo.set_key = echo_key(part->set_key);
	err = t->ops->part_drop(t, echo.set_key, echo.part);
	return err ? err : t->ops->part_add(t, &echo, &is_new);
}

enum iwf_err part_apply(struct tables *t, struct store_change *change)
{
	struct store_part *part = &change->part;
	int64_t known_at_ms = 0;
	enum iwf_err err;

	part->is_duplicate = part->is_complete = part->is_reused = false;
	part->records = NULL;
	part->record_count = 0;
	if (!part->part || part->part > part->parts) {
		change->err = IWF_E_SYNTAX;
		return IWF_OK;
	}
	err = t->ops->part_known(t, part->content_key, &known_at_ms);
	if (err)
		return err;
	if (known_at_ms &&
	    part->now_ms - known_at_ms < (int64_t)t->conf->set_ms)
		err = add_echo(t, part);
	else
		err = add_new(t, part);
	if (err || part->is_duplicate)
		return err;
	return look_whether_whole(t, change);
}
