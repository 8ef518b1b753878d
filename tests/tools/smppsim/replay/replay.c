/* Says again what a side said in a capture, with sequence numbers of now. */
#include "replay/replay.h"

#include "sim/reply.h"
#include "smsc/outbox.h"

#include <stdio.h>
#include <stdlib.h>

enum part { PART_ANSWER, PART_DELIVERY, PART_SUBMIT, PART_BIND, PART_UPKEEP };

/* What is not here is upkeep: it is not said again, but as it is due. */
static const struct {
	uint32_t command_id;
	enum part part;
} parts[] = {
	{ (uint32_t)PDU_submit_sm_resp, PART_ANSWER },
	{ (uint32_t)PDU_submit_multi_resp, PART_ANSWER },
	{ (uint32_t)PDU_data_sm_resp, PART_ANSWER },
	{ (uint32_t)PDU_query_sm_resp, PART_ANSWER },
	{ (uint32_t)PDU_cancel_sm_resp, PART_ANSWER },
	{ (uint32_t)PDU_replace_sm_resp, PART_ANSWER },
	{ (uint32_t)PDU_deliver_sm_resp, PART_ANSWER },
	{ PDU_deliver_sm, PART_DELIVERY },
	{ PDU_submit_sm, PART_SUBMIT },
	{ PDU_submit_multi, PART_SUBMIT },
	{ PDU_data_sm, PART_SUBMIT },
	{ PDU_query_sm, PART_SUBMIT },
	{ PDU_cancel_sm, PART_SUBMIT },
	{ PDU_replace_sm, PART_SUBMIT },
	{ PDU_bind_receiver, PART_BIND },
	{ PDU_bind_transmitter, PART_BIND },
	{ PDU_bind_transceiver, PART_BIND },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t command_of(const struct replay *replay, size_t number)
{
	return pdu_peek_u32(replay->recording.pdus[number].bytes + 4);
}

static enum part part_of(const struct replay *replay, size_t number)
{
	const uint32_t command_id = command_of(replay, number);

	if (command_id == PDU_data_sm && replay->side == RECORDING_SMSC)
		return PART_DELIVERY;
	for (size_t i = 0; i < COUNT(parts); i++)
		if (parts[i].command_id == command_id)
			return parts[i].part;
	return PART_UPKEEP;
}

static void skip_said(struct replay *replay)
{
	while (replay->next < replay->recording.count &&
	       replay->is_said[replay->next])
		replay->next++;
}

/* What this side says by the recording rather than by itself. */
static bool is_ours(const struct replay *replay, size_t number)
{
	switch (part_of(replay, number)) {
	case PART_ANSWER:
		return true;
	case PART_DELIVERY:
		return replay->side == RECORDING_SMSC;
	case PART_SUBMIT:
		return replay->side == RECORDING_ESME;
	default:
		return false;
	}
}

struct replay *replay_create(const char *path, enum recording_side side)
{
	struct replay *replay = mem_alloc(sizeof(*replay));
	const char *why;

	replay->side = side;
	if (!recording_read(&replay->recording, side, path, &why)) {
		fprintf(stderr, "smppsim: %s: %s\n", path, why);
		replay_destroy(&replay);
		return NULL;
	}
	replay->is_said = mem_alloc(replay->recording.count);
	for (size_t i = 0; i < replay->recording.count; i++)
		replay->is_said[i] = !is_ours(replay, i);
	skip_said(replay);
	return replay;
}

void replay_destroy(struct replay **replay)
{
	if (!*replay)
		return;
	recording_destroy(&(*replay)->recording);
	free((*replay)->is_said);
	free(*replay);
	*replay = NULL;
}

static void say(struct replay *replay, size_t number)
{
	replay->is_said[number] = true;
	skip_said(replay);
}

/* The first of this part not said yet; the count if there is none. */
static size_t find(const struct replay *replay, enum part part,
		   uint32_t command_id)
{
	size_t i = replay->next;

	while (i < replay->recording.count &&
	       (replay->is_said[i] || part_of(replay, i) != part ||
		(command_id && command_of(replay, i) != command_id)))
		i++;
	return i;
}

static bool is_submit(uint32_t command_id)
{
	return command_id == PDU_submit_sm || command_id == PDU_submit_multi ||
	       command_id == PDU_data_sm;
}

static void count_answer(struct sim *sim, const struct pdu *response)
{
	if (!is_submit(response->command_id & ~PDU_RESP))
		return;
	sim->tally.submits++;
	if (response->command_status == ESME_ROK)
		sim->tally.submits_accepted++;
	else
		sim->tally.submits_refused++;
}

/* As it was, to the octet, but for the sequence_number. */
static void answer(struct session *session, const struct pdu *request,
		   const struct buf *recorded)
{
	struct buf octets = { 0 };
	struct pdu response;
	const char *why;

	buf_append(&octets, recorded->bytes, recorded->len);
	pdu_poke_u32(octets.bytes + 12, request->sequence);
	pdu_parse(&response, octets.bytes, octets.len, &why);
	session_event_pdu(session, EVENT_SUBMIT, request);
	count_answer(session->sim, &response);
	reply_send_octets(session, EVENT_SUBMIT_RESP, &response, &octets);
	buf_destroy(&octets);
}

bool replay_answer(struct session *session, const struct pdu *request)
{
	struct replay *replay = session->sim->replay;
	size_t number;

	if (!replay || replay->side != RECORDING_SMSC)
		return false;
	number = find(replay, PART_ANSWER, request->command_id | PDU_RESP);
	if (number == replay->recording.count)
		return false;
	answer(session, request, &replay->recording.pdus[number]);
	say(replay, number);
	replay_deliver(session);
	return true;
}

static enum outbox_kind kind_of(const struct buf *octets)
{
	struct pdu pdu;
	const char *why;
	const bool is_read =
		pdu_parse(&pdu, octets->bytes, octets->len, &why) == ESME_ROK;

	return is_read && (pdu.esm_class & 0x3c) == 0x04 ? OUTBOX_RECEIPT :
							   OUTBOX_MO;
}

void replay_deliver(struct session *session)
{
	struct replay *replay = session->sim->replay;

	if (!replay || !session->outbox)
		return;
	while (replay->next < replay->recording.count &&
	       part_of(replay, replay->next) == PART_DELIVERY) {
		const struct buf *octets =
			&replay->recording.pdus[replay->next];

		outbox_push_octets(session->outbox, kind_of(octets), octets);
		say(replay, replay->next);
	}
}

const struct buf *replay_find_bind(const struct replay *replay)
{
	for (size_t i = 0; replay && i < replay->recording.count; i++)
		if (part_of(replay, i) == PART_BIND)
			return &replay->recording.pdus[i];
	return NULL;
}

const struct buf *replay_next_submit(struct replay *replay)
{
	const size_t number = find(replay, PART_SUBMIT, 0);

	if (number == replay->recording.count)
		return NULL;
	say(replay, number);
	return &replay->recording.pdus[number];
}

uint32_t replay_next_status(struct replay *replay)
{
	const size_t number = replay ? find(replay, PART_ANSWER,
					    (uint32_t)PDU_deliver_sm_resp) :
				       0;

	if (!replay || number == replay->recording.count)
		return ESME_ROK;
	say(replay, number);
	return pdu_peek_u32(replay->recording.pdus[number].bytes + 8);
}

bool replay_is_over(const struct replay *replay)
{
	if (replay->side == RECORDING_ESME)
		return find(replay, PART_SUBMIT, 0) == replay->recording.count;
	return replay->next >= replay->recording.count;
}
