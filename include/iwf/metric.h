/* Counters and gauges, declared as const tables, shown by /metrics. */
#pragma once

#include <iwf/err.h>

#include <stdatomic.h>
#include <stdint.h>

enum iwf_metric_type { IWF_METRIC_COUNTER, IWF_METRIC_GAUGE };

/* One row per metric; name without the iwf_ prefix. `label` names an extra
 * label whose value the object gives ("link"), or is NULL. */
struct iwf_metric_row {
	const char *name;
	enum iwf_metric_type type;
	const char *text; /* one sentence for the reader of /metrics */
};

/* The values of one object, in the order of its rows. Written by the object's
 * own thread, read by any. */
struct iwf_metric {
	_Atomic int64_t value;
};

static inline void iwf_metric_add(struct iwf_metric *metric, int64_t n)
{
	atomic_fetch_add_explicit(&metric->value, n, memory_order_relaxed);
}
static inline void iwf_metric_set(struct iwf_metric *metric, int64_t value)
{
	atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}
static inline int64_t iwf_metric_get(const struct iwf_metric *metric)
{
	return atomic_load_explicit(&metric->value, memory_order_relaxed);
}
