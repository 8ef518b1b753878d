/* Attempts made durable ahead: while one of a lane is out, the next ones are
 * ATTEMPT in the store already, so that each follows the one before without a
 * commit in between. What a crash leaves so counts as unsure. */
#include "relay/relay_priv.h"

/* Of one lane, and of all lanes of a link. */
#define LANE_AHEAD 64
#define QUEUE_AHEAD 256

static bool is_ahead(const struct delivery *dlv)
{
	return dlv->ahead_at;
}

/* A receipt without a known id is the unsure one's only while nothing else of
 * its lane is an ATTEMPT. */
static bool is_unsure_out(const struct lane *lane)
{
	return lane->head && lane->head->row.resends;
}

/* Nothing that was unsure before: a crash would count it as sent again. */
static bool may_go_ahead(const struct delivery *dlv)
{
	const struct lane *lane = dlv->lane;

	return dlv->place == PLACE_LANE && dlv->row.state == STORE_QUEUED &&
	       !dlv->row.resends && !is_unsure_out(lane) &&
	       lane->ahead < LANE_AHEAD && !lane->held_until_ms &&
	       dlv->queue->ahead_count < QUEUE_AHEAD &&
	       dispatch_has_room(dispatch_pick(dlv->queue, dlv->row.lane));
}

static void mark(struct delivery *dlv)
{
	struct queue *queue = dlv->queue;

	dlv->row.state = STORE_ATTEMPT;
	dlv->row.attempts++;
	dlv->row.attempt_at_ms = relay_wall_ms(dlv->relay);
	dlv->ahead_next = queue->ahead;
	if (queue->ahead)
		queue->ahead->ahead_at = &dlv->ahead_next;
	queue->ahead = dlv;
	dlv->ahead_at = &queue->ahead;
	queue->ahead_count++;
	dlv->lane->ahead++;
}

bool ahead_leave(struct delivery *dlv)
{
	if (!is_ahead(dlv))
		return false;
	*dlv->ahead_at = dlv->ahead_next;
	if (dlv->ahead_next)
		dlv->ahead_next->ahead_at = dlv->ahead_at;
	dlv->ahead_at = NULL;
	dlv->queue->ahead_count--;
	if (dlv->place == PLACE_LANE)
		dlv->lane->ahead--;
	return true;
}

void ahead_put(struct delivery *dlv)
{
	/* In order: not past one that has yet to be saved. */
	if (dlv->place == PLACE_LANE &&
	    dlv->lane->ahead + 1 == dlv->lane->waiting.count &&
	    may_go_ahead(dlv))
		mark(dlv);
}

void ahead_fill(struct lane *lane)
{
	struct delivery *dlv = lane->waiting.first;

	if (lane->ahead >= LANE_AHEAD / 2)
		return;
	for (; dlv; dlv = dlv->next) {
		if (is_ahead(dlv))
			continue;
		if (dlv->in_flight || !may_go_ahead(dlv))
			return;
		mark(dlv);
		delivery_save(dlv);
	}
}

bool ahead_is_saved(const struct delivery *dlv,
		    const struct store_delivery *row)
{
	return is_ahead(dlv) && row->state == STORE_ATTEMPT &&
	       row->attempts == dlv->row.attempts;
}

void ahead_undo(struct delivery *dlv)
{
	if (!ahead_leave(dlv))
		return;
	dlv->row.state = STORE_QUEUED;
	dlv->row.attempts--;
	if (!dlv->row.attempts)
		dlv->row.attempt_at_ms = 0;
	dlv->attempt_durable = false;
}

static void take_back(struct delivery *dlv)
{
	ahead_undo(dlv);
	delivery_save(dlv);
}

void ahead_take_back(struct queue *queue)
{
	while (queue->ahead)
		take_back(queue->ahead);
}

/* The store's look for what is over passes ATTEMPT. */
void ahead_expire(struct queue *queue, int64_t now_ms)
{
	struct delivery *next;

	for (struct delivery *dlv = queue->ahead; dlv; dlv = next) {
		next = dlv->ahead_next;
		if (dlv->place == PLACE_LANE &&
		    dlv->row.expires_at_ms <= now_ms) {
			ahead_undo(dlv);
			outcome_end(dlv, STORE_EXPIRED,
				    IWF_STR("expired while waiting"));
		}
	}
}

void ahead_hold(struct lane *lane)
{
	struct delivery *dlv = lane->waiting.first;

	for (; dlv; dlv = dlv->next)
		if (is_ahead(dlv))
			take_back(dlv);
}
