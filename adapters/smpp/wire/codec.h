/* SMPP PDUs by way of libsmpp34: the library packs and unpacks the mandatory
 * part of bind_*, data_sm and, where asked to, submit_sm and deliver_sm, behind
 * our own walk and without ever seeing a parameter (TLV), a list or an octet of
 * the network that was not checked. Everything else is pdu.h's alone.
 *
 * The library prints each field into an error text. For submit_sm that is
 * 43,000 instructions, more than a third of what the relay's thread does for a
 * message, so links leave the traffic to pdu.h; tests and the fuzz target hold
 * both to the same octets.
 *
 * The library keeps its error text and write position in globals, so calls of
 * all links take turns behind one lock for the process; PDUs that are only a
 * header or only an answer do not take it. */
#pragma once

#include "wire/pdu.h"

/* One for each link; used by one thread at a time. */
struct smpp_codec;

struct smpp_codec_counts {
	uint64_t packed;   /* by the library */
	uint64_t unpacked;
	/* What the library would not take although our walk did; then our own
	 * reading or writing counts. Anything but 0 deserves a look. */
	uint64_t pack_refused;
	uint64_t unpack_refused;
};

enum smpp_codec_scope {
	SMPP_CODEC_SELDOM, /* the library for what opens and controls a bind */
	SMPP_CODEC_ALL     /* and for the traffic */
};
struct smpp_codec *smpp_codec_create(enum smpp_codec_scope scope);
/* Clears the pointer; accepts NULL in it. */
void smpp_codec_destroy(struct smpp_codec **codec);

/* As smpp_pdu_parse, which goes first and decides what is refused. Texts that
 * the library unpacked are copies in the arena, other slices point into
 * `frame`. What the library cannot hold (unknown TON and NPI, versions, a
 * deliver_sm's times, data_sm addresses above 20 characters) stays as the walk
 * read it. */
enum iwf_err smpp_codec_unpack(struct smpp_codec *codec, struct iwf_arena *arena,
			       struct iwf_str frame, struct smpp_pdu *out,
			       struct iwf_why *why);
/* As smpp_pdu_format, with the same result to the octet. */
enum iwf_err smpp_codec_pack(struct smpp_codec *codec, struct iwf_buf *buf,
			     const struct smpp_pdu *pdu);
const struct smpp_codec_counts *
smpp_codec_counts(const struct smpp_codec *codec);
