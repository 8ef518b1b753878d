/* What was said, as lines and as one number that is the same whenever the
 * same was said (FNV-1a). */
#include "trace/transcript.h"

#include "trace/line.h"
#include "wire/pdu.h"

#include <string.h>

#define FNV_BASIS 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u
/* Enough for some hundred thousand PDUs; what is beyond is not compared. */
#define KEPT_MAX (64u * 1024 * 1024)

static uint64_t hash_add(uint64_t hash, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	if (hash == 0)
		hash = FNV_BASIS;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * FNV_PRIME;
	return hash;
}

static void write_line(struct transcript *transcript, const struct buf *line)
{
	if (transcript->file)
		fwrite(line->bytes, 1, line->len, transcript->file);
	if (transcript->is_kept && transcript->kept.len < KEPT_MAX)
		buf_append(&transcript->kept, line->bytes, line->len);
}

static void chain_add(struct transcript_chains *chains, enum trace_way way,
		      const char *said, size_t len)
{
	const enum trace_kind kind = trace_line_kind(said);
	uint64_t *chain = &chains->hash[3 * way + kind];

	if (kind == TRACE_RECEIPT)
		*chain += hash_add(0, said, len);
	else if (kind != TRACE_UPKEEP)
		*chain = hash_add(*chain, said, len);
}

void transcript_add(struct transcript *transcript,
		    struct transcript_chains *chains, uint32_t conn_id,
		    enum trace_way way, const uint8_t *bytes, size_t len)
{
	const bool has_header = len >= PDU_HEADER_LEN;
	const uint32_t sequence = has_header ? pdu_peek_u32(bytes + 12) : 0;
	struct buf line = { 0 };

	buf_appendf(&line, "%u %s %u: ", conn_id, way == TRACE_IN ? "<" : ">",
		    sequence);

	const size_t start = line.len;

	trace_line(&line, bytes, len);
	buf_append_u8(&line, '\n');
	chain_add(chains, way, buf_str(&line) + start, line.len - start);
	write_line(transcript, &line);
	buf_destroy(&line);
}

void transcript_fold(struct transcript *transcript,
		     struct transcript_chains *chains)
{
	static const struct transcript_chains silence = { { 0 } };
	uint64_t hash = 0;

	if (memcmp(chains, &silence, sizeof(silence)) == 0)
		return;
	for (size_t i = 0; i < 6; i++) {
		uint8_t octets[8];

		pdu_poke_u32(octets, (uint32_t)(chains->hash[i] >> 32));
		pdu_poke_u32(octets + 4, (uint32_t)chains->hash[i]);
		hash = hash_add(hash, octets, sizeof(octets));
	}
	transcript->hash += hash;
	*chains = silence;
}

void transcript_destroy(struct transcript *transcript)
{
	if (transcript->file)
		fclose(transcript->file);
	transcript->file = NULL;
	buf_destroy(&transcript->kept);
}
