/* Parts that may have arrived without an answer: whose receipt has an id that
 * nobody knows is told by the lane (link, sender, recipient), and only when
 * nothing else of the lane can be meant. A bound id whose key is the lane. */
#include "store/tables.h"

#include "base/record.h"

/* Most peers tell the minute in which they were given a message. */
#define SUBMIT_SLACK_MS 60000

/* A resend has overwritten the time of the attempt that is unsure. */
static bool is_after_attempt(const struct store_delivery *dlv,
			     int64_t submitted_at_ms)
{
	int64_t from_ms = dlv->resends ? dlv->accepted_at_ms :
					 dlv->attempt_at_ms;

	return !submitted_at_ms || submitted_at_ms + SUBMIT_SLACK_MS >= from_ms;
}

/* The lane's delivery with an unsure part; dlv.id 0: there is none, or it is
 * not the only one, or more than one part of it is. */
static enum iwf_err find_alone(struct tables *t, uint64_t lane,
			       struct store_delivery *dlv, uint32_t *part)
{
	struct table_bind binds[TABLE_BINDS_MAX];
	struct table_row one;
	uint32_t count = 0, open_count = 0;
	enum iwf_err err = t->ops->bind_find(t, lane, binds, &count);

	dlv->id = 0;
	for (uint32_t i = 0; !err && i < count; i++) {
		err = t->ops->row_find(t, binds[i].delivery, t->scratch, &one);
		if (err || !one.dlv.id || store_state_is_final(one.dlv.state))
			continue;
		*dlv = one.dlv;
		*part = binds[i].part;
		open_count++;
	}
	if (open_count > 1)
		dlv->id = 0;
	return err;
}

enum iwf_err unsure_find(struct tables *t, uint64_t lane,
			 int64_t submitted_at_ms, struct table_bind *bind)
{
	struct store_delivery dlv = { .id = 0 };
	bool is_out = false;
	enum iwf_err err = IWF_OK;

	*bind = (struct table_bind){ 0 };
	if (lane)
		err = find_alone(t, lane, &dlv, &bind->part);
	if (err || !dlv.id || !is_after_attempt(&dlv, submitted_at_ms))
		return err;
	/* The receipt may have come before the answer that tells its id. */
	err = t->ops->lane_is_out(t, lane, dlv.id, &is_out);
	if (!err && !is_out)
		bind->delivery = dlv.id;
	return err;
}

static int64_t submitted_at(struct iwf_str record)
{
	const struct iwf_message *msg = record_parse(record);
	int64_t at_ms = msg ? msg->sent_at_ms : 0;

	iwf_message_unref(&msg);
	return at_ms;
}

/* A receipt that came before its attempt was called unsure. */
static enum iwf_err take_waiting(struct tables *t, struct store_change *change,
				 uint64_t lane)
{
	struct store_update *update = &change->update;
	struct table_bind bind = { 0 };
	struct iwf_str record;
	uint64_t id = 0;
	enum iwf_err err = t->ops->waiting_find(t, lane, t->scratch, &id,
						&record);

	if (!err && id)
		err = unsure_find(t, lane, submitted_at(record), &bind);
	if (err || !bind.delivery)
		return err;
	update->waiting = iwf_arena_copy(verbs_arena(change), record);
	update->waiting_part = bind.part;
	update->waiting_by_lane = true;
	return t->ops->waiting_drop(t, id);
}

enum iwf_err unsure_bind(struct tables *t, struct store_change *change,
			 struct table_row *row)
{
	const struct store_update *update = &change->update;
	struct table_bind bind = { row->dlv.id, update->unsure_part };
	uint64_t lane = row->dlv.lane;
	enum iwf_err err;

	if (!update->unsure_part || update->unbind)
		return IWF_OK;
	row->bound = keys_add(t->scratch, row->bound, lane);
	err = t->ops->bind_add(t, lane, bind);
	/* What the judgement reads. */
	if (!err)
		err = t->ops->row_set(t, row);
	if (err || update->waiting.len)
		return err;
	return take_waiting(t, change, lane);
}
