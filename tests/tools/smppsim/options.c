/* Reads the command line by one table, which also is the help. */
#include "options.h"

#include "core/buf.h"
#include "help.h"
#include "rules/script.h"

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
	KIND_TLV,
	KIND_ACCOUNT,
	KIND_MO,
	KIND_FAULT,
	KIND_EXPECT,
	KIND_SCRIPT,
	KIND_HELP,
};

enum { SMSC = 1, ESME = 2, BOTH = 3 };

struct row {
	const char *name;
	const char *arg;
	int roles;
	enum option_kind kind;
	size_t offset;
	long least;
	long most;
	const char *const *choices;
	const char *help;
};

static const char *const choices_bind[] = {
	[BIND_TRX] = "trx", [BIND_TX] = "tx", [BIND_RX] = "rx", NULL
};

static const char *const choices_clock[] = {
	[CLOCK_REAL] = "real", [CLOCK_VIRTUAL] = "virtual", NULL
};

#define AT(member) offsetof(struct options, member)
/* A week. */
#define MS_MAX 604800000

static const struct row rows[] = {
	{ "port", "N", BOTH, KIND_NUMBER, AT(port), 0, 65535, NULL,
	  "TCP port (12775); 0 takes a free one, see the listening event" },
	{ "bind", "ADDR", SMSC, KIND_STRING, AT(bind), 0, 0, NULL,
	  "IPv4 or IPv6 address to listen on (127.0.0.1)" },
	{ "account", "ID:PASSWORD", SMSC, KIND_ACCOUNT, 0, 0, 0, NULL,
	  "accept this system_id; repeatable; none: accept every bind" },
	{ "max-binds", "N", SMSC, KIND_NUMBER, AT(max_binds), 0, 10000, NULL,
	  "answer ESME_RALYBND above N binds of a system_id; 0 any (0)" },
	{ "seed", "N", BOTH, KIND_NUMBER, AT(seed), 0, LONG_MAX, NULL,
	  "for message ids, permille= faults and retry jitter (1)" },
	{ "script", "FILE", BOTH, KIND_SCRIPT, 0, 0, 0, NULL,
	  "rules, accounts, steps and expectations from a file; options\n"
	  "behind it win over its own" },
	{ "receipts", "WHEN", SMSC, KIND_CHOICE, AT(shape.when), 0, 0,
	  shape_whens,
	  "asked (by registered_delivery; default), always, never" },
	{ "receipt-delay", "MS", SMSC, KIND_NUMBER, AT(shape.delay_ms), 0,
	  MS_MAX, NULL,
	  "from the response to the final state and receipt (200)" },
	{ "receipt-style", "STYLE", SMSC, KIND_CHOICE, AT(shape.style), 0, 0,
	  shape_styles, "text, tlv or both (default)" },
	{ "receipt-coding", "CODING", SMSC, KIND_CHOICE, AT(shape.coding), 0, 0,
	  shape_codings,
	  "gsm (default), ucs2, or mislabelled (ASCII that says UCS-2)" },
	{ "receipt-fields", "WHICH", SMSC, KIND_CHOICE, AT(shape.fields), 0, 0,
	  shape_field_sets,
	  "all (default), short (no sub: and dlvrd:), long-err (four\n"
	  "digits), no-text (ends behind err:)" },
	{ "receipt-payload", NULL, SMSC, KIND_FLAG, AT(shape.in_payload), 0, 0,
	  NULL, "the text in message_payload" },
	{ "receipt-tlv", "TAG:HEX", SMSC, KIND_TLV, AT(shape.tlv), 0, 0, NULL,
	  "a vendor's TLV in each receipt, for one 0x1401:0a0b" },
	{ "receipt-before-response", NULL, SMSC, KIND_FLAG,
	  AT(shape.before_response), 0, 0, NULL,
	  "send the receipt ahead of the submit response" },
	{ "intermediate", NULL, SMSC, KIND_FLAG, AT(shape.intermediate), 0, 0,
	  NULL,
	  "an ENROUTE receipt first (esm_class 0x20 if the submit asked\n"
	  "for intermediate notification, otherwise 0x04)" },
	{ "id-format", "FORMAT", SMSC, KIND_CHOICE, AT(id_format), 0, 0,
	  shape_ids, "message_id of responses: hex (default), HEX, dec" },
	{ "id-pad", "N", SMSC, KIND_NUMBER, AT(id_pad), 0, 60, NULL,
	  "pad message_id with zeros to N digits" },
	{ "receipt-id-format", "FORMAT", SMSC, KIND_CHOICE, AT(shape.id_format),
	  0, 0, shape_ids, "the id in receipts (default: as in responses)" },
	{ "receipt-id-pad", "N", SMSC, KIND_NUMBER, AT(shape.id_pad), 0, 60,
	  NULL, "pad the id in receipts (default: as in responses)" },
	{ "response-delay", "MS", SMSC, KIND_NUMBER, AT(response_delay_ms), 0,
	  MS_MAX, NULL, "hold every submit response (0)" },
	{ "window", "N", BOTH, KIND_NUMBER, AT(window), 1, 10000, NULL,
	  "requests in flight per connection (10)" },
	{ "retry-delay", "MS", BOTH, KIND_NUMBER, AT(retry_delay_ms), 1, MS_MAX,
	  NULL,
	  "before a deliver_sm is repeated, +-25 %; before an ESME\n"
	  "connects again (1000)" },
	{ "retry-max", "N", BOTH, KIND_NUMBER, AT(retry_max), 0, 1000000, NULL,
	  "give a deliver_sm or a bind up after N repetitions; 0 never\n"
	  "(20)" },
	{ "mo", "FROM,TO,TEXT", SMSC, KIND_MO, 0, 0, 0, NULL,
	  "deliver this once per system_id when it binds as receiver\n"
	  "or transceiver; repeatable" },
	{ "mo-registered-delivery", "N", SMSC, KIND_NUMBER,
	  AT(mo_registered_delivery), 0, 255, NULL,
	  "registered_delivery of MO messages (0)" },
	{ "mo-ack-timeout", "MS", SMSC, KIND_NUMBER, AT(mo_ack_timeout_ms), 1,
	  MS_MAX, NULL,
	  "repeat a deliver_sm not answered for so long (10000)" },
	{ "enquire-link", "SEC", BOTH, KIND_NUMBER, AT(enquire_link_sec), 0,
	  86400, NULL,
	  "send enquire_link after SEC of silence, drop the link\n"
	  "when it stays unanswered as long; 0 never (30)" },
	{ "fault", "SPEC", BOTH, KIND_FAULT, 0, 0, 0, NULL,
	  "get something wrong, see below; repeatable" },
	{ "control", "PATH", BOTH, KIND_STRING, AT(control), 0, 0, NULL,
	  "unix socket for commands at run time, see below" },
	{ "web", "N", BOTH, KIND_NUMBER, AT(web_port), 0, 65535, NULL,
	  "a page on this port: binds, PDUs, messages, faults; 0 takes a\n"
	  "free one, see the web event" },
	{ "web-bind", "ADDR", BOTH, KIND_STRING, AT(web_bind), 0, 0, NULL,
	  "address of the page (127.0.0.1); whoever reaches it may use it" },
	{ "count", "N", BOTH, KIND_NUMBER, AT(count), 0, LONG_MAX, NULL,
	  "end after N submits, their receipts delivered" },
	{ "timeout", "SEC", BOTH, KIND_NUMBER, AT(timeout_sec), 0, 10000000,
	  NULL,
	  "end after SEC; with --count not reached the exit status is 1" },
	{ "clock", "KIND", SMSC, KIND_CHOICE, AT(clock), 0, 0, choices_clock,
	  "real (default), or virtual: time that nobody uses is skipped" },
	{ "quiet", NULL, BOTH, KIND_FLAG, AT(quiet), 0, 0, NULL,
	  "no event per PDU, for load" },
	{ "transcript", "FILE", BOTH, KIND_STRING, AT(transcript), 0, 0, NULL,
	  "write each PDU as a line; its hash is in the summary" },
	{ "capture", "FILE", BOTH, KIND_STRING, AT(capture), 0, 0, NULL,
	  "write everything as pcapng, for Wireshark" },
	{ "replay", "FILE", BOTH, KIND_STRING, AT(replay), 0, 0, NULL,
	  "say what this side said in a pcap or pcapng" },
	{ "expect", "WHAT", BOTH, KIND_EXPECT, 0, 0, 0, NULL,
	  "'submit_sm>=10', or a transcript file to be met; repeatable;\n"
	  "what is not met makes the exit status 1" },
	{ "report", "FILE", BOTH, KIND_STRING, AT(report), 0, 0, NULL,
	  "write the expectations as JUnit XML" },
	{ "host", "ADDR", ESME, KIND_STRING, AT(esme.host), 0, 0, NULL,
	  "the SMSC's address or name (127.0.0.1)" },
	{ "system-id", "ID", ESME, KIND_STRING, AT(esme.system_id), 0, 15, NULL,
	  "who binds (demo)" },
	{ "password", "PASSWORD", ESME, KIND_STRING, AT(esme.password), 0, 8,
	  NULL, "its password (secret)" },
	{ "system-type", "TYPE", ESME, KIND_STRING, AT(esme.system_type), 0, 12,
	  NULL, "system_type of the bind" },
	{ "bind-as", "KIND", ESME, KIND_CHOICE, AT(esme.bind_as), 0, 0,
	  choices_bind, "trx (default), tx or rx" },
	{ "await-outbind", NULL, ESME, KIND_FLAG, AT(esme.await_outbind), 0, 0,
	  NULL, "listen on --host and --port, bind when told by outbind" },
	{ "sessions", "N", ESME, KIND_NUMBER, AT(esme.session_count), 1, 1000,
	  NULL, "so many binds beside each other (1)" },
	{ "rate", "N", ESME, KIND_NUMBER, AT(esme.rate), 0, 1000000, NULL,
	  "submits a second over all binds; 0 as fast as answered (0)" },
	{ "from", "ADDR", ESME, KIND_STRING, AT(esme.from), 0, 20, NULL,
	  "source of the submits (+15550001)" },
	{ "to", "ADDR", ESME, KIND_STRING, AT(esme.to), 0, 40, NULL,
	  "destination; {n} is the submit's number, {4} the same in\n"
	  "four digits (+1555010{4})" },
	{ "text", "TEXT", ESME, KIND_STRING, AT(esme.text), 0, 0, NULL,
	  "what is sent, with {n} too; long text goes as segments" },
	{ "service-type", "S", ESME, KIND_STRING, AT(esme.service_type), 0, 5,
	  NULL, "service_type of the submits" },
	{ "data-coding", "N", ESME, KIND_NUMBER, AT(esme.data_coding), 0, 255,
	  NULL, "GSM (0) if the text fits, otherwise UCS-2 (8)" },
	{ "registered-delivery", "N", ESME, KIND_NUMBER,
	  AT(esme.registered_delivery), 0, 255, NULL,
	  "1 (default) asks for receipts and waits for them" },
	{ "esm-class", "N", ESME, KIND_NUMBER, AT(esme.esm_class), 0, 255, NULL,
	  "esm_class of the submits (0)" },
	{ "response-timeout", "MS", ESME, KIND_NUMBER,
	  AT(esme.response_timeout_ms), 1, MS_MAX, NULL,
	  "count a submit as unanswered after so long (10000)" },
	{ "help", NULL, BOTH, KIND_HELP, 0, 0, 0, NULL, "this text" },
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

/* most 0 is any length. */
static bool set_string(const struct row *row, const char *text,
		       const char **member)
{
	if (row->most > 0 && strlen(text) > (size_t)row->most)
		return false;
	*member = text;
	return true;
}

static bool set_tlv(const char *text, const char **member)
{
	struct buf tlv = { 0 };
	const bool is_good = shape_append_tlv(&tlv, text);

	buf_destroy(&tlv);
	*member = text;
	return is_good;
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
	options->accounts = mem_grow(options->accounts, &options->account_count,
				     sizeof(account));
	options->accounts[options->account_count - 1] = account;
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
	options->mos = mem_grow(options->mos, &options->mo_count, sizeof(mo));
	options->mos[options->mo_count - 1] = mo;
	return true;
}

/* Their chance is started again by the seed, which may come later. */
static bool add_fault(struct options *options, const char *text,
		      const char **why)
{
	struct fault fault;

	if (!fault_parse(&fault, text, why))
		return false;
	*why = "too many faults";
	return fault_add(&options->faults, &fault, 0);
}

static void add_expect(struct options *options, const char *text)
{
	options->expects = mem_grow(options->expects, &options->expect_count,
				    sizeof(*options->expects));
	options->expects[options->expect_count - 1] = text;
}

static bool row_apply_member(const struct row *row, char *member,
			     const char *text)
{
	long *number = (long *)(void *)member;
	const char **str = (const char **)(void *)member;

	switch (row->kind) {
	case KIND_NUMBER:
		return options_parse_number(text, row->least, row->most,
					    number);
	case KIND_CHOICE:
		return parse_choice(row, text, number);
	case KIND_FLAG:
		*number = 1;
		return !text || !*text;
	case KIND_TLV:
		return set_tlv(text, str);
	default:
		return set_string(row, text, str);
	}
}

static bool row_apply(struct options *options, const struct row *row,
		      char *text, const char **why)
{
	*why = "bad value";
	switch (row->kind) {
	case KIND_ACCOUNT:
		return add_account(options, text);
	case KIND_MO:
		return add_mo(options, text);
	case KIND_FAULT:
		return add_fault(options, text, why);
	case KIND_EXPECT:
		add_expect(options, text);
		return true;
	case KIND_SCRIPT:
		return script_read(options, text, why);
	case KIND_HELP:
		return true;
	default:
		return row_apply_member(row, (char *)options + row->offset,
					text);
	}
}

static const struct row *row_find(const char *name)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

bool options_apply(struct options *options, const char *name, char *text,
		   const char **why)
{
	const struct row *row = row_find(name);

	*why = "unknown option";
	if (!row || row->kind == KIND_SCRIPT || row->kind == KIND_HELP ||
	    !(row->roles & 1 << options->role))
		return false;
	return row_apply(options, row, text, why);
}

bool options_apply_shape(struct receipt_shape *shape, const char *name,
			 const char *text, const char **why)
{
	const struct row *row = row_find(name);

	*why = "unknown key";
	if (!row || row->offset < AT(shape) ||
	    row->offset >= AT(shape) + sizeof(*shape))
		return false;
	*why = "bad value";
	return row_apply_member(row, (char *)shape + row->offset - AT(shape),
				text);
}

static void options_preset(struct options *options)
{
	*options = (struct options){
		.bind = "127.0.0.1",
		.port = 12775,
		.web_bind = "127.0.0.1",
		.web_port = -1,
		.seed = 1,
		.shape = { .delay_ms = 200,
			   .id_format = ID_SAME,
			   .id_pad = -1 },
		.window = 10,
		.retry_delay_ms = 1000,
		.retry_max = 20,
		.mo_ack_timeout_ms = 10000,
		.enquire_link_sec = 30,
		.esme = { .host = "127.0.0.1",
			  .from = "+15550001",
			  .to = "+1555010{4}",
			  .text = "message {n}",
			  .service_type = "",
			  .data_coding = -1,
			  .registered_delivery = 1,
			  .session_count = 1,
			  .response_timeout_ms = 10000 },
	};
}

static void settle_shape(const struct options *options,
			 struct receipt_shape *shape)
{
	if (shape->id_format == ID_SAME)
		shape->id_format = options->id_format;
	if (shape->id_pad < 0)
		shape->id_pad = options->id_pad;
}

/* By time; those of one time stay in the order of the file. */
static void sort_steps(struct option_step *steps, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const struct option_step step = steps[i];
		size_t at = i;

		for (; at > 0 && steps[at - 1].at_ms > step.at_ms; at--)
			steps[at] = steps[at - 1];
		steps[at] = step;
	}
}

static void options_settle(struct options *options)
{
	sort_steps(options->steps, options->step_count);
	settle_shape(options, &options->shape);
	for (size_t i = 0; i < options->rules.count; i++)
		settle_shape(options, &options->rules.rules[i].shape);
}

static enum options_result parse_words(struct options *options, int argc,
				       char **argv)
{
	struct option longs[COUNT(rows) + 1] = { 0 };
	const char *why;
	int index;
	int got;

	for (size_t i = 0; i < COUNT(rows); i++) {
		longs[i].name = rows[i].name;
		longs[i].has_arg = rows[i].arg != NULL;
	}
	optind = 1;
	while ((got = getopt_long(argc, argv, "", longs, &index)) != -1) {
		if (got != 0)
			return OPTIONS_WRONG;
		if (rows[index].kind == KIND_HELP)
			return OPTIONS_HELP;
		why = "not for this role";
		if (rows[index].roles & 1 << options->role &&
		    row_apply(options, &rows[index], optarg, &why))
			continue;
		fprintf(stderr, "smppsim: --%s: %s '%s'\n", rows[index].name,
			why, optarg ? optarg : "");
		return OPTIONS_WRONG;
	}
	if (optind == argc)
		return OPTIONS_RUN;
	fprintf(stderr, "smppsim: unexpected '%s'\n", argv[optind]);
	return OPTIONS_WRONG;
}

enum options_result options_parse(struct options *options, int argc,
				  char **argv)
{
	enum options_result result;
	const bool has_role = argc > 1 && (strcmp(argv[1], "esme") == 0 ||
					   strcmp(argv[1], "smsc") == 0);

	options_preset(options);
	if (has_role && argv[1][0] == 'e')
		options->role = ROLE_ESME;
	result = parse_words(options, argc - has_role, argv + has_role);
	options_settle(options);
	return result;
}

void options_destroy(struct options *options)
{
	free(options->accounts);
	free(options->mos);
	free(options->steps);
	free(options->expects);
	free(options->rules.rules);
	script_destroy(&options->script);
	*options = (struct options){ .accounts = NULL };
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

static void print_rows(int roles)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].roles != roles)
			continue;
		printf("  --%s %-*s ", rows[i].name,
		       (int)(25 - strlen(rows[i].name)),
		       rows[i].arg ? rows[i].arg : "");
		print_indented(rows[i].help);
	}
}

void options_print_help(void)
{
	fputs(help_intro, stdout);
	puts("\nOptions of both roles:");
	print_rows(BOTH);
	puts("\nOptions of the SMSC:");
	print_rows(SMSC);
	puts("\nOptions of the ESME:");
	print_rows(ESME);
	fputs(help_faults, stdout);
	fputs(help_rest, stdout);
}
