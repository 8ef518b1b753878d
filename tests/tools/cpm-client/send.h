/* cpm-client send: one message, and what is told about it. */
#pragma once

#include "cpim.h"
#include "options.h"

/* What cpm-client ends with. */
int send_run(const struct options *options);

/* The bits of enum options_want that this notification settles: delivered and
 * failed are two ends of one question. */
unsigned send_settled(const struct imdn *imdn);
