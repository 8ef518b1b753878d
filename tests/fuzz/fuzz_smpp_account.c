/* What an account may be set to: a secret and networks, with a guess and an
 * address. The first octet is the length of the guess, which a peer chooses; then
 * come sixteen octets of address, the secret up to a line's end, and a network. */
#include <smpp/server/allow.h>
#include <smpp/server/secret.h>

#define ADDRESS_LEN 16u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Thousands of rounds are as slow as they should be. */
static bool is_slow(struct iwf_str secret)
{
	struct iwf_str rounds, kind;

	return iwf_str_split(&secret, '$', &kind) &&
	       iwf_str_eq(kind, IWF_STR("pbkdf2")) &&
	       iwf_str_split(&secret, '$', &rounds) && rounds.len > 1;
}

static void check_secret(struct iwf_str secret, struct iwf_str guess)
{
	bool is_good = server_secret_check(secret, NULL) == IWF_OK;
	bool is_clear = iwf_str_find(secret, '$') == IWF_STR_NPOS;

	if (is_slow(secret))
		return;
	IWF_BUG_ON(server_secret_is(secret, guess) && !is_good);
	if (is_good && is_clear)
		IWF_BUG_ON(!server_secret_is(secret, secret));
}

static void check_network(struct iwf_str network, const uint8_t *address)
{
	const struct iwf_texts allow = { .items = &network, .count = 1 };
	bool has = server_allow_has(&allow, address);

	if (server_allow_check(&allow, NULL))
		IWF_BUG_ON(has);
	else if (iwf_str_eq(network, IWF_STR("::/0")))
		IWF_BUG_ON(!has);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_str in = iwf_str_make(bytes, len), secret, guess;
	uint8_t address[ADDRESS_LEN] = { 0 };

	if (len <= ADDRESS_LEN)
		return 0;
	memcpy(address, bytes + 1, ADDRESS_LEN);
	in = iwf_str_sub(in, 1 + ADDRESS_LEN, len);
	guess = iwf_str_sub(in, 0, bytes[0] % 12);
	in = iwf_str_sub(in, guess.len, in.len);
	if (!iwf_str_split(&in, '\n', &secret))
		secret = IWF_STR_NONE;
	check_secret(secret, guess);
	check_network(in, address);
	return 0;
}
