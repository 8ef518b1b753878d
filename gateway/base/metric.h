/* The registry behind /metrics: every object's counters and gauges, as text
 * (Prometheus exposition format 0.0.4). */
#pragma once

#include <iwf/buf.h>
#include <iwf/metric.h>

/* Every function may be called from any thread. */
struct metrics;

struct metrics *metrics_create(void);
/* Accepts a pointer to NULL. The values registered are not touched. */
void metrics_destroy(struct metrics **metrics);

/* Shows `count` values under their rows. rows and values must stay until
 * metrics_remove; the label's name and value are copied, both NULL for none. */
void metrics_add(struct metrics *metrics, const struct iwf_metric_row *rows,
		 size_t count, struct iwf_metric *values,
		 const char *label_name, const char *label_value);
/* Nobody reads values after this call. Nothing happens when they are not
 * registered. */
void metrics_remove(struct metrics *metrics, const struct iwf_metric *values);

/* Appends all of them in the order of their names, each with its HELP and TYPE
 * once; equal names with equal labels (workers of one kind) are summed. */
void metrics_format(struct metrics *metrics, struct iwf_buf *buf);
