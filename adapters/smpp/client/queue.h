/* The jobs a link has taken and their parts: which wait for room, in which
 * order, and what is not answered yet. */
#pragma once

#include "bind/window.h"
#include "message/compose.h"

struct smpp_part {
	struct smpp_request request;
	struct smpp_sending *sending;
	struct smpp_part *next; /* in the queue */
	uint32_t number;        /* from 1 */
	enum smpp_again varied; /* what was left out in a second try */
	uint32_t generation;    /* of the connection it was written to */
	uint64_t place;         /* in the queue, for as long as it lives */
	int64_t written_at_ms;
	uint64_t taken_before;  /* queue->taken_count when it was refused */
	uint32_t full_count;    /* refused while others were taken */
};

/* A job; everything of it lives in its arena, itself too. */
struct smpp_sending {
	struct iwf_arena *arena;
	struct smpp_sending *newer, *older;
	uint64_t job_id;
	uint32_t attempt;
	const struct iwf_message *msg;
	struct smpp_draft draft;
	struct smpp_part *parts;
	uint32_t open_count; /* parts that must be answered yet */
	const char *over;    /* why no part of it goes any more, or NULL */
};

/* All jobs not yet answered, and the parts that wait for room, in order. */
struct smpp_queue {
	struct smpp_sending *first_job;
	struct smpp_part *first, *last;
	size_t waiting_count;
	size_t written_count;
	uint64_t places;        /* given so far */
	uint64_t taken_count;   /* parts that the SMSC took */
};

/* The part waits from now on, as the last one. */
void smpp_queue_append(struct smpp_queue *queue, struct smpp_part *part);
/* It waits again in the place that it had. */
void smpp_queue_return(struct smpp_queue *queue, struct smpp_part *part);
/* Takes the first one that waits; NULL: none does. */
struct smpp_part *smpp_queue_shift(struct smpp_queue *queue);
/* Takes what waits of one job, linked by next; NULL: nothing does. */
struct smpp_part *smpp_queue_extract(struct smpp_queue *queue,
				     const struct smpp_sending *sending);
/* Adds a job whose arena, id, attempt, msg and draft are set. */
void smpp_queue_add(struct smpp_queue *queue, struct smpp_sending *sending);
/* Forgets the job, which has no part waiting or written any more. */
void smpp_sending_destroy(struct smpp_queue *queue,
			  struct smpp_sending *sending);
