/* Between the store's door and the committer: the thread that makes the files of
 * large bodies, and removes those that no row names. One thread, so that what
 * happens to a file happens in order. */
#include "store/store_priv.h"

#include <stdlib.h>

/* --- life --- */

void spooler_open(struct spooler *spooler)
{
	*spooler = (struct spooler){ .spool.folder = -1 };
	line_open(&spooler->line);
	pthread_mutex_init(&spooler->lock, NULL);
}

static struct spooled *work_of(struct iwf_task *task)
{
	return IWF_CONTAINER(task, struct spooled, task);
}

void spooler_close(struct spooler *spooler)
{
	bool ended;
	struct iwf_task *task = line_take(&spooler->line, 0, &ended);

	while (task) {
		struct spooled *work = work_of(task);

		task = task->next;
		if (!work->change)
			free(work);
	}
	while (spooler->flying) {
		struct spooled *work = spooler->flying;

		spooler->flying = work->next;
		free(work);
	}
	line_close(&spooler->line);
	pthread_mutex_destroy(&spooler->lock);
	spool_close(&spooler->spool);
}

/* --- those on their way; under the lock --- */

static struct spooled *find(struct spooler *spooler, uint64_t id)
{
	struct spooled *work = spooler->flying;

	while (work && work->id != id)
		work = work->next;
	return work;
}

static void leave(struct spooler *spooler, struct spooled *work)
{
	struct spooled **at = &spooler->flying;

	while (*at != work)
		at = &(*at)->next;
	*at = work->next;
	spooler->count--;
	spooler->len -= work->bytes.len;
}

static bool enter(struct spooler *spooler, struct spooled *work)
{
	bool has_room;

	pthread_mutex_lock(&spooler->lock);
	has_room = spooler->count < SPOOLER_PUTS_MAX &&
		   spooler->len + work->bytes.len <= SPOOLER_LEN_MAX;
	if (has_room) {
		work->next = spooler->flying;
		spooler->flying = work;
		spooler->count++;
		spooler->len += work->bytes.len;
	}
	pthread_mutex_unlock(&spooler->lock);
	return has_room;
}

/* --- at the door --- */

static struct spooled *make(struct store_change *change, struct spool_part part)
{
	const struct store_put *put = &change->put;
	size_t rest_len = put->record.len - part.len;
	struct spooled *work = iwf_alloc(sizeof(*work) + rest_len);
	char *rest = (char *)(work + 1);

	memcpy(rest, put->record.ptr, part.at);
	memcpy(rest + part.at, put->record.ptr + part.at + part.len,
	       rest_len - part.at);
	work->change = change;
	work->id = put->row.message_id ? put->row.message_id : put->row.id;
	work->bytes = iwf_str_sub(put->record, part.at, part.at + part.len);
	work->record.rest = iwf_str_make(rest, rest_len);
	work->record.part = part;
	return work;
}

bool spooler_take(struct store *store, struct store_change *change)
{
	struct spooler *spooler = &store->spooler;
	struct spool_part part;
	struct spooled *work;

	if (change->verb != STORE_PUT)
		return false;
	change->put.spooled = NULL;
	if (spooler->spool.folder < 0)
		return false;
	part = spool_cut(change->put.record);
	if (!part.len)
		return false;
	work = make(change, part);
	if (!enter(spooler, work)) {
		free(work);
		store_count(&store->base, STORE_M_SPOOL_BUSY, 1);
		change->err = IWF_E_FULL;
		store_complete(store, change);
		return true;
	}
	change->put.spooled = work;
	line_push(&spooler->line, &work->task);
	return true;
}

/* --- the files --- */

static void make_file(struct spooler *spooler, struct spooled *work)
{
	bool is_new = false;

	work->record.part.sum = spool_sum(&spooler->spool, work->bytes);
	work->err = spool_write(&spooler->spool, work->id, work->bytes,
				&is_new);
	pthread_mutex_lock(&spooler->lock);
	work->is_new |= is_new;
	pthread_mutex_unlock(&spooler->lock);
}

/* Not while another put of the same message is on its way: it decides. */
static void remove_file(struct spooler *spooler, struct spooled *work)
{
	struct spooled *heir;

	pthread_mutex_lock(&spooler->lock);
	heir = find(spooler, work->id);
	if (heir)
		heir->is_new = true;
	pthread_mutex_unlock(&spooler->lock);
	/* One that stays because of an error goes with the next start. */
	if (!heir)
		spool_remove(&spooler->spool, work->id);
	free(work);
}

static void note(struct store *store, const struct spooled *work)
{
	struct spooler *spooler = &store->spooler;

	store_count(&store->base, work->err ? STORE_M_SPOOL_FAILURES :
					      STORE_M_SPOOLED, 1);
	if (work->err && !spooler->had_failed)
		iwf_log_error(store->base.log, "spool-failed",
			      "error=%s msg=%016llx bytes=%zu",
			      iwf_err_name(work->err),
			      (unsigned long long)work->id, work->bytes.len);
	if (!work->err && spooler->had_failed)
		iwf_log_info(store->base.log, "spool-works-again", "%s", "");
	spooler->had_failed = work->err;
}

static void hand_on(struct store *store, struct spooled *work)
{
	struct store_change *change = work->change;

	note(store, work);
	if (!work->err) {
		line_push(&store->changes, &change->task);
		return;
	}
	change->err = work->err;
	store_complete(store, change);
}

/* The folder is synced once for all that came together. */
void spooler_work(struct store *store, struct iwf_task *task)
{
	struct spooler *spooler = &store->spooler;
	struct iwf_task *made = NULL, **tail = &made;
	enum iwf_err err;

	while (task) {
		struct spooled *work = work_of(task);

		task = task->next;
		if (!work->change) {
			remove_file(spooler, work);
			continue;
		}
		make_file(spooler, work);
		work->task.next = NULL;
		*tail = &work->task;
		tail = &work->task.next;
	}
	err = made ? spool_sync(&spooler->spool) : IWF_OK;
	while (made) {
		struct spooled *work = work_of(made);

		made = made->next;
		if (!work->err)
			work->err = err;
		hand_on(store, work);
	}
}

void *spooler_run(void *arg)
{
	struct store *store = arg;
	bool ended = false;

	while (!ended)
		spooler_work(store, line_take(&store->spooler.line, -1,
					      &ended));
	return NULL;
}

/* --- the end of a put, and of a row --- */

/* At the very end, when the thread is gone, its work is done here. */
static void send_removal(struct spooler *spooler, struct spooled *work)
{
	work->change = NULL;
	if (!line_push(&spooler->line, &work->task))
		remove_file(spooler, work);
}

void spooler_done(struct spooler *spooler, struct store_change *change)
{
	struct spooled *work = change->put.spooled, *heir;
	bool is_of_use;

	change->put.spooled = NULL;
	pthread_mutex_lock(&spooler->lock);
	work->is_stored |= !change->err && !change->put.is_duplicate;
	leave(spooler, work);
	is_of_use = work->is_stored || !work->is_new;
	heir = find(spooler, work->id);
	if (heir) {
		heir->is_new |= work->is_new;
		heir->is_stored |= work->is_stored;
	}
	pthread_mutex_unlock(&spooler->lock);
	if (heir || is_of_use)
		free(work);
	else
		send_removal(spooler, work);
}

void spooler_drop(struct spooler *spooler, const uint64_t *ids, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct spooled *work = IWF_NEW(struct spooled);

		work->id = ids[i];
		send_removal(spooler, work);
	}
}
