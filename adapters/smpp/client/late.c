/* A ring, see late.h. */
#include "client/late.h"

static void forget(struct smpp_late_entry *entry)
{
	iwf_message_unref(&entry->msg);
	*entry = (struct smpp_late_entry){ 0 };
}

void smpp_late_push(struct smpp_late *late, const struct smpp_late_entry *entry)
{
	struct smpp_late_entry *slot = &late->entries[late->next];

	forget(slot);
	*slot = *entry;
	slot->msg = iwf_message_ref(entry->msg);
	late->next = (late->next + 1) % SMPP_LATE_MAX;
}

bool smpp_late_take(struct smpp_late *late, uint32_t generation,
		    uint32_t sequence, struct smpp_late_entry *out)
{
	for (size_t i = 0; i < SMPP_LATE_MAX; i++) {
		struct smpp_late_entry *entry = &late->entries[i];

		if (entry->generation != generation ||
		    entry->sequence != sequence || !generation)
			continue;
		*out = *entry;
		*entry = (struct smpp_late_entry){ 0 };
		return true;
	}
	return false;
}

void smpp_late_clear(struct smpp_late *late)
{
	for (size_t i = 0; i < SMPP_LATE_MAX; i++)
		forget(&late->entries[i]);
}
