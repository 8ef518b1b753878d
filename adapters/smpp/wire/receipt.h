/* SMSC delivery receipts (SMPP 3.4 appendix B and 5.3.2.12, .35, .31), in all
 * the spellings they come in. Pure, any thread.
 *
 * How ids meet. What submit_sm_resp said is stored as smpp_id_normal(id): when
 * it consists of hex digits, in lower case and without leading zeros; when of
 * hex digits and hyphens, in lower case; else as it is, without blanks around.
 * A receipt's id gives candidates in the same form: itself, read as decimal and
 * written in hex, read as hex and written in decimal. Whichever of zeros, case,
 * base and "0x" the SMSC changes between the two, one candidate equals the stored
 * form. The normal form joins; a query_sm needs the SMSC's own spelling. */
#pragma once

#include "text/coding.h"
#include "wire/smpp_status.h"
#include "wire/tlv.h"

#include <iwf/arena.h>
#include <iwf/message.h>

/* Which bases the peer uses in submit_sm_resp and receipt. */
enum smpp_id_base {
	SMPP_ID_ANY,     /* all candidates */
	SMPP_ID_SAME,
	SMPP_ID_HEX_DEC, /* hex in the answer, decimal in the receipt */
	SMPP_ID_DEC_HEX
};

struct smpp_receipt_source {
	struct iwf_str message; /* short_message or message_payload, no UDH */
	const struct smpp_tlvs *tlvs; /* may be NULL */
	uint8_t data_coding;
	enum smpp_alphabet zero; /* what the peer means by data_coding 0 */
	enum smpp_id_base base;
	enum smpp_id_base learnt; /* ANY: nothing; else tried first */
};

struct smpp_receipt {
	struct iwf_str id;     /* as spelled */
	struct iwf_str candidates[IWF_REMOTE_IDS_MAX]; /* most likely first */
	/* What it means if this one is known; ANY: it teaches nothing. */
	enum smpp_id_base bases[IWF_REMOTE_IDS_MAX];
	size_t candidate_count;
	enum smpp_state state;
	struct iwf_str stat;   /* the text's word for it, may be empty */
	uint32_t err;          /* decimal digits as decimal, else as hex */
	struct iwf_str err_text;
	uint8_t network_type;  /* of network_error_code, 0: err is the text's */
	bool forbidden;        /* as the specification's rows say */
	int64_t submitted_at_ms; /* 0: not told */
	int64_t done_at_ms;
	struct iwf_str text;   /* first characters of the message */
	bool is_miscoded;      /* data_coding lied about the text; to count */
};

/* For peers that forget the esm_class: true when there is an id and a state. */
bool smpp_receipt_is_one(const struct smpp_receipt *receipt);
/* For the table of fates. */
struct smpp_told smpp_receipt_told(const struct smpp_receipt *receipt);
/* Reads parameters and text, the parameters win. Everything may be missing but
 * the id (up to 255 octets): IWF_E_SYNTAX. Results live in the arena. */
enum iwf_err smpp_receipt_parse(struct iwf_arena *arena,
				const struct smpp_receipt_source *source,
				struct smpp_receipt *out, struct iwf_why *why);

struct iwf_str smpp_id_normal(struct iwf_arena *arena, struct iwf_str id);
/* For smpp_receipt_parse: fills candidates and bases; id is as spelled. */
void smpp_receipt_candidates(struct iwf_arena *arena, struct iwf_str text_id,
			     enum smpp_id_base base, enum smpp_id_base learnt,
			     struct smpp_receipt *out);
