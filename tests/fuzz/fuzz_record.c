/* Any bytes as a record; what is taken reads back the same when written. */
#include <base/record.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_message *first = record_parse(iwf_str_make(bytes, len));
	const struct iwf_message *kept = first;
	const struct iwf_message *again;
	struct iwf_buf once = { .len = 0 };
	struct iwf_buf twice = { .len = 0 };

	if (!first)
		return 0;
	record_format(&once, first);
	again = record_parse(iwf_buf_str(&once));
	IWF_BUG_ON(!again);
	record_format(&twice, again);
	IWF_BUG_ON(!iwf_str_eq(iwf_buf_str(&once), iwf_buf_str(&twice)));
	IWF_BUG_ON(!iwf_str_eq(first->body, again->body));
	IWF_BUG_ON(first->id != again->id || first->kind != again->kind);
	IWF_BUG_ON(!iwf_address_eq(&first->from, &again->from));
	IWF_BUG_ON(!iwf_address_eq(&first->to, &again->to));
	iwf_message_unref(&again);
	iwf_message_unref(&kept);
	iwf_buf_free(&twice);
	iwf_buf_free(&once);
	return 0;
}
