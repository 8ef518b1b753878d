/* Order: of one link, sender and recipient only one message is out at a time,
 * and a message's own temporary failure keeps later ones behind for a while. */
#include "relay/relay_priv.h"

#include <stdlib.h>

/* A held lane keeps this many in memory; more wait in the store. */
#define LANE_WAITING_MAX 16
/* Beyond this many held lanes the link fails for everybody: no more holds. */
#define LANES_HELD_MAX 100000

static struct lane *lane_find(const struct queue *queue, uint64_t key)
{
	struct map_node *node = map_find(&queue->lanes, key);

	return node ? IWF_CONTAINER(node, struct lane, node) : NULL;
}

static struct lane *lane_get(struct queue *queue, uint64_t key)
{
	struct lane *lane = lane_find(queue, key);

	if (lane)
		return lane;
	lane = IWF_NEW(struct lane);
	lane->queue = queue;
	map_put(&queue->lanes, &lane->node, key);
	return lane;
}

static void lane_forget(struct lane *lane)
{
	if (lane->head || lane->waiting.count || lane->in_held)
		return;
	map_remove(&lane->queue->lanes, &lane->node);
	free(lane);
}

static bool is_held(const struct lane *lane, uint64_t id, int64_t now_ms)
{
	return lane->held_until_ms > now_ms && lane->held_for != id;
}

static void make_ready(struct lane *lane, struct delivery *dlv)
{
	lane->head = dlv;
	dlv->host = dispatch_pick(dlv->queue, dlv->row.lane);
	dlv->place = PLACE_READY;
	if (dlv->ahead_at)
		lane->ahead--;
	delivery_list_push(&dlv->host->ready, dlv);
}

static void lane_next(struct lane *lane)
{
	int64_t now_ms = relay_wall_ms(lane->queue->relay);

	if (lane->head || !lane->waiting.count ||
	    is_held(lane, lane->waiting.first->row.id, now_ms))
		return;
	make_ready(lane, delivery_list_pop(&lane->waiting));
	ahead_fill(lane);
}

void lane_enter(struct delivery *dlv)
{
	/* Without order every delivery is a lane of its own. */
	uint64_t key = dlv->queue->order == RELAY_ORDER_LANE ? dlv->row.lane :
							       dlv->row.id;
	struct lane *lane = lane_get(dlv->queue, key);

	IWF_BUG_ON(dlv->row.body_err); /* there would be nothing to send */
	dlv->lane = lane;
	dlv->queue->in_memory++;
	dlv->queue->in_memory_len += dlv->msg->body.len;
	dlv->place = PLACE_LANE;
	if (lane->held_for == dlv->row.id)
		delivery_list_push_front(&lane->waiting, dlv);
	else
		delivery_list_push(&lane->waiting, dlv);
	lane_next(lane);
}

void lane_leave(struct delivery *dlv)
{
	struct lane *lane = dlv->lane;

	if (!lane)
		return;
	ahead_leave(dlv);
	if (dlv->place == PLACE_READY)
		delivery_list_remove(&dlv->host->ready, dlv);
	if (dlv->place == PLACE_LANE)
		delivery_list_remove(&lane->waiting, dlv);
	if (lane->head == dlv)
		lane->head = NULL;
	dlv->place = PLACE_NOWHERE;
	dlv->lane = NULL;
	dlv->queue->in_memory--;
	dlv->queue->in_memory_len -= dlv->msg->body.len;
	if (lane->held_for == dlv->row.id && dlv->row.state != STORE_QUEUED)
		lane->held_until_ms = 0;
	lane_next(lane);
	lane_forget(lane);
}

/* --- lanes that are held, the next to be let go first --- */

static void list(struct queue *queue, struct lane *lane)
{
	lane->in_held = true;
	lane->next_held = NULL;
	lane->prev_held = queue->held_last;
	if (queue->held_last)
		queue->held_last->next_held = lane;
	else
		queue->held_first = lane;
	queue->held_last = lane;
	queue->held_count++;
}

static void unlist(struct queue *queue, struct lane *lane)
{
	lane->in_held = false;
	if (lane->prev_held)
		lane->prev_held->next_held = lane->next_held;
	else
		queue->held_first = lane->next_held;
	if (lane->next_held)
		lane->next_held->prev_held = lane->prev_held;
	else
		queue->held_last = lane->prev_held;
	queue->held_count--;
}

void lane_hold(struct delivery *dlv, int64_t until_ms)
{
	struct lane *lane = dlv->lane;
	struct queue *queue = dlv->queue;

	if (lane->held_until_ms || queue->held_count >= LANES_HELD_MAX ||
	    queue->order == RELAY_ORDER_NONE)
		return;
	lane->held_for = dlv->row.id;
	lane->held_until_ms = until_ms;
	lane->listed_until_ms = until_ms;
	ahead_hold(lane);
	if (lane->in_held)
		unlist(queue, lane);
	list(queue, lane);
}

bool lane_is_later(struct queue *queue, uint64_t key, uint64_t id,
		   int64_t now_ms, int64_t *due_ms)
{
	struct lane *lane = lane_find(queue, key);

	if (!lane || lane->held_for == id)
		return false;
	if (lane->later_until_ms <= now_ms) {
		if (lane->held_until_ms <= now_ms ||
		    lane->waiting.count < LANE_WAITING_MAX)
			return false;
		lane->later_until_ms = lane->held_until_ms;
	}
	*due_ms = lane->later_until_ms;
	return true;
}

void lane_wake(struct queue *queue, uint64_t key)
{
	struct lane *lane = lane_find(queue, key);

	if (lane)
		lane->later_until_ms = 0;
}

void lanes_forget_held(struct queue *queue, int64_t now_ms)
{
	while (queue->held_first &&
	       queue->held_first->listed_until_ms <= now_ms) {
		struct lane *lane = queue->held_first;

		unlist(queue, lane);
		lane->held_until_ms = 0;
		lane->held_for = 0;
		lane_next(lane);
		lane_forget(lane);
	}
}

void lanes_free(struct queue *queue)
{
	struct map_node *node;

	while ((node = map_any(&queue->lanes))) {
		struct lane *lane = IWF_CONTAINER(node, struct lane, node);

		map_remove(&queue->lanes, node);
		free(lane);
	}
	map_free(&queue->lanes);
}
