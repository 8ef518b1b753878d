/* What the operator sees of the relay, and what the operator may send. */
#include "relay/relay_priv.h"

#include "base/loop.h"

#include <stdio.h>

struct status_call {
	struct relay *relay;
	struct relay_link_status *status;
	size_t max, count;
};

static void describe(const struct queue *queue, struct relay_link_status *to)
{
	*to = (struct relay_link_status){ .instances = queue->host_count,
					  .in_memory = queue->in_memory,
					  .removed = queue->removed };
	snprintf(to->name, sizeof(to->name), "%s", queue->name);
	for (unsigned i = 0; i < queue->host_count; i++) {
		const struct iwf_host *host = queue->hosts[i];

		to->instances_up += host->state == IWF_LINK_UP;
		to->outstanding += host->out;
		/* The first instance speaks, unless another one is in trouble. */
		if (i && host->state == IWF_LINK_UP)
			continue;
		to->state = host->state;
		to->since_ms = host->since_ms;
		snprintf(to->adapter, sizeof(to->adapter), "%s",
			 host->adapter->name);
		snprintf(to->reason, sizeof(to->reason), "%s", host->reason);
	}
}

static void collect(void *arg)
{
	struct status_call *call = arg;

	for (struct queue *q = call->relay->queues; q; q = q->next) {
		if (call->count < call->max)
			describe(q, &call->status[call->count]);
		call->count++;
	}
}

size_t relay_status(struct relay *relay, struct relay_link_status *status,
		    size_t max)
{
	struct status_call call = { relay, status, max, 0 };

	loop_call(relay->loop, collect, &call);
	return call.count;
}

struct explain_call {
	struct relay *relay;
	const struct iwf_message *msg;
	struct iwf_buf *text;
	struct iwf_host *host;
};

static void explain_route(void *arg)
{
	struct explain_call *call = arg;
	struct route_choice choice;

	if (route_is_blocked(call->relay->routes, call->msg))
		iwf_buf_printf(call->text, "blocked: the sender is\n");
	route_select(call->relay->routes, call->msg, "", &choice);
	if (!choice.matched) {
		iwf_buf_printf(call->text, "route: none matches\n");
		return;
	}
	iwf_buf_printf(call->text, "route: rule %u%s%s\n", choice.rule + 1,
		       choice.refused ? ", refused" : "",
		       choice.shares ? ", shared" : "");
	for (unsigned i = 0; i < choice.count; i++) {
		struct queue *queue = queue_find(call->relay,
					iwf_str_from(choice.names[i]));
		bool up = queue && queue_is_up(queue);

		iwf_buf_printf(call->text, "link: %s (%s)\n", choice.names[i],
			       up ? "up" : "down");
		if (queue && queue->host_count && (up || !call->host))
			call->host = call->host && !up ? call->host :
				     queue->hosts[0];
	}
}

static void explain_link(void *arg)
{
	struct explain_call *call = arg;
	const struct iwf_ops *ops = call->host->adapter->ops;

	if (ops->explain && call->host->link)
		ops->explain(call->host->link, call->msg, call->text);
}

void relay_explain(struct relay *relay, const struct iwf_message *msg,
		   struct iwf_buf *text)
{
	struct explain_call call = { relay, msg, text, NULL };

	loop_call(relay->loop, explain_route, &call);
	if (call.host)
		loop_call(call.host->loop, explain_link, &call);
}

void relay_send(struct relay *relay, const struct iwf_message *msg,
		relay_sent_fn *sent, void *arg)
{
	struct intake *intake = IWF_NEW(struct intake);

	intake->relay = relay;
	intake->msg = iwf_message_create(msg);
	intake->sent = sent;
	intake->sent_arg = arg;
	intake_start(intake);
}
