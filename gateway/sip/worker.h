/* One SIP worker from the inside: what gate, answer and send share. */
#pragma once

#define NTA_AGENT_MAGIC_T struct sip_worker
#define NTA_OUTGOING_MAGIC_T struct sending

#include "base/loop.h"
#include "sip/listener.h"
#include "sip/retransmit.h"
#include "sip/sip.h"
#include "sip/trust.h"

#include <iwf/random.h>

#include <sofia-sip/nta.h>
#include <sofia-sip/nta_stateless.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/tport.h>

/* Requests with the edge, per worker; more are told to come back. */
#define WORKER_REQUESTS_MAX 8192
#define WORKER_REQUESTS_LEN_MAX (128u << 20)
/* Held until sip_serve. */
#define WORKER_EARLY_MAX 1024
#define WORKER_SEEN_MAX 400000
/* Sofia's queue of a stream connection holds 1,000 at most. */
#define WORKER_OUTSTANDING_UDP_MAX 512
#define WORKER_OUTSTANDING_MAX 800

enum sip_metric {
	SIP_M_REQUESTS,
	SIP_M_MESSAGES,
	SIP_M_OPTIONS,
	SIP_M_ANSWERS_2XX,
	SIP_M_ANSWERS_4XX,
	SIP_M_ANSWERS_5XX,
	SIP_M_UNTRUSTED,
	SIP_M_MALFORMED,
	SIP_M_UNREADABLE,
	SIP_M_LOOPS,
	SIP_M_OVERLOAD,
	SIP_M_RETRANSMISSIONS,
	SIP_M_UNANSWERABLE,
	SIP_M_WAITING,
	SIP_M_SENT,
	SIP_M_SENT_2XX,
	SIP_M_SENT_FAILED,
	SIP_M_SENT_TIMEOUT,
	SIP_M_SENT_LOCAL,
	SIP_M_OUTSTANDING,
	SIP_M_CONNECTIONS,
	SIP_M_CONNECTIONS_REFUSED,
	SIP_M_COUNT
};

struct sip_listener {
	struct iwf_str uri;        /* as configured */
	struct listener_uri at;
	enum sip_role role;
	uint32_t outcome_ms;       /* see struct sip_request */
	struct iwf_str tls_dir;
	unsigned index;
};

/* A request as it came off the wire. */
struct arrival {
	struct sip_worker *worker;
	msg_t *msg;                /* owned */
	sip_t *sip;
	tport_t *tport;            /* a reference */
	const struct sip_listener *listener; /* NULL: a private port */
	bool is_trusted;
	uint64_t key;
	uint64_t merge;
};

/* A request at the edge. */
struct taken {
	struct sip_request request;
	struct arrival arrival;
	struct iwf_arena *arena;
	struct taken *newer;
	struct taken *older;
};

/* A request on its way to a peer. */
struct sending {
	struct sip_worker *worker;
	struct sip_pending *pending;
	nta_outgoing_t *transaction;
	struct sending *newer;
	struct sending *older;
	struct iwf_task fail;      /* when Sofia refused it at once */
};

/* What the log was told of them. */
struct strangers {
	int64_t since_ms;
	unsigned lines;            /* since then */
	unsigned untold;           /* requests since the last line */
	const struct sip_listener *listener; /* of the last line */
	char peer[64];
};

struct sip_worker {
	struct sip *sip;
	unsigned index;
	struct iwf_loop *loop;
	nta_agent_t *agent;
	struct trust **trust;      /* of each listener */
	struct retransmit *seen;
	struct sip_edge *edge;
	struct iwf_random random;  /* for Call-IDs and tags of ours */
	struct taken *taken;
	unsigned taken_count;
	size_t taken_len;
	struct arrival *early;
	unsigned early_count;
	struct sending *sendings;
	unsigned outstanding;
	bool is_serving;
	bool is_draining;
	struct strangers strangers;
	struct iwf_timer sweep;
	struct iwf_why why;        /* of worker_open */
	enum iwf_err err;
	struct iwf_metric metrics[SIP_M_COUNT];
};

/* An own sent-by, to know our requests when they come back. */
struct sent_by {
	char protocol[16];         /* as a Via says it: SIP/2.0/UDP */
	char host[64];
	unsigned port;
};

struct sip {
	struct iwf_arena *arena;
	struct iwf_log *log;
	struct sip_conf conf;      /* texts in arena */
	const url_string_t *hop;   /* conf.next_hop, NULL: by Request-URI */
	uint8_t hash_key[16];
	struct sip_listener *listeners;
	unsigned listener_count;
	struct listener_uri *private_addresses;
	unsigned private_count;
	struct iwf_str tls_dir;    /* what TLS clients of ours show */
	msg_mclass_t *mclass;
	struct sip_worker *workers;
	struct sent_by *sent_by;
	unsigned sent_by_count;
	unsigned sent_by_max;
};

/* On the worker's loop. worker_open leaves its result in err and why. */
void worker_open(void *worker);
void worker_serve(void *worker);
void worker_close(void *worker);
static inline void worker_count(struct sip_worker *worker, enum sip_metric m)
{
	iwf_metric_add(&worker->metrics[m], 1);
}

/* Sofia's class of messages, with the missing field named in its own 400. */
msg_mclass_t *gate_class_create(void);
/* Judges a request and answers it or gives it to the edge; takes it over. */
void gate_take(struct arrival *arrival);
void gate_refuse(struct arrival *arrival, unsigned status, const char *phrase);
void gate_release(struct arrival *arrival);
/* Reads what the edge needs and gives it the request, or refuses it. */
void request_give(struct arrival *arrival);

/* What else an answer of the gate itself says; NULLs are left out. */
struct answer_fields {
	const char *allow;
	const char *unsupported;
	const char *accept_encoding;
	const char *supported;
	const char *contact;
};
/* Sends it and releases the arrival. */
void answer_send(struct arrival *arrival, const struct sip_answer *answer,
		 const struct answer_fields *fields);
/* The same answer again: neither counted nor logged as a refusal. */
void answer_repeat(struct arrival *arrival, const struct sip_answer *answer);
void answer_forget(struct taken *taken);

void send_forget_all(struct sip_worker *worker);
