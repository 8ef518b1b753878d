/* Log lines to stderr or the journal; warnings limited per event and object. */
#include "base/log.h"

#include <iwf/arena.h>
#include <iwf/buf.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LINES_PER_SEC 20
#define EVENTS_LIMITED 16

static const char *const level_names[] = { "error", "warning", "info", "debug",
					   NULL };
static const char *const journal_prefix[] = { "<3>", "<4>", "<6>", "<7>" };

const struct iwf_setting log_rows[] = {
	IWF_ROW_CHOICE(struct log_conf, level, "level", "info", level_names,
		       "Least severe lines that are written"),
	IWF_ROW_BOOL(struct log_conf, full_addresses, "full_addresses", "false",
		     "Write numbers and addresses unmasked"),
	IWF_ROWS_END
};

/* What the whole process shares. */
struct sink {
	atomic_uint level;
	atomic_bool full_addresses;
	bool is_journal;
};

struct limited {
	const char *event;
	time_t second;
	unsigned written;
	unsigned held_back;
};

struct iwf_log {
	struct sink *sink;
	bool owns_sink;
	char scope[96];
	pthread_mutex_t lock;
	struct limited limited[EVENTS_LIMITED];
};

static struct iwf_log *create(struct sink *sink, const char *scope)
{
	struct iwf_log *log = IWF_NEW(struct iwf_log);

	log->sink = sink;
	snprintf(log->scope, sizeof(log->scope), "%s%s", *scope ? " " : "",
		 scope);
	pthread_mutex_init(&log->lock, NULL);
	return log;
}

struct iwf_log *log_create(const struct log_conf *conf)
{
	struct sink *sink = IWF_NEW(struct sink);
	struct iwf_log *log = create(sink, "");

	sink->is_journal = getenv("JOURNAL_STREAM") && !isatty(STDERR_FILENO);
	log->owns_sink = true;
	log_reconfigure(log, conf);
	return log;
}

struct iwf_log *log_child(struct iwf_log *parent, const char *scope)
{
	return create(parent->sink, scope);
}

void log_reconfigure(struct iwf_log *root, const struct log_conf *conf)
{
	atomic_store(&root->sink->level, conf->level);
	atomic_store(&root->sink->full_addresses, conf->full_addresses);
}

void log_destroy(struct iwf_log **log)
{
	if (!*log)
		return;
	pthread_mutex_destroy(&(*log)->lock);
	if ((*log)->owns_sink)
		free((*log)->sink);
	free(*log);
	*log = NULL;
}

bool iwf_log_is_on(const struct iwf_log *log, enum iwf_log_level level)
{
	return level <= atomic_load_explicit(&log->sink->level,
					     memory_order_relaxed);
}

/* The event's place among those limited; the stalest gives way. */
static struct limited *limited_get(struct iwf_log *log, const char *event)
{
	struct limited *stalest = &log->limited[0];

	for (size_t i = 0; i < EVENTS_LIMITED; i++) {
		struct limited *l = &log->limited[i];

		if (l->event == event)
			return l;
		if (l->second < stalest->second)
			stalest = l;
	}
	*stalest = (struct limited){ .event = event };
	return stalest;
}

/* False when the line is one too many; *repeated: how many were before it. */
static bool may_write(struct iwf_log *log, const char *event, time_t now,
		      unsigned *repeated)
{
	struct limited *l;
	bool may;

	pthread_mutex_lock(&log->lock);
	l = limited_get(log, event);
	*repeated = 0;
	if (l->second != now) {
		*repeated = l->held_back;
		*l = (struct limited){ .event = event, .second = now };
	}
	may = l->written < LINES_PER_SEC;
	if (may)
		l->written++;
	else
		l->held_back++;
	pthread_mutex_unlock(&log->lock);
	return may;
}

static void put_head(const struct iwf_log *log, struct iwf_buf *line,
		     enum iwf_log_level level)
{
	struct timespec ts;
	struct tm tm;
	char when[24];

	if (log->sink->is_journal) {
		iwf_buf_str_put(line, iwf_str_from(journal_prefix[level]));
		return;
	}
	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	iwf_buf_printf(line, "%s.%03ldZ ", when, ts.tv_nsec / 1000000);
}

/* What came from a peer must not make lines of its own. */
static void blank_controls(char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			p[i] = ' ';
}

void iwf_log_write(struct iwf_log *log, enum iwf_log_level level,
		   const char *event, const char *fmt, ...)
{
	struct iwf_buf line = { 0 };
	char text[1024];
	unsigned repeated = 0;
	va_list args;
	ssize_t n;

	if (!iwf_log_is_on(log, level) ||
	    (level <= IWF_LOG_WARNING &&
	     !may_write(log, event, time(NULL), &repeated)))
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	put_head(log, &line, level);
	iwf_buf_printf(&line, "%s %s%s", level_names[level], event, log->scope);
	if (*text)
		iwf_buf_printf(&line, " %s", text);
	if (repeated)
		iwf_buf_printf(&line, " repeated=%u", repeated);
	blank_controls(line.ptr, line.len);
	iwf_buf_u8(&line, '\n');
	n = write(STDERR_FILENO, line.ptr, line.len);
	(void)n; /* nobody to tell */
	iwf_buf_free(&line);
}

struct iwf_masked iwf_log_mask(const struct iwf_log *log,
			       const struct iwf_address *address)
{
	struct iwf_masked masked = { { 0 } };
	struct iwf_buf key = { 0 };
	size_t from, to;

	iwf_address_key(&key, address);
	if (!atomic_load_explicit(&log->sink->full_addresses,
				  memory_order_relaxed)) {
		from = iwf_str_find(iwf_buf_str(&key), ':') + 1;
		to = from + address->user.len;
		/* Country and area remain, and the last two for comparing. */
		from += address->user.len > 8 ? 5 : 2;
		to -= address->user.len > 8 ? 2 : 1;
		for (size_t i = from; i < to && i < key.len; i++)
			key.ptr[i] = '*';
	}
	snprintf(masked.text, sizeof(masked.text), "%.*s", (int)key.len,
		 key.ptr);
	iwf_buf_free(&key);
	return masked;
}
