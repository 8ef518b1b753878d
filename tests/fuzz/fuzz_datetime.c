/* Any bytes as an instant; what is taken reads back the same. */
#include <wire/datetime.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_buf buf = { .len = 0 };
	int64_t first, second;

	if (!datetime_parse(iwf_str_make(bytes, len), &first)) {
		IWF_BUG_ON(first < 0 || first > DATETIME_MAX_MS);
		datetime_format_ms(&buf, first);
		IWF_BUG_ON(datetime_parse(iwf_buf_str(&buf), &second));
		IWF_BUG_ON(first != second);
	}
	iwf_buf_free(&buf);
	return 0;
}
