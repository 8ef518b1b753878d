/* Looking at clocks and descriptors, and telling once what is wrong. */
#include "base/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A clock that is only slewed is never so far off between two looks. */
#define SET_MS 2000

const struct iwf_metric_row machine_metric_rows[] = {
	[MACHINE_M_CLOCK_SET] = { "clock_set_total", IWF_METRIC_COUNTER,
		"Times somebody set the machine's clock, or it stood still." },
	[MACHINE_M_NO_DESCRIPTOR] = { "descriptors_out_total",
		IWF_METRIC_COUNTER, "Times the file descriptors ran out." },
};

static void look_at_clock(struct machine *machine, int64_t offset_ms)
{
	int64_t by_ms = offset_ms - machine->offset_ms;

	if (machine->is_known && (by_ms > SET_MS || by_ms < -SET_MS)) {
		iwf_metric_add(&machine->metrics[MACHINE_M_CLOCK_SET], 1);
		iwf_log_warning(machine->log, "clock-set", "by_ms=%lld",
				(long long)by_ms);
	}
	machine->offset_ms = offset_ms;
	machine->is_known = true;
}

static void look_at_descriptors(struct machine *machine)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int error = errno;
	bool has_none = fd < 0 && (error == EMFILE || error == ENFILE);

	if (fd >= 0)
		close(fd);
	if (has_none == machine->has_none)
		return;
	machine->has_none = has_none;
	if (!has_none) {
		iwf_log_info(machine->log, "descriptors-again", "%s", "");
		return;
	}
	iwf_metric_add(&machine->metrics[MACHINE_M_NO_DESCRIPTOR], 1);
	iwf_log_error(machine->log, "descriptors-out", "why=\"%s\"",
		      strerror(error));
}

void machine_look(struct machine *machine, int64_t monotonic_ms,
		  int64_t wall_ms)
{
	look_at_clock(machine, wall_ms - monotonic_ms);
	look_at_descriptors(machine);
}
