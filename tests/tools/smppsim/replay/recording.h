/* The PDUs one side said in a capture, in the order they were said. */
#pragma once

#include "core/buf.h"

enum recording_side { RECORDING_SMSC, RECORDING_ESME };

/* All zero is an empty one. */
struct recording {
	struct buf *pdus;
	size_t count;
};

/* From the octets of a capture file. Retransmissions are left out, segments
 * put in order; where some are missing it goes on behind them. False with a
 * reason if it is no capture or holds no PDU of that side. */
bool recording_parse(struct recording *recording, enum recording_side side,
		     const struct buf *file, const char **why);
/* The same from the file at path. */
bool recording_read(struct recording *recording, enum recording_side side,
		    const char *path, const char **why);
void recording_destroy(struct recording *recording);
