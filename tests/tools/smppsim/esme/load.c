/* Sends submits at a rate and within the windows, and times their answers. */
#include "esme/esme.h"
#include "replay/replay.h"
#include "sim/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SWEEP_MS 500

int64_t load_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct pending_list *bucket_of(struct load *load, uint32_t conn_id,
				      uint32_t sequence)
{
	return &load->buckets[(conn_id * 2654435761u + sequence) %
			      ESME_BUCKETS];
}

static void pending_add(struct load *load, const struct session *session,
			const struct pdu *pdu)
{
	struct pending *pending = mem_alloc(sizeof(*pending));

	pending->conn_id = session->conn_id;
	pending->sequence = pdu->sequence;
	pending->wants_receipt = (pdu->registered_delivery & 3) == 1;
	pending->sent_us = load_now_us();
	TAILQ_INSERT_TAIL(&load->by_age, pending, in_age);
	TAILQ_INSERT_TAIL(bucket_of(load, pending->conn_id, pending->sequence),
			  pending, in_bucket);
	load->pending_count++;
}

static void pending_remove(struct load *load, struct pending *pending)
{
	TAILQ_REMOVE(&load->by_age, pending, in_age);
	TAILQ_REMOVE(bucket_of(load, pending->conn_id, pending->sequence),
		     pending, in_bucket);
	load->pending_count--;
	free(pending);
}

static struct pending *pending_find(struct load *load, uint32_t conn_id,
				    uint32_t sequence)
{
	struct pending *pending;

	TAILQ_FOREACH(pending, bucket_of(load, conn_id, sequence), in_bucket)
	if (pending->conn_id == conn_id && pending->sequence == sequence)
		return pending;
	return NULL;
}

/* "{n}" becomes the number, "{4}" the number in four digits. */
static void append_template(struct buf *out, const char *text, long number)
{
	while (*text) {
		const bool is_slot = text[0] == '{' && text[1] &&
				     strchr("n123456789", text[1]) &&
				     text[2] == '}';

		if (is_slot)
			buf_appendf(out, "%0*ld",
				    text[1] == 'n' ? 1 : text[1] - '0', number);
		else
			buf_append_u8(out, (uint8_t)*text);
		text += is_slot ? 3 : 1;
	}
}

static bool parts_replay(struct esme *esme)
{
	struct mo_parts *parts = &esme->load.parts;
	const struct buf *submit = replay_next_submit(esme->sim->replay);

	parts->parts =
		mem_grow(parts->parts, &parts->count, sizeof(*parts->parts));
	buf_append(&parts->parts[0], submit->bytes, submit->len);
	return true;
}

/* False if the message cannot be written: then the run has failed. */
static bool parts_build(struct esme *esme)
{
	const struct options_esme *options = &esme->sim->options->esme;
	struct load *load = &esme->load;
	struct buf to = { 0 };
	struct buf text = { 0 };
	const char *why;

	append_template(&to, options->to, load->messages + 1);
	append_template(&text, options->text, load->messages + 1);
	load->parts.command_id = PDU_submit_sm;
	load->parts.ref = (uint8_t)(load->messages + 1);

	const struct mo mo = {
		.from = options->from,
		.to = buf_str(&to),
		.text = buf_str(&text),
		.service_type = options->service_type,
		.data_coding = options->data_coding,
		.registered_delivery = options->registered_delivery,
		.esm_class = options->esm_class,
	};
	const bool is_built = mo_build(&load->parts, &mo, &why);

	if (!is_built)
		fprintf(stderr, "smppsim: %s\n", why);
	buf_destroy(&to);
	buf_destroy(&text);
	return is_built;
}

static bool is_all_sent(const struct esme *esme)
{
	if (esme->sim->replay)
		return replay_is_over(esme->sim->replay);
	return esme->load.messages >= esme->sim->options->count;
}

/* The bound connection that has the most room. */
static struct session *select_session(const struct esme *esme)
{
	struct session *best = NULL;

	for (size_t i = 0; i < esme->link_count; i++) {
		struct session *session = esme->links[i].session;

		if (!session || !session_is_bound(session) ||
		    session->state == SESSION_BOUND_RX ||
		    session->in_flight >= esme->sim->options->window)
			continue;
		if (!best || session->in_flight < best->in_flight)
			best = session;
	}
	return best;
}

/* Being behind, for the peer was slow, is made up for a tenth of a second at
 * most. */
static bool is_due(struct esme *esme)
{
	struct load *load = &esme->load;
	const long rate = esme->sim->options->esme.rate;
	const int64_t now_ms = loop_now_ms(esme->sim->loop);
	long due;

	if (rate == 0)
		return true;
	if (load->base_ms == 0)
		load->base_ms = now_ms;
	due = (long)((now_ms - load->base_ms) * rate / 1000) + 1 -
	      (load->messages - load->base_messages);
	if (due > rate / 10 + 1) {
		load->base_ms = now_ms - 100;
		load->base_messages = load->messages;
	}
	return due > 0;
}

static void send_part(struct esme *esme, struct session *session,
		      struct buf *part)
{
	struct load *load = &esme->load;
	const uint32_t sequence = session_next_sequence(session);
	struct pdu pdu;
	const char *why;

	pdu_poke_u32(part->bytes + 12, sequence);
	pdu_parse(&pdu, part->bytes, part->len, &why);
	session_event_pdu(session, EVENT_SUBMIT, &pdu);
	esme->sim->tally.submits++;
	session->in_flight++;
	pending_add(load, session, &pdu);
	if (load->first_us == 0)
		load->first_us = load_now_us();
	session_write(session, part);
}

static void load_on_pace(struct loop_timer *timer)
{
	struct load *load = loop_owner(timer, struct load, pace_timer);

	load_pump(loop_owner(load, struct esme, load));
}

/* The next message, cut; false when it is not its turn. */
static bool load_next(struct esme *esme)
{
	struct load *load = &esme->load;

	if (load->next_part < load->parts.count)
		return true;
	mo_parts_destroy(&load->parts);
	load->next_part = 0;
	if (is_all_sent(esme) || !is_due(esme))
		return false;
	if (!(esme->sim->replay ? parts_replay(esme) : parts_build(esme))) {
		esme->has_failed = true;
		esme->sim->is_over = true;
		return false;
	}
	load->messages++;
	return true;
}

void load_pump(struct esme *esme)
{
	struct load *load = &esme->load;
	const long rate = esme->sim->options->esme.rate;
	struct session *session;

	while ((session = select_session(esme)) && load_next(esme))
		send_part(esme, session, &load->parts.parts[load->next_part++]);
	if (rate > 0 && !is_all_sent(esme))
		loop_arm(esme->sim->loop, &load->pace_timer,
			 rate < 1000 ? 1000 / rate : 1, load_on_pace);
}

static void load_lose(struct esme *esme, struct pending *pending)
{
	esme->load.unanswered++;
	pending_remove(&esme->load, pending);
}

static void load_on_sweep(struct loop_timer *timer)
{
	struct load *load = loop_owner(timer, struct load, sweep_timer);
	struct esme *esme = loop_owner(load, struct esme, load);
	const int64_t oldest_us =
		load_now_us() -
		esme->sim->options->esme.response_timeout_ms * 1000;
	struct pending *pending;

	while ((pending = TAILQ_FIRST(&load->by_age)) &&
	       pending->sent_us < oldest_us) {
		struct session *session =
			session_find(esme->sim, pending->conn_id);

		if (session)
			session->in_flight--;
		load_lose(esme, pending);
	}
	load_pump(esme);
	loop_arm(esme->sim->loop, timer, SWEEP_MS, load_on_sweep);
}

void load_forget(struct esme *esme, const struct session *session)
{
	struct pending *pending;
	struct pending *next;

	for (pending = TAILQ_FIRST(&esme->load.by_age); pending;
	     pending = next) {
		next = TAILQ_NEXT(pending, in_age);
		if (pending->conn_id == session->conn_id)
			load_lose(esme, pending);
	}
}

static void count_answer(struct esme *esme, const struct pdu *pdu,
			 bool wants_receipt)
{
	struct tally *tally = &esme->sim->tally;

	tally->responses++;
	if (pdu->command_status != ESME_ROK) {
		tally->submits_refused++;
		return;
	}
	tally->submits_accepted++;
	if (wants_receipt && pdu->message_id[0])
		awaited_add_id(&esme->awaited, pdu->message_id, load_now_us());
}

void esme_on_resp(struct session *session, const struct pdu *pdu)
{
	struct esme *esme = session->sim->esme;
	struct load *load = &esme->load;
	struct pending *pending =
		pending_find(load, session->conn_id, pdu->sequence);
	bool wants_receipt;

	session_event_pdu(session, EVENT_SUBMIT_RESP, pdu);
	if (!pending) {
		session->sim->tally.bad_pdus++;
		return;
	}
	load->last_us = load_now_us();
	latency_add(&load->latency, load->last_us - pending->sent_us);
	wants_receipt = pending->wants_receipt;
	pending_remove(load, pending);
	session->in_flight--;
	count_answer(esme, pdu, wants_receipt);
	load_pump(esme);
}

bool load_is_sent(const struct esme *esme)
{
	const struct load *load = &esme->load;

	return (esme->sim->options->count > 0 || esme->sim->replay) &&
	       is_all_sent(esme) && load->next_part >= load->parts.count &&
	       load->pending_count == 0;
}

void load_create(struct esme *esme)
{
	struct load *load = &esme->load;

	TAILQ_INIT(&load->by_age);
	for (size_t i = 0; i < ESME_BUCKETS; i++)
		TAILQ_INIT(&load->buckets[i]);
	loop_arm(esme->sim->loop, &load->sweep_timer, SWEEP_MS, load_on_sweep);
}

void load_destroy(struct esme *esme)
{
	struct load *load = &esme->load;

	loop_disarm(esme->sim->loop, &load->pace_timer);
	loop_disarm(esme->sim->loop, &load->sweep_timer);
	mo_parts_destroy(&load->parts);
	while (!TAILQ_EMPTY(&load->by_age))
		pending_remove(load, TAILQ_FIRST(&load->by_age));
}
