/* See queue.h. */
#include "client/queue.h"

static void append(struct smpp_queue *queue, struct smpp_part *part)
{
	part->next = NULL;
	if (queue->last)
		queue->last->next = part;
	else
		queue->first = part;
	queue->last = part;
	queue->waiting_count++;
}

void smpp_queue_append(struct smpp_queue *queue, struct smpp_part *part)
{
	part->place = ++queue->places;
	append(queue, part);
}

void smpp_queue_return(struct smpp_queue *queue, struct smpp_part *part)
{
	struct smpp_part *before = NULL;
	struct smpp_part *after = queue->first;

	while (after && after->place < part->place) {
		before = after;
		after = after->next;
	}
	part->next = after;
	if (before)
		before->next = part;
	else
		queue->first = part;
	if (!after)
		queue->last = part;
	queue->waiting_count++;
}

struct smpp_part *smpp_queue_shift(struct smpp_queue *queue)
{
	struct smpp_part *part = queue->first;

	if (!part)
		return NULL;
	queue->first = part->next;
	if (!queue->first)
		queue->last = NULL;
	queue->waiting_count--;
	return part;
}

/* Takes the waiting parts of one job out, as a list of their own. */
struct smpp_part *smpp_queue_extract(struct smpp_queue *queue,
				       const struct smpp_sending *sending)
{
	struct smpp_part *taken = NULL;
	struct smpp_part **end = &taken;
	struct smpp_part *part = queue->first;

	queue->first = queue->last = NULL;
	queue->waiting_count = 0;
	while (part) {
		struct smpp_part *next = part->next;

		if (part->sending == sending) {
			part->next = NULL;
			*end = part;
			end = &part->next;
		} else {
			append(queue, part);
		}
		part = next;
	}
	return taken;
}

void smpp_queue_add(struct smpp_queue *queue, struct smpp_sending *sending)
{
	sending->older = queue->first_job;
	if (sending->older)
		sending->older->newer = sending;
	queue->first_job = sending;
}

void smpp_sending_destroy(struct smpp_queue *queue,
			    struct smpp_sending *sending)
{
	struct iwf_arena *arena = sending->arena;

	if (sending->older)
		sending->older->newer = sending->newer;
	if (sending->newer)
		sending->newer->older = sending->older;
	else
		queue->first_job = sending->older;
	iwf_message_unref(&sending->msg);
	iwf_arena_destroy(&arena);
}
