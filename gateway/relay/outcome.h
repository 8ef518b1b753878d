/* The door out: answers, receipts, fates and the REPORTs they cause. On the
 * relay's loop. */
#pragma once

#include "relay/queue.h"

/* An answer to a job or a report by remote id, copied to the relay's loop. */
struct receipt {
	struct iwf_task task;
	struct relay *relay;
	struct iwf_host *host;
	uint64_t job_id;               /* 0: by remote id */
	bool is_lookup;                /* nothing shall come of it */
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
/* It goes to its host now, and nothing of this attempt is answered yet. */
void outcome_begin(struct delivery *dlv);
void outcome_answer(struct delivery *dlv, const struct iwf_report *report);
/* The peer's id of a part is noted and bound; all its parts are with the peer;
 * it ends in this state, and who wants to know is told the fate. */
void outcome_note_sent(struct delivery *dlv, const struct iwf_report *report);
void outcome_mark_sent(struct delivery *dlv, const struct iwf_report *report);
void outcome_finish(struct delivery *dlv, enum store_state state,
		    enum iwf_fate fate, const struct iwf_report *report);

/* There is room again at the host, for what is ready or waits in the store. */
void outcome_next(struct iwf_host *host);

/* outcome_later.c */
/* The answer of an attempt that had been called unsure. */
void outcome_late(struct delivery *dlv, const struct iwf_report *report);
/* A later fate of a delivery the peer had taken; part 0 or from 1. */
void outcome_later(struct delivery *dlv, const struct iwf_report *report,
		   uint32_t part);
/* As above, of the part that is unsure: that it arrived is news, too. */
void outcome_settled(struct delivery *dlv, const struct iwf_report *report,
		     uint32_t part);

/* outcome.c again */
/* What a state means to a peer; ATTEMPT is UNSURE. */
enum iwf_fate outcome_fate(enum store_state state);
/* Nothing of it can have reached its peer. */
bool outcome_is_unsent(const struct delivery *dlv);
/* It ends here: EXPIRED, FAILED, CANCELLED. */
void outcome_end(struct delivery *dlv, enum store_state state,
		 struct iwf_str why);
/* As dlv->unwanted says. */
void outcome_unwanted(struct delivery *dlv);
/* The store has no longer what it should send. */
void outcome_lost(struct delivery *dlv);
/* The host has nothing of it any more: out of its lane, on with the next. */
void outcome_left(struct delivery *dlv);
/* Its attempt may have arrived: once more, or left to a receipt. */
void outcome_unsure(struct delivery *dlv);
/* It goes again although it may have arrived: counted and told. */
void outcome_possible_duplicate(const struct delivery *dlv);
/* Its link sends again what is unsure, and not more than so often. */
bool outcome_may_resend(const struct delivery *dlv, uint32_t most);
/* Its link calls failed what is unsure. */
void outcome_unanswered(struct delivery *dlv);
/* If only one part of it is without an answer, a receipt may settle it. */
void outcome_note_unsure(struct delivery *dlv);

/* correlate.c */
void correlate_start(struct receipt *receipt);       /* relay's loop */
/* Hash of the canonical form; 0: no address. */
uint64_t correlate_recipient(const struct relay *relay,
			     const struct iwf_address *to);
uint64_t correlate_key(const struct relay *relay, const struct queue *queue,
		       struct iwf_str remote_id);
/* As in store_join; 0: there is none. */
uint64_t correlate_recipient(const struct relay *relay,
			     const struct iwf_address *to);
/* The receipt that had waited for what the update has bound. */
void correlate_waiting(struct delivery *dlv,
		       const struct store_update *update);

/* notify.c: the REPORT that a fate causes, if somebody asked for it; it rides
 * with the next change of dlv. */
void notify_about(struct delivery *dlv, enum iwf_fate fate,
		  const struct iwf_report *report);
