/* The store's tables as the verbs see them: small steps that each backend
 * takes in its own way. All run inside one transaction of one thread. */
#pragma once

#include "store/store_priv.h"

/* Deliveries are counted by ranges of ids, about 16 seconds each. */
#define SLICE_BITS 36

static inline int64_t slice_of(uint64_t id)
{
	return (int64_t)(id >> SLICE_BITS);
}

/* A delivery with what only the store knows of it: the keys bound to it, an
 * array of uint64_t. */
struct table_row {
	struct store_delivery dlv;
	struct iwf_str bound;
};

struct table_bind {
	uint64_t delivery;
	uint32_t part;
};
#define TABLE_BINDS_MAX 64

struct table_part {
	uint32_t part, parts;
	uint32_t link;
	int64_t at_ms;
	struct iwf_str record;
};

/* All under one key, in part order. */
struct table_parts {
	struct table_part *list;
	uint32_t count;
};

struct tables {
	const struct table_ops *ops;
	const struct store_conf *conf;
	const uint8_t *key;        /* for iwf_hash */
	struct iwf_arena *scratch; /* emptied before each change */
};

/* A step that fails has sunk the batch (or, IWF_E_STATE, its change); what is
 * not there is no failure. Slices found are owned by the arena. */
struct table_ops {
	/* dlv.id 0: not there. */
	enum iwf_err (*row_find)(struct tables *t, uint64_t id,
				 struct iwf_arena *arena,
				 struct table_row *row);
	/* Counts it in the ledger. */
	enum iwf_err (*row_add)(struct tables *t, const struct table_row *row);
	enum iwf_err (*row_set)(struct tables *t, const struct table_row *row);
	/* Optional, for a backend that needs not read first: row_set, with
	 * row->bound added to what is bound, of a row that is there and not
	 * final; else *is_changed is false and nothing happened. */
	enum iwf_err (*row_change)(struct tables *t,
				   const struct table_row *row,
				   bool *is_changed);
	/* told_at_ms of the row, unless it is later already. */
	enum iwf_err (*row_told)(struct tables *t, uint64_t id, int64_t at_ms);
	/* Nothing happens when the id is there. */
	enum iwf_err (*message_add)(struct tables *t, uint64_t id,
				    uint64_t transport,
				    const struct spool_record *record);
	enum iwf_err (*message_find)(struct tables *t, uint64_t id,
				     struct iwf_arena *arena,
				     struct spool_record *record);

	/* The delivery of a message key in this or the earlier generation. */
	enum iwf_err (*seen_find)(struct tables *t, uint64_t key,
				  int64_t generation, uint64_t *delivery);
	enum iwf_err (*seen_set)(struct tables *t, uint64_t key,
				 int64_t generation, uint64_t delivery);

	enum iwf_err (*bind_add)(struct tables *t, uint64_t key,
				 struct table_bind bind);
	enum iwf_err (*bind_drop)(struct tables *t, uint64_t key,
				  uint64_t delivery);
	enum iwf_err (*bind_find)(struct tables *t, uint64_t key,
				  struct table_bind *binds, uint32_t *count);

	/* Whether a delivery of the lane other than `except` is in ATTEMPT. It
	 * may look at all that are. */
	enum iwf_err (*lane_is_out)(struct tables *t, uint64_t lane,
				    uint64_t except, bool *is_out);

	/* The oldest receipt that waits for key; id 0: none does. */
	enum iwf_err (*waiting_find)(struct tables *t, uint64_t key,
				     struct iwf_arena *arena, uint64_t *id,
				     struct iwf_str *record);
	enum iwf_err (*waiting_add)(struct tables *t,
				    const struct store_join *join);
	enum iwf_err (*waiting_drop)(struct tables *t, uint64_t id);

	enum iwf_err (*part_add)(struct tables *t,
				 const struct store_part *part, bool *is_new);
	enum iwf_err (*part_list)(struct tables *t, uint64_t set_key,
				  struct iwf_arena *arena,
				  struct table_parts *parts);
	enum iwf_err (*part_drop)(struct tables *t, uint64_t set_key,
				  uint32_t part);
	/* When the part came, 0: it did not. Stays when its set is joined. */
	enum iwf_err (*part_known)(struct tables *t, uint64_t content_key,
				   int64_t *at_ms);
	enum iwf_err (*part_know)(struct tables *t, uint64_t content_key,
				  int64_t at_ms);
	/* Removes the set's parts. */
	enum iwf_err (*set_drop)(struct tables *t, uint64_t set_key);
	enum iwf_err (*set_move)(struct tables *t, uint64_t from_key,
				 uint64_t to_key);

	enum iwf_err (*value_set)(struct tables *t,
				  const struct store_remember *value);
	enum iwf_err (*thread_set)(struct tables *t, uint64_t key,
				   int64_t at_ms, struct iwf_str thread);
	enum iwf_err (*sweep)(struct tables *t, struct store_sweep *sweep);
};

/* One change, as store_engine_ops.apply says. */
enum iwf_err verbs_apply(struct tables *t, struct store_change *change);

/* For what the change answers; made when first wanted. */
struct iwf_arena *verbs_arena(struct store_change *change);

/* part.c: STORE_PART. */
enum iwf_err part_apply(struct tables *t, struct store_change *change);
/* Of the set's parts as the next two see them. */
enum iwf_err parts_sum(struct tables *t, uint64_t set_key, uint64_t *sum);
/* Removes the set, and what is known and would have served for it. */
enum iwf_err parts_drop(struct tables *t, uint64_t set_key);
/* The records of the set, with echoes where it has none; those that do not
 * serve leave `echoes`. */
struct iwf_str *parts_merge(struct iwf_arena *arena,
			    const struct table_parts *set,
			    struct table_parts *echoes, uint32_t *count);
/* Without echoes. */
bool parts_are_whole(const struct table_parts *set);
const struct table_part *parts_find(const struct table_parts *set,
				    uint32_t part);

/* join.c: STORE_JOIN. */
enum iwf_err join_apply(struct tables *t, struct store_change *change);
/* What a reading of an id that is only a guess waits under. */
uint64_t join_guess_key(const struct tables *t, uint64_t key,
			uint64_t recipient);

/* unsure.c: the delivery and part of the lane that a receipt without a known
 * id settles; bind->delivery 0: none, or not one alone. */
enum iwf_err unsure_find(struct tables *t, uint64_t lane,
			 int64_t submitted_at_ms, struct table_bind *bind);
/* From now on the row's unsure part may be found so; a receipt that had waited
 * for it is the answer of the update. */
enum iwf_err unsure_bind(struct tables *t, struct store_change *change,
			 struct table_row *row);

/* Arrays of uint64_t as bytes. */
static inline uint32_t keys_count(struct iwf_str keys)
{
	return (uint32_t)(keys.len / sizeof(uint64_t));
}
uint64_t keys_get(struct iwf_str keys, uint32_t i);
bool keys_has(struct iwf_str keys, uint64_t key);
struct iwf_str keys_add(struct iwf_arena *arena, struct iwf_str keys,
			uint64_t key);
