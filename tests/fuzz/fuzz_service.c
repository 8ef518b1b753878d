/* Any bytes as a URN, a list of them, and a feature tag header. */
#include <wire/service.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_str text = iwf_str_make(bytes, len);
	struct iwf_buf buf = { .len = 0 };
	uint32_t set = service_set_from_accept_contact(text);
	enum service first = service_from_accept_contact(text);
	enum service urn = service_from_urn(text);

	IWF_BUG_ON(!set != (first == SERVICE_NONE));
	IWF_BUG_ON(set && !(set & SERVICE_BIT(first)));
	IWF_BUG_ON(urn != service_from_urn(service_urn(urn)));
	IWF_BUG_ON(service_from_asserted(text) >= SERVICE_COUNT);
	service_tag_format(&buf, set);
	IWF_BUG_ON(service_set_from_accept_contact(iwf_buf_str(&buf)) != set);
	iwf_buf_free(&buf);
	return 0;
}
