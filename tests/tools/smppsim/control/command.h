/* The lines of the control socket, taken apart. */
#pragma once

#include "smsc/mo.h"

#include <stdbool.h>

enum command_verb {
	COMMAND_MO,
	COMMAND_RECEIPT,
	COMMAND_ALERT,
	COMMAND_FAULT,
	COMMAND_RAW,
	COMMAND_ENQUIRE,
	COMMAND_UNBIND,
	COMMAND_OUTBIND,
	COMMAND_STATS,
	COMMAND_QUIT,
};

/* Strings live in words and end with command_destroy. */
struct command {
	enum command_verb verb;
	struct mo mo;
	const char *system_id;
	/* Of receipt. */
	const char *id;
	const char *stat;
	bool tlv_only;
	/* Of outbind. */
	const char *password;
	/* SPEC of fault, HEX of raw, ADDRESS:PORT of outbind. */
	const char *argument;
	char *words;
};

/* Takes one line without its newline. False with a reason, then there is
 * nothing to destroy. registered_delivery presets what mo does not say. */
bool command_parse(struct command *command, const char *line,
		   long registered_delivery, const char **why);
void command_destroy(struct command *command);

/* Appends word, quoted if it needs that, and a blank. */
void command_quote(struct buf *line, const char *word);
