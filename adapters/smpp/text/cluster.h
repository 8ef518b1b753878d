/* Where what a reader takes for one character begins: grapheme clusters
 * (Unicode Standard Annex 29). Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialise it at the beginning of a text. */
struct smpp_cluster {
	uint32_t last;
	int32_t state;
	bool has_begun;
};

/* Goes one code point on; true when a cluster begins with it. */
bool smpp_cluster_next(struct smpp_cluster *cluster, uint32_t code);
