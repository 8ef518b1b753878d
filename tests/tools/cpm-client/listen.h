/* cpm-client listen: shows each MESSAGE that comes. */
#pragma once

#include "options.h"

/* What cpm-client ends with. */
int listen_run(const struct options *options);
