/* Addresses: when two are the same, and how they are written. */
#include <iwf/buf.h>
#include <iwf/message.h>

bool iwf_address_eq(const struct iwf_address *a, const struct iwf_address *b)
{
	if (a->kind != b->kind || !iwf_str_eq(a->user, b->user))
		return false;
	if (a->kind == IWF_ADDRESS_NUMBER || a->kind == IWF_ADDRESS_ALPHA)
		return true;
	return iwf_str_eq_case(a->domain, b->domain);
}

static void put_lower(struct iwf_buf *buf, struct iwf_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		iwf_buf_u8(buf, (uint8_t)(c >= 'A' && c <= 'Z' ? c + 32 : c));
	}
}

void iwf_address_key(struct iwf_buf *buf, const struct iwf_address *address)
{
	static const char *const scheme[] = {
		[IWF_ADDRESS_NONE] = "none:", [IWF_ADDRESS_NUMBER] = "tel:",
		[IWF_ADDRESS_LOCAL] = "tel:", [IWF_ADDRESS_ALPHA] = "alpha:",
		[IWF_ADDRESS_SIP] = "sip:",
	};

	iwf_buf_str_put(buf, iwf_str_from(scheme[address->kind]));
	iwf_buf_str_put(buf, address->user);
	if (address->kind == IWF_ADDRESS_LOCAL && address->domain.len)
		iwf_buf_str_put(buf, IWF_STR(";phone-context="));
	if (address->kind == IWF_ADDRESS_SIP)
		iwf_buf_u8(buf, '@');
	if (address->kind == IWF_ADDRESS_SIP ||
	    address->kind == IWF_ADDRESS_LOCAL)
		put_lower(buf, address->domain);
}

void iwf_address_format(struct iwf_buf *buf, const struct iwf_address *address)
{
	if (address->uri.len)
		iwf_buf_str_put(buf, address->uri);
	else
		iwf_address_key(buf, address);
}
