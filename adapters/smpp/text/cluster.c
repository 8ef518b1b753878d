/* See cluster.h; the rules and their tables are utf8proc's. */
#include "text/cluster.h"

#include <utf8proc.h>

static bool is_printable_ascii(uint32_t code)
{
	return code >= 0x20 && code < 0x7F;
}

static bool breaks(struct smpp_cluster *cluster, uint32_t code)
{
	if (is_printable_ascii(cluster->last) && is_printable_ascii(code)) {
		cluster->state = 0;
		return true;
	}
	return utf8proc_grapheme_break_stateful((utf8proc_int32_t)cluster->last,
						(utf8proc_int32_t)code,
						&cluster->state);
}

bool smpp_cluster_next(struct smpp_cluster *cluster, uint32_t code)
{
	bool begins = !cluster->has_begun || breaks(cluster, code);

	cluster->has_begun = true;
	cluster->last = code;
	return begins;
}
