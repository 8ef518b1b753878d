/* Random traffic over a rig whose disk may lose its power, and what the gateway
 * promised by it: each acknowledgement with the step of the disk at which it
 * was given. The same seed gives the same traffic. */
#pragma once

#include "unit/relay/rig.h"

#include "support/power.h"

#define TRAFFIC_MARKS_MAX 16384u
#define TRAFFIC_KEEP_MS HOUR

enum promise_kind {
	PROMISE_MESSAGE, /* one was accepted */
	PROMISE_PART,
	PROMISE_RECEIPT
};

struct promise {
	enum promise_kind kind;
	size_t at;       /* steps of the disk when it was given */
	unsigned mark;   /* of the message's text */
	unsigned remote; /* RECEIPT: the peer's id of the message */
	uint64_t id;     /* RECEIPT: the delivery, 0: of nothing we know */
	int64_t until_ms; /* RECEIPT: so long it waits */
};

/* A job as a link was given it. */
struct given {
	struct fake_link *link;
	uint64_t id;
	uint32_t parts;
	uint8_t parts_done;
	bool is_report, is_answered, is_sent;
	size_t at, answered_at;
	unsigned remote;   /* the first part's id at the peer, 0: none yet */
};

/* A verdict that is awaited. */
struct asked {
	struct fake_link *link;
	uint32_t tag;
	struct promise promise;
};

/* The database as it was after a commit. */
struct stand {
	size_t at;
	uint64_t print;
};

struct traffic {
	struct rig *rig;
	struct power_disk *disk;
	uint64_t seed;
	struct promise *promises;
	unsigned promise_count;
	struct given *given;
	unsigned given_count;
	struct asked *asked;
	unsigned asked_count;
	struct stand *stands;
	unsigned stand_count;
	unsigned marks, remotes, large;
	unsigned set;          /* the mark of its first part */
	unsigned seen[3];      /* jobs of each link that are in `given` */
	/* Since which step of the disk may the message of a mark be purged? */
	size_t *gone_at;
};

void traffic_open(struct traffic *t, uint64_t seed);
void traffic_close(struct traffic *t);
/* The store has been opened on the disk; the relay has not. */
void traffic_begin(struct traffic *t, struct power_disk *disk);
/* A few random things happen, then their commits. */
void traffic_step(struct traffic *t);
/* All links are up, and take every job they were given. */
void traffic_answer_all(struct traffic *t);
/* The power went at this step: what came later never was, what was durable
 * before is so from step 0 of the next disk on. */
void traffic_cut(struct traffic *t, size_t at);
/* Notes verdicts and jobs; called by the rig before each commit. */
void traffic_note(struct traffic *t);
/* Notes how the database stands; called by the rig after each commit. */
void traffic_stand(struct traffic *t);
/* Calls mark for each mark in the bytes. */
typedef void traffic_mark_fn(void *arg, unsigned mark);
void traffic_marks(struct iwf_str bytes, traffic_mark_fn *each, void *arg);
