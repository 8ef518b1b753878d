/* Commands about the rows: queue, list, ledger. */
#include "admin/admin_priv.h"

#include "base/metric.h"

#include <iwf/arena.h>

#define LIST_DEFAULT 20

static bool refuse_unread(struct request *request, struct store_query *query)
{
	if (!query->err)
		return false;
	iwf_arena_destroy(&query->arena);
	request_refuse(request, query->err, "the store could not be read");
	return true;
}

/* --- queue --- */

static void on_queue_counts(struct iwf_task *task)
{
	struct queue_request *queue = IWF_CONTAINER(task, struct queue_request,
						    counts.task);
	struct admin *admin = queue->base.admin;
	json_t *rows;

	if (refuse_unread(&queue->base, &queue->counts))
		return;
	rows = queue_json(&queue->counts, admin->parts.store,
			  request_text(&queue->base, "link"),
			  iwf_loop_wall_ms(admin->loop));
	iwf_arena_destroy(&queue->counts.arena);
	request_answer(&queue->base, json_pack("{s:o}", "queue", rows));
}

void cmd_queue(struct request *request)
{
	struct queue_request *queue = (struct queue_request *)request;

	request_ask(request, &queue->counts, STORE_Q_OPEN, on_queue_counts);
}

/* --- list --- */

static bool on_list_row(struct scan *scan, const struct store_found *found)
{
	struct list_request *list = IWF_CONTAINER(scan, struct list_request,
						  scan);
	const struct admin_parts *parts = &list->base.admin->parts;

	if (list->state && strcmp(list->state,
				  store_state_name(found->row.state)))
		return true;
	json_array_append_new(list->base.answer,
			      delivery_json(found, parts->store, parts->log,
					    list->full));
	return json_array_size(list->base.answer) < list->limit;
}

static void on_list_done(struct scan *scan, enum iwf_err err)
{
	struct list_request *list = IWF_CONTAINER(scan, struct list_request,
						  scan);

	if (err)
		request_refuse(&list->base, err, "the store could not be read");
	else
		request_answer(&list->base, json_pack("{s:O}", "deliveries",
						      list->base.answer));
}

static bool is_state(const char *word)
{
	for (unsigned i = 1; i <= STORE_CANCELLED; i++)
		if (!strcmp(word, store_state_name(i)) && *word != '?')
			return true;
	return false;
}

void cmd_list(struct request *request)
{
	struct list_request *list = (struct list_request *)request;

	list->limit = LIST_DEFAULT;
	if (!request_number(request, "limit", &list->limit, 1000))
		return;
	list->state = request_text(request, "state");
	list->full = request_flag(request, "full");
	if (list->state && !is_state(list->state)) {
		request_refuse(request, IWF_E_SYNTAX, "state must be queued, "
			       "attempt, unsure, sent, finished, delivered, "
			       "displayed, failed, expired or cancelled");
		return;
	}
	request->answer = json_array();
	list->scan.on_row = on_list_row;
	list->scan.on_done = on_list_done;
	scan_start(&list->scan, request->admin->parts.store,
		   request->admin->loop);
}

/* --- ledger --- */

static int64_t last_imbalance(const struct admin *admin)
{
	struct iwf_buf text = { 0 };
	int64_t value;

	metrics_format(admin->parts.metrics, &text);
	metric_find(iwf_buf_str(&text), "iwf_ledger_imbalance", &value);
	iwf_buf_free(&text);
	return value;
}

static void answer_ledger(struct ledger_request *ledger, bool is_audit)
{
	json_t *answer;

	answer = ledger_json(&ledger->counts,
			     is_audit ? &ledger->recount.ledger : NULL,
			     is_audit ? 0 : last_imbalance(ledger->base.admin));
	iwf_arena_destroy(&ledger->counts.arena);
	iwf_arena_destroy(&ledger->recount.arena);
	request_answer(&ledger->base, answer);
}

static void on_recount(struct iwf_task *task)
{
	struct ledger_request *ledger = IWF_CONTAINER(task,
				struct ledger_request, recount.task);

	if (ledger->recount.err)
		iwf_arena_destroy(&ledger->counts.arena);
	if (!refuse_unread(&ledger->base, &ledger->recount))
		answer_ledger(ledger, true);
}

static void on_ledger_counts(struct iwf_task *task)
{
	struct ledger_request *ledger = IWF_CONTAINER(task,
				struct ledger_request, counts.task);

	if (refuse_unread(&ledger->base, &ledger->counts))
		return;
	if (request_flag(&ledger->base, "audit"))
		request_ask(&ledger->base, &ledger->recount, STORE_Q_LEDGER,
			    on_recount);
	else
		answer_ledger(ledger, false);
}

void cmd_ledger(struct request *request)
{
	struct ledger_request *ledger = (struct ledger_request *)request;
	bool is_audit = request_flag(request, "audit");

	request_ask(request, &ledger->counts,
		    is_audit ? STORE_Q_COUNTS : STORE_Q_OPEN, on_ledger_counts);
}
