/* Delivery receipts: which, when and what they say (SMPP 3.4 Appendix B). */
#pragma once

#include "smsc/message.h"
#include "smsc/outbox.h"

/* What one receipt says. */
struct receipt {
	const char *id;
	/* "DELIVRD"; any word may be sent on purpose. */
	const char *stat;
	const char *text;
	int64_t submitted_at;
	int64_t done_at;
};

/* Message states by the last digit of the destination number. */
enum message_state receipt_outcome(const char *number);

/* Whether this final state is told (SMPP 3.4 5.2.17). */
bool receipt_is_wanted(enum shape_when when, uint8_t registered_delivery,
		       enum message_state state);

/* "DELIVRD" */
const char *receipt_stat(enum message_state state);
/* MESSAGE_UNKNOWN's "UNKNOWN" included; 0 for a word that is none. */
enum message_state receipt_state(const char *stat);
/* err: of the text and network_error_code, 0 for success. */
unsigned receipt_error(enum message_state state);

/* Appends the text; times are unix ms, written in UTC. */
void receipt_format_text(struct buf *out, const struct receipt *receipt,
			 enum shape_fields fields);

/* "submit date" and the like: YYMMDDhhmm, 10 digits. */
void receipt_format_date(char date[11], int64_t unix_ms);

/* Queues it as deliver_sm from the SMS user (source) to the sender (dest). */
void receipt_push(struct outbox *outbox, const struct receipt *receipt,
		  const struct pdu *envelope,
		  const struct receipt_shape *shape);

/* Decides the message's end: now (ahead of the response) or the delay after
 * the response. */
void receipt_plan(struct message *message);
/* Its state is final: tells it if that is wanted. */
void receipt_tell(struct message *message);
