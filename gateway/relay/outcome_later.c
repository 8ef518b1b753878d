/* DOOR OUT, continued: what is told of a delivery after its peer took it, or
 * after an answer was given up. */
#include "relay/relay_priv.h"

/* All of it has arrived; what is on its way to the disk or waits for its turn is
 * not sent again. */
static void arrived_whole(struct delivery *dlv, const struct iwf_report *report)
{
	struct iwf_host *host = dlv->place == PLACE_READY ? dlv->host : NULL;

	outcome_mark_sent(dlv, report);
	dlv->row.resends -= dlv->resend_waits;
	dlv->resend_waits = false;
	if (dlv->place != PLACE_ATTEMPT)
		lane_leave(dlv);
	if (host)
		outcome_next(host);
}

/* An attempt that was called unsure did arrive. */
static void arrived(struct delivery *dlv, const struct iwf_report *report)
{
	const struct store_delivery *row = &dlv->row;
	uint32_t parts = row->parts ? row->parts : 1;

	outcome_note_sent(dlv, report);
	if (!delivery_is_gone(dlv) && dlv->place != PLACE_HOST &&
	    delivery_parts_count(row->parts_sent) >= parts)
		arrived_whole(dlv, report);
}

void outcome_late(struct delivery *dlv, const struct iwf_report *report)
{
	arrived(dlv, report);
	delivery_save(dlv);
}

/* --- later fates --- */

static void delivered(struct delivery *dlv, const struct iwf_report *report,
		      uint32_t part)
{
	delivery_part_set(dlv->row.parts_good, part ? part : 1);
	if (part && dlv->row.parts > 1 &&
	    delivery_parts_count(dlv->row.parts_good) < dlv->row.parts) {
		delivery_save(dlv);
		return;
	}
	relay_count(dlv->relay, RELAY_M_DELIVERED);
	outcome_finish(dlv, STORE_DELIVERED, IWF_FATE_DELIVERED, report);
}

/* A row goes on from FINISHED to DELIVERED to DISPLAYED; no other end moves. */
static bool is_late(const struct delivery *dlv, enum iwf_fate fate)
{
	switch (dlv->row.state) {
	case STORE_FINISHED:
		return fate != IWF_FATE_DELIVERED && fate != IWF_FATE_DISPLAYED;
	case STORE_DELIVERED:
		return fate != IWF_FATE_DISPLAYED;
	default:
		return store_state_is_final(dlv->row.state);
	}
}

void outcome_later(struct delivery *dlv, const struct iwf_report *report,
		   uint32_t part)
{
	if (is_late(dlv, report->fate)) {
		relay_count(dlv->relay, RELAY_M_RECEIPT_LATE);
		delivery_save(dlv);
		return;
	}
	if (report->fate == IWF_FATE_DISPLAYED) {
		outcome_finish(dlv, STORE_DISPLAYED, IWF_FATE_DISPLAYED, report);
		return;
	}
	dlv->row.code = report->code;
	if (report->fate == IWF_FATE_DELIVERED) {
		delivered(dlv, report, part);
	} else if (report->fate == IWF_FATE_FAILED ||
		   report->fate == IWF_FATE_EXPIRED) {
		dlv->forbidden = report->forbidden;
		relay_count(dlv->relay, RELAY_M_FAILED);
		outcome_finish(dlv, STORE_FAILED, IWF_FATE_FAILED, report);
	} else {
		delivery_save(dlv);
	}
}

void outcome_settled(struct delivery *dlv, const struct iwf_report *report,
		     uint32_t part)
{
	const struct iwf_report sent = { .fate = IWF_FATE_SENT, .part = part };

	/* A change under way knows neither; both go with the next. */
	arrived(dlv, &sent);
	outcome_later(dlv, report, part);
}
