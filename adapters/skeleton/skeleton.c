/* The smallest complete adapter, to copy and to learn from: it has no peer,
 * takes every job over a turn later, and brings one message, once for ever,
 * when a setting says so. Builds in the tree and against the installed headers alike:
 * cc -shared -fPIC -fvisibility=hidden -o skeleton.so skeleton.c */
#include <iwf/adapter.h>

#include <stdlib.h>

/* What an operator can set for a link, and the rows that say so. */
struct skeleton_conf {
	uint32_t room;
	bool accept;
	struct iwf_str from;
	struct iwf_str to;
	struct iwf_str text;
};

static const struct iwf_setting rows[] = {
	IWF_ROW_U32(struct skeleton_conf, room, "room", "10", 1, 1000,
		    "Jobs taken at the same time"),
	IWF_ROW_BOOL(struct skeleton_conf, accept, "accept", "false",
		     "Bring one message, once, when the link opens"),
	IWF_ROW_TEXT(struct skeleton_conf, from, "from", "+15550001", 32,
		     "Its sender"),
	IWF_ROW_TEXT(struct skeleton_conf, to, "to", "+15550002", 32,
		     "Its recipient"),
	IWF_ROW_TEXT(struct skeleton_conf, text, "text", "hello", 160,
		     "Its words"),
	IWF_ROWS_END
};

enum { METRIC_SENT, METRIC_ACCEPTED, METRIC_COUNT };

static const struct iwf_metric_row metrics[METRIC_COUNT] = {
	{ "skeleton_sent_total", IWF_METRIC_COUNTER, "Jobs taken over." },
	{ "skeleton_accepted_total", IWF_METRIC_COUNTER,
	  "Messages that the gateway has stored." },
};

/* A job between submit and its answer; jobs keep their order. */
struct pending {
	struct pending *next;
	uint64_t job_id;
};

struct skeleton {
	struct iwf_link base; /* first: the host knows only this */
	const struct skeleton_conf *conf;
	struct iwf_timer turn; /* a later turn; unlike a task it can be stopped */
	struct pending *first, **last; /* last: where the next one goes */
	uint32_t count;
	bool is_open;
	bool is_draining;
};

static struct skeleton *skeleton_of(struct iwf_link *link)
{
	return IWF_CONTAINER(link, struct skeleton, base);
}

static void room_tell(struct skeleton *skeleton)
{
	uint32_t room = skeleton->conf->room;
	bool is_full = skeleton->is_draining || skeleton->count >= room;

	iwf_host_room(skeleton->base.host,
		      is_full ? 0 : room - skeleton->count);
}

/* How many messages have been brought: a real adapter's place in a mailbox. */
static const struct iwf_str cursor_key = IWF_STR("brought");

/* Rule 6: only here might a peer be told that its message is safe. */
static void on_done(struct iwf_link *link, uint64_t tag,
		    const struct iwf_verdict *verdict)
{
	(void)tag;
	if (verdict->result == IWF_RESULT_ACCEPTED)
		iwf_metric_add(&iwf_host_metrics(link->host)[METRIC_ACCEPTED],
			       1);
}

static void message_bring(struct skeleton *skeleton)
{
	const struct skeleton_conf *conf = skeleton->conf;
	const struct iwf_message msg = {
		.kind = IWF_KIND_MESSAGE,
		.from = { .kind = IWF_ADDRESS_NUMBER, .user = conf->from },
		.to = { .kind = IWF_ADDRESS_NUMBER, .user = conf->to },
		.content_type = IWF_STR("text/plain; charset=utf-8"),
		.body = conf->text,
		.sent_at_ms = iwf_loop_wall_ms(iwf_host_loop(
			skeleton->base.host)),
	};

	/* Rule 7: the same commit takes the message and says that it came. */
	const struct iwf_accept accept = {
		.msg = &msg, .cursor_key = cursor_key,
		.cursor_value = IWF_STR("1"),
	};

	if (!iwf_host_recall(skeleton->base.host, cursor_key).len)
		iwf_host_accept_with(skeleton->base.host, &accept, on_done, 1);
}

static void pending_answer(struct skeleton *skeleton, struct pending **at,
			   const struct iwf_report *report)
{
	struct pending *pending = *at;

	*at = pending->next;
	if (!*at)
		skeleton->last = at;
	skeleton->count--;
	iwf_host_report(skeleton->base.host, pending->job_id, report);
	free(pending);
}

/* Rule 3: one answer, here for a job that is never cut. */
static void pending_send(struct skeleton *skeleton)
{
	const struct iwf_report report = {
		.fate = IWF_FATE_SENT, .part = 1, .parts = 1,
	};

	iwf_metric_add(&iwf_host_metrics(skeleton->base.host)[METRIC_SENT], 1);
	pending_answer(skeleton, &skeleton->first, &report);
}

static void on_turn(struct iwf_timer *timer)
{
	struct skeleton *skeleton =
		IWF_CONTAINER(timer, struct skeleton, turn);

	if (!skeleton->is_open && !skeleton->is_draining) {
		skeleton->is_open = true;
		iwf_host_state(skeleton->base.host, IWF_LINK_UP, "open");
		if (skeleton->conf->accept)
			message_bring(skeleton);
	}
	while (skeleton->first)
		pending_send(skeleton);
	room_tell(skeleton);
	if (skeleton->is_draining)
		iwf_host_drained(skeleton->base.host);
}

static void turn_ask(struct skeleton *skeleton)
{
	iwf_timer_start(iwf_host_loop(skeleton->base.host), &skeleton->turn, 0,
			on_turn);
}

static enum iwf_err skeleton_check(const void *conf, struct iwf_why *why)
{
	const struct skeleton_conf *mine = conf;

	if (mine->accept && iwf_str_is_empty(mine->text))
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "accept needs a text");
	return IWF_OK;
}

static enum iwf_err skeleton_open(struct iwf_link **link, struct iwf_host *host,
				  const void *conf)
{
	struct skeleton *skeleton = IWF_NEW(struct skeleton);

	skeleton->base.host = host;
	skeleton->conf = conf;
	skeleton->last = &skeleton->first;
	*link = &skeleton->base;
	iwf_host_state(host, IWF_LINK_CONNECTING, "opening");
	turn_ask(skeleton);
	return IWF_OK;
}

static void skeleton_reconfigure(struct iwf_link *link, const void *conf)
{
	struct skeleton *skeleton = skeleton_of(link);

	skeleton->conf = conf;
	if (skeleton->is_open)
		room_tell(skeleton);
}

static void skeleton_submit(struct iwf_link *link, const struct iwf_job *job)
{
	struct skeleton *skeleton = skeleton_of(link);
	struct pending *pending = IWF_NEW(struct pending);

	pending->job_id = job->id;
	*skeleton->last = pending;
	skeleton->last = &pending->next;
	skeleton->count++;
	room_tell(skeleton);
	turn_ask(skeleton);
}

/* Optional; a real adapter asks its peer, and answers when that does. */
static void skeleton_query(struct iwf_link *link, const struct iwf_job *job)
{
	const struct iwf_report report = {
		.fate = IWF_FATE_UNSURE, .text = IWF_STR("nobody to ask"),
	};

	iwf_host_report(link->host, job->id, &report);
	room_tell(skeleton_of(link));
}

/* What is still here does not go. */
static void skeleton_cancel(struct iwf_link *link, uint64_t job_id)
{
	struct skeleton *skeleton = skeleton_of(link);
	struct pending **at = &skeleton->first;
	const struct iwf_report report = {
		.fate = IWF_FATE_FAILED, .text = IWF_STR("cancelled"),
	};

	while (*at && (*at)->job_id != job_id)
		at = &(*at)->next;
	if (!*at)
		return;
	pending_answer(skeleton, at, &report);
	room_tell(skeleton);
}

static void skeleton_drain(struct iwf_link *link)
{
	struct skeleton *skeleton = skeleton_of(link);

	skeleton->is_draining = true;
	iwf_host_state(link->host, IWF_LINK_DRAINING, "draining");
	turn_ask(skeleton);
}

/* Rule 5: nothing of it was written anywhere, so it may go again. */
static void skeleton_close(struct iwf_link **link)
{
	struct skeleton *skeleton = skeleton_of(*link);
	const struct iwf_report report = {
		.fate = IWF_FATE_QUEUED, .link_trouble = true,
		.text = IWF_STR("the link is closed"),
	};

	iwf_timer_stop(&skeleton->turn);
	while (skeleton->first)
		pending_answer(skeleton, &skeleton->first, &report);
	free(skeleton);
	*link = NULL;
}

static const struct iwf_ops ops = {
	.check = skeleton_check,
	.open = skeleton_open,
	.reconfigure = skeleton_reconfigure,
	.submit = skeleton_submit,
	.cancel = skeleton_cancel,
	.drain = skeleton_drain,
	.close = skeleton_close,
	.query = skeleton_query,
};

IWF_ADAPTER = {
	.abi = IWF_ABI_VERSION,
	.name = "skeleton",
	.text = "Takes everything, sends nothing: a pattern to copy",
	.rows = rows,
	.conf_size = sizeof(struct skeleton_conf),
	.ops = &ops,
	.metrics = metrics,
	.metric_count = METRIC_COUNT,
};
