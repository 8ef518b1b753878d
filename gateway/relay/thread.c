/* Conversations: what comes back from a service without them belongs to the
 * conversation of what was last said between the same two (OMA CPM
 * Conversation-ID and InReplyTo-Contribution-ID), and what comes to a number that
 * stands in for senders without one goes to whom it stood for. */
#include "relay/relay_priv.h"

#include "base/id.h"

/* What is kept of one, a line each: conversation, contribution that an answer
 * answers and, where a number stood in, the kind, user and domain of whom it
 * stood for. */
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

bool thread_needs_stand_in(const struct queue *to,
			   const struct iwf_message *msg)
{
	bool has_number = msg->from.kind == IWF_ADDRESS_NUMBER ||
			  msg->from.kind == IWF_ADDRESS_LOCAL;

	return to->stand_in.kind != IWF_ADDRESS_NONE &&
	       msg->kind == IWF_KIND_MESSAGE && (!has_number || msg->anonymous);
}

static void text_put(struct iwf_buf *text, struct iwf_str conversation,
		     struct iwf_str contribution)
{
	iwf_buf_str_put(text, conversation);
	iwf_buf_u8(text, '\n');
	iwf_buf_str_put(text, contribution);
}

static void note_sent(const struct queue *to, const struct iwf_message *msg,
		      struct store_put *keys, struct iwf_buf *text)
{
	const struct iwf_address *from = &msg->from;

	text_put(text, msg->conversation_id, msg->contribution_id);
	if (thread_needs_stand_in(to, msg)) {
		iwf_buf_printf(text, "\n%u\n%.*s\n%.*s", from->kind,
			       IWF_STR_ARG(from->user),
			       IWF_STR_ARG(from->domain));
		from = &to->stand_in;
	}
	keys->thread_key = thread_key(to->relay, &msg->to, from);
	keys->thread = iwf_buf_str(text);
}

void thread_note(const struct intake *intake, const struct queue *to,
		 struct store_put *keys, struct iwf_buf *text)
{
	const struct iwf_message *msg = intake->msg;

	if (msg->kind != IWF_KIND_MESSAGE)
		return;
	if (to->interworks) {
		if (msg->conversation_id.len || thread_needs_stand_in(to, msg))
			note_sent(to, msg, keys, text);
	} else if (intake->thread_key) {
		/* The next of them goes on with it. */
		text_put(text, msg->conversation_id, msg->in_reply_to);
		if (intake->stood_for.len)
			iwf_buf_printf(text, "\n%.*s",
				       IWF_STR_ARG(intake->stood_for));
		keys->thread_key = intake->thread_key;
		keys->thread = iwf_buf_str(text);
	}
}

bool thread_is_wanted(const struct intake *intake)
{
	const struct queue *from = intake->origin ?
		queue_by_number(intake->relay, intake->origin) : NULL;

	return from && from->interworks &&
	       intake->msg->kind == IWF_KIND_MESSAGE &&
	       !intake->msg->conversation_id.len;
}

static void address_take(struct iwf_str lines, struct iwf_address *to)
{
	struct iwf_address address = { 0 };
	struct iwf_str line;
	uint64_t kind;

	if (!iwf_str_split(&lines, '\n', &line) ||
	    iwf_str_to_u64(line, IWF_ADDRESS_SIP, &kind) || !kind)
		return;
	address.kind = (enum iwf_address_kind)kind;
	iwf_str_split(&lines, '\n', &address.user);
	iwf_str_split(&lines, '\n', &address.domain);
	*to = address;
}

static void become(struct intake *intake, const struct iwf_message *msg)
{
	struct iwf_message *joined = iwf_message_create(msg);

	iwf_message_unref((const struct iwf_message **)&intake->msg);
	intake->msg = joined;
}

/* The thread's bytes live until the message is put. */
static void join(struct intake *intake, struct iwf_str thread)
{
	struct iwf_message msg = *intake->msg;

	iwf_str_split(&thread, '\n', &msg.conversation_id);
	iwf_str_split(&thread, '\n', &msg.in_reply_to);
	intake->stood_for = thread;
	address_take(thread, &msg.to);
	become(intake, &msg);
}

/* Nobody answers anything: a conversation begins. */
static void begin(struct intake *intake)
{
	struct relay *relay = intake->relay;
	struct iwf_message msg = *intake->msg;
	struct iwf_arena *arena = iwf_arena_create(128);
	const uint64_t seed[] = {
		id_make(&relay->ids, relay_wall_ms(relay)), intake->thread_key
	};
	struct iwf_str text = iwf_str_make(seed, sizeof(seed));

	msg.conversation_id = id_uuid(arena, iwf_hash(relay->key, text),
				      iwf_hash(relay->key,
					       iwf_str_sub(text, 0, 8)));
	become(intake, &msg);
	iwf_arena_destroy(&arena);
}

static void on_thread(struct iwf_task *task)
{
	struct intake *intake = IWF_CONTAINER(task, struct intake, query.task);
	struct iwf_arena *arena = intake->query.arena;

	intake->query.arena = NULL;
	/* A store that cannot be read costs the thread, not the message. */
	if (!intake->query.err && intake->query.thread.len)
		join(intake, intake->query.thread);
	if (!intake->msg->conversation_id.len)
		begin(intake);
	intake_route(intake);
	iwf_arena_destroy(&arena);
}

void thread_look(struct intake *intake)
{
	struct relay *relay = intake->relay;

	intake->thread_key = thread_key(relay, &intake->msg->from,
					&intake->msg->to);
	intake->query = (struct store_query){
		.task.run = on_thread, .loop = relay->loop,
		.kind = STORE_Q_THREAD, .id = intake->thread_key,
		.until_ms = relay_wall_ms(relay) - relay->conf.thread_ms,
	};
	store_ask(relay->store, &intake->query);
}
