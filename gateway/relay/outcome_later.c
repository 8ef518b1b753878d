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

/* Whether what was told of this part makes the fate of all. While it does not,
 * parts_good has those that were told: good ones where all must be, bad ones
 * where any good one is enough. */
static bool is_decided(struct delivery *dlv, uint32_t part, bool is_good)
{
	struct store_delivery *row = &dlv->row;

	delivery_part_set(row->parts_good, part ? part : 1);
	if (!part || row->parts <= 1)
		return true;
	switch (dlv->queue->receipt_parts) {
	case RELAY_PARTS_LAST:
		return part == row->parts;
	case RELAY_PARTS_ANY:
		return is_good ||
		       delivery_parts_count(row->parts_good) >= row->parts;
	default:
		return !is_good ||
		       delivery_parts_count(row->parts_good) >= row->parts;
	}
}

static void told(struct delivery *dlv, const struct iwf_report *report,
		 uint32_t part)
{
	bool is_good = report->fate == IWF_FATE_DELIVERED;

	if (!is_decided(dlv, part, is_good)) {
		delivery_save(dlv);
		return;
	}
	dlv->row.code = report->code;
	if (is_good) {
		relay_count(dlv->relay, RELAY_M_DELIVERED);
		outcome_finish(dlv, STORE_DELIVERED, IWF_FATE_DELIVERED,
			       report);
		return;
	}
	dlv->forbidden = report->forbidden;
	if (report->fate == IWF_FATE_EXPIRED) {
		relay_count(dlv->relay, RELAY_M_EXPIRED);
		outcome_finish(dlv, STORE_EXPIRED, IWF_FATE_EXPIRED, report);
		return;
	}
	relay_count(dlv->relay, RELAY_M_FAILED);
	outcome_finish(dlv, STORE_FAILED, report->fate, report);
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

/* What was told first stays: who asked has been told, and only once. */
static void note_late(struct delivery *dlv, const struct iwf_report *report,
		      uint32_t part)
{
	bool is_of_all = !part || dlv->row.parts <= 1;
	bool was_good = dlv->row.state == STORE_DELIVERED ||
			dlv->row.state == STORE_DISPLAYED;
	bool is_good = report->fate == IWF_FATE_DELIVERED;

	relay_count(dlv->relay, RELAY_M_RECEIPT_LATE);
	if (dlv->row.state == STORE_FINISHED || was_good == is_good ||
	    !is_of_all)
		return;
	relay_count(dlv->relay, RELAY_M_RECEIPT_CONTRADICTED);
	iwf_log_warning(dlv->queue->log, "receipt-contradicts",
			"msg=%016llx state=%s told=%s",
			(unsigned long long)dlv->row.id,
			store_state_name(dlv->row.state),
			iwf_fate_name(report->fate));
}

void outcome_later(struct delivery *dlv, const struct iwf_report *report,
		   uint32_t part)
{
	if (is_late(dlv, report->fate)) {
		note_late(dlv, report, part);
		delivery_save(dlv);
		return;
	}
	if (report->fate == IWF_FATE_DISPLAYED) {
		outcome_finish(dlv, STORE_DISPLAYED, IWF_FATE_DISPLAYED, report);
		return;
	}
	switch (report->fate) {
	case IWF_FATE_DELIVERED:
	case IWF_FATE_FAILED:
	case IWF_FATE_EXPIRED:
	case IWF_FATE_UNSURE:
		told(dlv, report, part);
		return;
	case IWF_FATE_CANCELLED:
		/* Half a message is of no use: any part decides. */
		outcome_finish(dlv, STORE_CANCELLED, IWF_FATE_CANCELLED,
			       report);
		return;
	default:
		dlv->row.code = report->code;
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
