/* Trust lists: CIDR (RFC 4632) of both families in one form, and names of
 * verified certificates (RFC 5922). */
#include "sip/trust.h"

#include <iwf/arena.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

/* An IPv4 network is kept as its mapped IPv6 one, so one comparison serves
 * both families and mapped addresses need no rule of their own. */
#define MAPPED_BITS 96

struct network {
	uint8_t bytes[16];
	unsigned bits;
};

struct trust {
	struct iwf_arena *arena;
	struct network *networks;
	size_t network_count;
	struct iwf_str *names;
	size_t name_count;
};

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static void map_v4(uint8_t bytes[16], const void *v4)
{
	memcpy(bytes, mapped_prefix, sizeof(mapped_prefix));
	memcpy(bytes + 12, v4, 4);
}

static bool take_address(struct iwf_str s, struct network *net)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t v4[4];

	if (!s.len || s.len >= sizeof(text))
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	if (inet_pton(AF_INET, text, v4) == 1) {
		map_v4(net->bytes, v4);
		net->bits = MAPPED_BITS;
		return true;
	}
	net->bits = 0;
	return inet_pton(AF_INET6, text, net->bytes) == 1;
}

static bool bit_at(const uint8_t *bytes, unsigned bit)
{
	return bytes[bit / 8] & 0x80u >> bit % 8;
}

static enum iwf_err network_parse(struct iwf_str entry, struct network *net,
				  struct iwf_why *why)
{
	size_t slash = iwf_str_find(entry, '/');
	uint64_t bits;

	if (!take_address(iwf_str_sub(entry, 0, slash), net))
		return iwf_why_set(why, IWF_E_SYNTAX, 0,
				   "`%.*s` is neither an address nor tls:NAME",
				   IWF_STR_ARG(entry));
	bits = 128 - net->bits;
	if (slash != IWF_STR_NPOS &&
	    iwf_str_to_u64(iwf_str_sub(entry, slash + 1, entry.len), bits,
			   &bits))
		return iwf_why_set(why, IWF_E_SYNTAX, slash,
				   "bad prefix length in `%.*s`",
				   IWF_STR_ARG(entry));
	net->bits += (unsigned)bits;
	for (unsigned i = net->bits; i < 128; i++) {
		if (bit_at(net->bytes, i))
			return iwf_why_set(why, IWF_E_SYNTAX, slash,
					   "`%.*s` has bits set behind its prefix",
					   IWF_STR_ARG(entry));
	}
	return IWF_OK;
}

static bool is_name(struct iwf_str entry)
{
	return iwf_str_starts_case(entry, IWF_STR("tls:"));
}

enum iwf_err trust_check(struct iwf_str entry, struct iwf_why *why)
{
	struct network net;

	if (!is_name(entry))
		return network_parse(entry, &net, why);
	if (entry.len == 4 || !iwf_str_is_printable(entry))
		return iwf_why_set(why, IWF_E_SYNTAX, 4,
				   "no name behind tls:");
	return IWF_OK;
}

static void add(struct trust *trust, struct iwf_str entry)
{
	struct network net;

	if (is_name(entry)) {
		trust->names[trust->name_count++] = iwf_arena_copy(
			trust->arena, iwf_str_sub(entry, 4, entry.len));
		return;
	}
	if (!network_parse(entry, &net, NULL))
		trust->networks[trust->network_count++] = net;
}

struct trust *trust_create(const struct iwf_texts *entries, bool is_loopback)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct trust *trust = IWF_ARENA_NEW(arena, struct trust);
	size_t most = entries->count + 2;

	trust->arena = arena;
	trust->networks = IWF_ARENA_ARRAY(arena, struct network, most);
	trust->names = IWF_ARENA_ARRAY(arena, struct iwf_str, most);
	for (size_t i = 0; i < entries->count; i++)
		add(trust, entries->items[i]);
	if (!entries->count && is_loopback) {
		add(trust, IWF_STR("127.0.0.0/8"));
		add(trust, IWF_STR("::1"));
	}
	return trust;
}

void trust_destroy(struct trust **trust)
{
	struct iwf_arena *arena;

	if (!*trust)
		return;
	arena = (*trust)->arena;
	*trust = NULL;
	iwf_arena_destroy(&arena);
}

static bool is_in(const struct network *net, const uint8_t bytes[16])
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	if (memcmp(net->bytes, bytes, whole))
		return false;
	return !rest || !((net->bytes[whole] ^ bytes[whole]) >> (8 - rest));
}

bool trust_has_address(const struct trust *trust, const struct sockaddr *addr)
{
	uint8_t bytes[16];

	if (addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)addr;

		map_v4(bytes, &in->sin_addr);
	} else if (addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)addr;

		memcpy(bytes, &in6->sin6_addr, sizeof(bytes));
	} else {
		return false;
	}
	for (size_t i = 0; i < trust->network_count; i++) {
		if (is_in(&trust->networks[i], bytes))
			return true;
	}
	return !trust->network_count && trust->name_count;
}

bool trust_has_name(const struct trust *trust, struct iwf_str name)
{
	for (size_t i = 0; i < trust->name_count; i++) {
		if (iwf_str_eq_case(trust->names[i], name))
			return true;
	}
	return false;
}

bool trust_wants_name(const struct trust *trust)
{
	return trust->name_count > 0;
}
