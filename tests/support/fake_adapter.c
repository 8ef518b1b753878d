/* An adapter for tests of the relay: it does only what the test says. */
#include "fake_adapter.h"

void fake_link_on_done(struct iwf_link *link, uint64_t tag,
		       const struct iwf_verdict *verdict)
{
	struct fake_link *fake = IWF_CONTAINER(link, struct fake_link, link);
	struct fake_verdict *noted = &fake->verdicts[tag];

	noted->count++;
	noted->verdict = *verdict;
}

/* --- what the relay calls --- */

void fake_link_attach(struct fake_link *link, struct iwf_host *host)
{
	link->host = host;
	link->link.host = host;
	link->is_open = true;
}

static enum iwf_err open_link(struct iwf_link **out, struct iwf_host *host,
			      const void *conf)
{
	struct fake_link *link = (struct fake_link *)conf;

	fake_link_attach(link, host);
	*out = &link->link;
	return IWF_OK;
}

static void reconfigure(struct iwf_link *link, const void *conf)
{
	(void)conf;
	IWF_CONTAINER(link, struct fake_link, link)->reconfigure_count++;
}

static void submit(struct iwf_link *link, const struct iwf_job *job)
{
	struct fake_link *fake = IWF_CONTAINER(link, struct fake_link, link);
	struct fake_job *noted = &fake->jobs[fake->job_count++];

	IWF_BUG_ON(fake->job_count > FAKE_JOBS_MAX || !fake->is_up);
	noted->id = job->id;
	noted->job = *job;
	noted->job.msg = NULL;
	noted->msg = iwf_message_ref(job->msg);
	iwf_host_room(fake->host, fake->room);
	if (fake->answers_all)
		fake_link_sent(fake, job->id, "");
}

static void cancel(struct iwf_link *link, uint64_t job_id)
{
	struct fake_link *fake = IWF_CONTAINER(link, struct fake_link, link);

	fake->cancelled = job_id;
	fake->cancel_count++;
}

static void drain(struct iwf_link *link)
{
	struct fake_link *fake = IWF_CONTAINER(link, struct fake_link, link);

	fake->drain_count++;
	fake->is_up = false;
	iwf_host_state(fake->host, IWF_LINK_DRAINING, "told to drain");
}

static void close_link(struct iwf_link **link)
{
	struct fake_link *fake = IWF_CONTAINER(*link, struct fake_link, link);

	fake->close_count++;
	fake->is_open = false;
	fake->is_up = false;
	*link = NULL;
}

static const struct iwf_ops ops = {
	.open = open_link, .reconfigure = reconfigure, .submit = submit,
	.cancel = cancel, .drain = drain, .close = close_link,
};

static void query(struct iwf_link *link, const struct iwf_job *job)
{
	struct fake_link *fake = IWF_CONTAINER(link, struct fake_link, link);

	fake->queried = job->id;
	fake->query_count++;
	iwf_host_room(fake->host, fake->room);
}

/* The peer gives up what has one id. */
static void revoke(struct iwf_link *link, const struct iwf_job *job)
{
	struct fake_link *fake = IWF_CONTAINER(link, struct fake_link, link);
	const struct iwf_report report = {
		.fate = IWF_FATE_CANCELLED, .remote_ids = { job->remote },
		.remote_count = 1, .text = IWF_STR("given up"),
	};

	fake->revoked = job->id;
	fake->revoke_count++;
	if (iwf_str_find(job->remote, ',') == IWF_STR_NPOS)
		iwf_host_report_remote(fake->host, &report, NULL, 0);
}

static const struct iwf_ops query_ops = {
	.open = open_link, .reconfigure = reconfigure, .submit = submit,
	.cancel = cancel, .drain = drain, .close = close_link, .query = query,
	.revoke = revoke,
};

static const struct iwf_setting no_rows[] = { IWF_ROWS_END };

const struct iwf_adapter fake_adapter = {
	.abi = IWF_ABI_VERSION, .name = "fake", .text = "for tests",
	.rows = no_rows, .conf_size = 1, .ops = &ops,
};

const struct iwf_adapter fake_query_adapter = {
	.abi = IWF_ABI_VERSION, .name = "fake", .text = "for tests",
	.rows = no_rows, .conf_size = 1, .ops = &query_ops,
};

void fake_link_forget(struct fake_link *link)
{
	for (unsigned i = 0; i < link->job_count; i++)
		iwf_message_unref(&link->jobs[i].msg);
	link->job_count = 0;
}

/* --- what the test does --- */

void fake_link_up(struct fake_link *link, unsigned room)
{
	link->is_up = true;
	link->room = room;
	iwf_host_state(link->host, IWF_LINK_UP, "");
	iwf_host_room(link->host, room);
}

void fake_link_down(struct fake_link *link)
{
	link->is_up = false;
	iwf_host_state(link->host, IWF_LINK_DOWN, "told to be down");
}

const struct fake_job *fake_link_find(const struct fake_link *link, uint64_t id)
{
	for (unsigned i = link->job_count; i > 0; i--)
		if (link->jobs[i - 1].id == id)
			return &link->jobs[i - 1];
	return NULL;
}

unsigned fake_link_count(const struct fake_link *link, uint64_t id)
{
	unsigned count = 0;

	for (unsigned i = 0; i < link->job_count; i++)
		count += link->jobs[i].id == id;
	return count;
}

void fake_link_answer(struct fake_link *link, uint64_t id,
		      const struct iwf_report *report)
{
	iwf_host_report(link->host, id, report);
}

void fake_link_sent_part(struct fake_link *link, uint64_t id, uint32_t part,
			 uint32_t parts, const char *remote)
{
	struct iwf_report report = { .fate = IWF_FATE_SENT, .part = part,
				     .parts = parts };

	if (*remote) {
		report.remote_ids[0] = iwf_str_from(remote);
		report.remote_count = 1;
	}
	fake_link_answer(link, id, &report);
}

void fake_link_sent(struct fake_link *link, uint64_t id, const char *remote)
{
	fake_link_sent_part(link, id, 1, 1, remote);
}

void fake_link_fate(struct fake_link *link, uint64_t id, enum iwf_fate fate)
{
	const struct iwf_report report = {
		.fate = fate, .part = 1, .parts = 1, .code = 69,
		.text = IWF_STR("the peer's words"),
	};

	fake_link_answer(link, id, &report);
}

void fake_link_trouble(struct fake_link *link, uint64_t id)
{
	const struct iwf_report report = {
		.fate = IWF_FATE_QUEUED, .part = 1, .parts = 1,
		.link_trouble = true, .text = IWF_STR("throttled"),
	};

	fake_link_answer(link, id, &report);
}

uint32_t fake_link_accept(struct fake_link *link, const struct iwf_message *msg)
{
	uint32_t tag = link->next_tag++;

	IWF_BUG_ON(tag >= FAKE_TAGS_MAX);
	iwf_host_accept(link->host, msg, fake_link_on_done, tag);
	return tag;
}

uint32_t fake_link_receipt_for(struct fake_link *link, const char *remote,
			       enum iwf_fate fate,
			       const struct iwf_address *to)
{
	uint32_t tag = link->next_tag++;
	struct iwf_report report = {
		.fate = fate, .remote_ids = { iwf_str_from(remote) },
		.remote_count = 1, .code = fate == IWF_FATE_DELIVERED ? 0 : 8,
	};

	if (to)
		report.to = *to;
	IWF_BUG_ON(tag >= FAKE_TAGS_MAX);
	iwf_host_report_remote(link->host, &report, fake_link_on_done, tag);
	return tag;
}

uint32_t fake_link_receipt(struct fake_link *link, const char *remote,
			   enum iwf_fate fate)
{
	return fake_link_receipt_for(link, remote, fate, NULL);
}
