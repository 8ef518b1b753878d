/* Making every part of the gateway in order, and ending them in reverse. */
#include "gateway.h"

#include "base/loop.h"
#include "base/machine.h"
#include "base/metric.h"
#include "mapping.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DRAIN_MS 10000
#define READY_WAIT_MS 120000
/* 64*T1: as long as a peer repeats a request (RFC 3261 17.1.2.2). */
#define TRANSACTION_MS 32000

enum gateway_metric {
	GATEWAY_M_RELOADS,
	GATEWAY_M_RELOADS_REFUSED,
	GATEWAY_METRICS
};

static const struct iwf_metric_row gateway_metric_rows[] = {
	[GATEWAY_M_RELOADS] = { "reloads_total", IWF_METRIC_COUNTER,
		"Configurations read again and taken." },
	[GATEWAY_M_RELOADS_REFUSED] = { "reloads_refused_total",
		IWF_METRIC_COUNTER,
		"Configurations read again and refused: nothing changed." },
};

struct gateway {
	const char *path;
	struct settings *settings;      /* newest first */
	struct iwf_log *log;
	struct metrics *metrics;
	struct store *store;
	struct store_recovery recovery;
	struct relay *relay;
	struct sip *sip;
	struct queue *cpm;
	struct iwf_host **cpm_hosts;
	struct sip_edge **edges;
	struct admin *admin;
	struct machine machine;
	pthread_mutex_t reloading;      /* by signal and by iwfctl */
	struct iwf_metric metric[GATEWAY_METRICS];
};

static int64_t clock_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

/* --- the store and the relay --- */

static enum iwf_err start_store(struct gateway *gw, struct iwf_why *why)
{
	enum iwf_err err = store_open(&gw->store, &gw->settings->store, gw->log,
				      &gw->recovery, why);

	if (err)
		return err;
	metrics_add(gw->metrics, store_metric_rows, store_metric_count,
		    store_metrics(gw->store), NULL, NULL);
	gw->relay = relay_create(&gw->settings->relay, &gw->settings->store,
				 gw->store, &gw->recovery, gw->metrics,
				 gw->log);
	return IWF_OK;
}

/* --- the CPM edge: one link for each SIP worker --- */

static const struct relay_link_conf cpm_link = { .name = { "cpm", 3 } };

struct cpm_call {
	struct gateway *gw;
	unsigned index;
};

static void make_cpm_link(void *arg)
{
	struct cpm_call *call = arg;
	struct gateway *gw = call->gw;
	struct iwf_host *host = gw->cpm_hosts[call->index];
	struct sip_worker *worker = sip_worker_get(gw->sip, call->index);

	relay_host_attach(host, cpm_link_create(host, worker,
						&gw->settings->cpm,
						&gw->edges[call->index]));
}

static void start_cpm(struct gateway *gw)
{
	unsigned count = sip_worker_count(gw->sip);

	gw->cpm = relay_link_add(gw->relay, &cpm_link);
	gw->cpm_hosts = iwf_alloc(count * sizeof(struct iwf_host *));
	gw->edges = iwf_alloc(count * sizeof(struct sip_edge *));
	for (unsigned i = 0; i < count; i++) {
		struct sip_worker *worker = sip_worker_get(gw->sip, i);
		struct cpm_call call = { gw, i };

		gw->cpm_hosts[i] = relay_host_add(gw->relay, gw->cpm,
						  &cpm_adapter,
						  sip_worker_loop(worker));
		loop_call(sip_worker_loop(worker), make_cpm_link, &call);
	}
}

static void remember_transaction(void *arg, uint64_t transport_key, uint64_t id)
{
	(void)id;
	sip_remember(arg, transport_key);
}

static enum iwf_err start_sip(struct gateway *gw, struct iwf_why *why)
{
	enum iwf_err err = sip_create(&gw->sip, &gw->settings->sip,
				      gw->recovery.key, gw->log, why);

	if (err)
		return err;
	for (unsigned i = 0; i < sip_worker_count(gw->sip); i++)
		metrics_add(gw->metrics, sip_metric_rows, sip_metric_count,
			    sip_worker_metrics(sip_worker_get(gw->sip, i)),
			    NULL, NULL);
	store_recent_transports(gw->store, clock_ms(CLOCK_REALTIME) -
				TRANSACTION_MS,
				remember_transaction, gw->sip);
	memcpy(gw->settings->cpm.key, gw->recovery.key,
	       sizeof(gw->recovery.key));
	start_cpm(gw);
	return IWF_OK;
}

/* --- the links of adapters --- */

static enum iwf_err open_link(struct gateway *gw,
			      const struct settings_adapter *adapter,
			      size_t index, struct iwf_why *why)
{
	const struct relay_link_conf *conf = settings_link(adapter, index);
	struct queue *queue = relay_link_add(gw->relay, conf);
	enum iwf_err err = relay_link_open(gw->relay, queue, adapter->adapter,
					   settings_link_conf(adapter, index),
					   NULL);

	return err ? iwf_why_set(why, err, 0, "link \"%.*s\" does not open",
				 IWF_STR_ARG(conf->name)) : IWF_OK;
}

/* Recovery and routes know the links before they are opened. */
static void add_links(struct gateway *gw)
{
	for (unsigned a = 0; a < gw->settings->adapter_count; a++)
		for (size_t i = 0;
		     i < gw->settings->adapters[a].links.count; i++)
			relay_link_add(gw->relay, settings_link(
					       &gw->settings->adapters[a], i));
}

static enum iwf_err open_links(struct gateway *gw, struct iwf_why *why)
{
	enum iwf_err err = IWF_OK;

	for (unsigned a = 0; a < gw->settings->adapter_count; a++)
		for (size_t i = 0;
		     i < gw->settings->adapters[a].links.count && !err; i++)
			err = open_link(gw, &gw->settings->adapters[a], i, why);
	return err;
}

/* --- admin --- */

static bool admin_is_ready(void *arg, const char **reason)
{
	const struct gateway *gw = arg;

	*reason = relay_is_ready(gw->relay) ? "" :
		"starting or stopping";
	return relay_is_ready(gw->relay);
}

static enum iwf_err admin_reload(void *arg, struct iwf_buf *text,
				 struct iwf_why *why)
{
	enum iwf_err err = gateway_reload(arg, why);

	if (!err)
		iwf_buf_printf(text, "configuration read again\n");
	return err;
}

static void admin_log_level(void *arg, enum iwf_log_level level)
{
	const struct gateway *gw = arg;
	struct log_conf conf = gw->settings->log;

	conf.level = level;
	log_reconfigure(gw->log, &conf);
}

static enum iwf_err admin_table(void *arg, struct iwf_str service,
				struct iwf_str link, struct iwf_buf *text,
				struct iwf_why *why)
{
	struct gateway *gw = arg;
	enum iwf_err err;

	/* A reload changes what is in force. */
	pthread_mutex_lock(&gw->reloading);
	err = mapping_print(gw->settings, service, link, text, why);
	pthread_mutex_unlock(&gw->reloading);
	return err;
}

static const struct admin_ops admin_ops = {
	.is_ready = admin_is_ready, .reload = admin_reload,
	.set_log_level = admin_log_level, .table = admin_table,
};

static enum iwf_err start_admin(struct gateway *gw, struct iwf_why *why)
{
	struct admin_parts parts = {
		.relay = gw->relay, .store = gw->store, .metrics = gw->metrics,
		.log = gw->log, .version = IWF_VERSION, .ops = &admin_ops,
		.ops_arg = gw,
	};

	return admin_create(&gw->admin, &gw->settings->admin, &parts, why);
}

/* --- start --- */

static enum iwf_err wait_ready(struct gateway *gw, struct iwf_why *why)
{
	for (int waited_ms = 0; waited_ms < READY_WAIT_MS; waited_ms += 2) {
		if (relay_is_ready(gw->relay))
			return IWF_OK;
		pause_ms(2);
	}
	return iwf_why_set(why, IWF_E_TIMEOUT, 0, "recovery does not end");
}

static enum iwf_err start_parts(struct gateway *gw, struct iwf_why *why)
{
	struct routes *routes = NULL;
	enum iwf_err err = start_store(gw, why);

	if (!err)
		err = start_sip(gw, why);
	if (!err)
		err = settings_routes(gw->settings, &routes, why);
	if (err)
		return err;
	relay_set_routes(gw->relay, routes);
	add_links(gw);
	store_start(gw->store);
	relay_start(gw->relay);
	err = wait_ready(gw, why);
	/* Not before what comes by them can be taken. */
	if (!err)
		err = open_links(gw, why);
	if (!err)
		err = start_admin(gw, why);
	if (!err)
		sip_serve(gw->sip, gw->edges);
	return err;
}

void gateway_look(struct gateway *gateway)
{
	machine_look(&gateway->machine, clock_ms(CLOCK_MONOTONIC),
		     clock_ms(CLOCK_REALTIME));
}

enum iwf_err gateway_start(struct gateway **out, struct settings *settings,
			   const char *path, struct iwf_why *why)
{
	struct gateway *gw = IWF_NEW(struct gateway);
	enum iwf_err err;

	pthread_mutex_init(&gw->reloading, NULL);
	gw->path = path;
	gw->settings = settings;
	gw->log = log_create(&settings->log);
	gw->machine.log = gw->log;
	gateway_look(gw);
	gw->metrics = metrics_create();
	metrics_add(gw->metrics, gateway_metric_rows, GATEWAY_METRICS,
		    gw->metric, NULL, NULL);
	metrics_add(gw->metrics, machine_metric_rows, MACHINE_METRICS,
		    gw->machine.metrics, NULL, NULL);
	err = start_parts(gw, why);
	if (err)
		gateway_stop(&gw);
	else
		iwf_log_info(gw->log, "started", "version=%s", IWF_VERSION);
	*out = gw;
	return err;
}

struct iwf_log *gateway_log(const struct gateway *gateway)
{
	return gateway->log;
}

void gateway_status(struct gateway *gateway, char *text, size_t len)
{
	struct relay_link_status links[64];
	size_t count = relay_status(gateway->relay, links, 64);
	size_t up = 0, waiting = 0;

	for (size_t i = 0; i < count && i < 64; i++) {
		up += links[i].state == IWF_LINK_UP;
		waiting += links[i].in_memory;
	}
	snprintf(text, len, "%zu/%zu links up, %zu deliveries under way", up,
		 count, waiting);
}

/* --- reload --- */

static const struct settings_adapter *adapter_like(
	const struct settings *settings, const char *name)
{
	for (unsigned a = 0; a < settings->adapter_count; a++)
		if (!strcmp(settings->adapters[a].adapter->name, name))
			return &settings->adapters[a];
	return NULL;
}

static bool has_link(const struct settings_adapter *adapter,
		     struct iwf_str name)
{
	for (size_t i = 0; adapter && i < adapter->links.count; i++)
		if (iwf_str_eq(settings_link(adapter, i)->name, name))
			return true;
	return false;
}

static void remove_links(struct gateway *gw, const struct settings *fresh)
{
	for (unsigned a = 0; a < gw->settings->adapter_count; a++) {
		const struct settings_adapter *old = &gw->settings->adapters[a];
		const struct settings_adapter *now =
			adapter_like(fresh, old->adapter->name);

		for (size_t i = 0; i < old->links.count; i++) {
			struct iwf_str name = settings_link(old, i)->name;
			struct queue *queue = relay_link_find(gw->relay, name);

			if (queue && !has_link(now, name))
				relay_link_remove(gw->relay, queue);
		}
	}
}

static void renew_links(struct gateway *gw, const struct settings_adapter *now)
{
	struct iwf_why why;

	for (size_t i = 0; i < now->links.count; i++) {
		const struct relay_link_conf *conf = settings_link(now, i);
		struct queue *queue = relay_link_find(gw->relay, conf->name);

		if (queue) {
			relay_link_reconfigure(queue, conf,
					       settings_link_conf(now, i));
			continue;
		}
		if (open_link(gw, now, i, &why))
			iwf_log_error(gw->log, "link-not-opened", "why=\"%s\"",
				      why.text);
	}
}

static void tell_restart(struct gateway *gw, const struct settings *fresh)
{
	struct iwf_buf text = { 0 };

	settings_restart_needed(gw->settings, fresh, &text);
	if (text.len)
		iwf_log_warning(gw->log, "restart-needed", "for=\"%.*s\"",
				IWF_STR_ARG(iwf_buf_str(&text)));
	iwf_buf_free(&text);
}

static void take_settings(struct gateway *gw, struct settings *fresh,
			  struct routes *routes)
{
	tell_restart(gw, fresh);
	memcpy(fresh->cpm.key, gw->recovery.key, sizeof(fresh->cpm.key));
	/* What the edge takes from the sip section waits for a restart too. */
	fresh->cpm.sender_from = gw->settings->cpm.sender_from;
	fresh->cpm.udp_only = gw->settings->cpm.udp_only;
	log_reconfigure(gw->log, &fresh->log);
	sip_reconfigure(gw->sip, &fresh->sip);
	for (unsigned a = 0; a < fresh->adapter_count; a++)
		renew_links(gw, &fresh->adapters[a]);
	relay_link_reconfigure(gw->cpm, &cpm_link, &fresh->cpm);
	relay_set_routes(gw->relay, routes);
	/* Last: what waits for them is routed again, by the new rules. */
	remove_links(gw, fresh);
	/* Links may still read texts of the older ones. */
	fresh->next = gw->settings;
	gw->settings = fresh;
	iwf_log_info(gw->log, "reloaded", "file=%s", gw->path);
}

/* The file's name lies in settings that will be gone: into the text. */
static void tell_place(const struct gateway *gw, struct iwf_why *why)
{
	char text[sizeof(why->text)];

	memcpy(text, why->text, sizeof(text));
	snprintf(why->text, sizeof(why->text), "%.80s:%zu: %.110s",
		 why->file ? why->file : gw->path, why->at, text);
	why->file = NULL;
}

enum iwf_err gateway_reload(struct gateway *gw, struct iwf_why *why)
{
	struct routes *routes = NULL;
	struct settings *fresh;
	enum iwf_err err;

	pthread_mutex_lock(&gw->reloading);
	err = settings_read(&fresh, gw->path, why);
	if (!err)
		err = settings_routes(fresh, &routes, why);
	iwf_metric_add(&gw->metric[err ? GATEWAY_M_RELOADS_REFUSED :
				   GATEWAY_M_RELOADS], 1);
	if (err) {
		iwf_log_error(gw->log, "reload-refused",
			      "at=%s:%zu why=\"%s\"",
			      why->file ? why->file : gw->path, why->at,
			      why->text);
		tell_place(gw, why);
		settings_destroy(&fresh);
	} else {
		take_settings(gw, fresh, routes);
	}
	pthread_mutex_unlock(&gw->reloading);
	return err;
}

/* --- stop --- */

static void pass(void *arg)
{
	(void)arg;
}

/* Lets every loop run what the others posted to it. */
static void settle(struct gateway *gw)
{
	for (int round = 0; round < 3; round++) {
		loop_call(relay_loop(gw->relay), pass, NULL);
		for (unsigned i = 0; gw->sip && i < sip_worker_count(gw->sip);
		     i++)
			loop_call(sip_worker_loop(sip_worker_get(gw->sip, i)),
				  pass, NULL);
	}
}

static void stop_relay(struct gateway *gw)
{
	if (gw->sip)
		sip_drain(gw->sip);
	relay_drain(gw->relay, DRAIN_MS);
	settle(gw);
	relay_close_links(gw->relay);
	settle(gw);
}

void gateway_stop(struct gateway **gateway)
{
	struct gateway *gw = *gateway;

	*gateway = NULL;
	if (!gw)
		return;
	admin_destroy(&gw->admin);
	if (gw->relay)
		stop_relay(gw);
	if (gw->store) {
		metrics_remove(gw->metrics, store_metrics(gw->store));
		store_stop(gw->store);
	}
	if (gw->relay)
		settle(gw);
	for (unsigned i = 0; gw->sip && i < sip_worker_count(gw->sip); i++)
		metrics_remove(gw->metrics, sip_worker_metrics(
				       sip_worker_get(gw->sip, i)));
	sip_destroy(&gw->sip);
	relay_destroy(&gw->relay);
	store_close(&gw->store);
	iwf_log_info(gw->log, "stopped", "version=%s", IWF_VERSION);
	metrics_destroy(&gw->metrics);
	free(gw->cpm_hosts);
	free(gw->edges);
	settings_destroy(&gw->settings);
	log_destroy(&gw->log);
	pthread_mutex_destroy(&gw->reloading);
	free(gw);
}
