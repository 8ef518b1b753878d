/* Random traffic, and the promises that were made by it. */
#include "unit/relay/traffic.h"

#include "store/sqlite.h"
#include "unit/relay/audit.h"

#include <stdio.h>

#define LIST_MAX 32768u

static uint64_t dice(struct traffic *t, uint64_t sides)
{
	return power_dice(&t->seed) % sides;
}

static struct sqlite_engine *engine_of(struct traffic *t)
{
	return (struct sqlite_engine *)t->rig->store->engine;
}

static struct fake_link *link_of(struct traffic *t, unsigned number)
{
	struct fake_link *const links[] = { t->rig->op1, t->rig->op2,
					    t->rig->cpm };

	return links[number];
}

/* --- what came of it --- */

void traffic_stand(struct traffic *t)
{
	size_t at = power_count(t->disk);

	if (t->stand_count && t->stands[t->stand_count - 1].at == at)
		return;
	assert_true(t->stand_count < LIST_MAX);
	t->stands[t->stand_count++] = (struct stand){ .at = at,
		.print = audit_print(engine_of(t)->read.db) };
}

/* A part of a set that was given up is a duplicate of what was delivered
 * without it. */
static bool is_promise(const struct promise *promise, enum iwf_result result)
{
	static const enum iwf_result also[] = {
		[PROMISE_MESSAGE] = IWF_RESULT_DUPLICATE,
		[PROMISE_PART] = IWF_RESULT_ACCEPTED,
		[PROMISE_RECEIPT] = IWF_RESULT_UNMATCHED,
	};

	return result == IWF_RESULT_ACCEPTED || result == also[promise->kind];
}

static void note_verdicts(struct traffic *t)
{
	unsigned left = 0;

	for (unsigned i = 0; i < t->asked_count; i++) {
		struct asked *asked = &t->asked[i];
		const struct fake_verdict *told =
			&asked->link->verdicts[asked->tag];

		if (!told->count) {
			t->asked[left++] = *asked;
			continue;
		}
		asked->promise.at = power_count(t->disk);
		assert_true(t->promise_count < LIST_MAX);
		if (is_promise(&asked->promise, told->verdict.result))
			t->promises[t->promise_count++] = asked->promise;
	}
	t->asked_count = left;
}

static void note_job(struct traffic *t, struct fake_link *link,
		     const struct fake_job *job)
{
	assert_true(t->given_count < LIST_MAX);
	t->given[t->given_count++] = (struct given){
		.link = link, .id = job->id, .at = power_count(t->disk),
		.parts = job->job.parts, .parts_done = job->job.parts_done[0],
		.is_report = job->msg->kind == IWF_KIND_REPORT };
}

void traffic_note(struct traffic *t)
{
	note_verdicts(t);
	for (unsigned i = 0; i < 3; i++) {
		struct fake_link *link = link_of(t, i);

		for (; t->seen[i] < link->job_count; t->seen[i]++)
			note_job(t, link, &link->jobs[t->seen[i]]);
	}
}

static void ask(struct traffic *t, struct fake_link *link, uint32_t tag,
		struct promise promise)
{
	assert_true(t->asked_count < LIST_MAX);
	t->asked[t->asked_count++] = (struct asked){ link, tag, promise };
}

/* --- what happens --- */

static void give_text(struct traffic *t, struct fake_link *link,
		      struct iwf_message msg, unsigned mark)
{
	enum promise_kind kind = msg.parts ? PROMISE_PART : PROMISE_MESSAGE;
	char body[32];

	snprintf(body, sizeof(body), "#%u.", mark);
	msg.body = iwf_str_from(body);
	ask(t, link, fake_link_accept(link, &msg),
	    (struct promise){ .kind = kind, .mark = mark });
}

static unsigned new_mark(struct traffic *t)
{
	assert_true(t->marks + 1 < TRAFFIC_MARKS_MAX);
	return ++t->marks;
}

static void give_cpm(struct traffic *t, unsigned mark)
{
	struct iwf_message msg = rig_message(mark % 7, mark % 10);
	char id[32];

	snprintf(id, sizeof(id), "p%u", mark);
	msg.peer_id = iwf_str_from(id);
	msg.transaction = mark;
	msg.want = mark % 32;
	give_text(t, t->rig->cpm, msg, mark);
}

/* Its body is a file of the spool; the mark stands in the row, too. */
static void send_large(struct traffic *t)
{
	size_t len = SPOOL_BODY_MAX + 1 + dice(t, 8192);
	unsigned mark = new_mark(t);
	struct iwf_message msg = rig_message(mark % 7, mark % 10);
	char *body = iwf_alloc(len), subject[32];

	for (size_t i = 0; i < len; i++)
		body[i] = (char)('a' + (i + mark) % 23);
	snprintf(subject, sizeof(subject), "#%u.", mark);
	msg.subject = iwf_str_from(subject);
	msg.body = iwf_str_make(body, len);
	ask(t, t->rig->cpm, fake_link_accept(t->rig->cpm, &msg),
	    (struct promise){ .kind = PROMISE_MESSAGE, .mark = mark });
	free(body);
	t->large++;
}

static void send_cpm(struct traffic *t)
{
	give_cpm(t, new_mark(t));
}

static void send_cpm_again(struct traffic *t)
{
	if (t->marks)
		give_cpm(t, t->marks);
}

static void send_sms(struct traffic *t)
{
	struct iwf_message msg = rig_message((unsigned)dice(t, 10),
					     (unsigned)dice(t, 10));

	msg.want = 0;
	give_text(t, link_of(t, (unsigned)dice(t, 2)), msg, new_mark(t));
}

/* Parts of the set of now, in any order, some twice; each has its mark. */
static void send_part(struct traffic *t)
{
	struct iwf_message msg = rig_message(2, 1);
	char set[32];

	if (!t->set || dice(t, 5) == 0) {
		t->set = new_mark(t);
		new_mark(t);
		new_mark(t);
	}
	snprintf(set, sizeof(set), "s%u", t->set);
	msg.want = 0;
	msg.set = iwf_str_from(set);
	msg.parts = 3;
	msg.part = 1 + (uint32_t)dice(t, 3);
	give_text(t, t->rig->op1, msg, t->set + msg.part - 1);
}

static struct given *pick_given(struct traffic *t, bool is_answered)
{
	for (unsigned i = 0; i < 8 && t->given_count; i++) {
		struct given *given = &t->given[dice(t, t->given_count)];

		if (given->is_answered == is_answered && given->link->is_up)
			return given;
	}
	return NULL;
}

static void answered(struct traffic *t, struct given *given)
{
	given->is_answered = true;
	given->answered_at = power_count(t->disk);
}

static void remote_text(char text[16], unsigned remote, unsigned part)
{
	snprintf(text, 16, "r%u.%u", remote, part);
}

static void take_part(struct given *given, uint32_t part, uint32_t parts)
{
	char remote[16];

	if (given->parts_done >> (part - 1) & 1)
		return;
	remote_text(remote, given->remote, part);
	fake_link_sent_part(given->link, given->id, part, parts, remote);
}

static void take_job(struct traffic *t, struct given *given)
{
	uint32_t parts = given->parts ? given->parts :
					1 + (dice(t, 5) == 0);

	if (!given->remote)
		given->remote = ++t->remotes;
	given->is_sent = true;
	for (uint32_t part = 1; part <= parts; part++)
		take_part(given, part, parts);
	answered(t, given);
}

static void answer_job(struct traffic *t)
{
	static const enum iwf_fate others[] = {
		IWF_FATE_FAILED, IWF_FATE_QUEUED, IWF_FATE_UNSURE,
	};
	struct given *given = pick_given(t, false);
	uint64_t what = dice(t, 12);

	if (!given)
		return;
	if (what > 3 || given->parts > 1) {
		take_job(t, given);
		return;
	}
	if (what == 3)
		fake_link_trouble(given->link, given->id);
	else
		fake_link_fate(given->link, given->id, others[what]);
	answered(t, given);
}

static void answer_jobs(struct traffic *t)
{
	for (unsigned i = 0; i < 6; i++)
		answer_job(t);
}

static void tell(struct traffic *t, struct given *given, unsigned part)
{
	char remote[16];
	uint32_t tag;

	remote_text(remote, given->remote, part);
	tag = fake_link_receipt(given->link, remote, dice(t, 6) ?
				IWF_FATE_DELIVERED : IWF_FATE_FAILED);
	ask(t, given->link, tag, (struct promise){
		.kind = PROMISE_RECEIPT, .remote = given->remote,
		.id = given->id, .until_ms = rig_now(t->rig) + 10 * MIN });
}

/* Some receipts come before the answer they need. */
static void give_receipt(struct traffic *t)
{
	struct given *given = pick_given(t, dice(t, 8) != 0);

	if (!given || given->is_report || (given->is_answered &&
					   !given->is_sent))
		return;
	if (!given->remote)
		given->remote = ++t->remotes;
	tell(t, given, 1);
	if (dice(t, 2))
		tell(t, given, 2); /* mostly of nothing */
}

static void give_receipts(struct traffic *t)
{
	for (unsigned i = 0; i < 4; i++)
		give_receipt(t);
}

static void flap(struct traffic *t)
{
	struct fake_link *link = link_of(t, (unsigned)dice(t, 3));

	if (!link->is_up) {
		fake_link_up(link, RIG_ROOM);
		return;
	}
	for (unsigned i = 0; i < t->given_count; i++) {
		struct given *given = &t->given[i];

		if (given->link != link || given->is_answered)
			continue;
		fake_link_fate(link, given->id, IWF_FATE_UNSURE);
		answered(t, given);
	}
	fake_link_down(link);
}

static void all_up(struct traffic *t)
{
	for (unsigned i = 0; i < 3; i++)
		if (!link_of(t, i)->is_up)
			fake_link_up(link_of(t, i), RIG_ROOM);
}

static void remember(struct traffic *t)
{
	char value[32];

	snprintf(value, sizeof(value), "v%u", ++t->remotes);
	iwf_host_remember(t->rig->op1->host, IWF_STR("base"),
			  iwf_str_from(value));
}

static void checkpoint(struct traffic *t)
{
	struct sqlite_engine *eng = engine_of(t);

	eng->engine.ops->checkpoint(&eng->engine);
}

/* As when the log has grown too long. */
static void restart_log(struct traffic *t)
{
	struct sqlite_engine *eng = engine_of(t);
	int64_t pages = atomic_load(&eng->wal_pages);

	atomic_store(&eng->wal_pages, 1 << 20);
	eng->asked_pages = 0;
	eng->engine.ops->rest(&eng->engine);
	atomic_store(&eng->wal_pages, pages);
	eng->asked_pages = 0;
}

static void on_gone(void *arg, unsigned mark)
{
	struct traffic *t = arg;

	/* 0 is "never" */
	if (!t->gone_at[mark])
		t->gone_at[mark] = power_count(t->disk) + 1;
}

/* What is at its end may be purged by a clock that moves far enough. */
static void note_ended(struct traffic *t)
{
	audit_records(engine_of(t)->read.db, "SELECT m.record FROM message m "
		      "JOIN delivery d ON d.id=m.id WHERE d.state>=8",
		      on_gone, t);
}

static void pass_time(struct traffic *t)
{
	rig_advance(t->rig, (int64_t)dice(t, 3000));
}

static void jump(struct traffic *t, int64_t ms)
{
	t->rig->holds_commits = false;
	rig_turn(t->rig);
	note_ended(t);
	rig_jump(t->rig, ms);
}

static void pass_minutes(struct traffic *t)
{
	jump(t, (int64_t)dice(t, 12 * MIN));
}

static void pass_hours(struct traffic *t)
{
	jump(t, TRAFFIC_KEEP_MS + MIN);
}

static void happen(struct traffic *t)
{
	static const struct {
		unsigned weight;
		void (*deed)(struct traffic *t);
	} deeds[] = {
		{ 30, send_cpm }, { 3, send_cpm_again }, { 12, send_sms },
		{ 6, send_large },
		{ 14, send_part }, { 30, answer_jobs }, { 20, give_receipts },
		{ 3, flap }, { 3, all_up }, { 3, remember },
		{ 5, checkpoint }, { 2, restart_log }, { 8, pass_time },
		{ 2, pass_minutes }, { 1, pass_hours }, { 0, NULL },
	};
	unsigned which = 0, all = 0;
	uint64_t drawn;

	for (unsigned i = 0; deeds[i].weight; i++)
		all += deeds[i].weight;
	drawn = dice(t, all);
	while (drawn >= deeds[which].weight)
		drawn -= deeds[which++].weight;
	deeds[which].deed(t);
}

void traffic_step(struct traffic *t)
{
	unsigned count = 1 + (unsigned)dice(t, 5);

	t->rig->holds_commits = true;
	for (unsigned i = 0; i < count; i++) {
		happen(t);
		rig_turn(t->rig);
	}
	t->rig->holds_commits = false;
	rig_turn(t->rig);
}

void traffic_answer_all(struct traffic *t)
{
	all_up(t);
	for (unsigned i = 0; i < t->given_count; i++)
		if (!t->given[i].is_answered)
			take_job(t, &t->given[i]);
}

/* --- life --- */

void traffic_open(struct traffic *t, uint64_t seed)
{
	*t = (struct traffic){ .seed = seed };
	t->promises = iwf_alloc(LIST_MAX * sizeof(*t->promises));
	t->given = iwf_alloc(LIST_MAX * sizeof(*t->given));
	t->asked = iwf_alloc(LIST_MAX * sizeof(*t->asked));
	t->stands = iwf_alloc(LIST_MAX * sizeof(*t->stands));
	t->gone_at = iwf_alloc(TRAFFIC_MARKS_MAX * sizeof(*t->gone_at));
}

void traffic_close(struct traffic *t)
{
	free(t->promises);
	free(t->given);
	free(t->asked);
	free(t->stands);
	free(t->gone_at);
}

void traffic_begin(struct traffic *t, struct power_disk *disk)
{
	t->disk = disk;
	traffic_stand(t);
	note_ended(t); /* the last clock may have been far ahead */
}

static void cut_promises(struct traffic *t, size_t at)
{
	unsigned left = 0;

	for (unsigned i = 0; i < t->promise_count; i++) {
		struct promise promise = t->promises[i];

		if (promise.at > at)
			continue;
		promise.at = 0;
		t->promises[left++] = promise;
	}
	t->promise_count = left;
}

/* The peers keep what they were given; an answer on its way is lost. */
static void cut_given(struct traffic *t, size_t at)
{
	unsigned left = 0;

	for (unsigned i = 0; i < t->given_count; i++) {
		struct given given = t->given[i];

		if (given.at > at || !given.is_sent || given.answered_at > at)
			continue;
		given.at = given.answered_at = 0;
		t->given[left++] = given;
	}
	t->given_count = left;
}

void traffic_cut(struct traffic *t, size_t at)
{
	cut_promises(t, at);
	cut_given(t, at);
	for (unsigned i = 0; i <= t->marks; i++)
		t->gone_at[i] = t->gone_at[i] && t->gone_at[i] - 1 <= at;
	t->asked_count = t->stand_count = 0;
	memset(t->seen, 0, sizeof(t->seen));
}

void traffic_marks(struct iwf_str bytes, traffic_mark_fn *each, void *arg)
{
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned mark = 0;
		size_t end = i + 1;

		if (bytes.ptr[i] != '#')
			continue;
		while (end < bytes.len && bytes.ptr[end] >= '0' &&
		       bytes.ptr[end] <= '9' && mark < TRAFFIC_MARKS_MAX)
			mark = mark * 10 + (unsigned)(bytes.ptr[end++] - '0');
		if (end < bytes.len && bytes.ptr[end] == '.' && mark &&
		    mark < TRAFFIC_MARKS_MAX)
			each(arg, mark);
	}
}
