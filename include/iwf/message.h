/* What travels: addresses, messages, jobs, reports and verdicts. */
#pragma once

#include <iwf/str.h>

struct iwf_buf;

/* Who. The kinds are what the services can tell apart. */
enum iwf_address_kind {
	IWF_ADDRESS_NONE = 0,
	IWF_ADDRESS_NUMBER, /* E.164, user = "+" and digits */
	IWF_ADDRESS_LOCAL,  /* short code or national number; domain = its
			     * phone-context, may be empty */
	IWF_ADDRESS_ALPHA,  /* alphanumeric SMS sender, nobody can answer it */
	IWF_ADDRESS_SIP     /* user@domain without a number */
};

/* user and domain decide equality; uri is how the peer spelled it and may be
 * empty, then the canonical form is used (tel:+49..., sip:alice@host). */
struct iwf_address {
	enum iwf_address_kind kind;
	struct iwf_str user;
	struct iwf_str domain;
	struct iwf_str uri;
};

/* Same kind, user and, for LOCAL and SIP, domain (domains without case). A
 * NUMBER is the same with or without a domain. */
IWF_EXPORT bool iwf_address_eq(const struct iwf_address *a,
			       const struct iwf_address *b);
/* Appends uri, or the canonical form: `tel:+49171`, `tel:123;phone-context=d`,
 * `sip:alice@host`, `alpha:NAME` (not a URI that leaves the process). */
IWF_EXPORT void iwf_address_format(struct iwf_buf *buf,
				   const struct iwf_address *address);
/* The canonical form without the peer's spelling: what lanes, joins and
 * duplicate keys are made of. */
IWF_EXPORT void iwf_address_key(struct iwf_buf *buf,
				const struct iwf_address *address);

enum iwf_kind {
	IWF_KIND_MESSAGE = 1,
	IWF_KIND_REPORT = 2 /* the fate of an earlier message, on its way back */
};

/* What a message's fate may be. An adapter answers a job with SENT, QUEUED
 * (not sent: try again), FAILED or UNSURE; the rest comes later or from the
 * relay. */
enum iwf_fate {
	IWF_FATE_NONE = 0,
	IWF_FATE_QUEUED,    /* not with the peer; will be tried (again) */
	IWF_FATE_SENT,      /* the peer took it over */
	IWF_FATE_DELIVERED, /* the recipient's device has it */
	IWF_FATE_DISPLAYED,
	IWF_FATE_FAILED,    /* never will be delivered */
	IWF_FATE_EXPIRED,
	IWF_FATE_CANCELLED,
	IWF_FATE_UNSURE     /* written to a peer that did not answer; by remote
			     * id, and in a REPORT: over, and not even the peer
			     * knows how */
};

/* Lower-case words: "sent", "delivered" ... Never NULL. */
IWF_EXPORT const char *iwf_fate_name(enum iwf_fate fate);

/* Which fates the sender asked to be told (RFC 5438 disposition types, and
 * the CPM interworking notification). A set of bits. */
enum iwf_want {
	IWF_WANT_DELIVERED = 1,
	IWF_WANT_FAILED = 2,
	IWF_WANT_DISPLAYED = 4,
	IWF_WANT_INTERWORKED = 8,
	IWF_WANT_PROCESSED = 16
};

/* What was said. Immutable once created, shared by counting, one block of
 * memory. Every slice may be empty. Times are milliseconds since 1970, 0 is
 * "not known". */
struct iwf_message {
	uint64_t id;             /* given by the relay when it is accepted */
	enum iwf_kind kind;
	uint32_t want;           /* enum iwf_want bits */
	struct iwf_address from;
	struct iwf_address to;
	struct iwf_str service;  /* ICSI URN of the CPM service, if any */
	struct iwf_str listener; /* name of the listener it came in by */
	/* Who of the link's peers sent it, if several. Parts that differ in it
	 * give the joined message all of theirs, in order, with spaces. */
	struct iwf_str account;
	struct iwf_str peer_id;  /* the sender's id of it: imdn.Message-ID */
	struct iwf_str conversation_id;
	struct iwf_str contribution_id;
	struct iwf_str in_reply_to; /* InReplyTo-Contribution-ID */
	struct iwf_str subject;
	struct iwf_str content_type;
	struct iwf_str body;
	struct iwf_str charging; /* P-Charging-Vector as received */
	struct iwf_str session_case; /* role under which it came: "orig", "term" */
	uint64_t transaction;    /* key of the request that brought it, so that its
				  * retransmissions are known after a restart */
	int64_t sent_at_ms;      /* the sender's clock */
	int64_t expires_at_ms;

	/* One part of a longer message: `set` names the message among the
	 * link's, part counts from 1. parts 0: it is whole. */
	struct iwf_str set;
	uint32_t part;
	uint32_t parts;
	bool incomplete;         /* joined although parts are missing */

	/* REPORT only: what became of which message. */
	enum iwf_fate fate;
	bool forbidden;          /* refused by the recipient's policy */
	bool interworked;        /* SENT told as an interworking notification */
	uint64_t about;          /* delivery the report is about */
	int64_t happened_at_ms;
	uint32_t code;           /* the peer's status behind a failure */
	struct iwf_str reason;   /* the same for a human */

	bool anonymous;          /* nobody beyond is to learn who sent it; ABI 3 */
};

/* Copies everything into one counted block; count 1. */
IWF_EXPORT struct iwf_message *iwf_message_create(const struct iwf_message *from);
IWF_EXPORT const struct iwf_message *iwf_message_ref(const struct iwf_message *msg);
/* Any thread. Clears the pointer; the last one frees. Accepts NULL in it. */
IWF_EXPORT void iwf_message_unref(const struct iwf_message **msg);

/* The most parts a message may be cut into on its way out. */
#define IWF_PARTS_MAX 255

/* One recipient's delivery, handed to one link. Borrowed until it is answered. */
struct iwf_job {
	uint64_t id;         /* the delivery; also what reports name */
	const struct iwf_message *msg;
	uint32_t attempt;    /* 1 for the first */
	uint32_t parts;      /* as first answered, 0 when not yet known */
	uint32_t coding;     /* the adapter's own word for how it was cut */
	uint8_t parts_done[(IWF_PARTS_MAX + 8) / 8]; /* bit n-1: part n is sent */
	bool again;          /* an earlier attempt may have arrived */
	/* Whom to name as the sender where the peer cannot name the real one;
	 * NONE: nobody. ABI 3 */
	struct iwf_address stand_in;
	struct iwf_str remote; /* the peer's ids of parts of it that are known,
				* as it spells them, with commas; ABI 3 */
};

static inline bool iwf_job_is_done(const struct iwf_job *job, uint32_t part)
{
	return job->parts_done[(part - 1) / 8] & (1u << (part - 1) % 8);
}

#define IWF_REMOTE_IDS_MAX 4

/* What a link learnt about a job or about a remote id. Borrowed by the call. */
struct iwf_report {
	enum iwf_fate fate;
	uint32_t part;           /* from 1; 0 speaks of the whole job */
	uint32_t parts;          /* how many there are, 0 when not known */
	uint32_t coding;         /* kept with the first answer, see iwf_job */
	/* The peer's id of this part when answering a job: the one to be found
	 * by, then, where it differs, the one that the peer itself knows (ABI 3).
	 * When reporting by remote id, up to four spellings that may be the one
	 * stored. */
	struct iwf_str remote_ids[IWF_REMOTE_IDS_MAX];
	uint32_t remote_count;
	uint32_t code;           /* protocol status, for trace and CDR */
	struct iwf_str text;     /* the same for a human */
	uint32_t retry_after_ms; /* 0: the relay's ladder decides */
	bool link_trouble;       /* QUEUED because of the link, not the message */
	bool forbidden;
	/* By remote id: the job whose answer comes after it was called UNSURE, so
	 * that its id is bound beside the other; 0: a receipt. */
	uint64_t late_job;
	/* By remote id: the message's own sender and recipient as the peer tells
	 * them (a receipt's addresses swapped back), and the peer's times. */
	struct iwf_address from;
	struct iwf_address to;
	int64_t submitted_at_ms;
	int64_t happened_at_ms;
};

/* What became of an accept. */
enum iwf_result {
	IWF_RESULT_ACCEPTED,  /* durable: the peer may be told */
	IWF_RESULT_DUPLICATE, /* accepted before, and still accounted for */
	IWF_RESULT_BUSY,      /* not now: come back after retry_after_sec */
	IWF_RESULT_NO_ROUTE,
	IWF_RESULT_LOOP,      /* would return to where it came from */
	IWF_RESULT_TOO_LARGE,
	IWF_RESULT_BLOCKED,
	IWF_RESULT_UNMATCHED, /* a report by remote id that waits for its message */
	IWF_RESULT_ERROR      /* the gateway's own fault: nothing was accepted */
};

struct iwf_verdict {
	enum iwf_result result;
	const char *why;          /* static text for the peer's operator */
	uint32_t retry_after_sec;
	uint64_t id;              /* what was accepted; of a part: 0, but the part
				   * that makes its set whole tells the id of the
				   * joined message */
	uint64_t original_id;     /* DUPLICATE: of what */
	/* ACCEPTED under `ack = outcome`: what has become of it meanwhile. With
	 * FAILED, EXPIRED or CANCELLED nothing of it was sent, and it is the
	 * only news of it: the peer gets an error and no REPORT follows; a
	 * temporary one if there is a retry_after_sec. */
	enum iwf_fate fate;
	uint32_t code;            /* the other peer's status behind it */
	bool forbidden;           /* refused by the recipient's policy; ABI 2 */
	uint32_t remote;          /* ACCEPTED by remote id: by which of them, from
				   * 1; 0: by the addresses. ABI 3 */
	int64_t ended_at_ms;      /* of what was inquired: when it ended, 0: it
				   * has not. ABI 3 */
};
