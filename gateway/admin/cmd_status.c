/* Commands about the whole: version, status, links, reload, log-level. */
#include "admin/admin_priv.h"

#include "base/metric.h"

#include <iwf/arena.h>

#include <stdlib.h>

static const struct view_total totals[] = {
	{ "accepted", "iwf_accepted_total" },
	{ "sent", "iwf_sent_total" },
	{ "delivered", "iwf_delivered_total" },
	{ "failed", "iwf_failed_total" },
	{ "expired", "iwf_expired_total" },
	{ "reports", "iwf_reports_total" },
	{ "possible_duplicates", "iwf_possible_duplicate_total" },
};

void cmd_version(struct request *request)
{
	request_answer(request, json_pack("{s:s}", "version",
					  request->admin->parts.version));
}

static void add_metrics(struct admin *admin, json_t *to)
{
	struct iwf_buf text = { 0 };
	json_t *sums = json_object();
	int64_t value;

	metrics_format(admin->parts.metrics, &text);
	totals_json(sums, iwf_buf_str(&text), totals,
		    IWF_COUNT_OF(totals));
	json_object_set_new(to, "totals", sums);
	metric_find(iwf_buf_str(&text), "iwf_deliveries_in_memory", &value);
	json_object_set_new(to, "in_memory", json_integer(value));
	metric_find(iwf_buf_str(&text), "iwf_ledger_imbalance", &value);
	json_object_set_new(to, "ledger_imbalance", json_integer(value));
	iwf_buf_free(&text);
}

static json_t *status_json(struct admin *admin)
{
	int64_t up_ms = iwf_loop_now_ms(admin->loop) - admin->started_ms;
	struct ready ready;

	ready_look(&admin->parts, &ready);
	return json_pack("{s:s, s:b, s:s, s:I, s:I, s:I}",
			 "version", admin->parts.version,
			 "ready", (int)ready.is_ready, "reason", ready.reason,
			 "uptime_ms", (json_int_t)up_ms,
			 "links", (json_int_t)ready.links,
			 "links_up", (json_int_t)ready.links_up);
}

static void on_status_counts(struct iwf_task *task)
{
	struct status_request *status = IWF_CONTAINER(task,
				struct status_request, counts.task);
	struct admin *admin = status->base.admin;
	json_t *answer;

	/* A store that cannot be read is a reason to show the rest. */
	answer = status_json(admin);
	if (!status->counts.err)
		waiting_json(answer, &status->counts,
			     iwf_loop_wall_ms(admin->loop));
	add_metrics(admin, answer);
	iwf_arena_destroy(&status->counts.arena);
	request_answer(&status->base, answer);
}

void cmd_status(struct request *request)
{
	struct status_request *status = (struct status_request *)request;

	request_ask(request, &status->counts, STORE_Q_OPEN, on_status_counts);
}

static void on_links_counts(struct iwf_task *task)
{
	struct status_request *status = IWF_CONTAINER(task,
				struct status_request, counts.task);
	struct relay_link_status *links;
	size_t count;
	json_t *answer;

	links = request_links(&status->base, &count);
	answer = json_pack("{s:o}", "links",
			   links_json(links, count, status->counts.err ?
				      NULL : &status->counts,
				      status->base.admin->parts.store));
	free(links);
	iwf_arena_destroy(&status->counts.arena);
	request_answer(&status->base, answer);
}

void cmd_links(struct request *request)
{
	struct status_request *status = (struct status_request *)request;

	request_ask(request, &status->counts, STORE_Q_OPEN, on_links_counts);
}

void cmd_reload(struct request *request)
{
	const struct admin_parts *parts = &request->admin->parts;
	struct iwf_why why = { .file = NULL };
	struct iwf_buf text = { 0 };
	enum iwf_err err;

	if (!parts->ops || !parts->ops->reload) {
		request_refuse(request, IWF_E_UNSUPPORTED,
			       "nothing here can be reloaded");
		return;
	}
	err = parts->ops->reload(parts->ops_arg, &text, &why);
	if (err && why.file)
		request_refuse(request, err, "%s:%zu: %s", why.file, why.at,
			       why.text);
	else if (err)
		request_refuse(request, err, "%s", why.text);
	else
		request_answer(request, json_pack("{s:o}", "text",
					view_text(iwf_buf_str(&text))));
	iwf_buf_free(&text);
}

void cmd_log_level(struct request *request)
{
	static const char *const words[] = { "error", "warning", "info",
					     "debug" };
	const struct admin_parts *parts = &request->admin->parts;
	const char *word = request_text(request, "level");

	if (!parts->ops || !parts->ops->set_log_level) {
		request_refuse(request, IWF_E_UNSUPPORTED,
			       "the level cannot be changed here");
		return;
	}
	for (unsigned i = 0; word && i < 4; i++)
		if (!strcmp(words[i], word)) {
			parts->ops->set_log_level(parts->ops_arg, i);
			request_answer(request, json_pack("{s:s}", "level",
							  words[i]));
			return;
		}
	request_refuse(request, IWF_E_SYNTAX,
		       "level must be error, warning, info or debug");
}
