/* Reads the command line by the table of options. */
#include "options.h"

#include "core/buf.h"
#include "help.h"
#include "option_rows.h"
#include "rules/script.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than there are options. */
#define LONGS_MAX 128
#define AT(member) offsetof(struct options, member)

bool options_parse_number(const char *text, long least, long most, long *value)
{
	char *end;
	const long number = strtol(text, &end, 0);

	if (!*text || *end || number < least || number > most)
		return false;
	*value = number;
	return true;
}

static bool parse_choice(const struct option_row *row, const char *text, long *value)
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
static bool set_string(const struct option_row *row, const char *text,
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

static bool row_apply_member(const struct option_row *row, char *member,
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

static bool row_apply(struct options *options, const struct option_row *row,
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
	case KIND_PICS:
		return true;
	default:
		return row_apply_member(row, (char *)options + row->offset,
					text);
	}
}

bool options_apply(struct options *options, const char *name, char *text,
		   const char **why)
{
	const struct option_row *row = option_row_find(name);

	*why = "unknown option";
	if (!row || row->kind == KIND_SCRIPT || row->kind == KIND_HELP ||
	    row->kind == KIND_PICS ||
	    !(row->roles & 1 << options->role))
		return false;
	return row_apply(options, row, text, why);
}

bool options_apply_shape(struct receipt_shape *shape, const char *name,
			 const char *text, const char **why)
{
	const struct option_row *row = option_row_find(name);

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
			  .interface_version = 0x34,
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
	struct option longs[LONGS_MAX] = { 0 };
	const struct option_row *row;
	const char *why;
	int index;
	int got;

	for (size_t i = 0; i < option_row_count && i < LONGS_MAX - 1; i++) {
		longs[i].name = option_rows[i].name;
		longs[i].has_arg = option_rows[i].arg != NULL;
	}
	optind = 1;
	while ((got = getopt_long(argc, argv, "", longs, &index)) != -1) {
		if (got != 0)
			return OPTIONS_WRONG;
		row = &option_rows[index];
		if (row->kind == KIND_HELP)
			return OPTIONS_HELP;
		if (row->kind == KIND_PICS)
			return OPTIONS_PICS;
		why = "not for this role";
		if (row->roles & 1 << options->role &&
		    row_apply(options, row, optarg, &why))
			continue;
		fprintf(stderr, "smppsim: --%s: %s '%s'\n", row->name, why,
			optarg ? optarg : "");
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

void options_print_help(void)
{
	fputs(help_intro, stdout);
	puts("\nOptions of both roles:");
	option_rows_print(FOR_BOTH);
	puts("\nOptions of the SMSC:");
	option_rows_print(FOR_SMSC);
	puts("\nOptions of the ESME:");
	option_rows_print(FOR_ESME);
	fputs(help_faults, stdout);
	fputs(help_rest, stdout);
}
