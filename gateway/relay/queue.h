/* A configured link's queue, its lanes, and what becomes of its messages when
 * the link is down or gone. Only on the relay's loop. */
#pragma once

#include "relay/delivery.h"

/* --- a lane: (link, sender, recipient); one delivery of it is out --- */

struct lane {
	struct map_node node;          /* queue->lanes */
	struct queue *queue;
	struct delivery *head;         /* the one that is out or ready */
	struct delivery_list waiting;  /* behind it, in order */
	unsigned ahead;                /* of these, from the first: ahead.c */
	uint64_t held_for;             /* delivery whose retry is awaited */
	int64_t held_until_ms;         /* wall time; 0: not held */
	int64_t later_until_ms;        /* rows of it wait in the store till then */
	struct lane *prev_held, *next_held; /* queue->held, by listed_until_ms */
	int64_t listed_until_ms;
	bool in_held;
};

/* More at the same time are forgotten: their retry comes anyway. */
#define QUEUE_WAKES_MAX 256

/* --- a configured link: its queue, shared by its instances --- */

struct queue {
	struct queue *next;
	struct relay *relay;
	char name[64];
	uint32_t number;
	enum relay_order order;
	enum relay_parts receipt_parts;
	bool ack_refuses;
	struct iwf_address stand_in; /* NONE: nothing stands in */
	enum relay_unsure unsure;
	uint32_t outcome_ms; /* what comes by it waits for its fate; 0: not */
	struct iwf_log *log;
	struct iwf_host **hosts;
	unsigned host_count;
	struct map lanes;
	struct lane *held_first, *held_last;
	unsigned held_count;
	unsigned in_memory;
	uint64_t in_memory_len;        /* of their bodies */
	struct delivery *ahead;        /* ATTEMPT although they wait */
	unsigned ahead_count;
	bool removed;
	bool interworks;   /* SENT is worth an interworking notification */
	bool binds_always; /* reports by remote id come unasked */

	/* The store holds more of it than is in memory. */
	bool behind;
	bool loading;
	int64_t loaded_until_ms;       /* all due up to here are in memory */
	uint64_t loaded_id;
	int64_t next_due_ms;           /* earliest known to be due later; 0 none */
	int64_t rewind_ms;             /* read again from here; 0: no need */
	struct delivery_list outside;  /* puts for the store only, under way */
	uint64_t mark;                 /* counts what a load may have missed */
	uint64_t load_mark;
	struct store_query query;
	struct delivery *gone;         /* released while a load was under way */
	struct iwf_timer timer;

	/* Recipients that can be reached again: wake.c. */
	uint64_t wakes[QUEUE_WAKES_MAX];
	unsigned wake_count;
	bool waking, wakes_again;
	struct store_query wake_query;

	/* Its waiting messages on their way to other links: reroute.c. */
	struct store_query move_query;
	bool moving;
	bool is_alarmed;
	unsigned moved, reports_kept;
	int64_t move_at_ms;            /* not looked through again before */
};

void lane_enter(struct delivery *dlv);     /* place: LANE or READY */
void lane_leave(struct delivery *dlv);     /* finished or gone to the store */
void lane_hold(struct delivery *dlv, int64_t until_ms);
/* True when dlv, new or loaded, must stay in the store; *due_ms: until when. */
bool lane_is_later(struct queue *queue, uint64_t key, uint64_t id,
		   int64_t now_ms, int64_t *due_ms);
/* What waits in the store for the lane may come now. */
void lane_wake(struct queue *queue, uint64_t key);
void lanes_forget_held(struct queue *queue, int64_t now_ms);
void lanes_free(struct queue *queue);

/* ahead.c. A new one, before its put, behind another of its lane: its put may
 * say ATTEMPT. */
void ahead_put(struct delivery *dlv);
/* The same for those that wait in the lane as QUEUED. */
void ahead_fill(struct lane *lane);
/* Its turn has come, or it goes elsewhere; false: it was not ahead. */
bool ahead_leave(struct delivery *dlv);
/* The row that is durable now is the attempt made ahead. */
bool ahead_is_saved(const struct delivery *dlv,
		    const struct store_delivery *row);
/* It only waits, after all, if it was made ahead; the caller saves it. */
void ahead_undo(struct delivery *dlv);
/* All of them: the link cannot send, or the lane is held. */
void ahead_take_back(struct queue *queue);
void ahead_hold(struct lane *lane);
void ahead_expire(struct queue *queue, int64_t now_ms);

/* The window between the store and the lanes. */
struct queue *queue_create(struct relay *relay,
			   const struct relay_link_conf *conf);
struct queue *queue_find(struct relay *relay, struct iwf_str name);
struct queue *queue_by_number(struct relay *relay, uint32_t number);
bool queue_is_up(const struct queue *queue);
/* The latest time at which one of its instances was up, or now. */
int64_t queue_down_since_ms(const struct queue *queue);
/* True when dlv came into memory; else its due time is set and it goes to the
 * store only. */
bool queue_admit(struct queue *queue, struct delivery *dlv);
/* dlv leaves memory and will be read again when due. */
void queue_postpone(struct delivery *dlv, int64_t due_ms);
void queue_put_outside(struct queue *queue, struct delivery *dlv);
void queue_put_done(struct queue *queue, struct delivery *dlv);
/* dlv is durable as QUEUED and no longer in memory: it will be read again,
 * also when the reading had passed its due time before it was durable. */
void queue_left(struct delivery *dlv);
/* From the beginning: what waited for it before it was gone. */
void queue_reread(struct queue *queue);
/* Looks whether there is something to load or to send. */
void queue_run(struct queue *queue);
void queue_destroy(struct queue **queue);
