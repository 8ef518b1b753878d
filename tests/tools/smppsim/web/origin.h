/* Who may ask: a program of this machine, or our own page, never another. */
#pragma once

#include <stdbool.h>

/* A Host header must be localhost or an address: a name may be made to lead
 * here by who owns it. NULL is no such header. */
bool origin_is_host_good(const char *host);
/* What a browser says of where a request comes from must be that host; NULL,
 * which is no browser, is good. */
bool origin_is_same(const char *origin, const char *host);
