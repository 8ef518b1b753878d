/* Identifiers of what the gateway originates. */
#include "cpm/cpm_priv.h"

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

/* RFC 4122 4.4: the version is 4, the variant 10. */
static struct iwf_str uuid(struct iwf_arena *arena, uint64_t high, uint64_t low)
{
	char text[36];

	high = (high & ~0xf000ull) | 0x4000;
	low = (low & ~(3ull << 62)) | 1ull << 63;
	iwf_str_hex(text, high >> 32, 8);
	text[8] = '-';
	iwf_str_hex(text + 9, high >> 16, 4);
	text[13] = '-';
	iwf_str_hex(text + 14, high, 4);
	text[18] = '-';
	iwf_str_hex(text + 19, low >> 48, 4);
	text[23] = '-';
	iwf_str_hex(text + 24, low, 12);
	return iwf_arena_copy(arena, iwf_str_make(text, sizeof(text)));
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
	return uuid(arena, keyed(key, "contribution-a", id),
		    keyed(key, "contribution-b", id));
}

struct iwf_str cpm_uuid(struct iwf_arena *arena, struct iwf_random *random)
{
	uint64_t high = iwf_random_next(random);

	return uuid(arena, high, iwf_random_next(random));
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
