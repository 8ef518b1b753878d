/* The words for fates. */
#include <iwf/message.h>

static const char *const fate_names[] = {
	[IWF_FATE_NONE] = "none",
	[IWF_FATE_QUEUED] = "queued",
	[IWF_FATE_SENT] = "sent",
	[IWF_FATE_DELIVERED] = "delivered",
	[IWF_FATE_DISPLAYED] = "displayed",
	[IWF_FATE_FAILED] = "failed",
	[IWF_FATE_EXPIRED] = "expired",
	[IWF_FATE_CANCELLED] = "cancelled",
	[IWF_FATE_UNSURE] = "unsure",
};

const char *iwf_fate_name(enum iwf_fate fate)
{
	size_t count = IWF_COUNT_OF(fate_names);

	return (size_t)fate < count ? fate_names[fate] : "unknown";
}
