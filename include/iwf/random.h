/* Random bytes (OpenSSL) and a keyed hash for what peers can choose. */
#pragma once

#include <iwf/str.h>

IWF_EXPORT void iwf_random_fill(void *to, size_t len);
IWF_EXPORT uint32_t iwf_random_u32(void);
/* Up to +-percent around value, for timers that must not march in step. */
IWF_EXPORT uint32_t iwf_random_jitter(uint32_t value, unsigned percent);

/* Numbers for ids and tags: nobody can guess them, and one costs a hundredth
 * of a call of OpenSSL, which gives the key. Of one loop. */
struct iwf_random {
	uint8_t key[16];
	uint64_t count;
};
IWF_EXPORT void iwf_random_open(struct iwf_random *random);
IWF_EXPORT uint64_t iwf_random_next(struct iwf_random *random);

/* SipHash-2-4: the same 16-byte key and bytes give the same 64 bits. */
IWF_EXPORT uint64_t iwf_hash(const uint8_t key[16], struct iwf_str bytes);
