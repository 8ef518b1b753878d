/* Where log lines go; writing them is include/iwf/log.h. */
#pragma once

#include <iwf/log.h>
#include <iwf/setting.h>

struct log_conf {
	uint32_t level;    /* enum iwf_log_level: what is written at most */
	bool full_addresses;
};

/* The log of the process: lines to stderr, with a time of day, or with the
 * journal's priority prefix when stderr is the journal. conf is copied. */
struct iwf_log *log_create(const struct log_conf *conf);
/* A log for one object; `scope` ("link=op1") stands in each of its lines. The
 * parent must outlive it. */
struct iwf_log *log_child(struct iwf_log *parent, const char *scope);
/* Any thread; children follow. */
void log_reconfigure(struct iwf_log *root, const struct log_conf *conf);
void log_destroy(struct iwf_log **log);

extern const struct iwf_setting log_rows[];
