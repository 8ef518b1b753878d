/* Any octets as an SMPP time and as the date of a receipt; an instant that is
 * taken reads back the same. */
#include <smpp/wire/smpp_time.h>

#include <iwf/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define NOW_MS 1767225600000ll /* 2026-01-01 */

static void check_instant(int64_t at_ms)
{
	char text[SMPP_TIME_SIZE];
	int64_t back = -1;

	if (smpp_time_format_absolute(text, at_ms))
		return;
	IWF_BUG_ON(smpp_time_parse(iwf_str_from(text), NOW_MS, &back));
	IWF_BUG_ON(back != at_ms / 100 * 100);
}

static void check_relative(int64_t sec)
{
	char text[SMPP_TIME_SIZE];
	int64_t back = -1;

	if (smpp_time_format_relative(text, sec))
		return;
	IWF_BUG_ON(smpp_time_parse(iwf_str_from(text), NOW_MS, &back));
	IWF_BUG_ON(back != NOW_MS + sec * 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct iwf_str in = iwf_str_make(bytes, len);
	int64_t at_ms = -1;

	if (smpp_time_parse(in, NOW_MS, &at_ms) == IWF_OK) {
		IWF_BUG_ON(at_ms < 0);
		check_instant(at_ms);
		check_relative((at_ms - NOW_MS) / 1000);
	}
	check_instant(smpp_time_from_receipt(in));
	return 0;
}
