/* Receipts and notifications that name a message only by the peer's ids find
 * their delivery in the store, or wait there for it. */
#include "relay/relay_priv.h"

#include "base/record.h"

uint64_t correlate_key(const struct relay *relay, const struct queue *queue,
		       struct iwf_str remote_id)
{
	struct iwf_buf key = { 0 };
	uint64_t hash;

	iwf_buf_u32(&key, queue->number);
	iwf_buf_str_put(&key, remote_id);
	hash = iwf_hash(relay->key, iwf_buf_str(&key)) >> 1 | 1;
	iwf_buf_free(&key);
	return hash;
}

uint64_t correlate_recipient(const struct relay *relay,
			     const struct iwf_address *to)
{
	struct iwf_buf key = { 0 };
	uint64_t hash;

	if (to->kind == IWF_ADDRESS_NONE)
		return 0;
	iwf_address_key(&key, to);
	hash = iwf_hash(relay->key, iwf_buf_str(&key));
	iwf_buf_free(&key);
	return hash;
}

/* What waits is the report itself, as a record. */
static void waiting_format(struct iwf_buf *buf, const struct iwf_report *report)
{
	struct iwf_message msg = {
		.kind = IWF_KIND_REPORT, .from = report->from, .to = report->to,
		.fate = report->fate, .code = report->code,
		.reason = report->text, .forbidden = report->forbidden,
		.happened_at_ms = report->happened_at_ms,
		.sent_at_ms = report->submitted_at_ms,
	};

	record_format(buf, &msg);
}

static void apply(struct delivery *dlv, const struct iwf_report *report,
		  uint32_t part, bool by_lane)
{
	relay_count(dlv->relay, RELAY_M_RECEIPT_JOINED);
	if (by_lane) {
		relay_count(dlv->relay, RELAY_M_RECEIPT_SETTLED);
		outcome_settled(dlv, report, part);
	} else {
		outcome_later(dlv, report, part);
	}
}

void correlate_waiting(struct delivery *dlv, const struct store_update *update)
{
	const struct iwf_message *msg = record_parse(update->waiting);
	struct iwf_report report = { 0 };

	if (!msg)
		return;
	report.fate = msg->fate;
	report.code = msg->code;
	report.text = msg->reason;
	report.forbidden = msg->forbidden;
	report.happened_at_ms = msg->happened_at_ms;
	apply(dlv, &report, update->waiting_part, update->waiting_by_lane);
	iwf_message_unref(&msg);
}

static struct delivery *delivery_of(struct receipt *receipt)
{
	const struct store_join *join = &receipt->change.join;
	struct map_node *node = map_find(&receipt->relay->active, join->row.id);

	if (node)
		return IWF_CONTAINER(node, struct delivery, node);
	return delivery_load(receipt->relay, &join->row, join->record);
}

/* All spellings that were looked for. */
static void ids_put(struct iwf_buf *buf, const struct iwf_report *report)
{
	for (uint32_t i = 0; i < report->remote_count; i++)
		iwf_buf_printf(buf, "%s%.*s", i ? "," : "",
			       IWF_STR_ARG(report->remote_ids[i]));
}

static void unmatched(struct receipt *receipt)
{
	struct relay *relay = receipt->relay;
	uint32_t candidates = receipt->change.join.candidates;
	bool is_ambiguous = receipt->change.join.is_ambiguous;
	const char *why = is_ambiguous ? "several messages have this id" :
			  candidates ? "a message with a like id has another "
				       "recipient" :
				       "no message with this id yet";
	struct iwf_buf ids = { 0 };

	ids_put(&ids, &receipt->report);
	relay_count(relay, is_ambiguous ? RELAY_M_RECEIPT_AMBIGUOUS :
					  RELAY_M_RECEIPT_WAITING);
	if (is_ambiguous)
		relay_count(relay, RELAY_M_RECEIPT_UNMATCHED);
	iwf_log_write(receipt->host->log,
		      is_ambiguous ? IWF_LOG_WARNING : IWF_LOG_DEBUG,
		      is_ambiguous ? "receipt-ambiguous" : "receipt-waits",
		      "ids=%.*s candidates=%u why=\"%s\"",
		      IWF_STR_ARG(iwf_buf_str(&ids)), candidates, why);
	iwf_buf_free(&ids);
	receipt_finish(receipt, IWF_RESULT_UNMATCHED, why);
}

static void tell_found(struct receipt *receipt)
{
	const struct store_join *join = &receipt->change.join;
	struct map_node *node = join->is_joined ?
		map_find(&receipt->relay->active, join->row.id) : NULL;
	enum store_state state = node ?
		IWF_CONTAINER(node, struct delivery, node)->row.state :
		join->row.state;

	if (!join->is_joined) {
		receipt_finish(receipt, IWF_RESULT_UNMATCHED,
			       "no message is known so");
		return;
	}
	receipt->verdict.id = join->row.id;
	receipt->verdict.fate = outcome_fate(state);
	receipt_finish(receipt, IWF_RESULT_ACCEPTED, "");
}

static void fail(struct receipt *receipt, enum iwf_err err)
{
	const char *why;
	enum iwf_result result = intake_result_of(err, &why);

	receipt_finish(receipt, result, why);
}

static void on_joined(struct iwf_task *task)
{
	struct receipt *receipt = IWF_CONTAINER(task, struct receipt,
						change.task);
	const struct store_join *join = &receipt->change.join;
	struct delivery *dlv;

	if (receipt->change.err) {
		fail(receipt, receipt->change.err);
		return;
	}
	if (receipt->is_lookup) {
		tell_found(receipt);
		return;
	}
	dlv = join->is_joined ? delivery_of(receipt) : NULL;
	if (!dlv) {
		unmatched(receipt);
		return;
	}
	receipt->verdict.id = dlv->row.id;
	receipt->verdict.remote = join->by_lane ? 0 : join->key_joined + 1;
	/* The peer is told when what the receipt means is durable. */
	receipt->next = dlv->waiters;
	dlv->waiters = receipt;
	apply(dlv, &receipt->report, join->part, join->by_lane);
}

/* --- the answer of an attempt that was given up --- */

static void late_apply(struct receipt *receipt, struct delivery *dlv)
{
	if (dlv)
		outcome_late(dlv, &receipt->report);
	receipt_finish(receipt, dlv ? IWF_RESULT_ACCEPTED :
				      IWF_RESULT_UNMATCHED, "");
}

static void on_late_found(struct iwf_task *task)
{
	struct receipt *receipt = IWF_CONTAINER(task, struct receipt,
						query.task);
	struct store_query *query = &receipt->query;
	struct map_node *node = map_find(&receipt->relay->active, query->id);
	struct delivery *dlv = NULL;

	if (node)
		dlv = IWF_CONTAINER(node, struct delivery, node);
	else if (!query->err && query->found_count)
		dlv = delivery_load(receipt->relay, &query->found[0].row,
				    query->found[0].record);
	iwf_arena_destroy(&query->arena);
	late_apply(receipt, dlv);
}

static void late_start(struct receipt *receipt)
{
	struct relay *relay = receipt->relay;
	uint64_t id = receipt->report.late_job;
	struct map_node *node = map_find(&relay->active, id);

	if (node) {
		late_apply(receipt, IWF_CONTAINER(node, struct delivery, node));
		return;
	}
	receipt->query = (struct store_query){
		.task.run = on_late_found, .loop = relay->loop,
		.kind = STORE_Q_ID, .id = id, .limit = 1, .with_record = true,
	};
	store_ask(relay->store, &receipt->query);
}

/* 0: the peer does not tell both addresses. */
static uint64_t lane_of(const struct queue *queue,
			const struct iwf_report *report)
{
	if (report->from.kind == IWF_ADDRESS_NONE ||
	    report->to.kind == IWF_ADDRESS_NONE)
		return 0;
	return delivery_lane_key(queue, IWF_KIND_MESSAGE, &report->from,
				 &report->to);
}

void correlate_start(struct receipt *receipt)
{
	struct relay *relay = receipt->relay;
	struct store_join *join = &receipt->change.join;
	const struct iwf_report *report = &receipt->report;

	if (report->late_job && !receipt->is_lookup) {
		late_start(receipt);
		return;
	}
	join->lane = lane_of(receipt->host->queue, report);
	join->submitted_at_ms = report->submitted_at_ms;
	if (!report->remote_count && !join->lane) {
		unmatched(receipt);
		return;
	}
	waiting_format(&receipt->waiting, report);
	for (uint32_t i = 0; i < report->remote_count; i++)
		join->key[i] = correlate_key(relay, receipt->host->queue,
					     report->remote_ids[i]);
	join->key_count = report->remote_count;
	join->recipient = correlate_recipient(relay, &report->to);
	if (!receipt->is_lookup)
		join->waiting = iwf_buf_str(&receipt->waiting);
	join->now_ms = relay_wall_ms(relay);
	receipt->change.task.run = on_joined;
	receipt->change.loop = relay->loop;
	receipt->change.verb = STORE_JOIN;
	store_submit(relay->store, &receipt->change);
}
