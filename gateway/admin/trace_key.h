/* What an operator may call a delivery: its id, the end of it, the peer's id of
 * it, or the sender's imdn.Message-ID. */
#pragma once

#include "store/store.h"

#define TRACE_KEY_MAX 256
#define TRACE_SUFFIX_MIN 4

/* 16 hex digits; false for anything else. */
bool trace_key_id(struct iwf_str key, uint64_t *id);
/* message_id: the sender's, out of the record. The ids of a REPORT's message
 * are not its own: only its own id counts. */
bool trace_key_matches(struct iwf_str key, const struct store_delivery *row,
		       struct iwf_str message_id);
