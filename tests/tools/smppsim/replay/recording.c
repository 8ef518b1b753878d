/* The PDUs one side said in a capture: segments to streams, streams to PDUs. */
#include "replay/recording.h"

#include "replay/segment.h"
#include "wire/pdu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (256u * 1024 * 1024)
#define STREAMS_MAX 4096u

/* A payload and its place in the stream, in octets behind the first. */
struct chunk {
	int64_t place;
	size_t packet;
	const uint8_t *bytes;
	size_t len;
};

struct stream {
	struct segment_flow flow;
	uint32_t first_sequence;
	int64_t last_place;
	struct chunk *chunks;
	size_t count;
};

struct streams {
	struct stream *streams;
	size_t count;
};

/* A PDU and the packet that completed it. */
struct said {
	struct buf pdu;
	size_t packet;
	size_t number;
};

struct said_list {
	struct said *said;
	size_t count;
};

static struct stream *stream_get(struct streams *streams,
				 const struct segment *segment)
{
	struct stream *stream = NULL;

	for (size_t i = streams->count; i > 0 && !stream; i--)
		if (memcmp(&streams->streams[i - 1].flow, &segment->flow,
			   sizeof(segment->flow)) == 0)
			stream = &streams->streams[i - 1];
	/* Ports are used again: then it is another connection. */
	if (stream && !(segment->is_syn && stream->count > 0))
		return stream;
	if (streams->count == STREAMS_MAX)
		return NULL;
	streams->streams = mem_grow(streams->streams, &streams->count,
				    sizeof(*streams->streams));
	stream = &streams->streams[streams->count - 1];
	stream->flow = segment->flow;
	stream->first_sequence = segment->sequence + segment->is_syn;
	return stream;
}

/* Counted on from the last one, so that streams may be longer than the
 * sequence numbers go. */
static int64_t place_of(struct stream *stream, uint32_t sequence)
{
	const uint32_t behind = sequence - stream->first_sequence -
				(uint32_t)stream->last_place;

	stream->last_place += (int32_t)behind;
	return stream->last_place;
}

static void streams_add(struct streams *streams, const struct segment *segment,
			size_t packet)
{
	struct stream *stream;

	if (segment->len == 0 && !segment->is_syn)
		return;
	stream = stream_get(streams, segment);
	if (!stream || segment->len == 0)
		return;
	if (stream->count % 64 == 0) {
		stream->chunks =
			realloc(stream->chunks,
				(stream->count + 64) * sizeof(*stream->chunks));
		if (!stream->chunks)
			abort();
	}
	stream->chunks[stream->count++] = (struct chunk){
		.place = place_of(stream, segment->sequence + segment->is_syn),
		.packet = packet,
		.bytes = segment->payload,
		.len = segment->len,
	};
}

static int by_place(const void *one, const void *other)
{
	const struct chunk *a = one;
	const struct chunk *b = other;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->packet < b->packet ? -1 : 1;
}

static void said_add(struct said_list *list, const uint8_t *bytes, size_t len,
		     size_t packet)
{
	struct said *said;

	list->said = mem_grow(list->said, &list->count, sizeof(*list->said));
	said = &list->said[list->count - 1];
	buf_append(&said->pdu, bytes, len);
	said->packet = packet;
	said->number = list->count;
}

/* Takes the whole PDUs off the front. False if these octets are no SMPP. */
static bool take_pdus(struct buf *octets, struct said_list *list, size_t packet)
{
	size_t at = 0;
	bool is_smpp = true;

	while (octets->len - at >= PDU_HEADER_LEN) {
		const uint32_t len = pdu_peek_u32(octets->bytes + at);

		is_smpp = len >= PDU_HEADER_LEN && len <= PDU_LEN_MAX &&
			  pdu_is_known(pdu_peek_u32(octets->bytes + at + 4));
		if (!is_smpp || octets->len - at < len)
			break;
		said_add(list, octets->bytes + at, len, packet);
		at += len;
	}
	buf_consume(octets, at);
	return is_smpp;
}

static void stream_take(struct stream *stream, struct said_list *list)
{
	struct buf octets = { 0 };
	int64_t next = 0;
	size_t latest = 0;
	bool is_smpp = true;

	if (stream->count == 0)
		return;
	qsort(stream->chunks, stream->count, sizeof(*stream->chunks), by_place);
	next = stream->chunks[0].place;
	for (size_t i = 0; i < stream->count && is_smpp; i++) {
		const struct chunk *chunk = &stream->chunks[i];
		const int64_t end = chunk->place + (int64_t)chunk->len;

		if (end <= next)
			continue;
		/* Something is missing: what began before is lost. */
		if (chunk->place > next) {
			buf_clear(&octets);
			next = chunk->place;
		}
		buf_append(&octets, chunk->bytes + (next - chunk->place),
			   (size_t)(end - next));
		next = end;
		/* What came early waits for what it comes behind. */
		if (chunk->packet > latest)
			latest = chunk->packet;
		is_smpp = take_pdus(&octets, list, latest);
	}
	buf_destroy(&octets);
}

/* Whose these are: what only an SMSC says against what only an ESME says. */
static bool is_side(const struct said_list *list, enum recording_side side)
{
	long smsc = 0;
	long esme = 0;

	for (size_t i = 0; i < list->count; i++) {
		switch (pdu_peek_u32(list->said[i].pdu.bytes + 4)) {
		case (uint32_t)PDU_bind_receiver_resp:
		case (uint32_t)PDU_bind_transmitter_resp:
		case (uint32_t)PDU_bind_transceiver_resp:
		case (uint32_t)PDU_submit_sm_resp:
		case (uint32_t)PDU_submit_multi_resp:
		case PDU_deliver_sm:
			smsc++;
			break;
		case PDU_bind_receiver:
		case PDU_bind_transmitter:
		case PDU_bind_transceiver:
		case PDU_submit_sm:
		case PDU_submit_multi:
		case (uint32_t)PDU_deliver_sm_resp:
			esme++;
			break;
		default:
			break;
		}
	}
	return side == RECORDING_SMSC ? smsc > esme : esme > smsc;
}

static void said_destroy(struct said_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		buf_destroy(&list->said[i].pdu);
	free(list->said);
	*list = (struct said_list){ 0 };
}

static void said_move(struct said_list *to, struct said_list *from)
{
	for (size_t i = 0; i < from->count; i++) {
		to->said = mem_grow(to->said, &to->count, sizeof(*to->said));
		to->said[to->count - 1] = from->said[i];
		to->said[to->count - 1].number = to->count;
	}
	free(from->said);
	*from = (struct said_list){ 0 };
}

static int by_packet(const void *one, const void *other)
{
	const struct said *a = one;
	const struct said *b = other;

	if (a->packet != b->packet)
		return a->packet < b->packet ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

static void streams_say(struct streams *streams, enum recording_side side,
			struct said_list *all)
{
	for (size_t i = 0; i < streams->count; i++) {
		struct said_list list = { 0 };

		stream_take(&streams->streams[i], &list);
		if (is_side(&list, side))
			said_move(all, &list);
		said_destroy(&list);
	}
	if (all->count)
		qsort(all->said, all->count, sizeof(*all->said), by_packet);
}

static void streams_destroy(struct streams *streams)
{
	for (size_t i = 0; i < streams->count; i++)
		free(streams->streams[i].chunks);
	free(streams->streams);
}

bool recording_parse(struct recording *recording, enum recording_side side,
		     const struct buf *file, const char **why)
{
	struct streams streams = { 0 };
	struct said_list all = { 0 };
	struct pcap_packet packet;
	struct segment segment;
	struct pcap pcap;

	*recording = (struct recording){ 0 };
	if (!pcap_open(&pcap, file->bytes, file->len, why))
		return false;
	for (size_t number = 0; pcap_next(&pcap, &packet); number++)
		if (segment_parse(&segment, &packet))
			streams_add(&streams, &segment, number);
	streams_say(&streams, side, &all);
	streams_destroy(&streams);
	if (all.count)
		recording->pdus = mem_alloc(all.count * sizeof(struct buf));
	for (size_t i = 0; i < all.count; i++)
		recording->pdus[recording->count++] = all.said[i].pdu;
	free(all.said);
	*why = "no PDU of this side in it";
	return recording->count > 0;
}

bool recording_read(struct recording *recording, enum recording_side side,
		    const char *path, const char **why)
{
	FILE *file = fopen(path, "re");
	struct buf octets = { 0 };
	char bytes[65536];
	size_t got;
	bool is_good;

	*recording = (struct recording){ 0 };
	*why = strerror(errno);
	if (!file)
		return false;
	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0 &&
	       octets.len <= FILE_MAX)
		buf_append(&octets, bytes, got);
	fclose(file);
	*why = "too long";
	is_good = octets.len <= FILE_MAX &&
		  recording_parse(recording, side, &octets, why);
	buf_destroy(&octets);
	return is_good;
}

void recording_destroy(struct recording *recording)
{
	for (size_t i = 0; i < recording->count; i++)
		buf_destroy(&recording->pdus[i]);
	free(recording->pdus);
	*recording = (struct recording){ 0 };
}
