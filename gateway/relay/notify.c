/* The REPORT that a fate causes: a message back to where the reported one came
 * from, on the same line as any other. */
#include "relay/relay_priv.h"

static uint32_t wanted_by(enum iwf_fate fate)
{
	switch (fate) {
	case IWF_FATE_SENT:
		return IWF_WANT_INTERWORKED;
	case IWF_FATE_DELIVERED:
		return IWF_WANT_DELIVERED;
	case IWF_FATE_DISPLAYED:
		return IWF_WANT_DISPLAYED;
	case IWF_FATE_FAILED:
	case IWF_FATE_EXPIRED:
	case IWF_FATE_CANCELLED:
	case IWF_FATE_UNSURE: /* its peer gave it up and does not know */
		return IWF_WANT_FAILED;
	default:
		return 0;
	}
}

static struct iwf_message *report_message(const struct delivery *dlv,
					  enum iwf_fate fate,
					  const struct iwf_report *report)
{
	const struct iwf_message *about = dlv->msg;
	struct iwf_message msg = {
		.kind = IWF_KIND_REPORT,
		.from = about->to,
		.to = about->from,
		.service = about->service,
		.listener = about->listener,
		.account = about->account,
		.peer_id = about->peer_id,
		.conversation_id = about->conversation_id,
		.contribution_id = about->contribution_id,
		.charging = about->charging,
		.sent_at_ms = about->sent_at_ms ? about->sent_at_ms :
						  dlv->row.accepted_at_ms,
		.fate = fate,
		.forbidden = report->forbidden,
		.interworked = fate == IWF_FATE_SENT,
		.about = dlv->row.id,
		.happened_at_ms = report->happened_at_ms ?
			report->happened_at_ms : relay_wall_ms(dlv->relay),
		.code = report->code,
		.reason = report->text,
	};

	return iwf_message_create(&msg);
}

static void ride_with(struct delivery *dlv, struct delivery *told)
{
	struct delivery **end = &dlv->reports;

	while (*end)
		end = &(*end)->next_report;
	*end = told;
	/* Its row comes to be by the cause's change: until then no other. */
	told->in_flight = true;
	told->was_put = true;
}

void notify_about(struct delivery *dlv, enum iwf_fate fate,
		  const struct iwf_report *report)
{
	struct relay *relay = dlv->relay;
	struct queue *back = dlv->row.origin ?
		queue_by_number(relay, dlv->row.origin) : NULL;
	struct iwf_message *msg;
	struct delivery *told;

	/* Never a report about a report, nor one that nobody asked for. */
	if (dlv->msg->kind == IWF_KIND_REPORT || !back ||
	    !(dlv->msg->want & wanted_by(fate)))
		return;
	msg = report_message(dlv, fate, report);
	msg->id = id_make(&relay->ids, relay_wall_ms(relay));
	told = delivery_create(relay, back, msg, msg->id);
	told->row.about = dlv->row.id;
	told->row.origin = dlv->row.link;
	if (!queue_admit(back, told))
		queue_put_outside(back, told);
	else if (told->place == PLACE_READY &&
		 told->host->ready.first == told &&
		 dispatch_has_room(told->host))
		dispatch_attempt(delivery_list_pop(&told->host->ready));
	else
		ahead_put(told);
	ride_with(dlv, told);
}
