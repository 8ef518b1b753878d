/* A SIP side on loopback ports with an edge that answers as told. */
#pragma once

#include "peer.h"
#include "sip/sip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#define WORKERS_MAX 4

/* How the edge of a test answers. */
enum mode { MODE_ACCEPT, MODE_HOLD, MODE_BUSY, MODE_NOT_SUPPORTED };

struct edge {
	struct sip_edge edge;
	struct bench *bench;
	struct sip_request *held;
};

struct seen {
	unsigned count;
	bool is_trusted;
	unsigned asserted_count;
	char asserted[128];
	char from[128];
	char service[128];
	char subject[128];
	char body[128];
	uint64_t key;
	int64_t expires_ms;
};

struct bench {
	struct iwf_log *log;
	struct sip *sip;
	struct edge edges[WORKERS_MAX];
	struct sip_edge *edge_list[WORKERS_MAX];
	unsigned port;
	_Atomic enum mode mode;
	sem_t arrived;
	pthread_mutex_t lock;
	struct seen seen;     /* by lock */
	struct sip_conf conf;
	struct sip_listener_conf listen[3];
	struct iwf_str texts[2];
	char uris[3][64];
};

extern const uint8_t bench_hash_key[16];

/* A request; NULLs have a default. */
struct text {
	const char *method;
	const char *uri;
	const char *branch;
	const char *call_id;
	const char *to_tag;
	const char *hops;
	const char *more;     /* header lines */
	const char *body;
	const char *transport;
};

/* What the edge saw last, and how often. */
struct seen bench_seen(struct bench *b);
/* Fails the test when nothing comes in time. */
void bench_wait(sem_t *sem);
/* Calling it on a loop means that what was posted before has run. */
void bench_turn(void *none);
/* Answers what the edge held; on its loop. arg: the edge. */
void bench_release(void *arg);
/* Ports open, nothing taken. */
void bench_open(struct bench *b);
void bench_serve(struct bench *b);
/* A configuration to change before bench_start. */
struct bench *bench_create(unsigned workers);
void bench_start(struct bench *b);
void bench_stop(struct bench *b);
/* The sum over workers. */
int64_t bench_metric(struct bench *b, const char *name);
/* The Via's port is the peer's own, so answers come home without rport too. */
size_t bench_format(char *to, size_t len, const struct peer *peer,
		     const struct text *t);
/* Sends a request and waits for the answer in peer->text. */
const char *bench_ask(struct peer *peer, const struct text *t);
void bench_assert_header(const char *text, const char *name, const char *want);
