/* The ids an SMSC gave, until their receipts come: in either order, as a
 * receipt may overtake the response. */
#pragma once

#include <stdint.h>
#include <sys/queue.h>

#define AWAITED_BUCKETS 65536u
/* So many ids that have had their receipt are remembered, to know a second
 * one for what it is. */
#define AWAITED_SETTLED_MAX 100000

struct awaited_id;
TAILQ_HEAD(awaited_list, awaited_id);

struct awaited {
	struct awaited_list *buckets;
	struct awaited_list settled;
	long settled_count;
	/* Ids without a receipt yet; receipts whose id nobody gave yet. */
	long missing;
	long unmatched;
	long matched;
	/* Receipts of an id that has had one. */
	long repeated;
};

void awaited_create(struct awaited *awaited);
void awaited_destroy(struct awaited *awaited);
/* The id came in a response. */
void awaited_add_id(struct awaited *awaited, const char *id, int64_t now_us);
/* The final receipt of the id came. The time since its response, -1 if that
 * has not come. */
int64_t awaited_add_receipt(struct awaited *awaited, const char *id,
			    int64_t now_us);
