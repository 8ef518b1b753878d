/* What the machine does to the process: a clock that is set, descriptors that
 * run out. */
#pragma once

#include <iwf/log.h>
#include <iwf/metric.h>

enum machine_metric {
	MACHINE_M_CLOCK_SET,
	MACHINE_M_NO_DESCRIPTOR,
	MACHINE_METRICS
};
extern const struct iwf_metric_row machine_metric_rows[];

struct machine {
	struct iwf_log *log;
	int64_t offset_ms;      /* wall clock less monotonic */
	bool is_known;          /* the offset */
	bool has_none;          /* no descriptor is left */
	struct iwf_metric metrics[MACHINE_METRICS];
};

/* To be called every few seconds, by one thread that may block. */
void machine_look(struct machine *machine, int64_t monotonic_ms,
		  int64_t wall_ms);
