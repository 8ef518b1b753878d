/* The store's life, its doors for other threads, its settings and metrics. */
#include "store/store_priv.h"

#include <iwf/buf.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const backend_words[] = { "sqlite", "ram", NULL };

#define KEEP_MAX_MS (7u * 24 * 3600 * 1000)
#define DAY_MS (24u * 3600 * 1000)

const struct iwf_setting store_rows[] = {
	IWF_ROW_CHOICE(struct store_conf, backend, "backend", "sqlite",
		       backend_words,
		       "where messages are kept; ram forgets at exit"),
	IWF_ROW_TEXT(struct store_conf, path, "path",
		     "/var/lib/cpm-iwf/store", 1024,
		     "folder of the database, made when missing"),
	IWF_ROW_DURATION(struct store_conf, keep_ms, "keep", "24h", 1000,
			 KEEP_MAX_MS, "finished deliveries are kept so long"),
	IWF_ROW_DURATION(struct store_conf, duplicate_ms, "duplicates", "10m",
			 1000, DAY_MS,
			 "messages with the same key within it are one"),
	IWF_ROW_DURATION(struct store_conf, unmatched_ms, "unmatched", "10m",
			 1000, DAY_MS,
			 "a receipt waits so long for its message"),
	IWF_ROW_DURATION(struct store_conf, set_ms, "sets", "30m", 1000,
			 DAY_MS, "a message waits so long for its last part"),
	IWF_ROW_DURATION(struct store_conf, slow_ms, "slow_commit", "1s", 1,
			 DAY_MS, "a commit that takes longer is told"),
	IWF_ROW_SIZE(struct store_conf, cache_len, "cache", "8MiB", 64 << 10,
		     1 << 30, "page cache of each of the three connections"),
	IWF_ROW_SIZE(struct store_conf, ballast_len, "ballast", "4MiB", 0,
		     1 << 30, "disk space held back for when it is full"),
	IWF_ROWS_END
};

const struct iwf_metric_row store_metric_rows[] = {
	[STORE_M_COMMITS] = { "store_commits_total", IWF_METRIC_COUNTER,
		"Commits that succeeded, each with one sync." },
	[STORE_M_FAILURES] = { "store_commit_failures_total",
		IWF_METRIC_COUNTER, "Commits that failed." },
	[STORE_M_SLOW] = { "store_slow_commits_total", IWF_METRIC_COUNTER,
		"Commits that took longer than store.slow_commit." },
	[STORE_M_CHANGES] = { "store_changes_total", IWF_METRIC_COUNTER,
		"Changes made durable." },
	[STORE_M_DUPLICATES] = { "store_duplicates_total", IWF_METRIC_COUNTER,
		"Messages that were there already." },
	[STORE_M_PURGED] = { "store_purged_total", IWF_METRIC_COUNTER,
		"Finished deliveries deleted after their time." },
	[STORE_M_UNMATCHED] = { "store_unmatched_total", IWF_METRIC_COUNTER,
		"Receipts whose message never came." },
	[STORE_M_QUERIES] = { "store_queries_total", IWF_METRIC_COUNTER,
		"Queries answered." },
	[STORE_M_CHECKPOINTS] = { "store_checkpoints_total",
		IWF_METRIC_COUNTER, "Checkpoints beside the committer." },
	[STORE_M_RESTARTS] = { "store_wal_restarts_total", IWF_METRIC_COUNTER,
		"Checkpoints the committer made itself, as the log grew." },
	[STORE_M_SPOOLED] = { "store_spooled_total", IWF_METRIC_COUNTER,
		"Large bodies written to files of the spool." },
	[STORE_M_SPOOL_FAILURES] = { "store_spool_failures_total",
		IWF_METRIC_COUNTER,
		"Large messages refused because their file failed." },
	[STORE_M_SPOOL_BUSY] = { "store_spool_busy_total", IWF_METRIC_COUNTER,
		"Large messages refused because too many were on their way." },
	[STORE_M_SPOOL_LOST] = { "store_spool_lost_total", IWF_METRIC_COUNTER,
		"Files of the spool found missing or damaged." },
	[STORE_M_WAL_BYTES] = { "store_wal_bytes", IWF_METRIC_GAUGE,
		"Bytes in use of the write-ahead log." },
	[STORE_M_BACKLOG] = { "store_backlog", IWF_METRIC_GAUGE,
		"Changes submitted and not yet completed." },
	[STORE_M_WRITABLE] = { "store_writable", IWF_METRIC_GAUGE,
		"1 when commits work, 0 when new messages are refused." },
};
const size_t store_metric_count = STORE_METRICS;

const char *store_state_name(enum store_state state)
{
	switch (state) {
	case STORE_QUEUED: return "queued";
	case STORE_ATTEMPT: return "attempt";
	case STORE_UNSURE: return "unsure";
	case STORE_SENT: return "sent";
	case STORE_FINISHED: return "finished";
	case STORE_DELIVERED: return "delivered";
	case STORE_DISPLAYED: return "displayed";
	case STORE_FAILED: return "failed";
	case STORE_EXPIRED: return "expired";
	case STORE_CANCELLED: return "cancelled";
	}
	return "?";
}

void store_submit(struct store *store, struct store_change *change)
{
	atomic_fetch_add(&store->backlog, 1);
	if (!spooler_take(store, change))
		line_push(&store->changes, &change->task);
}

void store_ask(struct store *store, struct store_query *query)
{
	line_push(store_is_audit(query) ? &store->audits : &store->queries,
		  &query->task);
}

unsigned store_backlog(const struct store *store)
{
	return atomic_load(&store->backlog);
}

bool store_is_writable(const struct store *store)
{
	return atomic_load(&store->is_writable);
}

struct iwf_metric *store_metrics(struct store *store)
{
	iwf_metric_set(&store->base.metrics[STORE_M_BACKLOG],
		       store_backlog(store));
	return store->base.metrics;
}

void store_recall(struct store *store, store_recall_fn *each, void *arg)
{
	IWF_BUG_ON(store->is_started);
	store->engine->ops->recall(store->engine, each, arg);
}

void store_recent_transports(struct store *store, int64_t since_ms,
			     store_transport_fn *each, void *arg)
{
	IWF_BUG_ON(store->is_started);
	store->engine->ops->transports(store->engine, since_ms, each, arg);
}

static void free_store(struct store *store)
{
	line_close(&store->changes);
	line_close(&store->queries);
	line_close(&store->audits);
	line_close(&store->checkpoints);
	spooler_close(&store->spooler);
	names_close(&store->names);
	ballast_close(&store->ballast);
	free((char *)store->base.conf.path.ptr);
	free(store);
}

static struct store *make_store(const struct store_conf *conf,
				struct iwf_log *log)
{
	struct store *store = IWF_NEW(struct store);
	char *path = iwf_alloc(conf->path.len + 1);

	memcpy(path, conf->path.ptr ? conf->path.ptr : "", conf->path.len);
	store->base.conf = *conf;
	store->base.conf.path.ptr = path;
	store->base.log = log;
	line_open(&store->changes);
	line_open(&store->queries);
	line_open(&store->audits);
	line_open(&store->checkpoints);
	spooler_open(&store->spooler);
	store->base.spooler = &store->spooler;
	names_open(&store->names);
	atomic_store(&store->is_writable, true);
	iwf_metric_set(&store->base.metrics[STORE_M_WRITABLE], 1);
	return store;
}

enum iwf_err store_open(struct store **store, const struct store_conf *conf,
			struct iwf_log *log, struct store_recovery *recovery,
			struct iwf_why *why)
{
	const struct store_engine_ops *ops =
		conf->backend == STORE_BACKEND_RAM ? &ram_engine_ops :
						     &sqlite_engine_ops;
	struct store *made = make_store(conf, log);
	enum iwf_err err;

	*recovery = (struct store_recovery){ 0 };
	err = ops->open(&made->engine, &made->base, recovery, why);
	if (err) {
		free_store(made);
		return err;
	}
	if (conf->backend == STORE_BACKEND_SQLITE)
		ballast_open(&made->ballast, made->base.conf.path,
			     conf->ballast_len);
	made->engine->ops->recall(made->engine, names_on_value, &made->names);
	*store = made;
	return IWF_OK;
}

/* Signals are the main thread's. */
static void start_thread(pthread_t *thread, const char *name,
			 void *(*run)(void *), struct store *store)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(thread, NULL, run, store);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	IWF_BUG_ON(rc != 0);
	pthread_setname_np(*thread, name);
}

static bool has_spool(const struct store *store)
{
	return store->spooler.spool.folder >= 0;
}

void store_start(struct store *store)
{
	IWF_BUG_ON(store->is_started);
	store->is_started = true;
	if (has_spool(store))
		start_thread(&store->spooler_thread, "store-spooler",
			     spooler_run, store);
	start_thread(&store->committer, "committer", committer_run, store);
	start_thread(&store->reader, "store-reader", reader_run, store);
	start_thread(&store->auditor, "store-auditor", auditor_run, store);
	start_thread(&store->checkpointer, "checkpointer", checkpointer_run,
		     store);
}

void store_stop(struct store *store)
{
	if (!store->is_started || store->is_stopped)
		return;
	store->is_stopped = true;
	line_end(&store->spooler.line);
	if (has_spool(store))
		pthread_join(store->spooler_thread, NULL);
	line_end(&store->changes);
	pthread_join(store->committer, NULL);
	line_end(&store->queries);
	line_end(&store->audits);
	pthread_join(store->reader, NULL);
	pthread_join(store->auditor, NULL);
	line_end(&store->checkpoints);
	pthread_join(store->checkpointer, NULL);
}

void store_close(struct store **store)
{
	struct store *closing = *store;

	if (!closing)
		return;
	store_stop(closing);
	closing->engine->ops->close(&closing->engine);
	free_store(closing);
	*store = NULL;
}
