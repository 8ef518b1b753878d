/* Random bytes from OpenSSL, and SipHash-2-4 (Aumasson, Bernstein 2012). */
#include <iwf/random.h>

#include <endian.h>
#include <openssl/rand.h>

void iwf_random_fill(void *to, size_t len)
{
	IWF_BUG_ON(len > INT32_MAX || RAND_bytes(to, (int)len) != 1);
}

uint32_t iwf_random_u32(void)
{
	uint32_t value;

	iwf_random_fill(&value, sizeof(value));
	return value;
}

uint32_t iwf_random_jitter(uint32_t value, unsigned percent)
{
	uint64_t span = (uint64_t)value * percent / 100;

	if (!span)
		return value;
	return (uint32_t)(value - span + iwf_random_u32() % (2 * span + 1));
}

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

/* Each round of its own: the state stays in registers. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static uint64_t little_endian(const unsigned char *p, size_t len)
{
	uint64_t value = 0;

	if (len)
		memcpy(&value, p, len);
	return le64toh(value);
}

ALWAYS_INLINE void take_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

uint64_t iwf_hash(const uint8_t key[16], struct iwf_str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.ptr;
	uint64_t k0 = little_endian(key, 8), k1 = little_endian(key + 8, 8);
	uint64_t v[4] = { k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du,
			  k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u };
	size_t left = bytes.len;

	for (; left >= 8; left -= 8, p += 8)
		take_word(v, little_endian(p, 8));
	take_word(v, (uint64_t)bytes.len << 56 | little_endian(p, left));
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void iwf_random_open(struct iwf_random *random)
{
	random->count = 0;
	iwf_random_fill(random->key, sizeof(random->key));
}

/* A keyed hash of a counter cannot be told from chance without the key. */
uint64_t iwf_random_next(struct iwf_random *random)
{
	uint64_t count = random->count++;

	return iwf_hash(random->key, iwf_str_make(&count, sizeof(count)));
}
