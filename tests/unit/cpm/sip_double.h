/* The SIP layer for tests of the CPM edge: sip_answer and sip_send (sip/sip.h)
 * write down what they are given; the test plays the peer. */
#pragma once

#include "sip/sip.h"

#define SIP_DOUBLE_MAX 1024u

/* What a request was answered with, texts copied. */
struct sip_double_answer {
	unsigned status;
	char phrase[256];
	uint32_t retry_after_sec;
	char accept[64]; /* empty: none */
};

/* A request of ours, texts copied. */
struct sip_double_sent {
	struct iwf_arena *arena;
	struct sip_message message;
	struct sip_pending *pending; /* NULL once it is answered */
	struct iwf_task fail;        /* posted when the hop is gone */
	struct sip_worker *worker;
};

struct sip_worker {
	struct iwf_loop *loop;
	struct sip_double_answer answers[SIP_DOUBLE_MAX];
	unsigned answer_count;
	unsigned waiting;    /* requests given and not answered */
	struct sip_double_sent sent[SIP_DOUBLE_MAX];
	unsigned sent_count;
	enum iwf_err refuses; /* what sip_send returns at once, if not IWF_OK */
	bool is_gone;        /* no next hop: every request fails locally */
};

struct sip_worker *sip_double_create(struct iwf_loop *loop);
/* Requests that are still out fail locally, as sip.h promises an answer. */
void sip_double_destroy(struct sip_worker **worker);

/* Gives the edge a copy of the request, which sip_answer frees. */
void sip_double_give(struct sip_worker *worker, struct sip_edge *edge,
		     const struct sip_request *like);
/* The last answer; aborts when there is none. */
const struct sip_double_answer *sip_double_last(const struct sip_worker *worker);
/* How many answers were of this class: 2 for 2xx. */
unsigned sip_double_count(const struct sip_worker *worker, unsigned class);

/* The final answer to a request of ours, once; retry_after_sec 0: none. */
void sip_double_reply(struct sip_worker *worker, unsigned index,
		      unsigned status, uint32_t retry_after_sec);
/* It could not be sent at all. */
void sip_double_fail(struct sip_worker *worker, unsigned index);
/* The same status for all that have none yet; how many. */
unsigned sip_double_reply_all(struct sip_worker *worker, unsigned status);
