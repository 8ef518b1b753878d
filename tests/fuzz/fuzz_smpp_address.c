/* A type of number and any octets as an SMPP address: what is taken is an
 * address that can be written, and then means the same. */
#include <smpp/wire/smpp_address.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct smpp_number_rules none;
static const struct smpp_number_rules german = {
	.country_code = { "49", 2 },
	.trunk_prefix = { "0", 1 },
	.international_prefix = { "00", 2 },
	.home_domain = { "ims.example", 11 },
	.short_max = 6,
	.short_ton = SMPP_TON_NETWORK,
};

static void check_address(const struct iwf_address *address)
{
	IWF_BUG_ON(address->kind == IWF_ADDRESS_SIP);
	IWF_BUG_ON((address->kind == IWF_ADDRESS_NONE) != !address->user.len);
	IWF_BUG_ON(!iwf_str_is_printable(address->user));
	IWF_BUG_ON(address->kind == IWF_ADDRESS_NUMBER &&
		   (address->user.ptr[0] != '+' || address->user.len < 2));
}

static void check_rules(struct iwf_arena *arena, const struct smpp_address *in,
			const struct smpp_number_rules *rules)
{
	struct iwf_address first, second;
	struct smpp_address out;

	if (smpp_address_parse(arena, in, rules, &first))
		return;
	check_address(&first);
	if (smpp_address_format(arena, &first, rules, &out))
		return;
	IWF_BUG_ON(out.digits.len > SMPP_ADDRESS_MAX);
	IWF_BUG_ON(smpp_address_parse(arena, &out, rules, &second));
	check_address(&second);
	/* No country code begins with 0; a second "00" is taken off too. */
	if (first.kind == IWF_ADDRESS_NUMBER && first.user.ptr[1] != '0')
		IWF_BUG_ON(!iwf_address_eq(&first, &second));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct smpp_address in = { .digits = IWF_STR("") };

	if (len) {
		in.ton = bytes[0];
		in.digits = iwf_str_make(bytes + 1, len - 1);
	}
	check_rules(arena, &in, &none);
	check_rules(arena, &in, &german);
	iwf_arena_destroy(&arena);
	return 0;
}
