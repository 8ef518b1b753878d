/* bind() that can share a port among the threads of this process and bound what
 * a stream receives ahead of its reader; Sofia opens its sockets itself and sets
 * neither. */
#pragma once

#include <stdbool.h>

/* While true, every bind() of the calling thread, in whichever library, sets
 * SO_REUSEPORT first. Off in new threads. Nothing has to be initialised. */
void bind_share(bool is_shared);
/* While not 0, every bind() of a stream sets SO_RCVBUF to it first; connections
 * that are accepted inherit it. The kernel takes up to twice as much. */
void bind_limit_receive(int len);
