/* A delivery (a message for one recipient) as it is stored: its states and its
 * row. Every delivery is in exactly one state; those from STORE_FINISHED on are
 * final. */
#pragma once

#include <iwf/err.h>
#include <iwf/message.h>

enum store_state {
	STORE_QUEUED = 1,  /* waits for its turn, its link or its retry */
	STORE_ATTEMPT,     /* handed to a link: after a crash it is unsure */
	STORE_UNSURE,      /* may have arrived; waits for a receipt or expiry */
	STORE_SENT,        /* the peer took it; a receipt is awaited */
	STORE_FINISHED = 8, /* the peer took it, nothing more is awaited */
	STORE_DELIVERED,
	STORE_DISPLAYED,
	STORE_FAILED,
	STORE_EXPIRED,
	STORE_CANCELLED
};

static inline bool store_state_is_final(enum store_state state)
{
	return state >= STORE_FINISHED;
}
const char *store_state_name(enum store_state state);

#define STORE_PARTS_LEN ((IWF_PARTS_MAX + 8) / 8)

/* A delivery's row. Times are milliseconds since 1970, 0 when it has not
 * happened. Everything a trace tells is here. */
struct store_delivery {
	uint64_t id;           /* time-ordered, never reused */
	uint64_t message_id;   /* whose record; equal to id for one recipient */
	enum iwf_kind kind;    /* REPORTs are accounted apart */
	enum store_state state;
	uint64_t about;        /* REPORT: the delivery whose fate it tells */
	uint32_t link;         /* where to, as numbered by store_link_number */
	uint32_t origin;       /* which link it came from */
	uint64_t lane;         /* hash of link, sender, recipient */
	uint32_t attempts;
	uint32_t resends;      /* times it was sent although it may have arrived */
	uint32_t parts;
	uint32_t coding;
	uint8_t parts_sent[STORE_PARTS_LEN];
	uint8_t parts_good[STORE_PARTS_LEN]; /* parts with a good receipt */
	int64_t accepted_at_ms;
	int64_t due_at_ms;     /* QUEUED: not before */
	int64_t expires_at_ms;
	int64_t attempt_at_ms; /* the latest */
	int64_t sent_at_ms;
	int64_t done_at_ms;
	int64_t told_at_ms;    /* when a REPORT about it was taken by the sender's
				* side, the latest; never goes back */
	uint32_t code;         /* the peer's latest status */
	struct iwf_str remote; /* the peer's ids, comma-separated, in part order */
	struct iwf_str text;   /* why it is in this state, for a human */
	/* Of the record that was read with it, never stored: IWF_OK, it is
	 * whole; IWF_E_CORRUPT, its body is lost or damaged; IWF_E_STATE, it
	 * was left in the spool (store_join). Else it is without the body. */
	enum iwf_err body_err;
};
