/* Saying with the letters of an alphabet what it has not: typographic marks by
 * plain ones, letters without their accents. Pure. */
#pragma once

#include "text/way.h"

/* Appends `text` with what way->alphabet and its tables lack replaced as far
 * as way->plain allows. Returns how many characters were; what has nothing that
 * looks alike stays. 0 and nothing appended when there is none to replace. */
size_t smpp_plain(struct iwf_buf *buf, const struct smpp_way *way,
		  struct iwf_str text);
