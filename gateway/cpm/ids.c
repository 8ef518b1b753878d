/* Identifiers of what the gateway originates. */
#include "cpm/cpm_priv.h"

#include "base/id.h"
#include "wire/uri.h"

static uint64_t keyed(const uint8_t key[16], const char *what, uint64_t id)
{
	struct iwf_buf buf = { 0 };
	uint64_t hash;

	iwf_buf_str_put(&buf, iwf_str_from(what));
	iwf_buf_u64(&buf, id);
	hash = iwf_hash(key, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return hash;
}

struct iwf_str cpm_message_id(struct iwf_arena *arena, const uint8_t key[16],
			      uint64_t id)
{
	char text[32];

	/* RFC 5438 6.3: at least 64 bits that nobody can guess. */
	iwf_str_hex(text, id, 16);
	iwf_str_hex(text + 16, keyed(key, "imdn", id), 16);
	return iwf_arena_copy(arena, iwf_str_make(text, sizeof(text)));
}

struct iwf_str cpm_contribution_id(struct iwf_arena *arena,
				   const uint8_t key[16], uint64_t id)
{
	return id_uuid(arena, keyed(key, "contribution-a", id),
		    keyed(key, "contribution-b", id));
}

struct iwf_str cpm_uuid(struct iwf_arena *arena, struct iwf_random *random)
{
	uint64_t high = iwf_random_next(random);

	return id_uuid(arena, high, iwf_random_next(random));
}

struct iwf_str cpm_uri(struct iwf_arena *arena,
		       const struct iwf_address *address)
{
	struct iwf_buf buf = { 0 };
	struct iwf_str uri;

	if (address->uri.len)
		return address->uri;
	uri_format(&buf, address);
	uri = iwf_arena_copy(arena, iwf_buf_str(&buf));
	iwf_buf_free(&buf);
	return uri;
}

struct iwf_str cpm_sender_uri(struct iwf_arena *arena,
			      const struct iwf_address *address)
{
	/* RFC 3323 4.1.1.3 */
	return address->kind == IWF_ADDRESS_NONE ?
		IWF_STR("sip:anonymous@anonymous.invalid") :
		cpm_uri(arena, address);
}
