/* Any octets as what is posted to the page's port and as a line of the control
 * socket: a line made of JSON is one that can be read. */
#include "control/command.h"
#include "web/post.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void read_line(const char *line)
{
	struct command command;
	const char *why;

	if (command_parse(&command, line, 0, &why))
		command_destroy(&command);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const verbs[] = { "mo", "fault", "receipt",
					     "unbind" };
	struct buf json = { 0 };
	struct buf line = { 0 };
	const char *why;

	buf_append(&json, bytes, len);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		buf_clear(&line);
		if (post_format_line(&line, verbs[i], &json, &why))
			read_line(buf_str(&line));
	}
	read_line(buf_str(&json));
	buf_destroy(&json);
	buf_destroy(&line);
	return 0;
}
