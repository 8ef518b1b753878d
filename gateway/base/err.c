/* Error names, reasons for a human, and the end of the process on our bugs. */
#include <iwf/err.h>

#include <stdio.h>
#include <stdlib.h>

static const char *const err_names[] = {
	[IWF_OK] = "ok",
	[IWF_E_SYNTAX] = "syntax",
	[IWF_E_LIMIT] = "limit",
	[IWF_E_UNSUPPORTED] = "unsupported",
	[IWF_E_CHARSET] = "charset",
	[IWF_E_NOT_FOUND] = "not-found",
	[IWF_E_EXISTS] = "exists",
	[IWF_E_DENIED] = "denied",
	[IWF_E_STATE] = "state",
	[IWF_E_FULL] = "full",
	[IWF_E_GONE] = "gone",
	[IWF_E_TIMEOUT] = "timeout",
	[IWF_E_IO] = "io",
	[IWF_E_CORRUPT] = "corrupt",
	[IWF_E_VERSION] = "version",
};

const char *iwf_err_name(enum iwf_err err)
{
	size_t count = IWF_COUNT_OF(err_names);

	return (size_t)err < count ? err_names[err] : "unknown";
}

enum iwf_err iwf_why_set(struct iwf_why *why, enum iwf_err err, size_t at,
			 const char *fmt, ...)
{
	va_list args;

	if (!why)
		return err;
	why->file = NULL;
	why->at = at;
	va_start(args, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return err;
}

void iwf_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "iwf: bug at %s:%d: %s\n", file, line, what);
	abort();
}
