/* A password, or its hash, out of a file of its own. */
#pragma once

#include <iwf/buf.h>
#include <iwf/err.h>

/* What the file contains, without the white space around it, at the end of
 * `out`. IWF_E_IO: it cannot be read; why->text says why. */
enum iwf_err smpp_password_read(struct iwf_str name, struct iwf_buf *out,
				struct iwf_why *why);
