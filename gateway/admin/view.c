/* Words, times, ids and addresses as they stand in every answer. */
#include "admin/view.h"

#include <iwf/utf8.h>

#include <stdio.h>
#include <time.h>

json_t *view_text(struct iwf_str text)
{
	json_t *json = json_stringn(text.ptr ? text.ptr : "", text.len);
	struct iwf_buf mended = { 0 };

	if (json)
		return json;
	iwf_utf8_mend(&mended, text);
	json = json_stringn(mended.ptr, mended.len);
	iwf_buf_free(&mended);
	return json;
}

json_t *view_time(int64_t at_ms)
{
	time_t at = (time_t)(at_ms / 1000);
	char day[24];
	struct tm tm;

	if (at_ms <= 0 || !gmtime_r(&at, &tm) ||
	    !strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm))
		return json_null();
	return json_sprintf("%s.%03dZ", day, (int)(at_ms % 1000));
}

json_t *view_id(uint64_t id)
{
	return json_sprintf("%016llx", (unsigned long long)id);
}

/* As iwf_log_mask does it: the country, the area and the last two stay. */
static void mask(char *text)
{
	char *from = strchr(text, ':');
	size_t len, head, tail;

	from = from ? from + 1 : text;
	len = strcspn(from, "@;");
	head = len > 8 ? 5 : 2;
	tail = len > 8 ? 2 : 1;
	for (size_t i = head; i + tail < len; i++)
		from[i] = '*';
}

json_t *view_address(const struct iwf_log *log,
		     const struct iwf_address *address, bool full)
{
	struct iwf_masked masked;

	if (address->kind == IWF_ADDRESS_NONE)
		return json_null();
	masked = iwf_log_mask(log, address);
	if (!full)
		mask(masked.text);
	return view_text(iwf_str_from(masked.text));
}

const char *view_link_state(enum iwf_link_state state)
{
	switch (state) {
	case IWF_LINK_DOWN: return "down";
	case IWF_LINK_CONNECTING: return "connecting";
	case IWF_LINK_UP: return "up";
	case IWF_LINK_DRAINING: return "draining";
	}
	return "?";
}

const char *view_kind(enum iwf_kind kind)
{
	return kind == IWF_KIND_REPORT ? "report" : "message";
}

const char *view_origin(const struct store *store, uint32_t number)
{
	return number ? store_link_name(store, number) : "iwfctl";
}
