/* The control socket: one line in, one line of JSON out. */
#pragma once

#include "sim/sim.h"

/* Listens on the unix socket; a socket file nobody listens on any more is
 * replaced. NULL with errno. */
struct control *control_open(struct sim *sim, const char *path);
/* Removes the socket file too. */
void control_close(struct control **control);
/* Frees connections that ended; once per turn. */
void control_settle(struct control *control);

/* Runs one line and appends the answer with its newline. */
void control_run(struct sim *sim, const char *line, struct buf *answer);
