/* Registered metrics, written in the Prometheus text format 0.0.4. */
#include "base/metric.h"

#include <iwf/arena.h>

#include <pthread.h>
#include <stdlib.h>

struct registration {
	struct registration *next;
	const struct iwf_metric_row *rows;
	size_t count;
	const struct iwf_metric *values;
	char *label_name; /* NULL: no label */
	char *label_value;
};

struct metrics {
	pthread_mutex_t lock;
	struct registration *first;
	size_t count; /* of single values */
};

/* One value as it is sorted and summed. */
struct sample {
	const struct iwf_metric_row *row;
	const struct registration *from;
	int64_t value;
};

static char *copy(const char *text)
{
	size_t len = strlen(text);
	char *to = iwf_alloc(len + 1);

	memcpy(to, text, len);
	return to;
}

static void registration_free(struct registration *reg)
{
	free(reg->label_name);
	free(reg->label_value);
	free(reg);
}

struct metrics *metrics_create(void)
{
	struct metrics *metrics = IWF_NEW(struct metrics);

	pthread_mutex_init(&metrics->lock, NULL);
	return metrics;
}

void metrics_destroy(struct metrics **metrics)
{
	struct metrics *gone = *metrics;

	if (!gone)
		return;
	*metrics = NULL;
	while (gone->first) {
		struct registration *reg = gone->first;

		gone->first = reg->next;
		registration_free(reg);
	}
	pthread_mutex_destroy(&gone->lock);
	free(gone);
}

void metrics_add(struct metrics *metrics, const struct iwf_metric_row *rows,
		 size_t count, struct iwf_metric *values,
		 const char *label_name, const char *label_value)
{
	struct registration *reg = IWF_NEW(struct registration);

	reg->rows = rows;
	reg->count = count;
	reg->values = values;
	if (label_name && label_value) {
		reg->label_name = copy(label_name);
		reg->label_value = copy(label_value);
	}
	pthread_mutex_lock(&metrics->lock);
	reg->next = metrics->first;
	metrics->first = reg;
	metrics->count += count;
	pthread_mutex_unlock(&metrics->lock);
}

void metrics_remove(struct metrics *metrics, const struct iwf_metric *values)
{
	struct registration *gone;
	struct registration **at;

	pthread_mutex_lock(&metrics->lock);
	at = &metrics->first;
	while (*at && (*at)->values != values)
		at = &(*at)->next;
	gone = *at;
	if (gone) {
		*at = gone->next;
		metrics->count -= gone->count;
		registration_free(gone);
	}
	pthread_mutex_unlock(&metrics->lock);
}

/* --- sorting --- */

static int compare_labels(const struct registration *a,
			  const struct registration *b)
{
	int order;

	if (!a->label_name || !b->label_name)
		return (a->label_name != NULL) - (b->label_name != NULL);
	order = strcmp(a->label_name, b->label_name);
	return order ? order : strcmp(a->label_value, b->label_value);
}

static int compare_samples(const void *left, const void *right)
{
	const struct sample *a = left, *b = right;
	int order = strcmp(a->row->name, b->row->name);

	return order ? order : compare_labels(a->from, b->from);
}

static struct sample *take_samples(const struct metrics *metrics)
{
	struct sample *samples =
		iwf_alloc(metrics->count * sizeof(struct sample));
	size_t n = 0;

	for (const struct registration *reg = metrics->first; reg;
	     reg = reg->next)
		for (size_t i = 0; i < reg->count; i++)
			samples[n++] = (struct sample){
				&reg->rows[i], reg,
				iwf_metric_get(&reg->values[i])
			};
	qsort(samples, n, sizeof(*samples), compare_samples);
	return samples;
}

/* --- text --- */

static void put_escaped(struct iwf_buf *buf, const char *text, bool quotes)
{
	for (; *text; text++) {
		if (*text == '\n') {
			iwf_buf_str_put(buf, IWF_STR("\\n"));
			continue;
		}
		if (*text == '\\' || (quotes && *text == '"'))
			iwf_buf_u8(buf, '\\');
		iwf_buf_u8(buf, (uint8_t)*text);
	}
}

static void put_head(struct iwf_buf *buf, const struct iwf_metric_row *row)
{
	iwf_buf_printf(buf, "# HELP iwf_%s ", row->name);
	put_escaped(buf, row->text ? row->text : "", false);
	iwf_buf_printf(buf, "\n# TYPE iwf_%s %s\n", row->name,
		       row->type == IWF_METRIC_GAUGE ? "gauge" : "counter");
}

static void put_sample(struct iwf_buf *buf, const struct sample *sample,
		       int64_t sum)
{
	const struct registration *from = sample->from;

	iwf_buf_printf(buf, "iwf_%s", sample->row->name);
	if (from->label_name) {
		iwf_buf_printf(buf, "{%s=\"", from->label_name);
		put_escaped(buf, from->label_value, true);
		iwf_buf_str_put(buf, IWF_STR("\"}"));
	}
	iwf_buf_printf(buf, " %lld\n", (long long)sum);
}

static void put_samples(struct iwf_buf *buf, const struct sample *samples,
			size_t count)
{
	const char *name = "";
	size_t next;

	for (size_t i = 0; i < count; i = next) {
		int64_t sum = 0;

		for (next = i; next < count && !compare_samples(
				&samples[i], &samples[next]); next++)
			sum += samples[next].value;
		if (strcmp(name, samples[i].row->name))
			put_head(buf, samples[i].row);
		name = samples[i].row->name;
		put_sample(buf, &samples[i], sum);
	}
}

void metrics_format(struct metrics *metrics, struct iwf_buf *buf)
{
	struct sample *samples;

	/* Locked to the end: rows may belong to a module that goes. */
	pthread_mutex_lock(&metrics->lock);
	samples = take_samples(metrics);
	put_samples(buf, samples, metrics->count);
	pthread_mutex_unlock(&metrics->lock);
	free(samples);
}
