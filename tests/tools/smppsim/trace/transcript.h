/* What was said, as lines and as one number that is the same whenever the
 * same was said. */
#pragma once

#include "core/buf.h"

#include <stdio.h>

enum trace_way { TRACE_IN, TRACE_OUT };

/* Of one connection: requests and responses each way are a chain each, since
 * how the chains lie between each other depends on time alone. Receipts are
 * added up, since when they come does so too. */
struct transcript_chains {
	uint64_t hash[6];
};

struct transcript {
	FILE *file;
	uint64_t hash;
	/* The lines once more, for a comparison at the end. */
	bool is_kept;
	struct buf kept;
};

/* Adds one PDU, or octets that are none. Writes a line
 * "connection direction sequence_number: PDU"; upkeep is written but not
 * counted into the hash. */
void transcript_add(struct transcript *transcript,
		    struct transcript_chains *chains, uint32_t conn_id,
		    enum trace_way way, const uint8_t *bytes, size_t len);
/* The connection is over: the order of connections does not count. */
void transcript_fold(struct transcript *transcript,
		     struct transcript_chains *chains);
void transcript_destroy(struct transcript *transcript);

/* Compares the lines kept with those of a file that --transcript wrote,
 * chain by chain and without sequence numbers. True if they are the same,
 * else why says where they part. */
bool transcript_compare(struct transcript *transcript, const char *path,
			struct buf *why);
