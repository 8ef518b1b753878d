/* What a program posts as JSON, as a line of the control socket. */
#pragma once

#include "core/buf.h"

/* {"from":"1","to":"2"} for "mo" becomes mo --from 1 --to 2; "link" is
 * another word for system_id. For "fault" it is {"kind":"drop","every":10},
 * {"spec":"drop:every=10"} or {"clear":true}. False with a reason. */
bool post_format_line(struct buf *line, const char *verb,
		      const struct buf *json, const char **why);
