/* Random bytes (OpenSSL) and a keyed hash for what peers can choose. */
#pragma once

#include <iwf/str.h>

IWF_EXPORT void iwf_random_fill(void *to, size_t len);
IWF_EXPORT uint32_t iwf_random_u32(void);
/* Up to +-percent around value, for timers that must not march in step. */
IWF_EXPORT uint32_t iwf_random_jitter(uint32_t value, unsigned percent);

/* SipHash-2-4: the same 16-byte key and bytes give the same 64 bits. */
IWF_EXPORT uint64_t iwf_hash(const uint8_t key[16], struct iwf_str bytes);
