/* See secret.h. */
#include "server/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define DIGEST_LEN 32
#define SALT_MAX_LEN 64
#define ROUNDS_MAX 20000

struct secret {
	uint32_t rounds; /* 0: one digest of salt and password */
	struct iwf_str salt;
	uint8_t digest[DIGEST_LEN];
};

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool digest_parse(struct iwf_str hex, uint8_t digest[DIGEST_LEN])
{
	if (hex.len != 2 * DIGEST_LEN)
		return false;
	for (size_t i = 0; i < DIGEST_LEN; i++) {
		int high = nibble(hex.ptr[2 * i]);
		int low = nibble(hex.ptr[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool is_hash(struct iwf_str text)
{
	return iwf_str_starts(text, IWF_STR("sha256$")) ||
		iwf_str_starts(text, IWF_STR("pbkdf2$"));
}

static bool hash_parse(struct iwf_str text, struct secret *out)
{
	struct iwf_str kind, rounds;
	uint64_t number = 0;

	*out = (struct secret){ 0 };
	iwf_str_split(&text, '$', &kind);
	if (iwf_str_eq(kind, IWF_STR("pbkdf2")) &&
	    (!iwf_str_split(&text, '$', &rounds) ||
	     iwf_str_to_u64(rounds, ROUNDS_MAX, &number) || !number))
		return false;
	out->rounds = (uint32_t)number;
	return iwf_str_split(&text, '$', &out->salt) && out->salt.len &&
		out->salt.len <= SALT_MAX_LEN && digest_parse(text, out->digest);
}

static bool digest_make(const struct secret *secret, struct iwf_str guess,
			uint8_t out[DIGEST_LEN])
{
	uint8_t both[SALT_MAX_LEN + SERVER_PASSWORD_MAX_LEN + 1];

	if (secret->rounds)
		return PKCS5_PBKDF2_HMAC(guess.len ? guess.ptr : "",
					 (int)guess.len,
					 (const uint8_t *)secret->salt.ptr,
					 (int)secret->salt.len,
					 (int)secret->rounds, EVP_sha256(),
					 DIGEST_LEN, out) == 1;
	memcpy(both, secret->salt.ptr, secret->salt.len);
	if (guess.len)
		memcpy(both + secret->salt.len, guess.ptr, guess.len);
	return EVP_Digest(both, secret->salt.len + guess.len, out, NULL,
			  EVP_sha256(), NULL) == 1;
}

/* Both padded to one length, so that the time tells nothing of it. */
static bool text_is(struct iwf_str secret, struct iwf_str guess)
{
	uint8_t one[SERVER_PASSWORD_MAX_LEN + 1] = { 0 };
	uint8_t other[SERVER_PASSWORD_MAX_LEN + 1] = { 0 };

	if (secret.len > SERVER_PASSWORD_MAX_LEN)
		return false;
	memcpy(one, secret.ptr ? secret.ptr : "", secret.len);
	memcpy(other, guess.ptr ? guess.ptr : "", guess.len);
	return CRYPTO_memcmp(one, other, sizeof(one)) == 0;
}

bool server_secret_is(struct iwf_str text, struct iwf_str guess)
{
	struct secret secret;
	uint8_t digest[DIGEST_LEN];

	if (guess.len > SERVER_PASSWORD_MAX_LEN)
		return false;
	if (!is_hash(text))
		return text_is(text, guess);
	return hash_parse(text, &secret) &&
		digest_make(&secret, guess, digest) &&
		CRYPTO_memcmp(digest, secret.digest, DIGEST_LEN) == 0;
}

enum iwf_err server_secret_check(struct iwf_str text, struct iwf_why *why)
{
	struct secret secret;

	if (is_hash(text) && !hash_parse(text, &secret))
		return iwf_why_set(why, IWF_E_SYNTAX, 0, "a hash is "
				   "sha256$SALT$HEX or pbkdf2$ROUNDS$SALT$HEX "
				   "with 64 hex digits, up to %d rounds",
				   ROUNDS_MAX);
	if (!is_hash(text) && text.len > SERVER_PASSWORD_MAX_LEN)
		return iwf_why_set(why, IWF_E_LIMIT, 0, "SMPP passwords have "
				   "at most %d characters",
				   SERVER_PASSWORD_MAX_LEN);
	return IWF_OK;
}
