/* The live tests' SIP side: its edge, its life, and requests as text. */
#include "bench.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const uint8_t bench_hash_key[16] = "0123456789abcdef";

/* --- the edge --- */

static void copy(char *to, size_t len, struct iwf_str s)
{
	snprintf(to, len, "%.*s", IWF_STR_ARG(s));
}

static void note(struct seen *seen, const struct sip_request *req)
{
	seen->count++;
	seen->is_trusted = req->is_trusted;
	seen->asserted_count = req->asserted_count;
	copy(seen->asserted, sizeof(seen->asserted), req->asserted[0]);
	copy(seen->from, sizeof(seen->from), req->from_uri);
	copy(seen->service, sizeof(seen->service),
	     req->fields[SIP_F_P_ASSERTED_SERVICE]);
	copy(seen->subject, sizeof(seen->subject), req->fields[SIP_F_SUBJECT]);
	copy(seen->body, sizeof(seen->body), req->body);
	seen->key = req->transport_key;
	seen->expires_ms = req->expires_ms;
}

static void answer(struct sip_request **req, enum mode mode)
{
	static const struct sip_answer answers[] = {
		[MODE_ACCEPT] = { 202, "Accepted", 0, NULL },
		[MODE_HOLD] = { 202, "Accepted", 0, NULL },
		[MODE_BUSY] = { 503, "Store Is Slow", 7, NULL },
		[MODE_NOT_SUPPORTED] = { 415, "Not CPIM", 0, "message/cpim" },
	};

	sip_answer(req, &answers[mode]);
}

static void on_message(struct sip_edge *base, struct sip_request *req)
{
	struct edge *edge = (struct edge *)base;
	struct bench *b = edge->bench;

	pthread_mutex_lock(&b->lock);
	note(&b->seen, req);
	pthread_mutex_unlock(&b->lock);
	if (b->mode == MODE_HOLD)
		edge->held = req;
	else
		answer(&req, b->mode);
	sem_post(&b->arrived);
}

struct seen bench_seen(struct bench *b)
{
	struct seen seen;

	pthread_mutex_lock(&b->lock);
	seen = b->seen;
	pthread_mutex_unlock(&b->lock);
	return seen;
}

void bench_wait(sem_t *sem)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += 5;
	assert_int_equal(sem_timedwait(sem, &at), 0);
}

void bench_release(void *arg)
{
	struct edge *edge = arg;

	assert_non_null(edge->held);
	answer(&edge->held, MODE_ACCEPT);
}

void bench_turn(void *none)
{
	(void)none;
}

/* --- life --- */

static void set_conf(struct bench *b, unsigned workers)
{
	b->port = peer_free_port(false);
	snprintf(b->uris[0], 64, "sip:127.0.0.1:%u", b->port);
	b->listen[0].uri = iwf_str_from(b->uris[0]);
	b->listen[0].role = SIP_ROLE_IWF;
	b->conf = (struct sip_conf){
		.listen = { b->listen, 1 },
		.workers = workers,
		.domain = IWF_STR("iwf.example.net"),
		.sender_without_pai = SIP_WITHOUT_PAI_FROM,
		.message_max_len = 65536,
		.udp_max_len = 1300,
		.idle_ms = 600000,
		.connections_max = 100,
	};
}

void bench_open(struct bench *b)
{
	struct iwf_why why = { 0 };

	if (sip_check(&b->conf, &why))
		fail_msg("%s", why.text);
	if (sip_create(&b->sip, &b->conf, bench_hash_key, b->log, &why))
		fail_msg("%s", why.text);
}

void bench_serve(struct bench *b)
{
	for (unsigned i = 0; i < b->conf.workers; i++) {
		b->edges[i] = (struct edge){ { on_message }, b, NULL };
		b->edge_list[i] = &b->edges[i].edge;
	}
	sip_serve(b->sip, b->edge_list);
}

struct bench *bench_create(unsigned workers)
{
	struct log_conf log = { .level = getenv("LOUD") ? IWF_LOG_DEBUG
							: IWF_LOG_ERROR };
	struct bench *b = calloc(1, sizeof(*b));

	sem_init(&b->arrived, 0, 0);
	pthread_mutex_init(&b->lock, NULL);
	b->log = log_create(&log);
	set_conf(b, workers);
	return b;
}

void bench_start(struct bench *b)
{
	bench_open(b);
	bench_serve(b);
}

void bench_stop(struct bench *b)
{
	sip_destroy(&b->sip);
	log_destroy(&b->log);
	sem_destroy(&b->arrived);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

int64_t bench_metric(struct bench *b, const char *name)
{
	int64_t sum = 0;

	for (size_t i = 0; i < sip_metric_count; i++) {
		if (strcmp(sip_metric_rows[i].name, name))
			continue;
		for (unsigned w = 0; w < b->conf.workers; w++)
			sum += iwf_metric_get(&sip_worker_metrics(
				sip_worker_get(b->sip, w))[i]);
		return sum;
	}
	fail_msg("no metric %s", name);
	return -1;
}

/* --- requests --- */


static const char *or(const char *value, const char *fallback)
{
	return value ? value : fallback;
}

size_t bench_format(char *to, size_t len, const struct peer *peer,
		     const struct text *t)
{
	const char *body = or(t->body, "hello");
	const char *method = or(t->method, "MESSAGE");

	return (size_t)snprintf(to, len,
		"%s %s SIP/2.0\r\n"
		"Via: SIP/2.0/%s %s:%u;branch=%s\r\n"
		"Max-Forwards: %s\r\n"
		"From: <sip:alice@example.net>;tag=f1\r\n"
		"To: <tel:+491710000002>%s%s\r\n"
		"Call-ID: %s\r\n"
		"CSeq: 1 %s\r\n"
		"%s"
		"Content-Type: message/cpim\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		method, or(t->uri, "tel:+491710000002"),
		or(t->transport, peer->is_stream ? "TCP" : "UDP"),
		peer->is_v6 ? "[::1]" : "127.0.0.1", peer->port,
		or(t->branch, "z9hG4bK-1"), or(t->hops, "70"),
		t->to_tag ? ";tag=" : "", or(t->to_tag, ""),
		or(t->call_id, "call-1"), method, or(t->more, ""),
		strlen(body), body);
}

const char *bench_ask(struct peer *peer, const struct text *t)
{
	static const size_t most = PEER_TEXT_LEN;
	char *text = malloc(most);

	peer_send(peer, text, bench_format(text, most, peer, t));
	free(text);
	return peer_receive(peer, PEER_WAIT_MS);
}

void bench_assert_header(const char *text, const char *name, const char *want)
{
	char value[512] = "";

	peer_header(text, name, value, sizeof(value));
	if (!strstr(value, want))
		fail_msg("%s: `%s` lacks `%s` in %s", name, value, want, text);
}
