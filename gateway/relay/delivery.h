/* A delivery in memory: the authority over its row while it is here. Only on
 * the relay's loop. */
#pragma once

#include "base/map.h"
#include "relay/relay.h"

#include <iwf/buf.h>

struct intake;
struct lane;
struct receipt;

/* A singly linked list that is pushed at its end. */
struct delivery_list {
	struct delivery *first, *last;
	unsigned count;
};

enum delivery_place {
	PLACE_NOWHERE, /* only changes of it are under way */
	PLACE_LANE,    /* behind another of its lane */
	PLACE_READY,   /* at the head of its lane, waits for the link */
	PLACE_ATTEMPT, /* ATTEMPT is on its way to the disk */
	PLACE_HOST     /* handed to the link */
};

struct bind {
	uint64_t key;
	uint32_t part;
};

struct delivery {
	struct map_node node;           /* relay->active, by row.id */
	struct relay *relay;
	struct queue *queue;
	struct lane *lane;
	struct iwf_host *host;
	struct delivery *next;          /* in the list its place names */
	enum delivery_place place;
	struct store_delivery row;      /* remote and text are owned: */
	char *remote;
	char *text;
	const struct iwf_message *msg;
	struct iwf_job job;
	struct iwf_task task;           /* into the host's loop */

	/* The attempt that runs. */
	uint32_t answers_awaited;       /* 0: not known before the first answer */
	uint32_t answers;
	enum iwf_fate worst;
	uint32_t retry_after_ms;
	bool link_trouble;
	bool forbidden;
	bool resend_waits;              /* on the row; surely not yet sent */
	bool resend_counted;            /* in the metric */
	bool attempt_durable;           /* the row says ATTEMPT already */
	struct delivery *ahead_next, **ahead_at; /* in queue->ahead, or NULL */

	/* The change under way; what came meanwhile follows in the next one. */
	struct store_change change;
	struct iwf_buf record;          /* of msg, while it is being put */
	struct iwf_buf thread;
	struct iwf_buf texts;           /* of the row, while it is under way */
	struct iwf_buf job_remote;  /* of job; row.remote may grow meanwhile */
	bool in_flight;
	bool dirty;
	bool was_put;                   /* the change under way is its PUT */
	bool unbind;
	struct bind *binds;
	uint32_t bind_count;
	uint32_t unsure_part;           /* told the store with the next change */
	struct delivery *reports;       /* REPORTs to ride with next changes */
	struct delivery *next_report;
	struct delivery *report_flying; /* REPORT in the change under way */
	struct delivery *next_gone;     /* in queue->gone, while it lingers */
	bool lingers;
	struct receipt *waiters;        /* told when the next change is durable */
	struct receipt *waiters_flying;
	bool was_queried;               /* and could not tell */
	bool is_queried;                /* its link asks the peer about it */
	enum store_state unwanted;      /* EXPIRED or CANCELLED; its link knows */
	struct revoke *revokes;         /* told what became of it */
	struct intake *intake;          /* told when it is put */
	struct intake *asker;           /* told when its fate is known */
	bool has_unsure;                /* some part, in the attempt that runs */
};

/* Objects, and one change at a time to the store. */
struct delivery *delivery_create(struct relay *relay, struct queue *queue,
				 const struct iwf_message *msg, uint64_t id);
struct delivery *delivery_load(struct relay *relay,
			       const struct store_delivery *row,
			       struct iwf_str record);
void delivery_set_text(struct delivery *dlv, struct iwf_str text);
void delivery_add_remote(struct delivery *dlv, struct iwf_str id);
void delivery_bind(struct delivery *dlv, uint64_t key, uint32_t part);
/* What a message between these two on this queue has in common with others. */
uint64_t delivery_lane_key(const struct queue *queue, enum iwf_kind kind,
			   const struct iwf_address *from,
			   const struct iwf_address *to);
/* To another link's queue; it must be in no lane. Nothing is saved. */
void delivery_move(struct delivery *dlv, struct queue *to);
/* First change: the row, the message and its keys. */
void delivery_put(struct delivery *dlv, struct store_put *keys);
/* The row as it stands now shall be durable; soon if a change is under way. */
void delivery_save(struct delivery *dlv);
/* Frees it when nothing holds it any more; clears the pointer in any case. */
void delivery_release(struct delivery **dlv);
/* The peer has it, or it has ended: nothing of it is to be sent any more. */
static inline bool delivery_is_gone(const struct delivery *dlv)
{
	return dlv->row.state == STORE_SENT ||
	       store_state_is_final(dlv->row.state);
}
/* Sets of parts, numbered from 1. */
static inline unsigned delivery_parts_count(const uint8_t *parts)
{
	unsigned count = 0;

	for (size_t i = 0; i < STORE_PARTS_LEN; i++)
		if (parts[i])
			count += (unsigned)__builtin_popcount(parts[i]);
	return count;
}
static inline void delivery_part_set(uint8_t *parts, uint32_t part)
{
	if (part >= 1 && part <= IWF_PARTS_MAX)
		parts[(part - 1) / 8] |= (uint8_t)(1u << (part - 1) % 8);
}
void delivery_list_push(struct delivery_list *list, struct delivery *dlv);
void delivery_list_push_front(struct delivery_list *list,
			      struct delivery *dlv);
struct delivery *delivery_list_pop(struct delivery_list *list);
/* Takes dlv out of the middle. */
void delivery_list_remove(struct delivery_list *list, struct delivery *dlv);
