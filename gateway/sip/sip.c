/* Life of the SIP side: settings checked, workers made and taken down, trust
 * lists exchanged while it runs. */
#include "sip/worker.h"

#include <iwf/buf.h>

#include <sofia-sip/su.h>
#include <sofia-sip/su_log.h>
#include <stdio.h>
#include <stdlib.h>

const struct iwf_metric_row sip_metric_rows[] = {
	[SIP_M_REQUESTS] = { "sip_requests_total", IWF_METRIC_COUNTER,
		"Requests that came in, copies included." },
	[SIP_M_MESSAGES] = { "sip_messages_total", IWF_METRIC_COUNTER,
		"New MESSAGE requests of trusted peers." },
	[SIP_M_OPTIONS] = { "sip_options_total", IWF_METRIC_COUNTER,
		"OPTIONS requests answered." },
	[SIP_M_ANSWERS_2XX] = { "sip_answers_2xx_total", IWF_METRIC_COUNTER,
		"Answers 2xx, repeated ones included." },
	[SIP_M_ANSWERS_4XX] = { "sip_answers_4xx_total", IWF_METRIC_COUNTER,
		"Answers 3xx and 4xx, repeated ones included." },
	[SIP_M_ANSWERS_5XX] = { "sip_answers_5xx_total", IWF_METRIC_COUNTER,
		"Answers 5xx and 6xx, repeated ones included." },
	[SIP_M_UNTRUSTED] = { "sip_refused_untrusted_total",
		IWF_METRIC_COUNTER,
		"Requests refused because their peer is not trusted." },
	[SIP_M_MALFORMED] = { "sip_refused_malformed_total",
		IWF_METRIC_COUNTER, "Requests refused as malformed." },
	[SIP_M_UNREADABLE] = { "sip_unreadable_total", IWF_METRIC_COUNTER,
		"What came and was no SIP, keep-alives among it." },
	[SIP_M_LOOPS] = { "sip_refused_loop_total", IWF_METRIC_COUNTER,
		"Requests refused as looped or merged." },
	[SIP_M_OVERLOAD] = { "sip_refused_overload_total", IWF_METRIC_COUNTER,
		"Requests told to come back, too many were unanswered." },
	[SIP_M_RETRANSMISSIONS] = { "sip_retransmissions_total",
		IWF_METRIC_COUNTER, "Copies of requests seen before." },
	[SIP_M_UNANSWERABLE] = { "sip_unanswerable_total", IWF_METRIC_COUNTER,
		"Answers that could not be sent." },
	[SIP_M_WAITING] = { "sip_requests_waiting", IWF_METRIC_GAUGE,
		"Requests not yet answered." },
	[SIP_M_SENT] = { "sip_sent_total", IWF_METRIC_COUNTER,
		"Requests sent." },
	[SIP_M_SENT_2XX] = { "sip_sent_2xx_total", IWF_METRIC_COUNTER,
		"Requests sent and answered 2xx." },
	[SIP_M_SENT_FAILED] = { "sip_sent_failed_total", IWF_METRIC_COUNTER,
		"Requests sent and answered otherwise." },
	[SIP_M_SENT_TIMEOUT] = { "sip_sent_timeout_total", IWF_METRIC_COUNTER,
		"Requests sent that got no answer." },
	[SIP_M_SENT_LOCAL] = { "sip_sent_unreachable_total",
		IWF_METRIC_COUNTER, "Requests that could not be sent." },
	[SIP_M_OUTSTANDING] = { "sip_outstanding", IWF_METRIC_GAUGE,
		"Requests sent and not yet answered." },
	[SIP_M_CONNECTIONS] = { "sip_connections", IWF_METRIC_GAUGE,
		"Stream connections both ways, at least." },
	[SIP_M_CONNECTIONS_REFUSED] = { "sip_connections_refused_total",
		IWF_METRIC_COUNTER, "Connections closed above the limit." },
};
const size_t sip_metric_count = SIP_M_COUNT;

/* --- checking --- */

static const struct sip_listener_conf *listener_conf(const struct sip_conf *c,
						     size_t i)
{
	return (const struct sip_listener_conf *)c->listen.items + i;
}

static bool has_name(const struct iwf_texts *trust)
{
	for (size_t i = 0; i < trust->count; i++) {
		if (iwf_str_starts_case(trust->items[i], IWF_STR("tls:")))
			return true;
	}
	return false;
}

static enum iwf_err check_listener(const struct sip_listener_conf *conf,
				   struct iwf_why *why)
{
	struct listener_uri at;
	enum iwf_err err = listener_parse(conf->uri, &at, why);
	bool wants_name = has_name(&conf->trust);

	for (size_t i = 0; !err && i < conf->trust.count; i++)
		err = trust_check(conf->trust.items[i], why);
	if (err)
		return err;
	if (at.transports == LISTENER_TLS)
		return listener_check_tls(conf->tls_dir, wants_name, why);
	if (wants_name)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "%.*s: tls: names need transport=tls",
				   IWF_STR_ARG(conf->uri));
	return IWF_OK;
}

static enum iwf_err check_next_hop(const struct sip_conf *conf,
				   struct iwf_why *why)
{
	const struct sip_hop_conf *hop = &conf->next_hop;
	bool is_tls = hop->transport == SIP_TRANSPORT_TLS ||
		      iwf_str_starts_case(hop->uri, IWF_STR("sips:"));

	if (hop->uri.len && !iwf_str_starts_case(hop->uri, IWF_STR("sip:")) &&
	    !iwf_str_starts_case(hop->uri, IWF_STR("sips:")))
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "next_hop is no sip: or sips: URI");
	if (!iwf_str_is_printable(hop->uri) ||
	    iwf_str_find(hop->uri, ' ') != IWF_STR_NPOS ||
	    iwf_str_find(hop->uri, '<') != IWF_STR_NPOS)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "next_hop is no bare URI");
	for (size_t i = 0; is_tls && i < conf->listen.count; i++) {
		if (listener_conf(conf, i)->tls_dir.len)
			return IWF_OK;
	}
	if (is_tls)
		return iwf_why_set(why, IWF_E_SYNTAX, 0, "next_hop by TLS "
				   "needs a listener with tls_dir");
	return IWF_OK;
}

static enum iwf_err check_private(const struct sip_conf *conf,
				  struct iwf_why *why)
{
	struct listener_uri at;

	for (size_t i = 0; i < conf->private_addresses.count; i++) {
		if (listener_parse_address(conf->private_addresses.items[i],
					   &at, why))
			return IWF_E_SYNTAX;
	}
	if (conf->private_port &&
	    (uint64_t)conf->private_port + conf->workers > 65536)
		return iwf_why_set(why, IWF_E_LIMIT, 0,
				   "private_port leaves no room for workers");
	return IWF_OK;
}

enum iwf_err sip_check(const struct sip_conf *conf, struct iwf_why *why)
{
	enum iwf_err err = IWF_OK;

	if (!conf->listen.count)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "sip.listen needs a listener");
	if (!conf->domain.len || !iwf_str_is_printable(conf->domain) ||
	    iwf_str_find(conf->domain, ' ') != IWF_STR_NPOS)
		return iwf_why_set(why, IWF_E_SYNTAX, 0, "bad sip.domain");
	for (size_t i = 0; !err && i < conf->listen.count; i++)
		err = check_listener(listener_conf(conf, i), why);
	if (!err)
		err = check_next_hop(conf, why);
	return err ? err : check_private(conf, why);
}

/* --- making --- */

__attribute__((format(printf, 2, 0)))
static void on_sofia_log(void *log, char const *fmt, va_list args)
{
	char line[256];
	size_t len;

	vsnprintf(line, sizeof(line), fmt, args);
	len = strlen(line);
	if (len && line[len - 1] == '\n')
		line[len - 1] = '\0';
	iwf_log_debug((struct iwf_log *)log, "sofia", "text=\"%s\"", line);
}

__attribute__((format(printf, 2, 0)))
static void on_no_log(void *none, char const *fmt, va_list args)
{
	(void)none;
	(void)fmt;
	(void)args;
}

/* The stack's loggers are the process's; only what it calls errors passes. */
static void redirect_log(struct iwf_log *log)
{
	su_log_redirect(su_log_default, log ? on_sofia_log : on_no_log, log);
	su_log_redirect(su_log_global, log ? on_sofia_log : on_no_log, log);
	su_log_soft_set_level(su_log_default, 1);
	su_log_soft_set_level(su_log_global, 1);
}

static void copy_listeners(struct sip *sip, const struct sip_conf *conf)
{
	sip->listener_count = (unsigned)conf->listen.count;
	sip->listeners = IWF_ARENA_ARRAY(sip->arena, struct sip_listener,
					 conf->listen.count);
	for (unsigned i = 0; i < sip->listener_count; i++) {
		const struct sip_listener_conf *from = listener_conf(conf, i);
		struct sip_listener *to = &sip->listeners[i];

		to->index = i;
		to->uri = iwf_arena_copy(sip->arena, from->uri);
		to->role = (enum sip_role)from->role;
		to->outcome_ms = from->ack == SIP_ACK_OUTCOME ?
			from->ack_wait_ms : 0;
		to->tls_dir = iwf_arena_copy(sip->arena, from->tls_dir);
		listener_parse(to->uri, &to->at, NULL);
		if (to->tls_dir.len && !sip->tls_dir.len)
			sip->tls_dir = to->tls_dir;
	}
}

static struct iwf_str hop_uri(struct iwf_arena *arena,
			      const struct sip_hop_conf *hop)
{
	static const char *const params[] = {
		[SIP_TRANSPORT_AUTO] = "",
		[SIP_TRANSPORT_UDP] = ";transport=udp",
		[SIP_TRANSPORT_TCP] = ";transport=tcp",
		[SIP_TRANSPORT_TLS] = ";transport=tls",
	};
	const char *param = params[hop->transport];

	if (!hop->uri.len)
		return IWF_STR_NONE;
	if (iwf_str_search(hop->uri, IWF_STR(";transport=")) != IWF_STR_NPOS)
		param = "";
	return iwf_arena_printf(arena, "%.*s%s", IWF_STR_ARG(hop->uri), param);
}

/* Parsed once; a text that Sofia cannot read stays one, and each request tells
 * so. */
static const url_string_t *make_hop(struct iwf_arena *arena,
				    struct iwf_str uri)
{
	url_t *url = IWF_ARENA_NEW(arena, url_t);

	if (!uri.len)
		return NULL;
	if (url_d(url, (char *)(uintptr_t)iwf_arena_copy(arena, uri).ptr) < 0)
		return URL_STRING_MAKE(uri.ptr);
	return (const url_string_t *)url;
}

static void copy_private(struct sip *sip, const struct sip_conf *conf)
{
	const struct iwf_texts *texts = &conf->private_addresses;
	bool has_family[2] = { false, false };

	sip->private_addresses = IWF_ARENA_ARRAY(sip->arena,
		struct listener_uri, texts->count + 2);
	for (size_t i = 0; i < texts->count; i++)
		listener_parse_address(texts->items[i],
			&sip->private_addresses[sip->private_count++], NULL);
	for (unsigned i = 0; !texts->count && i < sip->listener_count; i++) {
		struct listener_uri at = sip->listeners[i].at;

		if (has_family[at.is_v6])
			continue;
		has_family[at.is_v6] = true;
		at.port = 0;
		sip->private_addresses[sip->private_count++] = at;
	}
}

static void copy_conf(struct sip *sip, const struct sip_conf *conf)
{
	sip->conf = *conf;
	sip->conf.listen = (struct iwf_list){ NULL, 0 };
	sip->conf.private_addresses = (struct iwf_texts){ NULL, 0 };
	if (!sip->conf.workers)
		sip->conf.workers = 1;
	sip->conf.domain = iwf_arena_copy(sip->arena, conf->domain);
	sip->conf.next_hop.uri = hop_uri(sip->arena, &conf->next_hop);
	sip->hop = make_hop(sip->arena, sip->conf.next_hop.uri);
	copy_listeners(sip, conf);
	copy_private(sip, conf);
	sip->sent_by_max = sip->conf.workers * sip->private_count * 3;
	sip->sent_by = IWF_ARENA_ARRAY(sip->arena, struct sent_by,
				       sip->sent_by_max);
}

static struct trust **make_trust(const struct sip *sip,
				 const struct sip_conf *conf)
{
	struct trust **trust = iwf_alloc(sip->listener_count *
					 sizeof(struct trust *));

	for (unsigned i = 0; i < sip->listener_count; i++) {
		const struct sip_listener *own = &sip->listeners[i];

		for (size_t k = 0; k < conf->listen.count && !trust[i]; k++) {
			const struct sip_listener_conf *from =
				listener_conf(conf, k);

			if (iwf_str_eq(from->uri, own->uri) &&
			    from->role == own->role)
				trust[i] = trust_create(&from->trust,
							own->at.is_loopback);
		}
	}
	return trust;
}

static void free_trust(const struct sip *sip, struct trust **trust)
{
	for (unsigned i = 0; trust && i < sip->listener_count; i++)
		trust_destroy(&trust[i]);
	free(trust);
}

static enum iwf_err open_worker(struct sip *sip, unsigned index,
				const struct sip_conf *conf,
				struct iwf_why *why)
{
	struct sip_worker *worker = &sip->workers[index];
	char name[16];

	snprintf(name, sizeof(name), "sip%u", index);
	worker->sip = sip;
	worker->index = index;
	worker->trust = make_trust(sip, conf);
	worker->loop = loop_create(name);
	loop_start(worker->loop);
	loop_call(worker->loop, worker_open, worker);
	if (worker->err && why)
		*why = worker->why;
	return worker->err;
}

/* With one worker the ports are not shared and bind itself finds out. */
static enum iwf_err check_ports(const struct sip *sip, struct iwf_why *why)
{
	enum iwf_err err = IWF_OK;

	for (unsigned i = 0; sip->conf.workers > 1 && !err &&
			     i < sip->listener_count; i++)
		err = listener_check_free(&sip->listeners[i].at, why);
	return err;
}

enum iwf_err sip_create(struct sip **sip, const struct sip_conf *conf,
			const uint8_t hash_key[16], struct iwf_log *log,
			struct iwf_why *why)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct sip *made = IWF_ARENA_NEW(arena, struct sip);
	enum iwf_err err;

	su_init();
	redirect_log(log);
	made->arena = arena;
	made->log = log;
	made->mclass = gate_class_create();
	memcpy(made->hash_key, hash_key, 16);
	copy_conf(made, conf);
	made->workers = IWF_ARENA_ARRAY(arena, struct sip_worker,
					made->conf.workers);
	err = check_ports(made, why);
	for (unsigned i = 0; !err && i < made->conf.workers; i++)
		err = open_worker(made, i, conf, why);
	if (err)
		sip_destroy(&made);
	*sip = made;
	return err;
}

void sip_destroy(struct sip **sip)
{
	struct sip *gone = *sip;
	struct iwf_arena *arena;

	if (!gone)
		return;
	*sip = NULL;
	for (unsigned i = 0; i < gone->conf.workers; i++) {
		struct sip_worker *worker = &gone->workers[i];

		if (!worker->loop)
			continue;
		loop_call(worker->loop, worker_close, worker);
		loop_destroy(&worker->loop);
		free_trust(gone, worker->trust);
	}
	redirect_log(NULL);
	free(gone->mclass);
	arena = gone->arena;
	iwf_arena_destroy(&arena);
}

/* --- running --- */

unsigned sip_worker_count(const struct sip *sip)
{
	return sip->conf.workers;
}

struct sip_worker *sip_worker_get(struct sip *sip, unsigned index)
{
	IWF_BUG_ON(index >= sip->conf.workers);
	return &sip->workers[index];
}

struct iwf_loop *sip_worker_loop(const struct sip_worker *worker)
{
	return worker->loop;
}

unsigned sip_worker_index(const struct sip_worker *worker)
{
	return worker->index;
}

struct iwf_metric *sip_worker_metrics(struct sip_worker *worker)
{
	return worker->metrics;
}

/* Until sip_serve no worker touches its cache. After a restart the kernel may
 * give a peer's packets to another worker, so each knows all. */
void sip_remember(struct sip *sip, uint64_t transport_key)
{
	static const struct retransmit_answer accepted = {
		.status = 202, .phrase = "Accepted"
	};

	for (unsigned i = 0; i < sip->conf.workers; i++) {
		struct sip_worker *worker = &sip->workers[i];
		int64_t now_ms = iwf_loop_now_ms(worker->loop);

		retransmit_begin(worker->seen, transport_key, 0, now_ms);
		retransmit_end(worker->seen, transport_key, &accepted, now_ms);
	}
}

void sip_serve(struct sip *sip, struct sip_edge *const *edges)
{
	for (unsigned i = 0; i < sip->conf.workers; i++) {
		sip->workers[i].edge = edges[i];
		loop_call(sip->workers[i].loop, worker_serve,
			  &sip->workers[i]);
	}
}

/* Something for a worker to change in itself, in its own time. */
struct change {
	struct iwf_task task;
	struct sip_worker *worker;
	struct trust **trust;
};

static void post_change(struct sip_worker *worker, iwf_task_fn *run,
			struct trust **trust)
{
	struct change *change = IWF_NEW(struct change);

	change->task.run = run;
	change->worker = worker;
	change->trust = trust;
	iwf_loop_post(worker->loop, &change->task);
}

static void on_drain(struct iwf_task *task)
{
	struct change *change = IWF_CONTAINER(task, struct change, task);

	change->worker->is_draining = true;
	free(change);
}

void sip_drain(struct sip *sip)
{
	for (unsigned i = 0; i < sip->conf.workers; i++)
		post_change(&sip->workers[i], on_drain, NULL);
}

/* Listeners that conf does not have any more keep their list: their ports are
 * still open until the restart that closes them. */
static void on_trust(struct iwf_task *task)
{
	struct change *change = IWF_CONTAINER(task, struct change, task);
	struct sip_worker *worker = change->worker;

	for (unsigned i = 0; i < worker->sip->listener_count; i++) {
		struct trust *fresh = change->trust[i];

		if (!fresh)
			continue;
		change->trust[i] = worker->trust[i];
		worker->trust[i] = fresh;
	}
	free_trust(worker->sip, change->trust);
	free(change);
}

void sip_reconfigure(struct sip *sip, const struct sip_conf *conf)
{
	for (unsigned i = 0; i < sip->conf.workers; i++)
		post_change(&sip->workers[i], on_trust,
			    make_trust(sip, conf));
}
