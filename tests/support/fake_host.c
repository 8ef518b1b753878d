/* See fake_host.h. */
#include "fake_host.h"

#include <stdio.h>
#include <stdlib.h>

struct iwf_host *fake_host_create(struct iwf_loop *loop)
{
	struct iwf_host *host = IWF_NEW(struct iwf_host);

	host->loop = loop;
	host->place = &host->own_place;
	return host;
}

static void reports_free(struct fake_report *reports, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		iwf_arena_destroy(&reports[i].arena);
}

void fake_host_destroy(struct iwf_host **gone)
{
	struct iwf_host *host = *gone;

	reports_free(host->reports, host->report_count);
	reports_free(host->remotes, host->remote_count);
	reports_free(host->lookups, host->lookup_count);
	iwf_arena_destroy(&host->wake_arena);
	for (unsigned i = 0; i < host->accept_count; i++) {
		iwf_message_unref(&host->accepts[i].msg);
		iwf_buf_free(&host->accepts[i].cursor_key);
		iwf_buf_free(&host->accepts[i].cursor_value);
	}
	for (unsigned i = 0; i < host->value_count; i++) {
		iwf_buf_free(&host->values[i].key);
		iwf_buf_free(&host->values[i].value);
	}
	free(host);
	*gone = NULL;
}

/* --- what the adapter calls --- */

void iwf_host_state(struct iwf_host *host, enum iwf_link_state state,
		    const char *reason)
{
	struct fake_state *to = &host->states[host->state_count++];

	IWF_BUG_ON(host->state_count >= FAKE_HOST_MAX || !reason);
	host->call_count++;
	to->state = state;
	snprintf(to->reason, sizeof(to->reason), "%s", reason);
}

void iwf_host_room(struct iwf_host *host, unsigned jobs)
{
	host->call_count++;
	host->room_count++;
	host->room = jobs;
}

static struct iwf_address address_copy(struct iwf_arena *arena,
				       const struct iwf_address *from)
{
	return (struct iwf_address){
		.kind = from->kind,
		.user = iwf_arena_copy(arena, from->user),
		.domain = iwf_arena_copy(arena, from->domain),
		.uri = iwf_arena_copy(arena, from->uri),
	};
}

static void report_copy(struct fake_report *to, const struct iwf_report *from)
{
	to->arena = iwf_arena_create(0);
	to->report = *from;
	to->report.text = iwf_arena_copy(to->arena, from->text);
	to->report.from = address_copy(to->arena, &from->from);
	to->report.to = address_copy(to->arena, &from->to);
	for (uint32_t i = 0; i < from->remote_count; i++)
		to->report.remote_ids[i] =
			iwf_arena_copy(to->arena, from->remote_ids[i]);
}

void iwf_host_report(struct iwf_host *host, uint64_t job_id,
		     const struct iwf_report *report)
{
	struct fake_report *to = &host->reports[host->report_count++];

	IWF_BUG_ON(host->report_count >= FAKE_HOST_MAX);
	host->call_count++;
	to->job_id = job_id;
	report_copy(to, report);
}

void iwf_host_report_remote(struct iwf_host *host,
			    const struct iwf_report *report, iwf_done_fn *done,
			    uint64_t tag)
{
	struct fake_report *to = &host->remotes[host->remote_count++];

	IWF_BUG_ON(host->remote_count >= FAKE_HOST_MAX);
	host->call_count++;
	to->done = done;
	to->tag = tag;
	report_copy(to, report);
}

void iwf_host_lookup(struct iwf_host *host, const struct iwf_report *which,
		     iwf_done_fn *done, uint64_t tag)
{
	struct fake_report *to = &host->lookups[host->lookup_count++];

	IWF_BUG_ON(host->lookup_count >= 16);
	host->call_count++;
	to->done = done;
	to->tag = tag;
	report_copy(to, which);
}

void iwf_host_wake(struct iwf_host *host, const struct iwf_address *reachable)
{
	host->call_count++;
	host->wake_count++;
	iwf_arena_destroy(&host->wake_arena);
	host->wake_arena = iwf_arena_create(0);
	host->awake = address_copy(host->wake_arena, reachable);
}

void iwf_host_accept(struct iwf_host *host, const struct iwf_message *msg,
		     iwf_done_fn *done, uint64_t tag)
{
	const struct iwf_accept accept = { .msg = msg };

	iwf_host_accept_with(host, &accept, done, tag);
}

void iwf_host_accept_with(struct iwf_host *host,
			  const struct iwf_accept *accept, iwf_done_fn *done,
			  uint64_t tag)
{
	struct fake_accept *to = &host->accepts[host->accept_count++];

	IWF_BUG_ON(host->accept_count >= FAKE_HOST_MAX);
	host->call_count++;
	to->msg = iwf_message_create(accept->msg);
	to->outcome_ms = accept->outcome_ms;
	iwf_buf_str_put(&to->cursor_key, accept->cursor_key);
	iwf_buf_str_put(&to->cursor_value, accept->cursor_value);
	to->done = done;
	to->tag = tag;
}

void iwf_host_cut(struct iwf_host *host)
{
	host->call_count++;
	host->cut_count++;
}

void iwf_host_untold(struct iwf_host *host, uint64_t id)
{
	host->call_count++;
	host->untold_count++;
	host->untold_id = id;
}

static struct fake_value *value_find(struct iwf_host *host, struct iwf_str key)
{
	for (unsigned i = 0; i < host->value_count; i++)
		if (iwf_str_eq(iwf_buf_str(&host->values[i].key), key))
			return &host->values[i];
	return NULL;
}

void iwf_host_remember(struct iwf_host *host, struct iwf_str key,
		       struct iwf_str value)
{
	struct fake_value *to = value_find(host, key);

	IWF_BUG_ON(key.len > 64 || value.len > 4096);
	if (!to) {
		IWF_BUG_ON(host->value_count == 16);
		to = &host->values[host->value_count++];
		iwf_buf_str_put(&to->key, key);
	}
	iwf_buf_clear(&to->value);
	iwf_buf_str_put(&to->value, value);
}

struct iwf_str iwf_host_recall(struct iwf_host *host, struct iwf_str key)
{
	const struct fake_value *found = value_find(host, key);

	return found ? iwf_buf_str(&found->value) : IWF_STR_NONE;
}

void iwf_host_drained(struct iwf_host *host)
{
	host->call_count++;
	host->drained_count++;
}

static void inquiry_note(struct iwf_host *host,
			 const struct fake_inquiry *inquiry)
{
	IWF_BUG_ON(host->inquiry_count == 16);
	host->call_count++;
	host->inquiries[host->inquiry_count++] = *inquiry;
}

void iwf_host_inquire(struct iwf_host *host, uint64_t id, iwf_done_fn *done,
		      uint64_t tag)
{
	inquiry_note(host, &(struct fake_inquiry){ id, false, done, tag });
}

void iwf_host_withdraw(struct iwf_host *host, uint64_t id, iwf_done_fn *done,
		       uint64_t tag)
{
	inquiry_note(host, &(struct fake_inquiry){ id, true, done, tag });
}

void **iwf_host_shared(struct iwf_host *host)
{
	return host->place;
}

struct iwf_loop *iwf_host_loop(const struct iwf_host *host)
{
	return host->loop;
}

/* The log is the host: each test has one of both. */
struct iwf_log *iwf_host_log(const struct iwf_host *host)
{
	return (struct iwf_log *)(uintptr_t)host;
}

const char *iwf_host_name(const struct iwf_host *host)
{
	(void)host;
	return "tested";
}

struct iwf_metric *iwf_host_metrics(const struct iwf_host *host)
{
	return ((struct iwf_host *)(uintptr_t)host)->metrics;
}

__attribute__((format(printf, 3, 0)))
static void keep_line(struct iwf_host *host, const struct fake_line *head,
		      const char *fmt, va_list args)
{
	struct fake_line *line = &host->lines[host->line_count];
	struct fake_line unkept;

	if (head->level == IWF_LOG_DEBUG || host->line_count == FAKE_HOST_MAX)
		line = &unkept;
	else
		host->line_count++;
	*line = *head;
	vsnprintf(line->text, sizeof(line->text), fmt, args);
	if (getenv("FAKE_HOST_SHOW"))
		fprintf(stderr, "%8lld %s %s\n",
			(long long)iwf_loop_now_ms(host->loop), line->event,
			line->text);
}

void iwf_log_write(struct iwf_log *log, enum iwf_log_level level,
		   const char *event, const char *fmt, ...)
{
	struct fake_line head = { .level = level };
	va_list args;

	snprintf(head.event, sizeof(head.event), "%s", event);
	va_start(args, fmt);
	keep_line((struct iwf_host *)(void *)log, &head, fmt, args);
	va_end(args);
}

/* All of them, for tests count what is told. */
void iwf_log_seldom(struct iwf_log *log, const char *event, const char *fmt,
		    ...)
{
	struct fake_line head = { .level = IWF_LOG_WARNING };
	va_list args;

	snprintf(head.event, sizeof(head.event), "%s", event);
	va_start(args, fmt);
	keep_line((struct iwf_host *)(void *)log, &head, fmt, args);
	va_end(args);
}

bool iwf_log_is_on(const struct iwf_log *log, enum iwf_log_level level)
{
	(void)log;
	(void)level;
	return true;
}

struct iwf_masked iwf_log_mask(const struct iwf_log *log,
			       const struct iwf_address *address)
{
	struct iwf_masked masked;

	(void)log;
	snprintf(masked.text, sizeof(masked.text), "masked:%d",
		 (int)address->kind);
	return masked;
}

/* --- what the test asks --- */

enum iwf_link_state fake_host_state(const struct iwf_host *host)
{
	return host->state_count ?
		host->states[host->state_count - 1].state : IWF_LINK_DOWN;
}

const char *fake_host_reason(const struct iwf_host *host)
{
	return host->state_count ?
		host->states[host->state_count - 1].reason : "";
}

unsigned fake_host_report_count(const struct iwf_host *host, uint64_t job_id,
				uint32_t part, enum iwf_fate fate)
{
	unsigned count = 0;

	for (unsigned i = 0; i < host->report_count; i++) {
		const struct fake_report *one = &host->reports[i];

		count += one->job_id == job_id && one->report.fate == fate &&
			(!part || one->report.part == part);
	}
	return count;
}

unsigned fake_host_answer_count(const struct iwf_host *host, uint64_t job_id)
{
	unsigned count = 0;

	for (unsigned i = 0; i < host->report_count; i++)
		count += host->reports[i].job_id == job_id;
	return count;
}

const struct iwf_report *fake_host_report(const struct iwf_host *host,
					  uint64_t job_id)
{
	const struct iwf_report *found = NULL;

	for (unsigned i = 0; i < host->report_count; i++)
		if (host->reports[i].job_id == job_id)
			found = &host->reports[i].report;
	return found;
}

static void give(struct iwf_host *host, iwf_done_fn **done, uint64_t tag,
		 const struct iwf_verdict *verdict)
{
	iwf_done_fn *call = *done;

	IWF_BUG_ON(!call);
	*done = NULL;
	call(host->link, tag, verdict);
}

static void answer(struct iwf_host *host, iwf_done_fn **done, uint64_t tag,
		   enum iwf_result result)
{
	const struct iwf_verdict verdict = { .result = result, .why = "test" };

	give(host, done, tag, &verdict);
}

void fake_host_answer_fate(struct iwf_host *host, unsigned index,
			   enum iwf_fate fate, uint32_t code)
{
	const struct iwf_verdict verdict = { .fate = fate, .code = code,
					     .why = "" };

	IWF_BUG_ON(index >= host->accept_count);
	give(host, &host->accepts[index].done, host->accepts[index].tag,
	     &verdict);
}

void fake_host_answer_accept(struct iwf_host *host, unsigned index,
			     enum iwf_result result)
{
	const struct fake_accept *of = &host->accepts[index];

	IWF_BUG_ON(index >= host->accept_count);
	if (of->cursor_key.len && (result == IWF_RESULT_ACCEPTED ||
				   result == IWF_RESULT_DUPLICATE))
		iwf_host_remember(host, iwf_buf_str(&of->cursor_key),
				  iwf_buf_str(&of->cursor_value));
	answer(host, &host->accepts[index].done, host->accepts[index].tag,
	       result);
}

void fake_host_answer_remote(struct iwf_host *host, unsigned index,
			     enum iwf_result result)
{
	IWF_BUG_ON(index >= host->remote_count);
	answer(host, &host->remotes[index].done, host->remotes[index].tag,
	       result);
}

void fake_host_answer_joined(struct iwf_host *host, unsigned index,
			     uint32_t remote)
{
	const struct iwf_verdict verdict = { .remote = remote, .why = "" };

	IWF_BUG_ON(index >= host->remote_count);
	give(host, &host->remotes[index].done, host->remotes[index].tag,
	     &verdict);
}

unsigned fake_host_line_count(const struct iwf_host *host,
			      enum iwf_log_level level, const char *event)
{
	unsigned count = 0;

	for (unsigned i = 0; i < host->line_count; i++)
		count += host->lines[i].level <= level &&
			(!event || !strcmp(host->lines[i].event, event));
	return count;
}

bool fake_host_has_said(const struct iwf_host *host, const char *text)
{
	for (unsigned i = 0; i < host->line_count; i++)
		if (strstr(host->lines[i].text, text))
			return true;
	return false;
}
