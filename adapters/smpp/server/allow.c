/* See allow.h. Both families in one form: IPv4 is ::ffff:0:0/96. */
#include "server/allow.h"

#include <arpa/inet.h>

#define MAPPED_BITS 96

static bool network_parse(struct iwf_str entry, uint8_t bytes[16],
			  unsigned *bits)
{
	size_t slash = iwf_str_find(entry, '/');
	struct iwf_str address = iwf_str_sub(entry, 0, slash);
	char text[INET6_ADDRSTRLEN];
	uint64_t length;

	if (!address.len || address.len >= sizeof(text))
		return false;
	memcpy(text, address.ptr, address.len);
	text[address.len] = '\0';
	memset(bytes, 0, 16);
	*bits = 0;
	if (inet_pton(AF_INET, text, bytes + 12) == 1) {
		memset(bytes + 10, 0xff, 2);
		*bits = MAPPED_BITS;
	} else if (inet_pton(AF_INET6, text, bytes) != 1) {
		return false;
	}
	length = 128 - *bits;
	if (slash != IWF_STR_NPOS &&
	    iwf_str_to_u64(iwf_str_sub(entry, slash + 1, entry.len),
			   128 - *bits, &length))
		return false;
	*bits += (unsigned)length;
	return true;
}

static bool is_same(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, b, bits / 8))
		return false;
	return !rest || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

bool server_allow_has(const struct iwf_texts *allow, const uint8_t address[16])
{
	uint8_t bytes[16];
	unsigned bits;

	for (size_t i = 0; i < allow->count; i++)
		if (network_parse(allow->items[i], bytes, &bits) &&
		    is_same(bytes, address, bits))
			return true;
	return allow->count == 0;
}

enum iwf_err server_allow_check(const struct iwf_texts *allow,
				struct iwf_why *why)
{
	uint8_t bytes[16];
	unsigned bits;

	for (size_t i = 0; i < allow->count; i++)
		if (!network_parse(allow->items[i], bytes, &bits))
			return iwf_why_set(why, IWF_E_SYNTAX, 0,
					   "allow: `%.*s` is no network",
					   IWF_STR_ARG(allow->items[i]));
	return IWF_OK;
}
