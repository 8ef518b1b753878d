/* Whether the gateway takes messages, as last looked at: asking never waits
 * for a loop. */
#pragma once

#include "admin/admin.h"

struct ready {
	bool is_ready;
	char reason[160];  /* why not; "" when it is */
	uint32_t links;    /* configured, without the SIP edge itself */
	uint32_t links_up; /* of these, with an instance up */
};

/* Looks; blocks for the relay's loop. Not on one of its loops. */
void ready_look(const struct admin_parts *parts, struct ready *ready);

/* The last look, for any thread. */
struct ready_board;
struct ready_board *ready_board_create(void);
void ready_board_destroy(struct ready_board **board);
void ready_board_put(struct ready_board *board, const struct ready *ready,
		     int64_t now_ms);
/* A look older than this means that the relay does not answer. */
#define READY_STALE_MS 10000
void ready_board_get(struct ready_board *board, int64_t now_ms,
		     struct ready *ready);
