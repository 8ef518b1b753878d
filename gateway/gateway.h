/* The gateway as a whole: one of each part, made in order, ended in reverse. */
#pragma once

#include "settings.h"

struct gateway;

/* Starts everything and returns when messages are taken in. settings are taken
 * over, also on failure; path is read again by gateway_reload. Signals must be
 * blocked before, so that no thread of ours gets them. */
enum iwf_err gateway_start(struct gateway **gateway, struct settings *settings,
			   const char *path, struct iwf_why *why);
/* Reads the configuration again. On an error nothing has changed. Parts that
 * need a restart to change are named in the log. */
enum iwf_err gateway_reload(struct gateway *gateway, struct iwf_why *why);
/* Every few seconds: what has become of clocks and descriptors. */
void gateway_look(struct gateway *gateway);
/* One line for the service manager, e.g. "1/1 links up". */
void gateway_status(struct gateway *gateway, char *text, size_t len);
struct iwf_log *gateway_log(const struct gateway *gateway);
/* Refuses what is new, finishes what is under way, stops. */
void gateway_stop(struct gateway **gateway);
