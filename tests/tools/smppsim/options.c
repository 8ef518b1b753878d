/* Reads the command line by one table, which also is the help. */
#include "options.h"

#include "core/buf.h"
#include "help.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option_kind {
	KIND_NUMBER,
	KIND_FLAG,
	KIND_STRING,
	KIND_CHOICE,
	KIND_ACCOUNT,
	KIND_MO,
	KIND_FAULT,
	KIND_HELP,
};

struct row {
	const char *name;
	const char *arg;
	enum option_kind kind;
	size_t offset;
	long least;
	long most;
	const char *const *choices;
	const char *help;
};

static const char *const choices_receipts[] = { [RECEIPTS_ASKED] = "asked",
						[RECEIPTS_ALWAYS] = "always",
						[RECEIPTS_NEVER] = "never",
						NULL };
static const char *const choices_style[] = {
	[STYLE_BOTH] = "both", [STYLE_TEXT] = "text", [STYLE_TLV] = "tlv", NULL
};
static const char *const choices_id[] = {
	[ID_HEX] = "hex", [ID_HEX_UPPER] = "HEX", [ID_DEC] = "dec", NULL
};

#define AT(member) offsetof(struct options, member)
#define MS_MAX 86400000

static const struct row rows[] = {
	{ "port", "N", KIND_NUMBER, AT(port), 0, 65535, NULL,
	  "TCP port (12775); 0 takes a free one, see the listening event" },
	{ "bind", "ADDR", KIND_STRING, AT(bind), 0, 0, NULL,
	  "IPv4 or IPv6 address to listen on (127.0.0.1)" },
	{ "account", "ID:PASSWORD", KIND_ACCOUNT, 0, 0, 0, NULL,
	  "accept this system_id; repeatable; none: accept every bind" },
	{ "seed", "N", KIND_NUMBER, AT(seed), 0, LONG_MAX, NULL,
	  "for message ids, permille= faults and retry jitter (1)" },
	{ "receipts", "WHEN", KIND_CHOICE, AT(receipts), 0, 0, choices_receipts,
	  "asked (by registered_delivery; default), always, never" },
	{ "receipt-delay", "MS", KIND_NUMBER, AT(receipt_delay_ms), 0, MS_MAX,
	  NULL, "from the response to the final state and receipt (200)" },
	{ "receipt-style", "STYLE", KIND_CHOICE, AT(receipt_style), 0, 0,
	  choices_style, "text, tlv or both (default)" },
	{ "receipt-before-response", NULL, KIND_FLAG,
	  AT(receipt_before_response), 0, 0, NULL,
	  "send the receipt ahead of the submit response" },
	{ "intermediate", NULL, KIND_FLAG, AT(intermediate), 0, 0, NULL,
	  "an ENROUTE receipt first (esm_class 0x20 if the submit asked\n"
	  "for intermediate notification, otherwise 0x04)" },
	{ "id-format", "FORMAT", KIND_CHOICE, AT(id_format), 0, 0, choices_id,
	  "message_id of responses: hex (default), HEX, dec" },
	{ "id-pad", "N", KIND_NUMBER, AT(id_pad), 0, 60, NULL,
	  "pad message_id with zeros to N digits" },
	{ "receipt-id-format", "FORMAT", KIND_CHOICE, AT(receipt_id_format), 0,
	  0, choices_id, "the id in receipts (default: as in responses)" },
	{ "receipt-id-pad", "N", KIND_NUMBER, AT(receipt_id_pad), 0, 60, NULL,
	  "pad the id in receipts (default: as in responses)" },
	{ "response-delay", "MS", KIND_NUMBER, AT(response_delay_ms), 0, MS_MAX,
	  NULL, "hold every submit response (0)" },
	{ "window", "N", KIND_NUMBER, AT(window), 1, 10000, NULL,
	  "deliver_sm in flight per connection (10)" },
	{ "retry-delay", "MS", KIND_NUMBER, AT(retry_delay_ms), 1, MS_MAX, NULL,
	  "before a deliver_sm is repeated, +-25 % (1000)" },
	{ "retry-max", "N", KIND_NUMBER, AT(retry_max), 0, 1000000, NULL,
	  "give a deliver_sm up after N repetitions; 0 never (20)" },
	{ "mo", "FROM,TO,TEXT", KIND_MO, 0, 0, 0, NULL,
	  "deliver this once per system_id when it binds as receiver\n"
	  "or transceiver; repeatable" },
	{ "mo-registered-delivery", "N", KIND_NUMBER,
	  AT(mo_registered_delivery), 0, 255, NULL,
	  "registered_delivery of MO messages (0)" },
	{ "mo-ack-timeout", "MS", KIND_NUMBER, AT(mo_ack_timeout_ms), 1, MS_MAX,
	  NULL, "repeat a deliver_sm not answered for so long (10000)" },
	{ "enquire-link", "SEC", KIND_NUMBER, AT(enquire_link_sec), 0, 86400,
	  NULL,
	  "send enquire_link after SEC of silence, drop the link\n"
	  "when it stays unanswered as long; 0 never (30)" },
	{ "fault", "SPEC", KIND_FAULT, 0, 0, 0, NULL,
	  "get something wrong, see below; repeatable" },
	{ "control", "PATH", KIND_STRING, AT(control), 0, 0, NULL,
	  "unix socket for commands at run time, see below" },
	{ "count", "N", KIND_NUMBER, AT(count), 0, LONG_MAX, NULL,
	  "end after N submits, their receipts delivered" },
	{ "timeout", "SEC", KIND_NUMBER, AT(timeout_sec), 0, 10000000, NULL,
	  "end after SEC; with --count not reached the exit status is 1" },
	{ "quiet", NULL, KIND_FLAG, AT(quiet), 0, 0, NULL,
	  "no event per PDU, for load" },
	{ "help", NULL, KIND_HELP, 0, 0, 0, NULL, "this text" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool options_parse_number(const char *text, long least, long most, long *value)
{
	char *end;
	const long number = strtol(text, &end, 0);

	if (!*text || *end || number < least || number > most)
		return false;
	*value = number;
	return true;
}

static bool parse_choice(const struct row *row, const char *text, long *value)
{
	for (long i = 0; row->choices[i]; i++) {
		if (strcmp(row->choices[i], text) == 0) {
			*value = i;
			return true;
		}
	}
	return false;
}

static bool add_account(struct options *options, const char *text)
{
	const char *colon = strchr(text, ':');
	struct option_account account = { 0 };
	const size_t id_len = colon ? (size_t)(colon - text) : 0;

	if (id_len == 0 || id_len >= sizeof(account.system_id) ||
	    strlen(colon + 1) >= sizeof(account.password))
		return false;
	memcpy(account.system_id, text, id_len);
	memcpy(account.password, colon + 1, strlen(colon + 1));
	options->accounts = realloc(options->accounts, (options->account_count +
							1) * sizeof(account));
	if (!options->accounts)
		abort();
	options->accounts[options->account_count++] = account;
	return true;
}

static bool add_mo(struct options *options, char *text)
{
	struct option_mo mo = { 0 };

	mo.from = strsep(&text, ",");
	mo.to = strsep(&text, ",");
	mo.text = text;
	if (!mo.text || !*mo.from || !*mo.to)
		return false;
	options->mos =
		realloc(options->mos, (options->mo_count + 1) * sizeof(mo));
	if (!options->mos)
		abort();
	options->mos[options->mo_count++] = mo;
	return true;
}

static bool add_fault(struct options *options, const char *text)
{
	struct fault fault;
	const char *why;

	if (fault_parse(&fault, text, &why) &&
	    fault_add(&options->faults, &fault))
		return true;
	fprintf(stderr, "smppsim: fault %s: %s\n", text, why);
	return false;
}

static bool row_apply(struct options *options, const struct row *row,
		      char *text)
{
	char *member = (char *)options + row->offset;

	switch (row->kind) {
	case KIND_NUMBER:
		return options_parse_number(text, row->least, row->most,
					    (long *)(void *)member);
	case KIND_CHOICE:
		return parse_choice(row, text, (long *)(void *)member);
	case KIND_FLAG:
		*(long *)(void *)member = 1;
		return true;
	case KIND_STRING:
		*(const char **)(void *)member = text;
		return true;
	case KIND_ACCOUNT:
		return add_account(options, text);
	case KIND_MO:
		return add_mo(options, text);
	case KIND_FAULT:
		return add_fault(options, text);
	case KIND_HELP:
		break;
	}
	return true;
}

static void options_preset(struct options *options)
{
	*options = (struct options){
		.bind = "127.0.0.1",
		.port = 12775,
		.seed = 1,
		.receipt_delay_ms = 200,
		.receipt_id_format = ID_SAME,
		.receipt_id_pad = -1,
		.window = 10,
		.retry_delay_ms = 1000,
		.retry_max = 20,
		.mo_ack_timeout_ms = 10000,
		.enquire_link_sec = 30,
	};
}

static void options_settle(struct options *options)
{
	if (options->receipt_id_format == ID_SAME)
		options->receipt_id_format = options->id_format;
	if (options->receipt_id_pad < 0)
		options->receipt_id_pad = options->id_pad;
}

enum options_result options_parse(struct options *options, int argc,
				  char **argv)
{
	struct option longs[COUNT(rows) + 1] = { 0 };
	int index;

	for (size_t i = 0; i < COUNT(rows); i++) {
		longs[i].name = rows[i].name;
		longs[i].has_arg = rows[i].arg != NULL;
	}
	options_preset(options);
	optind = 1;
	for (;;) {
		const int got = getopt_long(argc, argv, "", longs, &index);

		if (got == -1)
			break;
		if (got != 0)
			return OPTIONS_WRONG;
		if (rows[index].kind == KIND_HELP)
			return OPTIONS_HELP;
		if (!row_apply(options, &rows[index], optarg)) {
			fprintf(stderr, "smppsim: --%s: bad value '%s'\n",
				rows[index].name, optarg);
			return OPTIONS_WRONG;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "smppsim: unexpected '%s'\n", argv[optind]);
		return OPTIONS_WRONG;
	}
	options_settle(options);
	return OPTIONS_RUN;
}

void options_destroy(struct options *options)
{
	free(options->accounts);
	free(options->mos);
	options->accounts = NULL;
	options->mos = NULL;
	options->account_count = 0;
	options->mo_count = 0;
}

static void print_indented(const char *text)
{
	const char *end;

	while ((end = strchr(text, '\n'))) {
		printf("%.*s\n%31s", (int)(end - text), text, "");
		text = end + 1;
	}
	puts(text);
}

void options_print_help(void)
{
	fputs(help_intro, stdout);
	for (size_t i = 0; i < COUNT(rows); i++) {
		printf("  --%s %-*s ", rows[i].name,
		       (int)(25 - strlen(rows[i].name)),
		       rows[i].arg ? rows[i].arg : "");
		print_indented(rows[i].help);
	}
	fputs(help_faults, stdout);
	fputs(help_rest, stdout);
}
