/* The relay's own structs. All of them belong to the relay's loop, except the
 * part of struct iwf_host marked as its loop's. */
#pragma once

#include "base/id.h"
#include "base/log.h"
#include "base/map.h"
#include "relay/relay.h"

#include <iwf/buf.h>
#include <iwf/random.h>

struct delivery;
struct lane;

/* A singly linked list that is pushed at its end. */
struct delivery_list {
	struct delivery *first, *last;
	unsigned count;
};

/* --- a delivery in memory: the authority over its row while it is here --- */

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
	bool attempt_durable;           /* the row says ATTEMPT already */

	/* The change under way; what came meanwhile follows in the next one. */
	struct store_change change;
	struct iwf_buf record;          /* of msg, while it is being put */
	struct iwf_buf thread;
	struct iwf_buf texts;           /* of the row, while it is under way */
	bool in_flight;
	bool dirty;
	bool was_put;                   /* the change under way is its PUT */
	bool unbind;
	struct bind *binds;
	uint32_t bind_count;
	struct delivery *reports;       /* REPORTs to ride with next changes */
	struct delivery *next_report;
	struct delivery *report_flying; /* REPORT in the change under way */
	struct delivery *next_gone;     /* in queue->gone, while it lingers */
	bool lingers;
	struct receipt *waiters;        /* told when the next change is durable */
	struct receipt *waiters_flying;
	struct intake *intake;          /* told when it is put */
};

/* delivery.c: objects, and one change at a time to the store. */
struct delivery *delivery_create(struct relay *relay, struct queue *queue,
				 const struct iwf_message *msg, uint64_t id);
struct delivery *delivery_load(struct relay *relay,
			       const struct store_delivery *row,
			       struct iwf_str record);
void delivery_set_text(struct delivery *dlv, struct iwf_str text);
void delivery_add_remote(struct delivery *dlv, struct iwf_str id);
void delivery_bind(struct delivery *dlv, uint64_t key, uint32_t part);
/* To another link's queue; it must be in no lane. Nothing is saved. */
void delivery_move(struct delivery *dlv, struct queue *to);
/* First change: the row, the message and its keys. */
void delivery_put(struct delivery *dlv, struct store_put *keys);
/* The row as it stands now shall be durable; soon if a change is under way. */
void delivery_save(struct delivery *dlv);
/* Frees it when nothing holds it any more; clears the pointer in any case. */
void delivery_release(struct delivery **dlv);
void delivery_list_push(struct delivery_list *list, struct delivery *dlv);
void delivery_list_push_front(struct delivery_list *list,
			      struct delivery *dlv);
struct delivery *delivery_list_pop(struct delivery_list *list);
/* Takes dlv out of the middle. */
void delivery_list_remove(struct delivery_list *list, struct delivery *dlv);

/* --- a lane: (link, sender, recipient); one delivery of it is out --- */

struct lane {
	struct map_node node;          /* queue->lanes */
	struct queue *queue;
	struct delivery *head;         /* the one that is out or ready */
	struct delivery_list waiting;  /* behind it, in order */
	uint64_t held_for;             /* delivery whose retry is awaited */
	int64_t held_until_ms;         /* wall time; 0: not held */
	int64_t later_until_ms;        /* rows of it wait in the store till then */
	struct lane *prev_held, *next_held; /* queue->held, by listed_until_ms */
	int64_t listed_until_ms;
	bool in_held;
};

/* --- a configured link: its queue, shared by its instances --- */

struct queue {
	struct queue *next;
	struct relay *relay;
	char name[64];
	uint32_t number;
	enum relay_order order;
	struct iwf_log *log;
	struct iwf_host **hosts;
	unsigned host_count;
	struct map lanes;
	struct lane *held_first, *held_last;
	unsigned held_count;
	unsigned in_memory;
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
void lanes_forget_held(struct queue *queue, int64_t now_ms);
void lanes_free(struct queue *queue);

/* queue.c: the window between the store and the lanes. */
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

/* --- one instance of a link --- */

struct iwf_host {
	struct queue *queue;
	const struct iwf_adapter *adapter;
	unsigned index;
	struct iwf_loop *loop;
	struct iwf_log *log;
	struct iwf_metric *metrics;

	/* On the relay's loop. */
	struct delivery_list ready;
	unsigned out;                  /* attempts made for it, not answered */
	uint32_t attempts;             /* all ever made, to compare with taken */
	enum iwf_link_state state;
	char reason[96];
	int64_t since_ms;
	int64_t down_since_ms;         /* it was up last, or made */

	/* On the host's own loop. */
	struct iwf_link *link;
	const void *conf;
	struct delivery_list inbox;    /* jobs the link has no room for yet */
	enum iwf_link_state link_state;
	struct iwf_task pump;
	bool pump_posted;
	/* Its link is gone from the configuration. */
	bool retired;
	struct iwf_host *next_retired;
	int64_t close_at_ms;           /* at the latest */
	struct iwf_task closing;       /* to its loop and back */

	/* News from the host's loop for the relay's. */
	struct iwf_task news;
	atomic_bool news_posted;
	atomic_uint room;              /* as the link announced it, less submits */
	atomic_uint taken;             /* jobs that left the inbox, ever */
};

/* dispatch.c */
/* Gives ready deliveries their ATTEMPT as far as the host has room. */
void dispatch_run(struct iwf_host *host);
bool dispatch_has_room(const struct iwf_host *host);
/* ATTEMPT is durable: to the link. */
void dispatch_submit(struct delivery *dlv);
struct iwf_host *dispatch_pick(struct queue *queue, uint64_t lane);
void dispatch_open(struct iwf_host *host);
void dispatch_take_inbox(struct iwf_host *host);     /* host's loop */
void dispatch_attempt(struct delivery *dlv);  /* marks the row, counts it */

/* --- intake, outcome, correlation --- */

/* One accept on its way; `msg` is the relay's copy. */
struct intake {
	struct iwf_task task;
	struct relay *relay;
	struct iwf_host *host;         /* NULL: the operator's own */
	uint32_t origin;               /* number of the link it came from */
	struct iwf_message *msg;
	uint64_t untold_key;           /* of a message without an id */
	uint64_t duplicate_key;        /* 0: by what the message says */
	uint64_t set_key;              /* it was joined from this set */
	iwf_done_fn *done;
	uint64_t tag;
	relay_sent_fn *sent;
	void *sent_arg;
	struct iwf_verdict verdict;
	struct store_change change;    /* of a part */
	struct store_query query;      /* for its thread */
	struct iwf_buf record;
};

void intake_start(struct intake *intake);            /* edge's loop */
void intake_finish(struct intake *intake, enum iwf_result result,
		   const char *why);                 /* relay's loop */
void intake_on_put(struct delivery *dlv, enum iwf_err err);
void intake_route(struct intake *intake);            /* relay's loop */
/* The first link of the rule that is up, else the first of it; NULL: *result
 * says why. */
struct queue *intake_choose(struct relay *relay, const struct iwf_message *msg,
			    uint32_t origin, enum iwf_result *result,
			    const char **why);

/* thread.c */
bool thread_is_wanted(const struct intake *intake);
/* Finds the conversation, then goes on with intake_route. */
void thread_look(struct intake *intake);
/* What answers to msg will belong to, put with it; text holds the bytes. */
void thread_note(const struct queue *to, const struct iwf_message *msg,
		 struct store_put *keys, struct iwf_buf *text);

/* untold.c */
#define UNTOLD_RECENT 1024
struct recent {
	uint64_t key, id;
};
struct untold;
/* What makes two messages without an id equal; 0: it has an id. */
uint64_t untold_key(const struct relay *relay, uint32_t origin,
		    const struct iwf_message *msg);
/* The id of the one whose acceptance was not told, or 0; only once. */
uint64_t untold_take(struct relay *relay, uint64_t key);
/* An accepted one, for which iwf_host_untold may come soon. */
void untold_note(struct relay *relay, uint64_t key, uint64_t id);
void untold_forget(struct relay *relay, int64_t now_ms);
void untold_recover(struct relay *relay, void (*then)(struct relay *relay));
void untold_free(struct relay *relay);

/* parts.c */
void parts_take(struct intake *intake);
void parts_tick(struct relay *relay, int64_t now_ms);
void parts_recover(struct relay *relay);

/* An answer to a job or a report by remote id, copied to the relay's loop. */
struct receipt {
	struct iwf_task task;
	struct relay *relay;
	struct iwf_host *host;
	uint64_t job_id;               /* 0: by remote id */
	struct iwf_report report;
	struct iwf_arena *arena;       /* what report points to */
	iwf_done_fn *done;
	uint64_t tag;
	struct iwf_verdict verdict;
	struct receipt *next;
	struct store_change change;
	struct store_query query;      /* for the job of a late answer */
	struct iwf_buf waiting;
};
struct receipt *receipt_create(struct iwf_host *host,
			       const struct iwf_report *report);
/* done with this verdict on the host's loop, then freed. */
void receipt_finish(struct receipt *receipt, enum iwf_result result,
		    const char *why);

/* outcome.c */
void outcome_answer(struct delivery *dlv, const struct iwf_report *report);
void outcome_late(struct delivery *dlv, const struct iwf_report *report);
/* A later fate of a delivery the peer had taken; part 0 or from 1. */
void outcome_later(struct delivery *dlv, const struct iwf_report *report,
		   uint32_t part);
/* It ends here: EXPIRED, FAILED, CANCELLED. */
void outcome_end(struct delivery *dlv, enum store_state state,
		 struct iwf_str why);
/* The host has nothing of it any more: out of its lane, on with the next. */
void outcome_left(struct delivery *dlv);
/* Its attempt may have arrived: once more, or left to a receipt. */
void outcome_unsure(struct delivery *dlv);

/* correlate.c */
void correlate_start(struct receipt *receipt);       /* relay's loop */
uint64_t correlate_key(const struct relay *relay, const struct queue *queue,
		       struct iwf_str remote_id);
void correlate_waiting(struct delivery *dlv, struct iwf_str waiting,
		       uint32_t part);

/* notify.c: the REPORT that a fate causes, if somebody asked for it; it rides
 * with the next change of dlv. */
void notify_about(struct delivery *dlv, enum iwf_fate fate,
		  const struct iwf_report *report);

/* expire.c: what time alone decides. */
void expire_start(struct relay *relay);
void expire_stop(struct relay *relay);

/* reroute.c: what waits for a link that is down for long or gone goes by
 * another one. */
void reroute_tick(struct relay *relay, int64_t now_ms);
/* All that waits for the queue, whose instances are going. */
void reroute_all(struct queue *queue);
/* A retired host is closed: what it never answered may have arrived. */
void reroute_abandoned(struct iwf_host *host);
/* One that its host gave back; it is in no lane. */
void reroute_one(struct delivery *dlv);

/* recover.c: once, at the start. */
void recover_start(struct relay *relay);

/* route.c */
#define ROUTE_LINKS_MAX 8
struct route_choice {
	const char *names[ROUTE_LINKS_MAX];
	unsigned count;
	unsigned rule;    /* which one matched, from 0 */
	bool matched;
	bool refused;     /* by the rule */
};
/* Some rule names both. */
bool route_has_both(const struct routes *routes, const char *link,
		    const char *other);
void route_select(const struct routes *routes, const struct iwf_message *msg,
		  const char *from_link, struct route_choice *choice);

/* value.c */
void value_set(struct relay *relay, uint32_t link, struct iwf_str key,
	       struct iwf_str bytes);
void values_free(struct relay *relay);

/* link.c: for loop_call on the host's loop */
void link_drain_call(void *host);
void link_close_call(void *host);
void link_free(struct iwf_host *host);
/* Closes retired instances that have answered everything or waited enough. */
void links_retire(struct relay *relay, int64_t now_ms);

/* relay.c: a change that failed is written again a little later. */
void relay_save_later(struct relay *relay, struct delivery *dlv);

/* --- the relay --- */

enum relay_metric {
	RELAY_M_ACCEPTED, RELAY_M_DUPLICATE, RELAY_M_REFUSED, RELAY_M_BUSY,
	RELAY_M_SENT, RELAY_M_DELIVERED, RELAY_M_FAILED, RELAY_M_EXPIRED,
	RELAY_M_RETRIED, RELAY_M_UNSURE, RELAY_M_POSSIBLE_DUPLICATE,
	RELAY_M_REPORTS, RELAY_M_RECEIPT_JOINED, RELAY_M_RECEIPT_WAITING,
	RELAY_M_RECEIPT_UNMATCHED, RELAY_M_RECEIPT_LATE, RELAY_M_PARTS,
	RELAY_M_PARTS_JOINED, RELAY_M_PARTS_INCOMPLETE, RELAY_M_SAVE_RETRIES,
	RELAY_M_IN_MEMORY, RELAY_M_IMBALANCE, RELAY_M_RECUT, RELAY_M_REROUTED,
	RELAY_M_COUNT
};

struct relay {
	struct relay_conf conf;
	struct store_conf store_conf;
	int64_t retry_ms[16];
	unsigned retry_count;
	struct iwf_loop *loop;
	struct store *store;
	struct iwf_log *log;
	struct metrics *metrics;
	struct iwf_metric values[RELAY_M_COUNT];
	uint8_t key[16];
	struct id_maker ids;
	struct routes *routes;
	struct queue *queues;
	struct iwf_host *retired;
	struct map active;             /* deliveries in memory, by id */
	atomic_uint intake_count;      /* accepts not yet answered */
	atomic_bool draining;
	atomic_bool started;
	bool recovering;
	struct delivery_list unsaved;  /* changes to try again */
	struct iwf_timer save_timer;
	struct iwf_timer expire_timer;
	struct store_query expire_query;
	struct store_query ledger_query;
	struct store_change sweep;
	bool sweeping, asking_expiry, counting;
	unsigned expire_step;
	uint64_t awaited_id;           /* looked through up to here */
	struct store_query sets_query;
	bool asking_sets, sets_whole_only;
	struct map values_remembered;  /* see value.c */
	struct map untold;             /* by untold_key */
	struct untold *untold_first, *untold_last; /* by time */
	struct recent recent[UNTOLD_RECENT];
	unsigned recent_next;
	struct store_query untold_query;
	void (*on_untold)(struct relay *relay);
	struct store_query recover_query;
	struct iwf_timer recover_timer;
};

static inline int64_t relay_wall_ms(const struct relay *relay)
{
	return iwf_loop_wall_ms(relay->loop);
}
static inline void relay_count(struct relay *relay, enum relay_metric metric)
{
	iwf_metric_add(&relay->values[metric], 1);
}
