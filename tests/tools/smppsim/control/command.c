/* The lines of the control socket, taken apart. */
#include "control/command.h"

#include <stdlib.h>
#include <string.h>

enum {
	FOR_MO = 1 << COMMAND_MO,
	FOR_RECEIPT = 1 << COMMAND_RECEIPT,
	FOR_ALERT = 1 << COMMAND_ALERT,
	FOR_FAULT = 1 << COMMAND_FAULT,
	FOR_RAW = 1 << COMMAND_RAW,
	FOR_ENQUIRE = 1 << COMMAND_ENQUIRE,
	FOR_UNBIND = 1 << COMMAND_UNBIND,
	FOR_OUTBIND = 1 << COMMAND_OUTBIND,
};

static const struct {
	const char *name;
	/* Members that must be there. */
	size_t needed[4];
	size_t needed_count;
} verbs[] = {
#define AT(member) offsetof(struct command, member)
	[COMMAND_MO] = { "mo", { AT(mo.from), AT(mo.to) }, 2 },
	[COMMAND_RECEIPT] = { "receipt",
			      { AT(mo.from), AT(mo.to), AT(id), AT(stat) },
			      4 },
	[COMMAND_ALERT] = { "alert", { AT(mo.from), AT(mo.to) }, 2 },
	[COMMAND_FAULT] = { "fault", { AT(argument) }, 1 },
	[COMMAND_RAW] = { "raw", { AT(argument) }, 1 },
	[COMMAND_ENQUIRE] = { "enquire", { 0 }, 0 },
	[COMMAND_UNBIND] = { "unbind", { 0 }, 0 },
	[COMMAND_OUTBIND] = { "outbind", { AT(argument) }, 1 },
	[COMMAND_STATS] = { "stats", { 0 }, 0 },
	[COMMAND_QUIT] = { "quit", { 0 }, 0 },
};

enum row_kind { KIND_STRING, KIND_OCTET, KIND_FLAG };

static const struct row {
	const char *name;
	unsigned verbs;
	enum row_kind kind;
	size_t offset;
} rows[] = {
	{ "--from", FOR_MO | FOR_RECEIPT | FOR_ALERT, KIND_STRING,
	  AT(mo.from) },
	{ "--to", FOR_MO | FOR_RECEIPT | FOR_ALERT, KIND_STRING, AT(mo.to) },
	{ "--text", FOR_MO | FOR_RECEIPT, KIND_STRING, AT(mo.text) },
	{ "--hex", FOR_MO, KIND_STRING, AT(mo.hex) },
	{ "--udh", FOR_MO, KIND_STRING, AT(mo.udh) },
	{ "--service-type", FOR_MO, KIND_STRING, AT(mo.service_type) },
	{ "--data-coding", FOR_MO, KIND_OCTET, AT(mo.data_coding) },
	{ "--registered-delivery", FOR_MO, KIND_OCTET,
	  AT(mo.registered_delivery) },
	{ "--esm-class", FOR_MO, KIND_OCTET, AT(mo.esm_class) },
	{ "--id", FOR_RECEIPT, KIND_STRING, AT(id) },
	{ "--stat", FOR_RECEIPT, KIND_STRING, AT(stat) },
	{ "--tlv-only", FOR_RECEIPT, KIND_FLAG, AT(tlv_only) },
	{ "--system-id",
	  FOR_MO | FOR_RECEIPT | FOR_ALERT | FOR_RAW | FOR_ENQUIRE |
		  FOR_UNBIND | FOR_OUTBIND,
	  KIND_STRING, AT(system_id) },
	{ "--password", FOR_OUTBIND, KIND_STRING, AT(password) },
#undef AT
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char unescape(char c)
{
	static const char from[] = "nrt";
	static const char to[] = "\n\r\t";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : c;
}

/* Copies what stands in quotes; NULL if they are not closed. */
static const char *take_quoted(const char *in, char **out)
{
	const char quote = *in++;

	while (*in && *in != quote) {
		if (quote == '"' && *in == '\\' && in[1])
			*(*out)++ = unescape(*++in);
		else
			*(*out)++ = *in;
		in++;
	}
	return *in ? in + 1 : NULL;
}

/* The next word, NUL-terminated at *out; false at the end, *in NULL if a
 * quote is open. */
static bool take_word(const char **in, char **out)
{
	const char *at = *in + strspn(*in, " \t\r");

	*in = at;
	if (!*at)
		return false;
	while (at && *at && !strchr(" \t\r", *at)) {
		if (*at == '"' || *at == '\'')
			at = take_quoted(at, out);
		else
			*(*out)++ = *at++;
	}
	*(*out)++ = 0;
	*in = at;
	return at != NULL;
}

static bool parse_octet(const char *text, long *value)
{
	char *end;

	*value = strtol(text, &end, 0);
	return *text && !*end && *value >= 0 && *value <= 255;
}

static const struct row *row_find(enum command_verb verb, const char *name)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].verbs & 1u << verb &&
		    strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

struct reader {
	const char *in;
	char *out;
};

static bool next_word(struct reader *reader, const char **word)
{
	*word = reader->out;
	return take_word(&reader->in, &reader->out);
}

static bool take_option(struct command *command, const char *name,
			struct reader *reader, const char **why)
{
	const struct row *row = row_find(command->verb, name);
	const char *value;

	*why = "unknown argument for this command";
	if (!row)
		return false;

	char *member = (char *)command + row->offset;

	if (row->kind == KIND_FLAG) {
		*(bool *)member = true;
		return true;
	}
	*why = "value is missing";
	if (!next_word(reader, &value))
		return false;
	*why = "value is no number from 0 to 255";
	if (row->kind == KIND_OCTET)
		return parse_octet(value, (long *)(void *)member);
	*(const char **)(void *)member = value;
	return true;
}

static bool has_needed(const struct command *command)
{
	const char *base = (const char *)command;

	for (size_t i = 0; i < verbs[command->verb].needed_count; i++)
		if (!*(const char *const *)(const void *)(base +
							  verbs[command->verb]
								  .needed[i]))
			return false;
	return true;
}

static bool takes_argument(enum command_verb verb)
{
	return verb == COMMAND_FAULT || verb == COMMAND_RAW ||
	       verb == COMMAND_OUTBIND;
}

static bool parse_words(struct command *command, struct reader *reader,
			const char **why)
{
	const char *word;

	while (next_word(reader, &word)) {
		if (*word != '-' && takes_argument(command->verb) &&
		    !command->argument)
			command->argument = word;
		else if (!take_option(command, word, reader, why))
			return false;
	}
	*why = "quote is not closed";
	if (!reader->in)
		return false;
	*why = "an argument is missing";
	return has_needed(command);
}

static bool parse_verb(struct command *command, struct reader *reader)
{
	const char *word;

	if (!next_word(reader, &word))
		return false;
	for (size_t i = 0; i < COUNT(verbs); i++) {
		if (strcmp(verbs[i].name, word) == 0) {
			command->verb = (enum command_verb)i;
			return true;
		}
	}
	return false;
}

bool command_parse(struct command *command, const char *line,
		   long registered_delivery, const char **why)
{
	/* No word becomes longer than it was written, but for its NUL. */
	char *words = mem_alloc(strlen(line) + 2);
	struct reader reader = { line, words };

	*command = (struct command){ .words = words };
	command->mo.data_coding = -1;
	command->mo.registered_delivery = registered_delivery;
	*why = "unknown command";
	if (parse_verb(command, &reader) && parse_words(command, &reader, why))
		return true;
	command_destroy(command);
	return false;
}

void command_destroy(struct command *command)
{
	free(command->words);
	command->words = NULL;
}

void command_quote(struct buf *line, const char *word)
{
	if (*word && !strpbrk(word, " \t\r\n\"'\\")) {
		buf_append_str(line, word);
		buf_append_u8(line, ' ');
		return;
	}
	buf_append_u8(line, '"');
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			buf_append_u8(line, '\\');
		if (*word == '\n')
			buf_append_str(line, "\\n");
		else
			buf_append_u8(line, (uint8_t)*word);
	}
	buf_append_str(line, "\" ");
}
