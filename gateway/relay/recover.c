/* The first thing after a start: what had been handed to a link and never
 * answered is unsure now; everything else was never sent. */
#include "relay/relay_priv.h"

#define PAGE 512
#define LOOK_AGAIN_MS 5

static void ask_page(struct relay *relay, uint64_t after_id);

static void queues_run(struct relay *relay)
{
	relay->recovering = false;
	atomic_store(&relay->started, true);
	parts_recover(relay);
	expire_start(relay);
	for (struct queue *queue = relay->queues; queue; queue = queue->next)
		queue_run(queue);
}

/* The queues read the store; what was saved here must be readable first. */
static void on_look(struct iwf_timer *timer)
{
	struct relay *relay = IWF_CONTAINER(timer, struct relay,
					    recover_timer);

	if (relay->active.count)
		iwf_timer_start(relay->loop, timer, LOOK_AGAIN_MS, on_look);
	else
		untold_recover(relay, queues_run);
}

static void recover_row(struct relay *relay, const struct store_found *found)
{
	struct delivery *dlv = delivery_load(relay, &found->row, found->record);

	if (!dlv)
		return;
	relay_count(relay, RELAY_M_UNSURE);
	if (dlv->row.resends < relay->conf.resends) {
		dlv->row.resends++;
		dlv->row.state = STORE_QUEUED;
		dlv->row.due_at_ms = dlv->row.accepted_at_ms;
	} else {
		dlv->row.state = STORE_UNSURE;
	}
	delivery_set_text(dlv, IWF_STR("gateway stopped while it was sent"));
	delivery_save(dlv);
}

static void on_page(struct iwf_task *task)
{
	struct relay *relay = IWF_CONTAINER(task, struct relay,
					    recover_query.task);
	struct store_query *query = &relay->recover_query;
	uint64_t last = 0;

	IWF_BUG_ON(query->err); /* a store that cannot be read serves nobody */
	for (uint32_t i = 0; i < query->found_count; i++) {
		recover_row(relay, &query->found[i]);
		last = query->found[i].row.id;
	}
	iwf_arena_destroy(&query->arena);
	if (query->found_count == PAGE)
		ask_page(relay, last);
	else
		on_look(&relay->recover_timer);
}

static void ask_page(struct relay *relay, uint64_t after_id)
{
	relay->recover_query = (struct store_query){
		.task.run = on_page, .loop = relay->loop,
		.kind = STORE_Q_STATE, .state = STORE_ATTEMPT, .id = after_id,
		.limit = PAGE, .with_record = true,
	};
	store_ask(relay->store, &relay->recover_query);
}

void recover_start(struct relay *relay)
{
	relay->recovering = true;
	ask_page(relay, 0);
}
