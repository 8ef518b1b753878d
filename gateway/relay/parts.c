/* Messages that come in parts: each part is durable before it is acknowledged,
 * the set is joined when it is whole or when waiting for the rest ends. */
#include "relay/relay_priv.h"

#include "base/record.h"

#include <iwf/utf8.h>

#include <stdlib.h>

/* Joined with one look; more have to wait for the next. */
#define SETS_MAX 1000

static uint64_t set_key(const struct intake *intake)
{
	struct iwf_buf key = { 0 };
	uint64_t hash;

	iwf_buf_u32(&key, intake->origin);
	iwf_buf_str_put(&key, intake->msg->set);
	hash = iwf_hash(intake->relay->key, iwf_buf_str(&key)) >> 1 | 1;
	iwf_buf_free(&key);
	return hash;
}

/* A hash of the part itself: what comes again is equal, what comes under the
 * same reference is not. */
static uint64_t content_key(const struct intake *intake, uint64_t set)
{
	struct iwf_buf key = { 0 };
	uint64_t hash;

	iwf_buf_u64(&key, set);
	iwf_buf_u32(&key, intake->msg->part);
	iwf_buf_str_put(&key, intake->msg->body);
	hash = iwf_hash(intake->relay->key, iwf_buf_str(&key)) >> 1 | 1;
	iwf_buf_free(&key);
	return hash;
}

/* Where parts are missing the reader shall see it. */
static void bodies_join(const struct iwf_message **parts, uint32_t count,
			struct iwf_buf *raw)
{
	const struct iwf_str gap = IWF_STR("[...]");
	uint32_t next = 1;

	for (uint32_t i = 0; i < count; i++) {
		if (parts[i]->part > next)
			iwf_buf_str_put(raw, gap);
		iwf_buf_str_put(raw, parts[i]->body);
		next = parts[i]->part + 1;
	}
	if (next <= parts[0]->parts)
		iwf_buf_str_put(raw, gap);
}

/* Where each part came under a name of its own, the whole has all of them. */
static void accounts_join(const struct iwf_message **parts, uint32_t count,
			  struct iwf_buf *account)
{
	iwf_buf_str_put(account, parts[0]->account);
	for (uint32_t i = 1; i < count; i++) {
		if (iwf_str_eq(parts[i]->account, parts[i - 1]->account))
			continue;
		iwf_buf_u8(account, ' ');
		iwf_buf_str_put(account, parts[i]->account);
	}
}

static struct iwf_message *join(const struct iwf_message **parts,
				uint32_t count, bool incomplete)
{
	struct iwf_message whole = *parts[0];
	struct iwf_buf raw = { 0 }, body = { 0 }, account = { 0 };
	struct iwf_message *msg;

	whole.set = IWF_STR_NONE;
	whole.part = 0;
	whole.parts = 0;
	whole.incomplete = incomplete;
	for (uint32_t i = 0; i < count; i++)
		whole.want |= parts[i]->want;
	accounts_join(parts, count, &account);
	whole.account = iwf_buf_str(&account);
	bodies_join(parts, count, &raw);
	/* A character may have been cut between two parts. */
	iwf_utf8_mend(&body, iwf_buf_str(&raw));
	whole.body = iwf_buf_str(&body);
	msg = iwf_message_create(&whole);
	iwf_buf_free(&raw);
	iwf_buf_free(&body);
	iwf_buf_free(&account);
	return msg;
}

/* The joined message goes in by the same door; its parts stay until it is put.
 * The id that it will have, 0: nothing could be read. */
static uint64_t accept_set(struct relay *relay, uint64_t key, uint32_t link,
		       const struct iwf_str *records, uint32_t count,
		       bool incomplete)
{
	const struct iwf_message **parts =
		iwf_alloc(count * sizeof(struct iwf_message *));
	struct intake *intake;
	uint64_t id = 0;
	uint32_t good = 0;

	for (uint32_t i = 0; i < count; i++) {
		parts[good] = record_parse(records[i]);
		good += parts[good] != NULL;
	}
	if (good) {
		intake = IWF_NEW(struct intake);
		intake->relay = relay;
		intake->origin = link;
		intake->set_key = key;
		intake->set_sum = store_parts_sum(records, count);
		intake->msg = join(parts, good, incomplete || good < count);
		id = id_make(&relay->ids, relay_wall_ms(relay));
		intake->msg->id = id;
		relay_count(relay, incomplete ? RELAY_M_PARTS_INCOMPLETE :
						RELAY_M_PARTS_JOINED);
		atomic_fetch_add(&relay->intake_count, 1);
		if (thread_is_wanted(intake))
			thread_look(intake);
		else
			intake_route(intake);
	}
	for (uint32_t i = 0; i < good; i++)
		iwf_message_unref(&parts[i]);
	free(parts);
	return id;
}

static void on_part(struct iwf_task *task)
{
	struct intake *intake = IWF_CONTAINER(task, struct intake, change.task);
	const struct store_part *part = &intake->change.part;
	struct relay *relay = intake->relay;

	if (intake->change.err) {
		intake_fail(intake, intake->change.err);
		return;
	}
	intake_cursor_set(intake);
	if (part->is_complete)
		intake->verdict.id = accept_set(relay, part->set_key,
						intake->origin, part->records,
						part->record_count, false);
	relay_count(relay, RELAY_M_PARTS);
	if (part->is_reused)
		relay_count(relay, RELAY_M_PARTS_REUSED);
	intake_finish(intake, part->is_duplicate ? IWF_RESULT_DUPLICATE :
						   IWF_RESULT_ACCEPTED, "");
}

void parts_take(struct intake *intake)
{
	const struct iwf_message *msg = intake->msg;
	struct store_part *part = &intake->change.part;
	enum iwf_result result;
	const char *why;

	if (msg->part < 1 || msg->part > msg->parts ||
	    msg->parts > IWF_PARTS_MAX) {
		intake_finish(intake, IWF_RESULT_BLOCKED,
			      "part number out of range");
		return;
	}
	if (!intake_choose(intake->relay, msg, intake->origin, &result, &why)) {
		intake_finish(intake, result, why);
		return;
	}
	record_format(&intake->record, msg);
	*part = (struct store_part){
		.set_key = set_key(intake), .part = msg->part,
		.content_key = content_key(intake, set_key(intake)),
		.parts = msg->parts, .link = intake->origin,
		.record = iwf_buf_str(&intake->record),
		.now_ms = relay_wall_ms(intake->relay),
		.cursor = intake_cursor(intake),
	};
	intake->change.task.run = on_part;
	intake->change.loop = intake->relay->loop;
	intake->change.verb = STORE_PART;
	store_submit(intake->relay->store, &intake->change);
}

/* --- sets that wait too long, and those that were whole before a crash --- */

static void on_sets(struct iwf_task *task)
{
	struct relay *relay = IWF_CONTAINER(task, struct relay,
					    sets_query.task);
	struct store_query *query = &relay->sets_query;

	for (uint32_t i = 0; !query->err && i < query->set_count; i++) {
		const struct store_set *set = &query->sets[i];
		bool incomplete = set->record_count != set->parts;

		if (set->is_whole || !relay->sets_whole_only)
			accept_set(relay, set->set_key, set->link, set->records,
				   set->record_count, incomplete);
	}
	iwf_arena_destroy(&query->arena);
	relay->asking_sets = false;
	if (relay->sets_moved)
		parts_recover(relay);
}

static void ask_sets(struct relay *relay, int64_t until_ms, bool whole_only)
{
	if (relay->asking_sets)
		return;
	relay->asking_sets = true;
	relay->sets_whole_only = whole_only;
	relay->sets_query = (struct store_query){
		.task.run = on_sets, .loop = relay->loop, .kind = STORE_Q_SETS,
		.until_ms = until_ms, .limit = SETS_MAX, .with_record = true,
	};
	store_ask(relay->store, &relay->sets_query);
}

void parts_tick(struct relay *relay, int64_t now_ms)
{
	ask_sets(relay, now_ms - relay->store_conf.set_ms, false);
}

void parts_recover(struct relay *relay)
{
	relay->sets_moved = relay->asking_sets;
	ask_sets(relay, INT64_MAX, true);
}
