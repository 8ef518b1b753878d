/* What waits to be delivered to a system_id: receipts and MO messages, kept
 * until they are answered (SMPP 3.4 4.6). */
#pragma once

#include "sim/session.h"

enum outbox_kind { OUTBOX_RECEIPT, OUTBOX_MO };

struct item;
TAILQ_HEAD(item_list, item);

struct outbox {
	TAILQ_ENTRY(outbox) entry;
	struct sim *sim;
	/* Empty: for the first receiver that binds. */
	char system_id[16];
	struct item_list ready;
	struct item_list in_flight;
	/* Waiting for their next try. */
	struct item_list later;
	size_t count;
	bool has_configured_mo;
};

/* The outbox of this system_id, created when there is none. */
struct outbox *outbox_get(struct sim *sim, const char *system_id);
/* Where a message goes that names nobody: the first receiver bound, else the
 * outbox for the next one. */
struct outbox *outbox_get_any(struct sim *sim);

/* Queues a deliver_sm (its sequence is given when it is sent). False when
 * too many wait already; then it is lost and counted. */
bool outbox_push(struct outbox *outbox, enum outbox_kind kind,
		 const struct pdu *pdu);
/* The same with the octets of a whole PDU. */
bool outbox_push_octets(struct outbox *outbox, enum outbox_kind kind,
			const struct buf *octets);

/* Sends what the windows of the bound receivers allow. */
void outbox_pump(struct outbox *outbox);
/* Takes over what waited for any receiver. */
void outbox_adopt(struct outbox *outbox);
/* The connection is gone: what it had in flight is ready again. */
void outbox_release(struct session *session);

size_t outbox_waiting_count(const struct sim *sim);
void outbox_destroy_all(struct sim *sim);
