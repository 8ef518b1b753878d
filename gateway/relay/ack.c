/* Acknowledgement by outcome: the answer to a peer waits, for a bounded time and
 * only while the delivery is in memory, until its fate is durable. A failure is
 * told by the answer, and by nothing else, only if surely nothing was sent. */
#include "relay/relay_priv.h"

static void detach(struct intake *intake)
{
	iwf_timer_stop(&intake->ack_timer);
	*intake->waiting_at = intake->next_waiting;
	if (intake->next_waiting)
		intake->next_waiting->waiting_at = intake->waiting_at;
	intake->awaited->asker = NULL;
	intake->awaited = NULL;
}

static void tell(struct intake *intake)
{
	detach(intake);
	intake_answer(intake, IWF_RESULT_ACCEPTED, "");
}

static void on_time_out(struct iwf_timer *timer)
{
	struct intake *intake = IWF_CONTAINER(timer, struct intake, ack_timer);

	relay_count(intake->relay, RELAY_M_ACK_UNDECIDED);
	tell(intake);
}

static uint32_t outcome_ms(const struct intake *intake)
{
	const struct queue *from = queue_by_number(intake->relay,
						   intake->origin);

	return from && from->outcome_ms ? from->outcome_ms :
					  intake->outcome_ms;
}

bool ack_wait(struct intake *intake, struct delivery *dlv)
{
	struct relay *relay = intake->relay;
	uint32_t wait_ms = outcome_ms(intake);

	/* What only the store holds will not be sent that soon. */
	if (!intake->done || !wait_ms || !dlv->lane ||
	    atomic_load(&relay->draining))
		return false;
	/* Durable, so no longer under way; only its answer is. */
	atomic_fetch_sub(&relay->intake_count, 1);
	dlv->asker = intake;
	intake->awaited = dlv;
	intake->next_waiting = relay->waiting_acks;
	intake->waiting_at = &relay->waiting_acks;
	if (intake->next_waiting)
		intake->next_waiting->waiting_at = &intake->next_waiting;
	relay->waiting_acks = intake;
	iwf_timer_start(relay->loop, &intake->ack_timer, wait_ms, on_time_out);
	return true;
}

bool ack_refuse(struct delivery *dlv)
{
	struct intake *intake = dlv->asker;

	if (!intake || !outcome_is_unsent(dlv))
		return false;
	/* From here on there is one answer, however long the disk takes. */
	iwf_timer_stop(&intake->ack_timer);
	intake->is_refusal = true;
	dlv->row.told_at_ms = relay_wall_ms(dlv->relay);
	return true;
}

bool ack_refuse_for_now(struct delivery *dlv, int64_t wait_ms)
{
	const struct queue *from = dlv->asker ?
		queue_by_number(dlv->relay, dlv->asker->origin) : NULL;

	if (!from || !from->ack_refuses || !outcome_is_unsent(dlv))
		return false;
	dlv->asker->verdict.retry_after_sec = wait_ms < 1000 ? 1 :
		(uint32_t)(wait_ms / 1000);
	return true;
}

static bool is_failure(enum store_state state)
{
	return store_state_is_final(state) && state > STORE_DISPLAYED;
}

void ack_saved(struct delivery *dlv)
{
	const struct store_update *update = &dlv->change.update;
	enum store_state state = update->row.state;
	struct intake *intake = dlv->asker;

	if (!intake || (state != STORE_SENT && !store_state_is_final(state)))
		return;
	/* The store knew another end, or a REPORT tells of this one. */
	if (update->was_final || (is_failure(state) && !intake->is_refusal)) {
		tell(intake);
		return;
	}
	intake->verdict.fate = outcome_fate(state);
	intake->verdict.code = update->row.code;
	intake->verdict.forbidden = dlv->forbidden;
	if (intake->is_refusal)
		relay_count(dlv->relay, RELAY_M_ACK_REFUSED);
	tell(intake);
}

void ack_give_up(struct delivery *dlv)
{
	if (dlv->asker && !dlv->asker->is_refusal)
		tell(dlv->asker);
}

void ack_give_up_all(struct relay *relay)
{
	struct intake *intake = relay->waiting_acks;

	while (intake) {
		struct intake *next = intake->next_waiting;

		if (!intake->is_refusal)
			tell(intake);
		intake = next;
	}
}

void ack_stop(struct relay *relay)
{
	for (struct intake *i = relay->waiting_acks; i; i = i->next_waiting)
		iwf_timer_stop(&i->ack_timer);
}
