/* See sip_double.h. */
#include "sip_double.h"

#include "sip/fields.h"

#include <stdio.h>
#include <stdlib.h>

/* The request and what it is made of, one block each, so that a use after the
 * answer is found. */
struct given {
	struct sip_request request; /* first */
	struct iwf_arena *arena;
};

struct sip_worker *sip_double_create(struct iwf_loop *loop)
{
	struct sip_worker *worker = IWF_NEW(struct sip_worker);

	worker->loop = loop;
	return worker;
}

void sip_double_destroy(struct sip_worker **worker)
{
	struct sip_worker *gone = *worker;

	for (unsigned i = 0; i < gone->sent_count; i++) {
		if (gone->sent[i].pending)
			sip_double_fail(gone, i);
		iwf_arena_destroy(&gone->sent[i].arena);
	}
	free(gone);
	*worker = NULL;
}

/* --- requests in --- */

static void copy_in(struct iwf_arena *arena, struct iwf_str *s)
{
	/* Absent stays absent: no pointer to an empty text. */
	if (s->len)
		*s = iwf_arena_copy(arena, *s);
}

void sip_double_give(struct sip_worker *worker, struct sip_edge *edge,
		     const struct sip_request *like)
{
	struct given *given = IWF_NEW(struct given);
	struct sip_request *req = &given->request;

	given->arena = iwf_arena_create(0);
	*req = *like;
	req->worker = worker;
	copy_in(given->arena, &req->method);
	copy_in(given->arena, &req->listener);
	copy_in(given->arena, &req->request_uri);
	copy_in(given->arena, &req->from_uri);
	copy_in(given->arena, &req->to_uri);
	copy_in(given->arena, &req->call_id);
	for (unsigned i = 0; i < req->asserted_count; i++)
		copy_in(given->arena, &req->asserted[i]);
	for (int i = 0; i < SIP_F_COUNT; i++)
		copy_in(given->arena, &req->fields[i]);
	copy_in(given->arena, &req->content_type);
	copy_in(given->arena, &req->body);
	worker->waiting++;
	edge->on_message(edge, req);
}

void sip_answer(struct sip_request **req, const struct sip_answer *answer)
{
	struct given *given = (struct given *)*req;
	struct sip_worker *worker = (*req)->worker;
	struct sip_double_answer *to = &worker->answers[worker->answer_count++];

	IWF_BUG_ON(worker->answer_count >= SIP_DOUBLE_MAX || !worker->waiting);
	worker->waiting--;
	to->status = answer->status;
	to->retry_after_sec = answer->retry_after_sec;
	snprintf(to->phrase, sizeof(to->phrase), "%s",
		 answer->phrase ? answer->phrase : "");
	snprintf(to->accept, sizeof(to->accept), "%s",
		 answer->accept ? answer->accept : "");
	iwf_arena_destroy(&given->arena);
	free(given);
	*req = NULL;
}

const struct sip_double_answer *sip_double_last(const struct sip_worker *worker)
{
	IWF_BUG_ON(!worker->answer_count);
	return &worker->answers[worker->answer_count - 1];
}

unsigned sip_double_count(const struct sip_worker *worker, unsigned class)
{
	unsigned count = 0;

	for (unsigned i = 0; i < worker->answer_count; i++)
		count += worker->answers[i].status / 100 == class;
	return count;
}

/* --- requests out --- */

static bool is_uri(struct iwf_str uri)
{
	for (size_t i = 0; i < uri.len; i++)
		if (memchr("<> ", uri.ptr[i], 3))
			return false;
	return uri.len && fields_can_be_sent(uri);
}

/* What the true one refuses with IWF_E_SYNTAX. */
static bool can_be_sent(const struct sip_message *m)
{
	for (int i = 0; i < SIP_F_COUNT; i++)
		if (!fields_can_be_sent(m->fields[i]))
			return false;
	return is_uri(m->request_uri) && is_uri(m->from_uri) &&
	       is_uri(m->to_uri) && (!m->asserted.len || is_uri(m->asserted)) &&
	       fields_can_be_sent(m->asserted_service) &&
	       fields_can_be_sent(m->accept_contact) &&
	       fields_can_be_sent(m->content_type);
}

static void message_copy(struct iwf_arena *arena, struct sip_message *m)
{
	copy_in(arena, &m->request_uri);
	copy_in(arena, &m->from_uri);
	copy_in(arena, &m->to_uri);
	copy_in(arena, &m->asserted);
	copy_in(arena, &m->asserted_service);
	copy_in(arena, &m->accept_contact);
	for (int i = 0; i < SIP_F_COUNT; i++)
		copy_in(arena, &m->fields[i]);
	copy_in(arena, &m->content_type);
	copy_in(arena, &m->body);
}

static void on_fail(struct iwf_task *task)
{
	struct sip_double_sent *sent = IWF_CONTAINER(task,
						     struct sip_double_sent,
						     fail);

	sip_double_fail(sent->worker, (unsigned)(sent - sent->worker->sent));
}

enum iwf_err sip_send(struct sip_worker *worker,
		      const struct sip_message *message,
		      struct sip_pending *pending)
{
	struct sip_double_sent *sent = &worker->sent[worker->sent_count];

	if (worker->refuses)
		return worker->refuses;
	if (!can_be_sent(message))
		return IWF_E_SYNTAX;
	IWF_BUG_ON(++worker->sent_count >= SIP_DOUBLE_MAX);
	sent->arena = iwf_arena_create(0);
	sent->message = *message;
	message_copy(sent->arena, &sent->message);
	sent->pending = pending;
	sent->worker = worker;
	sent->fail.run = on_fail;
	if (worker->is_gone)
		iwf_loop_post(worker->loop, &sent->fail);
	return IWF_OK;
}

static void reply(struct sip_worker *worker, unsigned index, unsigned status,
		  uint32_t retry_after_sec, bool local)
{
	struct sip_pending *pending;
	char phrase[16];

	IWF_BUG_ON(index >= worker->sent_count || !worker->sent[index].pending);
	pending = worker->sent[index].pending;
	worker->sent[index].pending = NULL;
	snprintf(phrase, sizeof(phrase), "Said %u", status);
	pending->on_answer(pending, status, iwf_str_from(phrase),
			   retry_after_sec, local);
	/* The phrase is borrowed for the call only. */
	memset(phrase, 'x', sizeof(phrase));
}

void sip_double_reply(struct sip_worker *worker, unsigned index,
		      unsigned status, uint32_t retry_after_sec)
{
	reply(worker, index, status, retry_after_sec, false);
}

void sip_double_fail(struct sip_worker *worker, unsigned index)
{
	reply(worker, index, 503, 0, true);
}

unsigned sip_double_reply_all(struct sip_worker *worker, unsigned status)
{
	unsigned count = 0;

	for (unsigned i = 0; i < worker->sent_count; i++) {
		if (!worker->sent[i].pending)
			continue;
		sip_double_reply(worker, i, status, 0);
		count++;
	}
	return count;
}
