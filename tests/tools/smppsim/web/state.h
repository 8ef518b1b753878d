/* All that the page shows, as one JSON object. */
#pragma once

#include "core/buf.h"

struct sim;

void state_format(struct buf *json, const struct sim *sim);
