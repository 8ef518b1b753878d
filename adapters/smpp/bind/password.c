/* See password.h. */
#include "bind/password.h"

#include <stdio.h>

/* The longest is a hash with its salt. */
#define FILE_MAX_LEN 512

enum iwf_err smpp_password_read(struct iwf_str name, struct iwf_buf *out,
				struct iwf_why *why)
{
	char path[4097];
	char line[FILE_MAX_LEN];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%.*s", IWF_STR_ARG(name));
	file = fopen(path, "re");
	if (!file)
		return iwf_why_set(why, IWF_E_IO, 0, "password_file "
				   "%.120s: %m", path);
	len = fread(line, 1, sizeof(line), file);
	fclose(file);
	iwf_buf_str_put(out, iwf_str_trim(iwf_str_make(line, len)));
	return IWF_OK;
}
