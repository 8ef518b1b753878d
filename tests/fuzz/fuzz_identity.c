/* Any bytes as P-Asserted-Identity: what is taken are slices of it, and they
 * are read again the same. */
#include <sip/identity.h>

#include <iwf/buf.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_again(const struct iwf_str uris[2], unsigned count)
{
	struct iwf_buf buf = { .len = 0 };
	struct iwf_str back[2];
	unsigned back_count;

	for (unsigned i = 0; i < count; i++)
		iwf_buf_printf(&buf, "%s<%.*s>", i ? "," : "",
			       IWF_STR_ARG(uris[i]));
	IWF_BUG_ON(identity_parse(iwf_buf_str(&buf), back, &back_count));
	IWF_BUG_ON(back_count != count);
	for (unsigned i = 0; i < count; i++)
		IWF_BUG_ON(!iwf_str_eq(uris[i], back[i]));
	iwf_buf_free(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_str in = iwf_str_make(bytes, len);
	struct iwf_str uris[2];
	unsigned count;

	if (identity_parse(in, uris, &count)) {
		IWF_BUG_ON(count);
		return 0;
	}
	IWF_BUG_ON(count > 2);
	for (unsigned i = 0; i < count; i++) {
		IWF_BUG_ON(uris[i].ptr < in.ptr);
		IWF_BUG_ON(uris[i].ptr + uris[i].len > in.ptr + in.len);
		IWF_BUG_ON(!iwf_str_is_printable(uris[i]));
	}
	if (count)
		check_again(uris, count);
	return 0;
}
