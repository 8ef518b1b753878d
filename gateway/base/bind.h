/* bind() that can share a port among the threads of this process; Sofia opens
 * its sockets itself and never sets SO_REUSEPORT. */
#pragma once

#include <stdbool.h>

/* While true, every bind() of the calling thread, in whichever library, sets
 * SO_REUSEPORT first. Off in new threads. Nothing has to be initialised. */
void bind_share(bool is_shared);
