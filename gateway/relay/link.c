/* Links of the configuration: their instances opened, changed and closed. */
#include "relay/relay_priv.h"

#include "base/loop.h"
#include "base/metric.h"

#include <stdlib.h>

/* A link that is removed may still answer so long what it was given. */
#define CLOSE_WAIT_MS 10000

static const char *const order_names[] = { "lane", "none", NULL };
static const char *const ack_names[] = { "commit", "outcome", NULL };
static const char *const parts_names[] = { "all", "any", "last", NULL };
static const char *const unsure_names[] = {
	"resend-marked", "query_sm", "hold", "fail", NULL
};

const struct iwf_setting relay_link_rows[] = {
	IWF_ROW_TEXT(struct relay_link_conf, name, "name", NULL, 63,
		     "Name of the link in routes, logs and metrics"),
	IWF_ROW_CHOICE(struct relay_link_conf, order, "order", "lane",
		       order_names, "lane: keep the order per sender and "
		       "recipient; none: do not"),
	IWF_ROW_CHOICE(struct relay_link_conf, ack, "ack", "commit", ack_names,
		       "When the peer's messages are acknowledged: when they "
		       "are durable, or when their outcome is known"),
	IWF_ROW_DURATION(struct relay_link_conf, ack_wait_ms, "ack_wait", "20s",
			 100, 3600000, "ack = outcome: at the latest after it; "
			 "must be below the peer's own timer"),
	IWF_ROW_CHOICE(struct relay_link_conf, receipt_parts, "receipt_parts",
		       "all", parts_names, "Which receipts of a message in "
		       "parts make its fate: all must be good, any good one is "
		       "enough, or only that of the last part counts"),
	IWF_ROW_BOOL(struct relay_link_conf, ack_refuses, "ack_refuses",
		     "false", "ack = outcome: a temporary failure is the "
		     "answer too, and the peer keeps the message"),
	IWF_ROW_TEXT(struct relay_link_conf, stand_in, "stand_in", "", 16,
		     "Number, as +4917, that stands in for senders without one; "
		     "answers to it go to whom it stood for last"),
	IWF_ROW_CHOICE(struct relay_link_conf, unsure, "unsure",
		       "resend-marked", unsure_names, "What becomes of a "
		       "message that was sent and not answered"),
	IWF_ROWS_END
};

enum iwf_err relay_link_check(const struct relay_link_conf *conf,
			      struct iwf_why *why)
{
	struct iwf_str digits = iwf_str_sub(conf->stand_in, 1,
					    conf->stand_in.len);
	uint64_t number;

	if (conf->stand_in.len &&
	    (conf->stand_in.ptr[0] != '+' ||
	     iwf_str_to_u64(digits, UINT64_MAX, &number) != IWF_OK))
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "stand_in must be + and digits");
	if (conf->ack_refuses && conf->ack != RELAY_ACK_OUTCOME)
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "ack_refuses needs ack = \"outcome\"");
	return IWF_OK;
}

struct add_link {
	struct relay *relay;
	const struct relay_link_conf *conf;
	struct queue *queue;
};

static void queue_configure(struct queue *queue,
			    const struct relay_link_conf *conf)
{
	queue->order = (enum relay_order)conf->order;
	queue->unsure = (enum relay_unsure)conf->unsure;
	queue->outcome_ms = conf->ack == RELAY_ACK_OUTCOME ? conf->ack_wait_ms :
							      0;
	queue->receipt_parts = (enum relay_parts)conf->receipt_parts;
	queue->ack_refuses = conf->ack_refuses;
	/* Older settings stay where they are until the end. */
	queue->stand_in = (struct iwf_address){
		.kind = conf->stand_in.len ? IWF_ADDRESS_NUMBER :
					     IWF_ADDRESS_NONE,
		.user = conf->stand_in,
	};
}

static void add_queue(void *arg)
{
	struct add_link *add = arg;

	add->queue = queue_find(add->relay, add->conf->name);
	if (!add->queue)
		add->queue = queue_create(add->relay, add->conf);
	if (add->queue->removed)
		queue_reread(add->queue);
	add->queue->removed = false;
	add->queue->is_alarmed = false;
	queue_configure(add->queue, add->conf);
}

struct queue *relay_link_add(struct relay *relay,
			     const struct relay_link_conf *conf)
{
	struct add_link add = { relay, conf, NULL };

	loop_call(relay->loop, add_queue, &add);
	return add.queue;
}

struct queue *relay_link_find(struct relay *relay, struct iwf_str name)
{
	struct queue *queue = queue_find(relay, name);

	return queue && !queue->removed ? queue : NULL;
}

static struct host_shared *shared_get(struct relay *relay,
				      const struct iwf_host *host)
{
	struct host_shared *shared = relay->shared;

	while (shared && (shared->adapter != host->adapter ||
			  shared->loop != host->loop))
		shared = shared->next;
	if (shared)
		return shared;
	shared = IWF_NEW(struct host_shared);
	shared->adapter = host->adapter;
	shared->loop = host->loop;
	shared->next = relay->shared;
	relay->shared = shared;
	return shared;
}

static void add_host(void *arg)
{
	struct iwf_host *host = arg;
	struct queue *queue = host->queue;

	queue->hosts = realloc(queue->hosts, (queue->host_count + 1) *
			       sizeof(struct iwf_host *));
	IWF_BUG_ON(!queue->hosts);
	host->shared = shared_get(queue->relay, host);
	host->index = queue->host_count;
	queue->hosts[queue->host_count++] = host;
}

struct iwf_host *relay_host_add(struct relay *relay, struct queue *queue,
				const struct iwf_adapter *adapter,
				struct iwf_loop *loop)
{
	struct iwf_host *host = IWF_NEW(struct iwf_host);

	host->queue = queue;
	host->adapter = adapter;
	host->loop = loop ? loop : relay->loop;
	host->log = queue->log;
	host->since_ms = relay_wall_ms(relay);
	host->down_since_ms = host->since_ms;
	host->metrics = iwf_alloc((adapter->metric_count + 1) *
				  sizeof(struct iwf_metric));
	metrics_add(relay->metrics, adapter->metrics, adapter->metric_count,
		    host->metrics, "link", queue->name);
	dispatch_open(host);
	loop_call(relay->loop, add_host, host);
	return host;
}

void relay_host_attach(struct iwf_host *host, struct iwf_link *link)
{
	host->link = link;
	/* IMDNs may come for what nobody asked to be told about. */
	host->queue->binds_always = true;
}

struct link_call {
	struct iwf_host *host;
	const void *conf;
	enum iwf_err err;
};

static void open_link(void *arg)
{
	struct link_call *call = arg;

	call->err = call->host->adapter->ops->open(&call->host->link,
						   call->host, call->conf);
}

enum iwf_err relay_link_open(struct relay *relay, struct queue *queue,
			     const struct iwf_adapter *adapter,
			     const void *conf, struct iwf_loop *loop)
{
	struct link_call call = { .conf = conf };

	call.host = relay_host_add(relay, queue, adapter, loop);
	/* SMS is another service: what it takes has left CPM. */
	queue->interworks = true;
	loop_call(call.host->loop, open_link, &call);
	return call.err;
}

static void reconfigure_link(void *arg)
{
	struct link_call *call = arg;

	if (call->host->link)
		call->host->adapter->ops->reconfigure(call->host->link,
						      call->conf);
}

struct set_conf {
	struct queue *queue;
	const struct relay_link_conf *conf;
};

static void set_conf(void *arg)
{
	struct set_conf *set = arg;

	queue_configure(set->queue, set->conf);
}

void relay_link_reconfigure(struct queue *queue,
			    const struct relay_link_conf *common,
			    const void *conf)
{
	struct set_conf set = { queue, common };

	loop_call(queue->relay->loop, set_conf, &set);
	for (unsigned i = 0; i < queue->host_count; i++) {
		struct link_call call = { queue->hosts[i], conf, IWF_OK };

		loop_call(call.host->loop, reconfigure_link, &call);
	}
}

void link_drain_call(void *arg)
{
	struct iwf_host *host = arg;

	if (host->link)
		host->adapter->ops->drain(host->link);
}

void link_close_call(void *arg)
{
	struct iwf_host *host = arg;

	if (host->link)
		host->adapter->ops->close(&host->link);
	host->link_state = IWF_LINK_DOWN;
	dispatch_take_inbox(host);
}

void link_free(struct iwf_host *host)
{
	metrics_remove(host->queue->relay->metrics, host->metrics);
	free(host->metrics);
	free(host);
}

/* --- links that are gone from the configuration --- */

static void on_closed(struct iwf_task *task)
{
	struct iwf_host *host = IWF_CONTAINER(task, struct iwf_host, closing);

	reroute_abandoned(host);
}

static void on_close(struct iwf_task *task)
{
	struct iwf_host *host = IWF_CONTAINER(task, struct iwf_host, closing);

	link_close_call(host);
	host->closing.run = on_closed;
	iwf_loop_post(host->queue->relay->loop, &host->closing);
}

void links_retire(struct relay *relay, int64_t now_ms)
{
	for (struct iwf_host *host = relay->retired; host;
	     host = host->next_retired) {
		if (host->closing.run || (host->out && now_ms < host->close_at_ms))
			continue;
		host->closing.run = on_close;
		iwf_loop_post(host->loop, &host->closing);
	}
}

/* Its structs stay: what was posted may still name them. */
static void retire(void *arg)
{
	struct queue *queue = arg;
	struct relay *relay = queue->relay;

	queue->removed = true;
	for (unsigned i = 0; i < queue->host_count; i++) {
		struct iwf_host *host = queue->hosts[i];

		host->retired = true;
		host->close_at_ms = relay_wall_ms(relay) + CLOSE_WAIT_MS;
		host->next_retired = relay->retired;
		relay->retired = host;
	}
	ahead_take_back(queue);
	reroute_all(queue);
	queue->host_count = 0;
}

void relay_link_remove(struct relay *relay, struct queue *queue)
{
	unsigned count = queue->host_count;

	loop_call(relay->loop, retire, queue);
	for (unsigned i = 0; i < count; i++)
		loop_call(queue->hosts[i]->loop, link_drain_call,
			  queue->hosts[i]);
}
