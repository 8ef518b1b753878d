/* How the words of a service's peers meet fates, as the adapters and their links
 * have it: what `iwfctl table` prints. */
#pragma once

#include "settings.h"

/* Lines of cells as of struct iwf_ops, with the link in front ("*": what holds
 * of all). service is that of an adapter, or its name. link empty: the
 * specification's rows, then those that links have of their own.
 * IWF_E_NOT_FOUND: no such service or link; why names those there are. */
enum iwf_err mapping_print(const struct settings *settings,
			   struct iwf_str service, struct iwf_str link,
			   struct iwf_buf *text, struct iwf_why *why);
