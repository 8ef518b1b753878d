/* The port an SMSC listens on, which may go away for a while. */
#pragma once

#include "core/loop.h"

#include <stdbool.h>

struct options;

/* port is the one it got, and keeps when it comes back. */
struct listener {
	struct loop_watch watch;
	struct loop_timer timer;
	struct loop *loop;
	const char *address;
	unsigned short port;
};

/* False with errno. on_ready is called for each connection that waits. */
bool listener_open(struct listener *listener, struct loop *loop,
		   loop_ready_fn *on_ready);
/* Refuses connections for so long. */
void listener_go_away(struct listener *listener, long ms);
void listener_close(struct listener *listener);
