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

/* So many lines of an event within so many seconds. */
struct limit {
	unsigned lines;
	time_t seconds;
};
static const struct limit often = { 20, 1 };
static const struct limit seldom = { 1, 60 };

struct limited {
	const char *event;
	time_t since;   /* monotonic */
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
		if (l->since < stalest->since)
			stalest = l;
	}
	*stalest = (struct limited){ .event = event };
	return stalest;
}

static time_t now_sec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* False when the line is one too many; *repeated: how many were before it. */
static bool may_write(struct iwf_log *log, const char *event,
		      const struct limit *limit, unsigned *repeated)
{
	time_t now = now_sec();
	struct limited *l;
	bool may;

	pthread_mutex_lock(&log->lock);
	l = limited_get(log, event);
	*repeated = 0;
	if (now - l->since >= limit->seconds) {
		*repeated = l->held_back;
		*l = (struct limited){ .event = event, .since = now };
	}
	may = l->written < limit->lines;
	if (may)
		l->written++;
	else
		l->held_back++;
	pthread_mutex_unlock(&log->lock);
	return may;
}

/* Longer ones lose their end. */
#define LINE_LEN 1280

struct line {
	char text[LINE_LEN];
	size_t len;
};

static void put(struct line *line, const char *text)
{
	size_t len = strnlen(text, LINE_LEN - 1 - line->len);

	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void put_digits(struct line *line, unsigned value, unsigned count)
{
	line->len += count;
	for (unsigned i = 1; i <= count; i++, value /= 10)
		line->text[line->len - i] = (char)('0' + value % 10);
}

static void put_time(struct line *line)
{
	struct timespec ts;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	put_digits(line, (unsigned)tm.tm_year + 1900, 4);
	put(line, "-");
	put_digits(line, (unsigned)tm.tm_mon + 1, 2);
	put(line, "-");
	put_digits(line, (unsigned)tm.tm_mday, 2);
	put(line, "T");
	put_digits(line, (unsigned)tm.tm_hour, 2);
	put(line, ":");
	put_digits(line, (unsigned)tm.tm_min, 2);
	put(line, ":");
	put_digits(line, (unsigned)tm.tm_sec, 2);
	put(line, ".");
	put_digits(line, (unsigned)(ts.tv_nsec / 1000000), 3);
	put(line, "Z ");
}

static void put_head(const struct iwf_log *log, struct line *line,
		     enum iwf_log_level level, const char *event)
{
	line->len = 0;
	if (log->sink->is_journal)
		put(line, journal_prefix[level]);
	else
		put_time(line);
	put(line, level_names[level]);
	put(line, " ");
	put(line, event);
	put(line, log->scope);
}

__attribute__((format(printf, 2, 0)))
static void put_args(struct line *line, const char *fmt, va_list args)
{
	size_t room = LINE_LEN - 1 - line->len;
	int len;

	if (room < 2)
		return;
	line->text[line->len] = ' ';
	len = vsnprintf(line->text + line->len + 1, room - 1, fmt, args);
	if (len > 0)
		line->len += 1 + ((size_t)len < room - 2 ? (size_t)len :
							   room - 2);
}

/* What came from a peer must not make lines of its own. */
static void blank_controls(struct line *line)
{
	for (size_t i = 0; i < line->len; i++)
		if ((unsigned char)line->text[i] < 0x20 ||
		    line->text[i] == 0x7f)
			line->text[i] = ' ';
}

static void put_repeated(struct line *line, unsigned repeated)
{
	char count[32];

	if (!repeated)
		return;
	snprintf(count, sizeof(count), " repeated=%u", repeated);
	put(line, count);
}

static void write_line(struct line *line)
{
	ssize_t n;

	blank_controls(line);
	line->text[line->len++] = '\n';
	n = write(STDERR_FILENO, line->text, line->len);
	(void)n; /* nobody to tell */
}

void iwf_log_write(struct iwf_log *log, enum iwf_log_level level,
		   const char *event, const char *fmt, ...)
{
	struct line line;
	unsigned repeated = 0;
	va_list args;

	if (!iwf_log_is_on(log, level) ||
	    (level <= IWF_LOG_WARNING &&
	     !may_write(log, event, &often, &repeated)))
		return;
	put_head(log, &line, level, event);
	put_repeated(&line, repeated);
	va_start(args, fmt);
	put_args(&line, fmt, args);
	va_end(args);
	write_line(&line);
}

void iwf_log_seldom(struct iwf_log *log, const char *event, const char *fmt,
		    ...)
{
	struct line line;
	unsigned repeated;
	va_list args;

	if (!iwf_log_is_on(log, IWF_LOG_WARNING) ||
	    !may_write(log, event, &seldom, &repeated))
		return;
	put_head(log, &line, IWF_LOG_WARNING, event);
	put_repeated(&line, repeated);
	va_start(args, fmt);
	put_args(&line, fmt, args);
	va_end(args);
	write_line(&line);
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
	memcpy(masked.text, key.ptr, key.len < sizeof(masked.text) ? key.len :
	       sizeof(masked.text) - 1);
	iwf_buf_free(&key);
	return masked;
}
