/* The command line of cpm-client. */
#include "options.h"

#include "text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum kind { KIND_TEXT, KIND_BODY, KIND_NUMBER, KIND_FLAG, KIND_WANT };

enum use { USE_SEND = 1, USE_LISTEN = 2, USE_BOTH = 3 };

static const struct row {
	const char *name;
	enum kind kind;
	enum use use;
	size_t offset;
	const char *value;
	const char *help;
} rows[] = {
#define AT(member) offsetof(struct options, member)
	{ "listen", KIND_TEXT, USE_BOTH, AT(listen), "ADDR:PORT",
	  "our own address, UDP and TCP (127.0.0.1:5070)" },
	{ "gateway", KIND_TEXT, USE_BOTH, AT(gateway), "ADDR:PORT",
	  "where requests go (127.0.0.1:5060)" },
	{ "from", KIND_TEXT, USE_SEND, AT(from), "URI", "who sends" },
	{ "to", KIND_TEXT, USE_SEND, AT(to), "URI", "who is to get it" },
	{ "text", KIND_BODY, USE_SEND, AT(text), "TEXT", "what it says" },
	{ "want", KIND_WANT, USE_SEND, AT(want), "LIST",
	  "delivered,failed,interworked,display: ask and wait" },
	{ "conversation", KIND_TEXT, USE_SEND, AT(conversation), "ID",
	  "Conversation-ID (new)" },
	{ "contribution", KIND_TEXT, USE_SEND, AT(contribution), "ID",
	  "Contribution-ID (new)" },
	{ "in-reply-to", KIND_TEXT, USE_SEND, AT(in_reply_to), "ID",
	  "InReplyTo-Contribution-ID" },
	{ "pai", KIND_FLAG, USE_SEND, AT(pai), "",
	  "assert identity and service as a core would" },
	{ "plain", KIND_FLAG, USE_SEND, AT(plain), "",
	  "text/plain without CPIM" },
	{ "tcp", KIND_FLAG, USE_BOTH, AT(tcp), "",
	  "requests go by TCP, whatever their size" },
	{ "wait", KIND_NUMBER, USE_SEND, AT(wait_sec), "SEC",
	  "for the answer and all notifications (32)" },
	{ "count", KIND_NUMBER, USE_LISTEN, AT(count), "N",
	  "end after so many messages" },
	{ "timeout", KIND_NUMBER, USE_LISTEN, AT(timeout_sec), "SEC",
	  "end after so long" },
	{ "answer", KIND_NUMBER, USE_LISTEN, AT(answer), "CODE",
	  "status of the answers (200)" },
	{ "send-imdn", KIND_WANT, USE_LISTEN, AT(send_imdn), "LIST",
	  "delivered,displayed: send these where asked for" },
	{ "json", KIND_FLAG, USE_BOTH, AT(json), "", "print NDJSON" },
#undef AT
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static bool refuse(const char *what, const char *word)
{
	fprintf(stderr, "cpm-client: %s%s\n", what, word);
	return false;
}

bool options_parse_want(const char *text, unsigned *want)
{
	static const struct {
		const char *word;
		unsigned bit;
	} words[] = {
		{ "delivered", WANT_DELIVERED },
		{ "failed", WANT_FAILED },
		{ "interworked", WANT_INTERWORKED },
		{ "display", WANT_DISPLAY },
		{ "displayed", WANT_DISPLAY },
	};
	struct text rest = text_from(text);

	*want = 0;
	while (rest.len) {
		struct text word = text_take(&rest, ',');
		size_t i = 0;

		while (i < 5 && !text_is(word, words[i].word))
			i++;
		if (i == 5)
			return false;
		*want |= words[i].bit;
	}
	return *want != 0;
}

/* What stands in a header must not end it. */
static bool is_one_line(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static bool set(struct options *options, const struct row *row,
		const char *value)
{
	void *to = (char *)options + row->offset;
	unsigned long number;

	switch (row->kind) {
	case KIND_FLAG:
		*(bool *)to = true;
		return true;
	case KIND_WANT:
		return options_parse_want(value, to) ||
		       refuse("no list of notifications: ", value);
	case KIND_NUMBER:
		if (!text_number(text_from(value), &number) || !number)
			return refuse("no number: ", value);
		*(long *)to = (long)number;
		return true;
	case KIND_TEXT:
		if (!is_one_line(value) || !*value)
			return refuse("empty or not one line: --", row->name);
		break;
	case KIND_BODY:
		break;
	}
	*(const char **)to = value;
	return true;
}

static const struct row *row_find(const char *word, enum use use)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].use & use && !strncmp(word, "--", 2) &&
		    !strcmp(word + 2, rows[i].name))
			return &rows[i];
	return NULL;
}

static bool check(const struct options *options)
{
	if (options->answer < 200 || options->answer > 699)
		return refuse("--answer is a final status, 200 to 699", "");
	if (options->send_imdn & (WANT_FAILED | WANT_INTERWORKED))
		return refuse("--send-imdn: delivered, displayed", "");
	if (options->is_listen)
		return true;
	if (!options->from || !options->to || !options->text)
		return refuse("send needs --from, --to and --text", "");
	if (options->plain && options->want)
		return refuse("no notification is asked for without CPIM: "
			      "--plain or --want", "");
	return true;
}

enum options_result options_parse(struct options *options, int argc,
				  char **argv)
{
	*options = (struct options){ .gateway = "127.0.0.1:5060",
				     .listen = "127.0.0.1:5070",
				     .wait_sec = 32, .answer = 200 };
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return OPTIONS_HELP;
	options->is_listen = argc > 1 && !strcmp(argv[1], "listen");
	if (argc < 2 || (!options->is_listen && strcmp(argv[1], "send") != 0)) {
		refuse("send or listen comes first", "");
		return OPTIONS_WRONG;
	}
	for (int i = 2; i < argc; i++) {
		const struct row *row = row_find(argv[i], options->is_listen ?
						 USE_LISTEN : USE_SEND);
		const char *value = argv[i + 1];

		if (!row || (row->kind != KIND_FLAG && !value)) {
			refuse(row ? "a value is missing: " :
			       "unknown option: ", argv[i]);
			return OPTIONS_WRONG;
		}
		if (!set(options, row, value))
			return OPTIONS_WRONG;
		i += row->kind != KIND_FLAG;
	}
	return check(options) ? OPTIONS_RUN : OPTIONS_WRONG;
}

static void print_rows(enum use use)
{
	char left[40];

	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (!(rows[i].use & use))
			continue;
		snprintf(left, sizeof(left), "--%s %s", rows[i].name,
			 rows[i].value);
		printf("  %-21s  %s\n", left, rows[i].help);
	}
}

void options_print_help(void)
{
	puts("cpm-client - a CPM client for testers (SIP MESSAGE, CPIM, IMDN)\n"
	     "\nusage: cpm-client send --from URI --to URI --text TEXT "
	     "[options]\n");
	print_rows(USE_SEND);
	puts("\nusage: cpm-client listen [options]\n");
	print_rows(USE_LISTEN);
	puts("\nExit status: 0 when all that was waited for came, 1 when not "
	     "in time or\nrefused, 2 wrong usage.");
}
