/* Identifiers of what the gateway originates. */
#include "cpm/cpm_priv.h"

#include "wire/uri.h"

#include <iwf/random.h>

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

static struct iwf_str uuid(struct iwf_arena *arena, uint64_t high, uint64_t low)
{
	return iwf_arena_printf(arena, "%08x-%04x-4%03x-%04x-%012llx",
				(unsigned)(high >> 32),
				(unsigned)(high >> 16 & 0xffff),
				(unsigned)(high & 0xfff),
				(unsigned)(0x8000 | (low >> 48 & 0x3fff)),
				(unsigned long long)(low & 0xffffffffffff));
}

struct iwf_str cpm_message_id(struct iwf_arena *arena, const uint8_t key[16],
			      uint64_t id)
{
	/* RFC 5438 6.3: at least 64 bits that nobody can guess. */
	return iwf_arena_printf(arena, "%016llx%016llx", (unsigned long long)id,
				(unsigned long long)keyed(key, "imdn", id));
}

struct iwf_str cpm_contribution_id(struct iwf_arena *arena,
				   const uint8_t key[16], uint64_t id)
{
	return uuid(arena, keyed(key, "contribution-a", id),
		    keyed(key, "contribution-b", id));
}

struct iwf_str cpm_uuid(struct iwf_arena *arena)
{
	uint64_t random[2];

	iwf_random_fill(random, sizeof(random));
	return uuid(arena, random[0], random[1]);
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
