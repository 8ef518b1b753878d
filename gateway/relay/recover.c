/* The first thing after a start: what had been handed to a link and never
 * answered is unsure now; everything else was never sent. */
#include "relay/relay_priv.h"

#define PAGE 512
#define LOOK_AGAIN_MS 5
/* Beside the setting: what a crash interrupted was mostly never written, and to
 * leave it unsent would lose it. A message that ends the process each time it
 * is sent must still come to rest. */
#define CRASH_RESENDS 8

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

static bool may_resend(const struct relay *relay, const struct delivery *dlv)
{
	uint32_t resends = relay->conf.resends;

	return resends && outcome_may_resend(dlv, resends + CRASH_RESENDS);
}

static void recover_row(struct relay *relay, const struct store_found *found)
{
	/* A receipt may have found it before. */
	struct map_node *node = map_find(&relay->active, found->row.id);
	struct delivery *dlv = node ?
		IWF_CONTAINER(node, struct delivery, node) :
		delivery_load(relay, &found->row, found->record);

	if (!dlv || dlv->row.state != STORE_ATTEMPT)
		return;
	relay_count(relay, RELAY_M_UNSURE);
	outcome_note_unsure(dlv);
	if (may_resend(relay, dlv)) {
		dlv->row.resends++;
		outcome_possible_duplicate(dlv);
		dlv->row.state = STORE_QUEUED;
		dlv->row.due_at_ms = dlv->row.accepted_at_ms;
	} else if (dlv->queue->unsure == RELAY_UNSURE_FAIL) {
		outcome_unanswered(dlv);
		return;
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
	if (query->has_more)
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
		.records_max_len = RELAY_PAGE_LEN,
	};
	store_ask(relay->store, &relay->recover_query);
}

/* Links that are gone from the configuration left their rows. */
static void add_gone_links(struct relay *relay)
{
	for (uint32_t number = 1;; number++) {
		struct relay_link_conf conf = {
			.name = iwf_str_from(store_link_name(relay->store,
							     number)),
		};

		if (iwf_str_eq(conf.name, IWF_STR("?")))
			return;
		if (!queue_by_number(relay, number))
			queue_create(relay, &conf)->removed = true;
	}
}

void recover_start(struct relay *relay)
{
	relay->recovering = true;
	add_gone_links(relay);
	ask_page(relay, 0);
}
