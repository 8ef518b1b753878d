/* The RAM backend's own: its tables. */
#pragma once

#include "store/ram_set.h"
#include "store/tables.h"

struct ram_row {
	struct table_row row; /* slices point into bytes */
	char bytes[];
};

struct ram_bytes {
	int64_t at_ms;       /* of waiting receipts and parts */
	uint64_t number;     /* transport key; parts; delivery */
	uint32_t link;
	uint32_t key_count;
	uint64_t keys[STORE_KEYS_MAX];
	size_t name_len;     /* of a remembered value: its key comes first */
	size_t len;
	char bytes[];
};

struct ram_engine {
	struct store_engine engine;
	struct tables tables;
	struct store_base *base;
	pthread_mutex_t lock; /* a batch or a query */
	uint8_t key[16];
	struct ram_set rows;         /* id: ram_row */
	struct ram_set abouts;       /* about, id: REPORTs */
	struct ram_set due;          /* link, due, id */
	struct ram_set messages;     /* id: ram_bytes, number = transport */
	struct ram_set seen;         /* generation, key: number = delivery */
	struct ram_set binds;        /* key, delivery, part */
	struct ram_set waiting;      /* number: ram_bytes */
	struct ram_set waiting_keys; /* key, number */
	struct ram_set parts;        /* set, part: ram_bytes, number = parts */
	struct ram_set known;        /* content of a part: at_ms */
	struct ram_set values;       /* link, number: ram_bytes */
	struct ram_set threads;      /* key: at_ms, thread */
	struct ram_set users;        /* message, delivery: those of several */
	uint64_t serial;
	uint64_t taken, purged;
};

struct ram_bytes *ram_bytes_make(struct iwf_str bytes);
static inline struct iwf_str ram_bytes_str(const struct ram_bytes *bytes)
{
	return iwf_str_make(bytes->bytes, bytes->len);
}
/* A copy whose slices the arena owns. */
void ram_row_copy(struct iwf_arena *arena, const struct table_row *from,
		  struct table_row *to);

void ram_parts(const struct ram_set *set, uint64_t set_key,
	       struct iwf_arena *arena, struct table_parts *parts);

extern const struct table_ops ram_table_ops;
enum iwf_err ram_sweep(struct tables *t, struct store_sweep *sweep);
enum iwf_err ram_ask(struct store_engine *engine, struct store_query *query);
void ram_recall(struct store_engine *engine, store_recall_fn *each, void *arg);
void ram_transports(struct store_engine *engine, int64_t since_ms,
		    store_transport_fn *each, void *arg);
