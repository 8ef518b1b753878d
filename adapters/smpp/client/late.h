/* Requests whose response timer has run out: their answer may still come and
 * tell the id under which receipts will speak of them. Bounded; the oldest
 * are forgotten first. Pure. */
#pragma once

#include <iwf/message.h>

#define SMPP_LATE_MAX 256

struct smpp_late_entry {
	uint32_t generation; /* of the connection; 0: empty */
	uint32_t sequence;
	uint64_t job_id;
	uint32_t part, parts;
	int64_t sent_at_ms;
	const struct iwf_message *msg;
};

struct smpp_late {
	struct smpp_late_entry entries[SMPP_LATE_MAX];
	size_t next;
};

/* Takes a reference of entry->msg of its own. */
void smpp_late_push(struct smpp_late *late,
		    const struct smpp_late_entry *entry);
/* Removes it into *out, and gives the caller the reference. */
bool smpp_late_take(struct smpp_late *late, uint32_t generation,
		    uint32_t sequence, struct smpp_late_entry *out);
/* Forgets everything. */
void smpp_late_clear(struct smpp_late *late);
