/* The door in: accepts on their way, the parts of longer messages, and what
 * tells one message from another. */
#pragma once

#include "relay/queue.h"

/* One accept on its way; `msg` is the relay's copy. */
struct intake {
	struct iwf_task task;
	struct relay *relay;
	struct iwf_host *host;         /* NULL: the operator's own */
	uint32_t origin;               /* number of the link it came from */
	struct iwf_message *msg;
	uint64_t untold_key;           /* of a message without an id */
	struct intake *flying, **flying_at; /* relay->flying, till it is put */
	bool is_cut;                   /* its link's connection went meanwhile */
	uint64_t duplicate_key;        /* 0: by what the message says */
	uint64_t set_key;              /* it was joined from this set */
	uint64_t set_sum;              /* of the parts that the message holds */
	struct iwf_buf cursor_key;     /* of a value that is put with it */
	struct iwf_buf cursor_value;
	/* Its answer waits for the delivery's fate: ack.c. */
	uint32_t outcome_ms;
	struct iwf_timer ack_timer;
	struct delivery *awaited;
	struct intake *next_waiting, **waiting_at; /* relay->waiting_acks */
	bool is_refusal;               /* decided; to be told when durable */
	iwf_done_fn *done;
	uint64_t tag;
	relay_sent_fn *sent;
	void *sent_arg;
	struct iwf_verdict verdict;
	struct store_change change;    /* of a part */
	struct store_query query;      /* for its thread */
	uint64_t thread_key;           /* 0: none was looked for */
	struct iwf_str stood_for;      /* as its thread has it */
	struct iwf_buf record;
};

void intake_start(struct intake *intake);            /* edge's loop */
/* What it is to its sender that a change was not made: the store's trouble ends,
 * what it refuses it will always refuse. */
enum iwf_result intake_result_of(enum iwf_err err, const char **why);
void intake_fail(struct intake *intake, enum iwf_err err);
void intake_finish(struct intake *intake, enum iwf_result result,
		   const char *why);                 /* relay's loop */
/* As above for what is no longer counted as under way. */
void intake_answer(struct intake *intake, enum iwf_result result,
		   const char *why);
/* Unanswered, at the end of the process. */
void intake_free(struct intake *intake);
/* The value to put with it, and once more when it is durable. */
struct store_remember intake_cursor(const struct intake *intake);
void intake_cursor_set(const struct intake *intake);
void intake_on_put(struct delivery *dlv, enum iwf_err err);
void intake_route(struct intake *intake);            /* relay's loop */
/* The first link of the rule that is up, else the first of it; NULL: *result
 * says why. */
struct queue *intake_choose(struct relay *relay, const struct iwf_message *msg,
			    uint32_t origin, enum iwf_result *result,
			    const char **why);

/* ack.c: answers that wait for a fate. True: this one does, and is told later. */
bool ack_wait(struct intake *intake, struct delivery *dlv);
/* The delivery ends as dlv->row says and nobody is told but by the answer: true
 * when that is still possible. The row gets told_at. */
bool ack_refuse(struct delivery *dlv);
/* True: a temporary failure of it is to be the answer, with the time after which
 * it is worth another try, and it ends here. */
bool ack_refuse_for_now(struct delivery *dlv, int64_t wait_ms);
/* A change of the delivery is durable. */
void ack_saved(struct delivery *dlv);
/* Its fate will not be known in time, or is none to be told: accepted. */
void ack_give_up(struct delivery *dlv);
void ack_give_up_all(struct relay *relay);
/* No more of it: the loop ends. */
void ack_stop(struct relay *relay);

/* thread.c */
bool thread_is_wanted(const struct intake *intake);
/* Finds the conversation, then goes on with intake_route. */
void thread_look(struct intake *intake);
/* What answers to its message will belong to, put with it; text holds the
 * bytes. */
void thread_note(const struct intake *intake, const struct queue *to,
		 struct store_put *keys, struct iwf_buf *text);
/* The link has a number for senders without one, and it is of such a sender, or
 * of one who is not to be known. */
bool thread_needs_stand_in(const struct queue *to,
			   const struct iwf_message *msg);

/* untold.c */
#define UNTOLD_RECENT 1024
struct recent {
	uint64_t key, id;
	bool is_listed;           /* its copy is expected already */
};
struct untold;
/* What makes two messages without an id equal; 0: it has an id. */
uint64_t untold_key(const struct relay *relay, uint32_t origin,
		    const struct iwf_message *msg);
/* The id of the one whose acceptance was not told, or 0; only once. */
uint64_t untold_take(struct relay *relay, uint64_t key);
/* Under way until untold_landed: iwf_host_cut may come meanwhile. */
void untold_fly(struct intake *intake);
/* An equal one is under way whose connection is gone: nothing can be said of
 * the copy before it is known what becomes of that. */
bool untold_is_flying(const struct relay *relay, uint64_t key);
/* It was put or not; if it was, iwf_host_untold may come soon. */
void untold_landed(struct intake *intake, bool is_put);
/* A copy was answered, and that answer may not be told either. */
void untold_note(struct relay *relay, uint64_t key, uint64_t id);
void untold_forget(struct relay *relay, int64_t now_ms);
void untold_recover(struct relay *relay, void (*then)(struct relay *relay));
void untold_free(struct relay *relay);

/* parts.c */
void parts_take(struct intake *intake);
void parts_tick(struct relay *relay, int64_t now_ms);
void parts_recover(struct relay *relay);
