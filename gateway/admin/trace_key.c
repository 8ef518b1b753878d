/* Recognising a delivery by what an operator has in hand. */
#include "admin/trace_key.h"

#include <stdio.h>

static bool is_hex(struct iwf_str key)
{
	for (size_t i = 0; i < key.len; i++) {
		char c = key.ptr[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
		      (c >= 'A' && c <= 'F')))
			return false;
	}
	return true;
}

bool trace_key_id(struct iwf_str key, uint64_t *id)
{
	if (key.len != 16 || !is_hex(key))
		return false;
	*id = 0;
	for (size_t i = 0; i < key.len; i++) {
		char c = key.ptr[i];

		*id = *id << 4 | (uint64_t)(c <= '9' ? c - '0' :
					    (c | 0x20) - 'a' + 10);
	}
	return true;
}

static bool is_suffix(struct iwf_str key, uint64_t id)
{
	char text[17];

	if (key.len < TRACE_SUFFIX_MIN || key.len > 16 || !is_hex(key))
		return false;
	snprintf(text, sizeof(text), "%016llx", (unsigned long long)id);
	return iwf_str_eq_case(key, iwf_str_from(text + 16 - key.len));
}

static bool is_remote(struct iwf_str key, struct iwf_str remotes)
{
	struct iwf_str remote;

	while (iwf_str_split(&remotes, ',', &remote))
		if (remote.len && iwf_str_eq_case(key, remote))
			return true;
	return false;
}

bool trace_key_matches(struct iwf_str key, const struct store_delivery *row,
		       struct iwf_str message_id)
{
	if (is_suffix(key, row->id))
		return true;
	return row->kind != IWF_KIND_REPORT &&
	       (is_remote(key, row->remote) ||
		(message_id.len && iwf_str_eq(key, message_id)));
}
