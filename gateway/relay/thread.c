/* Conversations: what comes back from a service without them belongs to the
 * conversation of what was last sent there between the same two (OMA CPM
 * Conversation-ID and InReplyTo-Contribution-ID). */
#include "relay/relay_priv.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t thread_key(const struct relay *relay,
			   const struct iwf_address *away,
			   const struct iwf_address *here)
{
	struct iwf_buf key = { 0 };
	uint64_t hash;

	iwf_address_key(&key, away);
	iwf_buf_u8(&key, 0);
	iwf_address_key(&key, here);
	hash = iwf_hash(relay->key, iwf_buf_str(&key)) >> 1 | 1;
	iwf_buf_free(&key);
	return hash;
}

void thread_note(const struct queue *to, const struct iwf_message *msg,
		 struct store_put *keys, struct iwf_buf *text)
{
	if (msg->kind != IWF_KIND_MESSAGE || !to->interworks ||
	    !msg->conversation_id.len)
		return;
	iwf_buf_str_put(text, msg->conversation_id);
	iwf_buf_u8(text, '\n');
	iwf_buf_str_put(text, msg->contribution_id);
	keys->thread_key = thread_key(to->relay, &msg->to, &msg->from);
	keys->thread = iwf_buf_str(text);
}

bool thread_is_wanted(const struct intake *intake)
{
	const struct queue *from = intake->origin ?
		queue_by_number(intake->relay, intake->origin) : NULL;

	return from && from->interworks &&
	       intake->msg->kind == IWF_KIND_MESSAGE &&
	       !intake->msg->conversation_id.len;
}

static void join(struct intake *intake, struct iwf_str thread)
{
	struct iwf_message msg = *intake->msg;
	struct iwf_message *joined;

	iwf_str_split(&thread, '\n', &msg.conversation_id);
	iwf_str_split(&thread, '\n', &msg.in_reply_to);
	joined = iwf_message_create(&msg);
	iwf_message_unref((const struct iwf_message **)&intake->msg);
	intake->msg = joined;
}

static void on_thread(struct iwf_task *task)
{
	struct intake *intake = IWF_CONTAINER(task, struct intake, query.task);

	/* A store that cannot be read costs the thread, not the message. */
	if (!intake->query.err && intake->query.thread.len)
		join(intake, intake->query.thread);
	iwf_arena_destroy(&intake->query.arena);
	intake_route(intake);
}

void thread_look(struct intake *intake)
{
	struct relay *relay = intake->relay;

	intake->query = (struct store_query){
		.task.run = on_thread, .loop = relay->loop,
		.kind = STORE_Q_THREAD,
		.id = thread_key(relay, &intake->msg->from, &intake->msg->to),
		.until_ms = relay_wall_ms(relay) - relay->conf.thread_ms,
	};
	store_ask(relay->store, &intake->query);
}
