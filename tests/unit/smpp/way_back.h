/* Short messages read as a handset's network would give them to us. */
#pragma once

#include <iwf/arena.h>

struct smpp_split;

/* The text of all parts, joined and mended, in the arena. Checks what every
 * part must be: within its octets, whole characters, its place told. */
struct iwf_str way_back(struct iwf_arena *arena,
			const struct smpp_split *split);
