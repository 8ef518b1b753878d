/* One instance of a link, and the way of a delivery to it. On the relay's loop
 * but for the part marked as the host's own. */
#pragma once

#include "relay/queue.h"

#include <stdatomic.h>

/* What links of one adapter on one loop have in common. */
struct host_shared {
	struct host_shared *next;
	const struct iwf_adapter *adapter;
	const struct iwf_loop *loop;
	void *place;
};

struct iwf_host {
	struct queue *queue;
	const struct iwf_adapter *adapter;
	unsigned index;
	struct iwf_loop *loop;
	struct iwf_log *log;
	struct iwf_metric *metrics;
	struct host_shared *shared;

	/* On the relay's loop. */
	struct delivery_list ready;
	unsigned out;                  /* attempts made for it, not answered */
	uint32_t attempts;             /* all ever made, to compare with taken */
	enum iwf_link_state state;
	char reason[96];
	int64_t since_ms;
	int64_t down_since_ms;         /* it was up last, or made */

	/* On the host's own loop. */
	struct iwf_link *link;
	const void *conf;
	struct delivery_list inbox;    /* jobs the link has no room for yet */
	enum iwf_link_state link_state;
	struct iwf_task pump;
	bool pump_posted;
	/* Its link is gone from the configuration. */
	bool retired;
	struct iwf_host *next_retired;
	int64_t close_at_ms;           /* at the latest */
	struct iwf_task closing;       /* to its loop and back */

	/* News from the host's loop for the relay's. */
	struct iwf_task news;
	atomic_bool starved;           /* ready ones wait for room */
	atomic_bool news_posted;
	atomic_uint room;              /* as the link announced it, less submits */
	atomic_uint taken;             /* jobs that left the inbox, ever */
};

/* Gives ready deliveries their ATTEMPT as far as the host has room. */
void dispatch_run(struct iwf_host *host);
bool dispatch_has_room(const struct iwf_host *host);
/* ATTEMPT is durable: to the link. */
void dispatch_submit(struct delivery *dlv);
struct iwf_host *dispatch_pick(struct queue *queue, uint64_t lane);
void dispatch_open(struct iwf_host *host);
void dispatch_take_inbox(struct iwf_host *host);     /* host's loop */
void dispatch_attempt(struct delivery *dlv);  /* marks the row, counts it */
