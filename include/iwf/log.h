/* Log lines: an event name and its fields, prefixed by the object's own. */
#pragma once

#include <iwf/message.h>

enum iwf_log_level {
	IWF_LOG_ERROR,   /* an operator must act */
	IWF_LOG_WARNING, /* degraded, will heal */
	IWF_LOG_INFO,    /* life of a link or a delivery */
	IWF_LOG_DEBUG
};

/* One per long-lived object. Any thread. */
struct iwf_log;

/* `iwf_log_write(log, IWF_LOG_INFO, "bound", "system_id=%s", id)` writes
 * `level event component... system_id=...`. An event name is one of a small
 * closed set in its file. Never message bodies, never credentials; addresses
 * through iwf_log_mask. Errors and warnings of the same event from the same
 * object beyond 20 a second are counted and told once a second: peers cause
 * them. */
IWF_EXPORT void iwf_log_write(struct iwf_log *log, enum iwf_log_level level,
			      const char *event, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* A warning of what lasts, and shows again with each message it meets: one line
 * a minute for an event of an object, the later ones with how many were not
 * written. */
IWF_EXPORT void iwf_log_seldom(struct iwf_log *log, const char *event,
			       const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
IWF_EXPORT bool iwf_log_is_on(const struct iwf_log *log,
			      enum iwf_log_level level);

#define iwf_log_error(log, event, ...) \
	iwf_log_write((log), IWF_LOG_ERROR, (event), __VA_ARGS__)
#define iwf_log_warning(log, event, ...) \
	iwf_log_write((log), IWF_LOG_WARNING, (event), __VA_ARGS__)
#define iwf_log_info(log, event, ...) \
	iwf_log_write((log), IWF_LOG_INFO, (event), __VA_ARGS__)
#define iwf_log_debug(log, event, ...) \
	(iwf_log_is_on((log), IWF_LOG_DEBUG) ? \
		iwf_log_write((log), IWF_LOG_DEBUG, (event), __VA_ARGS__) : \
		(void)0)

/* An address for a log line: `tel:+4917*****02`, or in full when the
 * configuration says so. */
struct iwf_masked {
	char text[64];
};
IWF_EXPORT struct iwf_masked iwf_log_mask(const struct iwf_log *log,
					  const struct iwf_address *address);
