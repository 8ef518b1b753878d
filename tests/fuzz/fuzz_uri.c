/* Any bytes as an address; what is taken keeps its meaning when written. */
#include <wire/uri.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_arena *arena = iwf_arena_create(0);
	struct iwf_buf buf = { .len = 0 };
	struct iwf_address first, second;
	enum iwf_err err;

	if (!uri_parse(arena, iwf_str_make(bytes, len), &first, NULL)) {
		uri_format(&buf, &first);
		err = uri_parse(arena, iwf_buf_str(&buf), &second, NULL);
		/* Encoding may make it longer than we take. */
		IWF_BUG_ON(err && err != IWF_E_LIMIT);
		IWF_BUG_ON(!err && !iwf_address_eq(&first, &second));
	}
	iwf_buf_free(&buf);
	iwf_arena_destroy(&arena);
	return 0;
}
