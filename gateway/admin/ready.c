/* Readiness: started, the store can be written, and a link is up. */
#include "admin/ready.h"

#include "relay/relay.h"

#include <iwf/arena.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define LINKS_MAX 256

struct ready_board {
	pthread_mutex_t lock;
	struct ready last;
	int64_t at_ms;
};

/* The SIP edge is always up; alone it leads nowhere. */
static bool is_counted(const struct relay_link_status *link)
{
	return !link->removed && strcmp(link->adapter, "cpm");
}

static void count_links(struct relay *relay, struct ready *ready)
{
	struct relay_link_status *links =
		iwf_alloc(LINKS_MAX * sizeof(*links));
	size_t count = relay_status(relay, links, LINKS_MAX);

	for (size_t i = 0; i < count && i < LINKS_MAX; i++) {
		if (!is_counted(&links[i]))
			continue;
		ready->links++;
		ready->links_up += links[i].instances_up > 0;
	}
	free(links);
}

static const char *find_reason(const struct admin_parts *parts,
			       const struct ready *ready)
{
	const char *reason = "starting or stopping";

	if (parts->ops && parts->ops->is_ready &&
	    !parts->ops->is_ready(parts->ops_arg, &reason))
		return reason;
	if (!relay_is_ready(parts->relay))
		return "the relay is starting or stopping";
	if (!store_is_writable(parts->store))
		return "the store cannot be written";
	if (ready->links && !ready->links_up)
		return "no link is up";
	return NULL;
}

void ready_look(const struct admin_parts *parts, struct ready *ready)
{
	const char *reason;

	*ready = (struct ready){ .is_ready = false };
	count_links(parts->relay, ready);
	reason = find_reason(parts, ready);
	ready->is_ready = !reason;
	snprintf(ready->reason, sizeof(ready->reason), "%s",
		 reason ? reason : "");
}

struct ready_board *ready_board_create(void)
{
	struct ready_board *board = IWF_NEW(struct ready_board);

	pthread_mutex_init(&board->lock, NULL);
	snprintf(board->last.reason, sizeof(board->last.reason), "starting");
	board->at_ms = INT64_MAX;
	return board;
}

void ready_board_destroy(struct ready_board **board)
{
	if (!*board)
		return;
	pthread_mutex_destroy(&(*board)->lock);
	free(*board);
	*board = NULL;
}

void ready_board_put(struct ready_board *board, const struct ready *ready,
		     int64_t now_ms)
{
	pthread_mutex_lock(&board->lock);
	board->last = *ready;
	board->at_ms = now_ms;
	pthread_mutex_unlock(&board->lock);
}

void ready_board_get(struct ready_board *board, int64_t now_ms,
		     struct ready *ready)
{
	int64_t at_ms;

	pthread_mutex_lock(&board->lock);
	*ready = board->last;
	at_ms = board->at_ms;
	pthread_mutex_unlock(&board->lock);
	if (at_ms == INT64_MAX || now_ms - at_ms <= READY_STALE_MS)
		return;
	ready->is_ready = false;
	snprintf(ready->reason, sizeof(ready->reason),
		 "the relay has not answered for %lld s",
		 (long long)(now_ms - at_ms) / 1000);
}
