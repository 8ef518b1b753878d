/* Calls an ESME that waits to be told to bind (SMPP 3.4 4.1.7). */
#pragma once

#include "sim/session.h"

/* to is "ADDRESS:PORT" or "[ADDRESS]:PORT"; an empty string for what is not
 * said. Connects and says outbind; what comes of it are events. False with a
 * reason if not even that can be tried. */
bool outbind_call(struct sim *sim, const char *to, const char *system_id,
		  const char *password, const char **why);
