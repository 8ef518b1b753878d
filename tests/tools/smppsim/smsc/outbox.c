/* What waits to be delivered to a system_id: receipts and MO messages, kept
 * until they are answered (SMPP 3.4 4.6). */
#include "smsc/outbox.h"

#include "sim/dispatch.h"

#include <stdlib.h>
#include <string.h>

#define OUTBOX_MAX 500000

/* A deliver_sm; bytes are the whole PDU. */
struct item {
	TAILQ_ENTRY(item) entry;
	struct loop_timer timer;
	struct outbox *outbox;
	struct session *session;
	enum outbox_kind kind;
	uint32_t sequence;
	long tries;
	struct buf bytes;
};

/* The events and counters of each kind. */
static const struct {
	enum event_kind sent;
	enum event_kind resp;
	enum event_kind repeat;
	enum event_kind lost;
	size_t sent_count;
	size_t acked_count;
	size_t refused_count;
	size_t repeated_count;
	size_t lost_count;
} kinds[] = {
#define TALLY(member) offsetof(struct tally, member)
	[OUTBOX_RECEIPT] = { EVENT_RECEIPT_SENT, EVENT_RECEIPT_RESP,
			     EVENT_RECEIPT_REPEAT, EVENT_RECEIPT_LOST,
			     TALLY(receipts_sent), TALLY(receipts_acked),
			     TALLY(receipts_refused), TALLY(receipts_repeated),
			     TALLY(receipts_lost) },
	[OUTBOX_MO] = { EVENT_MO_SENT, EVENT_MO_RESP, EVENT_MO_REPEAT,
			EVENT_MO_LOST, TALLY(mo_sent), TALLY(mo_acked),
			TALLY(mo_refused), TALLY(mo_repeated), TALLY(mo_lost) },
#undef TALLY
};

static void count(struct sim *sim, size_t offset)
{
	++*(long long *)(void *)((char *)&sim->tally + offset);
}

static struct outbox *outbox_find(struct sim *sim, const char *system_id)
{
	struct outbox *outbox;

	TAILQ_FOREACH(outbox, &sim->outboxes, entry)
	if (strcmp(outbox->system_id, system_id) == 0)
		return outbox;
	return NULL;
}

struct outbox *outbox_get(struct sim *sim, const char *system_id)
{
	struct outbox *outbox = outbox_find(sim, system_id);

	if (outbox)
		return outbox;
	outbox = mem_alloc(sizeof(*outbox));
	outbox->sim = sim;
	memcpy(outbox->system_id, system_id,
	       strnlen(system_id, sizeof(outbox->system_id) - 1));
	TAILQ_INIT(&outbox->ready);
	TAILQ_INIT(&outbox->in_flight);
	TAILQ_INIT(&outbox->later);
	TAILQ_INSERT_TAIL(&sim->outboxes, outbox, entry);
	return outbox;
}

struct outbox *outbox_get_any(struct sim *sim)
{
	struct session *session;

	TAILQ_FOREACH(session, &sim->sessions, entry)
	if (session_can_receive(session))
		return session->outbox;
	return outbox_get(sim, "");
}

static void item_destroy(struct item *item)
{
	loop_disarm(item->outbox->sim->loop, &item->timer);
	item->outbox->count--;
	buf_destroy(&item->bytes);
	free(item);
}

static void item_event(struct item *item, enum event_kind kind, uint32_t status)
{
	struct sim *sim = item->outbox->sim;
	const bool is_resp = kind == kinds[item->kind].resp;
	const struct pdu header = { .command_id = PDU_deliver_sm |
						  (is_resp ? PDU_RESP : 0),
				    .command_status = status,
				    .sequence = item->sequence };
	struct pdu pdu;
	const char *why;

	if (!sim_event(sim, kind))
		return;
	if (item->session)
		json_number(&sim->events.line, "conn", item->session->conn_id);
	json_str(&sim->events.line, "system_id", item->outbox->system_id);
	json_number(&sim->events.line, "try", item->tries);
	pdu_parse(&pdu, item->bytes.bytes, item->bytes.len, &why);
	event_add_header(&sim->events, &header);
	event_add_body(&sim->events, &pdu);
	event_close(&sim->events);
}

static void item_on_again(struct loop_timer *timer)
{
	struct item *item = loop_owner(timer, struct item, timer);

	TAILQ_REMOVE(&item->outbox->later, item, entry);
	TAILQ_INSERT_TAIL(&item->outbox->ready, item, entry);
	outbox_pump(item->outbox);
}

/* item is in no list. */
static void item_repeat(struct item *item, uint32_t status)
{
	struct sim *sim = item->outbox->sim;
	const long max = sim->options->retry_max;
	const long delay_ms = sim->options->retry_delay_ms;
	const uint32_t jitter = dice_throw(&sim->dice, 51);

	if (max > 0 && item->tries > max) {
		count(sim, kinds[item->kind].lost_count);
		item_event(item, kinds[item->kind].lost, status);
		item_destroy(item);
		return;
	}
	count(sim, kinds[item->kind].repeated_count);
	item_event(item, kinds[item->kind].repeat, status);
	item->session = NULL;
	TAILQ_INSERT_TAIL(&item->outbox->later, item, entry);
	item->timer.is_limit = false;
	loop_arm(sim->loop, &item->timer, delay_ms * (75 + jitter) / 100,
		 item_on_again);
}

static void item_land(struct item *item)
{
	TAILQ_REMOVE(&item->outbox->in_flight, item, entry);
	loop_disarm(item->outbox->sim->loop, &item->timer);
	item->session->in_flight--;
}

static void item_on_timeout(struct loop_timer *timer)
{
	struct item *item = loop_owner(timer, struct item, timer);
	struct outbox *outbox = item->outbox;

	item_land(item);
	item_repeat(item, ESME_ROK);
	outbox_pump(outbox);
}

static void item_send(struct item *item, struct session *session)
{
	struct sim *sim = session->sim;

	item->session = session;
	item->sequence = session_next_sequence(session);
	item->tries++;
	pdu_poke_u32(item->bytes.bytes + 12, item->sequence);
	session->in_flight++;
	TAILQ_INSERT_TAIL(&item->outbox->in_flight, item, entry);
	item->timer.is_limit = true;
	loop_arm(sim->loop, &item->timer, sim->options->mo_ack_timeout_ms,
		 item_on_timeout);
	if (item->tries == 1)
		count(sim, kinds[item->kind].sent_count);
	item_event(item, kinds[item->kind].sent, ESME_ROK);
	session_write(session, &item->bytes);
}

static struct session *outbox_select(const struct outbox *outbox)
{
	struct session *best = NULL;
	struct session *session;

	TAILQ_FOREACH(session, &outbox->sim->sessions, entry)
	{
		if (session->outbox != outbox ||
		    !session_can_receive(session) ||
		    session->in_flight >= outbox->sim->options->window)
			continue;
		if (!best || session->in_flight < best->in_flight)
			best = session;
	}
	return best;
}

void outbox_pump(struct outbox *outbox)
{
	struct item *item;

	while ((item = TAILQ_FIRST(&outbox->ready))) {
		struct session *session = outbox_select(outbox);

		if (!session)
			return;
		TAILQ_REMOVE(&outbox->ready, item, entry);
		item_send(item, session);
	}
}

bool outbox_push(struct outbox *outbox, enum outbox_kind kind,
		 const struct pdu *pdu)
{
	struct buf octets = { 0 };

	pdu_format(&octets, pdu);

	const bool is_taken = outbox_push_octets(outbox, kind, &octets);

	buf_destroy(&octets);
	return is_taken;
}

bool outbox_push_octets(struct outbox *outbox, enum outbox_kind kind,
			const struct buf *octets)
{
	if (outbox->count == OUTBOX_MAX) {
		count(outbox->sim, kinds[kind].lost_count);
		return false;
	}
	struct item *item = mem_alloc(sizeof(*item));

	item->outbox = outbox;
	item->kind = kind;
	buf_append(&item->bytes, octets->bytes, octets->len);
	outbox->count++;
	TAILQ_INSERT_TAIL(&outbox->ready, item, entry);
	outbox_pump(outbox);
	return true;
}

void outbox_adopt(struct outbox *outbox)
{
	struct outbox *orphans = outbox_find(outbox->sim, "");
	struct item *item;

	while (orphans && (item = TAILQ_FIRST(&orphans->ready))) {
		TAILQ_REMOVE(&orphans->ready, item, entry);
		orphans->count--;
		item->outbox = outbox;
		outbox->count++;
		TAILQ_INSERT_TAIL(&outbox->ready, item, entry);
	}
}

void outbox_release(struct session *session)
{
	struct outbox *outbox = session->outbox;
	struct item *item;
	struct item *before;

	if (!outbox)
		return;
	/* From the newest to the oldest, so that the order is kept. */
	for (item = TAILQ_LAST(&outbox->in_flight, item_list); item;
	     item = before) {
		before = TAILQ_PREV(item, item_list, entry);
		if (item->session != session)
			continue;
		item_land(item);
		count(outbox->sim, kinds[item->kind].repeated_count);
		item_event(item, kinds[item->kind].repeat, ESME_ROK);
		item->session = NULL;
		TAILQ_INSERT_HEAD(&outbox->ready, item, entry);
	}
	session->outbox = NULL;
	outbox_pump(outbox);
}

/* SMPP 3.4 5.1.3: the ESME cannot take it now. */
static bool is_temporary(uint32_t status)
{
	return status == ESME_RMSGQFUL || status == ESME_RTHROTTLED ||
	       status == ESME_RX_T_APPN || status == ESME_RSYSERR;
}

static void item_answer(struct item *item, const struct pdu *pdu)
{
	struct sim *sim = item->outbox->sim;
	const uint32_t status = pdu->command_status;

	item_land(item);
	item_event(item, kinds[item->kind].resp, status);
	if (is_temporary(status)) {
		item_repeat(item, status);
		return;
	}
	count(sim, status == ESME_ROK ? kinds[item->kind].acked_count :
					kinds[item->kind].refused_count);
	item_destroy(item);
}

void outbox_on_resp(struct session *session, const struct pdu *pdu)
{
	struct outbox *outbox = session->outbox;
	struct item *item;

	if (!outbox)
		return;
	TAILQ_FOREACH(item, &outbox->in_flight, entry)
	if (item->session == session && item->sequence == pdu->sequence)
		break;
	if (item) {
		item_answer(item, pdu);
		outbox_pump(outbox);
	} else if (session_event(session, EVENT_BAD_PDU)) {
		json_str(&session->sim->events.line, "reason",
			 "answers nothing in flight");
		event_add_pdu(&session->sim->events, pdu);
		event_close(&session->sim->events);
	}
}

size_t outbox_waiting_count(const struct sim *sim)
{
	const struct outbox *outbox;
	size_t waiting = 0;

	TAILQ_FOREACH(outbox, &sim->outboxes, entry)
	waiting += outbox->count;
	return waiting;
}

static void destroy_items(struct item_list *items)
{
	struct item *item;

	while ((item = TAILQ_FIRST(items))) {
		TAILQ_REMOVE(items, item, entry);
		item_destroy(item);
	}
}

void outbox_destroy_all(struct sim *sim)
{
	struct outbox *outbox;

	while ((outbox = TAILQ_FIRST(&sim->outboxes))) {
		destroy_items(&outbox->ready);
		destroy_items(&outbox->in_flight);
		destroy_items(&outbox->later);
		TAILQ_REMOVE(&sim->outboxes, outbox, entry);
		free(outbox);
	}
}
